"""What speaks for a change of the taxonomy: misfits of each kind, with their reviews and how sure the change is."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from reviewmine.discover.cluster import cluster
from reviewmine.discover.fit import Bools, Fit
from reviewmine.embed.encoders import Vectors, unit_rows
from reviewmine.intervals import wilson

Kind = Literal["new", "split", "merge", "conflict", "dead"]
Rows = NDArray[np.int64]

MIN_ROWS: Final = 8
"""Reviews below which nothing is proposed."""
_PER_TOPIC, _MOST = 40, 60  # unexplained reviews for each finer topic, and how many of these are looked for
_SPLIT_ROWS = 40
_SAME = 0.2  # share of the fewer reviews that two proposals may have in common
_APART = 0.75  # area under the curve from which two types are told apart
_NEIGHBOURS = 3
_NEAR = 0.5  # cosine similarity to the mean of a finer topic that its reviews have
_FINER = 0.02  # what a finer place is worth beside a right one
_DOUBT = 0.5  # standard errors by which a share is taken at its worst
_LEAST = 0.05  # certainty below which nothing is proposed


@dataclass(frozen=True)
class Misfit:
    """A change: ``rows`` of the fit, central first; ``n`` reviews of ``of``; the expected gain in reviews as ``score``.

    The rows of a split are those of the part that leaves.
    """

    kind: Kind
    types: tuple[str, ...]
    rows: tuple[int, ...]
    n: int
    of: int
    score: float
    note: str


def find_misfits(fit: Fit, seed: int) -> list[Misfit]:
    """Return the misfits of all kinds, the best first; no type is split, merged and dropped at once."""
    found = [*_new(fit, seed), *_splits(fit, seed), *_merges(fit), *_conflicts(fit), *_dead(fit)]
    kept: list[Misfit] = []
    taken: set[str] = set()
    for one in sorted(found, key=lambda one: (-round(one.score, 6), one.kind, one.types, one.rows)):
        lasting = set(one.types) if one.kind in {"split", "merge", "dead"} else set()
        if not lasting & taken:
            kept.append(one)
            taken |= lasting
    return kept


def _central(fit: Fit, rows: Rows) -> tuple[int, ...]:
    """Return rows by their nearness to their mean, of equals the first by id."""
    near = (fit.vectors[rows] @ unit_rows(fit.vectors[rows].mean(axis=0, keepdims=True))[0]).round(5)
    return tuple(int(row) for row in rows[np.argsort(-near, kind="stable")])


def _new(fit: Fit, seed: int) -> Iterator[Misfit]:
    """Yield topics in which far fewer reviews have a type than elsewhere.

    People or words give types to about the same share of every topic that the taxonomy knows. The gain is the number of
    reviews without a type, times the part of them that this share (half a standard error up) does not explain, times how badly
    the types fit them.
    """
    labelled = fit.labelled
    if labelled.all():
        return
    groups = _by_topic(fit.topic)
    usual = float(np.median([labelled[rows].mean() for rows in groups])) if groups else 0.0
    usual = max(usual, float(labelled.mean()), 1e-9)
    free = np.flatnonzero(~labelled & fit.vectors.any(axis=1))
    pool = free[_unfit(fit, free)]
    if len(pool) >= 2 * _PER_TOPIC:
        n_topics = max(2, min(_MOST, len(pool) // _PER_TOPIC))
        finer = cluster([fit.texts[row] for row in pool], fit.vectors[pool], n_topics, seed, 0.02)
        groups += [_around(fit, pool[rows]) for rows in _by_topic(finer.topic)]
    found = [one for rows in groups if (one := _unexplained(fit, rows, labelled, usual)) is not None]
    seen: list[set[int]] = []
    for one in sorted(found, key=lambda one: (-round(one.score, 6), one.rows)):
        rows = set(one.rows)
        if all(len(rows & earlier) < _SAME * min(len(rows), len(earlier)) for earlier in seen):
            seen.append(rows)
            yield one


def _by_topic(topic: Rows) -> list[Rows]:
    """Return the rows of each topic."""
    return [np.flatnonzero(topic == number) for number in range(int(topic.max(initial=-1)) + 1)]


def _unfit(fit: Fit, rows: Rows) -> Bools:
    """Return which rows no type fits well: worse than half of the labelled fit theirs."""
    best = fit.score.max(axis=1)
    known = best[fit.labelled]
    found: Bools = best[rows] < (np.median(known) if len(known) else np.inf)
    return found


def _around(fit: Fit, rows: Rows) -> Rows:
    """Return all reviews, with a type or not, that are as near to the mean of ``rows`` as half of these are."""
    centre = unit_rows(fit.vectors[rows].mean(axis=0, keepdims=True))[0]
    near = (fit.vectors @ centre).round(5)
    return np.flatnonzero(near >= max(_NEAR, float(np.median(near[rows]))))


def _unexplained(fit: Fit, rows: Rows, labelled: Bools, usual: float) -> Misfit | None:
    """Return a topic as a candidate for a new type; None when its reviews are too few or have types as elsewhere."""
    free = rows[~labelled[rows]]
    if len(free) < MIN_ROWS:
        return None
    n_labelled = int(labelled[rows].sum())
    part = 1 - wilson(n_labelled, len(rows), _DOUBT)["high"] / usual
    if part < _LEAST:
        return None
    ill = float(1 - np.clip(fit.score[free].max(axis=1), 0, 1).mean())
    score = len(free) * part * ill
    note = f"{n_labelled} of {len(rows)} have a type, {usual:.0%} elsewhere"
    return Misfit("new", (), _central(fit, free), len(free), len(fit.ids), score, note)


def _own_rows(fit: Fit, number: int) -> Rows:
    """Return the reviews that have this type alone, or all that have it when those are few."""
    own = fit.has[:, number]
    alone = np.flatnonzero(own & (fit.has.sum(axis=1) == 1))
    return alone if len(alone) >= _SPLIT_ROWS else np.flatnonzero(own)


def _splits(fit: Fit, seed: int) -> Iterator[Misfit]:
    """Yield types whose reviews fall into two steady parts that lie as far apart as types do."""
    parts: list[tuple[int, Rows, Rows, float]] = []
    for number in range(len(fit.codes)):
        rows = _own_rows(fit, number)
        rows = rows[fit.vectors[rows].any(axis=1)]
        if len(rows) < _SPLIT_ROWS:
            continue
        halves = cluster([fit.texts[row] for row in rows], fit.vectors[rows], 2, seed, 0.0)
        if len(halves.centres) == 2:
            one, other = rows[halves.topic == 0], rows[halves.topic == 1]
            parts.append((number, one, other, float(halves.stability.min())))
    usual = _usual_distance(fit.vectors, [np.concatenate([one, other]) for _, one, other, _ in parts])
    scale = len(fit.ids) / max(1, int(fit.labelled.sum()))
    for number, one, other, stability in parts:
        apart = _distance(fit.vectors, one, other) / usual
        sure = stability * min(1.0, apart) ** 2
        n_own = int(fit.has[:, number].sum())
        n = round(n_own * len(other) / (len(one) + len(other)))
        if min(len(one), len(other)) >= MIN_ROWS and sure >= _LEAST:
            note = f"parts {apart:.2f} as far apart as types, stability {stability:.2f}"
            score = _FINER * n * scale * sure
            yield Misfit("split", (fit.codes[number],), _central(fit, other), n, n_own, score, note)


def _distance(vectors: Vectors, one: Rows, other: Rows) -> float:
    """Return the Euclidean distance of two means."""
    return float(np.linalg.norm(vectors[one].mean(axis=0) - vectors[other].mean(axis=0)))


def _usual_distance(vectors: Vectors, types: list[Rows]) -> float:
    """Return the median distance between the means of two types, 1 where there is one type."""
    apart = [_distance(vectors, one, other) for one, other in combinations(types, 2)]
    return max(1e-6, float(np.median(apart))) if apart else 1.0


def _merges(fit: Fit) -> Iterator[Misfit]:
    """Yield pairs of types that share their topics and that the model cannot tell apart held out."""
    size = fit.has.sum(axis=0)
    usable = [number for number in range(len(fit.codes)) if size[number] >= MIN_ROWS]
    scale = len(fit.ids) / max(1, int(fit.labelled.sum()))
    for a, b in _neighbours(fit, usable):
        one, other = fit.has[:, a] & ~fit.has[:, b], fit.has[:, b] & ~fit.has[:, a]
        few = min(int(one.sum()), int(other.sum()))
        if few < MIN_ROWS:
            continue
        margin = fit.score[:, a] - fit.score[:, b]
        area = _area(margin[one], margin[other])
        doubt = 1.96 * (1 / (6 * few)) ** 0.5  # half an interval where nothing is told apart (Mann and Whitney, 1947)
        sure = min(1.0, (_APART - area - doubt) / (_APART - 0.5)) * _shared(fit, one, other)
        if sure < _LEAST:
            continue
        small, large = sorted((a, b), key=lambda number: (size[number], fit.codes[number]))
        rows = _central(fit, np.flatnonzero(fit.has[:, small]))
        note = f"told apart held out with an area under the curve of {area:.2f}"
        score = _FINER * len(rows) * scale * sure
        yield Misfit("merge", (fit.codes[small], fit.codes[large]), rows, len(rows), len(fit.ids), score, note)


def _neighbours(fit: Fit, usable: list[int]) -> list[tuple[int, int]]:
    """Return the pairs of types of which one is among the three nearest to the other."""
    if len(usable) < 2:
        return []
    means = unit_rows(np.vstack([fit.vectors[fit.has[:, number]].mean(axis=0) for number in usable]))
    near = (means @ means.T).round(5)
    np.fill_diagonal(near, -2)
    pairs = {
        (min(a, int(b)), max(a, int(b)))
        for a in range(len(usable))
        for b in np.argsort(-near[a], kind="stable")[:_NEIGHBOURS]
        if near[a, b] > -2
    }
    return [(usable[a], usable[b]) for a, b in sorted(pairs)]


def _area(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the area under the curve of a margin that should be larger in ``one``."""
    from scipy.stats import rankdata  # noqa: PLC0415

    ranks = rankdata(np.concatenate([one, other]).round(9))[: len(one)]
    return float((ranks.sum() - len(one) * (len(one) + 1) / 2) / (len(one) * len(other)))


