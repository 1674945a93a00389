"""How often each type is spoken of, day by day or week by week, overall and in segments, and out of how many reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.insights.mentions import Mentions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Period = Literal["day", "week", "month"]
Segment = tuple[str, str]
"""A column of the reviews and one of its values."""

MOST_DAYS: Final = 20 * 366
"""Older reviews are left out: one wrong date must not cost the memory of a century."""
_MIN_SHARE: Final = 0.02  # of the dated reviews, under which a value is no segment
_MONDAY: Final = np.datetime64("1970-01-05", "D")


@dataclass(frozen=True)
class Exposure:
    """Counts (series, periods) of mentions; a series is a type in a segment.

    ``starts`` (periods) are the first days of the periods; ``code`` and ``segment`` (series) are places in ``codes`` and in
    ``segments``, whose first, None, is all reviews. ``reviews`` (segments, periods) is what the mentions are counted out of.
    """

    period: Period
    starts: NDArray[np.datetime64]
    codes: tuple[str, ...]
    segments: tuple[Segment | None, ...]
    code: Ints
    segment: Ints
    counts: Floats
    reviews: Floats


def count_mentions(
    mentions: Mentions,
    period: Period = "day",
    columns: Sequence[str] = (),
    *,
    most: int = 8,
    least: float = 1.0,
    until: date | None = None,
    days: int = MOST_DAYS,
) -> Exposure:
    """Return the counts of all types, in all reviews and in the ``most`` frequent values of ``columns``.

    A value with less than 2 % of the dated reviews, and an empty one, is no segment. Series with less than ``least``
    mentions are left out, and so are reviews without a date, those after ``until`` and those more than ``days`` before the last.
    Days begin with a Monday, so that what comes later moves no week.
    """
    day = mentions.column("date").to_numpy().astype("datetime64[D]")
    dated = ~np.isnat(day)
    if until is not None:
        dated &= day <= np.datetime64(until)
    if not dated.any():
        empty = np.zeros((0, 0))
        nothing = np.zeros(0, dtype=np.int64)
        return Exposure(period, np.zeros(0, "datetime64[D]"), mentions.codes, (None,), nothing, nothing, empty, empty)
    last = np.datetime64(until) if until is not None else day[dated].max()
    dated &= day > last - days
    place, starts = _placed(day, dated, last, period)
    segments, rows = _segments(mentions, columns, dated, most)
    n, n_codes = len(starts), len(mentions.codes)
    reviews = np.stack([np.bincount(place[own], minlength=n).astype(np.float64) for own in rows])
    code, segment, counts = [], [], []
    for number, own in enumerate(rows):
        kept = own[mentions.review]
        cell = mentions.type[kept] * n + place[mentions.review[kept]]
        table = np.bincount(cell, mentions.weight[kept], minlength=n_codes * n).reshape(n_codes, n)
        enough = np.flatnonzero(table.sum(axis=1) >= least)
        code.append(enough)
        segment.append(np.full(len(enough), number))
        counts.append(table[enough])
    return Exposure(
        period,
        starts,
        mentions.codes,
        segments,
        np.concatenate(code),
        np.concatenate(segment),
        np.vstack(counts),
        reviews,
    )


def _placed(
    day: NDArray[np.datetime64], dated: NDArray[np.bool_], last: np.datetime64, period: Period
) -> tuple[Ints, NDArray[np.datetime64]]:
    """Return the period of each review (0 where it has no date) and the first day of each period."""
    if period == "month":
        unit = day.astype("datetime64[M]").astype(np.int64)
        ends = (unit[dated].min(), np.datetime64(last, "M").astype(np.int64))
        starts = np.arange(*ends + np.asarray([0, 1])).astype("datetime64[M]").astype("datetime64[D]")
    else:
        unit = (day - _MONDAY).astype(np.int64)
        size = 7 if period == "week" else 1
        first = unit[dated].min() // 7 * 7
        n = ((last - _MONDAY).astype(np.int64) - first) // size + 1
        starts = _MONDAY + first + size * np.arange(n)
        unit, ends = unit // size, (first // size, 0)
    place = np.where(dated, unit - ends[0], 0)
    return place.astype(np.int64), starts


def _segments(
    mentions: Mentions, columns: Sequence[str], dated: NDArray[np.bool_], most: int
) -> tuple[tuple[Segment | None, ...], list[NDArray[np.bool_]]]:
    """Return the segments, all reviews first, and which dated reviews are in each."""
    names: list[Segment | None] = [None]
    rows: list[NDArray[np.bool_]] = [dated]
    for column in columns:
        values: Any = mentions.column(column)
        place, found = pd.factorize(values.astype("string").fillna("").str.strip(), sort=True)
        sizes = np.bincount(place[dated], minlength=len(found))
        large = [i for i in np.argsort(-sizes, kind="stable") if found[i] and sizes[i] >= _MIN_SHARE * dated.sum()]
        for i in large[:most]:
            names.append((column, str(found[i])))
            rows.append(dated & (place == i))
    return tuple(names), rows
