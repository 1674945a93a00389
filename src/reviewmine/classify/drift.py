"""What time does to a policy, and what fitting it anew on the newest answers of people gives back.

The weights stay; only the policy is fitted again. Nothing looks ahead: each batch is routed by a policy that was fitted
on rows before it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.classify.calibrate import fit_policy
from reviewmine.intervals import bootstrap
from reviewmine.router.policy import CONFIDENT, Head, Policy, probabilities
from reviewmine.router.router import scores_of
from reviewmine.settings import PolicySettings

_LEAST = 100  # rows that a window keeps on each side of the cut it is tested at
_SURE = 2.0  # standard errors that tell a change from chance
_PAYBACK = 50  # automatic rows within which a debt of errors is to be paid back

F32 = NDArray[np.float32]
Mask = NDArray[np.bool_]


def newest_window(surplus: NDArray[np.float64]) -> int:
    """Return how many of the newest rows are alike; ``surplus`` is outcome minus probability, the oldest row first.

    The window is halved while its newer half differs from its older half by more than two standard errors, down to 100
    rows a half (after ADWIN, Bifet and Gavaldà, 2007).
    """
    n = len(surplus)
    while n // 2 >= _LEAST:
        old, new = surplus[-n : -(n // 2)], surplus[-(n // 2) :]
        error = np.sqrt(new.var() / len(new) + old.var() / len(old))
        if abs(new.mean() - old.mean()) <= _SURE * error:
            break
        n //= 2
    return n


def followed(
    first: tuple[F32, Mask, F32],
    then: tuple[F32, Mask, F32],
    head: Head,
    settings: PolicySettings,
    batch: int = 50,
) -> NDArray[np.int8]:
    """Return the cause of each row of ``then`` when the policy is fitted anew after every ``batch`` rows.

    Both are margins, targets and shares of known words in the order of time. A fit sees the newest rows that are
    alike, and aims above ``target_precision`` while past automatic rows have been wrong more often than it allows.
    """
    margins, targets, known = (np.concatenate(pair) for pair in zip(first, then, strict=True))
    start = len(first[0])
    right = targets[np.arange(len(targets)), margins.argmax(axis=1)]
    base = probabilities(margins, fit_policy(*first[:2], head, settings))
    surplus = right - base.max(axis=1).astype(np.float64)
    found = np.zeros(len(targets), dtype=np.int8)
    debt = 0.0
    for low in range(start, len(targets), batch):
        rows = slice(low, low + batch)
        past = slice(low - newest_window(surplus[:low]), low)
        asked = float(np.clip(settings.target_precision + debt / _PAYBACK, 0.01, 0.999))
        policy = fit_policy(margins[past], targets[past], head, settings.model_copy(update={"target_precision": asked}))
        found[rows] = scores_of(margins[rows], known[rows], policy).cause
        auto = found[rows] == CONFIDENT
        debt = 0.5 * debt if not auto.any() else debt + float((settings.target_precision - right[rows][auto]).sum())
    return found[start:]


def drift(
    first: tuple[F32, Mask, F32],
    then: tuple[F32, Mask, F32],
    policy: Policy,
    settings: PolicySettings,
    groups: Sequence[str],
    seed: int,
) -> dict[str, Any]:
    """Return share and precision of automatic rows of ``then``, with the policy as it is and with it fitted anew."""
    margins, targets, known = then
    right = targets[np.arange(len(targets)), margins.argmax(axis=1)]
    ways = {
        "fixed": scores_of(margins, known, policy).cause == CONFIDENT,
        "followed": followed(first, then, policy.head, settings) == CONFIDENT,
    }

    def measure(rows: NDArray[np.int64]) -> dict[str, float]:
        figures: dict[str, float] = {}
        for name, auto in ways.items():
            hits = right[rows][auto[rows]]
            figures |= {
                f"{name}_auto_share": float(auto[rows].mean()),
                f"{name}_auto_precision": float(hits.mean()) if len(hits) else float("nan"),
            }
        return figures

    return {"target_precision": settings.target_precision, "n": len(right), **bootstrap(measure, groups, seed)}
