"""Whether answers of today look like those that a bundle was measured on. No label is needed, and none is looked at.

Both sides are counts of rows, so a reference is small and two of them can be added. What chance alone does is seen by
dealing the rows of both sides out anew (a permutation test: exact, whatever the size). What a policy that is fitted anew
would give back is another question: see ``drift``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.intervals import Figure, newcombe, wilson
from reviewmine.router.policy import ACTION_OF
from reviewmine.router.router import Scores

ACTIONS = ("auto", "suggest", "human")
N_DRAWS = 1999
LEVEL = 0.05
"""The chance that any figure is called drift where nothing changed."""
MATTERS = 0.01
"""A smaller difference is no drift, however many rows say so: one point of a share or of a mean between 0 and 1."""

_BINS = 20  # a figure between 0 and 1 is counted in twentieths
_DIGITS = 10_000  # a scored file has four digits; both sides are counted alike
_LENGTHS = 16  # doublings of the number of characters
_Z = 1.96

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Seen:
    """Answers as counts of rows: by action and by most probable type, and in bins; no bins where a figure is not known.

    ``probability`` (of that type), ``novelty`` and ``known`` (share of known words) have 20 bins from 0 to 1; bin k of
    ``length`` has reviews of 2**k to 2**(k+1) - 1 characters, the first also empty ones.
    """

    actions: Mapping[str, int]
    types: Mapping[str, int]
    probability: tuple[int, ...]
    novelty: tuple[int, ...] = ()
    known: tuple[int, ...] = ()
    length: tuple[int, ...] = ()

    @property
    def rows(self) -> int:
        """Return the number of answers."""
        return sum(self.actions.values())

    def __add__(self, other: "Seen") -> "Seen":
        """Return the answers of both."""
        actions, types = (
            {key: one[key] + two[key] for key in one} for one, two in zip(self.maps, other.maps, strict=True)
        )
        bins = (tuple(map(sum, zip(one, two, strict=True))) for one, two in zip(self.bins, other.bins, strict=True))
        return Seen(actions, types, *bins)

    @property
    def maps(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Return the counts by action and by type."""
        return self.actions, self.types

    @property
    def bins(self) -> tuple[tuple[int, ...], ...]:
        """Return the counts in bins, in the order of the fields."""
        return self.probability, self.novelty, self.known, self.length

    def to_json(self) -> dict[str, Any]:
        """Return the plain form, integers alone, that ``of_json`` reads."""
        maps = {name: dict(value) for name, value in zip(("actions", "types"), self.maps, strict=True)}
        return maps | {one.name: [*getattr(self, one.name)] for one in fields(self)[2:]}

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> "Seen":
        """Return what ``to_json`` gave. Raises ``KeyError``, ``TypeError`` or ``ValueError`` when it is something else."""
        maps = ({str(key): int(n) for key, n in data[name].items()} for name in ("actions", "types"))
        seen = cls(*maps, *(tuple(map(int, data[one.name])) for one in fields(cls)[2:]))  # type: ignore[arg-type]
        whole = {sum(seen.types.values()), *(sum(bins) for bins in seen.bins if bins)} == {seen.rows}
        sizes = zip(seen.bins, (_BINS, _BINS, _BINS, _LENGTHS), strict=True)
        if set(seen.actions) != {*ACTIONS} or not whole or any(len(bins) not in (0, size) for bins, size in sizes):
            raise ValueError("counts that do not agree")
        return seen


def seen_in_scores(scores: Scores, codes: Sequence[str], texts: Sequence[str]) -> Seen:
    """Return the answers of a router on reviews whose text is ``texts``; ``codes`` are its types in their order."""
    top = scores.probability.argmax(axis=1)
    lengths = np.asarray([max(1, len(text)).bit_length() - 1 for text in texts], dtype=np.int64)
    return Seen(
        {name: int((np.asarray(ACTION_OF)[scores.cause] == name).sum()) for name in ACTIONS},
        dict(zip(codes, np.bincount(top, minlength=len(codes)).tolist(), strict=True)),
        _binned(scores.probability.max(axis=1)),
        _binned(scores.novelty),
        _binned(scores.known),
        tuple(np.bincount(np.minimum(lengths, _LENGTHS - 1), minlength=_LENGTHS).tolist()),
    )


