"""Margins to a policy: temperature, thresholds of types, thresholds of actions. Fitted on the calibration part alone."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from reviewmine.router.policy import NEVER, Head, Policy, at_least, chosen, probabilities, softmax
from reviewmine.settings import PolicySettings

_SHRINK = 20  # examples at which a type's own threshold weighs as much as the common one
_MIN_AUTO = 20  # rows that an automatic threshold must rest on
_SUGGEST_HIT = 0.9  # share of shortlists that hold a right type, from which suggesting helps
_CAUTION = 1.0  # standard errors below what was seen that must still reach the target

F32 = NDArray[np.float32]


def fit_policy(margins: F32, targets: NDArray[np.bool_], head: Head, settings: PolicySettings) -> Policy:
    """Return the policy fitted on margins and targets of the calibration part, both (rows, types)."""
    shortlist = min(settings.shortlist, margins.shape[1])
    novelty_scale, novelty_shift, _ = _fit_sigmoid(margins, targets, np.ones_like(targets), pull=False)
    if head == "multiclass":
        scale, shift, pull = _fit_temperature(margins, targets), 0.0, 0.0
    else:
        scale, shift, pull = _fit_sigmoid(margins, targets, _first(margins, shortlist), pull=True)
    bare = Policy(
        head=head,
        scale=scale,
        shift=shift,
        pull=pull,
        novelty_scale=novelty_scale,
        novelty_shift=novelty_shift,
        thresholds=(0.5,) * margins.shape[1],
        auto_threshold=NEVER,
        suggest_threshold=NEVER,
        target_precision=settings.target_precision,
        shortlist=shortlist,
    )
    probability = probabilities(margins, bare)
    thresholds = type_thresholds(probability, targets) if head == "multilabel" else bare.thresholds
    order = np.argsort(-probability, axis=1, kind="stable")
    hit = np.take_along_axis(targets, order[:, : bare.shortlist], axis=1)
    top = probability.max(axis=1)
    auto = lowest_threshold(top, hit[:, 0], settings.target_precision)
    rest = top < auto
    suggest = lowest_threshold(top[rest], hit[rest].any(axis=1), _SUGGEST_HIT)
    fitted = {"thresholds": list(thresholds), "auto_threshold": auto, "suggest_threshold": min(auto, suggest)}
    return Policy.from_json(bare.to_json() | fitted)


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


def type_thresholds(probability: F32, targets: NDArray[np.bool_]) -> list[float]:
    """Return for each type the probability from which a review has it.

    One common threshold of the best micro F1; a type with many examples leans to the threshold of its own best F1.
    """
    grid = np.round(np.arange(0.05, 0.86, 0.025), 3)
    reached = np.stack([at_least(probability, float(t)) for t in grid])
    hits = (reached & targets).sum(axis=1)
    said, held = reached.sum(axis=1), targets.sum(axis=0)
    common = grid[int(np.argmax(2 * hits.sum(axis=1) / (said.sum(axis=1) + held.sum())))]
    own = grid[np.argmax(2 * hits / np.maximum(said + held, 1), axis=0)]
    weight = held / (held + 2.0 * _SHRINK)
    return [float(value) for value in np.round(weight * own + (1 - weight) * common, 4)]


def lowest_threshold(top: F32, right: NDArray[np.bool_], target: float) -> float:
    """Return the lowest threshold above which the share of ``right`` rows reaches ``target``, or NEVER.

    The share is the lower end of Wilson's interval (1927) at one standard error, over at least 20 rows, so that lucky
    rows do not open the gate.
    """
    order = np.argsort(-top, kind="stable")
    n = np.arange(1, len(order) + 1)
    share = np.cumsum(right[order]) / n
    z2 = _CAUTION**2
    lower = (share + z2 / (2 * n) - _CAUTION * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    # rows of equal probability stand or fall together
    last = np.append(np.diff(top[order]) != 0, True) if len(order) else np.zeros(0, dtype=bool)
    good = np.flatnonzero((lower >= target) & (n >= _MIN_AUTO) & last)
    if not len(good):
        return NEVER
    return float(np.floor(float(top[order][good[-1]]) * 1e6) / 1e6)


def decide(margins: F32, policy: Policy) -> tuple[F32, NDArray[np.bool_]]:
    """Return probabilities and chosen types for margins under ``policy``."""
    probability = probabilities(margins, policy)
    return probability, chosen(probability, policy)
