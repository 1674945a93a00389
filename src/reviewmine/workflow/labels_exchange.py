"""Labels and reviews on their way to other tools and back: by the ending of a file, Label Studio or a sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from reviewmine.errors import ReviewmineError
from reviewmine.files import read_table, write_json, write_text
from reviewmine.labels.merge import merged
from reviewmine.labels.store import Label, append_labels, name_of, now, read_labels
from reviewmine.labels.studio import page, tasks
from reviewmine.labels.studio_in import labels_of, read_export
from reviewmine.labels.tables import read_sheet, sheet, write_sheet
from reviewmine.labels.workbook import write_workbook
from reviewmine.router import TEXT_FIELDS
from reviewmine.taxonomy.model import Taxonomy

MODEL = "model"
"""Who suggests the types of scored rows."""


@dataclass(frozen=True)
class Exported:
    """What was written: reviews, labels with them, suggestions, labels of reviews that are not among them, the files."""

    n_reviews: int
    n_labels: int
    n_suggested: int
    n_elsewhere: int
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Brought:
    """What an import added to a store, what was there already, and what was refused or says nothing."""

    n_new: int
    n_known: int
    rejected: tuple[str, ...]
    n_skipped: int


def export_labels(
    reviews: pd.DataFrame,
    taxonomy: Taxonomy,
    out: Path,
    stores: Sequence[Path] = (),
    who: str = "",
    scored: Path | None = None,
    *,
    mask: bool = True,
) -> Exported:
    """Write reviews with what is known of them: OUT.json for Label Studio with OUT.xml, its page; OUT.csv or OUT.xlsx as a sheet.

    Labels of persons and imports are given as such, those of rules and the types of ``scored`` rows as suggestions. A
    sheet has what ``who`` said. Raises ``ReviewmineError`` for another ending.
    """
    labels = merged(*map(read_labels, stores)).labels
    there = set(reviews["id"])
    here = [one for one in labels if one.review in there]
    told = [one for one in here if one.how != "rule"]
    model, scores = _suggested(scored, taxonomy) if scored else ([], {})
    suggested = [*(one for one in here if one.how == "rule"), *(one for one in model if one.review in there)]
    files: tuple[Path, ...] = (out,)
    if out.suffix.lower() == ".json":
        write_json(out, tasks(reviews, taxonomy, told, suggested, scores, mask=mask))
        files = (out, out.with_suffix(".xml"))
        held = [name for name in TEXT_FIELDS if (reviews[name].fillna("") != "").any()]
        spans = {one.span[0] for one in [*told, *suggested] if one.span}
        write_text(files[1], page(taxonomy, [name for name in TEXT_FIELDS if name in {*held, *spans}]))
    elif out.suffix.lower() in (".csv", ".xlsx"):
        told = [one for one in told if one.who == who]
        rows = sheet(reviews, taxonomy, who, told, suggested, mask=mask)
        if out.suffix.lower() == ".csv":
            write_sheet(out, rows, taxonomy.language)
        else:
            write_workbook(out, rows, taxonomy)
    else:
        do = "Label Studio reads .json, a spreadsheet program .xlsx or .csv"
        raise ReviewmineError(
            f"the ending {out.suffix or 'is missing'}", expected=".json, .xlsx or .csv", where=str(out), do=do
        )
    return Exported(len(reviews), len(told), len(suggested), len(labels) - len(here), files)


def import_labels(
    path: Path,
    taxonomy: Taxonomy,
    store: Path,
    who: str = "",
    people: Mapping[str, str] | None = None,
    reviews: frozenset[str] | None = None,
) -> Brought:
    """Append to ``store`` the labels that a file brings and it has not: a JSON export of Label Studio, else a sheet of ``who``.

    Labels of reviews that are not among the ids ``reviews`` are refused, where these are given: a spreadsheet program
    may have made a number or a date of an id.
    """
    before = read_labels(store) if store.is_file() else []
    if path.suffix.lower() == ".json":
        found = labels_of(read_export(path), taxonomy, people)
        labels, rejected, n_skipped = found.labels, list(found.rejected), found.n_skipped
    else:
        if not who:
            raise ReviewmineError("nobody is named", where=str(path), do="name with --who whose sheet it is")
        told = read_sheet(path, taxonomy, who, before, now())
        labels, rejected, n_skipped = told.labels, list(told.rejected), 0
    strange = sorted({one.review for one in labels} - reviews) if reviews is not None else []
    rejected += [f"{path}: review {one[:80]!r} is not among the reviews" for one in strange]
    labels = tuple(one for one in labels if one.review not in set(strange))
    known = set(before)
    new = [one for one in labels if one not in known]
    append_labels(store, new)
    return Brought(len(new), len(labels) - len(new), tuple(rejected), n_skipped)


def _suggested(scored: Path, taxonomy: Taxonomy) -> tuple[list[Label], dict[tuple[str, str], float]]:
    """Return the types of scored rows as labels of a model, and the probability of each first type."""
    frame = read_table(scored)
    lacking = [name for name in ("id", "types", "probability") if name not in frame.columns]
    if lacking:
        raise ReviewmineError(f"no column {lacking[0]!r}", expected="rows of `reviewmine score`", where=str(scored))
    ids = {one.code: one.id for one in taxonomy.types if one.status != "deprecated"}
    labels, scores, moment = [], {}, now()
    for review, cell, p in zip(frame["id"].astype(str), frame["types"], frame["probability"], strict=True):
        for place, code in enumerate(filter(None, str(cell or "").split("|"))):
            if code not in ids:
                do = "name the taxonomy of the model"
                raise ReviewmineError(
                    f"type {code!r}", expected=f"a code of {name_of(taxonomy)}", where=str(scored), do=do
                )
            labels.append(Label(review, ids[code], "yes", MODEL, moment, "rule", name_of(taxonomy)))
            if place == 0:
                scores[review, ids[code]] = float(p)
    return labels, scores
