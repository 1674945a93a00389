"""Counts by month and what changed: the last three months against the three before."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.insights.counts import total

WINDOW = 3
MIN_COUNT = 8
"""Mentions in both windows together below which no change is claimed."""


def month_names(dates: pd.Series) -> list[str]:
    """Return every month from the first date to the last as ``2026-03``; empty when there is no date."""
    known = dates.dropna()
    if known.empty:
        return []
    return [str(period) for period in pd.period_range(known.min().to_period("M"), known.max().to_period("M"), freq="M")]


def month_numbers(dates: pd.Series, months: Sequence[str]) -> NDArray[np.int64]:
    """Return the place in ``months``, which leave no gap, of each date; -1 where there is none."""
    if not months:
        return np.full(len(dates), -1)
    first = pd.Period(months[0], "M")
    number = (dates.dt.year - first.year) * 12 + dates.dt.month - first.month
    return number.where(number.between(0, len(months) - 1), -1).to_numpy(np.int64)


def change(counts: Sequence[float], totals: Sequence[float], window: int = WINDOW) -> dict[str, Any] | None:
    """Return how a type's share of reviews changed between the last two windows of ``window`` periods; None when it cannot be told.

    ``ratio`` of shares with its 95 % interval (log method, Katz et al., 1978), ``verdict`` rising, falling or steady.
    """
    if min(len(counts), len(totals)) < 2 * window:
        return None
    now, before = total(counts[-window:]), total(counts[-2 * window : -window])
    n_now, n_before = sum(totals[-window:]), sum(totals[-2 * window : -window])
    if now + before < MIN_COUNT or not n_now or not n_before:
        return None
    a, b = now + 0.5, before + 0.5  # half a count keeps the ratio finite
    log_ratio = math.log(a / n_now) - math.log(b / n_before)
    error = 1.96 * math.sqrt(max(0.0, 1 / a - 1 / n_now + 1 / b - 1 / n_before))
    low, high = math.exp(log_ratio - error), math.exp(log_ratio + error)
    verdict = "rising" if low > 1 else "falling" if high < 1 else "steady"
    return {
        "ratio": round(math.exp(log_ratio), 3),
        "low": round(low, 3),
        "high": round(high, 3),
        "now": now,
        "before": before,
        "verdict": verdict,
    }
