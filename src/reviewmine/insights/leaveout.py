"""The arithmetic of leaving one type out: a curve fitted to sparse reviews, and what it says of each review without the type."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Curve = Callable[[Floats], tuple[Floats, Floats]]
"""From sums to expected values and their slopes."""

RIDGE = 0.01
"""Keeps the fit finite where every mention has the same worst value; moves a mean by less than a hundredth of the scale."""
PRIOR = 4.0
"""The common spread counts as so many mentions: five equal values do not make an interval of no width."""
_STEPS, _LEAST_STEP, _TINY = 60, 1e-9, 1e-12
_ENOUGH = 1e-4  # what a further step would gain in likelihood: a hundredth of a standard error


@dataclass(frozen=True)
class Fit:
    """A fitted curve: ``design`` (reviews, types then other columns), a coefficient a column, the inverse of the information."""

    design: Any
    curve: Curve
    coefficients: Floats
    inverse: Floats
    sums: Floats
    residuals: Floats


@dataclass(frozen=True)
class Effects:
    """One entry a type: effect of a mention, its standard error, and the number of mentions that no other type explains."""

    effect: Floats
    error: Floats
    own: Floats


def logistic(sums: Floats) -> tuple[Floats, Floats]:
    """Return values between 0 and 1, and slopes."""
    value = 1 / (1 + np.exp(-np.clip(sums, -30, 30)))
    return value, value * (1 - value)


def straight(sums: Floats) -> tuple[Floats, Floats]:
    """Return the sums themselves, and slopes of one."""
    return sums, np.ones_like(sums)


def fit(cells: Any, others: Any, values: Floats, curve: Curve) -> Fit:
    """Return the curve of ``values``, one a review, over ``cells`` (reviews, types) and ``others`` (reviews, columns; the first is one).

    Newton's method on the likelihood of a Bernoulli variable (``logistic``) or of a normal one (``straight``) with a
    small ridge; a step is halved until it climbs.
    """
    from scipy.sparse import hstack  # noqa: PLC0415 (an extra: routing needs none of it)

    design = hstack([cells, others], format="csr")
    ridge = np.full(design.shape[1], RIDGE)
    ridge[cells.shape[1]] = 0.0
    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        sums = design @ found
        expected, slope = curve(sums)
        score = design.T @ (values - expected) - ridge * found
        step = np.linalg.solve(_information(design, slope, ridge), score)
        gain, height = float(score @ step), _height(curve, values, sums, found, ridge)
        if gain < _ENOUGH:
            break
        while _height(curve, values, design @ (found + step), found + step, ridge) < height:
            step = step / 2
            if np.abs(step).max() < _LEAST_STEP:
                break
        found = found + step
    sums = design @ found
    expected, slope = curve(sums)
    inverse = np.asarray(np.linalg.inv(_information(design, slope, ridge)), dtype=np.float64)
    return Fit(design, curve, found, inverse, sums, values - expected)


def _information(design: Any, slope: Floats, ridge: Floats) -> Floats:
    """Return the curvature of the likelihood, (columns, columns)."""
    return np.asarray((design.T @ design.multiply(slope[:, None])).toarray() + np.diag(ridge))


def _height(curve: Curve, values: Floats, sums: Floats, found: Floats, ridge: Floats) -> float:
    """Return the logarithm of the penalised likelihood, but for a constant."""
    told = values * sums - (np.logaddexp(0, sums) if curve is logistic else sums * sums / 2)
    return float(told.sum() - (ridge * found * found).sum() / 2)


def effects(cells: Any, fitted: Fit, groups: NDArray[np.int64] | None) -> Effects:
    """Return what a mention adds to a review, averaged over the mentions of each type, with its spread.

    The influence of a review on an effect has two parts: how far its own difference lies from the mean, and what it did
    to the coefficients. ``groups``, one number a review, are drawn together.
    """
    from scipy.sparse import diags_array  # noqa: PLC0415 (an extra: routing needs none of it)

    kinds, n_types = cells.indices, cells.shape[1]
    effect, apart, moved = _left_out(cells, fitted)
    scores, there = diags_array(fitted.residuals) @ fitted.design, cells
    if groups is not None:
        apart, scores, there = (summed(groups) @ part for part in (apart, scores, there))
    spread = np.asarray(apart.multiply(apart).sum(axis=0))
    spread = spread + 2 * ((apart.T @ scores).toarray() * moved.T).sum(axis=1)
    spread = spread + (moved * ((scores.T @ scores) @ moved)).sum(axis=0)
    total = np.bincount(kinds, cells.data, n_types)
    n = total**2 / np.maximum(np.asarray(there.multiply(there).sum(axis=0)), _TINY)
    per_review = np.diff(cells.indptr)
    slope = np.repeat(fitted.curve(fitted.sums)[1], per_review)
    level = np.bincount(kinds, slope, n_types) / np.maximum(np.bincount(kinds, minlength=n_types), 1)
    own = np.minimum(n, 1 / (np.diag(fitted.inverse)[:n_types] * np.maximum(level, _TINY)))
    return Effects(effect, np.sqrt(_moderated(spread, own, fitted.residuals[per_review > 0])), own)


def _left_out(cells: Any, fitted: Fit) -> tuple[Floats, Any, Floats]:
    """Return the effects, how far each mention lies from that of its type, and what a score moves (columns, types)."""
    from scipy.sparse import csr_array  # noqa: PLC0415 (an extra: routing needs none of it)

    kinds, weight, n_types = cells.indices, cells.data, cells.shape[1]
    rows = np.repeat(np.arange(cells.shape[0]), np.diff(cells.indptr))
    here, slope = fitted.curve(fitted.sums)
    without, bare = fitted.curve(fitted.sums[rows] - weight * fitted.coefficients[kinds])
    total = np.maximum(np.bincount(kinds, weight, n_types), _TINY)
    difference = here[rows] - without
    effect = np.bincount(kinds, difference, n_types) / total

    def table(entries: Floats) -> Any:
        return csr_array((entries, kinds, cells.indptr), shape=cells.shape)

    gradient = (table(slope[rows] - bare).T @ fitted.design).toarray()
    gradient[:, :n_types] += np.diag(np.bincount(kinds, bare * weight, n_types))
    apart = table((difference - effect[kinds] * weight) / total[kinds])
    return effect, apart, fitted.inverse @ (gradient / total[:, None]).T


def summed(groups: NDArray[np.int64]) -> Any:
    """Return the sparse matrix (groups, reviews) that sums what the reviews of a group have."""
    from scipy.sparse import csr_array  # noqa: PLC0415 (an extra: routing needs none of it)

    return csr_array((np.ones(len(groups)), (groups, np.arange(len(groups)))))


def _moderated(spread: Floats, own: Floats, residuals: Floats) -> Floats:
    """Return variances drawn towards the common one, the more the fewer the mentions (Smyth, 2004)."""
    own = np.maximum(own, 1.0 + 1e-9)
    common = float(np.mean(residuals**2)) / own
    return (PRIOR * common + own * np.maximum(spread, 0.0)) / (PRIOR + own - 1)
