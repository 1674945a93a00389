"""Lines to records: the csv module as long as it can, the forgiving scanner where a quote has gone astray."""

import csv
from collections.abc import Generator, Iterable, Iterator
from itertools import chain, takewhile
from typing import NamedTuple

from reviewmine.corpus.formats import lines as text_lines
from reviewmine.corpus.formats.header import is_number
from reviewmine.corpus.formats.lines import Window
from reviewmine.corpus.formats.quotes import Dialect, Scanner, is_open, literal, strict_reader
from reviewmine.corpus.formats.recovery import records_again

MAX_CELL = 1_000_000
"""Characters in a cell; a longer one is rejected with its row."""
ENDS_EARLY = "the file ends early, inside a quoted cell"
UNCLOSED = "a quoted cell that does not close before the next record"

Record = tuple[int, list[str] | str]
"""The number of the first line of a record with its cells, or with the reason why it has none."""

_AFTER_SLIP = 500
_FOLLOWING = 5  # lines that, each a record of its own, prove that a quote was a slip


class _Mended(NamedTuple):
    """What stands at a line where the csv module gives up."""

    n_lines: int
    """Lines that it takes; 0 when more of them must be seen."""
    found: list[str] | str = ""
    unclosed: bool = False
    """Whether it was seen to the end of the lines that its quote does not close."""


def records(windows: Iterable[Window], dialect: Dialect, number: int = 1) -> Iterator[Record]:
    """Yield the records of lines, the first of which has ``number``; an empty line is a record without cells."""
    # csv.field_size_limit is one for the process and stays as it is: a cell beyond it goes to the forgiving scanner
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
    doubtful = False  # once a quote was seen that never closes, each further one is doubted early: linear time
    while at < len(lines):
        # after a slip few lines at once, so that many slips do not copy the window as many times
        reader = strict_reader(lines[at : at + _AFTER_SLIP] if at else lines, dialect)
        start = at
        try:
            for cells in reader:
                end = start + reader.line_num
                if len(lines[at]) > MAX_CELL or (end - at > 1 and _is_doubtful(lines, at, end, len(cells), dialect)):
                    break
                yield number + at, cells
                at = end
            else:
                continue
        except csv.Error:
            pass
        mended = _mend(lines, at, dialect, final=final, doubtful=doubtful)
        if not mended.n_lines:
            return at
        yield number + at, mended.found
        at += mended.n_lines
        doubtful = doubtful or mended.unclosed
    return at


def _is_doubtful(lines: list[str], at: int, end: int, n_cells: int, dialect: Dialect) -> bool:
    """Return whether a record of several lines, which the csv module took for one, is to be looked at again."""
    if n_cells != dialect.width or _is_slip(lines, at, dialect):
        return True
    if end - at <= _FOLLOWING:
        return False
    return sum(map(len, lines[at:end])) > MAX_CELL or records_again(lines, at, end, dialect, wrong=False) > 0


def _mend(lines: list[str], at: int, dialect: Dialect, *, final: bool, doubtful: bool) -> _Mended:
    """Return the record at ``at``, whose quotes have gone astray."""
    if _is_slip(lines, at, dialect):
        return _Mended(1, literal(lines[at], dialect))
    scanner = Scanner(dialect)
    end, look = at, at + 2 * _FOLLOWING
    while end < len(lines) and (end == at or scanner.is_open) and scanner.size <= text_lines.MAX_LINE:
        scanner.feed(lines[end])
        end += 1
        if end == look and scanner.is_open:
            look += look - at
            if doubtful and _are_records(lines, at, dialect):
                return _Mended(1, literal(lines[at], dialect))
            if again := records_again(lines, at, end, dialect, wrong=doubtful):
                return _short(lines, at, again, dialect)
    if not scanner.is_open:
        return _closed(lines, at, end, scanner.cells, dialect)
    return _never_closed(lines, at, end, scanner.size, dialect, final=final)


def _never_closed(lines: list[str], at: int, end: int, size: int, dialect: Dialect, *, final: bool) -> _Mended:
    """Return the record at ``at``, whose quote is still open at ``end``."""
    if not final and size <= MAX_CELL:
        return _Mended(0)
    if _are_records(lines, at, dialect):
        return _Mended(1, literal(lines[at], dialect), unclosed=True)
    if again := records_again(lines, at, end, dialect, wrong=True):
        return _short(lines, at, again, dialect)._replace(unclosed=True)
    if size > MAX_CELL:
        return _Mended(0) if size <= text_lines.MAX_LINE and not final else _Mended(end - at, _giant())
    whole = end - at == 1 and lines[at].endswith("\n") and len(literal(lines[at], dialect)) == dialect.width
    return _Mended(1, literal(lines[at], dialect)) if whole else _Mended(end - at, ENDS_EARLY)


def _closed(lines: list[str], at: int, end: int, cells: list[str], dialect: Dialect) -> _Mended:
    """Return the record of the lines ``at`` to ``end``, or what stands before the records that its quote swallowed."""
    usual = len(cells) == dialect.width
    if end - at > 1 and not usual and _are_records(lines, at, dialect):
        return _Mended(1, literal(lines[at], dialect))
    if end - at > 1 and (again := records_again(lines, at, end, dialect, wrong=not usual)):
        return _short(lines, at, again, dialect)
    return _Mended(end - at, _giant() if max(map(len, cells)) > MAX_CELL else cells)


def _short(lines: list[str], at: int, again: int, dialect: Dialect) -> _Mended:
    """Return what stands before the line ``again``, from which records go on: a record on one line, or no record."""
    if again == at + 1 and len(cells := literal(lines[at], dialect)) == dialect.width:
        return _Mended(1, cells)
    return _Mended(again - at, UNCLOSED)


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
