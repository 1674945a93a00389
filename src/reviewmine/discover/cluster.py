"""A deterministic clusterer: every statement gets a topic and a probability, whatever the order of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine.discover.consensus import (
    agree,
    gather_centres,
    group_partitions,
    nearest,
    probe,
    steadiness,
    topic_stability,
)
from reviewmine.embed.encoders import Vectors, unit_rows
from reviewmine.router.policy import softmax

REST = -1
"""The topic of a statement that belongs to none."""

_GRID = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 100, 120, 150)
_TEXTS_PER_TOPIC = 50  # with fewer texts a topic is an accident
_MORE = 2  # times the elbow: from the elbow to this the steadiest number is taken
_SAMPLE = 20_000  # distinct texts that topics are fitted on
_TEMPERATURE = 0.08  # of the softmax over nearness
_COHESION = 0.5  # a topic whose cohesion is below this share of the median is a heap of odds and ends
_NEAREST = 0.2  # cosine similarity to a centre below which a statement is not about its topic
_FIRM, _TIGHT = 0.6, 0.4  # stability and cohesion that a topic mined from the rest must have
_RUNS, _TRIALS = 40, 16  # of k-means behind the topics, and behind the choice of their number
_FINER = 2  # centres of a run for each topic
_CHUNK = 10_000


@dataclass(frozen=True)
class Clusters:
    """``topic`` and ``probability`` for each row, unit ``centres`` of shape (topics, dimensions); topic 0 is the largest.

    ``cohesion`` is the mean cosine similarity of a topic's texts to its centre; ``stability``, 0 to 1, is how much of a
    topic comes back when the texts are clustered again from other parts and starts.
    """

    topic: NDArray[np.int64]
    probability: NDArray[np.float32]
    centres: Vectors
    cohesion: NDArray[np.float32]
    stability: NDArray[np.float32]


@dataclass(frozen=True)
class _Themes:
    """Fitted topics before rows are assigned."""

    centres: Vectors
    cohesion: NDArray[np.float32]
    stability: NDArray[np.float32]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "_Themes":
        """Return the topics of ``rows``, in that order."""
        return _Themes(self.centres[rows], self.cohesion[rows], self.stability[rows])


def cluster(
    texts: Sequence[str], vectors: Vectors, types: int | Literal["auto"], seed: int, min_probability: float
) -> Clusters:
    """Return the clusters of ``vectors``, one row per text.

    A consensus of many k-means runs over the distinct texts in sorted order, on one thread: the same texts give the same
    clusters. With ``types="auto"`` the number is the steadiest of those at and above the elbow. Clusters that hold no theme
    together are dissolved. Rows far from every centre, and rows whose topic is less probable than ``min_probability``, go
    to ``REST``; with ``auto`` the rest is mined once more for topics of its own. A topic that keeps no row is dropped.
    """
    _, first, row = np.unique(np.asarray(texts, dtype=object), return_index=True, return_inverse=True)
    distinct = vectors[first]
    with threadpool_limits(1):
        themes = _fit(distinct[distinct.any(axis=1)], types, seed)
        topic, probability = assign(distinct, themes.centres, min_probability, themes.cohesion)
        more = _mine(distinct[(topic == REST) & distinct.any(axis=1)], seed) if types == "auto" else None
        if more is not None:
            themes = _joined(themes, more)
            topic, probability = assign(distinct, themes.centres, min_probability, themes.cohesion)
    topic, probability = topic[row], probability[row]
    size = np.bincount(topic[topic >= 0], minlength=len(themes.centres))
    order = np.argsort(-size, kind="stable")[: np.count_nonzero(size)]
    rank = np.full(len(size), REST, dtype=np.int64)
    rank[order] = np.arange(len(order))
    kept = themes.take(order)
    return Clusters(np.where(topic >= 0, rank[topic], REST), probability, kept.centres, kept.cohesion, kept.stability)


def assign(
    vectors: Vectors,
    centres: Vectors,
    min_probability: float,
    cohesion: NDArray[np.float32] | None = None,
    lift: sp.csr_matrix | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return for each row its most probable topic (or ``REST``) and the probability, a softmax over nearness.

    Near is what lies at a small Euclidean distance from the mean of a topic, its unit centre times its ``cohesion``; without
    ``cohesion`` nearness is the cosine similarity. ``lift``, of shape (rows, topics), is added to nearness. Memory is
    bounded: rows are taken in chunks.
    """
    topic = np.empty(len(vectors), dtype=np.int64)
    probability = np.empty(len(vectors), dtype=np.float32)
    length = np.ones(len(centres), dtype=np.float32) if cohesion is None else cohesion
    for start in range(0, len(vectors), _CHUNK):
        rows = slice(start, start + _CHUNK)
        similarity = vectors[rows] @ centres.T
        near = similarity * length - length**2 / 2
        if lift is not None:
            near += lift[rows].toarray()
        probability[rows] = softmax(near / _TEMPERATURE).max(axis=1)
        topic[rows] = np.where(similarity.max(axis=1) >= _NEAREST, near.argmax(axis=1), REST)
    topic[probability < min_probability] = REST
    probability[~vectors.any(axis=1)] = 0
    return topic, probability


