"""Scores: NPS, CSAT, the share of complaints and the mean rating, overall and by channel, product, owner and month."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from reviewmine.insights.counts import total
from reviewmine.insights.figures import mean, net, share
from reviewmine.insights.mentions import Mentions
from reviewmine.insights.ratings import Ratings, Scale, find_ratings
from reviewmine.settings import Closed

OVERALL = "все"
REST = "прочие"
EARLIER = "ранее"
UNNAMED = "не указано"
MAX_MONTHS = 240
_PROMOTER, _PASSIVE = 9, 7
_USUAL = ("channel", "product", "owner", "month")

Places = tuple[NDArray[np.int64], list[dict[str, Any]]]
"""Of every review, its place in a list of groups; the groups."""


class ScoresPlan(Closed):
    """What is scored, and by what; the key ``scores`` of a plan."""

    rating: Annotated[str, Field(min_length=1, max_length=500)] = "rating"
    """The column of the ratings; a column of the source, such as ``NPS``, is read as it was written."""
    scale: Scale | None = None
    """The scale of the ratings; without one it is recognised."""
    by: Annotated[tuple[str, ...], Field(max_length=20)] = _USUAL
    """Columns to split by; ``month`` is that of the date, ``owner`` that of the decision."""
    min_n: Annotated[int, Field(ge=1)] = 30
    """A group of fewer reviews is marked small; it is counted all the same."""
    max_groups: Annotated[int, Field(ge=1, le=1000)] = 20
    """Values of a column that have a row of their own; the others are joined in one."""


def find_scores(
    mentions: Mentions,
    plan: ScoresPlan | None = None,
    ratings: Ratings | None = None,
    owners: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return ``scale``, ``overall`` and ``by`` column the scores of all reviews.

    A row has ``name``, ``n`` reviews, ``small`` and four figures, each with its own ``n``: ``nps`` in points from -100
    to 100 with the counts of ``promoters`` (9–10), ``passives`` (7–8) and ``detractors`` (0–6), None on any scale but
    0–10; ``csat``, the share of ratings from the scale's ``top`` up; ``complaints``, the share of reviews decided to be
    complaints; ``mean_rating`` on the scale. Figures of ratings are None where nobody rated.

    Rows are by size, months by time. Values beyond ``max_groups`` (and months before the last ``MAX_MONTHS``) are one
    row with their number as ``joined``; reviews without a value are one with ``unnamed`` true. A column in which no
    review has a value has no rows. Decisions are counted by review, so a crosswalk splits none of them.
    ``ratings`` are found by the plan unless given; ``owners`` are titles by code, and the row of an owner then has its
    ``code`` too. Raises ``ReviewmineError`` for a column that does not exist.
    """
    plan = plan or ScoresPlan()
    ratings = ratings or find_ratings(mentions, plan.rating, plan.scale)
    everyone = (np.zeros(len(mentions.reviews), np.int64), [{"name": OVERALL}])
    return {
        "scale": {
            "low": ratings.low,
            "high": ratings.high,
            "kind": ratings.kind,
            "top": ratings.top,
            "n": int((ratings.step >= 0).sum()),
            "outside": ratings.outside,
        },
        "overall": _scored(mentions, ratings, everyone, plan.min_n)[0],
        "by": {
            column: _scored(mentions, ratings, places, plan.min_n)
            for column in plan.by
            if (places := _places(mentions, column, plan, owners or {})) is not None
        },
    }


def _places(mentions: Mentions, column: str, plan: ScoresPlan, owners: Mapping[str, str]) -> Places | None:
    """Return the groups of a column; None for a usual column that these reviews do not have."""
    name = "date" if column == "month" else column
    if column in _USUAL and name not in mentions.reviews:
        return None
    cells = mentions.column(name)
    if column == "month":
        return by_month(cells)
    place, groups = by_value(cells, plan.max_groups)
    if column != "owner":
        return place, groups
    known = [
        {"name": owners[group["name"]], "code": group["name"]} if group["name"] in owners else {} for group in groups
    ]
    return place, [group | titled for group, titled in zip(groups, known, strict=True)]


