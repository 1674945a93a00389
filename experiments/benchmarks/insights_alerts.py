"""Alerts on the bank reviews, with surges put in: precision, recall, delay, and false alarms where nothing surges.

At the scale of the real work, 25,000 messages a month and 135 types, 6 a day for the average type: the bank set has 2
reviews a day, so its rates are scaled up, not its rows. A type is a bank, a tag and a band of ratings, the 135 most
frequent; its rate is its share of the reviews around a day, through a Gaussian of 60 to 400 days that holds some 25 of
its reviews: types grow, shrink and end as they do there, but one review more or less is no wave. The volume of a day is
833 times the bank's own weekdays and public holidays, with a gamma shock; each type has weekdays of its own and a
gamma shock a day, so that counts are negative binomial. Null data is that without surges.

As it is: the tags on their own dates, 2 reviews a day in all; for the null the dates are dealt anew within each quarter.

Defaults were chosen on 2016 to 2019 with the seeds from 100 (``--inside``); what is printed without it is 2020 to 2024
with the seeds from 0; the year before is its past. An alert is right when it is of a type with a surge and opens within the
surge, or in the first two weeks of a hidden type; up to two weeks later (60 days after a hidden type appeared) it is
neither right nor false, and the surge is missed. Delay is in days of the surge: 1 is its first.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from data import data_file
from numpy.typing import NDArray

from reviewmine.insights.alerts import AlertsPlan, walk
from reviewmine.insights.days import HOLIDAY, day_kinds
from reviewmine.insights.exposure import Exposure

N_TYPES, A_DAY, LENGTH, A_MONTH, FACTOR = 135, 25_000 / 30, 14, 4, 3.0
SHOCK, TYPE_SHOCK, OWN_DAYS = 25.0, 15.0, 0.15
ENOUGH, WIDTHS = 25, (60.0, 400.0)
BANDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 1e9)
N_SEEDS, STAYS = 5, 60
BARS = "bar: precision 0.8, recall 0.8, median delay 4, false alarms 2 a month"
Floats = NDArray[np.float64]
Alarm = tuple[int, int]
"""A type and the day on which an alert of it opened."""


@dataclass(frozen=True)
class Surge:
    """A type whose rate is ``factor`` times its own from ``start`` on for ``LENGTH`` days; ``rate`` is a day's expected count."""

    code: int
    start: int
    rate: float
    hidden: bool


@dataclass(frozen=True)
class World:
    """Expected counts (types, days) before chance, the days, and the first day that is looked at."""

    mean: Floats
    starts: NDArray[np.datetime64]
    first: int


def main() -> None:
    bank = pd.read_csv(data_file("bank/reviews.csv"))
    bank = bank.assign(date=pd.to_datetime(bank["date"])).dropna(subset=["tag"])
    inside = "--inside" in sys.argv
    seeds = range(100, 100 + N_SEEDS) if inside else range(N_SEEDS)
    years = ("2015-01-05", "2020-01-05") if inside else ("2019-01-07", "2024-12-08")
    started = time.perf_counter()
    world = scaled(bank, *years, seeds[0])
    months = (len(world.starts) - world.first) / 30.44
    print(
        f"{N_TYPES} types, {A_DAY:.0f} reviews a day, {months:.0f} months x {N_SEEDS} seeds; mean of a type: {sizes(world)}"
    )
    null(world, seeds, months)
    surged(world, seeds, hidden=False)
    surged(world, seeds, hidden=True)
    native(bank, *years, seeds)
    print(f"{BARS}; {time.perf_counter() - started:.0f} s")


def sizes(world: World) -> str:
    rate = world.mean[:, world.first :].mean(axis=1)
    return ", ".join(
        f"{share:.0%} of types under {np.quantile(rate, share):.1f} a day" for share in (0.25, 0.5, 0.75, 0.9)
    )


def scaled(bank: pd.DataFrame, start: str, end: str, seed: int) -> World:
    """Return the world at the scale of the work: the rates of 135 types of the bank set, see above."""
    band = np.where(bank["rating"] >= 4, "good", np.where(bank["rating"] == 1, "worst", "poor"))
    names = bank["bank"] + "|" + bank["tag"] + "|" + band
    top = names.value_counts(sort=True).sort_index().sort_values(ascending=False, kind="stable").index[:N_TYPES]
    starts = np.arange(np.datetime64(start), np.datetime64(end) + 1)
    day = (bank["date"].to_numpy().astype("datetime64[D]") - starts[0]).astype(int)
    rates = [smooth(day[(names == name).to_numpy()], len(starts)) for name in top]
    rate = np.asarray(rates) + 1e-6
    rng = np.random.default_rng(seed + 1000)
    kinds = day_kinds(starts)
    inside = day[(day >= 0) & (day < len(starts))]
    by_day = np.bincount(inside, minlength=len(starts))
    shape = np.asarray([by_day[kinds == kind].mean() for kind in range(HOLIDAY + 1)])
    own_days = np.exp(rng.normal(0, OWN_DAYS, (N_TYPES, HOLIDAY + 1)))
    volume = A_DAY * shape[kinds] / shape[kinds].mean()
    return World(rate / rate.sum(axis=0) * volume * own_days[:, kinds], starts, 52 * 7)


