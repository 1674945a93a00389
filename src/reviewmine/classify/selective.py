"""Knowing what one does not know: how many errors are left when only the surest rows are answered."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]


def risk_coverage(confidence: NDArray[np.floating], right: Mask) -> tuple[F64, F64]:
    """Return coverage and the share of errors among the rows covered, row by row from the surest on.

    Rows of equal confidence share their errors evenly, so that their order does not matter.
    """
    order = np.argsort(-confidence, kind="stable")
    _, tie, size = np.unique(-confidence[order], return_inverse=True, return_counts=True)
    wrong = (np.bincount(tie, weights=~right[order]) / size)[tie]
    n = np.arange(1, len(order) + 1)
    return n / len(order), np.cumsum(wrong) / n


def aurc(confidence: NDArray[np.floating], right: Mask) -> float:
    """Return the area under the risk-coverage curve (Geifman and El-Yaniv, 2017); lower is better.

    >>> round(aurc(np.asarray([0.9, 0.8]), np.asarray([True, False])), 3)
    0.25
    """
    return float(risk_coverage(confidence, right)[1].mean())


def augrc(confidence: NDArray[np.floating], right: Mask) -> float:
    """Return the area under the generalized risk: the chance that a row is covered and wrong (Traub et al., 2024).

    >>> round(augrc(np.asarray([0.9, 0.8]), np.asarray([True, False])), 3)
    0.25
    """
    coverage, risk = risk_coverage(confidence, right)
    return float((coverage * risk).mean())


def coverage_at(confidence: NDArray[np.floating], right: Mask, error: float) -> float:
    """Return the largest share of rows, the surest ones, among which at most ``error`` are wrong."""
    order = np.argsort(-confidence, kind="stable")
    n = np.arange(1, len(order) + 1)
    last = np.append(np.diff(confidence[order]) != 0, True)
    good = np.flatnonzero((np.cumsum(~right[order]) / n <= error) & last)
    return float((good[-1] + 1) / len(order)) if len(good) else 0.0


def selective_figures(confidence: NDArray[np.floating], right: Mask) -> dict[str, float]:
    """Return the areas and the coverage at one, two and five per cent of errors."""
    coverage, risk = risk_coverage(confidence, right)
    return {
        "aurc": float(risk.mean()),
        "augrc": float((coverage * risk).mean()),
        **{f"coverage_at_{n}": coverage_at(confidence, right, n / 100) for n in (1, 2, 5)},
    }


def curve(
    confidence: NDArray[np.floating],
    right: Mask,
    at: Sequence[float] = tuple(step / 20 for step in range(1, 21)),
) -> list[dict[str, float]]:
    """Return the risk at some coverages, for a picture."""
    coverage, risk = risk_coverage(confidence, right)
    rows = [min(len(risk) - 1, int(np.searchsorted(coverage, share - 1e-9))) for share in at]
    return [{"coverage": round(float(coverage[i]), 4), "risk": round(float(risk[i]), 4)} for i in rows]
