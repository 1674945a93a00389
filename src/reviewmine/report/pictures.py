"""The geometry of the small pictures: numbers only, the template draws them and escapes every word."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reviewmine.report.russian import is_number, number, percent
from reviewmine.report.words import Said, counted, joined, month, say, short_month

STEP = 30
"""Width of a month in a chart."""
WIDE_STEP = 46
"""The same for a range such as 101–200."""
TALL = 64
"""Height of the highest column."""
SPARK = (96, 22)
MOST_LABELS = 18
"""Months above which figures over columns would touch each other."""


@dataclass(frozen=True)
class Column:
    """One month: where its column stands and what is written over, under and in its tooltip."""

    x: float
    y: float
    height: float
    label: str
    month: Said | str
    year: str
    count: str
    tooltip: Said | str


@dataclass(frozen=True)
class Columns:
    """A chart by month; ``of_share`` says whether heights are shares of the month's reviews or plain counts."""

    width: int
    columns: tuple[Column, ...]
    of_share: bool
    step: int = STEP


@dataclass(frozen=True)
class Bar:
    """A share with its interval, in per cent of the width."""

    value: float
    low: float
    high: float


def by_month(counts: Any, totals: Any, months: Sequence[str]) -> Columns | None:
    """Return the chart of a type; None where there are no months or the lengths differ."""
    levels = _levels(counts, totals)
    if not levels or len(levels) != len(months):
        return None
    of_share, top = _fits(counts, totals), max(levels) or 1
    columns, crowded = [], len(levels) > MOST_LABELS
    for i, (level, count, name) in enumerate(zip(levels, counts, months, strict=True)):
        short, year = short_month(name)
        shown = year if i == 0 or short.ru == "янв" else ""
        height = round(TALL * level / top, 1)
        label = "" if crowded or not count else number(100 * level, 1) if of_share else number(count)
        told = joined([month(name), number(count)], ": ")
        if of_share:
            told = say(
                "{month}: {n} из {reviews}, {share}",
                month=month(name),
                n=number(count),
                reviews=counted(totals[i], "отзыва", "отзывов", "отзывов"),
                share=percent(level),
            )
        foot = short if not crowded or shown or i % 3 == 0 else ""
        columns.append(
            Column(
                i * STEP, round(TALL - height, 1), height, label, foot, shown, "" if crowded else number(count), told
            )
        )
    return Columns(len(levels) * STEP, tuple(columns), of_share)


def by_step(counts: Sequence[Any], names: Sequence[str], told: Sequence[str]) -> Columns | None:
    """Return a chart of counts with a name under each column; None where there is nothing to draw.

    ``told`` opens the tooltip of a column. Names may be ranges, so columns stand wider than months do.
    """
    if not counts or not all(is_number(count) for count in counts):
        return None
    top = max(counts) or 1
    columns = []
    for i, (count, name, about) in enumerate(zip(counts, names, told, strict=True)):
        height = round(TALL * count / top, 1)
        label = number(count) if count else ""
        tooltip = f"{about}: {number(count)}"
        columns.append(Column(i * WIDE_STEP, round(TALL - height, 1), height, label, name, "", label, tooltip))
    return Columns(len(columns) * WIDE_STEP, tuple(columns), of_share=False, step=WIDE_STEP)


def spark(counts: Any, totals: Any = None) -> tuple[str, float, float] | None:
    """Return the points of a line from zero up and its last point; None with fewer than two months."""
    levels = _levels(counts, totals)
    if len(levels) < 2:
        return None
    width, height = SPARK
    top = max(levels) or 1
    points = [
        (round(2 + (width - 4) * i / (len(levels) - 1), 1), round(height - 2 - (height - 4) * level / top, 1))
        for i, level in enumerate(levels)
    ]
    return " ".join(f"{x},{y}" for x, y in points), *points[-1]


def bar(share: Any, low: Any, high: Any, scale: float) -> Bar | None:
    """Return a bar on a scale whose full width is ``scale``; an unknown interval shrinks to the share."""
    if not is_number(share) or scale <= 0:
        return None
    ends = [value if is_number(value) else share for value in (share, low, high)]
    return Bar(*(round(100 * min(1.0, max(0.0, value / scale)), 1) for value in ends))


def stacked(parts: Sequence[Any], whole: float) -> list[tuple[float, float]]:
    """Return start and width of each part, in per cent of ``whole``."""
    placed, start = [], 0.0
    for part in parts:
        width = 100 * part / whole if is_number(part) and whole > 0 else 0.0
        placed.append((round(start, 2), round(width, 2)))
        start += width
    return placed


def _levels(counts: Any, totals: Any) -> list[float]:
    """Return shares of the month's reviews, or the counts where totals are unknown; empty if there is nothing to draw."""
    if not isinstance(counts, list) or not all(is_number(count) for count in counts):
        return []
    if not _fits(counts, totals):
        return [float(count) for count in counts]
    return [count / total if total else 0.0 for count, total in zip(counts, totals, strict=True)]


def _fits(counts: Any, totals: Any) -> bool:
    """Return whether totals stand beside the counts, month by month."""
    return isinstance(totals, list) and len(totals) == len(counts) and all(is_number(total) for total in totals)
