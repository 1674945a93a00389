"""Workbooks: every visible sheet is a table of its own, under the row that looks like its header."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from reviewmine.corpus.formats.header import (
    LOOKED_AT,
    column_names,
    header_at,
    is_empty,
    left_out_above,
    numbered,
)
from reviewmine.corpus.formats.table import Row, Rows, Source, Table
from reviewmine.corpus.formats.unpack import seekable
from reviewmine.corpus.formats.workbook import check_workbook
from reviewmine.errors import ReviewmineError

Cells = list[Any]


def read_sheets(source: Source) -> Iterator[Table]:
    """Yield the sheets of a workbook that hold something; ``file.xlsx::Лист1`` takes one, hidden or not.

    Raises ``ReviewmineError`` for a sheet that is not there, and for a workbook too large to open.
    """
    from python_calamine import CalamineWorkbook, SheetVisibleEnum  # noqa: PLC0415

    file = seekable(source.content, source.name)
    check_workbook(file, source.name)
    workbook = CalamineWorkbook.from_filelike(file)
    names: list[str] = workbook.sheet_names
    if source.part and source.part not in names:
        raise ReviewmineError(
            f"no sheet {source.part!r}",
            expected=f"one of {', '.join(names)[:200]}",
            where=source.name,
            do=f"write {source.path.name}::SHEET",
        )
    visible = [one.name for one in workbook.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
    hidden = [name for name in names if name not in visible]
    notes = [f"the hidden sheet {name!r} is left out; write ::{name} to read it" for name in hidden if visible]
    for name in [source.part] if source.part else visible or names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.end is None:
            continue
        table_notes, notes = ([] if source.part else notes), []
        place = _Place(sheet.end[0] + 1)
        yield Table(f"{source.name}::{name}", _rows(sheet, place, source.name, table_notes), place.share, table_notes)


class _Place:
    """How far a sheet is read."""

    def __init__(self, n_rows: int) -> None:
        self.row, self._n_rows = 0, max(n_rows, 1)

    def share(self) -> float:
        return self.row / self._n_rows


def _rows(sheet: Any, place: _Place, where: str, notes: list[str]) -> Rows:
    """Yield the rows under the header, numbered as in the sheet."""
    lines = _filled_down(enumerate(sheet.iter_rows(), start=1), sheet)
    sample = list(islice(lines, LOOKED_AT))
    told = [(number, cells) for number, cells in sample if not all(map(is_empty, cells))]
    top = header_at([cells for _, cells in told])
    if top is None:
        names = numbered(sheet.width, notes)
    else:
        left_out_above([cells for _, cells in told[:top]], notes)
        names = column_names(_trimmed(told[top][1]), where, notes)
        sample = [one for one in sample if one[0] > told[top][0]]
    n_blank, waiting = 0, 0
    for place.row, cells in chain(sample, lines):
        kept = _trimmed(cells)
        if not kept:
            waiting += 1
            continue
        n_blank, waiting = n_blank + waiting, 0  # blank rows at the end are the paper, not the table
        if len(kept) > len(names):
            yield place.row, f"{len(kept)} cells under {len(names)} columns"
        else:
            yield place.row, _row(names, cells)
    if n_blank:
        notes.append(f"{n_blank} rows of empty cells are passed over")


def _row(names: Sequence[str], cells: Cells) -> Row:
    return dict(zip(names, cells, strict=False))


def _filled_down(lines: Iterator[tuple[int, Cells]], sheet: Any) -> Iterator[tuple[int, Cells]]:
    """Yield rows in which a cell merged over several rows stands in each of them, as a person reads it."""
    first_column = sheet.start[1]
    merged: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top and left >= first_column:
            merged.setdefault(top + 1, []).append((bottom + 1, left - first_column))
    held: dict[int, tuple[int, Any]] = {}  # column to the last row of its cell, and the value
    for number, cells in lines:
        for column, (last, value) in list(held.items()):
            if number > last:
                del held[column]
            elif column < len(cells) and is_empty(cells[column]):
                cells[column] = value
        for last, column in merged.get(number, ()):
            if column < len(cells):
                held[column] = (last, cells[column])
        yield number, cells


def _trimmed(cells: Cells) -> Cells:
    """Return the cells without the empty ones at the end."""
    last = len(cells)
    while last and is_empty(cells[last - 1]):
        last -= 1
    return cells[:last]
