"""Whether a probability of 0.8 comes true eight times in ten."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.policy import Head

N_BINS = 10

Mask = NDArray[np.bool_]
F32 = NDArray[np.float32]


def calibration_error(probability: F32, targets: Mask) -> float:
    """Return the expected calibration error of the best type of each row, in ten bins of equal count."""
    top = probability.max(axis=1)
    right = targets[np.arange(len(targets)), probability.argmax(axis=1)]
    return expected_error(top, right)


def expected_error(top: F32, right: Mask) -> float:
    """Return the mean distance between probability and outcome over ten bins of equal count (Naeini et al., 2015)."""
    return float(sum(len(part) * abs(top[part].mean() - right[part].mean()) for part in _bins(top)) / len(top))


def _bins(top: F32) -> list[NDArray[np.int64]]:
    """Return row numbers in ten bins of equal count, the least sure first."""
    order = np.argsort(top, kind="stable")
    return [part for part in np.array_split(order, N_BINS) if len(part)]


def brier_rows(probability: F32, targets: Mask) -> NDArray[np.float64]:
    """Return the Brier score of each row (Brier, 1950), summed over types."""
    return np.asarray(((probability.astype(np.float64) - targets) ** 2).sum(axis=1))


def likelihood_rows(probability: F32, targets: Mask, head: Head) -> NDArray[np.float64]:
    """Return the negative log likelihood of each row in nats: of its type, or summed over types that each are yes or no."""
    p = np.clip(probability.astype(np.float64), 1e-7, 1 - 1e-7)
    if head == "multiclass":
        return np.asarray(-np.log((p * targets).sum(axis=1)))
    return np.asarray(-np.where(targets, np.log(p), np.log(1 - p)).sum(axis=1))


def reliability(top: F32, right: Mask) -> list[dict[str, Any]]:
    """Return for each bin its rows, mean probability of the best type, and how often that type was right."""
    return [
        {
            "n": len(part),
            "predicted": round(float(top[part].mean()), 4),
            "observed": round(float(right[part].mean()), 4),
        }
        for part in _bins(top)
    ]
