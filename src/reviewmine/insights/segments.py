"""Parts of the reviews: a filter by any columns, and two parts side by side with tests."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.errors import ReviewmineError
from reviewmine.insights.counts import total
from reviewmine.insights.mentions import Mentions
from reviewmine.intervals import Figure, newcombe, wilson_bounds

Floats = NDArray[np.float64]

MIN_COUNT = 8
"""Mentions in both segments together below which a type is not tested."""
LEVEL = 0.05
_SMALL = 5.0  # expected mentions below which the normal law does not hold
_NEXT = re.compile(r",(?=[^,=]+=)")  # a comma inside a value is followed by no `column=`
_SHOWN, _LONGEST = 20, 60


def parse_filter(mentions: Mentions, text: str) -> NDArray[np.bool_]:
    """Return which reviews ``text`` means: ``channel=app`` or several, ``channel=app,group=Кухня``.

    All columns named must fit; of values of the same column, ``channel=app,channel=site``, any. Values are compared as
    text and may hold commas. Raises ``ReviewmineError`` for an unknown column or value, saying what there is, and when
    no review fits.
    """
    wanted: dict[str, NDArray[np.bool_]] = {}
    for part in _NEXT.split(text):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not name or not sign:
            raise ReviewmineError(f"the filter {text!r} has {part!r}", expected="column=value", do="write channel=app")
        fits = _known(mentions, name, value)
        wanted[name] = wanted[name] | fits if name in wanted else fits
    kept = np.asarray(np.logical_and.reduce(list(wanted.values())), dtype=bool)
    if not kept.any():
        raise ReviewmineError(f"no review is {text!r}", do="ask for less at once")
    return kept


def _known(mentions: Mentions, name: str, value: str) -> NDArray[np.bool_]:
    """Return which reviews have the value, which some must."""
    fits = mentions.equal(name, value)
    if not fits.any():
        counts = mentions.column(name).astype(str).value_counts()
        there = sorted(known[:_LONGEST] for known in counts.index[:_SHOWN])
        more = f" and {len(counts) - _SHOWN} more" if len(counts) > _SHOWN else ""
        raise ReviewmineError(
            f"no review has {value!r} in the column {name!r}",
            expected=", ".join(there) + more,
            do="name a value that is there",
        )
    return fits


def compare_segments(mentions: Mentions, taxonomy: Mapping[str, Any], column: str, a: str, b: str) -> dict[str, Any]:
    """Return two segments side by side: the reviews with ``a`` and with ``b`` in ``column``, by type, the surest first.

    ``difference`` is the share of reviews in ``a`` less that in ``b``, with Newcombe's interval. ``p`` is of the test of
    two proportions, of Fisher's where a count of less than five is expected; ``q`` after Benjamini and Hochberg (1995)
    over all types tested. ``verdict`` is ``more`` or ``less`` at q of at most 0.05, else ``alike``; types with fewer than
    ``MIN_COUNT`` mentions are not tested: their ``p`` and ``q`` are None. After a crosswalk a mention counts by
    its weight while the number of reviews stays: a review re-expressed as two halves is as sure as one review, not more, so
    the effective number of reviews is their number; Fisher's test takes the nearest whole counts.
    Raises ``ReviewmineError`` for an unknown column or value, and when both are the same.
    """
    if a == b:
        raise ReviewmineError(f"both segments are {a!r}", expected="two values of the column", do="name another")
    sides = [_known(mentions, column, value) for value in (a, b)]
    n, m = (int(side.sum()) for side in sides)
    one, two = (_counts(mentions, side) for side in sides)
    chances, corrected = _tests(one, n, two, m)
    titles = {kind["code"]: kind for kind in taxonomy["types"]}
    shares = [(counts / size, *wilson_bounds(counts, size)) for counts, size in ((one, n), (two, m))]
    gap = (one / n - two / m, *newcombe(one, n, two, m))
    rows = [
        {
            "code": code,
            "title": titles.get(code, {}).get("title", code),
            "kind": titles.get(code, {}).get("kind", "complaint"),
            "a": _figure(*(part[k] for part in shares[0])) | {"n": total([one[k]])},
            "b": _figure(*(part[k] for part in shares[1])) | {"n": total([two[k]])},
            "difference": _figure(*(part[k] for part in gap)),
            "p": _digits(chances[k]),
            "q": _digits(corrected[k]),
            "verdict": "alike" if not corrected[k] <= LEVEL else "more" if gap[0][k] > 0 else "less",
        }
        for k, code in enumerate(mentions.codes)
        if one[k] + two[k] > 0
    ]
    rows.sort(key=lambda row: (row["q"] is None, row["q"] or 0.0, -abs(row["difference"]["value"]), row["code"]))
    return {"column": column, "a": {"value": a, "n": n}, "b": {"value": b, "n": m}, "types": rows}


def _counts(mentions: Mentions, side: NDArray[np.bool_]) -> Floats:
    """Return the weight of the mentions of each type among some reviews."""
    inside = side[mentions.review]
    counts = np.bincount(mentions.type[inside], mentions.weight[inside], len(mentions.codes))
    return np.asarray(counts, dtype=np.float64)


def _tests(one: Floats, n: int, two: Floats, m: int) -> tuple[Floats, Floats]:
    """Return the chance of so large a difference, alone and among all that are tested; NaN where there is too little."""
    from scipy.stats import false_discovery_control, fisher_exact, norm  # noqa: PLC0415 (an extra: routing needs none)

    both = one + two
    share = both / (n + m)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(share * (1 - share) * (1 / n + 1 / m))
        chances = np.where(spread > 0, 2 * norm.sf(np.abs(one / n - two / m) / spread), 1.0)
    tested = both >= MIN_COUNT
    for k in np.flatnonzero(tested & (np.minimum(share, 1 - share) * min(n, m) < _SMALL)):
        x, y = min(n, round(one[k])), min(m, round(two[k]))
        chances[k] = min(1.0, float(fisher_exact([[x, n - x], [y, m - y]])[1]))
    chances[~tested] = np.nan
    corrected = np.full(len(both), np.nan)
    if tested.any():
        corrected[tested] = false_discovery_control(chances[tested])
    return chances, corrected


def _figure(value: float, low: float, high: float) -> Figure:
    """Return a figure of four digits."""
    return {"value": round(float(value), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _digits(chance: float) -> float | None:
    """Return a chance of four digits, None where there is none."""
    return None if np.isnan(chance) else round(float(chance), 4)