def _shared(fit: Fit, one: Bools, other: Bools) -> float:
    """Return how alike the topics of two sets of reviews are, 0 to 1 (Bhattacharyya, 1943)."""
    n_topics = len(fit.clusters.centres) + 1
    shares = [np.bincount(fit.topic[rows] + 1, minlength=n_topics) / rows.sum() for rows in (one, other)]
    return float(np.sqrt(shares[0] * shares[1]).sum())


def _conflicts(fit: Fit) -> Iterator[Misfit]:
    """Yield pairs of types that near copies of one text carry, or whose patterns claim the same reviews."""
    found: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for pair, rows in _torn(fit) if fit.by_people else ():
        found[pair] += rows
    n_met = fit.met.sum(axis=0)
    for a, b in combinations(np.flatnonzero(n_met).tolist(), 2):
        both = np.flatnonzero(fit.met[:, a] & fit.met[:, b])
        if len(both) >= MIN_ROWS and 2 * len(both) >= min(n_met[a], n_met[b]):
            found[a, b] += both.tolist()
    for (a, b), listed in sorted(found.items()):
        reviews = np.unique(listed)
        types = (min(fit.codes[a], fit.codes[b]), max(fit.codes[a], fit.codes[b]))
        note = "near copies carry one type or the other, or the patterns of both claim them"
        yield Misfit("conflict", types, _central(fit, reviews), len(reviews), len(fit.ids), 0.25 * len(reviews), note)


def _torn(fit: Fit) -> Iterator[tuple[tuple[int, int], list[int]]]:
    """Yield pairs of types and the near copies that carry one of them, none of them both."""
    members: defaultdict[str, list[int]] = defaultdict(list)
    for row in np.flatnonzero(fit.labelled).tolist():
        members[fit.copies[row]].append(row)
    for _, rows in sorted(members.items()):
        said = Counter(number for row in rows for number in np.flatnonzero(fit.has[row]).tolist())
        for a, b in combinations(sorted(said), 2):
            either = [row for row in rows if fit.has[row, a] or fit.has[row, b]]
            if not any(fit.has[row, a] and fit.has[row, b] for row in either):
                yield (a, b), either


def _dead(fit: Fit) -> Iterator[Misfit]:
    """Yield types that no review has and whose patterns none meets."""
    n_asked = int(fit.labelled.sum()) if fit.by_people else len(fit.ids)
    note = f"none of {n_asked} reviews has it" if fit.by_people else f"none of {n_asked} reviews says what it says"
    for number, code in enumerate(fit.codes):
        if not fit.has[:, number].any() and not fit.met[:, number].any():
            yield Misfit("dead", (code,), (), 0, n_asked, 0.0, note)
