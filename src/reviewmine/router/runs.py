"""Sums over runs of rows, that do not depend on what else is summed. numpy only."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.hashing import F32, I64

_FEW = 24  # runs up to which adding one after another is quicker than by their lengths


def starts_of(values: I64) -> I64:
    """Return where each run of equal values begins."""
    begins = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins.nonzero()[0]


def run_sums(given: Sequence[int] | I64, width: int, values: Callable[[I64 | slice], NDArray[Any]]) -> F32:
    """Return the sum of each run of rows, shape (runs, width); the runs have the sizes ``given`` and follow each other.

    ``values`` returns the rows at the given places, one axis more than the places have. They are added one after another,
    so that a sum is the same to the last bit whatever else is summed; numpy adds them so where the width is at least 2.
    """
    sums = np.zeros((len(given), width), dtype=np.float32)
    if len(given) <= _FEW:
        every, end = values(slice(None)), 0
        for size, total in zip(given, sums, strict=True):
            start, end = end, end + size
            if size:
                np.add.reduce(every[start:end], axis=0, out=total)
        return sums
    sizes = np.asarray(given, dtype=np.int64)
    starts = sizes.cumsum() - sizes
    order = sizes.argsort(kind="stable")
    ordered = sizes[order]
    for first, last in pairwise([*starts_of(ordered).tolist(), len(ordered)]):
        size = int(ordered[first])
        if size:
            same = order[first:last]
            sums[same] = values(starts[same][:, None] + np.arange(size)).sum(axis=1)
    return sums
