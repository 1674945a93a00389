"""Impact on synthetic reviews with known effects: do 95 % intervals hold the truth, of frequent types and of rare ones?

Reviews mention several of ``N_TYPES`` types: a theme makes its types likely together, and frequencies fall like 1/rank.
A rating is a mood of the review plus the effects of its types, then left as it is (``straight``) or rounded and cut to
1..5 (``ordinal``), or to 0..10 and made points (``nps``). Half of the noise of the mood is skewed, so that the curve of
the method is not the true one. ``groups``: reviews of a product share a mood and are drawn together. ``weights``: a tenth
of the mentions count a half, as after a crosswalk, and do half of the harm. ``routed``: reviews that mention nothing are
left out, as a router gives every review a type; the truth is then the method's own figure of the ``POPULATION``.

Else the truth is the mean, over all mentions of a type in ``POPULATION`` reviews, of the rating less the rating that the same
review, in the same mood, would have without the type; the loss is that times the share. ``adjusted``: a plain sum of
types (ordinary least squares) in place of the curve. ``naive``: mean with the type minus mean without, Welch's interval.
Types are banded by the number of mentions to be expected.
``width`` and ``bias`` are those of our effects, in points of the scale.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine.insights.impact import NPS, leave_out, nps_points
from reviewmine.insights.mentions import Mentions

N_TYPES, N_THEMES, N_PRODUCTS = 135, 16, 400
POPULATION, SIZES, N_WORLDS, N_DRAWS = 1_000_000, (1_000, 4_000, 40_000), 3, 5
BANDS = ((1, 10), (10, 30), (30, 100), (100, 1000), (1000, 10**9))
RATING = (1.0, 5.0)
BAR, MILLION, HALVES = 0.92, 1_000_000, 0.1
START = time.perf_counter()

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """What is true: effect and frequency of each type, its theme, the mood of each product."""

    effects: Floats
    frequency: Floats
    theme: NDArray[np.int64]
    products: Floats


@dataclass(frozen=True)
class Drawn:
    """Reviews of a world: mentions, moods and products."""

    mentions: Mentions
    moods: Floats
    products: NDArray[np.int64]


def main() -> None:
    with threadpool_limits(1):
        met = [case(name, size) for name in CASES for size in SIZES]
        speed()
    print(f"\nbar {BAR:.0%} in every case: {'met' if all(met) else 'missed'}")


def world(rng: np.random.Generator, grouped: bool) -> World:
    """Return a world: two types of three are complaints, the rest praise or neither."""
    effects = np.where(rng.random(N_TYPES) < 0.67, -rng.gamma(2.0, 0.6, N_TYPES), rng.normal(0.1, 0.2, N_TYPES))
    frequency = rng.permutation(0.25 / np.arange(1, N_TYPES + 1) ** 0.9)
    return World(
        effects,
        frequency,
        rng.integers(0, N_THEMES, N_TYPES),
        rng.normal(0, 0.5, N_PRODUCTS) if grouped else np.zeros(N_PRODUCTS),
    )


def draw(true: World, n: int, rng: np.random.Generator, told: "Case") -> Drawn:
    """Return ``n`` reviews."""
    theme, product = rng.integers(0, N_THEMES, n), rng.integers(0, N_PRODUCTS, n)
    rows, kinds = [], []
    for k in range(N_TYPES):
        spoken = np.flatnonzero(rng.random(n) < chance(true, k, theme))
        rows.append(spoken)
        kinds.append(np.full(len(spoken), k))
    row, kind = np.concatenate(rows), np.concatenate(kinds)
    weight = np.where(rng.random(len(row)) < HALVES, 0.5, 1.0) if told.weighted else np.ones(len(row))
    moods = 4.7 + true.products[product] + 0.5 * rng.normal(size=n) + 0.5 * (1 - rng.exponential(size=n))
    frame = pd.DataFrame({"id": np.arange(n).astype(str), "channel": "", "product": product})
    mentions = Mentions(frame, tuple(f"t{k:03}" for k in range(N_TYPES)), row, kind, weight, np.ones(len(row)))
    kept = np.bincount(row, minlength=n) > 0 if told.routed else np.full(n, fill_value=True)
    return Drawn(mentions.where(kept), moods[kept], product[kept])


def chance(true: World, k: int, theme: NDArray[np.int64]) -> Floats:
    """Return how likely reviews of these themes mention type ``k``."""
    at_home = theme == true.theme[k]
    return np.where(at_home, np.minimum(0.5, 5 * true.frequency[k]), 0.6 * true.frequency[k])


def straight(sums: Floats) -> Floats:
    return sums


def ordinal(sums: Floats) -> Floats:
    return np.clip(np.rint(sums), 1, 5)


def points(sums: Floats) -> Floats:
    """Return the points of the NPS: an answer of 0 to 10 is the same mood on a finer scale."""
    return nps_points(np.clip(np.rint(2.5 * (sums - 1)), 0, 10))


@dataclass(frozen=True)
class Case:
    """How a mood becomes a rating, the bounds that the method is told, and what else is at work."""

    rate: Callable[[Floats], Floats]
    bounds: tuple[float, float] | None
    grouped: bool = False
    weighted: bool = False
    routed: bool = False


CASES = {
    "straight": Case(straight, None),
    "ordinal": Case(ordinal, RATING),
    "nps": Case(points, NPS),
    "groups": Case(ordinal, RATING, grouped=True),
    "weights": Case(ordinal, RATING, weighted=True),
    "routed": Case(ordinal, RATING, routed=True),
}


def rated(true: World, drawn: Drawn, rate: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """Return the value of each review, and for each mention what the review's would be without it."""
    found = drawn.mentions
    parts = found.weight * true.effects[found.type]
    sums = drawn.moods + np.bincount(found.review, parts, len(drawn.moods))
    return rate(sums), rate(sums[found.review] - parts)


