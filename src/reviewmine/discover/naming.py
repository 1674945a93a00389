"""Names for topics out of the customers' own words: the phrase that says most of what its topic says.

Of the noun and verb phrases of a topic's statements the best by three things at once: how well its words tell this topic
from the others, how many of the topic's statements say it, and how good a name it makes (it says what is wrong).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from reviewmine.discover.failings import OBSCENE, UNITS, VERDICTS
from reviewmine.discover.phrases import content, phrases, stem
from reviewmine.discover.topics import Topics
from reviewmine.language.lemmas import nominative, parse, readings, surface_forms
from reviewmine.language.lexicon import DOMAIN_WORDS, NEGATIONS, STOP_WORDS
from reviewmine.language.stopwords import learn_stop_words

_TEXTS = 2_000  # of a topic that phrases are drawn from
_LARGEST = 20_000  # distinct texts that names are drawn from
_CANDIDATES = 400  # phrases of a topic that are scored, the most frequent
_MIN_COUNT = 2
_TRADE = 0.5  # weight of a word that stands in every second review
_EMPTY = VERDICTS | UNITS | DOMAIN_WORDS | STOP_WORDS | NEGATIONS
_WORDY = frozenset(("NOUN", "ADJF", "ADJS", "VERB", "INFN", "PRTF", "PRTS"))

Key = frozenset[str]


@dataclass(frozen=True)
class Candidate:
    """A phrase that may name topic ``topic``."""

    score: float
    topic: int
    key: Key
    shown: str


def name_topics(texts: Sequence[str], topic: NDArray[np.int64], topics: Topics) -> list[str]:
    """Return a name for each topic; no two share all their words of content.

    Where phrases compete for the same words, the topic that they fit best gets them. A topic without a phrase is named
    by its two best key words. Copies of a text count once.
    """
    return name_tree(texts, topic, topics)[0]


def name_tree(texts: Sequence[str], topic: NDArray[np.int64], topics: Topics) -> tuple[list[str], list[str]]:
    """Return the names of the topics and of their parents; no parent has the name of a topic."""
    texts, topic = _sampled(texts, topic)
    taken: set[Key] = set()
    forms = surface_forms(texts)
    names = _named(candidates(texts, topic, len(topics.words)), topics.words, forms, taken)
    n_groups = max(topics.group, default=-1) + 1
    if not n_groups:
        return names, []
    group = np.asarray([*topics.group, -1])[topic]  # the last place is that of the rest
    words: list[list[tuple[str, float]]] = [[] for _ in range(n_groups)]
    for number, listed in zip(topics.group, topics.words, strict=True):
        if number >= 0:
            words[number] += listed
    shared = [sorted(listed, key=lambda pair: (-pair[1], pair[0])) for listed in words]
    return names, _named(candidates(texts, group, n_groups), shared, forms, taken)


def _sampled(texts: Sequence[str], topic: NDArray[np.int64]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the distinct texts of each topic, every second or third of them where there are too many, in sorted order."""
    pairs = sorted({(int(number), text) for number, text in zip(topic, texts, strict=True) if number >= 0})
    pairs = pairs[:: max(1, -(-len(pairs) // _LARGEST))]
    return [text for _, text in pairs], np.asarray([number for number, _ in pairs], dtype=np.int64)


def _named(
    found: Iterable[Candidate], words: Sequence[Sequence[tuple[str, float]]], forms: Mapping[str, str], taken: set[Key]
) -> list[str]:
    """Return the best candidate of each topic that is not ``taken``, which grows; key words where there is none."""
    names = [""] * len(words)
    for one in sorted(found, key=lambda one: (-one.score, one.topic, one.shown)):
        alike = frozenset(map(stem, one.key))
        if not names[one.topic] and alike not in taken:
            names[one.topic] = _capital(nominative(one.shown))
            taken.add(alike)
    for number, name in enumerate(names):
        names[number] = name or _words(words[number], forms, number, taken)
    return names


def candidates(texts: Sequence[str], topic: NDArray[np.int64], n_topics: int) -> Iterator[Candidate]:
    """Yield the phrases of every topic with their scores."""
    distinct = sorted({(int(number), text) for number, text in zip(topic, texts, strict=True) if number >= 0})
    counts = _Counts(distinct, n_topics, learn_stop_words(texts))
    inside: list[list[str]] = [[] for _ in range(n_topics)]
    for number, text in distinct:
        inside[number].append(text)
    for number, own in enumerate(inside):
        written: dict[Key, Counter[str]] = defaultdict(Counter)
        quality: dict[str, float] = {}
        for text in own[:: max(1, -(-len(own) // _TEXTS))]:
            for found in set(phrases(text)):
                if found.quality > 0:
                    written[found.key][found.shown] += 1
                    quality[found.shown] = found.quality
        often = sorted(written, key=lambda key: (-written[key].total(), sorted(key)))[:_CANDIDATES]
        for key in often:
            if written[key].total() >= _MIN_COUNT:
                shown = min(written[key], key=lambda form: (-written[key][form] * quality[form], form))
                yield Candidate(round(quality[shown] * counts.fit(number, key), 9), number, key, shown)


class _Counts:
    """In how many texts of each topic a set of lemmas stands."""

    def __init__(self, distinct: Sequence[tuple[int, str]], n_topics: int, trade: frozenset[str]) -> None:
        """Read the ``distinct`` texts, each with its topic; words of the ``trade`` tell less."""
        self._trade = trade | DOMAIN_WORDS
        self._topic = np.asarray([number for number, _ in distinct], dtype=np.int64)
        self._size = np.maximum(1, np.bincount(self._topic, minlength=n_topics))
        self._texts: dict[str, set[int]] = defaultdict(set)
        for i, (_, text) in enumerate(distinct):
            for lemma in content(text):
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

    def _count(self, where: AbstractSet[int]) -> NDArray[np.int64]:
        return np.bincount(self._topic[list(where)], minlength=len(self._size))

    def _tells(self, number: int, lemma: str) -> float:
        """Return what a lemma tells of a topic: its share in it times the log of how much larger that is than overall."""
        shares = self._shares.get(lemma)
        if shares is None or not shares[number]:
            return 0.0
        overall = len(self._texts[lemma]) / len(self._topic)
        value = shares[number] * max(0.0, math.log(shares[number] / overall))
        return float(value * (_TRADE if lemma in self._trade else 1))


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _words(weighted: Sequence[tuple[str, float]], forms: Mapping[str, str], number: int, taken: set[Key]) -> str:
    """Return the two best key words that are not alike, as they are written; words that name nothing only if need be."""
    chosen: dict[str, str] = {}
    for word, _ in sorted(weighted, key=lambda pair: not _nameable(pair[0])):
        chosen.setdefault(stem(word), forms.get(word, word))
    for pair in combinations(chosen, 2):
        if frozenset(pair) not in taken:
            taken.add(frozenset(pair))
            return _capital(", ".join(chosen[key] for key in pair))
    return _capital(f"{next(iter(chosen.values()), 'тема')} {number + 1}")


def _nameable(word: str) -> bool:
    """Return whether a key word tells something by itself; a word of another language may."""
    plain = word.removeprefix("не_")
    known = parse(plain).pos in _WORDY and bool(readings(plain))
    return plain not in _EMPTY and not plain.startswith(OBSCENE) and (known or plain.isascii())
