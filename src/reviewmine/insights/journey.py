"""Journey map: what customers meet at each stage, how content they are there, and which stages decide their rating."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from reviewmine.errors import ReviewmineError
from reviewmine.insights.counts import sums, total
from reviewmine.insights.figures import between, gap, mean, net, share
from reviewmine.insights.impact import leave_out
from reviewmine.insights.mentions import Mentions
from reviewmine.insights.processes import Spoken, known_types, of_kind, places, spoken, stages_of, unplaced
from reviewmine.insights.ratings import Ratings, find_ratings
from reviewmine.intervals import Figure
from reviewmine.settings import Closed


class JourneyPlan(Closed):
    """What is expected of the stages; the key ``journey`` of a plan."""

    expectation: dict[str, float] = Field(default={}, max_length=200)
    """The rating expected at a stage; of the others it is that of reviews that do not mention the stage."""


def find_journey(
    mentions: Mentions,
    taxonomy: Mapping[str, Any],
    plan: JourneyPlan | None = None,
    ratings: Ratings | None = None,
) -> dict[str, Any]:
    """Return the stages of the taxonomy in order, those without a mention included.

    A review is at a stage when it mentions one of its types (in part, where a crosswalk says so): ``n`` reviews, their
    ``share`` of all, and ``problems``, the share of all that complain of the stage. ``sentiment`` is praise less
    complaints over the mentions, -1 to 1. ``satisfaction`` is the mean rating of the reviews at the stage on the scale of
    ``ratings`` (without them: that of the column ``rating``), ``expectation`` that of the other reviews unless the plan
    gives it, ``gap`` the first less the second. ``loss`` says how much higher the mean of all ratings would be without the
    problems of the stage, the other stages held; a ``moment_of_truth`` is a stage whose loss is sure and no less than an
    even share of all losses. What cannot be told is None. Types without a stage are counted in ``unplaced``.

    Raises ``ReviewmineError`` for an expectation of a stage that does not exist, or off the scale.
    """
    plan, ratings = plan or JourneyPlan(), ratings or find_ratings(mentions)
    stages = stages_of(taxonomy)
    _check(plan.expectation, stages, ratings)
    types = known_types(mentions, taxonomy)
    place = places([str(kind.get("stage") or "") for kind in types], stages)
    said, problems = spoken(mentions, place), spoken(mentions, place, of_kind(types, "complaint"))
    size = len(mentions.reviews)
    lost = _losses(mentions, problems, ratings, stages)
    truth = _moments(lost)
    met, bad = said.sums(len(stages)), problems.sums(len(stages))
    feelings = _sentiment(mentions, types, place, len(stages))
    lines = _lines(said, ratings, stages, plan.expectation)
    return {
        "expectation": "given" if plan.expectation else "reviews",
        "scale": {"low": ratings.low, "high": ratings.high},
        "stages": [
            {
                "stage": stage,
                "title": stage,
                "n": total([met[i]]),
                "share": share(met[i], size),
                "problems": share(bad[i], size),
                "sentiment": feelings[i],
                **lines[i],
                "loss": lost[i],
                "moment_of_truth": truth[i],
            }
            for i, stage in enumerate(stages)
        ],
        "unplaced": unplaced(mentions, place),
    }


def _check(expectation: Mapping[str, float], stages: Sequence[str], ratings: Ratings) -> None:
    """Raise ``ReviewmineError`` for an expectation that means nothing."""
    for stage, value in expectation.items():
        where = f"journey.expectation.{stage}"
        if stage not in stages:
            raise ReviewmineError(f"no stage {stage!r}", expected=", ".join(stages), where=where, do="name a stage")
        if not ratings.low <= value <= ratings.high:
            scale = f"{ratings.low:g} to {ratings.high:g}, the scale of the ratings"
            raise ReviewmineError(f"expectation {value:g}", expected=scale, where=where, do="give a rating")


def _sentiment(
    mentions: Mentions, types: Sequence[Mapping[str, Any]], place: NDArray[np.int64], n_stages: int
) -> list[Figure | None]:
    """Return praise less complaints over the mentions of every stage; None without a mention."""
    stage = place[mentions.type]
    praise, complaint = (_count(stage, mentions, of_kind(types, kind), n_stages) for kind in ("gratitude", "complaint"))
    whole = _count(stage, mentions, np.ones(len(types), dtype=bool), n_stages)
    return [net(*counts) for counts in zip(praise, complaint, whole, strict=True)]


def _count(stage: NDArray[np.int64], mentions: Mentions, kept: NDArray[np.bool_], n_stages: int) -> NDArray[np.float64]:
    """Return the mentions of the ``kept`` types at every stage."""
    inside = (stage >= 0) & kept[mentions.type]
    return sums(stage[inside], mentions.weight[inside], n_stages)


def _lines(
    said: Spoken, ratings: Ratings, stages: Sequence[str], expectation: Mapping[str, float]
) -> list[dict[str, Figure | None]]:
    """Return ``satisfaction``, ``expectation`` and ``gap`` of every stage."""
    everything = ratings.all_counts()
    rows = []
    for stage, counts in zip(stages, ratings.counts(said.review, said.process, len(stages), said.weight), strict=True):
        here = mean(counts, ratings.steps, ratings.bounds)
        there = mean(np.maximum(0, everything - counts), ratings.steps, ratings.bounds)
        if stage in expectation:
            there = between(expectation[stage], expectation[stage], expectation[stage], ratings.bounds)
        rows.append({"satisfaction": here, "expectation": there, "gap": gap(here, there)})
    return rows


def _losses(mentions: Mentions, problems: Spoken, ratings: Ratings, stages: Sequence[str]) -> list[Figure | None]:
    """Return the loss of every stage, found as that of a type: each review beside itself without its problems there."""
    by_stage = replace(
        mentions,
        codes=tuple(stages),
        review=problems.review,
        type=problems.process,
        weight=problems.weight,
        probability=np.ones(len(problems.review)),
    )
    held = [name for name in ("channel",) if name in mentions.reviews]
    found = leave_out(by_stage, ratings.values(), ratings.bounds, held=held)
    return [found[stage]["loss"] if stage in found else None for stage in stages]


def _moments(lost: Sequence[Figure | None]) -> list[bool]:
    """Return which stages lose surely and more than an even share of what all stages lose."""
    sizes = [one["value"] for one in lost if one and one["value"] > 0]
    even = sum(sizes) / len(sizes) if sizes else 0.0
    return [bool(one and one["low"] > 0 and one["value"] >= even) for one in lost]