def reference_of(scores: Scores, codes: Sequence[str], texts: Sequence[str], source: str) -> dict[str, Any]:
    """Return what a manifest keeps under ``reference``: the answers counted, and ``of`` which reviews they are."""
    return {"of": source, **seen_in_scores(scores, codes, texts).to_json()}


def seen_in_columns(actions: Counts, types: Counts, probability: Any, codes: Sequence[str]) -> Seen:
    """Return the answers of a scored file: places in ``ACTIONS`` and in ``codes``, and the probability, a row each."""
    return Seen(
        dict(zip(ACTIONS, np.bincount(actions, minlength=len(ACTIONS)).tolist(), strict=True)),
        dict(zip(codes, np.bincount(types, minlength=len(codes)).tolist(), strict=True)),
        _binned(np.asarray(probability)),
    )


def _binned(values: NDArray[np.floating[Any]]) -> tuple[int, ...]:
    """Return how many ``values`` between 0 and 1 lie in each twentieth, after rounding to four digits."""
    places = np.rint(values.astype(np.float64) * _DIGITS).astype(np.int64) * _BINS // _DIGITS
    return tuple(np.bincount(np.minimum(places, _BINS - 1), minlength=_BINS).tolist())


@dataclass(frozen=True)
class Check:
    """One figure on both sides. ``chance`` is how often rows dealt out anew differ as much; ``drifted`` is the verdict.

    Shares and means have intervals on both sides and of the difference, in which the errors of both sides count. The
    difference of a mix is the share of answers that would have to move for the mixes to be the same (total
    variation), with the 2.5 and 97.5 percentiles of what chance alone gives in ``expected``.
    """

    name: str
    value: Figure | None
    expected: Figure
    difference: Figure
    chance: float
    drifted: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True)
class Moved:
    """One type, or one bin of a mix, whose share changed: shares now and as expected, and their difference."""

    name: str
    value: Figure
    expected: Figure
    difference: Figure


SHARES, MEANS, MIXES = ("human", "auto"), ("probability", "novelty", "known"), ("types", "length")


def compare(now: Seen, then: Seen, seed: int = 0, n_draws: int = N_DRAWS) -> tuple[Check, ...]:
    """Return a check for each figure that both sides know; which drifted holds for all of them at once (Holm, 1979)."""
    rng = np.random.default_rng(seed)
    checks = [_share(name, now, then, rng, n_draws) for name in SHARES]
    checks += [_mean(name, now, then, rng, n_draws) for name in MEANS if getattr(now, name) and getattr(then, name)]
    checks += [_mix(name, now, then, rng, n_draws) for name in MIXES if getattr(now, name) and getattr(then, name)]
    order, still = np.argsort([one.chance for one in checks], kind="stable"), True
    for rank, k in enumerate(order):
        still = still and checks[k].chance * (len(checks) - rank) <= LEVEL
        large = abs(checks[k].difference["value"]) >= MATTERS
        checks[k] = Check(**checks[k].to_json() | {"drifted": still and large})
    return tuple(checks)


def moved(now: Seen, then: Seen, name: str) -> tuple[Moved, ...]:
    """Return what changed its share in the mix ``name``, the largest change first: Fisher's test, Benjamini-Hochberg."""
    from scipy.stats import false_discovery_control, fisher_exact  # noqa: PLC0415

    one, two = _sides(now, then, name)
    n, m = int(one.sum()), int(two.sum())
    used = np.flatnonzero(one + two)
    tables = [((int(one[k]), n - int(one[k])), (int(two[k]), m - int(two[k]))) for k in used]
    chances = false_discovery_control([min(1.0, float(fisher_exact(table)[1])) for table in tables])
    names = [*now.types] if name == "types" else [f"{2**k if k else 0}–{2 ** (k + 1) - 1}" for k in range(_LENGTHS)]
    rows = [
        Moved(names[k], wilson(int(one[k]), n), wilson(int(two[k]), m), _difference(int(one[k]), n, int(two[k]), m))
        for k, chance in zip(used, chances, strict=True)
        if chance <= LEVEL
    ]
    return tuple(sorted(rows, key=lambda row: -abs(row.difference["value"])))


