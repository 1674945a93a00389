"""What to look at first: how many speak of a pain, what it costs, whether it grows, how bad it is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reviewmine.insights.mentions import Mentions

FULL_EFFECT = 0.5
"""The part of the scale of ratings that makes the largest impact: two points of 1 to 5."""
TREND_LIMIT = 2.0
USUAL_SEVERITY, MOST_SEVERE = 3, 5
_ERRORS = 2 * 1.96  # standard errors between both ends of an interval


def reaches(mentions: Mentions) -> dict[str, dict[str, int]]:
    """Return for each code how many reviews, products and channels speak of it; an empty name is no product and no channel."""
    found = {"reviews": _distinct(mentions, np.arange(len(mentions.reviews)))}
    for name, column in (("products", "product"), ("channels", "channel")):
        names = mentions.column(column).fillna("").astype(str)
        numbers, _ = pd.factorize(names.where(names != ""))
        found[name] = _distinct(mentions, numbers)
    return {code: {name: int(counts[k]) for name, counts in found.items()} for k, code in enumerate(mentions.codes)}


def _distinct(mentions: Mentions, numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return how many different ``numbers``, one a review and -1 for none, each type has."""
    there = numbers[mentions.review]
    told, most = there >= 0, int(numbers.max(initial=0)) + 1
    pairs = pd.unique(mentions.type[told] * most + there[told])
    return np.bincount(pairs // most, minlength=len(mentions.codes))


def priorities(
    types: Sequence[Mapping[str, Any]], scale: tuple[float, float] = (1.0, 5.0)
) -> dict[str, dict[str, float] | None]:
    """Return for each code its priority and the parts it is made of; None for what is no complaint.

    ``types`` are rows of ``insights.json``: ``code``, ``kind``, ``n``, ``severity``, ``change``, ``impact``, whose
    effects are in points of ``scale``. Then

        value = min(100, 100 x sqrt(reach x impact) x trend x severity)

    ``reach``, 0 to 1: the number of mentions, against that of the most frequent complaint.
    ``impact``, 0 to 1: what a mention takes from the rating, half of the scale or more being 1, shrunk by how unsure it
    is (effect² / (effect² + error²)); a type that lifts the rating has 0. Without a known effect: severity / 5.
    ``trend``, 0.5 to 2: the ratio of shares of the last two windows by the end of its interval that lies nearer to 1; 1
    when nothing is proved.
    ``severity``, 0.6 to 1.4: 1 for the usual 3 of 5, a fifth more or less for each step; 1 where severity stands for the
    impact already, so that it does not count twice.
    The root keeps the order of reach x impact and spreads the small values; the value grows with each of the four.
    """
    pains = [kind for kind in types if kind["kind"] == "complaint"]
    most = max((float(kind["n"]) for kind in pains), default=0.0)
    found: dict[str, dict[str, float] | None] = {kind["code"]: None for kind in types}
    return found | {kind["code"]: _priority(kind, most, scale[1] - scale[0]) for kind in pains}


def _priority(kind: Mapping[str, Any], most: float, width: float) -> dict[str, float]:
    """Return the priority of a complaint; ``most`` is the largest count of one, ``width`` that of the scale of ratings."""
    reach = float(kind["n"]) / most if most else 0.0
    grade = float(kind.get("severity") or USUAL_SEVERITY)
    rating = (kind.get("impact") or {}).get("rating")
    impact = _impact(rating["effect"], width * FULL_EFFECT) if rating else grade / MOST_SEVERE
    severity = 1 + 0.2 * (grade - USUAL_SEVERITY) if rating else 1.0
    trend = _trend(kind.get("change"))
    value = min(100.0, 100 * (reach * impact) ** 0.5 * trend * severity)
    parts = {"value": value, "reach": reach, "impact": impact, "trend": trend, "severity": severity}
    return {name: round(part, 4) for name, part in parts.items()}


def _impact(effect: Mapping[str, float], full: float) -> float:
    """Return how bad an effect on the rating is, 0 to 1; ``full`` points are 1."""
    harm = max(0.0, -effect["value"])
    error = (effect["high"] - effect["low"]) / _ERRORS
    return min(1.0, harm / full * harm**2 / (harm**2 + error**2)) if harm else 0.0


def _trend(change: Mapping[str, Any] | None) -> float:
    """Return by how much a type has grown for certain."""
    if change is None:
        return 1.0
    proved = max(1.0, change["low"]) * min(1.0, change["high"])
    return float(min(TREND_LIMIT, max(1 / TREND_LIMIT, proved)))
