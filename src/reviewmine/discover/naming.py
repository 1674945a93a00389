"""Names for topics out of the customers' own words: the phrase that says most of what its topic says."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from reviewmine.discover.topics import Topics
from reviewmine.language.lemmas import lemma, nominative, parse, surface_forms
from reviewmine.language.lexicon import DOMAIN_WORDS, NEGATIONS, STOP_WORDS
from reviewmine.language.normalize import words
from reviewmine.language.stopwords import learn_stop_words

_LONGEST = 4
_EDGE_POS = frozenset(("NOUN", "VERB", "INFN", "ADJF", "ADJS", "ADVB", "PRTS", "PRTF", "COMP", "PRED", ""))
_TEXTS = 2_000  # of a topic that phrases are drawn from
_MIN_COUNT = 2
_CHARS = 1_000  # of a text
_CLAUSE_END = re.compile(r"[.,!?…;:()\n]+")

Phrase = tuple[str, ...]


def name_topics(texts: Sequence[str], topic: NDArray[np.int64], topics: Topics) -> list[str]:
    """Return a name for each topic; no two share all their lemmas.

    A name is a phrase of two to four words as customers write it most often. It scores by how much more often it
    stands in the topic than elsewhere, times how many of the topic's texts hold it, times the weight of its lemmas.
    """
    trade = DOMAIN_WORDS | learn_stop_words(texts)
    forms = surface_forms(texts)
    inside: list[Counter[Phrase]] = [Counter() for _ in topics.words]
    surface: dict[Phrase, Counter[str]] = defaultdict(Counter)
    for number in range(len(topics.words)):
        distinct = sorted({texts[i] for i in np.flatnonzero(topic == number)})
        for text in distinct[:_TEXTS]:
            for lemmas, shown in set(_phrases(text, trade)):
                inside[number][lemmas] += 1
                surface[lemmas][shown] += 1
    everywhere: Counter[Phrase] = sum(inside, Counter())
    names: list[str] = []
    taken: set[frozenset[str]] = set()
    for number, weighted in enumerate(topics.words):
        size = max(1, int((topic == number).sum()))
        best = max(
            (
                phrase
                for phrase in inside[number]
                if inside[number][phrase] >= _MIN_COUNT and frozenset(phrase) not in taken
            ),
            key=lambda phrase: (
                _score(phrase, inside[number][phrase], everywhere[phrase], size, dict(weighted)),
                phrase,
            ),
            default=(),
        )
        taken.add(frozenset(best))
        names.append(
            _shown(surface[best])
            if best
            else ", ".join(forms.get(word, word) for word, _ in weighted[:3]) or f"тема {number + 1}"
        )
    return names


def _score(phrase: Phrase, count: int, total: int, size: int, weights: dict[str, float]) -> float:
    """Return how well a phrase stands for its topic."""
    denied = {phrase[i + 1] for i, word in enumerate(phrase[:-1]) if word == "не"}
    weight = sum(weights.get(f"не_{word}" if word in denied else word, 0) for word in phrase if word not in STOP_WORDS)
    return weight * (count / total) * np.sqrt(count / size)


def _phrases(text: str, trade: AbstractSet[str]) -> Iterator[tuple[Phrase, str]]:
    """Yield the phrases of a text as lemmas and as written: edges are words of content, «не» may stand first.

    ``trade`` holds the words that stand in every second review and tell topics nothing.
    """
    for clause in _CLAUSE_END.split(text[:_CHARS]):
        run = words(clause)
        for start in range(len(run)):
            for end in range(start + 2, min(start + _LONGEST, len(run)) + 1):
                piece = run[start:end]
                if all(form[0].isalpha() for form in piece) and _opens(piece[0]) and _closes(piece[-1], piece[-2]):
                    found = tuple(lemma(word) for word in piece)
                    if trade.isdisjoint((found[0], found[-1])):
                        yield found, " ".join(piece)


def _opens(form: str) -> bool:
    """Return whether a phrase may begin with the word."""
    return form in NEGATIONS or _content(form)


def _closes(form: str, before: str) -> bool:
    """Return whether a phrase may end with the word; an adjective only after a denial."""
    return _content(form) and form not in NEGATIONS and (parse(form).pos != "ADJF" or before in NEGATIONS)


def _content(form: str) -> bool:
    """Return whether a word says something of its own."""
    found = parse(form)
    return form not in STOP_WORDS and found.lemma not in STOP_WORDS and found.pos in _EDGE_POS and len(form) > 2


def _shown(counts: Counter[str]) -> str:
    """Return the spelling most often met, the first in the alphabet among equals, in the nominative, with a capital."""
    best = nominative(min(counts, key=lambda shown: (-counts[shown], shown)))
    return best[:1].upper() + best[1:]
