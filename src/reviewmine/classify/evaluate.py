"""The figures of a classifier: decisions, ranking, calibration and routing, each with count and interval."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.classify.conformal import shown
from reviewmine.classify.novelty import auroc
from reviewmine.classify.ranking import figures, ranked
from reviewmine.classify.reliability import brier_rows, calibration_error, expected_error, likelihood_rows
from reviewmine.classify.selective import selective_figures
from reviewmine.intervals import Figure, bootstrap
from reviewmine.router import Scores
from reviewmine.router.policy import ACTION_OF, Head, Policy

__all__ = ["calibration_error", "confusions", "evaluate", "figures", "measures", "out_of_scope", "per_type"]

Mask = NDArray[np.bool_]
F32 = NDArray[np.float32]
Rows = NDArray[np.int64]
ROUTES = np.asarray([("auto", "suggest", "human").index(action) for action in ACTION_OF])
"""Place of the action of each cause among auto, suggest and human."""


def evaluate(scores: Scores, targets: Mask, policy: Policy, groups: Sequence[str], seed: int) -> dict[str, Figure]:
    """Return every figure with its interval; groups of near copies are drawn whole."""
    return bootstrap(measures(scores, targets, policy), groups, seed)


def measures(scores: Scores, targets: Mask, policy: Policy) -> Callable[[Rows], dict[str, float]]:
    """Return a function from row numbers to the figures of these rows; what does not exist there is NaN."""
    return measures_of(scores, targets, shortlist_hit(scores.probability, targets, policy), policy.head)


def shortlist_hit(probability: F32, targets: Mask, policy: Policy) -> Mask:
    """Return for each row whether its shortlist under ``policy`` has a right type."""
    bars = np.asarray(policy.shortlist_thresholds or (0.0,) * targets.shape[1], dtype=np.float32)
    return np.asarray(np.any(shown(probability, policy.shortlist, bars) & targets, axis=1))


def measures_of(scores: Scores, targets: Mask, hit: Mask, head: Head) -> Callable[[Rows], dict[str, float]]:
    """Return ``measures`` of rows that need not share a policy; ``hit`` says whose shortlist has a right type."""
    probability, rows = scores.probability, np.arange(len(targets))
    best = probability.argmax(axis=1)
    top, right = probability[rows, best], targets[rows, best]
    ranking = ranked(probability, scores.chosen, targets)
    brier, nll = brier_rows(probability, targets), likelihood_rows(probability, targets, head)
    action = ROUTES[scores.cause]

    def measure(rows: Rows) -> dict[str, float]:
        return (
            ranking.figures(rows)
            | {"ece": expected_error(top[rows], right[rows])}
            | {"brier": float(brier[rows].mean()), "nll": float(nll[rows].mean())}
            | selective_figures(top[rows], right[rows])
            | {"shortlist_coverage": float(hit[rows].mean())}
            | routing_figures(action[rows], right[rows], hit[rows])
        )

    return measure


def slice_measures(scores: Scores, targets: Mask) -> Callable[[Rows], dict[str, float]]:
    """Return a function from row numbers to the figures that slices show, each exactly as ``measures`` gives it.

    A card has dozens of slices, each drawn a hundred times: what they do not show is not worth its time.
    """
    right = targets[np.arange(len(targets)), scores.probability.argmax(axis=1)]
    hit = (scores.chosen & targets).sum(axis=1)
    size = scores.chosen.sum(axis=1) + targets.sum(axis=1)
    auto = ROUTES[scores.cause] == 0

    def measure(rows: Rows) -> dict[str, float]:
        known, routed = right[rows], auto[rows]
        return {
            "p_at_1": float(known.mean()),
            "micro_f1": float(2 * hit[rows].sum() / max(1, size[rows].sum())),
            "auto_share": float(routed.mean()),
            "auto_precision": float(known[routed].mean()) if routed.any() else float("nan"),
        }

    return measure


def routing_figures(action: NDArray[np.integer], right: Mask, hit: Mask) -> dict[str, float]:
    """Return shares by action (0 auto, 1 suggest, 2 human), precision of what is automatic, hits of the shortlist."""
    auto, suggest = action == 0, action == 1
    return {
        "auto_share": float(auto.mean()),
        "auto_precision": float(right[auto].mean()) if auto.any() else float("nan"),
        "suggest_share": float(suggest.mean()),
        "suggest_hit": float(hit[suggest].mean()) if suggest.any() else float("nan"),
        "human_share": float((action == 2).mean()),
    }


def out_of_scope(
    inside: F32, outside: F32, policy: Policy, groups: Sequence[str], outside_groups: Sequence[str], seed: int
) -> dict[str, Any]:
    """Return how novelty tells rows of no type from others: AUROC, share caught, false alarms, with intervals."""
    n, both = len(inside), np.concatenate([inside, outside])

    def measure(rows: Rows) -> dict[str, float]:
        low, high = both[rows[rows < n]], both[rows[rows >= n]]
        if not len(low) or not len(high):
            return dict.fromkeys(("auroc", "caught", "false_alarms"), float("nan"))
        bar = np.float32(policy.novel_threshold)
        return {
            "auroc": auroc(low, high),
            "caught": float((high > bar).mean()),
            "false_alarms": float((low > bar).mean()),
        }

    return {"n": len(outside), **bootstrap(measure, [*groups, *outside_groups], seed)}


def per_type(chosen: Mask, targets: Mask, codes: Sequence[str], titles: Sequence[str]) -> list[dict[str, Any]]:
    """Return precision, recall and F1 of each type with its count in the part, the most frequent first."""
    hit = (chosen & targets).sum(axis=0)
    said, held = chosen.sum(axis=0), targets.sum(axis=0)
    rows = [
        {
            "code": code,
            "title": title,
            "n": int(held[k]),
            "precision": round(float(hit[k] / said[k]), 4) if said[k] else None,
            "recall": round(float(hit[k] / held[k]), 4) if held[k] else None,
            "f1": round(float(2 * hit[k] / (said[k] + held[k])), 4) if said[k] + held[k] else None,
        }
        for k, (code, title) in enumerate(zip(codes, titles, strict=True))
    ]
    return sorted(rows, key=lambda row: (-int(str(row["n"])), str(row["code"])))


def confusions(probability: F32, targets: Mask, codes: Sequence[str], most: int = 12) -> list[dict[str, Any]]:
    """Return the pairs of types most often taken for each other: rows whose best type is wrong."""
    best = probability.argmax(axis=1)
    wrong = np.flatnonzero(~targets[np.arange(len(targets)), best])
    pairs: dict[tuple[str, str], int] = {}
    for row in wrong:
        for k in np.flatnonzero(targets[row]):
            key = (codes[int(k)], codes[int(best[row])])
            pairs[key] = pairs.get(key, 0) + 1
    ranking = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return [{"type": held, "taken_for": said, "n": n} for (held, said), n in ranking[:most]]
