"""Decisions and ranking: what each row adds to the figures, and the figures of any rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
F32 = NDArray[np.float32]


@dataclass(frozen=True)
class Ranked:
    """What each row adds: arrays are (rows, types) for ``chosen`` and ``targets``, (rows,) for the rest."""

    chosen: Mask
    targets: Mask
    precision: NDArray[np.float64]
    """Label ranking average precision of the row."""
    right: NDArray[np.int64]
    """How many of the three best types are right, the first alone in ``first``."""
    first: Mask

    def figures(self, rows: NDArray[np.int64]) -> dict[str, float]:
        """Return the figures of ``rows``; see ``figures``."""
        chosen, targets = self.chosen[rows], self.targets[rows]
        hit, said, held = (chosen & targets).sum(axis=0), chosen.sum(axis=0), targets.sum(axis=0)
        met = (said + held) > 0
        f1 = 2 * hit[met] / (said + held)[met]
        return {
            "micro_f1": float(2 * hit.sum() / max(1, said.sum() + held.sum())),
            "macro_f1": float(f1.mean()) if met.any() else 0.0,
            "weighted_f1": float((f1 * held[met]).sum() / max(1, held.sum())),
            "accuracy": float((chosen == targets).all(axis=1).mean()),
            "lrap": float(self.precision[rows].mean()),
            "p_at_1": float(self.first[rows].mean()),
            "p_at_3": float(self.right[rows].mean() / min(3, self.targets.shape[1])),
            "hit_at_3": float((self.right[rows] > 0).mean()),
        }


def ranked(scores: F32, chosen: Mask, targets: Mask) -> Ranked:
    """Return what each row adds; ties of scores fall in the order of the types."""
    order = np.argsort(-scores, axis=1, kind="stable")
    hits = np.take_along_axis(targets, order, axis=1)
    precision = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    average = (precision * hits).sum(axis=1) / np.maximum(1, hits.sum(axis=1))
    return Ranked(chosen, targets, average, hits[:, :3].sum(axis=1), hits[:, 0])


def figures(scores: F32, chosen: Mask, targets: Mask) -> dict[str, float]:
    """Return figures of decisions and ranking; all arrays are (rows, types) and every row has a type.

    ``accuracy`` is that of the whole set of types (subset accuracy); ``lrap`` the label ranking average precision;
    ``p_at_3`` the share of right types among the three best; ``weighted_f1`` weighs the F1 of types by their rows.
    """
    return ranked(scores, chosen, targets).figures(np.arange(len(targets)))
