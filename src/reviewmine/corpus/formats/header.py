"""Which row of a table holds the column names, and what the columns are called."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from reviewmine.errors import ReviewmineError

MAX_COLUMNS = 5_000
LOOKED_AT = 60
"""Rows among which the header is looked for."""

_ABOVE = 30  # rows of titles and filters that may stand above a header
_LONG, _MANY_WORDS = 60, 7  # names of columns are shorter
_NUMBER = re.compile(r"[\d.,:/+\-\s]*\d[\d.,:/+\-\sTZ]*")
_HEADING = re.compile(
    r"отзыв|текст|достоинств|недостат|плюсы|минусы|коммент|оценк|рейтинг|дата|артикул|товар"
    r"|\b(?:id|review|text|comment|rating|date|pros|cons|stars)\b",
    re.IGNORECASE,
)


def is_empty(cell: Any) -> bool:
    """Return whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_number(cell: Any) -> bool:
    """Return whether a cell is a number, a date or a time; a text of digits is one, too."""
    if isinstance(cell, str):
        return len(cell) < _LONG and _NUMBER.fullmatch(cell.strip()) is not None
    return cell is not None


def header_at(rows: Sequence[Sequence[Any]]) -> int | None:
    """Return which of the first rows of a table holds its names; None when all of them are data.

    Above a header stand title rows and filters, which fill fewer cells. A header has letters and no long text.
    """
    filled = [sum(not is_empty(cell) for cell in row) for row in rows]
    top = next((i for i, n in enumerate(filled) if n), None)
    if top is None or (_n_headings(rows[top]) > 1 and _is_name_row(rows, top)):
        return top
    known = next((i for i in range(min(len(rows), _ABOVE)) if _is_well_known(rows, filled, i)), None)
    if known is not None:
        return known
    width = _usual_width(filled)
    first = next(i for i, n in enumerate(filled) if n >= 0.75 * width)
    if _is_name_row(rows, first):
        return _better(rows, filled, first)
    narrow = next((i for i, n in enumerate(filled[:first]) if n > 1 and _is_name_row(rows, i)), None)
    return narrow if narrow is not None and _n_headings(rows[narrow]) > 1 else None


def _is_well_known(rows: Sequence[Sequence[Any]], filled: Sequence[int], at: int) -> bool:
    """Return whether a row is made of well-known names: three at least, and every second cell."""
    n_headings = _n_headings(rows[at])
    return n_headings > 2 and 2 * n_headings >= filled[at] and _is_name_row(rows, at)


def _usual_width(filled: Sequence[int]) -> int:
    """Return the largest number of filled cells that is no exception; titles of one cell tell nothing of a wider table."""
    counts = Counter(n for n in filled if n > 1) or Counter(n for n in filled if n)
    total = sum(counts.values())
    usual = [n for n, times in counts.items() if times > 1 and times >= 0.2 * total]
    if usual or not counts:
        return max(usual, default=0)
    top, *others = counts
    return max(others, default=top) if top == 1 else top


def _better(rows: Sequence[Sequence[Any]], filled: Sequence[int], first: int) -> int:
    """Return a later row of well-known names when the first one, of as many cells, has none: filters look like it."""
    if _n_headings(rows[first]):
        return first
    later = (i for i in range(first + 1, min(first + 15, len(rows))) if filled[i] >= filled[first])
    return next((i for i in later if _n_headings(rows[i]) > 1 and _is_name_row(rows, i)), first)


def _n_headings(row: Sequence[Any]) -> int:
    return sum(isinstance(cell, str) and len(cell.split()) < 4 and bool(_HEADING.search(cell[:_LONG])) for cell in row)


def _is_name_row(rows: Sequence[Sequence[Any]], at: int) -> bool:
    """Return whether a row looks like names rather than like the rows below it."""
    cells = [cell for cell in rows[at] if not is_empty(cell)]
    if not any(isinstance(cell, str) and re.search(r"[^\W\d_]", cell) for cell in cells):
        return False
    below = [row for row in rows[at + 1 :] if any(not is_empty(cell) for cell in row)][:20]
    kinds = [_number_below(below, i) for i in range(len(rows[at]))]
    for cell, numbers in zip(rows[at], kinds, strict=True):
        if not is_empty(cell) and is_number(cell) and (numbers or not isinstance(cell, str)):
            return False  # a number over numbers
    if not any(len(str(cell)) > _LONG or len(str(cell).split()) >= _MANY_WORDS for cell in cells):
        return True
    # the questions of a survey are long names; a word over numbers shows that they are names
    return any(numbers and not is_empty(cell) for cell, numbers in zip(rows[at], kinds, strict=True))


def _number_below(below: Sequence[Sequence[Any]], column: int) -> bool:
    """Return whether the cells of a column are numbers, all that are filled and at least two."""
    cells = [row[column] for row in below if len(row) > column and not is_empty(row[column])]
    return len(cells) > 1 and all(map(is_number, cells))


def column_names(cells: Sequence[Any], where: str, notes: list[str]) -> list[str]:
    """Return the names of the columns: empty ones are numbered, of equal ones the second gets «(2)», and a note tells it.

    Raises ``ReviewmineError`` for more columns than a table of reviews has.

    >>> column_names(["Текст", " ", "Текст"], "a.csv", [])
    ['Текст', 'column 2', 'Текст (2)']
    """
    if len(cells) > MAX_COLUMNS:
        raise ReviewmineError(
            f"{len(cells)} columns", expected=f"up to {MAX_COLUMNS}", where=where, do="check the delimiter"
        )
    names: dict[str, None] = {}
    told = ["" if is_empty(cell) else str(cell).strip("\ufeff \t\r\n") for cell in cells]
    given = set(told)
    again: Counter[str] = Counter()  # the last number put after a name
    renamed: dict[str, list[str]] = {}
    for number, cell in enumerate(told, start=1):
        base = name = cell or f"column {number}"
        while name in names or (name != base and name in given):
            again[base] += 1
            name = f"{base} ({again[base] + 1})"
        if name != base:
            renamed.setdefault(base, []).append(name)
        names[name] = None
    notes.extend(_said_of_equal(base, others) for base, others in renamed.items())
    return list(names)


def _said_of_equal(base: str, others: Sequence[str]) -> str:
    """Return a note of columns that have the same name, and of what all but the first are called."""
    if len(others) == 1:
        return f"two columns are called {base[:60]!r}; the second is {others[0][:60]!r}"
    last = others[-1]
    return f"{len(others) + 1} columns are called {base[:60]!r}; the others are {others[0][:60]!r} to {last[-60:]!r}"


def numbered(n_columns: int, notes: list[str]) -> list[str]:
    """Return names for the columns of a table that has no header, with a note of it."""
    notes.append("the first row looks like data, not like column names; the columns are called column 1, column 2 …")
    return [f"column {number + 1}" for number in range(n_columns)]


def left_out_above(rows: Sequence[Sequence[Any]], notes: list[str]) -> None:
    """Add a note of the rows above the header, with their words."""
    said = [" ".join(str(cell) for cell in row if not is_empty(cell)) for row in rows]
    said = [line for line in said if line]
    if said:
        notes.append(f"{len(said)} rows above the header are left out: {' / '.join(said)[:200]}")
