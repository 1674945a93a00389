"""Reviews, labels, scores and a discovery brought together for the gaps of a taxonomy."""

from pathlib import Path

import pandas as pd

from reviewmine.corpus.statements import cut_reviews
from reviewmine.discover.gaps import Gaps, find_gaps
from reviewmine.discover.run import select_units
from reviewmine.errors import ReviewmineError
from reviewmine.files import read_table
from reviewmine.settings import Discover
from reviewmine.taxonomy.model import Taxonomy

_SURE = frozenset(("auto", "labelled"))


def gaps_of(
    reviews: pd.DataFrame,
    taxonomy: Taxonomy,
    column: str = "types",
    scored: Path | None = None,
    discovery: Path | None = None,
) -> Gaps:
    """Return the gaps of ``taxonomy`` beside ``reviews``.

    Types come from ``column``, and for reviews without any from the rows of ``scored`` that were routed alone. Topics are
    those of the folder ``discovery``, or found anew. Raises ``ReviewmineError`` for a column other than ``types`` that
    is not there, and for files that lack what is needed.
    """
    if column not in reviews.columns and column != "types":
        raise ReviewmineError(
            f"no column {column!r}",
            expected=f"one of {', '.join(map(str, reviews.columns))[:300]}",
            where="--labelled-column",
            do="name the column of types",
        )
    types = _codes(reviews, column) if column in reviews.columns else {}
    if scored:
        rows = _table(scored, ("id", "types", "action"))
        types = _codes(rows[rows["action"].isin(_SURE)], "types") | types
    topics = _topics(discovery) if discovery else None
    units, _ = select_units(cut_reviews(reviews), reviews, Discover(unit="review", about="all"))
    return find_gaps(units, taxonomy, types, topics)


def _codes(rows: pd.DataFrame, column: str) -> dict[str, tuple[str, ...]]:
    """Return the codes of each row that has any."""
    cells = zip(rows["id"].astype(str), rows[column].fillna("").astype(str), strict=True)
    named = {review: tuple(code.strip() for code in cell.split("|") if code.strip()) for review, cell in cells}
    return {review: codes for review, codes in named.items() if codes}


def _topics(folder: Path) -> dict[str, str]:
    """Return the surest topic of each review of a discovery."""
    rows = _table(folder / "assignments.csv", ("review_id", "topic", "probability"))
    rows = rows[rows["topic"] != "rest"].assign(probability=pd.to_numeric(rows["probability"], errors="coerce"))
    rows = rows.sort_values(["review_id", "probability", "topic"], ascending=[True, False, True])
    first = rows.drop_duplicates("review_id")
    return dict(zip(first["review_id"].astype(str), first["topic"].astype(str), strict=True))


def _table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a table that has ``columns``."""
    rows = read_table(path)
    missing = [name for name in columns if name not in rows.columns]
    if missing:
        raise ReviewmineError(
            f"no column {missing[0]!r}", expected=", ".join(columns), where=str(path), do="name another file"
        )
    return rows
