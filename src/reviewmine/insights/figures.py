"""Figures from counts of ratings: share, net share, mean, median and a gap of means, each with a 95 % interval."""

import numpy as np
from numpy.typing import NDArray

from reviewmine.intervals import Figure, wilson

Z = 1.96
_LENT = 5.0
"""Reviews that every estimate of a variance is lent: chosen on simulated scales, see docs/scores.md."""
_LEAST_COUNT = 1e-6  # what is left when weights are taken from each other is nothing
_DIGITS = 4


def between(value: float, low: float, high: float, bounds: tuple[float, float]) -> Figure:
    """Return a rounded figure whose interval lies within ``bounds`` and holds ``value``."""
    low, high = min(max(low, bounds[0]), value), max(min(high, bounds[1]), value)
    low, value, high = (round(float(number), _DIGITS) + 0.0 for number in (low, value, high))  # no minus zero
    return {"value": value, "low": low, "high": high}


def share(part: float, n: float) -> Figure:
    """Return the share ``part`` of ``n``, which a crosswalk may have made fractions, with Wilson's interval."""
    return wilson(float(part), float(n))


def net(plus: float, minus: float, n: float, unit: float = 1.0) -> Figure | None:
    """Return the share ``plus`` less the share ``minus`` of ``n``, times ``unit``; None of nothing.

    The interval is the adjusted Wald of a difference of two shares of one multinomial: three pseudo-observations, 3/4
    to each side and 3/2 to the middle; among the best of those that Rocks compared at small ``n`` (Interval Estimation
    for the "Net Promoter Score", The American Statistician, 2016).

    >>> net(6, 1, 10, unit=100)
    {'value': 50.0, 'low': -0.204, 'high': 77.1271}
    """
    if n < _LEAST_COUNT:
        return None
    up, down = (plus + 0.75) / (n + 3), (minus + 0.75) / (n + 3)
    half = Z * ((up + down - (up - down) ** 2) / (n + 3)) ** 0.5
    low, high = up - down - half, up - down + half
    return between((plus - minus) / n * unit, low * unit, high * unit, (-unit, unit))


def mean(counts: NDArray[np.float64], steps: NDArray[np.float64], bounds: tuple[float, float]) -> Figure | None:
    """Return the mean of ratings on a scale with ``bounds``, ``counts`` of each of ``steps``; None of nothing.

    On a bounded scale the variance is a part of (mean - low)(high - mean), at most all of it (Bhatia and Davis, 2000).
    With that part, estimated with ``_LENT`` reviews of the whole, the interval is Wilson's of n / part trials: it does
    not shrink to a point where a few ratings are alike, and stays on the scale.

    >>> mean(np.array([0.0, 3.0]), np.array([1.0, 5.0]), (1, 5))
    {'value': 5.0, 'low': 2.754, 'high': 5.0}
    """
    n = float(counts.sum())
    if n < _LEAST_COUNT:
        return None
    low, high = bounds
    value = float(counts @ steps / n)
    room = (value - low) * (high - value)
    part = (float(counts @ (steps - value) ** 2) / room + _LENT) / (n + _LENT) if room > 0 else 1.0
    trials = n / min(1.0, part)
    p, lent = (value - low) / (high - low), Z**2 / trials
    half = Z * (max(0.0, p * (1 - p)) / trials + lent / (4 * trials)) ** 0.5
    least, most = (p + lent / 2 - half) / (1 + lent), (p + lent / 2 + half) / (1 + lent)
    return between(value, low + (high - low) * least, low + (high - low) * most, bounds)


def gap(one: Figure | None, other: Figure | None) -> Figure | None:
    """Return how far the mean ``one`` lies above ``other``, of other reviews; None where one is missing.

    The interval is recovered from theirs (MOVER: Zou and Donner, 2008).

    >>> gap({"value": 4.0, "low": 3.7, "high": 4.2}, {"value": 4.5, "low": 4.5, "high": 4.5})
    {'value': -0.5, 'low': -0.8, 'high': -0.3}
    """
    if one is None or other is None:
        return None
    value = one["value"] - other["value"]
    low = np.hypot(one["value"] - one["low"], other["high"] - other["value"])
    high = np.hypot(one["high"] - one["value"], other["value"] - other["low"])
    return between(value, value - low, value + high, (-np.inf, np.inf))


def median(counts: NDArray[np.float64], steps: NDArray[np.float64]) -> Figure | None:
    """Return the median of ratings between two of their order statistics (Conover, 1999); None of nothing.

    >>> median(np.array([2.0, 0.0, 3.0, 5.0]), np.array([1.0, 2.0, 4.0, 5.0]))
    {'value': 4.5, 'low': 1.0, 'high': 5.0}
    """
    n = float(counts.sum())
    if n < _LEAST_COUNT:
        return None
    so_far, half = np.cumsum(counts), Z * n**0.5 / 2

    def at(rank: float, side: str = "left") -> float:
        return float(steps[min(int(np.searchsorted(so_far, rank, side)), len(steps) - 1)])  # type: ignore[call-overload]

    value = (at(n / 2) + at(n / 2, "right")) / 2
    return between(value, at(max(min(1.0, n), n / 2 - half)), at(min(n, n / 2 + half + 1)), (steps[0], steps[-1]))
