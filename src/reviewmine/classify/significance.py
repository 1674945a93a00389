"""Whether one model is better than another on the same rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.classify.ranking import ranked
from reviewmine.intervals import bootstrap

_N_RESAMPLES = 1000
_FIGURES = ("micro_f1", "macro_f1", "accuracy")

Mask = NDArray[np.bool_]


def significance(first: Mask, second: Mask, truth: Mask, groups: Sequence[str], seed: int = 13) -> dict[str, Any]:
    """Return for each figure both values and ``first`` minus ``second`` with its 95 % interval, and a verdict.

    ``first`` and ``second`` are the types that each model chose, ``truth`` those the rows have, all (rows, types). A
    paired bootstrap over groups (Efron and Tibshirani, 1993): both models are measured on the same drawn rows, which
    takes out the luck of easy rows. The verdict is ``better`` or ``worse`` when the interval leaves 0 out, else ``alike``.
    """
    sides = [ranked(mask.astype(np.float32), mask, truth) for mask in (first, second)]

    def measure(rows: NDArray[np.int64]) -> dict[str, float]:
        one, two = (side.figures(rows) for side in sides)
        return {name: one[name] - two[name] for name in _FIGURES}

    everything = np.arange(len(truth))
    found: dict[str, Any] = {}
    for name, difference in bootstrap(measure, groups, seed, _N_RESAMPLES).items():
        verdict = "better" if difference["low"] > 0 else "worse" if difference["high"] < 0 else "alike"
        values = [round(side.figures(everything)[name], 4) for side in sides]
        found[name] = {"first": values[0], "second": values[1], "difference": difference, "verdict": verdict}
    return found
