"""What no type explains: a score fitted without one labelled example of it.

Each calibration row is seen twice: as it is, and as if its types had never been taught (their columns taken away, and
the words that only they brought unknown). The second is what a new type looks like (leaving classes out, as Tan et al.,
2019, do). The two signals, the largest margin and the share of known words, are fitted one by one and their log odds
added: fitted together, the word share would be drowned, since rows left out keep the margins of a model that saw them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from reviewmine.router.policy import NEVER

F32 = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Familiar:
    """For each calibration row the share of its words that training knew, and that it would know without its types."""

    known: F32
    without: F32


def known_without(taught: sp.csr_matrix, held: Mask, asked: sp.csr_matrix, targets: Mask, least: int) -> F32:
    """Return for each row of ``asked`` the share of its word features that training would know without its types.

    ``taught`` and ``asked`` say which word features rows have, (rows, buckets); ``held`` and ``targets`` their types.
    ``least`` is the number of rows that a feature must stand in to be known.
    """
    size = taught.shape[1]
    total = np.bincount(taught.indices, minlength=size)
    without = np.zeros(asked.shape[0], dtype=np.float32)
    for kinds, members in _by_types(targets).items():
        gone = np.flatnonzero(held[:, list(kinds)].any(axis=1))
        left = total - np.bincount(taught[gone].indices, minlength=size)
        for i in members:
            found = asked.indices[asked.indptr[i] : asked.indptr[i + 1]]
            without[i] = float((left[found] >= least).mean()) if len(found) else 0.0
    return without


def _by_types(targets: Mask) -> dict[tuple[int, ...], list[int]]:
    """Return the rows of each set of types."""
    rows: dict[tuple[int, ...], list[int]] = {}
    for i, held in enumerate(targets):
        rows.setdefault(tuple(int(k) for k in np.flatnonzero(held)), []).append(i)
    return rows


def without_types(margins: F32, targets: Mask) -> F32:
    """Return the largest margin of each row among the types that it does not have."""
    return np.asarray(np.where(targets, -np.inf, margins).max(axis=1))


def false_alarm_threshold(novelty: F32, share: float) -> float:
    """Return the score above which at most ``share`` of new rows of known types lie, or NEVER when rows are too few.

    The conformal quantile (Vovk et al., 2005) of the scores of calibration rows, rounded up to six digits.
    """
    rank = int(np.ceil((len(novelty) + 1) * (1 - share)))
    if rank > len(novelty):
        return NEVER
    return float(np.ceil(float(np.sort(novelty)[rank - 1]) * 1e6) / 1e6)


def auroc(inside: Sequence[float] | F32, outside: Sequence[float] | F32) -> float:
    """Return the chance that a row from outside scores higher than one from inside; equal scores count half.

    >>> auroc([0.1, 0.4], [0.4, 0.9])
    0.875
    """
    low = np.sort(np.asarray(inside, dtype=np.float64))
    high = np.asarray(outside, dtype=np.float64)
    below = np.searchsorted(low, high, side="left") + np.searchsorted(low, high, side="right")
    return float(below.mean() / (2 * len(low))) if len(low) and len(high) else float("nan")
