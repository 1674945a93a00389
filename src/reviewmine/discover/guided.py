"""Guided discovery: the types of a taxonomy seed the clusters, and only what fits none of them becomes a new topic.

Seeded k-means (Basu, Banerjee and Mooney, 2002) on unit vectors. A type begins where its words are: its title, definition and
examples. It moves to the statements that are clearly its own, round by round, and its words go on to count as much as the
statements of an average type, so that a type never drifts away from what it says. A statement that meets a pattern of one
type only is drawn to it. All the statements are cut into consensus clusters too, and those whose centre no type takes for an
ordinary statement of its own, being farther from it than they are on average, are the new topics.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine.discover.cluster import REST, Clusters, assign, cluster
from reviewmine.discover.consensus import N_GROUPS, topic_stability
from reviewmine.discover.evidence import REST_CODE
from reviewmine.embed.encoders import Encoder, Vectors, unit_rows
from reviewmine.errors import ReviewmineError
from reviewmine.language.normalize import normalize
from reviewmine.taxonomy.model import Taxonomy, Type
from reviewmine.taxonomy.patterns import Patterns

_ROUNDS = 6
_SAMPLE = 20_000  # distinct texts that types learn from
_MARGIN = 0.015  # of nearness over the next type for a statement to be clearly of a type
_LEAST = 0.2  # cosine similarity to a type below which a statement teaches it nothing
_COHESION = 0.6  # of a type before it has statements
_LIFT = 0.3  # what meeting a pattern adds to nearness


@dataclass(frozen=True)
class Seeds:
    """The types that guide: their ``codes``, unit ``centres`` of their words, shape (types, dimensions), and ``patterns``."""

    codes: tuple[str, ...]
    centres: Vectors
    patterns: Patterns


@dataclass(frozen=True)
class Guided:
    """Clusters with the code of each: that of its type, or "" for a new topic. A type that caught nothing has no cluster."""

    clusters: Clusters
    codes: tuple[str, ...]


def make_seeds(guide: Taxonomy, encoder: Encoder) -> Seeds:
    """Return the types of ``guide`` that are in use, in the order of the file; ``encoder`` is fitted on the statements.

    Raises ``ReviewmineError`` when no type is in use, or none has a word that the encoder knows.
    """
    types = [one for one in guide.types if one.status != "deprecated"]
    if any(one.code == REST_CODE for one in types):
        raise ReviewmineError(f"a type with the code {REST_CODE!r}", where=guide.taxonomy, do="rename the type")
    said = [[normalize(text) for text in _texts(one)] for one in types]
    vectors = encoder.encode([text for texts in said for text in texts]) if said else np.zeros((0, 1), np.float32)
    ends = np.cumsum([len(texts) for texts in said])
    centres = unit_rows([_words_centre(part) for part in np.split(vectors, ends[:-1])]) if said else vectors
    if not (centres.any() or any(one.patterns for one in types)):
        raise ReviewmineError(
            "no type in use has a word that the statements have",
            expected="a taxonomy of the same language and trade",
            where=f"{guide.taxonomy} {guide.version}",
            do="choose another guide or leave it out",
        )
    return Seeds(tuple(one.code for one in types), centres, Patterns(types))


def _texts(one: Type) -> list[str]:
    """Return what a type says of itself, its title first."""
    return [one.title, *((one.definition,) if one.definition else ()), *one.include]


def _words_centre(vectors: Vectors) -> Vectors:
    """Return the title and the mean of the other texts, in equal parts."""
    found: Vectors = vectors[0] + vectors[1:].mean(axis=0) if len(vectors) > 1 else vectors[0]
    return found


def cluster_guided(
    texts: Sequence[str],
    vectors: Vectors,
    seeds: Seeds,
    types: int | Literal["auto"],
    seed: int,
    min_probability: float,
) -> Guided:
    """Return the clusters of ``vectors``, one row per text: a cluster for each type that caught something, then new topics.

    ``types`` is the number of topics that all statements are cut into before those that fit a type are left out of it.
    The types do not depend on ``seed``, nor anything on the order of rows. Clusters stand by size, the largest first.
    """
    names, first, row = np.unique(np.asarray(texts, dtype=object), return_index=True, return_inverse=True)
    distinct = vectors[first]
    said = [str(text) for text in names]
    lift = pattern_lift(said, seeds)
    start, known = _starts(distinct, seeds.centres, lift)
    lift = lift[:, known]
    found = cluster(said, distinct, types, seed, min_probability)
    if not len(known):
        return Guided(
            replace(found, topic=found.topic[row], probability=found.probability[row]), ("",) * len(found.centres)
        )
    with threadpool_limits(1):
        centres, cohesion, stability = _learned(distinct, start, lift)
        new = (found.centres @ centres.T < cohesion).all(axis=1)
        centres = np.vstack([centres, found.centres[new]])
        cohesion = np.concatenate([cohesion, found.cohesion[new]])
        stability = np.concatenate([stability, found.stability[new]])
        wide = sp.csr_matrix((lift.data, lift.indices, lift.indptr), shape=(len(names), len(centres)))
        topic, probability = assign(distinct, centres, min_probability, cohesion, wide)
    topic, probability = topic[row], probability[row]
    size = np.bincount(topic[topic >= 0], minlength=len(centres))
    order = np.argsort(-size, kind="stable")[: np.count_nonzero(size)]
    rank = np.full(len(size), REST, dtype=np.int64)
    rank[order] = np.arange(len(order))
    ranked = np.where(topic >= 0, rank[topic], REST)
    codes = [*(seeds.codes[i] for i in known), *[""] * int(new.sum())]
    return Guided(
        Clusters(ranked, probability, centres[order], cohesion[order], stability[order]),
        tuple(codes[number] for number in order),
    )


def guide_figures(guide: Taxonomy, sizes: Mapping[str, int]) -> dict[str, Any]:
    """Return what a guide caught, for the card; ``sizes`` are statements by code of a type or topic.

    ``fitted`` and ``new`` count statements of known types and of new topics, ``n_new`` the new topics, ``types`` the
    statements of each type in use, and ``empty`` names the types that caught nothing.
    """
    types = {one.code: int(sizes.get(one.code, 0)) for one in guide.types if one.status != "deprecated"}
    return {
        "taxonomy": guide.taxonomy,
        "version": guide.version,
        "fitted": sum(types.values()),
        "new": sum(sizes.values()) - sum(types.values()),
        "n_new": len(set(sizes) - set(types)),
        "types": types,
        "empty": [code for code, n in types.items() if not n],
    }


def pattern_lift(texts: Sequence[str], seeds: Seeds) -> sp.csr_matrix:
    """Return what patterns add to the nearness of each text to each type, shape (texts, types).

    The longest pattern of which every lemma was said counts; where types tie, none does.
    """
    met = [_longest(seeds.patterns.met(text)) for text in texts] if seeds.patterns else []
    rows = np.asarray([i for i, number in enumerate(met) if number is not None], dtype=np.int64)
    columns = np.asarray([number for number in met if number is not None], dtype=np.int64)
    values = np.full(len(rows), _LIFT, dtype=np.float32)
    return sp.csr_matrix((values, (rows, columns)), shape=(len(texts), len(seeds.codes)))


def _longest(met: Mapping[int, int]) -> int | None:
    """Return the number of the type whose longest pattern was met; None when there is none, or several."""
    best = [number for number, length in met.items() if length == max(met.values())]
    return best[0] if len(best) == 1 else None


def _starts(points: Vectors, centres: Vectors, lift: sp.csr_matrix) -> tuple[Vectors, NDArray[np.int64]]:
    """Return where the types begin, and the numbers of the types that begin anywhere.

    A type none of whose words was said begins with the statements that meet its patterns.
    """
    start = np.where(centres.any(axis=1)[:, None], centres, unit_rows(lift.T @ points))
    known = np.flatnonzero(start.any(axis=1))
    return start[known], known


def _learned(points: Vectors, start: Vectors, lift: Any) -> tuple[Vectors, NDArray[np.float32], NDArray[np.float32]]:
    """Return the unit centres of the types, their cohesion, and their stability over random halves of ``points``."""
    rows = np.flatnonzero(points.any(axis=1))
    if len(rows) > _SAMPLE:
        rows = rows[np.linspace(0, len(rows) - 1, _SAMPLE).astype(int)]
    points, lift = points[rows], lift[rows].toarray()
    means = _rounds(points, start, lift)
    topic = _near(points, means, lift).argmax(axis=1)
    partitions = [
        _near(points, _rounds(points[half], start, lift[half]), lift).argmax(axis=1) for half in _halves(len(points))
    ]
    cohesion = np.linalg.norm(means, axis=1).astype(np.float32)
    return unit_rows(means), cohesion, topic_stability(topic, len(means), partitions)


def _halves(n: int) -> Iterator[NDArray[np.int64]]:
    """Yield random halves of ``n`` rows, always the same."""
    rng = np.random.default_rng(0)
    for _ in range(N_GROUPS):
        yield np.sort(rng.permutation(n)[: max(1, n // 2)])


def _rounds(points: Vectors, start: Vectors, lift: NDArray[np.float32]) -> Vectors:
    """Return the means of the types after each has learned from the points that are clearly its own.

    The words of a type, its ``start``, count as an average type's share of the points.
    """
    prior = len(points) / len(start)
    means = np.asarray(_COHESION * start, dtype=np.float32)
    for _ in range(_ROUNDS):
        near = _near(points, means, lift)
        topic = near.argmax(axis=1)
        best = near[np.arange(len(points)), topic]
        near[np.arange(len(points)), topic] = -np.inf
        alike = (points * unit_rows(means)[topic]).sum(axis=1)
        clear = (alike >= _LEAST) & (best - near.max(axis=1) >= _MARGIN)
        own = sp.csr_matrix(
            (np.ones(clear.sum(), dtype=np.float32), (topic[clear], np.flatnonzero(clear))),
            shape=(len(means), len(points)),
        )
        count = np.asarray(own.sum(axis=1))
        means = np.asarray((prior * _COHESION * start + own @ points) / (prior + count), dtype=np.float32)
    return means


def _near(points: Vectors, means: Vectors, lift: NDArray[np.float32]) -> Vectors:
    """Return the nearness of each point to each mean: the nearer in Euclidean distance, the greater."""
    near: Vectors = points @ means.T - 0.5 * (means**2).sum(axis=1) + lift
    return near
