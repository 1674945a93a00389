"""How good topics are without any labels: coherence, redundancy, stability, and whether a classifier can learn them."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from reviewmine.discover.cluster import REST, Clusters
from reviewmine.discover.topics import Topics
from reviewmine.discover.tree import topic_distance
from reviewmine.embed.domain import content_lemmas
from reviewmine.embed.encoders import Vectors
from reviewmine.intervals import half_sample

N_WORDS = 8
"""Key words of a topic that its coherence is measured on."""
ALIKE = 0.25
"""Distance under which two topics are taken for one said twice."""
_RESAMPLES, _SHARE, _LARGEST = 2, 0.8, 3_000  # of the distinct texts, for bootstrap stability
_LEARNED = 20_000  # distinct texts that a classifier is tried on
_INTERVAL = 100

Rows = NDArray[np.int64]
Recluster = Callable[[Rows, int], Clusters]
"""Rows of a run and a seed to the clusters of these rows: the clustering of the run, done over."""


def distinct_rows(texts: Sequence[str]) -> Rows:
    """Return the first row of each distinct text, in the order of the texts: a copy adds nothing to a figure."""
    return np.unique(np.asarray(texts, dtype=object), return_index=True)[1].astype(np.int64)


def coherence(documents: Sequence[Sequence[str]], topics: Topics) -> list[float | None]:
    """Return for each topic the mean NPMI of its key words (Bouma, 2009; Lau et al., 2014), -1 to 1.

    ``documents`` are the lemmas of distinct texts. Pairs that never meet count -1; None for fewer than two key words.
    """
    listed = [[word for word, _ in words[:N_WORDS]] for words in topics.words]
    place = {word: i for i, word in enumerate(sorted({word for words in listed for word in words}))}
    found = [sorted({place[lemma] for lemma in document if lemma in place}) for document in documents]
    ends = np.cumsum([0, *map(len, found)])
    flat = np.asarray([i for row in found for i in row], dtype=np.int64)
    table = sp.csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(found), max(1, len(place))))
    both = (table.T @ table).toarray() / max(1, len(found))
    return [_npmi([place[word] for word in words], both) for words in listed]


def _npmi(words: Sequence[int], both: NDArray[np.float64]) -> float | None:
    values = []
    for i, j in combinations(words, 2):
        joint = both[i, j]
        if not joint:
            values.append(-1.0)
        elif joint < 1:
            values.append(float(np.log(joint / (both[i, i] * both[j, j])) / -np.log(joint)))
    return round(float(np.mean(values)), 4) if values else None


def redundancy(centres: Vectors, topics: Topics, codes: Sequence[str]) -> list[dict[str, Any]]:
    """Return the pairs of topics that are too alike, the most alike first."""
    distance = topic_distance(centres, topics.words)
    pairs = [(float(distance[i, j]), i, j) for i, j in combinations(range(len(codes)), 2) if distance[i, j] < ALIKE]
    return [{"topics": [codes[i], codes[j]], "distance": round(value, 4)} for value, i, j in sorted(pairs)]


def bootstrap_stability(rows: Rows, clusters: Clusters, seed: int, again: Recluster) -> dict[str, float]:
    """Return the mean, lowest and highest ARI of the topics with those of samples without replacement.

    ``value``, ``low`` and ``high``; each sample holds 80 % of ``rows``, those of the distinct texts (3,000 at most), and is
    clustered ``again`` (Ben-Hur et al., 2002).
    """
    rng = np.random.default_rng(seed)
    size = max(1, min(round(_SHARE * len(rows)), _LARGEST))
    scores = []
    for number in range(_RESAMPLES):
        drawn = rows[np.sort(rng.permutation(len(rows))[:size])]
        other = again(drawn, seed + number)
        scores.append(float(adjusted_rand_score(clusters.topic[drawn], other.topic)))
    return {name: round(float(take(scores)), 4) for name, take in (("value", np.mean), ("low", min), ("high", max))}


@threadpool_limits.wrap(limits=1)
def learnable(documents: Sequence[Sequence[str]], topic: Rows, vectors: Vectors, seed: int) -> dict[str, Any] | None:
    """Return how well a linear classifier that learned half of each topic's texts finds the topics of the other half.

    ``documents`` are the lemmas of distinct texts in the order of the texts; every second text of a topic is learned.
    ``accuracy`` with its interval, ``macro_recall``, and ``majority``, the accuracy of always answering the largest topic.
    None where no two topics have two texts.
    """
    rows = np.flatnonzero((topic != REST) & vectors.any(axis=1))
    if len(rows) > _LEARNED:
        rows = np.sort(np.random.default_rng(seed).permutation(rows)[:_LEARNED])
    turn = np.zeros(len(rows), dtype=np.int64)
    for number in np.unique(topic[rows]):
        mine = topic[rows] == number
        turn[mine] = np.arange(mine.sum()) % 2
    learned, held = rows[turn == 0], rows[turn == 1]
    if len(np.unique(topic[held])) < 2:
        return None
    words = TfidfVectorizer(analyzer=lambda row: documents[row], sublinear_tf=True)
    model = LinearSVC(C=0.5, random_state=seed).fit(words.fit_transform(learned), topic[learned])
    right = model.predict(words.transform(held)) == topic[held]
    largest = np.bincount(topic[learned]).argmax()
    recalls = [float(right[topic[held] == number].mean()) for number in np.unique(topic[held])]
    figures = half_sample(lambda part: {"accuracy": float(right[part].mean())}, len(held), seed, _INTERVAL)
    return {
        "n": len(held),
        **figures,
        "macro_recall": round(float(np.mean(recalls)), 4),
        "majority": round(float((topic[held] == largest).mean()), 4),
    }


def lemmas_of(texts: Sequence[str], rows: Rows) -> list[list[str]]:
    """Return the content lemmas of the texts in ``rows``."""
    return [content_lemmas(texts[i]) for i in rows]
