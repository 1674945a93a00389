"""What to expect of each day: the rate of a type in the past months, without its earlier surges, and how it scatters."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reviewmine.insights.exposure import Exposure, Floats, Ints

BLOCKS: Final = 39
"""Weeks that a baseline is taken from."""
MIN_BLOCKS: Final = 6
GAP: Final = 3
"""Weeks between a week and its baseline, so that a slow surge is not its own baseline."""
_HALF_LIFE: Final = 8.0  # weeks after which a week counts half
_EXTREME: Final = 2.58  # standard deviations from which a week counts less (Noufaily et al., 2013)
_PRIOR: Final = 0.5  # mentions, at the rate of an average type, that are known of a type before it is seen
_PRIOR_KIND: Final = 40.0  # expected mentions that the pooled effect of a kind of day is worth
_PRIOR_SPREAD: Final = 15.0  # weeks that the pooled overdispersion is worth
_TURNS: Final = 2  # of weighing weeks by a rate and taking the rate from the weighed weeks
_MEDIAN_CHI2: Final = 0.4549  # median of the squared standard normal


@dataclass(frozen=True)
class Expected:
    """``mean`` (series, periods): expected mentions, NaN where the past is too short.

    ``dispersion`` (series, periods): variance over mean of a count, 1 or more. ``doubt`` (series, periods): the squared relative
    error of the rate over the dispersion, so that variance over mean of what will be seen is
    ``dispersion * (1 + mean * doubt)``.
    """

    mean: Floats
    dispersion: Floats
    doubt: Floats


def expect(exposure: Exposure, kinds: Ints, n_kinds: int) -> Expected:
    """Return what the past of each series lets expect, for each period; ``kinds`` (periods) are kinds of days.

    A period's baseline is the 39 weeks that end three weeks before its week; newer ones count more, and weeks far above or below
    count less (the reweighting of Farrington et al., 1996, and Noufaily et al., 2013). Rates are per review and have a gamma
    prior; effects of weekdays and holidays are those of the series, drawn towards those of all types together.
    """
    size = 7 if exposure.period == "day" else 1
    n = exposure.counts.shape[1]
    n_blocks = -(-n // size)
    pad = ((0, 0), (0, n_blocks * size - n))
    reviews = np.pad(exposure.reviews, pad).reshape(len(exposure.reviews), n_blocks, size)
    flags = np.eye(n_kinds)[np.pad(kinds, pad[1])].reshape(n_blocks, size, n_kinds)
    by_kind = np.matmul(np.pad(exposure.counts, pad).reshape(len(exposure.counts), n_blocks, 1, size), flags)[:, :, 0]
    reviews_by_kind = np.matmul(reviews[:, :, None], flags)[:, :, 0]
    weeks = _Weeks.of(by_kind.sum(axis=2), reviews.sum(axis=2))
    own = exposure.segment
    mean = np.full((len(own), n_blocks, size), np.nan)
    dispersion, doubt = np.ones((2, len(own), n_blocks))
    for block in range(MIN_BLOCKS + GAP, n_blocks):
        past = slice(max(0, block - GAP - BLOCKS), block - GAP)
        rate, doubt[:, block], weight, usual = _rates(weeks, past, own)
        seen = np.matmul(usual[:, None], by_kind[:, past])[:, 0]
        effect = _effects(seen, _by_segment(usual, reviews_by_kind[:, past], own), own == 0)
        due = rate[:, None] * _by_segment(effect, reviews_by_kind[:, past].swapaxes(1, 2), own)
        dispersion[:, block] = _dispersion(weeks.counts[:, past], np.maximum(due, 1e-12), weight)
        mean[:, block] = rate[:, None] * reviews[own, block] * (effect @ flags[block].T)
    known = np.repeat(np.arange(n_blocks), size)[:n]
    return Expected(mean.reshape(len(own), n_blocks * size)[:, :n], dispersion[:, known], doubt[:, known])


@dataclass(frozen=True)
class _Weeks:
    """Counts (series, weeks) and reviews (segments, weeks) with the powers of them that Anscombe's residual is made of."""

    counts: Floats
    raised: Floats
    reviews: Floats
    root: Floats
    sixth: Floats

    @classmethod
    def of(cls, counts: Floats, reviews: Floats) -> "_Weeks":
        """Return the weeks with their powers; the counts of a crosswalk may be fractions."""
        some = np.maximum(reviews, 1e-6)
        return cls(counts, np.cbrt(counts) ** 2, reviews, np.sqrt(some), some ** (-1 / 6))


