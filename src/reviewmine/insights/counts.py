"""How much a scored row counts: one, or the weight that `reviewmine taxonomy crosswalk` gave it."""

import math
from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

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


def review_parts(ids: pd.Series, weights: pd.Series) -> pd.Series:
    """Return which part of its review each row is: the parts of a review make one, however many rows it has."""
    totals = weights.groupby(ids).transform(math.fsum)
    return (weights / totals).where(totals > 0, 1.0 / ids.groupby(ids).transform("size"))


def total(values: Iterable[float]) -> int | float:
    """Return a sum that does not depend on the order; an int where it is whole.

    >>> total([1.0, 1.0]), total([0.25, 0.5])
    (2, 0.75)
    """
    found = round(math.fsum(values), _DIGITS)
    return int(found) if found == int(found) else found


def totals_by(keys: Iterable[Hashable], values: Iterable[float]) -> dict[Any, int | float]:
    """Return the sum of ``values`` for each key."""
    parts: dict[Hashable, list[float]] = {}
    for key, value in zip(keys, values, strict=True):
        parts.setdefault(key, []).append(value)
    return {key: total(found) for key, found in parts.items()}


def mean(values: pd.Series, weights: pd.Series) -> float | None:
    """Return the weighted mean of the known values; None where nothing is known."""
    known = values.notna().to_numpy()
    weight = weights.to_numpy(float)[known]
    size = math.fsum(weight)
    return round(math.fsum(values.to_numpy(float)[known] * weight) / size, 2) if size else None
