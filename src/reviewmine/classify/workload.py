"""What a month looks like under a policy: how much goes by itself, and how much each owner has to read a day."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.intervals import Figure

_DAYS = 30


def workload(
    monthly: int,
    actions: NDArray[np.integer],
    owners: Sequence[str],
    metrics: Mapping[str, Figure],
) -> dict[str, Any]:
    """Return the work of ``monthly`` messages routed as the test part was.

    ``actions`` are 0 auto, 1 suggest, 2 human; ``owners`` that of the most probable type of each row. The share that is
    automatic and its precision come with the intervals of the card.
    """
    total = max(1, len(actions))
    names = np.asarray(owners, dtype=object)
    rows = []
    for owner in sorted(set(owners)):
        mine = actions[names == owner]
        rows.append({"owner": owner, **_share(mine, total, monthly)})
    rows.sort(key=lambda row: (-row["messages"], row["owner"]))
    return {
        "monthly": monthly,
        "automatic": metrics["auto_share"],
        "precision": metrics["auto_precision"],
        **_share(actions, total, monthly),
        "owners": rows,
    }


def _share(actions: NDArray[np.integer], total: int, monthly: int) -> dict[str, Any]:
    """Return messages a month, those that go by themselves, and what people see a day."""
    by_hand = int((actions > 0).sum())
    return {
        "messages": round(monthly * len(actions) / total),
        "auto": round(monthly * int((actions == 0).sum()) / total),
        "people_a_day": round(monthly * by_hand / total / _DAYS, 1),
    }


def in_words(work: Mapping[str, Any]) -> str:
    """Return the line that a card shows.

    >>> figure = {"value": 0.62, "low": 0.6, "high": 0.64}
    >>> in_words({"monthly": 900, "automatic": figure, "precision": figure, "people_a_day": 11.4})
    'at 900 messages a month 62.0% go automatically at 62.0% precision (60.0% to 64.0%), 11.4 a day go to people'
    """
    share, precision = work["automatic"], work["precision"]
    start = f"at {work['monthly']} messages a month "
    rest = f"{work['people_a_day']} a day go to people"
    if precision["value"] != precision["value"] or not share["value"]:
        return f"{start}none goes automatically, {rest}"
    told = f"{share['value']:.1%} go automatically at {precision['value']:.1%} precision"
    return f"{start}{told} ({precision['low']:.1%} to {precision['high']:.1%}), {rest}"
