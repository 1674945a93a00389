"""Names for topics out of the customers' own words: the phrase that says most of what its topic says.

Of the noun and verb phrases of a topic's statements the best by three things at once: how well its words tell this topic
from the others, how many of the topic's statements say it, and how good a name it makes (it says what is wrong).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from reviewmine.discover.candidates import Candidate, Key, candidates, read
from reviewmine.discover.failings import GENERAL, OBSCENE, UNITS, VERDICTS
from reviewmine.discover.phrases import hurts, stem
from reviewmine.discover.topics import Topics
from reviewmine.discover.tree import merged_words
from reviewmine.language.lemmas import nominative, parse, readings, surface_forms
from reviewmine.language.lexicon import DOMAIN_WORDS, NEGATIONS, STOP_WORDS

_LARGEST = 20_000  # distinct texts that names are drawn from
_LONGEST = 5  # words of a name
_ENOUGH = 0.35  # share of a topic that a phrase must reach to name it alone
_MORE = 0.05  # share of a topic that a second phrase must add
_WORTH = 0.1  # of the score of the first phrase that the second must have
_PLAIN = 0.3  # of the score of a phrase that does not say what is wrong
_FAINT = 0.015  # the same, where the first does not say what is wrong and the second does
_PAIN = 0.3  # quality from which a phrase says what is wrong
_EMPTY = VERDICTS | UNITS | GENERAL | DOMAIN_WORDS | STOP_WORDS | NEGATIONS
_WORDY = frozenset(("NOUN", "ADJF", "ADJS", "VERB", "INFN", "PRTF", "PRTS"))


def name_topics(texts: Sequence[str], topic: NDArray[np.int64], topics: Topics) -> list[str]:
    """Return a name for each topic; no two share all their words of content.

    Where phrases compete for the same words, the topic that they fit best gets them. A topic without a phrase is named
    by its two best key words. Copies of a text count once.
    """
    return name_tree(texts, topic, topics)[0]


def name_tree(texts: Sequence[str], topic: NDArray[np.int64], topics: Topics) -> tuple[list[str], list[str]]:
    """Return the names of the topics, and of their parents and the groups above; no two names are alike."""
    texts, topic = _sampled(texts, topic)
    taken: set[Key] = set()
    forms = _Forms(texts)
    said = read(texts)
    names = _named(candidates(said, topic, len(topics.words)), topics.words, forms, taken)
    parents: list[str] = []
    for place in (list(topics.group), [topics.upper_of(number) for number in range(len(topics.group))]):
        n_groups = max(place, default=-1) + 1
        if n_groups:
            group = np.asarray([*place, -1])[topic]  # the last place is that of the rest
            members = [[topics.words[i] for i, own in enumerate(place) if own == number] for number in range(n_groups)]
            shared = [merged_words(found) for found in members]
            parents += _named(candidates(said, group, n_groups), shared, forms, taken)
    return names, parents


class _Forms:
    """The forms in which lemmas stand most often, counted when a form is asked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts_read = texts

    @cached_property
    def _forms(self) -> dict[str, str]:
        return surface_forms(self._texts_read)

    def of(self, lemma: str) -> str:
        """Return the form of a lemma; the lemma itself where no text has it."""
        return self._forms.get(lemma, lemma)


