"""Consensus: many clusterings of parts of the texts agreed into one partition, and how steady each of its topics is.

Bagged clustering (Leisch, 1999): k-means on many random halves, the centres of all of them gathered, and those merged by
Ward's method. The tree is cut at any number of topics, and Lloyd's algorithm ends on all the points. A rare accident of
one start is outvoted, so that other seeds give nearly the same topics. Steadiness after Hennig (2007) and Lange et al.
(2004): the runs are dealt into groups, each group agrees on its own partition, and these are compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import kmeans_plusplus
from sklearn.metrics import adjusted_rand_score

from reviewmine.embed.encoders import Vectors

N_GROUPS = 4
_PART = 6_000  # points that one run sees at most
_RUN_STEPS, _LAST_STEPS = 10, 40  # of Lloyd's algorithm
_PROBE = 6_000  # points on which partitions are compared


@dataclass(frozen=True)
class Pool:
    """Centres of many k-means runs, shape (centres, dimensions), the points each has, and the group of its run."""

    centres: Vectors
    weight: NDArray[np.float64]
    group: NDArray[np.int64]
    tree: NDArray[np.float64]
    """Ward's merges of all centres, as scipy's ``linkage`` gives them."""
    group_trees: tuple[NDArray[np.float64], ...]


def gather_centres(points: Vectors, n_centres: int, seed: int, n_runs: int) -> Pool:
    """Return the centres of ``n_runs`` k-means runs, each on a random half of ``points``, with their trees."""
    rng = np.random.default_rng(seed)
    size = max(min(len(points), n_centres), min(len(points) // 2, _PART))
    found, weights, groups = [], [], []
    for run in range(n_runs):
        part = points[np.sort(rng.choice(len(points), size, replace=False))]
        start, _ = kmeans_plusplus(part, min(n_centres, size), random_state=int(rng.integers(2**31)), n_local_trials=2)
        centres, topic = lloyd(part, start, _RUN_STEPS)
        weight = np.bincount(topic, minlength=len(centres))
        found.append(centres[weight > 0])
        weights.append(weight[weight > 0])
        groups.append(np.full(np.count_nonzero(weight), run % N_GROUPS))
    centres, group = np.vstack(found), np.concatenate(groups)
    trees = tuple(linkage(centres[group == number].astype(np.float64), "ward") for number in range(N_GROUPS))
    return Pool(
        centres, np.concatenate(weights).astype(float), group, linkage(centres.astype(np.float64), "ward"), trees
    )


def agree(points: Vectors, pool: Pool, n_topics: int) -> tuple[Vectors, NDArray[np.int64]]:
    """Return the agreed means, shape (topics, dimensions), and the topic of each point."""
    return lloyd(points, _cut(pool.centres, pool.weight, pool.tree, n_topics), _LAST_STEPS)


def group_partitions(points: Vectors, pool: Pool, n_topics: int) -> list[NDArray[np.int64]]:
    """Return the topic of each point as each group of runs alone would have it."""
    partitions = []
    for number, tree in enumerate(pool.group_trees):
        mine = pool.group == number
        start = _cut(pool.centres[mine], pool.weight[mine], tree, n_topics)
        partitions.append(lloyd(points, start, _RUN_STEPS)[1])
    return partitions


def steadiness(partitions: Sequence[NDArray[np.int64]]) -> float:
    """Return the mean adjusted Rand index of all pairs of ``partitions``, 1 when all are alike."""
    return float(np.mean([adjusted_rand_score(one, other) for one, other in combinations(partitions, 2)]))


def topic_stability(
    topic: NDArray[np.int64], n_topics: int, partitions: Sequence[NDArray[np.int64]]
) -> NDArray[np.float32]:
    """Return for each topic the mean Jaccard similarity, 0 to 1, with the topic most like it in each partition.

    >>> found = topic_stability(np.array([0, 0, 1, 1]), 2, [np.array([5, 5, 2, 2]), np.array([0, 0, 0, 1])])
    >>> [round(float(figure), 2) for figure in found]
    [0.83, 0.75]
    """
    result = np.zeros(n_topics)
    size = np.bincount(topic, minlength=n_topics)
    for other in partitions:
        both = np.zeros((n_topics, int(other.max()) + 1))
        np.add.at(both, (topic, other), 1)
        union = size[:, None] + both.sum(axis=0)[None, :] - both
        result += (both / np.maximum(union, 1)).max(axis=1)
    return (result / max(1, len(partitions))).astype(np.float32)


def probe(points: Vectors, seed: int) -> Vectors:
    """Return at most 6,000 of ``points``, on which partitions are compared."""
    if len(points) <= _PROBE:
        return points
    return points[np.sort(np.random.default_rng(seed).choice(len(points), _PROBE, replace=False))]


def lloyd(points: Vectors, start: Vectors, steps: int) -> tuple[Vectors, NDArray[np.int64]]:
    """Return the means and the topic of each point after at most ``steps`` of Lloyd's algorithm; ties to the first.

    A mean that loses all its points stays where it is.
    """
    means = start.astype(np.float32)
    topic = nearest(points, means)
    for _ in range(steps):
        count = np.bincount(topic, minlength=len(means))
        one = np.ones(len(points), dtype=np.float32)
        sums = sp.csr_matrix((one, (topic, np.arange(len(points)))), shape=(len(means), len(points))) @ points
        means = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], means).astype(np.float32)
        moved = nearest(points, means)
        if (moved == topic).all():
            break
        topic = moved
    return means, topic


def nearest(points: Vectors, means: Vectors) -> NDArray[np.int64]:
    """Return the number of the mean at the least Euclidean distance from each point."""
    topic: NDArray[np.int64] = (points @ means.T - 0.5 * (means**2).sum(axis=1)).argmax(axis=1)
    return topic


def _cut(centres: Vectors, weight: NDArray[np.float64], tree: NDArray[np.float64], n_topics: int) -> Vectors:
    """Return the weighted means of the ``n_topics`` branches of a tree of centres."""
    label = fcluster(tree, n_topics, "maxclust") - 1
    total = np.bincount(label, weight)
    sums = np.zeros((len(total), centres.shape[1]))
    np.add.at(sums, label, centres * weight[:, None])
    return (sums / total[:, None]).astype(np.float32)
