"""How much a scored row counts: one, or the weight that `reviewmine taxonomy crosswalk` gave it."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.errors import ReviewmineError

WEIGHT = "weight"
"""The column of a scored file that says what its rows count; a row with an empty cell counts as one."""
_DIGITS = 4


def row_weights(scored: pd.DataFrame) -> pd.Series:
    """Return what each row counts for its types, 0 to 1. Raises ``ReviewmineError`` for any other weight."""
    if WEIGHT not in scored:
        return pd.Series(1.0, index=scored.index)
    cells = scored[WEIGHT].replace("", 1.0).fillna(1.0)
    weights = pd.to_numeric(cells, errors="coerce").astype(float)
    wrong = ~((weights >= 0) & (weights <= 1 + 10**-_DIGITS))
    if wrong.any():
        found = f"weight {cells[wrong].iloc[0]!r} in the row of review {scored['id'][wrong].iloc[0]!r}"
        raise ReviewmineError(found, expected="a number from 0 to 1", do="make it with `reviewmine taxonomy crosswalk`")
    return weights


def review_parts(reviews: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which part of its review each row is: the parts of a review make one, however many rows it has.

    >>> review_parts(np.array([0, 0, 1, 2, 2]), np.array([0.2, 0.6, 1.0, 0.0, 0.0])).round(2).tolist()
    [0.25, 0.75, 1.0, 0.5, 0.5]
    """
    n = int(reviews.max(initial=-1)) + 1
    totals, rows = sums(reviews, weights, n)[reviews], np.bincount(reviews, minlength=n)[reviews]
    return np.where(totals > 0, weights / np.where(totals > 0, totals, 1.0), 1.0 / rows)


def sums(groups: NDArray[Any], values: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return the sum of ``values`` in each of ``n`` groups, the same for every order of the rows.

    >>> sums(np.array([1, 0, 1]), np.array([0.5, 1.0, 0.25]), 3).tolist()
    [1.0, 0.75, 0.0]
    """
    if not np.array_equal(values, np.rint(values)):  # whole numbers add up exactly in any order
        order = np.lexsort((values, groups))
        groups, values = groups[order], values[order]
    return np.bincount(groups, weights=values, minlength=n).astype(np.float64)


def whole(value: float) -> int | float:
    """Return a sum as it is shown: an int where it is whole.

    >>> whole(2.0), whole(0.75)
    (2, 0.75)
    """
    found = round(float(value), _DIGITS)
    return int(found) if found == int(found) else found


def total(values: Iterable[float]) -> int | float:
    """Return a sum that does not depend on the order; an int where it is whole.

    >>> total([1.0, 1.0]), total([0.25, 0.5])
    (2, 0.75)
    """
    return whole(math.fsum(values))