def _by_segment(values: Floats, tables: Floats, own: Ints) -> Floats:
    """Return for each series (rows of ``values``) its product with the table of its segment."""
    found = np.empty((len(values), tables.shape[2]))
    for number, table in enumerate(tables):
        rows = own == number
        found[rows] = values[rows] @ table
    return found


def _rates(weeks: _Weeks, past: slice, own: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """Return rate and doubt of each series, and how much each week (series, weeks) of its ``past`` counts, and how usual it is."""
    counts, reviews = weeks.counts[:, past], weeks.reviews[own, past]
    raised, root, sixth = weeks.raised[:, past], weeks.root[own, past], weeks.sixth[own, past]
    average = counts.sum() / max(float(reviews.sum()), 1e-9)
    prior = np.minimum(_PRIOR / max(average, 1e-12), reviews.sum(axis=1) + 1e-9)
    fresh = 0.5 ** (np.arange(counts.shape[1])[::-1] / _HALF_LIFE) * (reviews > 0)
    told = prior + (fresh * reviews).sum(axis=1)
    middle = np.median(
        (counts + 2 / 3) / np.maximum(reviews, 1e-9), axis=1
    )  # what a surge does not move, a third too high
    rate = np.minimum(middle, (_PRIOR + (fresh * counts).sum(axis=1)) / told)
    for _ in range(_TURNS):
        far = 1.5 * np.abs(raised * sixth * rate[:, None] ** (-1 / 6) - root * np.sqrt(rate)[:, None])  # Anscombe
        scale = np.sqrt(np.maximum(1.0, np.median(far, axis=1) ** 2 / _MEDIAN_CHI2))
        usual = np.minimum(1.0, _EXTREME * scale[:, None] / np.maximum(far, 1e-9)) ** 2
        weight = fresh * usual
        told = prior + (weight * reviews).sum(axis=1)
        rate = (_PRIOR + (weight * counts).sum(axis=1)) / told
    return rate, (prior + (weight**2 * reviews).sum(axis=1)) / (rate * told**2), weight, usual


def _dispersion(counts: Floats, due: Floats, weight: Floats) -> Floats:
    """Return variance over mean of the counts of each series, drawn towards what its size has among all series.

    Under a negative binomial whose shocks are alike for all, variance over mean is one plus a share of the mean.
    """
    squared = weight * (counts - due) ** 2 / due
    worth = weight.sum(axis=1) ** 2 / np.maximum((weight**2).sum(axis=1), 1e-12)
    own = squared.sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-12) * worth / np.maximum(worth - 1, 1)
    size = (weight * due).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-12)
    share = max(0.0, float((own - 1).sum() / max(size.sum(), 1e-12)))
    pooled = 1 + share * size
    found: Floats = np.maximum(1.0, (worth * own + _PRIOR_SPREAD * pooled) / (worth + _PRIOR_SPREAD))
    return found


def _effects(seen: Floats, reviews: Floats, whole: NDArray[np.bool_]) -> Floats:
    """Return what each kind of day does to the rate of each series, from mentions and reviews (series, kinds)."""
    due = reviews * (seen.sum(axis=1) / np.maximum(reviews.sum(axis=1), 1e-12))[:, None]
    pooled = (_PRIOR_KIND + seen[whole].sum(axis=0)) / (_PRIOR_KIND + due[whole].sum(axis=0))
    found: Floats = (_PRIOR_KIND * pooled + seen) / (_PRIOR_KIND + due)
    return found
