"""Topics under parents, many parents under groups of their own: agglomeration of what is alike."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform
from sklearn.feature_extraction.text import TfidfTransformer

from reviewmine.embed.encoders import Vectors, unit_rows

_FEWEST = 4
"""With fewer topics there is nothing to arrange."""
_MANY = 40
"""Topics from which their parents are arranged too."""
_WORD_WEIGHT = 0.5  # of the words that two topics share, beside the nearness of their centres

KeyWords = Sequence[Sequence[tuple[str, float]]]


def topic_distance(centres: Vectors, words: KeyWords) -> NDArray[np.float64]:
    """Return how far topics are apart, shape (topics, topics), 0 to 1: by their centres and by their key words."""
    near = np.clip(centres.astype(np.float64) @ centres.T, -1, 1)
    names = sorted({word for listed in words for word, _ in listed})
    place = {word: i for i, word in enumerate(names)}
    table = np.zeros((len(words), max(1, len(names))))
    for number, listed in enumerate(words):
        for word, weight in listed:
            table[number, place[word]] = weight
    rows = unit_rows(TfidfTransformer(norm=None).fit_transform(table).toarray()) if names else table
    shared = rows.astype(np.float64) @ rows.T
    alike = (near + _WORD_WEIGHT * shared) / (1 + _WORD_WEIGHT)
    distance = np.clip((1 - alike).round(9), 0, 1)
    np.fill_diagonal(distance, 0)
    return (distance + distance.T) / 2


def merge_order(centres: Vectors, words: KeyWords) -> NDArray[np.float64]:
    """Return the merges of topics as scipy's linkage, shape (topics - 1, 4); average linkage (Sokal and Michener, 1958)."""
    return linkage(squareform(topic_distance(centres, words), checks=False), method="average")


def arrange(centres: Vectors, words: KeyWords) -> tuple[int, ...]:
    """Return for each topic the number of its parent, or -1 for a topic that stands alone.

    The tree of merges is cut where about 1.5 times the root of the number of topics are left; a parent has two children or
    more, and never all of them.
    """
    n_topics = len(centres)
    if n_topics < _FEWEST:
        return (-1,) * n_topics
    members = {number: [number] for number in range(n_topics)}
    wanted = max(2, round(np.sqrt(n_topics) * 1.5))
    for step, (left, right, *_) in enumerate(merge_order(centres, words)[: n_topics - wanted]):
        members[n_topics + step] = sorted(members.pop(int(left)) + members.pop(int(right)))
    parents = sorted((found for found in members.values() if len(found) > 1), key=lambda found: found[0])
    number_of = {topic: number for number, found in enumerate(parents) for topic in found}
    return tuple(number_of.get(topic, -1) for topic in range(n_topics))


def arrange_above(centres: Vectors, words: KeyWords, group: Sequence[int]) -> tuple[int, ...]:
    """Return for each parent the number of the group above it, or -1; ``group`` gives each topic its parent, or -1.

    Parents are arranged as topics are, by the mean of their topics and all their words, where there are 40 topics or more.
    """
    parents = range(max(group, default=-1) + 1)
    if len(centres) < _MANY:
        return (-1,) * len(parents)
    members = [[topic for topic, parent in enumerate(group) if parent == number] for number in parents]
    means = unit_rows([centres[found].mean(axis=0) for found in members])
    return arrange(means, [merged_words([words[topic] for topic in found]) for found in members])


def merged_words(words: KeyWords) -> list[tuple[str, float]]:
    """Return the key words of several topics as those of one, the weightiest first; a word counts where it weighs most."""
    best: dict[str, float] = {}
    for word, weight in (pair for listed in words for pair in listed):
        best[word] = max(weight, best.get(word, 0.0))
    return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))


def reading_order(centres: Vectors, words: KeyWords) -> list[int]:
    """Return the topics in an order in which like stands beside like."""
    if len(centres) < 2:
        return list(range(len(centres)))
    return [int(number) for number in leaves_list(merge_order(centres, words))]
