"""Runs of equal values in sorted arrays, and sums over them that do not depend on what else is summed. numpy only."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from reviewmine.router.hashing import F32, I64

_PLACE, _ROW = 22, 46  # bits below a value and below a row
_PLACES = (1 << _PLACE) - 1


def distinct(row: I64, value: I64) -> tuple[I64, F32]:
    """Return the first place of each value in its row, in rising order, and 1 + log of how often the row has it.

    Rows are in rising order and below 2^17, values below 2^24, places below 2^22: together they fit one integer, and integers
    are quicker to sort than places by their values.
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


def by_length(row: I64) -> Iterator[tuple[I64, I64]]:
    """Yield rows that have equally many entries, and the places of these, (rows, entries); ``row`` is in rising order.

    Sums over such blocks add one entry after another, so that an answer is the same to the last bit in every batch.
    """
    starts = starts_of(row)
    sizes = sizes_of(starts, len(row))
    order = sizes.argsort(kind="stable")
    ordered = sizes[order]
    for run, end in pairwise([*starts_of(ordered).tolist(), len(ordered)]):
        same = starts[order[run:end]]
        yield row[same], same[:, None] + np.arange(ordered[run])
