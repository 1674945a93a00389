"""Phrases that can be names: the noun and verb phrases of a statement, checked for agreement.

A phrase is two to four words of one clause that stand in one of the ``SHAPES``: a letter a word, a check of grammar, and
how good a name the shape makes. Pronouns, particles and the like between the words are left out, so «деньги мне до сих
пор не вернули» holds «деньги не вернули».
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from reviewmine.discover.clauses import Word, runs
from reviewmine.discover.failings import FAILINGS, GENERAL, SIZES, UNITS, VERDICTS
from reviewmine.discover.shapes import SHAPES
from reviewmine.language.lemmas import parse, readings
from reviewmine.language.lexicon import DOMAIN_WORDS, PRAISE

_AIMS = frozenset("на для под у к".split())  # «на узкую ногу» is not «узкая нога»
_NEUTRAL = 0.15  # of a phrase that does not say what is wrong
_QUALIFIED = 0.6  # of «электронная очередь»: the word beside the failing says which, not what of it
_WISH = 0.4  # of a bare infinitive: «открыть счет» is what a customer wants
_EMPTY = ((PRAISE, 0.1), (VERDICTS, 0.25), (UNITS, 0.6), (SIZES, 0.6), (GENERAL, 0.4), (DOMAIN_WORDS, 0.8))
"""Tables of words that say little, with how much they leave of the quality of a phrase."""


class Phrase(NamedTuple):
    """A phrase as written; phrases of equal ``key`` (their lemmas without function words) say the same."""

    key: frozenset[str]
    shown: str
    quality: float


def phrases(text: str) -> Iterator[Phrase]:
    """Yield the phrases of ``text``; none where its words are not Russian.

    >>> sorted(phrase.shown for phrase in phrases("Деньги мне так и не вернули, коробка мятая"))
    ['деньги не вернули', 'коробка мятая', 'не вернули']
    """
    return phrases_of(runs(text))


def phrases_of(found: Iterable[Sequence[Word]]) -> Iterator[Phrase]:
    """Yield the phrases of runs of words."""
    for run in found:
        yield from _of_run(run)


def _of_run(run: Sequence[Word]) -> Iterator[Phrase]:
    for start in range(len(run)):
        for end in range(start + 1, min(start + 4, len(run)) + 1):
            found = run[start:end]
            shape = SHAPES.get("".join(word.letter for word in found))
            aimed = start > 0 and run[start - 1].shown in _AIMS and found[0].letter in "AN"
            open_end = found[-1].lemma == "не_тот"  # «пришел не тот»: not which, but what?
            if shape and not aimed and not open_end and shape[1](found):
                key = frozenset(word.lemma for word in found if word.letter not in "PW")
                stems = {stem(lemma) for lemma in key}
                n_content = sum(word.letter not in "PW" for word in found)
                if len(stems) == n_content and (len(found) > 1 or found[0].shown.startswith("не ")):
                    yield Phrase(_keyed(found, key), " ".join(word.shown for word in found), shape[0] * _meaning(found))


def _keyed(found: Sequence[Word], key: frozenset[str]) -> frozenset[str]:
    """Return the key, in which what is missing is another word than what is there."""
    return key | {"без"} if any(word.letter == "W" for word in found) else key


def stem(lemma: str) -> str:
    """Return the first letters of a lemma: «доставка» and «доставить» are alike.

    >>> stem("не_доставить") == stem("доставка")
    True
    """
    return lemma.removeprefix("не_")[:5]


def _meaning(found: Sequence[Word]) -> float:
    """Return how much a phrase says of what is wrong: 0 where it is a verdict or praise and nothing else."""
    pains = [word.letter == "W" or hurts(word.lemma) for word in found]
    value = 1.0 if any(pains) else _NEUTRAL
    if found[0].letter == "I" and not found[0].shown.startswith("не "):
        value *= _WISH
    letters = "".join(word.letter for word in found)
    if (letters == "NC" and not any(pains)) or (letters == "NN" and found[1].lemma in GENERAL):
        return 0.0  # «банк больше», «решение проблемы»
    if letters == "AN" and pains == [False, True]:
        value *= _QUALIFIED
    empty = 0
    content = [word for word in found if word.letter not in "PW"]
    for word in content:
        lemma = word.lemma.removeprefix("не_")
        denied_praise = lemma != word.lemma and lemma in PRAISE - VERDICTS
        weight = 1.0 if denied_praise else next((weight for table, weight in _EMPTY if lemma in table), 1.0)
        empty += weight < 1
        value *= weight
    return value if empty < len(content) else 0.0


@lru_cache(maxsize=100_000)
def hurts(lemma: str) -> bool:
    """Return whether a word says by itself that something is wrong.

    >>> [word for word in ("не_работать", "неудобный", "опоздать", "нежный", "доставка") if hurts(word)]
    ['не_работать', 'неудобный', 'опоздать']
    """
    if lemma in FAILINGS:
        return True
    if lemma.startswith("не_"):
        return lemma[3:] not in VERDICTS | FAILINGS and parse(lemma[3:]).pos != "NOUN"
    return (
        lemma.startswith("не") and len(lemma) > 5 and any(tag[:3] in {"ADJ", "ADV"} for tag, _ in readings(lemma[2:]))
    )
