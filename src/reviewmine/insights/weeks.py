"""Counts by week: what an owner is told every Monday."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.insights.counts import sums, whole
from reviewmine.insights.mentions import Mentions
from reviewmine.insights.trends import change

N_WEEKS = 13
MONTH = 4
"""Weeks that a digest calls a month: each has the same weekdays, which calendar months have not."""
_DAYS = 7
_MONDAY = pd.Timestamp("1970-01-05")


def weekly(mentions: Mentions, codes: Sequence[str]) -> dict[str, Any]:
    """Return the mentions of each type in each of the last whole weeks, at most ``N_WEEKS``, from Monday to Sunday.

    ``weeks`` has the Mondays as ISO dates, ``totals`` the dated reviews of each week, ``types`` for each of ``codes`` its
    ``{"weeks", "counts"}``, where a mention counts its weight. A week that the reviews begin or end in is left out unless
    they cover its seven days: half a week beside a whole one looks like a fall. Without a whole week all lists are empty.
    """
    dates = mentions.reviews["date"]
    days = ((dates.dt.normalize() - _MONDAY) / pd.Timedelta(days=1)).to_numpy(float)
    starts = _whole_weeks(days)
    weeks = [f"{_MONDAY + pd.Timedelta(days=_DAYS * int(start)):%Y-%m-%d}" for start in starts]
    place = np.floor(days / _DAYS) - (starts[0] if len(starts) else 0)
    place = np.where((place >= 0) & (place < len(starts)), place, -1).astype(np.int64)
    totals = np.bincount(place[place >= 0], minlength=len(starts))
    counts = _by_type(mentions, place, len(starts))
    row_of = {code: row for row, code in enumerate(mentions.codes)}
    nothing = [0] * len(weeks)
    found = {code: counts[row_of[code]] if code in row_of else nothing for code in codes}
    return {
        "weeks": weeks,
        "totals": totals.tolist(),
        "types": {code: {"weeks": weeks, "counts": [*row]} for code, row in found.items()},
    }


def month_change(counts: Sequence[float], totals: Sequence[float]) -> dict[str, Any] | None:
    """Return how a type's share of reviews changed from the four weeks before to the last four; None if it cannot be told.

    The form is that of ``trends.change``.
    """
    return change(counts, totals, MONTH)


def _whole_weeks(days: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the numbers of the last weeks that lie whole between the first and the last of ``days``."""
    known = days[~np.isnan(days)]
    if not len(known):
        return np.zeros(0, dtype=np.int64)
    first, end = math.ceil(known.min() / _DAYS), math.floor((known.max() + 1) / _DAYS)
    return np.arange(max(first, end - N_WEEKS), end)


def _by_type(mentions: Mentions, place: NDArray[np.int64], n_weeks: int) -> list[list[float]]:
    """Return the weights of each type in each week; whole figures are ints. ``place`` is the week of each review, or -1."""
    week = place[mentions.review]
    dated = week >= 0
    cells = mentions.type[dated] * n_weeks + week[dated]
    counts = sums(cells, mentions.weight[dated], len(mentions.codes) * n_weeks).reshape(len(mentions.codes), n_weeks)
    return [[whole(value) for value in row] for row in counts]
