"""Intervals: every figure of a card stands between two others."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

N_RESAMPLES = 200
Floats = NDArray[np.float64]


class Figure(TypedDict):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def bootstrap(
    measure: Callable[[NDArray[np.int64]], dict[str, float]],
    groups: Sequence[Hashable],
    seed: int,
    n_resamples: int = N_RESAMPLES,
) -> dict[str, Figure]:
    """Return each figure of ``measure`` with its 95 % percentile interval (Efron, 1979).

    ``measure`` takes row numbers. Whole groups are drawn, so near copies do not make an interval too narrow.
    """
    names, member = np.unique(np.asarray([str(group) for group in groups]), return_inverse=True)
    order = np.argsort(member, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(member, minlength=len(names)))[:-1])
    whole = measure(np.arange(len(member)))
    rng = np.random.default_rng(seed)
    draws: dict[str, list[float]] = {name: [] for name in whole}
    for _ in range(n_resamples):
        picked = np.concatenate([rows[i] for i in rng.integers(0, len(names), len(names))])
        for name, value in measure(picked).items():
            draws[name].append(value)
    return {name: figure(value, draws[name]) for name, value in whole.items()}


def half_sample(
    measure: Callable[[NDArray[np.int64]], dict[str, float]], n_rows: int, seed: int, n_resamples: int = N_RESAMPLES
) -> dict[str, Figure]:
    """Return each figure of ``measure`` with its 95 % interval from halves drawn without replacement.

    For figures that rows drawn twice would flatter, such as agreement of clusterings. The spread of half samples
    around their mean estimates that of the whole (Politis and Romano, 1994).
    """
    whole = measure(np.arange(n_rows))
    rng = np.random.default_rng(seed)
    halves = [measure(np.sort(rng.permutation(n_rows)[: max(1, n_rows // 2)])) for _ in range(n_resamples)]
    draws = {name: np.asarray([half[name] for half in halves]) for name in whole}
    return {name: figure(value, value + draws[name] - draws[name].mean()) for name, value in whole.items()}


def wilson(n: float, total: float, z: float = 1.96) -> Figure:
    """Return the share ``n`` of ``total`` with its interval of ``z`` standard errors, by default 95 % (Wilson, 1927).

    Sums of weights count too. Of no trials everything is possible.

    >>> wilson(5, 10)
    {'value': 0.5, 'low': 0.2366, 'high': 0.7634}
    """
    if not total:
        return {"value": 0.0, "low": 0.0, "high": 1.0}
    low, high = wilson_bounds(n, total, z)
    return {"value": round(float(min(n / total, 1.0)), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def wilson_bounds(counts: ArrayLike, total: ArrayLike, z: float = 1.96) -> tuple[Floats, Floats]:
    """Return both ends of `wilson`'s intervals of many shares ``counts`` of ``total``, which is not zero; not rounded."""
    counts, total = np.asarray(counts, dtype=np.float64), np.asarray(total, dtype=np.float64)
    share, room = np.minimum(counts / total, 1.0), z * z / total
    middle, half = share + room / 2, z * np.sqrt(share * (1 - share) / total + room / (4 * total))
    return np.maximum(0.0, (middle - half) / (1 + room)), np.minimum(1.0, (middle + half) / (1 + room))


def newcombe(a: ArrayLike, n: float, b: ArrayLike, m: float) -> tuple[Floats, Floats]:
    """Return both ends of the 95 % interval of ``a / n - b / m`` from Wilson's of both (Newcombe, 1998, method 10)."""
    one, two = np.asarray(a, dtype=np.float64) / n, np.asarray(b, dtype=np.float64) / m
    (low_one, high_one), (low_two, high_two) = wilson_bounds(a, n), wilson_bounds(b, m)
    down, up = np.hypot(one - low_one, high_two - two), np.hypot(high_one - one, two - low_two)
    return one - two - down, one - two + up


def figure(value: float, draws: Any) -> Figure:
    """Return ``value`` between the 2.5 and 97.5 percentiles of ``draws``, rounded to four digits.

    Draws in which the figure does not exist (no row was automatic) do not count.
    """
    known = np.asarray(draws, dtype=np.float64)
    known = known[~np.isnan(known)]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (value, value)
    return {"value": round(float(value), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
