"""Margins to a policy: temperature, thresholds, shortlist and novelty. Fitted on answers for rows not learned."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from reviewmine.classify.conformal import promised, shortlist_bars, shown
from reviewmine.classify.novelty import Familiar, false_alarm_threshold, without_types
from reviewmine.classify.thresholds import auto_by_type, cheapest, lowest_threshold, type_thresholds
from reviewmine.router.policy import NEVER, Head, Policy, novelty, probabilities, softmax
from reviewmine.settings import PolicySettings

_SUGGEST_HIT = 0.9  # share of shortlists that hold a right type, from which suggesting helps

F32 = NDArray[np.float32]
Mask = NDArray[np.bool_]


def fit_policy(
    margins: F32, targets: Mask, head: Head, settings: PolicySettings, words: Familiar | None = None
) -> Policy:
    """Return the policy fitted on margins and targets of the calibration part, both (rows, types).

    Without ``words`` novelty rests on the margins alone.
    """
    n_types = margins.shape[1]
    length = min(settings.shortlist, n_types)
    if head == "multiclass":
        scale, shift, pull = _fit_temperature(margins, targets), 0.0, 0.0
    else:
        scale, shift, pull = _fit_sigmoid(margins, targets, _first(margins, length), pull=True)
    bare = Policy(
        head=head,
        scale=scale,
        shift=shift,
        pull=pull,
        thresholds=(0.5,) * n_types,
        auto_threshold=NEVER,
        suggest_threshold=NEVER,
        target_precision=settings.target_precision,
        shortlist=length,
    )
    probability = probabilities(margins, bare)
    if head == "multilabel":
        bare = replace(bare, thresholds=tuple(type_thresholds(probability, targets)))
    bars = shortlist_bars(probability, targets, length, settings.coverage, settings.coverage_of == "type")
    bare = replace(
        bare,
        shortlist_thresholds=tuple(float(bar) for bar in bars),
        coverage=promised(probability, targets, length, bars, settings.coverage),
    )
    known = words.known if words else np.ones(len(margins), dtype=np.float32)
    fitted = _with_novelty(bare, margins, targets, known, words, settings)
    open_rows = (known >= fitted.min_known) & (novelty(margins, known, fitted) <= fitted.novel_threshold)
    hit = np.any(shown(probability, length, bars) & targets, axis=1)
    fitted = _with_actions(fitted, probability[open_rows], targets[open_rows], hit[open_rows], settings)
    return Policy.from_json(fitted.to_json())


def _with_novelty(
    policy: Policy, margins: F32, targets: Mask, known: F32, words: Familiar | None, settings: PolicySettings
) -> Policy:
    """Return ``policy`` with the novelty score, and the threshold that keeps false alarms at the share asked for."""
    both = np.concatenate([margins.max(axis=1), without_types(margins, targets)])
    is_known = np.repeat([True, False], len(margins))
    there = np.isfinite(both)  # a row that has every type cannot be left out
    slope, start = _fit_slope(both[there], is_known[there])
    weight, more = _fit_slope(np.concatenate([known, words.without]), is_known) if words else (0.0, 0.0)
    policy = replace(policy, novelty_margin=slope, novelty_known=weight, novelty_shift=-start - more)
    policy = Policy.from_json(policy.to_json())  # the threshold is fitted for the rounded weights
    scores = novelty(margins, known, policy)[known >= policy.min_known]
    bar = false_alarm_threshold(scores, settings.false_alarms)
    return replace(policy, novel_threshold=bar, false_alarms=settings.false_alarms)


def _with_actions(policy: Policy, probability: F32, targets: Mask, hit: Mask, settings: PolicySettings) -> Policy:
    """Return ``policy`` with its thresholds of actions, from the rows that neither rule sends to a person."""
    best = probability.argmax(axis=1)
    rows = np.arange(len(best))
    top, right = probability[rows, best], targets[rows, best]
    if settings.costs is not None:
        auto, suggest = cheapest(top, right, hit, settings.costs)
        return replace(policy, auto_threshold=auto, suggest_threshold=min(auto, suggest))
    auto = lowest_threshold(top, right, settings.target_precision)
    by_type = auto_by_type(top, best, right, settings.target_precision, probability.shape[1])
    rest = top < (np.asarray(by_type, dtype=np.float32)[best] if by_type else auto)
    suggest = lowest_threshold(top[rest], hit[rest], _SUGGEST_HIT)
    return replace(
        policy,
        auto_threshold=auto,
        auto_thresholds=by_type,
        suggest_threshold=min(auto, suggest, *(by_type or (auto,))),
    )


def _fit_slope(signal: NDArray[np.floating], known: Mask) -> tuple[float, float]:
    """Return slope (not below 0) and intercept of a logistic curve from a signal to whether the types are known."""
    x, y = signal.astype(np.float64), known

    def loss(at: NDArray[np.float64]) -> float:
        z = np.exp(at[0]) * x + at[1]
        return float(np.logaddexp(0, np.where(y, -z, z)).mean() + 1e-4 * np.exp(at[0]) ** 2 / 100)

    options = {"xatol": 1e-5, "fatol": 1e-9, "maxiter": 1000}
    found = minimize(loss, np.asarray([0.0, 0.0]), method="Nelder-Mead", options=options).x
    return float(np.exp(found[0])), float(found[1])


def _fit_temperature(margins: F32, targets: NDArray[np.bool_]) -> float:
    """Return the inverse temperature of the softmax that makes the calibration part most likely (Guo et al., 2017)."""
    rows, right = np.nonzero(targets)
    m = margins[rows].astype(np.float64)

    def loss(log_scale: NDArray[np.float64]) -> float:
        p = softmax(np.exp(log_scale[0]) * m)
        return float(-np.log(p[np.arange(len(rows)), right] + 1e-12).mean())

    return float(np.exp(minimize(loss, np.asarray([1.0]), method="Nelder-Mead").x[0]))


def _fit_sigmoid(
    margins: F32, targets: NDArray[np.bool_], where: NDArray[np.bool_], pull: bool
) -> tuple[float, float, float]:
    """Return scale, shift and pull of one sigmoid for all types (Platt, 1999), the most likely on the calibration part.

    Only the cells in ``where`` count. For decisions these are the shortlists: over all cells the easy "no" of a hundred
    types would drown the few that matter.
    """
    m, y = margins[where].astype(np.float64), targets[where]
    best = np.broadcast_to(margins.max(axis=1, keepdims=True), margins.shape)[where].astype(np.float64)

    def loss(x: NDArray[np.float64]) -> float:
        z = np.exp(x[0]) * m + x[1] + (x[2] * best if pull else 0)
        return float(np.logaddexp(0, np.where(y, -z, z)).mean())

    start = np.asarray([1.0, -1.0, 0.0] if pull else [1.0, -1.0])
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-9, "maxiter": 1000}).x
    return float(np.exp(found[0])), float(found[1]), float(found[2]) if pull else 0.0


def _first(margins: F32, n: int) -> NDArray[np.bool_]:
    """Return the ``n`` best types of each row."""
    mask = np.zeros(margins.shape, dtype=bool)
    np.put_along_axis(mask, np.argsort(-margins, axis=1, kind="stable")[:, :n], True, axis=1)
    return mask
