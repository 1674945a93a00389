"""How sure the counts of a split are: an interval for each part, from the rows that were shared out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reviewmine.intervals import N_RESAMPLES, Figure, figure

_DIGITS: Final = 2  # probabilities are binned to this, so that a million rows are a few thousand bins
_SEED: Final = 13


@dataclass(frozen=True)
class SplitCount:
    """How many rows of a split type went to each part, and by what."""

    source: str
    n_by_probability: int
    n_in_equal_shares: int
    parts: dict[str, Figure]

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        by = {"probability": self.n_by_probability, "equal shares": self.n_in_equal_shares}
        return {"type": self.source, "by": by, "into": self.parts}


def split_counts(rows: Iterable[tuple[str, tuple[str, ...], tuple[float, ...] | None]]) -> list[SplitCount]:
    """Return for each split type the count of each part with its 95 % interval; their order does not depend on the rows'.

    A row is its code, the codes of the parts, and the share of each, or None where nothing was known.

    Rows with shares are resampled and each is drawn as one part by its probabilities (the spread of a Poisson binomial
    count and of the sample). Of rows without, only that they went somewhere is known: their shares are drawn as a whole from
    a flat Dirichlet, so their interval is almost everything, as it should be.
    """
    known: defaultdict[tuple[str, tuple[str, ...]], Counter[tuple[float, ...]]] = defaultdict(Counter)
    unknown: Counter[tuple[str, tuple[str, ...]]] = Counter()
    exact: defaultdict[tuple[str, tuple[str, ...]], list[tuple[float, ...]]] = defaultdict(list)
    for source, parts, shares in rows:
        if shares is None:
            unknown[source, parts] += 1
        else:
            known[source, parts][tuple(round(share, _DIGITS) for share in shares)] += 1
            exact[source, parts].append(shares)
    counts = []
    for source, parts in sorted({*known, *unknown}):
        n_unknown, found = unknown[source, parts], exact[source, parts]
        total = np.asarray(sorted(found), dtype=np.float64).reshape(-1, len(parts)).sum(axis=0) + n_unknown / len(parts)
        draws = _draws(sorted(known[source, parts].items()), n_unknown, len(parts))
        figures = {part: figure(float(total[i]), draws[:, i]) for i, part in enumerate(parts)}
        counts.append(SplitCount(source, len(found), n_unknown, figures))
    return counts


def _draws(bins: Sequence[tuple[tuple[float, ...], int]], n_unknown: int, n_parts: int) -> NDArray[np.float64]:
    """Return resampled counts of the parts, one row a resample."""
    rng = np.random.default_rng(_SEED)
    draws = n_unknown * rng.dirichlet(np.ones(n_parts), N_RESAMPLES)
    if bins:
        p = np.asarray([shares for shares, _ in bins], dtype=np.float64) + 1e-12
        p /= p.sum(axis=1, keepdims=True)
        n = np.asarray([count for _, count in bins], dtype=np.int64)
        for i in range(N_RESAMPLES):
            drawn = rng.multinomial(int(n.sum()), n / n.sum())
            draws[i] += rng.multinomial(drawn, p).sum(axis=0)
    return np.asarray(draws, dtype=np.float64)
