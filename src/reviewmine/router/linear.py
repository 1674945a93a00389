"""Features times weights: what a linear model says of reviews, before any policy. numpy only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.features import FeatureSpec, SparseRows, Vocabulary, extract, known_share, vectorize
from reviewmine.router.hashing import F32
from reviewmine.router.sentences import sentences_of

_CELLS = 8_000_000  # multiply-adds held at once


@dataclass(frozen=True)
class Linear:
    """A linear model. ``weights`` has shape (features, types), in half precision."""

    spec: FeatureSpec
    vocabulary: Vocabulary
    weights: NDArray[np.float16]
    intercept: F32

    def margins(self, reviews: Sequence[Mapping[str, Any]]) -> tuple[F32, F32]:
        """Return margins (rows, types) and the share of known words (rows,).

        Where the spec says so, the margin of a review leans to that of its best sentence for the type: one sentence may
        be about a type, and the rest of the review speaks of others.
        """
        parts, owner = sentences_of(reviews, self.spec) if self.spec.sentences else ([], np.zeros(0, dtype=np.int64))
        raw = extract([*reviews, *parts], self.spec)
        margins = apply_weights(vectorize(raw, self.vocabulary, self.spec), self.weights, self.intercept)
        whole, known = margins[: len(reviews)], known_share(raw, self.vocabulary)[: len(reviews)]
        if parts:
            starts = np.flatnonzero(np.diff(owner, prepend=-1))
            rows = owner[starts]
            best = np.maximum.reduceat(margins[len(reviews) :], starts, axis=0)
            whole[rows] += np.float32(self.spec.sentences) * (best - whole[rows])
        return whole, known


def apply_weights(rows: SparseRows, weights: NDArray[Any], intercept: F32) -> F32:
    """Return ``rows @ weights + intercept``, shape (rows, types); sums run in one order whatever the batch."""
    margins = np.tile(intercept, (len(rows), 1))
    step = max(1, _CELLS // max(1, weights.shape[1]))
    start = 0
    while start < len(rows):
        stop = max(start + 1, int(np.searchsorted(rows.indptr, rows.indptr[start] + step, side="right")) - 1)
        low, high = rows.indptr[start], rows.indptr[stop]
        filled = np.flatnonzero(np.diff(rows.indptr[start : stop + 1]))
        if high > low:
            product = weights[rows.indices[low:high]].astype(np.float32) * rows.values[low:high, None]
            margins[start + filled] += np.add.reduceat(product, rows.indptr[start:stop][filled] - low, axis=0)
        start = stop
    return margins
