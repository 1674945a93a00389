"""Any export to a frame of reviews. Every row is kept, or rejected with file, row number and reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd

from reviewmine.corpus.stream import open_reviews


@dataclass(frozen=True)
class Reading:
    """What came of reading: ``len(reviews) + len(rejects)`` is the number of rows met."""

    reviews: pd.DataFrame
    rejects: pd.DataFrame
    columns: Mapping[str, Mapping[str, str]]
    """Table to our field to their column."""
    notes: Sequence[str] = field(default_factory=tuple)
    """What was guessed, or kept but not understood: a rating in words, a date without a year."""

    @property
    def n_read(self) -> int:
        """Return the number of rows met."""
        return len(self.reviews) + len(self.rejects)


def read_reviews(
    source: str | Path | Sequence[str | Path],
    mapping: Mapping[str, str] | None = None,
    as_of: datetime | None = None,
) -> Reading:
    """Return the reviews of a file, several files or a folder, in memory; for files larger than that see ``stream``.

    ``mapping`` gives our field to their column where names do not tell; ``as_of`` is the day from which «вчера» and
    days without a year count. Ratings are brought to 1..5 by the scale of their table. A row without an id gets one from
    its content; equal ids are told apart by a number. Columns that are no field of ours are kept as text.
    """
    with open_reviews(source, mapping, as_of) as stream:
        return Reading(
            pd.concat(stream.batches(), ignore_index=True),
            pd.concat(stream.rejects(), ignore_index=True),
            {where: dict(columns.fields) for where, columns in stream.columns.items()},
            stream.notes,
        )