def _fit(points: Vectors, types: int | Literal["auto"], seed: int) -> _Themes:
    """Return the topics of unit ``points``, fitted on a sample of them when there are many."""
    points = _sample(points, seed)
    most = min(_GRID[-1], max(2, len(points) // _TEXTS_PER_TOPIC)) if types == "auto" else types
    most = min(most, len(points))
    if most < 2:
        return _Themes(unit_rows(points[:1]), np.ones(most, dtype=np.float32), np.ones(most, dtype=np.float32))
    drawn = probe(points, seed)
    n_topics = _choose(points, most) if types == "auto" else most
    pool = gather_centres(points, min(len(points), round(_FINER * n_topics)), seed, _RUNS)
    means, topic = agree(points, pool, n_topics)
    stability = topic_stability(nearest(drawn, means), len(means), group_partitions(drawn, pool, n_topics))
    cohesion = np.linalg.norm(means, axis=1).astype(np.float32)
    size = np.bincount(topic, minlength=len(means))
    kept = (size > 0) & (cohesion >= _COHESION * np.median(cohesion))
    return _Themes(unit_rows(means), cohesion, stability).take(kept if kept.sum() > 1 else size > 0)


def _sample(points: Vectors, seed: int) -> Vectors:
    """Return at most 20,000 of ``points``, drawn at random, in their order."""
    if len(points) <= _SAMPLE:
        return points
    return points[np.sort(np.random.default_rng(seed).permutation(len(points))[:_SAMPLE])]


def _choose(points: Vectors, most: int) -> int:
    """Return the number of topics that the data asks for.

    The elbow of the squared distances (Satopää et al., 2011) says how many topics there are about; from there to
    twice as many the number is taken on which groups of runs agree best, the larger among equals. How many there are is
    a matter of the texts: the runs behind the choice do not depend on the seed of the clustering.
    """
    pool = gather_centres(points, most, 0, _TRIALS)
    points = probe(points, 0)
    grid = np.asarray([n for n in _GRID if n <= most] or [most])
    loss = np.asarray([_loss(points, agree(points, pool, int(n))[0]) for n in grid])
    fallen = (loss[0] - loss) / max(loss[0] - loss[-1], 1e-12)
    elbow = grid[int((fallen - (grid - grid[0]) / max(1, grid[-1] - grid[0])).argmax())]
    near = [int(n) for n in grid if elbow <= n <= _MORE * elbow]
    steady = [steadiness(group_partitions(points, pool, n)) for n in near]
    return max(zip(steady, near, strict=True))[1]


def _loss(points: Vectors, means: Vectors) -> float:
    """Return the mean squared distance of points to their means."""
    near = points @ means.T - 0.5 * (means**2).sum(axis=1)
    return float(np.mean((points**2).sum(axis=1) - 2 * near.max(axis=1)))


def _mine(points: Vectors, seed: int) -> _Themes | None:
    """Return the steady topics among what was left to the rest; None when there are too few texts for one."""
    if len(points) < 2 * _TEXTS_PER_TOPIC:
        return None
    found = _fit(points, "auto", seed)
    return found.take((found.stability >= _FIRM) & (found.cohesion >= _TIGHT))


def _joined(first: _Themes, second: _Themes) -> _Themes:
    """Return the topics of both."""
    return _Themes(
        np.vstack([first.centres, second.centres]),
        np.concatenate([first.cohesion, second.cohesion]),
        np.concatenate([first.stability, second.stability]),
    )
