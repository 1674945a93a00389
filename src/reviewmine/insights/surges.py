"""Which types are spoken of more than expected: windows of several lengths, each against the past, all tested together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reviewmine.insights.baseline import Expected
from reviewmine.insights.exposure import Exposure, Floats, Ints

Bools = NDArray[np.bool_]
_NEAR = 1.5  # standard deviations above the expected, below which no probability is 0.02 or less
_LEAST = 2.0  # mentions
_CHUNK = 200  # series at a time, for the sake of memory
HOLD_WINDOW = 7
"""The longest window, in periods, by which a surge that is known is taken to go on."""
_HOLD_P, _HOLD_RATIO = 0.02, 1.2  # less than that is no surge and does not keep one up


@dataclass(frozen=True)
class Surges:
    """Tests that say more than expected.

    Of each: ``series``, ``period`` (the last of its window), ``window`` (periods), ``observed``, ``expected``, ``p`` and ``q``,
    adjusted for all tests of that day.

    ``holds`` (series, periods) says where a surge that began earlier may go on; ``n_tested`` (periods) how much was tested.
    """

    series: Ints
    period: Ints
    window: Ints
    observed: Floats
    expected: Floats
    p: Floats
    q: Floats
    holds: Bools
    n_tested: Ints


def find_surges(
    exposure: Exposure, expected: Expected, windows: Sequence[int], fdr: float, min_count: float, min_ratio: float
) -> Surges:
    """Return the surges of all series on every day that has a past, at a false discovery rate of ``fdr`` a day.

    A window is the periods up to a day. Its count is held against a negative binomial of the expected mean whose
    variance also has the doubt of the rate; where nothing scatters more that is Poisson's. Only windows with ``min_count``
    mentions and ``min_ratio`` times the expected can be surges; the others are tested and count among all tests.
    """
    known = np.isfinite(expected.mean)
    past = known.cumsum(axis=1)
    holds = np.zeros(known.shape, dtype=bool)
    found: list[tuple[Floats, ...]] = []
    lengths = sorted(set(windows))
    for start in range(0, max(1, len(known)), _CHUNK):
        rows = slice(start, start + _CHUNK)
        mean = np.where(known[rows], expected.mean[rows], 0.0)
        counts = np.where(known[rows], exposure.counts[rows], 0.0)
        for window in lengths:
            seen, due = sliding(counts, window), sliding(mean, window)
            near = (past[rows] >= window) & (seen >= np.maximum(_LEAST, _HOLD_RATIO * due))
            near &= seen > due + _NEAR * np.sqrt(expected.dispersion[rows] * due)
            series, period = np.nonzero(near)
            observed, mu = seen[near], np.maximum(due[near], 1e-9)
            spread = expected.dispersion[rows][near] * (1 + mu * expected.doubt[rows][near])
            p = tail(observed, mu, spread)
            if window <= HOLD_WINDOW:
                on = p <= _HOLD_P
                holds[series[on] + start, period[on]] = True
            low = p <= fdr
            length = np.full(low.sum(), window)
            found.append((series[low] + start, period[low], length, observed[low], mu[low], p[low]))
    series, period, length, observed, mu, p = (np.concatenate(parts) for parts in zip(*found, strict=True))
    q = daily_q(period, series, p, (past >= 1).sum(axis=0), len(lengths))
    kept = (q <= fdr) & (observed >= min_count) & (observed >= min_ratio * mu)
    told = (each[kept] for each in (series, period, length, observed, mu, p, q))
    n_tested = np.stack([past >= window for window in lengths]).sum(axis=(0, 1))
    return Surges(*told, holds, n_tested)


def sliding(values: Floats, window: int) -> Floats:
    """Return the sums of the last ``window`` columns up to each column; before the first column there is nothing.

    >>> sliding(np.array([[1.0, 2.0, 4.0]]), 2).tolist()
    [[1.0, 3.0, 6.0]]
    """
    sums = np.cumsum(values, axis=1)
    sums[:, window:] -= sums[:, :-window].copy()
    return sums


def tail(observed: Floats, mean: Floats, spread: Floats) -> Floats:
    """Return how likely ``observed`` or more mentions are of a negative binomial of ``mean`` and ``spread`` times its variance.

    A spread of one is Poisson's. Counts may be fractions, the weights of a crosswalk.
    """
    from scipy.special import betainc, gammainc  # noqa: PLC0415 (an extra: routing needs none of it)

    more = np.maximum(spread - 1, 1e-6)
    binomial = betainc(np.maximum(observed, 1e-9), mean / more, more / (1 + more))
    return np.asarray(np.where(spread > 1 + 1e-6, binomial, gammainc(np.maximum(observed, 1e-9), mean)))


def upper(mean: Floats, spread: Floats) -> Floats:
    """Return the count that one period in forty exceeds by chance: the upper end of what is expected."""
    from scipy.stats import nbinom  # noqa: PLC0415 (an extra)

    more = np.maximum(spread - 1, 1e-6)
    return np.asarray(np.where(mean > 0, nbinom.ppf(0.975, np.maximum(mean, 1e-9) / more, 1 / (1 + more)), 0.0))


def daily_q(day: Ints, series: Ints, p: Floats, n_series: Ints, n_windows: int) -> Floats:
    """Return for each test how many of the surges of its day would be false if its series were one of them.

    The windows of a series overlap and are one question, so they are joined first (Simes, 1986); the series of a day are adjusted
    together (Benjamini and Hochberg, 1995). ``n_series`` (days) were tested in ``n_windows`` each, ``p`` are the smallest
    of their probabilities; all others are larger than any bar of interest.
    """
    if not len(p):
        return np.zeros(0)
    order = np.lexsort((p, series, day))
    key = day[order] * (series.max() + 1) + series[order]
    keys, first, place = np.unique(key, return_index=True, return_inverse=True)
    rank = np.arange(len(p)) - first[place] + 1
    joined = np.minimum(1.0, np.minimum.reduceat(p[order] * n_windows / rank, first))
    of_key = keys // (series.max() + 1)
    by_p = np.lexsort((joined, of_key))
    days = of_key[by_p]
    rank = np.arange(len(days)) - np.searchsorted(days, days) + 1
    raw = np.minimum(1.0, joined[by_p] * n_series[days] / rank)
    adjusted = np.empty(len(keys))
    for part in np.split(np.arange(len(days)), np.flatnonzero(np.diff(days)) + 1):
        adjusted[by_p[part]] = np.minimum.accumulate(raw[part][::-1])[::-1]
    found = np.empty(len(p))
    found[order] = adjusted[place]
    return found
