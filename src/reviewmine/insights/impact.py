"""What each type does to the rating and to the NPS: every review beside itself without the type, other types held."""

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.insights.counts import total
from reviewmine.insights.leaveout import Effects, effects, fit, logistic, straight, summed
from reviewmine.insights.mentions import Mentions
from reviewmine.insights.ratings import Ratings, find_ratings
from reviewmine.intervals import Figure, wilson_bounds

Floats = NDArray[np.float64]
Bounds = tuple[float, float]

NPS: Bounds = (-100.0, 100.0)
"""The points of a detractor and of a promoter."""
MIN_MENTIONS = 5
"""Rated mentions that no other type explains, below which nothing is said of a type."""
MIN_LEVEL, MAX_LEVELS = 50, 50
"""Rated reviews below which a channel has no mean of its own, and how many channels beside the largest may have one."""

MIN_QUIET, QUIET = 30, 0.01
"""Reviews that mention nothing, their number and their part of all, below which the average review stands for them."""


def impacts(
    mentions: Mentions,
    ratings: Ratings | None = None,
    *,
    held: Sequence[str] = ("channel",),
    groups: Sequence[Hashable] | None = None,
) -> dict[str, dict[str, Any] | None]:
    """Return for each code what its mentions do to the rating, and to the NPS where people answered on a scale of 0 to 10.

    ``{"rating": {"effect", "loss", "n", "n_rated"}, "nps": the same}``; None where nothing can be said. ``effect`` is
    what a mention adds to the rating of a review that makes it, ``loss`` how much higher the mean of all reviews would
    be without the type, both in points of the scale of ``ratings`` (without them: that of the column ``rating``) or of
    the NPS (-100 to 100). ``n`` is the weight of the rated mentions, ``n_rated`` the number of rated reviews; unrated
    reviews do not count. ``held`` are columns whose values have means of their own. ``groups``, one value a review, names
    what is drawn together, such as copies or products; an empty value stands alone. See `leave_out` for the method.
    """
    ratings = ratings or find_ratings(mentions)
    values = np.append(ratings.steps, np.nan)[ratings.step]
    outcomes = {"rating": leave_out(mentions, values, ratings.bounds, held=held, groups=groups)}
    if ratings.kind == "0-10":
        outcomes["nps"] = leave_out(mentions, nps_points(values), NPS, held=held, groups=groups)
    return {
        code: {name: found[code] for name, found in outcomes.items() if code in found} or None
        for code in mentions.codes
    }


def nps_points(answers: Floats) -> Floats:
    """Return 100 for a promoter, 0, -100 for a detractor among ``answers`` of 0 to 10; unknown stays NaN.

    >>> nps_points(np.asarray([10.0, 9.0, 8.0, 6.0, 0.0, np.nan])).tolist()
    [100.0, 100.0, 0.0, -100.0, -100.0, nan]
    """
    points = np.where(answers >= 9, 100.0, np.where(answers >= 7, 0.0, -100.0))
    return np.where(np.isnan(answers), np.nan, points)


def leave_out(
    mentions: Mentions,
    values: Floats,
    bounds: Bounds | None,
    *,
    held: Sequence[str] = (),
    groups: Sequence[Hashable] | None = None,
) -> dict[str, dict[str, Any]]:
    """Return effect and loss of each code on ``values``, one a review and NaN where unknown; codes that cannot be told are left out.

    The mean of a review is a logistic curve between ``bounds`` over the sum of its types (a fractional logit, Papke and
    Wooldridge, 1996), so that a second complaint takes less from a rating that is low already; a plain sum where ``bounds``
    is None. ``effect`` is the mean, over the mentions, of the review's expected value less that without the type. A
    review that loses its only type is set beside those that mention nothing; where there are next to none, as among
    routed reviews, which all have a type, beside the average review (of its channel).
    Intervals, 95 %, have the spread of the bootstrap of scores over reviews or ``groups`` (Kline and Santos, 2012), whose
    variance has a closed form: there are no draws and no seed. Spread of few mentions is moderated by that of all (Smyth,
    2004), and Student's t stands for the normal law. The share's part in a loss is Wilson's (MOVER, Zou and Donner, 2008).
    """
    rated = ~np.isnan(values)
    part = mentions.where(rated)
    if not len(part.review) or np.ptp(values[rated]) == 0:
        return {}
    low, high = bounds or (0.0, 1.0)
    cells = part.matrix()
    cells.sum_duplicates()
    others, fractions = _levels(part, held), (values[rated] - low) / (high - low)
    numbers = None if groups is None else _numbers(np.asarray(groups, dtype=object)[rated])
    counts, shares = np.asarray(cells.sum(axis=0)), _shares(cells, numbers)
    if (np.diff(cells.indptr) == 0).sum() < max(MIN_QUIET, QUIET * len(fractions)):
        cells, others, fractions, numbers = _with_shadows(cells, others, fractions, numbers)
    found = effects(cells, fit(cells, others, fractions, straight if bounds is None else logistic), numbers)
    figures = _figures(found, shares, bounds)
    return {
        part.codes[k]: figures[k] | {"n": total([counts[k]]), "n_rated": len(part.reviews)}
        for k in np.flatnonzero(found.own >= MIN_MENTIONS)
    }


