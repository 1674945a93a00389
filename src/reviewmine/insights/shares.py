"""Shares of many types at once: intervals that are not rounded, and the difference of two shares."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Z = 1.959964


def wilson_bounds(counts: ArrayLike, total: ArrayLike) -> tuple[Floats, Floats]:
    """Return both ends of the 95 % interval of the shares ``counts`` of ``total``, not zero (Wilson, 1927); fractions count too."""
    counts, total = np.asarray(counts, dtype=np.float64), np.asarray(total, dtype=np.float64)
    share, room = np.minimum(counts / total, 1.0), Z * Z / total
    middle, half = share + room / 2, Z * np.sqrt(share * (1 - share) / total + room / (4 * total))
    return np.maximum(0.0, (middle - half) / (1 + room)), np.minimum(1.0, (middle + half) / (1 + room))


def newcombe(a: ArrayLike, n: float, b: ArrayLike, m: float) -> tuple[Floats, Floats]:
    """Return both ends of the 95 % interval of ``a / n - b / m`` from Wilson's of both (Newcombe, 1998, method 10)."""
    one, two = np.asarray(a, dtype=np.float64) / n, np.asarray(b, dtype=np.float64) / m
    (low_one, high_one), (low_two, high_two) = wilson_bounds(a, n), wilson_bounds(b, m)
    down, up = np.hypot(one - low_one, high_two - two), np.hypot(high_one - one, two - low_two)
    return one - two - down, one - two + up