def _sides(now: Seen, then: Seen, name: str) -> tuple[Counts, Counts]:
    """Return the counts of both sides in the same order; a type that one side does not know has no rows there."""
    one, two = getattr(now, name), getattr(then, name)
    if name == "types":
        codes = [*one, *(code for code in two if code not in one)]
        one, two = ([side.get(code, 0) for code in codes] for side in (one, two))
    return np.asarray(one, dtype=np.int64), np.asarray(two, dtype=np.int64)


def _dealt(one: Counts, two: Counts, rng: np.random.Generator, n_draws: int) -> tuple[Counts, Counts]:
    """Return counts (draws, bins) of both sides when their rows are dealt out anew."""
    drawn = rng.multivariate_hypergeometric(one + two, int(one.sum()), size=n_draws, method="marginals")
    return drawn, one + two - drawn


def _chance(found: float, draws: NDArray[np.float64]) -> float:
    """Return the share of draws, this one among them, that are at least as large as what was found."""
    return float((1 + (draws >= found - 1e-12).sum()) / (1 + len(draws)))


def _share(name: str, now: Seen, then: Seen, rng: np.random.Generator, n_draws: int) -> Check:
    """Return the check of the share of an action."""
    (a, n), (b, m) = ((side.actions[name], side.rows) for side in (now, then))
    one, two = _dealt(np.asarray([a, n - a]), np.asarray([b, m - b]), rng, n_draws)
    chance = _chance(abs(a / n - b / m), np.abs(one[:, 0] / n - two[:, 0] / m))
    return Check(name, wilson(a, n), wilson(b, m), _difference(a, n, b, m), chance)


def _difference(a: int, n: int, b: int, m: int) -> Figure:
    """Return the difference of two shares with its interval."""
    low, high = newcombe(a, n, b, m)
    return _figure(a / n - b / m, float(low), float(high))


def _mean(name: str, now: Seen, then: Seen, rng: np.random.Generator, n_draws: int) -> Check:
    """Return the check of a mean of bins between 0 and 1, with the interval of Welch (1947)."""
    middle = (np.arange(_BINS) + 0.5) / _BINS
    one, two = _sides(now, then, name)
    means, errors = [], []
    for counts in (one, two):
        share = counts / counts.sum()
        means.append(float(share @ middle))
        errors.append(_Z * float(np.sqrt(share @ (middle - means[-1]) ** 2 / counts.sum())))
    first, second = _dealt(one, two, rng, n_draws)
    found, both = means[0] - means[1], float(np.hypot(errors[0], errors[1]))
    chance = _chance(abs(found), np.abs(first @ middle / one.sum() - second @ middle / two.sum()))
    sides = [_figure(mean, mean - error, mean + error) for mean, error in zip(means, errors, strict=True)]
    return Check(name, sides[0], sides[1], _figure(found, found - both, found + both), chance)


def _mix(name: str, now: Seen, then: Seen, rng: np.random.Generator, n_draws: int) -> Check:
    """Return the check of a mix by total variation."""
    one, two = _sides(now, then, name)
    n, m = one.sum(), two.sum()
    found = float(np.abs(one / n - two / m).sum() / 2)
    first, second = _dealt(one, two, rng, n_draws)
    draws = np.abs(first / n - second / m).sum(axis=1) / 2
    low, middle, high = np.percentile(draws, [2.5, 50, 97.5])
    return Check(name, None, _figure(middle, low, high), _figure(found, found, found), _chance(found, draws))


def _figure(value: float, low: float, high: float) -> Figure:
    """Return a figure with its interval, rounded to four digits."""
    return {"value": round(float(value), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
