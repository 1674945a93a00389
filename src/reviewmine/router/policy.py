"""From margins to an action: the decision code that training fits and the routing service runs. numpy only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.hashing import F32

Head = Literal["multilabel", "multiclass"]
Action = Literal["auto", "suggest", "human"]
Floats = NDArray[np.floating[Any]]
NEVER = 2.0
"""A threshold that no probability reaches."""

CAUSES = ("confident", "unsure", "unfamiliar", "novel", "improbable")
"""Why a review goes where it goes, one cause a review."""
CONFIDENT, UNSURE, UNFAMILIAR, NOVEL, IMPROBABLE = range(len(CAUSES))
ACTION_OF: tuple[Action, ...] = ("auto", "suggest", "human", "human", "human")
"""The action of each cause."""


@dataclass(frozen=True)
class Policy:
    """How margins become probabilities and probabilities an action; stored as ``policy.json``.

    One type a review: ``p = softmax(scale * margin)``. Several: ``p = sigmoid(scale * margin + shift + pull * best)``,
    where ``best`` is the largest margin of the review: every review is about something, so that a weak best type is
    likelier than its margin alone says. ``scale`` is the inverse temperature.
    """

    head: Head
    scale: float
    shift: float
    pull: float
    thresholds: tuple[float, ...]
    """For each type the probability from which a review has it (several types a review only)."""
    auto_threshold: float
    suggest_threshold: float
    target_precision: float
    shortlist: int
    """The most types that a person is shown."""
    auto_thresholds: tuple[float, ...] = ()
    """For each type the probability from which it is automatic; empty: ``auto_threshold`` for all."""
    shortlist_thresholds: tuple[float, ...] = ()
    """For each type the probability from which it is shown below the best one; empty: always."""
    coverage: float = 0.0
    """The share of reviews whose shortlist holds a right type, as fitted."""
    novelty_margin: float = 1.0
    novelty_known: float = 0.0
    novelty_shift: float = 0.0
    """``novelty = sigmoid(novelty_shift - novelty_margin * best - novelty_known * known)``."""
    novel_threshold: float = NEVER
    """Above this novelty a person decides."""
    false_alarms: float = 0.0
    """The share of reviews of known types that lie above ``novel_threshold``, as fitted."""
    min_known: float = 0.3
    """Below this share of known words a person decides."""

    def to_json(self) -> dict[str, Any]:
        """Return the plain dictionary that ``from_json`` reads; figures rounded so that the file is stable."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Policy":
        """Return the policy stored in ``policy.json``."""
        head: Head = "multilabel" if data["head"] == "multilabel" else "multiclass"
        read: dict[str, Any] = {"head": head, "shortlist": int(data["shortlist"])}
        for name in (field.name for field in fields(cls) if field.name not in read):
            value = data[name]
            read[name] = tuple(float(each) for each in value) if isinstance(value, list) else float(value)
        return cls(**read)

    @cached_property
    def by_type(self) -> Floats:
        """Return ``thresholds`` as an array, shape (types,)."""
        return np.asarray(self.thresholds, dtype=np.float32)

    @cached_property
    def bars(self) -> "Bars":
        """Return the thresholds in the single precision of what they are compared with."""
        single = np.asarray([self.min_known, self.novel_threshold, self.suggest_threshold], dtype=np.float32)
        known, novel, suggest = map(float, single)
        return Bars(known, novel, suggest, self.auto_by_type.tolist())

    @cached_property
    def auto_by_type(self) -> Floats:
        """Return the probability from which each type is automatic, shape (types,)."""
        each = self.auto_thresholds or (self.auto_threshold,) * len(self.thresholds)
        return np.asarray(each, dtype=np.float32)


@dataclass(frozen=True)
class Bars:
    """What decides the action of a review."""

    known: float
    novel: float
    suggest: float
    auto: list[float]
    """For each type."""


def _plain(value: Any) -> Any:
    """Return numbers rounded to six digits, tuples as lists, the rest as it is."""
    if isinstance(value, tuple):
        return [round(each, 6) for each in value]
    return round(value, 6) if isinstance(value, float) else value


