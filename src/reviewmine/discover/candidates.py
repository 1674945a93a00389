"""The phrases that may name each topic, scored: how well they fit it and how good a name they make."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reviewmine.discover.clauses import content_of, runs
from reviewmine.discover.phrases import Phrase, phrases_of
from reviewmine.language.lexicon import DOMAIN_WORDS
from reviewmine.language.stopwords import learn_stop_words

_TEXTS = 2_000  # of a topic that phrases are drawn from
_FREQUENT = 400  # phrases of a topic that are scored, the most frequent
_KEPT = 60  # of them whose reach is counted, the best
_MIN_COUNT = 2
_TRADE = 0.5  # weight of a word that stands in every second review

Key = frozenset[str]


@dataclass(frozen=True)
class Candidate:
    """A phrase that may name topic ``topic``; ``reached`` are those of its ``size`` texts that say a word of it."""

    score: float
    topic: int
    key: Key
    shown: str
    quality: float
    size: int
    reached: frozenset[int] = field(repr=False)


@dataclass(frozen=True)
class Read:
    """Distinct texts as names are made of them: the lemmas and the phrases of each; ``trade`` are words of every other text."""

    said: tuple[Key, ...]
    phrases: tuple[frozenset[Phrase], ...]
    trade: frozenset[str]


def read(texts: Sequence[str]) -> Read:
    """Return ``texts`` read once for all levels of a tree of topics."""
    parts = [list(runs(text)) for text in texts]
    return Read(
        tuple(content_of(part) for part in parts),
        tuple(frozenset(phrase for phrase in phrases_of(part) if phrase.quality > 0) for part in parts),
        learn_stop_words(texts),
    )


def candidates(texts: Read, topic: NDArray[np.int64], n_topics: int) -> Iterator[Candidate]:
    """Yield the best phrases of every topic with their scores; topics below 0 have none.

    The score is the quality of the phrase as a name, times how well it fits, times the root of the share of the topic's
    texts that say at least one of its words that tell the topic.
    """
    kept = np.flatnonzero(topic >= 0)
    own = [kept[topic[kept] == number] for number in range(n_topics)]
    counts = _Counts(topic, texts, n_topics)
    for number, rows in enumerate(own):
        drawn = rows[:: max(1, -(-len(rows) // _TEXTS))]
        yield from _of_topic(number, [texts.phrases[i] for i in drawn], counts)


def _of_topic(number: int, found: Sequence[AbstractSet[Phrase]], counts: "_Counts") -> Iterator[Candidate]:
    written: dict[Key, Counter[str]] = defaultdict(Counter)
    quality: dict[str, float] = {}
    for one in found:
        for phrase in one:
            written[phrase.key][phrase.shown] += 1
            quality[phrase.shown] = phrase.quality
    scored = []
    for key in sorted(written, key=lambda key: (-written[key].total(), sorted(key)))[:_FREQUENT]:
        if written[key].total() >= _MIN_COUNT:
            shown = min(written[key], key=lambda form: (-written[key][form] * quality[form], form))
            scored.append((round(quality[shown] * counts.fit(number, key), 9), shown, key))
    for score, shown, key in sorted(scored, key=lambda one: (-one[0], one[1]))[:_KEPT]:
        reached = counts.reached(number, key)
        size = counts.size(number)
        reach = math.sqrt(len(reached) / size)
        yield Candidate(round(score * reach, 9), number, key, shown, quality[shown], size, reached)


class _Counts:
    """In how many texts of each topic a set of lemmas stands."""

    def __init__(self, topic: NDArray[np.int64], read: Read, n_topics: int) -> None:
        """Read the lemmas said in texts, each with its topic; words of the trade tell less."""
        self._trade = read.trade | DOMAIN_WORDS
        self._topic = topic
        self._size = np.maximum(1, np.bincount(topic[topic >= 0], minlength=n_topics))
        self._n = int((topic >= 0).sum())
        self._texts: dict[str, set[int]] = defaultdict(set)
        for i in np.flatnonzero(topic >= 0).tolist():
            for lemma in read.said[i]:
                self._texts[lemma].add(i)
        self._shares = {
            lemma: self._count(where) / self._size for lemma, where in self._texts.items() if len(where) > 1
        }
        self._best = [
            max((self._tells(number, lemma) for lemma in self._shares), default=0.0) or 1.0
            for number in range(n_topics)
        ]
        self._found: dict[Key, NDArray[np.int64]] = {}

    def fit(self, number: int, key: Key) -> float:
        """Return how well a phrase fits a topic: how its words tell it, how much of it they cover, how little is elsewhere."""
        if key not in self._found:
            first, *others = sorted((self._texts.get(lemma, set()) for lemma in key), key=len)
            self._found[key] = self._count(first.intersection(*others))
        found = self._found[key]
        telling = sum(self._tells(number, lemma) for lemma in key) / self._best[number] / math.sqrt(len(key))
        return float(telling * math.sqrt(found[number] / self._size[number]) * found[number] / (found.sum() + 1))

    def size(self, number: int) -> int:
        """Return of how many distinct texts a topic is, at least 1."""
        return int(self._size[number])

    def reached(self, number: int, key: Key) -> frozenset[int]:
        """Return the texts of a topic in which a word of ``key`` stands that tells the topic."""
        telling = [self._texts[lemma] for lemma in sorted(key) if self._tells(number, lemma) > 0]
        return frozenset(i for i in set().union(*telling) if self._topic[i] == number)

    def _count(self, where: AbstractSet[int]) -> NDArray[np.int64]:
        return np.bincount(self._topic[list(where)], minlength=len(self._size))

    def _tells(self, number: int, lemma: str) -> float:
        """Return what a lemma tells of a topic: its share in it times the log of how much larger that is than overall."""
        shares = self._shares.get(lemma)
        if shares is None or not shares[number]:
            return 0.0
        overall = len(self._texts[lemma]) / self._n
        value = shares[number] * max(0.0, math.log(shares[number] / overall))
        return float(value * (_TRADE if lemma in self._trade else 1))
