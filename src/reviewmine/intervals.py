"""Intervals: every figure of a card stands between two others."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

N_RESAMPLES = 200


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


def wilson(n: int, total: int, z: float = 1.96) -> Figure:
    """Return the share ``n`` of ``total`` with its interval of ``z`` standard errors, by default 95 % (Wilson, 1927).

    Of no trials everything is possible.

    >>> wilson(5, 10)
    {'value': 0.5, 'low': 0.2366, 'high': 0.7634}
    """
    if not total:
        return {"value": 0.0, "low": 0.0, "high": 1.0}
    share, room = n / total, z * z / total
    middle, half = share + room / 2, z * (share * (1 - share) / total + room / (4 * total)) ** 0.5
    low, high = max(0.0, (middle - half) / (1 + room)), min(1.0, (middle + half) / (1 + room))
    return {"value": round(share, 4), "low": round(low, 4), "high": round(high, 4)}


def figure(value: float, draws: Any) -> Figure:
    """Return ``value`` between the 2.5 and 97.5 percentiles of ``draws``, rounded to four digits.

    Draws in which the figure does not exist (no row was automatic) do not count.
    """
    known = np.asarray(draws, dtype=np.float64)
    known = known[~np.isnan(known)]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (value, value)
    return {"value": round(float(value), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
