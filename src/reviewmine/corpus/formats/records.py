"""Lines to records: the csv module as long as it can, the forgiving scanner where a quote has gone astray."""

import csv
from collections.abc import Generator, Iterable, Iterator
from itertools import chain, takewhile

from reviewmine.corpus.formats import lines as text_lines
from reviewmine.corpus.formats.header import is_number
from reviewmine.corpus.formats.lines import Window
from reviewmine.corpus.formats.quotes import Dialect, Scanner, is_open, literal, strict_reader

MAX_CELL = 1_000_000
"""Characters in a cell; a longer one is rejected with its row."""
ENDS_EARLY = "the file ends early, inside a quoted cell"

Record = tuple[int, list[str] | str]
"""The number of the first line of a record with its cells, or with the reason why it has none."""

_AFTER_SLIP = 500
_FOLLOWING = 5  # lines that, each a record of its own, prove that a quote was a slip


def records(windows: Iterable[Window], dialect: Dialect, number: int = 1) -> Iterator[Record]:
    """Yield the records of lines, the first of which has ``number``; an empty line is a record without cells."""
    csv.field_size_limit(MAX_CELL)
    carry: list[str] = []
    wanted = 0  # a record that goes on is looked at again when twice as much of it is there
    for window in chain(windows, (0,)):
        final = not isinstance(window, list)
        lines = carry + window if isinstance(window, list) else carry
        if len(lines) < wanted and not final:
            carry = lines
            continue
        used = yield from _cut(lines, number, dialect, final=final)
        carry = lines[used:]
        wanted = 2 * len(carry)
        number += used
        if isinstance(window, int) and window:
            yield number, f"a line of {window} characters, expected up to {text_lines.MAX_LINE}"
            number += 1


def _cut(lines: list[str], number: int, dialect: Dialect, *, final: bool) -> Generator[Record, None, int]:
    """Yield the records of a window and return how many lines they took; the rest waits for more lines."""
    at = 0
    while at < len(lines):
        # after a slip few lines at once, so that many slips do not copy the window as many times
        reader = strict_reader(lines[at : at + _AFTER_SLIP] if at else lines, dialect)
        start = at
        try:
            for cells in reader:
                end = start + reader.line_num
                if end - at > 1 and (len(cells) != dialect.width or _is_slip(lines, at, dialect)):
                    break
                yield number + at, cells
                at = end
            else:
                continue
        except csv.Error:
            pass
        used, found = _mend(lines, at, dialect, final=final)
        if not used:
            return at
        yield number + at, found
        at += used
    return at


def _mend(lines: list[str], at: int, dialect: Dialect, *, final: bool) -> tuple[int, list[str] | str]:
    """Return how many lines the record at ``at`` takes and its cells; 0 lines when more of them must be seen."""
    if _is_slip(lines, at, dialect):
        return 1, literal(lines[at], dialect)
    scanner = Scanner(dialect)
    end = at
    while end < len(lines) and (end == at or scanner.is_open) and scanner.size <= text_lines.MAX_LINE:
        scanner.feed(lines[end])
        end += 1
    if not scanner.is_open:
        return _closed(lines, at, end, scanner.cells, dialect)
    if not final and scanner.size <= MAX_CELL:
        return 0, ""
    if _are_records(lines, at, dialect):
        return 1, literal(lines[at], dialect)
    if scanner.size > MAX_CELL:
        return (0, "") if scanner.size <= text_lines.MAX_LINE and not final else (end - at, _giant())
    whole = end - at == 1 and lines[at].endswith("\n") and len(literal(lines[at], dialect)) == dialect.width
    return (1, literal(lines[at], dialect)) if whole else (end - at, ENDS_EARLY)


def _closed(lines: list[str], at: int, end: int, cells: list[str], dialect: Dialect) -> tuple[int, list[str] | str]:
    """Return the record of the lines ``at`` to ``end``, or of the first alone when the cells are not the usual number."""
    if end - at > 1 and len(cells) != dialect.width and _are_records(lines, at, dialect):
        return 1, literal(lines[at], dialect)
    if max(map(len, cells)) > MAX_CELL:
        return end - at, _giant()
    return end - at, cells


def _giant() -> str:
    return f"a cell of over {MAX_CELL} characters"


def _is_slip(lines: list[str], at: int, dialect: Dialect) -> bool:
    """Return whether a quote in the line opens by mistake, for the next lines are surely records of their own."""
    if len(lines) <= at + 1:
        return False
    first, second = lines[at], lines[at + 1]
    if not is_open(first, dialect):
        return False
    if dialect.width == 1:
        return first.startswith('"') and second.startswith('"')
    least = dialect.width - 1
    if first.count(dialect.delimiter) < least or second.count(dialect.delimiter) < least:
        return False
    cells = literal(first, dialect)
    if any(map(is_number, cells)):
        return _are_records(lines, at, dialect)
    return len(lines) > at + _FOLLOWING and all(
        len(literal(line, dialect)) == dialect.width for line in lines[at : at + 1 + _FOLLOWING]
    )


def _are_records(lines: list[str], at: int, dialect: Dialect) -> bool:
    """Return whether the line and those after it, up to the next with a quote, each look like a record alone."""
    following = lines[at + 1 : at + 4]
    following = following[:1] + list(takewhile(lambda line: '"' not in line, following[1:]))
    first = literal(lines[at], dialect)
    if not following or len(first) != dialect.width:
        return False
    others = (literal(line, dialect) for line in following)
    return all(len(cells) == dialect.width and _alike(first, cells) for cells in others)


def _alike(first: list[str], other: list[str]) -> bool:
    """Return whether a record has numbers where another has them."""
    return all(not is_number(one) or not two.strip() or is_number(two) for one, two in zip(first, other, strict=True))