def smooth(day: NDArray[np.int64], n_days: int) -> Floats:
    """Return the rate of a type on each day: a Gaussian kernel that is wide enough for about ``ENOUGH`` reviews."""
    inside = day[(day >= -400) & (day < n_days + 400)]
    width = np.clip(ENOUGH * (n_days + 800) / (2 * np.sqrt(np.pi) * max(1, len(inside))), *WIDTHS)
    half = 3 * int(WIDTHS[1])
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / width) ** 2)
    counts = np.bincount(day[(day >= -half) & (day < n_days + half)] + half, minlength=n_days + 2 * half)
    return np.convolve(counts, kernel / kernel.sum(), mode="valid")


def drawn(mean: Floats, rng: np.random.Generator) -> Floats:
    """Return negative binomial counts whose days go up and down together as well."""
    together = rng.gamma(SHOCK, 1 / SHOCK, mean.shape[1])
    return rng.poisson(mean * together * rng.gamma(TYPE_SHOCK, 1 / TYPE_SHOCK, mean.shape)).astype(np.float64)


def ours(counts: Floats, starts: NDArray[np.datetime64]) -> list[Alarm]:
    n = len(counts)
    whole = np.zeros(n, dtype=np.int64)
    codes = tuple(map(str, range(n)))
    exposure = Exposure("day", starts, codes, (None,), np.arange(n), whole, counts, counts.sum(axis=0, keepdims=True))
    return [(issue.code, issue.opened) for issue in walk(exposure, AlertsPlan()).issues]


def plain(counts: Floats, starts: NDArray[np.datetime64]) -> list[Alarm]:
    """Return the alarms of a rule in common use: a day 1.5 standard deviations above the mean of the four weeks before it.

    As with ours, days that are less than a week apart are one alarm.
    """
    sums, squares = (np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0))) for values in (counts, counts**2))
    mean = (sums[:, 28:-1] - sums[:, :-29]) / 28
    square = (squares[:, 28:-1] - squares[:, :-29]) / 28
    spread = np.sqrt(np.maximum(square - mean**2, 1e-9))
    code, day = np.nonzero((counts[:, 28:] - mean >= 1.5 * spread) & (counts[:, 28:] > 0))
    day += 28
    fresh = np.concatenate([[True], (np.diff(code) != 0) | (np.diff(day) > 7)])
    return list(zip(code[fresh].tolist(), day[fresh].tolist(), strict=True))


RULES = {"reviewmine": ours, "Z >= 1.5": plain}


def null(world: World, seeds: Sequence[int], months: float) -> None:
    """Print false alarms a month where nothing surges."""
    print("\nnull data")
    for name, rule in RULES.items():
        n = []
        for seed in seeds:
            alarms = rule(drawn(world.mean, np.random.default_rng(seed)), world.starts)
            n.append(sum(day >= world.first for _, day in alarms))
        each = ", ".join(f"{one / months:.2f}" for one in n)
        print(f"  {name:12} false alarms a month {sum(n) / months / len(n):8.2f}   by seed {each}", flush=True)


def put_in(world: World, rng: np.random.Generator, hidden: bool) -> tuple[Floats, list[Surge]]:
    """Return the means with surges in them, ``A_MONTH`` a month, no two of a type within 120 days."""
    mean = world.mean.copy()
    n = round((len(world.starts) - world.first) / 30.44 * A_MONTH)
    surges: list[Surge] = []
    last: dict[int, list[int]] = {}
    for _ in range(n):
        code = int(rng.integers(len(mean)))
        start = int(rng.integers(world.first, len(world.starts) - LENGTH - 14))
        if any(abs(start - other) < 120 for other in last.get(code, [])) or (hidden and code in last):
            continue
        last.setdefault(code, []).append(start)
        rate = float(mean[code, start : start + LENGTH].mean())
        if hidden:
            mean[code, :start] = 0
        else:
            mean[code, start : start + LENGTH] *= FACTOR
        surges.append(Surge(code, start, rate, hidden))
    return mean, surges