def _sampled(texts: Sequence[str], topic: NDArray[np.int64]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the distinct texts of each topic, every second or third of them where there are too many, in sorted order."""
    pairs = sorted({(int(number), text) for number, text in zip(topic, texts, strict=True) if number >= 0})
    pairs = pairs[:: max(1, -(-len(pairs) // _LARGEST))]
    return [text for _, text in pairs], np.asarray([number for number, _ in pairs], dtype=np.int64)


def _named(
    found: Iterable[Candidate],
    words: Sequence[Sequence[tuple[str, float]]],
    forms: "_Forms",
    taken: set[Key],
) -> list[str]:
    """Return a name for each topic out of what is not ``taken``, which grows.

    The best candidate, widened by another where it reaches too little of the topic. Key words where there is none, and
    where they say what is wrong and no candidate does.
    """
    own: dict[int, list[Candidate]] = defaultdict(list)
    chosen: dict[int, Candidate] = {}
    said = {number for number, listed in enumerate(words) if sum(hurts(word) for word, _ in _telling(listed)) > 1}
    for one in sorted(
        found, key=lambda one: (-one.score * (1 if one.quality >= _PAIN else _PLAIN), one.topic, one.shown)
    ):
        own[one.topic].append(one)
        if one.topic not in chosen and _alike(one.key) not in taken and (one.quality >= _PAIN or one.topic not in said):
            chosen[one.topic] = one
            taken.add(_alike(one.key))
    names = [""] * len(words)
    for number, first in sorted(chosen.items()):
        names[number], keys = _told(first, own[number], taken)
        taken.update(keys)
    return [name or _words(words[number], forms, number, taken) for number, name in enumerate(names)]


def _told(first: Candidate, others: Sequence[Candidate], taken: set[Key]) -> tuple[str, set[Key]]:
    """Return the name that begins with a candidate, and the keys it uses: «Скользит · Сильно натирает», «Курс: обманули».

    A candidate that says nothing wrong is told what of it is wrong, or gives way to a phrase of its own words that says it.
    """
    shown = nominative(first.shown)
    if first.quality >= _PAIN:
        second = _second(first, others, taken)
        names, mark = [shown, nominative(second.shown) if second else ""], " · "
    else:
        second = _pain(first, others, taken)
        alone = second is not None and bool(_alike(first.key) & _alike(second.key))
        names, mark = ["" if alone else shown, nominative(second.shown) if second else ""], ": "
    keys = {_alike(one.key) for one in (first, second) if one}
    if mark == ": ":
        return _capital(mark.join(filter(None, names))), keys
    return mark.join(_capital(name) for name in names if name), keys


def _pain(first: Candidate, others: Sequence[Candidate], taken: set[Key]) -> Candidate | None:
    """Return the best phrase of the topic that says what is wrong and may stand after ``first`` or in its place."""
    room = _LONGEST - len(first.shown.split())
    for one in others:
        apart = not _alike(first.key) & _alike(one.key)
        enough = one.score >= (_FAINT if apart else _WORTH) * first.score
        fits = not apart or len(one.shown.split()) <= room
        if one.quality >= _PAIN and enough and fits and _alike(one.key) not in taken:
            return one
    return None


def _second(first: Candidate, others: Sequence[Candidate], taken: set[Key]) -> Candidate | None:
    """Return the phrase that says most of what ``first`` leaves out of its topic, if it is needed."""
    if len(first.reached) >= _ENOUGH * first.size:
        return None
    stems, room = _alike(first.key), _LONGEST - len(first.shown.split())
    gains = [
        (one.score * len(one.reached - first.reached), one)
        for one in others
        if one.quality >= _PAIN
        and one.score >= _WORTH * first.score
        and len(one.reached - first.reached) >= _MORE * first.size
        and len(one.shown.split()) <= room
        and not stems & _alike(one.key)
        and _alike(one.key) not in taken
    ]
    return min(gains, key=lambda pair: (-pair[0], pair[1].shown))[1] if gains else None


def _alike(key: Key) -> Key:
    return frozenset(map(stem, key))


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _words(weighted: Sequence[tuple[str, float]], forms: "_Forms", number: int, taken: set[Key]) -> str:
    """Return the two best key words that are not alike, as they are written; words that name nothing only if need be."""
    chosen: dict[str, str] = {}
    for word, _ in _telling(weighted) or weighted:
        chosen.setdefault(stem(word), forms.of(word))
    for pair in combinations(chosen, 2):
        if frozenset(pair) not in taken:
            taken.add(frozenset(pair))
            return _capital(", ".join(chosen[key] for key in pair))
    return _capital(f"{next(iter(chosen.values()), 'тема')} {number + 1}")


def _telling(weighted: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the key words that tell something by themselves, those first that say what is wrong."""
    return sorted((pair for pair in weighted if _nameable(pair[0])), key=lambda pair: not hurts(pair[0]))


def _nameable(word: str) -> bool:
    """Return whether a key word tells something by itself; a word of another language may."""
    plain = word.removeprefix("не_")
    known = parse(plain).pos in _WORDY and bool(readings(plain))
    return plain not in _EMPTY and not plain.startswith(OBSCENE) and (known or plain.isascii())