def _with_shadows(
    cells: Any, others: Any, fractions: Floats, numbers: NDArray[np.int64] | None
) -> tuple[Any, Any, Floats, NDArray[np.int64]]:
    """Return all reviews and, drawn together with each, its shadow: the same rating of a review that mentions nothing."""
    from scipy.sparse import csr_array, vstack  # noqa: PLC0415 (an extra: routing needs none of it)

    own = np.arange(len(fractions)) if numbers is None else numbers
    doubled = vstack([cells, csr_array(cells.shape)], format="csr")
    return doubled, vstack([others, others], format="csr"), np.tile(fractions, 2), np.tile(own, 2)


def _levels(part: Mentions, held: Sequence[str]) -> Any:
    """Return a sparse matrix of ones, then a column for each frequent value of ``held`` but the most frequent."""
    from scipy.sparse import csr_array, hstack  # noqa: PLC0415 (an extra: routing needs none of it)

    n = len(part.reviews)
    columns = [csr_array(np.ones((n, 1)))]
    for name in held:
        numbers, _ = pd.factorize(part.column(name).fillna("").astype(str), sort=True)
        counts = np.bincount(numbers)
        frequent = np.argsort(-counts, kind="stable")[1 : MAX_LEVELS + 1]
        kept = frequent[counts[frequent] >= MIN_LEVEL]
        place = np.full(len(counts), -1)
        place[kept] = np.arange(len(kept))
        rows = np.flatnonzero(place[numbers] >= 0)
        columns.append(csr_array((np.ones(len(rows)), (rows, place[numbers[rows]])), shape=(n, len(kept))))
    return hstack(columns, format="csr")


def _numbers(names: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return a number for each group; an empty name is a group of its own."""
    text = pd.Series(names, dtype=object).fillna("").astype(str)
    numbers, _ = pd.factorize(text)
    alone = (text == "").to_numpy()
    return np.unique(np.where(alone, len(text) + np.arange(len(text)), numbers), return_inverse=True)[1]


def _shares(cells: Any, numbers: NDArray[np.int64] | None) -> tuple[Floats, Floats, Floats]:
    """Return the share of each type in all reviews with both ends of its interval, wider where groups are alike (design effect)."""
    n, counts = cells.shape[0], np.asarray(cells.sum(axis=0))
    share, wider = counts / n, np.ones_like(counts)
    if numbers is not None:
        said, sizes = summed(numbers) @ cells, np.bincount(numbers).astype(np.float64)
        squares = (
            np.asarray(said.multiply(said).sum(axis=0)) - 2 * share * (said.T @ sizes) + share**2 * (sizes @ sizes)
        )
        wider = np.maximum(1.0, squares / np.maximum(n * share * (1 - share), 1e-12))
    return share, *wilson_bounds(counts / wider, n / wider)


def _figures(found: Effects, shares: tuple[Floats, Floats, Floats], bounds: Bounds | None) -> list[dict[str, Any]]:
    """Return effect and loss of each type in points of the scale."""
    from scipy.special import stdtrit  # noqa: PLC0415 (an extra: routing needs none of it)

    width, limit = (1.0, math.inf) if bounds is None else (bounds[1] - bounds[0],) * 2
    share, fewest, most = shares
    effect, half = found.effect * width, stdtrit(np.maximum(found.own - 1, 1), 0.975) * found.error * width
    loss = -effect * share
    less, more = np.where(loss < 0, most, fewest), np.where(loss < 0, fewest, most)
    down, up = np.hypot(half * share, effect * (less - share)), np.hypot(half * share, effect * (more - share))
    return [
        {
            "effect": _figure(effect[k], effect[k] - half[k], effect[k] + half[k], limit),
            "loss": _figure(loss[k], loss[k] - down[k], loss[k] + up[k], limit),
        }
        for k in range(len(effect))
    ]


def _figure(value: float, low: float, high: float, limit: float) -> Figure:
    """Return a figure of four digits; a scale has no room for a difference larger than ``limit``."""
    low, high = max(low, -limit), min(high, limit)
    return {"value": round(float(value), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
