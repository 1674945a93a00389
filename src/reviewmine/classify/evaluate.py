"""The figures of a classifier: decisions, ranking, calibration and routing, each with count and interval."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.intervals import Figure, bootstrap
from reviewmine.router.policy import Policy

N_BINS = 10

Mask = NDArray[np.bool_]
F32 = NDArray[np.float32]


def figures(scores: F32, chosen: Mask, targets: Mask) -> dict[str, float]:
    """Return figures of decisions and ranking; all arrays are (rows, types) and every row has a type.

    ``accuracy`` is that of the whole set of types (subset accuracy); ``lrap`` the label ranking average precision.
    """
    hit = (chosen & targets).sum(axis=0)
    said, held = chosen.sum(axis=0), targets.sum(axis=0)
    met = (said + held) > 0
    f1 = 2 * hit[met] / (said + held)[met]
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(targets, order, axis=1)
    return {
        "micro_f1": float(2 * hit.sum() / max(1, said.sum() + held.sum())),
        "macro_f1": float(f1.mean()) if met.any() else 0.0,
        "accuracy": float((chosen == targets).all(axis=1).mean()),
        "lrap": float(_lrap(ranked)),
        "p_at_1": float(ranked[:, 0].mean()),
        "hit_at_3": float(ranked[:, :3].any(axis=1).mean()),
    }


def _lrap(ranked: Mask) -> float:
    """Return the label ranking average precision of targets in the order of their scores."""
    rank = np.arange(1, ranked.shape[1] + 1)
    precision = np.cumsum(ranked, axis=1) / rank
    return float(((precision * ranked).sum(axis=1) / np.maximum(1, ranked.sum(axis=1))).mean())


def calibration_error(probability: F32, targets: Mask) -> float:
    """Return the expected calibration error of the best type of each row, in ten bins of equal count."""
    top = probability.max(axis=1)
    right = targets[np.arange(len(targets)), probability.argmax(axis=1)]
    order = np.argsort(top, kind="stable")
    bins = [part for part in np.array_split(order, N_BINS) if len(part)]
    return float(sum(len(part) * abs(top[part].mean() - right[part].mean()) for part in bins) / len(order))


def routing_figures(probability: F32, targets: Mask, policy: Policy) -> dict[str, float]:
    """Return how the policy would route: shares by action, precision of what is automatic, hits of the shortlist.

    The share of known words is not looked at here; it only sends more to people.
    """
    order = np.argsort(-probability, axis=1, kind="stable")
    top = probability.max(axis=1)
    ranked = np.take_along_axis(targets, order, axis=1)
    auto = top >= policy.auto_threshold
    suggest = ~auto & (top >= policy.suggest_threshold)
    return {
        "auto_share": float(auto.mean()),
        "auto_precision": float(ranked[auto, 0].mean()) if auto.any() else float("nan"),
        "suggest_share": float(suggest.mean()),
        "suggest_hit": float(ranked[suggest, : policy.shortlist].any(axis=1).mean()) if suggest.any() else float("nan"),
        "human_share": float((~auto & ~suggest).mean()),
    }


def evaluate(
    probability: F32, chosen: Mask, targets: Mask, policy: Policy, groups: Sequence[str], seed: int
) -> dict[str, Figure]:
    """Return every figure with its interval; groups of near copies are drawn whole."""

    def measure(rows: NDArray[np.int64]) -> dict[str, float]:
        p, t = probability[rows], targets[rows]
        brier = float(((p.astype(np.float64) - t) ** 2).sum(axis=1).mean())
        return (
            figures(p, chosen[rows], t)
            | {"ece": calibration_error(p, t), "brier": brier}
            | routing_figures(p, t, policy)
        )

    return bootstrap(measure, groups, seed)


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
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return [{"type": held, "taken_for": said, "n": n} for (held, said), n in ranked[:most]]
