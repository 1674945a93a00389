"""From margins to an action: the decision code that training fits and the routing service runs. numpy only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.features import F32

Head = Literal["multilabel", "multiclass"]
Action = Literal["auto", "suggest", "human"]
NEVER = 2.0
"""A threshold that no probability reaches."""


@dataclass(frozen=True)
class Policy:
    """How margins become probabilities and probabilities an action; stored as ``policy.json``.

    ``scale`` is the inverse temperature. Several types a review: ``p = sigmoid(scale * margin + shift)``, each type on
    its own. One type a review: ``p = softmax(scale * margin)``; the sigmoid then serves for novelty only.
    """

    head: Head
    scale: float
    sigmoid_scale: float
    sigmoid_shift: float
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
            "sigmoid_scale": round(self.sigmoid_scale, 6),
            "sigmoid_shift": round(self.sigmoid_shift, 6),
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
            sigmoid_scale=float(data["sigmoid_scale"]),
            sigmoid_shift=float(data["sigmoid_shift"]),
            thresholds=tuple(float(value) for value in data["thresholds"]),
            auto_threshold=float(data["auto_threshold"]),
            suggest_threshold=float(data["suggest_threshold"]),
            target_precision=float(data["target_precision"]),
            shortlist=int(data["shortlist"]),
            min_known=float(data["min_known"]),
        )


def sigmoid(values: NDArray[Any]) -> NDArray[Any]:
    """Return the logistic function of ``values``, without overflow."""
    return np.where(values >= 0, 1 / (1 + np.exp(-np.abs(values))), np.exp(-np.abs(values)) / (1 + np.exp(-np.abs(values))))


def softmax(values: NDArray[Any]) -> NDArray[Any]:
    """Return the softmax over the last axis, without overflow."""
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def probabilities(margins: F32, policy: Policy) -> F32:
    """Return the calibrated probability of each type, shape (rows, types)."""
    if policy.head == "multilabel":
        return sigmoid(policy.sigmoid_scale * margins + policy.sigmoid_shift).astype(np.float32)
    return softmax(policy.scale * margins).astype(np.float32)


def novelty(margins: F32, policy: Policy) -> F32:
    """Return for each row the probability that none of the known types applies, taking types as independent."""
    absent = 1 - sigmoid(policy.sigmoid_scale * margins.astype(np.float64) + policy.sigmoid_shift)
    return absent.prod(axis=-1).astype(np.float32)


def chosen(probability: F32, policy: Policy) -> NDArray[np.bool_]:
    """Return which types each row has: always the most probable, with several types a review also those above threshold."""
    mask = np.zeros(probability.shape, dtype=bool)
    if policy.head == "multilabel":
        mask |= probability >= np.asarray(policy.thresholds, dtype=np.float32)
    mask[np.arange(len(probability)), probability.argmax(axis=1)] = True
    return mask


def act(top: float, known: float, policy: Policy) -> tuple[Action, str]:
    """Return what to do with a review whose best type has probability ``top``, and why."""
    if known < policy.min_known:
        return "human", f"only {known:.0%} of its words are known, {policy.min_known:.0%} needed"
    if top >= policy.auto_threshold:
        return "auto", f"top type at {top:.2f}, automatic from {policy.auto_threshold:.2f}"
    if top >= policy.suggest_threshold:
        wall = "never automatic" if policy.auto_threshold >= NEVER else f"automatic from {policy.auto_threshold:.2f}"
        return "suggest", f"top type at {top:.2f}, {wall}"
    return "human", f"top type at {top:.2f}, suggested from {policy.suggest_threshold:.2f}"
