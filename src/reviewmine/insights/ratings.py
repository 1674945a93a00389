"""Ratings on the scale that customers saw: NPS asks for 0..10, and the reader brings every scale to 1..5."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, model_validator

from reviewmine.corpus.ratings import RatingTally, parse_rating
from reviewmine.errors import ReviewmineError
from reviewmine.insights.counts import sums
from reviewmine.insights.mentions import Mentions
from reviewmine.settings import Closed

_READ = (1.0, 5.0)
"""The scale of the column ``rating`` of reviews that were read."""
_BROUGHT = ((0, 5), (0, 6), (1, 10), (0, 10))
"""Scales that leave their steps in ratings brought to 1..5, the coarsest first."""
_ENOUGH_STEPS = 3  # so many different ratings between the stars tell a scale
_ENOUGH = 20_000  # ratings that tell a scale
_DIGITS = 6  # 8.999999999 is a nine


class Scale(Closed):
    """A scale with its lowest and highest answer; ``top`` is the lowest that counts as satisfied."""

    low: Annotated[float, Field(ge=-1000, le=1000)]
    high: Annotated[float, Field(ge=-1000, le=1000)]
    top: float | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "Scale":
        top = self.high if self.top is None else self.top
        if not self.low < self.high or not self.low < top <= self.high:
            msg = f"low {self.low:g}, high {self.high:g} and top {top:g} must stand in the order low, top, high"
            raise ValueError(msg)
        return self


@dataclass(frozen=True)
class Ratings:
    """The rating of every review as a place in ``steps``, the distinct ratings in order; -1 where there is none.

    ``low`` and ``high`` bound the scale, ``top`` is the lowest rating of a satisfied customer, ``outside`` the number of
    ratings left out because they lie outside the scale.
    """

    low: float
    high: float
    top: float
    steps: NDArray[np.float64]
    step: NDArray[np.int64]
    outside: int

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the ends of the scale."""
        return self.low, self.high

    @property
    def kind(self) -> str:
        """Return ``0-10``, the scale that has an NPS, ``1-5`` or ``other``."""
        return {(0.0, 10.0): "0-10", (1.0, 5.0): "1-5"}.get((self.low, self.high), "other")

    def values(self) -> NDArray[np.float64]:
        """Return the rating of every review, NaN where there is none."""
        return np.append(self.steps, np.nan)[self.step]

    def counts(
        self,
        review: NDArray[np.int64],
        group: NDArray[np.int64],
        n_groups: int,
        weight: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """Return how often each group has each step (groups, steps); an entry is a review, its group and what it counts.

        All figures come from such counts, whose sums do not depend on the order of the reviews.
        """
        rated = self.step[review] >= 0
        cell = group[rated] * len(self.steps) + self.step[review[rated]]
        counted = np.ones(len(cell)) if weight is None else weight[rated]
        shape = (n_groups, len(self.steps))
        return sums(cell, counted, shape[0] * shape[1]).reshape(shape)

    def all_counts(self) -> NDArray[np.float64]:
        """Return how often each step stands among all reviews."""
        return np.bincount(self.step[self.step >= 0], minlength=len(self.steps)).astype(np.float64)


def find_ratings(mentions: Mentions, column: str = "rating", given: Scale | None = None) -> Ratings:
    """Return the ratings in ``column`` on ``given`` scale, or on the one that the data tell.

    A column ``rating`` within 1..5 is what the reader made: ratings that lie on the steps of 0–5, 0–6, 1–10 or 0–10 and
    between the stars are moved back there; what came from 0–100 or from several scales stays on 1..5. Any other column is
    taken as it is, on the narrowest usual scale that holds all but one rating in fifty. Raises ``ReviewmineError`` when
    there is none.
    """
    numbers = _numbers(mentions.column(column))
    values, place = np.unique(numbers, return_inverse=True)
    known = values[~np.isnan(values)]
    was_read = column == "rating" and bool(((known >= _READ[0]) & (known <= _READ[1])).all())
    if given is not None:
        low, high = given.low, given.high
    else:
        low, high = _told_by_steps(known) if was_read else _told_by_range(numbers, column)
    if was_read:
        values = low + (values - _READ[0]) / (_READ[1] - _READ[0]) * (high - low)
    values = np.round(values, _DIGITS)
    inside = (values >= low) & (values <= high)
    step = np.where(inside, np.cumsum(inside) - 1, -1)[place]
    outside = int(((step < 0) & ~np.isnan(numbers)).sum())
    top = given.top if given is not None and given.top is not None else usual_top(low, high)
    return Ratings(float(low), float(high), float(top), values[inside], step.astype(np.int64), outside)


def usual_top(low: float, high: float) -> float:
    """Return the lowest rating of the upper two fifths of a scale, which count as satisfied (CSAT, top box).

    >>> [usual_top(low, high) for low, high in [(1, 5), (0, 5), (0, 6), (1, 7), (1, 10), (0, 10), (0, 100)]]
    [4, 4, 4, 5, 7, 7, 61]
    """
    return high - round(0.4 * (high - low + 1)) + 1


def _numbers(cells: pd.Series) -> NDArray[np.float64]:
    """Return the numbers in a column, NaN where there is none; cells of text are read as ratings are written."""
    if pd.api.types.is_numeric_dtype(cells):
        numbers = cells.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isfinite(numbers), numbers, np.nan)
    place, written = pd.factorize(cells)
    parsed = [parse_rating(cell) for cell in written]
    return np.asarray([rating[0] if rating else np.nan for rating in parsed] + [np.nan], dtype=np.float64)[place]


def _told_by_steps(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the scale on whose steps all of ``values``, distinct ratings brought to 1..5, lie; 1..5 when none is told."""
    between = values[np.abs(values - np.round(values)) > 10**-_DIGITS]
    if len(between) < _ENOUGH_STEPS:
        return _READ
    for low, high in _BROUGHT:
        steps = (values - _READ[0]) / (_READ[1] - _READ[0]) * (high - low)
        if (np.abs(steps - np.round(steps)) < 10**-_DIGITS).all():
            return low, high
    return _READ


def _told_by_range(numbers: NDArray[np.float64], column: str) -> tuple[float, float]:
    """Return the usual scale that ``numbers`` are on."""
    tally = RatingTally(column)
    known = np.sort(numbers[~np.isnan(numbers)])
    tally.add(known[:: 1 + len(known) // _ENOUGH].tolist())  # every so many, the least first
    if tally.scale is None:
        raise ReviewmineError(
            f"the ratings in column {column!r} are on no usual scale",
            expected="1–5, 0–5, 0–6, 1–10, 0–10 or 0–100",
            do="state it under scores.scale, such as {low: 1, high: 7}",
        )
    return tally.scale