def by_value(cells: pd.Series, most: int) -> Places:
    """Return the groups of reviews by the text of a cell: the ``most`` frequent ones, the rest, those without one."""
    place, values = pd.factorize(cells.fillna("").astype(str))
    sizes = np.bincount(place, minlength=len(values))
    order = sorted((i for i, value in enumerate(values) if value), key=lambda i: (-sizes[i], values[i]))
    groups: list[dict[str, Any]] = [{"name": str(values[i])} for i in order[:most]]
    group = np.full(len(values), -1)
    group[order] = np.minimum(np.arange(len(order)), most)
    if len(order) > most:
        groups.append({"name": REST, "joined": len(order) - most})
    return _with_unnamed(group[place], groups)


def by_month(dates: pd.Series) -> Places:
    """Return the groups of reviews by month (``2026-03``), oldest first; those without a date come last."""
    place, months = pd.factorize(dates.dt.to_period("M"), sort=True)
    early = max(0, len(months) - MAX_MONTHS)
    groups: list[dict[str, Any]] = [{"name": EARLIER, "joined": early}] if early else []
    groups += [{"name": str(month)} for month in months[early:]]
    return _with_unnamed(np.where(place < 0, -1, np.maximum(0, place - early + bool(early))), groups)


def _with_unnamed(place: NDArray[np.int64], groups: list[dict[str, Any]]) -> Places:
    """Return the groups with one more for the reviews that are in none (place -1), unless all are."""
    if not groups or not (place < 0).any():
        return place, groups
    return np.where(place < 0, len(groups), place), [*groups, {"name": UNNAMED, "unnamed": True}]


def _scored(mentions: Mentions, ratings: Ratings, places: Places, min_n: int) -> list[dict[str, Any]]:
    """Return a row of scores for every group."""
    place, groups = places
    if not groups:
        return []
    complaint = np.asarray(mentions.reviews["kind"] == "complaint", dtype=bool)
    sizes = np.bincount(place, minlength=len(groups))
    complaints = np.bincount(place[complaint], minlength=len(groups))
    counts = ratings.counts(np.arange(len(place)), place, len(groups))
    return [
        group
        | {
            "n": int(n),
            **rating_figures(counts[i], ratings),
            "complaints": {**share(complaints[i], n), "n": int(n)},
            "small": bool(n < min_n),
        }
        for i, (group, n) in enumerate(zip(groups, sizes, strict=True))
    ]


def rating_figures(counts: NDArray[np.float64], ratings: Ratings) -> dict[str, Any]:
    """Return ``nps``, ``csat`` and ``mean_rating`` of ratings, ``counts`` of each step."""
    n = total(counts)
    found = mean(counts, ratings.steps, ratings.bounds)
    if found is None:
        return {"nps": None, "csat": None, "mean_rating": None}
    satisfied = counts[ratings.steps >= ratings.top].sum()
    return {
        "nps": _nps(counts, ratings.steps) if ratings.kind == "0-10" else None,
        "csat": {**share(satisfied, counts.sum()), "n": n},
        "mean_rating": {**found, "n": n},
    }


def _nps(counts: NDArray[np.float64], steps: NDArray[np.float64]) -> dict[str, Any]:
    """Return the net promoter score in points (Reichheld, 2003) with the counts it is made of."""
    promoters, detractors = counts[steps >= _PROMOTER].sum(), counts[steps < _PASSIVE].sum()
    passives = counts.sum() - promoters - detractors
    found = net(promoters, detractors, counts.sum(), unit=100)
    parts = {"promoters": promoters, "passives": passives, "detractors": detractors, "n": counts.sum()}
    return {**(found or {}), **{name: total([float(n)]) for name, n in parts.items()}}
