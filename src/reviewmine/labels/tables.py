"""Labels as a sheet for people without tools: a row a review, codes of types joined by ``|`` in three columns, and back.

``write_sheet`` writes CSV that a spreadsheet program opens with a double click, ``workbook`` XLSX with lists to pick from;
CSV, XLSX and ODS are read back. A sheet belongs to one person: it opens with what they said before, and only what they
changed becomes labels.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from reviewmine.corpus.formats import open_tables
from reviewmine.errors import ReviewmineError
from reviewmine.files import safe_cell, write_text
from reviewmine.labels.shown import FACTS, cell_text, shown
from reviewmine.labels.store import Label, Verdict, current, latest, name_of, now
from reviewmine.router import TEXT_FIELDS
from reviewmine.taxonomy.model import Taxonomy

COLUMNS: Final[Mapping[str, Verdict]] = {"types": "yes", "unsure": "unsure", "no": "no"}
"""Column of a sheet to the verdict of the types in it."""
MORE_TYPES: Final = ("types 2", "types 3")
"""Columns beside ``types`` in a workbook, where a cell takes one type from a list; read with it."""


@dataclass(frozen=True)
class FromSheet:
    """New labels of a sheet, and what of it could not be read, a line each with the number of its row."""

    labels: tuple[Label, ...]
    rejected: tuple[str, ...]
    n_rows: int


def sheet(
    reviews: pd.DataFrame,
    taxonomy: Taxonomy,
    who: str = "",
    labels: Iterable[Label] = (),
    suggested: Iterable[Label] = (),
    *,
    mask: bool = True,
) -> pd.DataFrame:
    """Return a row for each review: id, what ``who`` said, what is suggested, facts and masked fields; all are text.

    Raises ``ReviewmineError`` for a label whose type has become another, and for a code that a cell cannot hold.
    """
    labels, suggested = list(labels), list(suggested)
    current([*labels, *suggested], taxonomy)
    _plain_codes(taxonomy)
    said = {(review, kind): one.verdict for (review, kind, by), one in latest(labels).items() if by == who}
    hints = {(review, kind) for (review, kind, _), one in latest(suggested).items() if one.verdict == "yes"}
    rows = []
    for review in reviews.to_dict("records"):
        name = str(review["id"])
        row = {"id": name}
        for column, verdict in COLUMNS.items():
            row[column] = "|".join(one.code for one in taxonomy.types if said.get((name, one.id)) == verdict)
        row["suggested"] = "|".join(one.code for one in taxonomy.types if (name, one.id) in hints)
        texts = {field: shown(str(review.get(field) or ""), mask=mask).text for field in TEXT_FIELDS}
        rows.append(row | {field: cell_text(review.get(field)) for field in FACTS} | texts)
    return pd.DataFrame(rows, columns=["id", *COLUMNS, "suggested", *FACTS, *TEXT_FIELDS], dtype=str)


def write_sheet(path: Path, frame: pd.DataFrame, language: str = "ru") -> None:
    """Write a sheet as CSV for spreadsheet programs, formulas neutralised.

    The first sign says that it is UTF-8, without which Excel shows no Cyrillic letters. Cells end with a semicolon, as
    Excel expects where the comma is in numbers; with a comma in English.
    """
    if path.suffix.lower() != ".csv":
        raise ReviewmineError(
            f"the ending {path.suffix or 'is missing'}", expected=".csv", where=str(path), do="change -o"
        )
    out = io.StringIO()
    rows = csv.writer(out, delimiter="," if language == "en" else ";", lineterminator="\n")
    rows.writerow(frame.columns)
    rows.writerows([safe_cell(cell) for cell in row] for row in frame.itertuples(index=False))
    write_text(path, "\ufeff" + out.getvalue())


def read_sheet(
    path: str | Path, taxonomy: Taxonomy, who: str, labels: Iterable[Label] = (), when: str = ""
) -> FromSheet:
    """Return what ``who`` said in a sheet and had not said before in ``labels``.

    A type that they took out of all three columns is "unsure". A row with an unknown code, a type in two columns or
    without an id is rejected whole. Raises ``ReviewmineError`` for a sheet without the columns ``id`` and ``types``.
    """
    _plain_codes(taxonomy)
    ids = {one.code: one.id for one in taxonomy.types if one.status != "deprecated"}
    before: dict[str, dict[str, Verdict]] = {}
    for (review, kind, by), one in latest(labels).items():
        if by == who:
            before.setdefault(review, {})[kind] = one.verdict
    made: list[Label] = []
    rejected: list[str] = []
    seen: set[str] = set()
    n_rows = 0
    for number, row in _rows(path):
        n_rows += 1
        told = row if isinstance(row, str) else _told(row, ids)
        name = "" if isinstance(row, str) else cell_text(row.get("id")).strip()
        if isinstance(told, dict) and name in seen:
            told = f"a second row of review {name[:80]!r}"
        if isinstance(told, str):
            rejected.append(f"{path}, row {number}: {told}")
            continue
        seen.add(name)
        known = before.get(name, {})
        gone: dict[str, Verdict] = {kind: "unsure" for kind in known if kind not in told}
        for kind, verdict in (told | gone).items():
            if known.get(kind) != verdict:
                made.append(Label(name, kind, verdict, who, when or now(), "person", name_of(taxonomy)))
    return FromSheet(tuple(made), tuple(rejected), n_rows)


def _rows(path: str | Path) -> Iterable[tuple[int, dict[str, Any] | str]]:
    """Yield the rows of the first table of a file. Raises ``ReviewmineError`` when they are no sheet of ours."""
    table = next(iter(open_tables(str(path))), None)
    for number, row in table.rows if table else ():
        if isinstance(row, dict) and not {"id", "types"} <= set(row):
            expected = f"the columns id, {', '.join(COLUMNS)}"
            raise ReviewmineError(
                f"the columns {', '.join(row)[:200]}", expected=expected, where=str(path), do="export it anew"
            )
        yield number, row


def _told(row: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Verdict] | str:
    """Return the verdicts of a row by id of the type, or what is wrong with it."""
    if not cell_text(row.get("id")).strip():
        return "no id"
    told: dict[str, Verdict] = {}
    for column, verdict in COLUMNS.items():
        cells = (column, *(MORE_TYPES if column == "types" else ()))
        codes = dict.fromkeys(code.strip() for name in cells for code in cell_text(row.get(name)).split("|"))
        for code in codes:
            if code and code not in ids:
                return f"{column} has {code[:80]!r}, which is no code in use"
            if code and told.setdefault(ids[code], verdict) != verdict:
                return f"{code} stands in two columns"
    return told


def _plain_codes(taxonomy: Taxonomy) -> None:
    """Raise ``ReviewmineError`` for a code that would not come back from a cell as it went in."""
    bad = [code for code in taxonomy.codes if "|" in code or code != " ".join(code.split()) or code.startswith("'")]
    if bad:
        raise ReviewmineError(
            f"the code {bad[0]!r}",
            expected="codes without |, outer spaces and a leading apostrophe",
            where=name_of(taxonomy),
            do="rename it",
        )
