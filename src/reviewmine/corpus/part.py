"""A batch of reviews still to be made: what the first pass kept of it, and what the whole table told. Can be sent away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.corpus.dates import DateTally
from reviewmine.corpus.ids import Names
from reviewmine.corpus.ratings import RatingTally
from reviewmine.corpus.staging import unkept

DATE_AS_WRITTEN = "date (as written)"
"""Keeps the dates of a table in which some were not understood."""

ROW_NUMBER = "\0row"
"""The column of a kept frame that holds the numbers of the rows in their file; no column of a file has NUL in its name."""


@dataclass(frozen=True)
class Part:
    """Some rows of one table; ``frame`` gives them as reviews, in this process or another that sees the same files."""

    kept: pd.DataFrame | Path
    where: str
    """The table they are of."""
    start: int
    """The place of the first among all reviews."""
    n_rows: int
    names: Names
    columns: Sequence[str]
    ratings: RatingTally | None
    """None where the table has no ratings."""
    dates: DateTally | None

    def frame(self) -> pd.DataFrame:
        """Return the reviews as a frame of all columns, as ``review_schema`` states."""
        kept = unkept(self.kept).drop(columns=ROW_NUMBER).astype(str)  # from memory or a file, the same kind of text
        cells = {name: kept[name] for name in kept.columns}
        cells["id"] = pd.Series(self.names.of(kept["id"].tolist()), dtype=kept["id"].dtype)
        if DATE_AS_WRITTEN in self.columns and DATE_AS_WRITTEN not in kept and self.dates:
            cells[DATE_AS_WRITTEN] = kept["date"]
        cells["rating"] = _read(kept, "rating", self.ratings.to_five if self.ratings else None, "float64")
        cells["date"] = _read(kept, "date", self.dates.to_date if self.dates else None, "datetime64[us]")
        empty = pd.Series([""] * len(kept), dtype=kept["id"].dtype)
        return pd.DataFrame({name: cells.get(name, empty) for name in self.columns})

    def row_numbers(self) -> NDArray[np.int64]:
        """Return the number of each row in its file."""
        return unkept(self.kept)[ROW_NUMBER].to_numpy()


def _read(kept: pd.DataFrame, name: str, read: Callable[[str], Any] | None, kind: str) -> pd.Series:
    """Return what a column says, a cell that says nothing as a gap; the same cell is read once."""
    if read is None or name not in kept:
        return pd.Series([None] * len(kept), dtype=kind)
    cells = kept[name].tolist()
    told = {cell: read(cell) if cell else None for cell in set(cells)}
    return pd.Series([told[cell] for cell in cells], dtype=kind)
