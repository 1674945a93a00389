"""The two records of the corpus, and the columns of the frames that hold them."""

import warnings
from dataclasses import dataclass
from typing import Any

from reviewmine.router import TEXT_FIELDS

REVIEW_COLUMNS = ("id", *TEXT_FIELDS, "rating", "date", "channel", "product", "group")
STATEMENT_COLUMNS = ("statement_id", "review_id", "field", "part", "start", "end", "text", "null", "misplaced")
PARTS = ("title", "pros", "cons", "comment", "text", "reply", "meta")
"""What a statement stands under: a field, or a marked part of one text; the seller's reply and facts of the page too."""


@dataclass(frozen=True)
class Statement:
    """A piece of one field that says one thing: ``review[field][start:end] == text``.

    ``part`` is what it stands under: a text «Недостатки: …» has field ``text`` and part ``cons``. ``null`` names the
    rule by which it says nothing («нет», «-»), or is empty. ``misplaced``: praise under cons or complaint under pros.
    """

    field: str
    part: str
    start: int
    end: int
    text: str
    null: str = ""
    misplaced: bool = False


def review_schema() -> Any:
    """Return the pandera schema of a frame of reviews; further columns are kept as text."""
    pa = _pandera()
    text = {name: pa.Column(str) for name in (*TEXT_FIELDS, "channel", "product", "group")}
    rating = pa.Column(float, pa.Check.in_range(1, 5), nullable=True)
    date = pa.Column("datetime64[us]", nullable=True)
    return pa.DataFrameSchema({"id": pa.Column(str, unique=True), **text, "rating": rating, "date": date}, strict=False)


def statement_schema() -> Any:
    """Return the pandera schema of a frame of statements."""
    pa = _pandera()
    text = {name: pa.Column(str) for name in ("review_id", "text", "null")}
    return pa.DataFrameSchema(
        {
            "statement_id": pa.Column(str, unique=True),
            **text,
            "field": pa.Column(str, pa.Check.isin(TEXT_FIELDS)),
            "part": pa.Column(str, pa.Check.isin(PARTS)),
            "start": pa.Column(int, pa.Check.ge(0)),
            "end": pa.Column(int, pa.Check.gt(0)),
            "misplaced": pa.Column(bool),
        },
        strict=True,
    )


def _pandera() -> Any:
    """Return the library of schemas, which asks for pyspark at every use; that one warns of our version of pandas."""
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
    import pandera.pandas as pa  # noqa: PLC0415

    return pa
