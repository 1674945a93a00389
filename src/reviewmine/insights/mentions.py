"""Which review speaks of which type: the one table that every figure of the insights is counted from."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.errors import ReviewmineError
from reviewmine.insights.counts import row_weights


@dataclass(frozen=True)
class Mentions:
    """Reviews, types and who speaks of what.

    ``reviews`` has a row a review in the order of the source and a plain range as index: ``id``, the columns of a review
    (``date``, ``rating``, ``channel``, ``product``, ``group`` and all extra ones), ``kind``, ``action`` and ``owner`` of
    its decision. ``review``, ``type``, ``weight`` and ``probability`` have one entry a mention: the row in ``reviews``,
    the place in ``codes``, what the mention counts (one, or less after a crosswalk), how sure the model was; in the order of
    the scored rows.
    """

    reviews: pd.DataFrame
    codes: tuple[str, ...]
    review: NDArray[np.int64]
    type: NDArray[np.int64]
    weight: NDArray[np.float64]
    probability: NDArray[np.float64]

    def where(self, kept: NDArray[np.bool_]) -> "Mentions":
        """Return the mentions of the reviews that ``kept`` marks (one flag a review), a segment; types may be fewer there."""
        number = np.cumsum(kept) - 1
        inside = kept[self.review]
        used, kinds = np.unique(self.type[inside], return_inverse=True)
        return replace(
            self,
            reviews=self.reviews[kept].reset_index(drop=True),
            codes=tuple(self.codes[k] for k in used),
            review=number[self.review[inside]],
            type=kinds.astype(np.int64),
            weight=self.weight[inside],
            probability=self.probability[inside],
        )

    def matrix(self) -> Any:
        """Return a sparse matrix (reviews, types) of weights."""
        from scipy.sparse import csr_array  # noqa: PLC0415 (an extra: routing needs none of it)

        shape = (len(self.reviews), len(self.codes))
        return csr_array((self.weight, (self.review, self.type)), shape=shape)

    def column(self, name: str) -> pd.Series:
        """Return a column of the reviews, or raise ``ReviewmineError`` with the names there are."""
        if name not in self.reviews:
            raise ReviewmineError(
                f"no column {name!r} among the reviews",
                expected=", ".join(map(str, self.reviews.columns)),
                do="name a column of the reviews",
            )
        return self.reviews[name]

    def equal(self, name: str, value: Hashable) -> NDArray[np.bool_]:
        """Return which reviews have ``value`` in the column ``name``, compared as text."""
        return np.asarray(self.column(name).astype(str) == str(value), dtype=bool)


def find_mentions(scored: pd.DataFrame, reviews: pd.DataFrame) -> Mentions:
    """Return who speaks of what in ``scored``, a checked scored file, of ``reviews``; reviews that were not scored are left out.

    A review may have several rows (a crosswalk splits them); its decision is that of the row with the most weight.
    """
    ids = scored["id"].astype(str).to_numpy()
    weights = row_weights(scored).to_numpy(float)
    place = pd.Index(reviews["id"].astype(str)).get_indexer(ids)
    used = np.flatnonzero(np.bincount(place, minlength=len(reviews)))
    number = np.full(len(reviews), -1)
    number[used] = np.arange(len(used))
    row = number[place]
    known = reviews.iloc[used].reset_index(drop=True)
    spoken = scored["types"].fillna("").astype(str)
    best = np.lexsort((pd.factorize(spoken, sort=True)[0], -weights, row))
    first = best[np.unique(row[best], return_index=True)[1]]
    for name in ("kind", "action", "owner"):
        column = scored[name].fillna("").astype(str) if name in scored else pd.Series("", index=scored.index)
        known[name] = column.to_numpy()[first]
    told = spoken.reset_index(drop=True).str.split("|").explode()
    told = told[told != ""]
    number, codes = pd.factorize(told, sort=True)
    source = told.index.to_numpy()
    probability = pd.to_numeric(scored["probability"]).to_numpy(float)
    return Mentions(
        known, tuple(map(str, codes)), row[source], number.astype(np.int64), weights[source], probability[source]
    )
