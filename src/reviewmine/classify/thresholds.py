"""From which probability a type is said, is automatic, is suggested: chosen on rows not learned."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.policy import NEVER, at_least
from reviewmine.settings import Costs

_SHRINK = 20  # examples at which a type's own threshold weighs as much as the common one
_SHRINK_AUTO = 50  # rows at which a type's own precision weighs as much as the common one
_MIN_AUTO = 20  # rows that an automatic threshold must rest on
_CAUTION = 1.0  # standard errors below what was seen that must still reach the target

F32 = NDArray[np.float32]
Mask = NDArray[np.bool_]


def type_thresholds(probability: F32, targets: Mask) -> list[float]:
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


def lowest_threshold(top: F32, right: Mask, target: float) -> float:
    """Return the lowest threshold above which the share of ``right`` rows reaches ``target``, or NEVER.

    The share is the lower end of Wilson's interval (1927) at one standard error, over at least 20 rows, so that lucky
    rows do not open the gate.
    """
    order = np.argsort(-top, kind="stable")
    n = np.arange(1, len(order) + 1)
    # rows of equal probability stand or fall together
    last = np.append(np.diff(top[order]) != 0, True) if len(order) else np.zeros(0, dtype=bool)
    good = np.flatnonzero((_surely(np.cumsum(right[order]), n) >= target) & (n >= _MIN_AUTO) & last)
    return _floor(top[order][good[-1]]) if len(good) else NEVER


def auto_by_type(top: F32, best: NDArray[np.int64], right: Mask, target: float, n_types: int) -> tuple[float, ...]:
    """Return for each type the probability from which it is automatic; empty where one threshold for all is as safe.

    ``best`` is the most probable type of each row. The precision of a type above a threshold is drawn to that of all
    types, the more the fewer rows it has, so that a rare type has the common threshold. Types together must still
    reach ``target`` beyond one standard error; else, and where no common threshold does, the common one holds.
    """
    if lowest_threshold(top, right, target) >= NEVER:
        return ()
    grid = np.unique(top)[::-1]
    mine = (best[:, None] == np.arange(n_types)).astype(np.float64)
    order = np.argsort(-top, kind="stable")
    stop = np.searchsorted(-top[order], -grid, side="right")
    n = np.cumsum(mine[order], axis=0)[stop - 1]
    hits = np.cumsum(mine[order] * right[order, None], axis=0)[stop - 1]
    common = _surely(hits.sum(axis=1), n.sum(axis=1))
    common = np.where(n.sum(axis=1) >= _MIN_AUTO, common, 0.0)
    precision = (hits + _SHRINK_AUTO * common[:, None]) / (n + _SHRINK_AUTO)
    good = precision >= target
    lowest = len(grid) - 1 - np.argmax(good[::-1], axis=0)
    chosen = tuple(_floor(grid[i]) if good[:, k].any() else NEVER for k, i in enumerate(lowest))
    auto = top >= np.asarray(chosen, dtype=np.float32)[best]
    safe = auto.sum() >= _MIN_AUTO and _surely(right[auto].sum(), auto.sum()) >= target
    return chosen if safe else ()


def cheapest(top: F32, right: Mask, shown: Mask, costs: Costs) -> tuple[float, float]:
    """Return the thresholds of ``auto`` and of ``suggest`` at which the calibration part costs least.

    A row costs ``wrong_auto`` when it is automatic and wrong, ``suggest`` when a person chooses from the shortlist,
    ``human`` when a person reads it alone; a shortlist without a right type (``shown`` is false) costs both.
    """
    order = np.argsort(-top, kind="stable")
    auto = np.where(right[order], 0.0, costs.wrong_auto)
    suggest = np.where(shown[order], costs.suggest, costs.suggest + costs.human)
    last = np.flatnonzero(np.append(np.diff(top[order]) != 0, True))
    n_auto, n_suggest = _cheapest_prefix(auto - suggest, last), _cheapest_prefix(suggest - costs.human, last)
    if n_auto >= n_suggest:
        n_auto = n_suggest = _cheapest_prefix(auto - costs.human, last)
    bars = [_floor(top[order][n - 1]) if n else NEVER for n in (n_auto, n_suggest)]
    return bars[0], bars[1]


def _cheapest_prefix(cost: NDArray[np.float64], last: NDArray[np.int64]) -> int:
    """Return how many rows to take so that their cost is least; ``last`` are the rows after which one may stop."""
    total = np.cumsum(cost)[last]
    best = int(np.argmin(total))
    return int(last[best]) + 1 if total[best] < 0 else 0


def _surely(hits: NDArray[np.number] | np.number, n: NDArray[np.number] | np.number) -> NDArray[np.float64]:
    """Return the lower end of Wilson's interval of ``hits`` in ``n`` at one standard error."""
    n = np.maximum(n, 1)
    share, z2 = hits / n, _CAUTION**2
    spread = _CAUTION * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    return np.asarray((share + z2 / (2 * n) - spread) / (1 + z2 / n), dtype=np.float64)


def _floor(value: float | np.floating) -> float:
    """Return ``value`` cut to the six digits that a policy keeps."""
    return float(np.floor(float(value) * 1e6) / 1e6)


def mean_cost(actions: Sequence[str], right: Mask, shown: Mask, costs: Costs) -> float:
    """Return what a review costs on average when it takes ``actions``.

    >>> import numpy as np
    >>> yes, no = np.asarray([True]), np.asarray([False])
    >>> mean_cost(["auto"], no, yes, Costs(wrong_auto=10, suggest=1, human=3))
    10.0
    """
    price = {
        "auto": np.where(right, 0.0, costs.wrong_auto),
        "suggest": np.where(shown, costs.suggest, costs.suggest + costs.human),
        "human": np.full(len(right), costs.human),
    }
    return float(np.mean([price[action][row] for row, action in enumerate(actions)]))
