"""Margins to a policy: temperature, thresholds of types, thresholds of actions. Fitted on the calibration part alone."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from reviewmine.router.policy import NEVER, Head, Policy, chosen, probabilities, softmax
from reviewmine.settings import PolicySettings

_SHRINK = 20  # examples at which a type's own threshold weighs as much as the common one
_MIN_AUTO = 20  # rows that an automatic threshold must rest on
_SUGGEST_HIT = 0.8  # share of shortlists that hold a right type, from which suggesting helps

F32 = NDArray[np.float32]


def fit_policy(margins: F32, targets: NDArray[np.bool_], head: Head, settings: PolicySettings) -> Policy:
    """Return the policy fitted on margins and targets of the calibration part, both (rows, types)."""
    scale = _fit_temperature(margins, targets) if head == "multiclass" else 1.0
    sigmoid_scale, shift = _fit_sigmoid(margins, targets)
    bare = Policy(
        head=head,
        scale=scale,
        sigmoid_scale=sigmoid_scale,
        sigmoid_shift=shift,
        thresholds=(0.5,) * margins.shape[1],
        auto_threshold=NEVER,
        suggest_threshold=NEVER,
        target_precision=settings.target_precision,
        shortlist=min(settings.shortlist, margins.shape[1]),
    )
    probability = probabilities(margins, bare)
    thresholds = type_thresholds(probability, targets) if head == "multilabel" else bare.thresholds
    order = np.argsort(-probability, axis=1, kind="stable")
    hit = np.take_along_axis(targets, order[:, : bare.shortlist], axis=1)
    top = probability.max(axis=1)
    return Policy.from_json(
        bare.to_json()
        | {
            "thresholds": list(thresholds),
            "auto_threshold": lowest_threshold(top, hit[:, 0], settings.target_precision),
            "suggest_threshold": lowest_threshold(top, hit.any(axis=1), _SUGGEST_HIT),
        }
    )


def _fit_temperature(margins: F32, targets: NDArray[np.bool_]) -> float:
    """Return the inverse temperature of the softmax that makes the calibration part most likely (Guo et al., 2017)."""
    rows, right = np.nonzero(targets)
    m = margins[rows].astype(np.float64)

    def loss(log_scale: NDArray[np.float64]) -> float:
        p = softmax(np.exp(log_scale[0]) * m)
        return float(-np.log(p[np.arange(len(rows)), right] + 1e-12).mean())

    return float(np.exp(minimize(loss, np.asarray([1.0]), method="Nelder-Mead").x[0]))


def _fit_sigmoid(margins: F32, targets: NDArray[np.bool_]) -> tuple[float, float]:
    """Return scale and shift of one sigmoid for all types (Platt, 1999), the most likely on the calibration part."""
    m, y = margins.astype(np.float64), targets

    def loss(x: NDArray[np.float64]) -> float:
        z = np.exp(x[0]) * m + x[1]
        return float(np.logaddexp(0, np.where(y, -z, z)).mean())

    found = minimize(loss, np.asarray([1.0, -1.0]), method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-9, "maxiter": 500}).x
    return float(np.exp(found[0])), float(found[1])


def type_thresholds(probability: F32, targets: NDArray[np.bool_]) -> list[float]:
    """Return for each type the probability from which a review has it.

    One common threshold of the best micro F1; a type with many examples leans to the threshold of its own best F1.
    """
    grid = np.round(np.arange(0.05, 0.86, 0.025), 3)
    at_least = np.stack([_with_top(probability, float(t)) for t in grid])
    hits = (at_least & targets).sum(axis=1)
    said, held = at_least.sum(axis=1), targets.sum(axis=0)
    common = grid[int(np.argmax(2 * hits.sum(axis=1) / (said.sum(axis=1) + held.sum())))]
    own = grid[np.argmax(2 * hits / np.maximum(said + held, 1), axis=0)]
    weight = held / (held + 2.0 * _SHRINK)
    return [float(value) for value in np.round(weight * own + (1 - weight) * common, 4)]


def _with_top(probability: F32, threshold: float) -> NDArray[np.bool_]:
    """Return which types reach ``threshold``, the most probable one always among them."""
    mask = probability >= threshold
    mask[np.arange(len(mask)), probability.argmax(axis=1)] = True
    return mask


def lowest_threshold(top: F32, right: NDArray[np.bool_], target: float) -> float:
    """Return the lowest threshold above which the share of ``right`` rows reaches ``target``, or NEVER.

    One error is added to those seen, so that a handful of lucky rows does not open the gate; at least 20 rows.
    """
    order = np.argsort(-top, kind="stable")
    n = np.arange(1, len(order) + 1)
    share = np.cumsum(right[order]) / (n + 1)
    # rows of equal probability stand or fall together
    last = np.append(np.diff(top[order]) != 0, True)
    good = np.flatnonzero((share >= target) & (n >= _MIN_AUTO) & last)
    if not len(good):
        return NEVER
    return float(np.floor(float(top[order][good[-1]]) * 1e6) / 1e6)


def decide(margins: F32, policy: Policy) -> tuple[F32, NDArray[np.bool_]]:
    """Return probabilities and chosen types for margins under ``policy``."""
    probability = probabilities(margins, policy)
    return probability, chosen(probability, policy)
