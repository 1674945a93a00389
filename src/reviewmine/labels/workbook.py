"""A sheet of labels as a workbook: types are picked from a list, a second sheet says what they mean.

Every cell is text, so no text is a formula and a spreadsheet program makes no number or date of a code or an id.
"""

import re
from pathlib import Path
from typing import Any, Final

import pandas as pd

from reviewmine.errors import ReviewmineError, missing_extra
from reviewmine.files import safe_cell, write_whole
from reviewmine.labels.tables import COLUMNS, MORE_TYPES
from reviewmine.router import TEXT_FIELDS
from reviewmine.taxonomy.model import Taxonomy

TYPES_SHEET: Final = "types"
_MOST_ROWS: Final = 1_048_575  # of a sheet in XLSX, beside the header
_MOST_SIGNS: Final = 16_000  # a cell holds 32,767 UTF-16 units; a sign has at most two
_WIDE, _NARROW = 60, 18  # widths of columns, in signs
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # XLSX reads _x0041_ as A


def write_workbook(path: Path, frame: pd.DataFrame, taxonomy: Taxonomy) -> None:
    """Write a frame of ``sheet`` as XLSX: ``types`` and the columns beside it offer the codes in use.

    One code a cell is picked, several joined by ``|`` are typed. Texts beyond 16,000 signs end with «…». Raises
    ``ReviewmineError`` for an id that a cell cannot hold, for more rows than a sheet has, and without openpyxl.
    """
    try:
        from openpyxl import Workbook  # noqa: PLC0415
    except ModuleNotFoundError:
        raise missing_extra("openpyxl", "lab", "writing XLSX") from None
    if len(frame) > _MOST_ROWS:
        raise ReviewmineError(
            f"{len(frame)} reviews", expected=f"at most {_MOST_ROWS}", where=str(path), do="write .csv"
        )
    bad = next((one for one in frame["id"] if _ILLEGAL.search(one) or len(one) > _MOST_SIGNS), None)
    if bad is not None:
        do = "write .csv, or give the review another id"
        raise ReviewmineError(f"review {bad[:80]!r}", expected="an id that XLSX can hold", where=str(path), do=do)
    meanings = _meanings(taxonomy)
    book = Workbook()
    book.active.title = "reviews"
    _fill(book.active, _one_a_cell(frame))
    _offer(book.active, len(frame), len(meanings))
    _fill(book.create_sheet(TYPES_SHEET), meanings)
    write_whole(path, book.save)


def _meanings(taxonomy: Taxonomy) -> pd.DataFrame:
    """Return a row for each type in use: what the codes of the list mean."""
    rows = []
    for one in (one for one in taxonomy.types if one.status != "deprecated"):
        group = " · ".join(taxonomy.groups[code].title for code in taxonomy.path(one.parent))
        rows.append((one.code, one.title, group, one.definition, "\n".join(one.include)))
    return pd.DataFrame(rows, columns=["code", "title", "group", "definition", "include"])


def _one_a_cell(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the sheet with a cell for each of the first types of a review; the last one holds what is left, by ``|``."""
    codes = [cell.split("|", len(MORE_TYPES)) for cell in frame["types"]]
    names = ("types", *MORE_TYPES)
    cells = {name: [one[n] if n < len(one) else "" for one in codes] for n, name in enumerate(names)}
    columns = [part for name in frame.columns for part in (names if name == "types" else (name,))]
    return frame.assign(**cells)[columns]


def _fill(sheet: Any, frame: pd.DataFrame) -> None:
    """Put names and rows into a sheet as text that is never a formula, long texts in wide columns."""
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    wrapped, bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
    for row, cells in enumerate([tuple(frame.columns), *frame.itertuples(index=False)], start=1):
        for column, text in enumerate(cells, start=1):
            cell = sheet.cell(row, column, _legal(text))
            cell.data_type, cell.number_format, cell.alignment = "s", "@", wrapped
            cell.quotePrefix = safe_cell(text) != text  # the apostrophe of XLSX, which is no part of the text
            if row == 1:
                cell.font = bold
    for column, name in enumerate(frame.columns, start=1):
        letter = sheet.cell(1, column).column_letter
        sheet.column_dimensions[letter].width = _WIDE if name in {*TEXT_FIELDS, "definition", "include"} else _NARROW
    sheet.freeze_panes = "B2"


def _offer(sheet: Any, n_reviews: int, n_types: int) -> None:
    """Let the cells of labels offer the codes of the second sheet; what is typed instead is judged when it is read."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    codes = f"{TYPES_SHEET}!$A$2:$A${max(n_types, 1) + 1}"
    offered = DataValidation(type="list", formula1=codes, allow_blank=True, showErrorMessage=False)
    for cell in sheet[1]:
        if cell.value in {*COLUMNS, *MORE_TYPES} and n_reviews:
            offered.add(f"{cell.column_letter}2:{cell.column_letter}{n_reviews + 1}")
    sheet.add_data_validation(offered)


def _legal(text: str) -> str:
    """Return a text that a cell can hold; what it cannot is shown as a sign of replacement, or left out at the end."""
    short = text if len(text) <= _MOST_SIGNS else f"{text[: _MOST_SIGNS - 1]}…"
    return _ESCAPE.sub("_x005F_", _ILLEGAL.sub("\ufffd", short))
