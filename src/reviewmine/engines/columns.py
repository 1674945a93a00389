"""Scores to columns of output: what ``Router.route_many`` says of each review, without a record a row."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.bundle import Bundle
from reviewmine.router.policy import ACTION_OF, Policy
from reviewmine.router.router import Scores

SCORED_COLUMNS = ("id", "kind", "type", "types", "probability", "action", "owner", "alternatives")
PROBABILITIES = "probabilities"
"""The further column that ``--probabilities`` adds."""

Columns = Mapping[str, Sequence[Any]]
"""The name of each column of output, in order, to its cells."""

_PARTS = 10_000  # a probability has four digits
_SHOWN = np.asarray([f"{part / _PARTS:.4f}" for part in range(_PARTS + 1)], dtype=object)
_AS_JSON = [repr(part / _PARTS) for part in range(_PARTS + 1)]


def scored_columns(
    ids: Sequence[str], scores: Scores, bundle: Bundle, with_probabilities: bool = False
) -> dict[str, Sequence[Any]]:
    """Return the columns of output for reviews called ``ids``, whose figures are ``scores``.

    ``types`` are joined by ``|``, the most probable first; ``alternatives`` as ``code:p``; ``probability`` is rounded to
    four digits. ``with_probabilities`` adds a JSON object of type to probability.
    """
    kinds, codes, owners = (_texts(bundle, key) for key in ("kind", "code", "owner"))
    rounded = np.rint(scores.probability.astype(np.float64) * _PARTS).astype(np.int64)  # exact: 24 bits times 10
    top = scores.probability.argmax(axis=1)
    columns: dict[str, Sequence[Any]] = {
        "id": ids,
        "kind": kinds[top].tolist(),
        "type": codes[top].tolist(),
        "types": _types(scores, codes, top),
        "probability": (rounded[np.arange(len(top)), top] / _PARTS).tolist(),
        "action": np.asarray(ACTION_OF, dtype=object)[scores.cause].tolist(),
        "owner": owners[top].tolist(),
        "alternatives": _alternatives(scores.probability, rounded, codes, bundle.policy),
    }
    if with_probabilities:
        keys = [f"{json.dumps(code, ensure_ascii=False)}: " for code in codes]
        columns[PROBABILITIES] = [
            "{" + ", ".join([key + _AS_JSON[part] for key, part in zip(keys, row, strict=True)]) + "}"
            for row in rounded.tolist()
        ]
    return columns


def column_names(with_probabilities: bool) -> tuple[str, ...]:
    """Return the names of the columns of output."""
    return (*SCORED_COLUMNS, PROBABILITIES) if with_probabilities else SCORED_COLUMNS


def _texts(bundle: Bundle, key: str) -> NDArray[np.object_]:
    """Return a text of every type, to be taken by place."""
    return np.asarray([str(kind[key]) for kind in bundle.types], dtype=object)


def _types(scores: Scores, codes: NDArray[np.object_], top: NDArray[np.int64]) -> list[str]:
    """Return the codes each row has, the most probable first and among equals the first of the bundle."""
    types = codes[top]
    several = np.flatnonzero(scores.chosen.sum(axis=1) > 1)
    row, place = np.nonzero(scores.chosen[several])
    order = np.lexsort((place, -scores.probability[several[row], place], row))
    picked = codes[place[order]].tolist()
    ends = np.cumsum(np.bincount(row, minlength=len(several))).tolist()
    for at, start, end in zip(several.tolist(), [0, *ends], ends, strict=False):
        types[at] = "|".join(picked[start:end])
    found: list[str] = types.tolist()
    return found


def _alternatives(
    probability: NDArray[np.float32], rounded: NDArray[np.int64], codes: NDArray[np.object_], policy: Policy
) -> list[str]:
    """Return the shortlist of each row: as ``policy.shortlist`` gives it, one rank of all rows at a time."""
    left = probability.copy()
    rows = np.arange(len(left))
    bars = np.asarray(policy.shortlist_thresholds, dtype=np.float32)
    heads = codes + ":"
    shown = np.full(len(left), "", dtype=object)
    for rank in range(min(policy.shortlist, left.shape[1])):
        best = left.argmax(axis=1)
        text = heads[best] + _SHOWN[rounded[rows, best]]
        if rank:
            text = "|" + text
            if len(bars):
                text[probability[rows, best] < bars[best]] = ""
        shown = shown + text
        left[rows, best] = -np.inf
    found: list[str] = shown.tolist()
    return found
