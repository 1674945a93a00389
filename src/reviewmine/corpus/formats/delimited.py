"""CSV and TSV: one record after another, whatever the delimiter, the quotes and the slips."""

import re
from collections.abc import Iterator
from itertools import chain, islice, zip_longest

from reviewmine.corpus.formats.dialect import guess_dialect, said_delimiter
from reviewmine.corpus.formats.header import LOOKED_AT, MAX_COLUMNS, column_names, header_at, left_out_above, numbered
from reviewmine.corpus.formats.lines import Window, line_windows
from reviewmine.corpus.formats.quotes import Dialect
from reviewmine.corpus.formats.records import ENDS_EARLY, Record, records
from reviewmine.corpus.formats.table import Rows, Source, Table

_NEUTRALISED = re.compile(r"'[=+\-@\t\r]")


def read_delimited(source: Source) -> Iterator[Table]:
    """Yield the one table of a CSV or TSV file. The number of a row is that of its first line.

    An apostrophe that keeps spreadsheets from taking a cell for a formula is taken off.
    """
    notes: list[str] = []
    yield Table(source.name, _rows(source, notes), source.content.share, notes)


def _rows(source: Source, notes: list[str]) -> Rows:
    """Yield the rows under the header; blank ones are passed over, those with more cells than names rejected."""
    neutralised: list[bool] = []  # not empty when some line so far may hold such a cell: few files have any
    found, dialect = _records(source, notes, neutralised)
    sample = list(islice(found, LOOKED_AT))
    names, sample = _named(sample, dialect, source.name, notes)
    width = len(names)
    n_blank = number = 0
    cells: list[str] | str = []
    for number, cells in chain(sample, found):
        if isinstance(cells, str):
            yield number, source.content.broken or cells if cells == ENDS_EARLY else cells
        elif not any(cells):
            n_blank += bool(cells)
        elif len(cells) > width and any(cells[width:]):
            yield number, f"{len(cells)} cells under {width} columns"
        else:
            told = list(map(_as_written, cells[:width])) if neutralised else cells[:width]
            yield number, dict(zip_longest(names, told, fillvalue=""))
    if n_blank:
        notes.append(f"{n_blank} rows of empty cells are passed over")
    if source.content.broken and cells != ENDS_EARLY:
        yield number + 1, source.content.broken


def _as_written(cell: str) -> str:
    """Return a cell without the apostrophe that was put before a sign of formulas.

    >>> _as_written("'-10 за упаковку"), _as_written("'так'")
    ('-10 за упаковку', "'так'")
    """
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def _watched(windows: Iterator[Window], neutralised: list[bool]) -> Iterator[Window]:
    """Yield the windows; ``neutralised`` is no more empty from the first line on in which a sign stands after ``'``."""
    for window in windows:
        if not neutralised and isinstance(window, list):
            neutralised.extend([True] * any("'" in line and _NEUTRALISED.search(line) is not None for line in window))
        yield window


def _records(source: Source, notes: list[str], neutralised: list[bool]) -> tuple[Iterator[Record], Dialect]:
    """Return the records of a file from its first line on, and the dialect found in its first lines."""
    windows = _watched(line_windows(source.content, notes), neutralised)
    first = next(windows, [])
    lines = first if isinstance(first, list) else []
    said = said_delimiter(lines[0]) if lines else ""
    likely = "\t" if ".tsv" in source.path.name.lower() else ""
    dialect = guess_dialect(lines[1:] if said else lines, said, likely)
    rest = first[1:] if isinstance(first, list) and said else first
    return records(chain([rest], windows), dialect, 2 if said else 1), dialect


def _named(sample: list[Record], dialect: Dialect, where: str, notes: list[str]) -> tuple[list[str], list[Record]]:
    """Return the column names and the records under them."""
    told = [(number, cells) for number, cells in sample if isinstance(cells, list)]
    if told and len(told[0][1]) > MAX_COLUMNS:
        column_names(told[0][1], where, notes)  # says so, before so many are looked at
    top = header_at([cells for _, cells in told])
    if top is None:
        width = max((len(cells) for _, cells in told), default=0)
        return (numbered(dialect.width or width, notes) if width else []), sample
    left_out_above([cells for _, cells in told[:top]], notes)
    line, cells = told[top]
    names = column_names(list(map(_as_written, cells)), where, notes)
    return names, [one for one in sample if one[0] > line or isinstance(one[1], str)]