def sigmoid(values: Floats) -> Floats:
    """Return the logistic function of ``values``, without overflow."""
    return np.asarray(np.exp(np.minimum(values, 0)) / (1 + np.exp(-np.abs(values))))


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


def novelty(margins: F32, known: F32, policy: Policy) -> F32:
    """Return for each row how little the known types explain it, between 0 and 1.

    Two signals speak, each for itself: the largest margin and the share of known words. 0.5 is as likely a review of
    a type that training left out as one of a known type.
    """
    best, said = margins.max(axis=-1).tolist(), (policy.novelty_known * known).tolist()
    odds = [policy.novelty_shift - policy.novelty_margin * each - seen for each, seen in zip(best, said, strict=True)]
    return np.asarray([_logistic(each) for each in odds], dtype=np.float32)


def _logistic(value: float) -> float:
    """Return the logistic function of one number: a row or a million, a number at a time is quick enough."""
    small = math.exp(-abs(value))
    return (1 if value >= 0 else small) / (1 + small)


def at_least(scores: Floats, thresholds: Floats | float) -> NDArray[np.bool_]:
    """Return which scores (rows, types) reach their threshold; the best of each row always does."""
    mask = np.asarray(scores >= thresholds)
    mask[np.arange(len(mask)), scores.argmax(axis=1)] = True
    return mask


def chosen(probability: F32, policy: Policy) -> NDArray[np.bool_]:
    """Return which types each row has: the most probable always, and with several types a review those above threshold."""
    several = policy.head == "multilabel"
    return at_least(probability, policy.by_type if several else np.inf)


def ordered(probability: F32) -> list[int]:
    """Return the types of one review, the most probable first."""
    order: list[int] = (-probability).argsort(kind="stable").tolist()
    return order


def shortlist(probability: F32, policy: Policy, order: Sequence[int] = ()) -> list[int]:
    """Return the types to show for one review, the most probable first: as few as keep the promised coverage.

    ``order`` has the types as ``ordered`` does, where they are known already.
    """
    first = (order or ordered(probability))[: policy.shortlist]
    bars = policy.shortlist_thresholds
    return [k for rank, k in enumerate(first) if rank == 0 or not bars or probability[k] >= np.float32(bars[k])]


def causes(probability: F32, known: F32, novel: F32, policy: Policy) -> NDArray[np.int8]:
    """Return for each row the place in ``CAUSES`` of what decides its action; ``ACTION_OF`` has the action."""
    bars, best = policy.bars, probability.argmax(axis=1).tolist()
    rows = zip(best, probability, novel.tolist(), known.tolist(), strict=True)
    return np.asarray([_cause(k, float(each[k]), new, seen, bars) for k, each, new, seen in rows], dtype=np.int8)


def _cause(k: int, top: float, novel: float, known: float, bars: "Bars") -> int:
    """Return what decides the action on a review whose best type is ``k``."""
    if known < bars.known:
        return UNFAMILIAR
    if novel > bars.novel:
        return NOVEL
    if top >= bars.auto[k]:
        return CONFIDENT
    return UNSURE if top >= bars.suggest else IMPROBABLE


def reason(cause: int, top: float, bar: float, known: float, novel: float, policy: Policy) -> str:
    """Return the cause in words; ``top`` is the probability of the best type, ``bar`` that from which it is automatic."""
    if cause == UNFAMILIAR:
        return f"only {known:.0%} of its words and word pairs were seen in training, {policy.min_known:.0%} needed"
    if cause == NOVEL:
        return f"novel: no known type explains it, novelty {novel:.2f}, a person decides above {policy.novel_threshold:.2f}"
    if cause == IMPROBABLE:
        return f"top type at {top:.2f}, suggested from {policy.suggest_threshold:.2f}"
    wall = "never automatic" if bar > 1 else f"automatic from {bar:.2f}"
    return f"top type at {top:.2f}, {wall}"
