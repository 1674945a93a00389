"""Where records go on after a quote that opens by mistake and never closes, or closes far below by another's quote."""

from collections.abc import Sequence

from reviewmine.corpus.formats.header import is_number
from reviewmine.corpus.formats.quotes import Dialect, Scanner

TALL = 12
"""Lines of a record that proves something; a taller one is passed over."""

_SURE, _SURE_OF_TEXT = 5, 20  # records in a row, alike in where numbers stand, that no quoted cell holds
_LIKELY, _LIKELY_OF_TEXT = 2, 5  # the same, where the quote is known to be wrong

Cells = list[str]
Found = list[tuple[int, Cells, frozenset[int]]]
"""Records in a row: the line of each, its cells and the columns with numbers."""


def records_again(lines: Sequence[str], at: int, end: int, dialect: Dialect, *, wrong: bool) -> int:
    """Return the first line after ``at`` and before ``end`` from which whole records follow one another; 0 when none.

    Records have the usual number of cells, each quote in them is closed, and numbers stand in the same column: read
    from the inside of a quoted cell no record comes to its end so. ``wrong`` says that the quote of the record at
    ``at`` is surely a slip, so that fewer records prove it. Every line is looked at up to ``TALL`` times.
    """
    if dialect.width < 2:
        return 0
    found: Found = []
    here = at + 1
    while here < len(lines) and (here < end or found):
        n_lines, cells = _clean(lines, here, dialect)
        numbers = frozenset(column for column, cell in enumerate(cells) if is_number(cell))
        if found and not (cells and _goes_on(found, cells, numbers)):
            if _proven(found, wrong=wrong, last=not any(lines[i].strip() for i in range(here, len(lines)))):
                break
            found = []
            if here >= end:
                break
        if cells:
            found.append((here, cells, numbers))
            if _proven(found, wrong=wrong, last=False):
                break
        here += n_lines
    last = here >= len(lines)
    return _start(found) if found and _proven(found, wrong=wrong, last=last) else 0


def _clean(lines: Sequence[str], at: int, dialect: Dialect) -> tuple[int, Cells]:
    """Return how many lines the record at ``at`` takes, and its cells when it is whole and every quote in it closes."""
    line = lines[at]
    if '"' not in line and line.count(dialect.delimiter) != dialect.width - 1:
        return 1, []
    scanner = Scanner(dialect)
    end, n_quotes = at, 0
    while end < len(lines) and end - at < TALL and (end == at or scanner.is_open):
        scanner.feed(lines[end])
        n_quotes += lines[end].count('"') - (lines[end].count('\\"') if dialect.escaped else 0)
        end += 1
    whole = not scanner.is_open and n_quotes % 2 == 0 and len(scanner.cells) == dialect.width
    return (end - at, scanner.cells) if whole else (1, [])


def _common(found: Found) -> frozenset[int]:
    """Return the columns that hold a number in each of the records, or nothing, and in one of them a number."""
    usual = {column for _, _, numbers in found for column in numbers}
    return frozenset(
        column for column in usual if all(column in n or not cells[column].strip() for _, cells, n in found)
    )


def _goes_on(found: Found, cells: Cells, numbers: frozenset[int]) -> bool:
    """Return whether a record is like those before it: numbers stand in a column of theirs, or in none of both."""
    common = _common(found)
    return bool(common & numbers) if common else not numbers


def _proven(found: Found, *, wrong: bool, last: bool) -> bool:
    """Return whether so many records in a row are no text; the last one of a file stands for itself by two numbers."""
    common = _common(found)
    if wrong and last and len(common) > 1:
        return True
    if common:
        return len(found) >= (_LIKELY if wrong else _SURE)
    return len(found) >= (_LIKELY_OF_TEXT if wrong else _SURE_OF_TEXT)


def _start(found: Found) -> int:
    """Return the line of the first record; of the second when the first lacks a number that all others have."""
    if len(found) > 2:
        (_, cells, numbers), *others = found
        usual = frozenset.intersection(*(one for _, _, one in others))
        if any(column not in numbers and cells[column].strip() for column in usual):
            return others[0][0]
    return found[0][0]
