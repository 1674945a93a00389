"""From margins to an action: the decision code that training fits and the routing service runs. numpy only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.hashing import F32

Head = Literal["multilabel", "multiclass"]
Action = Literal["auto", "suggest", "human"]
Floats = NDArray[np.floating[Any]]
NEVER = 2.0
"""A threshold that no probability reaches."""


@dataclass(frozen=True)
class Policy:
    """How margins become probabilities and probabilities an action; stored as ``policy.json``.

    One type a review: ``p = softmax(scale * margin)``. Several: ``p = sigmoid(scale * margin + shift + pull * best)``,
    where ``best`` is the largest margin of the review: every review is about something, so that a weak best type is
    likelier than its margin alone says. ``scale`` is the inverse temperature. Novelty has a sigmoid without the pull.
    """

    head: Head
    scale: float
    shift: float
    pull: float
    novelty_scale: float
    novelty_shift: float
    thresholds: tuple[float, ...]
    """For each type the probability from which a review has it (several types a review only)."""
    auto_threshold: float
    suggest_threshold: float
    target_precision: float
    shortlist: int
    min_known: float = 0.3
    """Below this share of known words a person decides."""

    def to_json(self) -> dict[str, Any]:
        """Return the plain dictionary that ``from_json`` reads; figures rounded so that the file is stable."""
        return {
            "head": self.head,
            "scale": round(self.scale, 6),
            "shift": round(self.shift, 6),
            "pull": round(self.pull, 6),
            "novelty_scale": round(self.novelty_scale, 6),
            "novelty_shift": round(self.novelty_shift, 6),
            "thresholds": [round(value, 6) for value in self.thresholds],
            "auto_threshold": round(self.auto_threshold, 6),
            "suggest_threshold": round(self.suggest_threshold, 6),
            "target_precision": self.target_precision,
            "shortlist": self.shortlist,
            "min_known": self.min_known,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Policy":
        """Return the policy stored in ``policy.json``."""
        head: Head = "multilabel" if data["head"] == "multilabel" else "multiclass"
        return cls(
            head=head,
            scale=float(data["scale"]),
            shift=float(data["shift"]),
            pull=float(data["pull"]),
            novelty_scale=float(data["novelty_scale"]),
            novelty_shift=float(data["novelty_shift"]),
            thresholds=tuple(float(value) for value in data["thresholds"]),
            auto_threshold=float(data["auto_threshold"]),
            suggest_threshold=float(data["suggest_threshold"]),
            target_precision=float(data["target_precision"]),
            shortlist=int(data["shortlist"]),
            min_known=float(data["min_known"]),
        )


def sigmoid(values: Floats) -> Floats:
    """Return the logistic function of ``values``, without overflow."""
    small = np.exp(-np.abs(values))
    return np.asarray(np.where(values >= 0, 1 / (1 + small), small / (1 + small)))


def softmax(values: Floats) -> Floats:
    """Return the softmax over the last axis, without overflow."""
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def probabilities(margins: F32, policy: Policy) -> F32:
    """Return the calibrated probability of each type, shape (rows, types)."""
    if policy.head == "multilabel":
        best = margins.max(axis=-1, keepdims=True)
        return sigmoid(policy.scale * margins + policy.shift + policy.pull * best).astype(np.float32)
    return softmax(policy.scale * margins).astype(np.float32)


def novelty(margins: F32, policy: Policy) -> F32:
    """Return for each row the probability that none of the known types applies, taking types as independent."""
    absent = 1 - sigmoid(policy.novelty_scale * margins.astype(np.float64) + policy.novelty_shift)
    return np.asarray(absent.prod(axis=-1), dtype=np.float32)


def at_least(scores: Floats, thresholds: Floats | float) -> NDArray[np.bool_]:
    """Return which scores (rows, types) reach their threshold; the best of each row always does."""
    mask = np.asarray(scores >= thresholds)
    mask[np.arange(len(mask)), scores.argmax(axis=1)] = True
    return mask


def chosen(probability: F32, policy: Policy) -> NDArray[np.bool_]:
    """Return which types each row has: the most probable always, and with several types a review those above threshold."""
    several = policy.head == "multilabel"
    return at_least(probability, np.asarray(policy.thresholds, dtype=np.float32) if several else np.inf)


def act(top: float, known: float, policy: Policy) -> tuple[Action, str]:
    """Return what to do with a review whose best type has probability ``top``, and why."""
    if known < policy.min_known:
        return (
            "human",
            f"only {known:.0%} of its words and word pairs were seen in training, {policy.min_known:.0%} needed",
        )
    if top >= policy.auto_threshold:
        return "auto", f"top type at {top:.2f}, automatic from {policy.auto_threshold:.2f}"
    if top >= policy.suggest_threshold:
        wall = "never automatic" if policy.auto_threshold >= NEVER else f"automatic from {policy.auto_threshold:.2f}"
        return "suggest", f"top type at {top:.2f}, {wall}"
    return "human", f"top type at {top:.2f}, suggested from {policy.suggest_threshold:.2f}"
