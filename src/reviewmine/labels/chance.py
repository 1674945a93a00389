"""Agreement beyond chance: Krippendorff's alpha, Cohen's kappa, and the distance of two sets of types."""

import math
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

F64 = NDArray[np.float64]
Distance = Callable[[Any, Any], float]


def krippendorff(units: Sequence[Sequence[Hashable]], distance: Distance | None = None) -> float:
    """Return Krippendorff's alpha of ``units``, each the values that its labellers gave, whatever their order.

    Values are nominal unless a ``distance`` in 0..1 is given. A unit with fewer than two values tells nothing. NaN where
    all values are equal (Krippendorff, 2011, Computing Krippendorff's Alpha-Reliability).

    >>> round(krippendorff([["a", "a"], ["a", "b"], ["b", "b"], ["b"]]), 3)
    0.444
    """
    return Values.of(units, distance).alpha(np.arange(sum(len(unit) > 1 for unit in units)))


def cohen(table: ArrayLike) -> float:
    """Return Cohen's kappa of a square table: what the first said by what the second said (Cohen, 1960).

    NaN where both always said one and the same, as chance has no measure then.

    >>> round(cohen([[20, 5], [10, 15]]), 3)
    0.4
    """
    counts = np.asarray(table, dtype=np.float64)
    n = counts.sum()
    chance = float(counts.sum(axis=0) @ counts.sum(axis=1) / n**2) if n else 1.0
    return (float(np.trace(counts) / n) - chance) / (1 - chance) if chance < 1 else math.nan


def masi(one: Collection[Any], other: Collection[Any]) -> float:
    """Return the distance of two sets: 0 for equal ones, 1 for ones that share nothing (Passonneau, 2006).

    >>> round(masi({"a"}, {"a", "b"}), 3)
    0.667
    """
    one, other = frozenset(one), frozenset(other)
    if one == other:
        return 0.0
    common = len(one & other)
    nested = 2 / 3 if one <= other or other <= one else 1 / 3
    return 1.0 - nested * common / len(one | other)


@dataclass(frozen=True)
class Values:
    """Values as numbers with their distances; ``apart`` is the summed distance inside each unit over its values less one."""

    unit: NDArray[np.int64]
    value: NDArray[np.int64]
    apart: F64
    distances: F64

    @classmethod
    def of(cls, units: Sequence[Sequence[Hashable]], distance: Distance | None) -> "Values":
        """Return the values of the units that have two or more."""
        kept = [unit for unit in units if len(unit) > 1]
        values = list(dict.fromkeys(value for unit in kept for value in unit))
        place = {value: number for number, value in enumerate(values)}
        apart = distance or (lambda one, other: float(one != other))
        distances = np.asarray([[apart(one, other) for other in values] for one in values], dtype=np.float64)
        coded = [np.asarray([place[value] for value in unit]) for unit in kept]
        inside = [distances[np.ix_(unit, unit)].sum() / (len(unit) - 1) for unit in coded]
        return cls(
            np.repeat(np.arange(len(kept)), [len(unit) for unit in coded]),
            np.concatenate([*coded, np.zeros(0, dtype=np.int64)]).astype(np.int64),
            np.asarray(inside, dtype=np.float64),
            distances,
        )

    def alpha(self, rows: NDArray[np.int64]) -> float:
        """Return alpha of the units ``rows``, which may be drawn twice."""
        times = np.bincount(rows, minlength=len(self.apart)).astype(np.float64)
        counts = np.bincount(self.value, times[self.unit], len(self.distances))
        n = counts.sum()
        expected = float(counts @ self.distances @ counts) / (n - 1) if n > 1 else 0.0
        return float(1 - times @ self.apart / expected) if expected > 0 else math.nan