def surged(world: World, seeds: Sequence[int], *, hidden: bool) -> None:
    """Print precision, recall and delay, and recall by the expected count a day."""
    print(f"\n{'a hidden type appears' if hidden else 'x3 for two weeks'}, {A_MONTH} a month, of types drawn at random")
    for name, rule in RULES.items():
        right = false = 0
        found: list[tuple[float, int | None]] = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            mean, surges = put_in(world, rng, hidden)
            alarms = [(code, day) for code, day in rule(drawn(mean, rng), world.starts) if day >= world.first]
            hits, wrong, delays = judged(alarms, surges)
            right, false = right + hits, false + wrong
            found += [(surge.rate, delay) for surge, delay in zip(surges, delays, strict=True)]
        told(name, right, false, found)


def judged(alarms: Sequence[Alarm], surges: Sequence[Surge]) -> tuple[int, int, list[int | None]]:
    """Return right alarms, false alarms and the delay of each surge; None where it was missed."""
    delays: list[int | None] = []
    taken: set[Alarm] = set()
    late: set[Alarm] = set()
    for surge in surges:
        own = sorted(day for code, day in alarms if code == surge.code)
        inside = [day for day in own if surge.start <= day < surge.start + LENGTH]
        delays.append(inside[0] - surge.start + 1 if inside else None)
        taken |= {(surge.code, day) for day in inside}
        end = surge.start + (STAYS if surge.hidden else LENGTH + 14)  # a hidden type is there to stay
        late |= {(surge.code, day) for day in own if surge.start + LENGTH <= day < end}
    return len(taken), len(set(alarms) - taken - late), delays


def told(name: str, right: int, false: int, found: Sequence[tuple[float, int | None]]) -> None:
    """Print the line of a rule and its recall by band."""
    delays = [delay for _, delay in found if delay is not None]
    precision, recall = right / max(1, right + false), len(delays) / max(1, len(found))
    late = np.median([delay if delay is not None else LENGTH + 1 for _, delay in found])
    print(
        f"  {name:12} precision {precision:.3f}  recall {recall:.3f}  median delay {np.median(delays) if delays else 0:.0f}"
        f" (missed counted as {LENGTH + 1}: {late:.0f})  of {len(found)} surges, {false} false"
    )
    for low, high in pairwise(BANDS):
        own = [delay for rate, delay in found if low <= rate < high]
        hit = [delay for delay in own if delay is not None]
        if own:
            label = f"{low:g} to {high:g}" if high < 1e9 else f"over {low:g}"
            shown = f"{np.median(hit):.0f}" if hit else "–"
            print(
                f"      {label:>10} a day: recall {len(hit) / len(own):.3f} of {len(own):4}, median delay {shown}",
                flush=True,
            )


def native(bank: pd.DataFrame, start: str, end: str, seeds: Sequence[int]) -> None:
    """Print the same for the tags of the bank set on its own dates."""
    tags, code = np.unique(bank["tag"], return_inverse=True)
    starts = np.arange(np.datetime64(start), np.datetime64(end) + 1)
    day = (bank["date"].to_numpy().astype("datetime64[D]") - starts[0]).astype(int)
    own = (day >= 0) & (day < len(starts))
    day, code = day[own], code[own]
    counts = table(code, day, len(tags), len(starts))
    months = (len(starts) - 364) / 30.44
    print(f"\nthe bank set as it is: {len(tags)} tags, {len(day) / len(starts):.1f} reviews a day")
    for name, rule in RULES.items():
        n = sum(at >= 364 for _, at in rule(counts, starts))
        dealt = []
        for seed in seeds:
            at = dealt_anew(day, np.random.default_rng(seed))
            dealt.append(sum(one >= 364 for _, one in rule(table(code, at, len(tags), len(starts)), starts)))
        print(
            f"  {name:12} alerts a month {n / months:.2f}; dates dealt anew within quarters {np.mean(dealt) / months:.2f}"
        )
    world = World(np.asarray([np.convolve(row, np.ones(91) / 91, mode="same") for row in counts]), starts, 364)
    for name, rule in RULES.items():
        right = false = 0
        found: list[tuple[float, int | None]] = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            mean, surges = put_in(world, rng, hidden=False)
            more = np.where(mean > world.mean * 1.5, world.mean * (FACTOR - 1), 0)
            alarms = [(one, at) for one, at in rule(counts + rng.poisson(more), starts) if at >= 364]
            hits, wrong, delays = judged(alarms, surges)
            right, false = right + hits, false + wrong
            found += [(surge.rate, delay) for surge, delay in zip(surges, delays, strict=True)]
        told(name, right, false, found)


def table(code: NDArray[np.int64], day: NDArray[np.int64], n_codes: int, n_days: int) -> Floats:
    return np.bincount(code * n_days + day, minlength=n_codes * n_days).reshape(n_codes, n_days).astype(np.float64)


def dealt_anew(day: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the days with those of each 91 days dealt out anew among its reviews."""
    found = day.copy()
    for quarter in np.unique(day // 91):
        rows = np.flatnonzero(day // 91 == quarter)
        found[rows] = rng.permutation(day[rows])
    return found


if __name__ == "__main__":
    main()
