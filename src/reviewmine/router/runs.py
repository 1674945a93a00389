"""Runs of equal values in sorted arrays, and sums over them that do not depend on what else is summed. numpy only."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.hashing import F32, I64

_PLACE, _ROW = 22, 47  # bits below a value and below a row
_PLACES = (1 << _PLACE) - 1
_FEW = 24  # runs up to which adding one after another is quicker than by their lengths


def distinct(row: I64, value: I64) -> tuple[I64, F32]:
    """Return the first place of each value in its row, in rising order, and 1 + log of how often the row has it.

    Rows are below 2^16, values below 2^25, places below 2^22: together they fit one integer, and integers are quicker to sort
    than places by their values.
    """
    key = row << _ROW | value << _PLACE | np.arange(len(row))
    key.sort()
    starts = starts_of(key >> _PLACE)
    place = (key[starts] & _PLACES) << _PLACE | sizes_of(starts, len(key))
    place.sort()
    return place >> _PLACE, (1 + np.log(place & _PLACES)).astype(np.float32)


def starts_of(values: I64) -> I64:
    """Return where each run of equal values begins."""
    begins = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins.nonzero()[0]


def sizes_of(starts: I64, n: int) -> I64:
    """Return the lengths of runs that begin at ``starts``, the last of which ends at ``n``."""
    sizes = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=sizes[:-1])
    sizes[-1:] = n - starts[-1:]
    return sizes


def add_runs(sums: NDArray[Any], row: I64, values: Callable[[I64 | slice], NDArray[Any]]) -> None:
    """Add to each row of ``sums`` (rows, width) its ``values``; ``row``, in rising order, says whose the values are.

    ``values`` returns those at the given places, one axis more than the places have. They are added one after another, so
    that a sum is the same to the last bit whatever else is summed; with a width of at least 2, as numpy adds them so then.
    """
    starts = starts_of(row)
    if len(starts) <= _FEW:
        every, ends = values(slice(None)), [*starts.tolist(), len(row)]
        for one, (start, end) in zip(row[starts].tolist(), pairwise(ends), strict=True):
            sums[one] += np.add.reduce(every[start:end], axis=0)
        return
    sizes = sizes_of(starts, len(row))
    order = sizes.argsort(kind="stable")
    ordered = sizes[order]
    for run, end in pairwise([*starts_of(ordered).tolist(), len(ordered)]):
        same = starts[order[run:end]]
        sums[row[same]] += values(same[:, None] + np.arange(ordered[run])).sum(axis=1)
