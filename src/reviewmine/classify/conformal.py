"""The shortlist that holds a right type as often as promised: split conformal prediction cut to a few types.

A type below the best one is shown from a threshold of its probability (least ambiguous sets, Sadinle, Lei and
Wasserman, 2019). A type beyond the length of the shortlist counts as never shown, so the promise holds for what is shown
in fact; where the length does not allow the coverage asked for, all of it is shown and what it reached is the promise.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.policy import NEVER

_OWN = 50  # rows from which a type has a threshold of its own; rarer types share one

F32 = NDArray[np.float32]
Mask = NDArray[np.bool_]


def shortlist_bars(probability: F32, targets: Mask, length: int, coverage: float, by_type: bool) -> F32:
    """Return for each type the probability from which it is shown, on calibration rows; arrays are (rows, types).

    Without ``by_type`` one threshold keeps ``coverage`` of reviews. With it each type keeps its own (class-conditional,
    Vovk, 2012), and types of under 50 rows share the threshold of their pooled rows (Ding et al., 2023).
    """
    need = _needed(probability, length)
    if not by_type:
        best = np.where(targets, need, -1.0).max(axis=1)
        return np.full(targets.shape[1], _bar(best, coverage), dtype=np.float32)
    held = targets.sum(axis=0)
    rare = held < _OWN
    pooled = need[:, rare][targets[:, rare]]
    shared = _bar(pooled if len(pooled) else need[targets], coverage)
    bars = [shared if rare[k] else _bar(need[targets[:, k], k], coverage) for k in range(targets.shape[1])]
    return np.asarray(bars, dtype=np.float32)


def _needed(probability: F32, length: int) -> NDArray[np.float64]:
    """Return the highest threshold at which a type is shown: above all for the best, below all beyond the length."""
    order = np.argsort(-probability, axis=1, kind="stable")
    need = np.full(probability.shape, -1.0)
    shown = order[:, :length]
    np.put_along_axis(need, shown, np.take_along_axis(probability, shown, axis=1).astype(np.float64), axis=1)
    np.put_along_axis(need, order[:, :1], NEVER, axis=1)
    return need


def _bar(need: NDArray[np.float64], coverage: float) -> float:
    """Return the threshold that covers a new row with at least ``coverage``, cut to six digits; 0 when none does."""
    rank = int(np.ceil((len(need) + 1) * coverage))
    if rank > len(need):
        return 0.0
    return float(np.floor(max(0.0, np.sort(need)[::-1][rank - 1]) * 1e6) / 1e6)


def shown(probability: F32, length: int, bars: F32) -> Mask:
    """Return which types the shortlist of each row has, shape (rows, types); the best type always is one."""
    need = _needed(probability, length)
    return np.asarray((need >= 0) & (need.astype(np.float32) >= bars))


def promised(probability: F32, targets: Mask, length: int, bars: F32, asked: float) -> float:
    """Return the coverage to expect: ``asked`` where the thresholds can keep it, else what calibration rows reach.

    The best type alone may hold more than was asked for, and the full shortlist less.
    """
    everything = (_needed(probability, length) >= 0) & targets
    most = float(everything.any(axis=1).mean())
    least = float(targets[np.arange(len(targets)), probability.argmax(axis=1)].mean())
    return float(np.clip(asked, least, most))


def shortlist_report(probability: F32, targets: Mask, length: int, bars: F32, enough: int = 10) -> dict[str, Any]:
    """Return how the shortlist did: coverage of reviews, mean length, and the spread of coverage over types.

    A type of under ``enough`` rows says too little of its own coverage and is left out of the spread.
    """
    hit = shown(probability, length, bars)
    held = targets.sum(axis=0)
    known = held >= enough
    by_type = (hit & targets).sum(axis=0)[known] / held[known]
    low, middle, high = np.quantile(by_type, [0.1, 0.5, 0.9]) if known.any() else (np.nan,) * 3
    return {
        "coverage": round(float((hit & targets).any(axis=1).mean()), 4),
        "mean_length": round(float(hit.sum(axis=1).mean()), 3),
        "types": int(known.sum()),
        "type_coverage": {
            name: round(float(value), 4) if value == value else None
            for name, value in (("p10", low), ("median", middle), ("p90", high))
        },
    }
