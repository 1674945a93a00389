"""The card of a model: every figure of its test part, with count, interval and what it means for the work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.classify.conformal import shortlist_bars, shortlist_report
from reviewmine.classify.drift import drift
from reviewmine.classify.evaluate import ROUTES, confusions, evaluate, out_of_scope, per_type, slice_measures
from reviewmine.classify.reliability import reliability
from reviewmine.classify.selective import curve
from reviewmine.classify.slices import slices
from reviewmine.classify.workload import in_words, workload
from reviewmine.corpus.dates import parse_date
from reviewmine.router import Bundle, Router, Scores
from reviewmine.router.policy import Policy, probabilities
from reviewmine.settings import PolicySettings

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """Rows of a labelled set: reviews, their columns, groups of near copies, and types (rows, types)."""

    reviews: Sequence[Mapping[str, Any]]
    frame: pd.DataFrame
    groups: Sequence[str]
    targets: Mask


@dataclass(frozen=True)
class Asked:
    """The rows that a policy was fitted on, and the margins (rows, types) of models that had not learned from them."""

    part: Part
    margins: NDArray[np.float32]
    known: NDArray[np.float32]


def quality(
    bundle: Bundle,
    asked: Asked | None,
    test: Part,
    outside: Sequence[Mapping[str, Any]],
    outside_groups: Sequence[str],
    settings: PolicySettings,
    seed: int,
    time: str | None = None,
) -> dict[str, Any]:
    """Return the sections of the card that the bundle's answers on ``test`` give.

    ``time`` is the column by which the parts follow each other; with it the card says what drift costs.

    ``outside`` are rows of no type, never trained on. On ``asked`` the shortlist that was not chosen is fitted, to stand
    beside the one that was; without these rows the card has neither that nor what drift costs.
    """
    router, policy = Router(bundle), bundle.policy
    scores = router.score(test.reviews)
    probability, targets = scores.probability, test.targets
    best = probability.argmax(axis=1)
    top, right = probability.max(axis=1), targets[np.arange(len(best)), best]
    codes, titles, owners = ([str(kind[key]) for kind in bundle.types] for key in ("code", "title", "owner"))
    metrics = evaluate(scores, targets, policy, test.groups, seed)
    work = workload(settings.monthly, ROUTES[scores.cause], [owners[k] for k in best], metrics)
    found: dict[str, Any] = {
        "metrics": metrics,
        "per_type": per_type(scores.chosen, targets, codes, titles),
        "confusions": confusions(probability, targets, codes),
        "slices": slices(test.frame, slice_measures(scores, targets), test.groups, seed),
        "reliability": reliability(top, right),
        "risk_coverage": curve(top, right),
        "workload": {"line": in_words(work), **work},
        "policy": {
            "auto_threshold": policy.auto_threshold,
            "auto_by_type": bool(policy.auto_thresholds),
            "suggest_threshold": policy.suggest_threshold,
            "target_precision": policy.target_precision,
            "novel_threshold": policy.novel_threshold,
            "false_alarms": policy.false_alarms,
        },
    }
    if asked is not None:
        found["shortlist"] = _shortlists(asked, policy, scores, targets, settings)
    if asked is not None and time is not None:
        found["drift"] = _drift(router, asked, test, time, settings, seed)
    if outside:
        told = out_of_scope(scores.novelty, router.score(outside).novelty, policy, test.groups, outside_groups, seed)
        found["out_of_scope"] = told
        found["metrics"] = metrics | {"oos_auroc": told["auroc"]}
    return found


def _drift(router: Router, asked: Asked, test: Part, time: str, settings: PolicySettings, seed: int) -> dict[str, Any]:
    """Return how automatic answers fare with time, with the policy as it is and with it fitted anew."""
    orders = [
        pd.Series([parse_date(value) for value in part.frame[time]], dtype="datetime64[us]")
        .sort_values(kind="stable", na_position="first")
        .index.to_numpy()
        for part in (asked.part, test)
    ]
    pairs = ((asked.part, (asked.margins, asked.known)), (test, router.margins(test.reviews)))
    sides = [
        (margins[order], part.targets[order], known[order])
        for (part, (margins, known)), order in zip(pairs, orders, strict=True)
    ]
    groups = [test.groups[i] for i in orders[1]]
    return drift(sides[0], sides[1], router.bundle.policy, settings, groups, seed)


def _shortlists(
    asked: Asked, policy: Policy, scores: Scores, targets: Mask, settings: PolicySettings
) -> dict[str, Any]:
    """Return how the shortlist did on test rows, with one threshold and with one a type; ``kept`` is the one in use."""
    length = min(settings.shortlist, targets.shape[1])
    fitted = probabilities(asked.margins, policy)
    found: dict[str, Any] = {"asked": settings.coverage, "length": length, "kept": settings.coverage_of}
    for name in ("all", "type"):
        bars = shortlist_bars(fitted, asked.part.targets, length, settings.coverage, name == "type")
        found[name] = shortlist_report(scores.probability, targets, length, bars)
    return found