def truth(true: World, rng: np.random.Generator, told: Case) -> tuple[Floats, Floats, Floats]:
    """Return the effect, the loss and the share of each type in a population."""
    drawn = draw(true, POPULATION, rng, told)
    found, (values, without) = drawn.mentions, rated(true, drawn, told.rate)
    share = np.bincount(found.type, found.weight, N_TYPES) / len(values)
    if told.routed:
        figures = leave_out(found, values, told.bounds)
        effect, loss = (np.asarray([figures[code][key]["value"] for code in found.codes]) for key in ("effect", "loss"))
        return effect, loss, share
    effect = np.bincount(found.type, values[found.review] - without) / np.bincount(found.type, found.weight)
    themes = np.arange(N_THEMES)
    share = np.asarray([chance(true, k, themes).mean() for k in range(N_TYPES)])
    share *= 1 - HALVES / 2 if told.weighted else 1
    return effect, -effect * share, share


def naive(drawn: Drawn, values: Floats) -> dict[str, tuple[float, float]]:
    """Return the interval of the mean of the reviews with a type minus that of the reviews without it."""
    found, n, sums, squares = drawn.mentions, len(values), values.sum(), (values**2).sum()
    count = np.bincount(found.type, minlength=N_TYPES)
    one, two = (np.bincount(found.type, part[found.review], N_TYPES) for part in (values, values**2))
    told = {}
    for k in np.flatnonzero(count > 1):
        mean, rest = one[k] / count[k], (sums - one[k]) / (n - count[k])
        spread = (two[k] / count[k] - mean**2) / (count[k] - 1) + ((squares - two[k]) / (n - count[k]) - rest**2) / n
        half = 1.96 * np.sqrt(max(spread, 0.0))
        told[found.codes[k]] = (mean - rest - half, mean - rest + half)
    return told


def case(name: str, size: int) -> bool:
    """Print the coverage of one case by the number of mentions; return whether it meets the bar."""
    told = CASES[name]
    rows: list[dict[str, float]] = []
    for rng in np.random.default_rng(13).spawn(N_WORLDS):
        true = world(rng, told.grouped)
        effect, loss, share = truth(true, rng, told)
        for _ in range(N_DRAWS):
            drawn = draw(true, size, rng, told)
            values, _ = rated(true, drawn, told.rate)
            groups = drawn.products if told.grouped else None
            ours = leave_out(drawn.mentions, values, told.bounds, groups=groups)
            sums = leave_out(drawn.mentions, values, None, groups=groups)
            plain = naive(drawn, values)
            for k, code in enumerate(drawn.mentions.codes):
                if code in ours:
                    told_of = line(ours[code], sums.get(code), plain[code], float(effect[k]), float(loss[k]))
                    rows.append(told_of | {"n": share[k] * size})
    table = pd.DataFrame(rows)
    table = table.drop(columns=["adjusted", "naive"]) if told.routed else table  # they are after something else
    print(f"\n{name}, {size} reviews: {len(table)} intervals")
    for low, high in (*BANDS, (0, 10**9)):
        part = table[(table["n"] >= low) & (table["n"] < high)].drop(columns="n")
        if len(part):
            means = "  ".join(f"{key} {value:.3f}" for key, value in part.mean().items())
            print(f"  {f'{low}+' if low else 'all':>5} mentions {len(part):6}  {means}")
    print(f"{time.perf_counter() - START:5.0f} s  {name}", file=sys.stderr, flush=True)
    return bool(table["effect"].mean() >= BAR and table["loss"].mean() >= BAR)


def line(ours: dict, sums: dict | None, plain: tuple[float, float], effect: float, loss: float) -> dict[str, float]:
    """Return which intervals hold the truth, and how wide ours is."""
    held = {
        key: float(ours[key]["low"] <= value <= ours[key]["high"])
        for key, value in (("effect", effect), ("loss", loss))
    }
    return {
        **held,
        "adjusted": np.nan if sums is None else float(sums["effect"]["low"] <= effect <= sums["effect"]["high"]),
        "naive": float(plain[0] <= effect <= plain[1]),
        "width": ours["effect"]["high"] - ours["effect"]["low"],
        "bias": ours["effect"]["value"] - effect,
    }


def speed() -> None:
    """Print the seconds of a million reviews."""
    rng = np.random.default_rng(13)
    true = world(rng, grouped=False)
    drawn = draw(true, MILLION, rng, CASES["ordinal"])
    values, _ = rated(true, drawn, ordinal)
    before = time.perf_counter()
    leave_out(drawn.mentions, values, RATING)
    print(f"\n{MILLION} reviews, {len(drawn.mentions.type)} mentions: {time.perf_counter() - before:.1f} s")


if __name__ == "__main__":
    main()
