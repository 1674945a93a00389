"""Traffic light: every process under every criterion, green, yellow or red by the limits of a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from reviewmine.errors import ReviewmineError
from reviewmine.insights.counts import sums, total
from reviewmine.insights.figures import median, share
from reviewmine.insights.mentions import Mentions
from reviewmine.insights.processes import (
    Process,
    Spoken,
    known_types,
    of_kind,
    places,
    process_of,
    spoken,
    titles_of,
    unplaced,
)
from reviewmine.insights.ratings import Ratings, find_ratings
from reviewmine.insights.scores import rating_figures
from reviewmine.insights.trends import WINDOW, change, month_names, month_numbers
from reviewmine.intervals import Figure
from reviewmine.settings import Closed

Code = Literal[
    "complaints_share", "nps", "csat", "mean_rating", "median_rating", "auto_share", "human_share", "growth"
]  # fmt: skip
Better = Literal["low", "high"]
Light = Literal["green", "yellow", "red", "none"]
_USUAL: dict[str, tuple[str, str, Better]] = {
    "complaints_share": ("Доля жалоб", "percent", "low"),
    "nps": ("NPS", "number", "high"),
    "csat": ("CSAT", "percent", "high"),
    "mean_rating": ("Средняя оценка", "rating", "high"),
    "median_rating": ("Медиана оценки", "rating", "high"),
    "auto_share": ("Доля без участия человека", "percent", "high"),
    "human_share": ("Доля ручного разбора", "percent", "low"),
    "growth": ("Рост жалоб", "number", "low"),
}
"""Title, unit and which side is better."""
_ROUTED = ("auto", "suggest", "human")


class Criterion(Closed):
    """One column of lights: green up to ``green``, yellow up to ``yellow``, red beyond; from the better side."""

    code: Code
    title: Annotated[str, Field(max_length=200)] = ""
    green: float
    yellow: float
    better: Better | None = None
    """Which values are better, low or high; without it what the criterion means."""

    @model_validator(mode="after")
    def _ordered(self) -> "Criterion":
        better = self.better or _USUAL[self.code][2]
        wrong = self.green > self.yellow if better == "low" else self.green < self.yellow
        if wrong:
            side = "at most" if better == "low" else "at least"
            msg = f"green {self.green:g} of {self.code} must be {side} yellow {self.yellow:g}, for {better} is better"
            raise ValueError(msg)
        bounds = {"percent": (0, 1), "rating": (0, 100)}.get(_USUAL[self.code][1], (-100, 100))
        for name, value in (("green", self.green), ("yellow", self.yellow)):
            if not bounds[0] <= value <= bounds[1]:
                hint = " (0.05 is 5 %)" if bounds == (0, 1) else ""
                msg = f"{name} of {self.code} is {value:g}, expected {bounds[0]} to {bounds[1]}{hint}"
                raise ValueError(msg)
        return self


class TrafficPlan(Closed):
    """Which processes stand under which criteria; the key ``traffic`` of a plan."""

    process: Process = "owner"
    min_n: Annotated[int, Field(ge=1)] = 30
    """A cell of fewer reviews has no light."""
    criteria: Annotated[tuple[Criterion, ...], Field(max_length=20)] = ()
    """Empty: the usual ones."""

    @model_validator(mode="after")
    def _once(self) -> "TrafficPlan":
        codes = [one.code for one in self.criteria]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            msg = f"criterion {twice[0]} stands twice"
            raise ValueError(msg)
        return self


@dataclass(frozen=True)
class _Table:
    """What the cells are counted from: reviews by process, and those of them that complain."""

    mentions: Mentions
    ratings: Ratings
    n: int
    all: Spoken
    complaints: Spoken


def find_traffic(
    mentions: Mentions,
    taxonomy: Mapping[str, Any],
    plan: TrafficPlan | None = None,
    ratings: Ratings | None = None,
) -> dict[str, Any]:
    """Return ``criteria`` and a row of lights for every process of the taxonomy, the most spoken of first.

    A process is an owner, an uppermost group or a stage; a review belongs to it when it mentions one of its types (in
    part, where a crosswalk says so). ``complaints_share`` is the share of all reviews that complain of the process,
    ``growth`` the ratio of that share in the last three months to the three before. Ratings are those of its reviews on
    the scale of ``ratings`` (without them: that of the column ``rating``); ``auto_share`` and ``human_share`` are of its
    routed ones. Shares are 0 to 1.

    A cell has ``value`` with ``low`` and ``high`` (95 %), its own ``n``, ``light`` and ``sure``: whether the whole
    interval has that light. With fewer than ``plan.min_n`` reviews, or nothing to tell, the light is ``none``. Types
    without a process are counted in ``unplaced``. Raises ``ReviewmineError`` for limits off the scale.
    """
    plan = plan or TrafficPlan()
    ratings = ratings or find_ratings(mentions)
    criteria = plan.criteria or usual_criteria(ratings)
    _check_limits(criteria, ratings)
    types = known_types(mentions, taxonomy)
    titles = titles_of(taxonomy, plan.process)
    names = [process_of(kind, taxonomy, plan.process) for kind in types]
    place = places(names, list(titles))
    said = spoken(mentions, place)
    table = _Table(mentions, ratings, len(titles), said, spoken(mentions, place, of_kind(types, "complaint")))
    columns = [_cells(one, table, plan.min_n) for one in criteria]
    sizes = said.sums(table.n)
    order = range(table.n) if plan.process == "stage" else np.lexsort((np.arange(table.n), -sizes)).tolist()
    processes = list(titles.items())
    return {
        "process": plan.process,
        "criteria": [_described(one) for one in criteria],
        "rows": [
            {
                "process": processes[i][0],
                "title": processes[i][1],
                "n": total([sizes[i]]),
                "cells": [column[i] for column in columns],
            }
            for i in order
        ],
        "unplaced": unplaced(mentions, place),
    }


def usual_criteria(ratings: Ratings) -> tuple[Criterion, ...]:
    """Return the criteria when a plan names none: complaints, their growth, the rating, the work of people.

    Who mentions a process mostly complains of it, so its reviews are rated low: three fifths of the scale are green.
    """
    width = ratings.high - ratings.low
    return (
        Criterion(code="complaints_share", green=0.02, yellow=0.05),
        Criterion(code="growth", green=1.1, yellow=1.5),
        Criterion(code="mean_rating", green=ratings.low + 0.6 * width, yellow=ratings.low + 0.4 * width),
        Criterion(code="human_share", green=0.2, yellow=0.4),
    )


def _check_limits(criteria: Sequence[Criterion], ratings: Ratings) -> None:
    """Raise ``ReviewmineError`` when a limit of a rating is off the scale of the data."""
    for number, one in enumerate(criteria):
        for name, value in (("green", one.green), ("yellow", one.yellow)):
            if _USUAL[one.code][1] == "rating" and not ratings.low <= value <= ratings.high:
                raise ReviewmineError(
                    f"{name} of {one.code} is {value:g}",
                    expected=f"{ratings.low:g} to {ratings.high:g}, the scale of the ratings",
                    where=f"traffic.criteria.{number}.{name}",
                    do="state the limit on that scale, or the scale under scores.scale",
                )


def _described(one: Criterion) -> dict[str, Any]:
    """Return a criterion as the page shows it."""
    title, unit, better = _USUAL[one.code]
    return {
        "code": one.code,
        "title": one.title or title,
        "unit": unit,
        "green": one.green,
        "yellow": one.yellow,
        "better": one.better or better,
    }


def _cells(one: Criterion, table: _Table, min_n: int) -> list[dict[str, Any]]:
    """Return the cell of every process under a criterion."""
    return [_cell(one, found, n, min_n) for found, n in _measured(one.code, table)]


def _cell(one: Criterion, found: Mapping[str, Any] | None, n: float, min_n: int) -> dict[str, Any]:
    """Return a cell: the figure, its light, and whether the whole interval has that light."""
    if found is None:
        value: dict[str, Any] = {"value": None, "low": None, "high": None}
    else:
        value = {name: found[name] for name in ("value", "low", "high")}
    told = found is not None and bool(n >= min_n)
    lights = {name: light(one, number) if told else "none" for name, number in value.items()}
    sure = told and len(set(lights.values())) == 1
    return {"criterion": one.code, **value, "n": total([n]), "light": lights["value"], "sure": sure}


def light(one: Criterion, value: float) -> Light:
    """Return the light of a value; a limit belongs to the better side."""
    sign = 1 if (one.better or _USUAL[one.code][2]) == "low" else -1
    if sign * value <= sign * one.green:
        return "green"
    return "yellow" if sign * value <= sign * one.yellow else "red"


Measured = list[tuple[Mapping[str, Any] | None, float]]


def _measured(code: str, table: _Table) -> Measured:
    """Return a figure and the number of reviews behind it for every process."""
    if code == "complaints_share":
        size = len(table.mentions.reviews)
        return [(share(n, size), size) for n in table.complaints.sums(table.n)]
    if code == "growth":
        return _growth(table)
    if code in {"auto_share", "human_share"}:
        action = table.mentions.reviews["action"]
        routed = table.all.sums(table.n, action.isin(_ROUTED).to_numpy(bool))
        done = table.all.sums(table.n, (action == code.removesuffix("_share")).to_numpy(bool))
        return [(share(part, n) if n else None, n) for part, n in zip(done, routed, strict=True)]
    return _rated(code, table)


def _rated(code: str, table: _Table) -> Measured:
    """Return a figure of ratings for every process."""
    ratings, said = table.ratings, table.all
    counts = ratings.counts(said.review, said.process, table.n, said.weight)
    found: list[Figure | None] = [
        median(row, ratings.steps) if code == "median_rating" else rating_figures(row, ratings)[code] for row in counts
    ]
    return list(zip(found, counts.sum(axis=1), strict=True))


def _growth(table: _Table) -> Measured:
    """Return how the share of complaints changed between the last two windows of months for every process."""
    dates, said = table.mentions.reviews["date"], table.complaints
    months = month_names(dates)
    if len(months) < 2 * WINDOW:
        return [(None, 0.0)] * table.n
    late = month_numbers(dates, months) - len(months) + 2 * WINDOW  # 0..5 are the two windows, no date is below
    inside = late >= 0
    totals = np.bincount(late[inside], minlength=2 * WINDOW)
    kept = inside[said.review]
    cell = said.process[kept] * 2 * WINDOW + late[said.review[kept]]
    monthly = sums(cell, said.weight[kept], table.n * 2 * WINDOW).reshape(table.n, -1)
    changes = [change(row.tolist(), totals.tolist()) for row in monthly]
    return [
        (None if one is None else {"value": one["ratio"], "low": one["low"], "high": one["high"]}, row.sum())
        for one, row in zip(changes, monthly, strict=True)
    ]
