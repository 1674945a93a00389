"""A deterministic clusterer: every statement gets a topic and a probability, whatever the order of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from reviewmine.embed.encoders import Vectors
from reviewmine.router.policy import softmax

REST = -1
"""The topic of a statement that belongs to none."""

_GRID = (4, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 70, 80, 100, 120, 150)
_TEXTS_PER_TOPIC = 50  # with fewer texts a topic is an accident
_ENOUGH = 0.85  # share of the best silhouette at which more topics bring no more
_SAMPLE = 20_000  # distinct texts that k-means is fitted on
_TEMPERATURE = 0.08  # of the softmax over cosine similarities
_COHESION = 0.7  # a cluster whose mean cosine similarity to its centre is below this share of the median is a heap of odds and ends
_NEAREST = 0.2  # cosine similarity to a centre below which a statement is not about its topic


@dataclass(frozen=True)
class Clusters:
    """``topic`` and ``probability`` for each row, ``centres`` of shape (topics, dimensions); topic 0 is the largest."""

    topic: NDArray[np.int64]
    probability: NDArray[np.float32]
    centres: Vectors


def cluster(
    texts: Sequence[str], vectors: Vectors, types: int | Literal["auto"], seed: int, min_probability: float
) -> Clusters:
    """Return the clusters of ``vectors``, one row per text.

    Spherical k-means over the distinct texts in sorted order, on one thread: the same texts give the same clusters.
    With ``types="auto"`` the number is the smallest of a grid whose simplified silhouette (Hruschka et al., 2004)
    comes near the best. Clusters that hold no theme together are dissolved. Rows far from every centre, and rows whose
    topic is less probable than ``min_probability``, go to ``REST``; a topic that keeps no row is dropped.
    """
    _, first, row = np.unique(np.asarray(texts, dtype=object), return_index=True, return_inverse=True)
    distinct = vectors[first]
    points = distinct[distinct.any(axis=1)].astype(np.float64)
    if len(points) > _SAMPLE:
        points = points[np.sort(np.random.default_rng(seed).permutation(len(points))[:_SAMPLE])]
    with threadpool_limits(1):
        n_topics = _choose(points, seed) if types == "auto" else min(types, len(points))
        centres = _themes(points, _fit(points, n_topics, seed, n_init=5))
        topic, probability = assign(distinct, centres, min_probability)
    topic, probability = topic[row], probability[row]
    size = np.bincount(topic[topic >= 0], minlength=len(centres))
    order = np.argsort(-size, kind="stable")[: np.count_nonzero(size)]
    rank = np.full(len(centres), REST, dtype=np.int64)
    rank[order] = np.arange(len(order))
    return Clusters(np.where(topic >= 0, rank[topic], REST), probability, centres[order])


def assign(vectors: Vectors, centres: Vectors, min_probability: float) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return for each row its most probable topic (or ``REST``) and the probability: a softmax over cosine similarities."""
    topic = np.empty(len(vectors), dtype=np.int64)
    probability = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), 10_000):
        rows = slice(start, start + 10_000)
        similarity = vectors[rows] @ centres.T
        probability[rows] = softmax(similarity / _TEMPERATURE).max(axis=1)
        topic[rows] = np.where(similarity.max(axis=1) >= _NEAREST, similarity.argmax(axis=1), REST)
    topic[probability < min_probability] = REST
    probability[~vectors.any(axis=1)] = 0
    return topic, probability


def _themes(points: NDArray[np.float64], centres: Vectors) -> Vectors:
    """Return the centres whose points are alike; all of them when none are."""
    similarity = points @ centres.T.astype(np.float64)
    nearest = similarity.argmax(axis=1)
    count = np.bincount(nearest, minlength=len(centres))
    cohesion = np.bincount(nearest, similarity.max(axis=1), minlength=len(centres)) / np.maximum(count, 1)
    kept = cohesion >= _COHESION * np.median(cohesion)
    return centres[kept] if kept.sum() > 1 else centres


def _fit(points: NDArray[np.float64], n_topics: int, seed: int, n_init: int) -> Vectors:
    """Return unit centres of k-means, the best of ``n_init`` starts."""
    centres = KMeans(n_topics, n_init=n_init, random_state=seed, algorithm="lloyd").fit(points).cluster_centers_
    length = np.linalg.norm(centres, axis=1, keepdims=True)
    return (centres / np.where(length > 0, length, 1)).astype(np.float32)


def _choose(points: NDArray[np.float64], seed: int) -> int:
    """Return the number of topics that the data asks for."""
    most = max(2, len(points) // _TEXTS_PER_TOPIC)
    grid = [k for k in _GRID if k <= most] or [min(most, len(points))]
    quality = np.asarray([_silhouette(points, _fit(points, k, seed, n_init=2)) for k in grid])
    return grid[int(np.flatnonzero(quality >= _ENOUGH * quality.max())[0])]


def _silhouette(points: NDArray[np.float64], centres: Vectors) -> float:
    """Return the simplified silhouette: how much nearer the own centre is than the next."""
    if len(centres) < 2:
        return 0.0
    distance = np.sqrt(np.maximum(2 - 2 * points @ centres.T.astype(np.float64), 0))
    nearest = np.partition(distance, 1, axis=1)
    return float(np.mean((nearest[:, 1] - nearest[:, 0]) / np.maximum(nearest[:, 1], 1e-9)))
