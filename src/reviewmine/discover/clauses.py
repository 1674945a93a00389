"""The words of a statement as phrases are made of them: clauses, runs of words, and what is denied or missing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from reviewmine.discover.failings import LEANING, OBSCENE, PEOPLE
from reviewmine.language.lemmas import parse, readings
from reviewmine.language.lexicon import STOP_WORDS
from reviewmine.language.normalize import words

_CHARS = 1_000  # of a text
_CLAUSE_END = re.compile(r"[.,!?…;:()\n\"«»/|]+|\s[-–—]+\s")
_FILLERS = re.compile(
    r"(?i)\b(?:до (?:сих|тех|этих) пор|в (?:течени[ие]|итоге|общем|целом|принципе|результате|конце концов|первый раз)"
    r"|на (?:самом деле|протяжении|данный момент|сегодняшний день)|по (?:поводу|факту|сути|крайней мере)|как (?:всегда|обычно)"
    r"|к (?:сожалению|счастью|тому же)|за счет|тем не менее)\b"
)
_STRANGE = frozenset(("Name", "Surn", "Patr", "Geox", "Supr", "impr"))
_LIKELY = 0.02  # probability under which a reading of a word is not thought of
_CONJUNCTIONS = frozenset(
    "и а но или либо что чтобы если когда как где куда который чем то раз хотя потому поэтому".split()
)
_SHORTENED = frozenset("мин руб тыс сек нед мес".split())
_MERELY = frozenset(("только", "просто", "один", "менее"))
_WITHOUT = frozenset("без нет нету".split())
_LETTERS = {
    "NOUN": "N", "ADJF": "A", "PRTF": "A", "VERB": "V", "INFN": "I", "PRTS": "S", "ADJS": "S", "ADVB": "D", "PRED": "D",
    "COMP": "C", "PREP": "P",
}  # fmt: skip
_DROPPED = frozenset(("NPRO", "PRCL", "INTJ", "GRND", "NUMR"))


class Word(NamedTuple):
    """A word in a clause: ``letter`` is its part of speech, ``tags`` its readings, ``shown`` its form with «не» before it."""

    shown: str
    lemma: str
    letter: str
    tags: tuple[frozenset[str], ...]


def runs(text: str) -> Iterator[list[Word]]:
    """Yield the runs of words of a text that phrases are looked for in."""
    for clause in _CLAUSE_END.split(_FILLERS.sub(" ", text[:_CHARS])):
        yield from _runs(words(clause))


def _runs(forms: Sequence[str]) -> Iterator[list[Word]]:
    """Yield the words of a clause between conjunctions, without pronouns and particles; a negation joins what it denies."""
    run: list[Word] = []
    negated = False
    for before, form in pairwise(chain(("",), forms)):
        if form == "не":
            negated = True
            continue
        if form == "и" and before == "так":  # «так и не»
            continue
        word = _word(form)
        if negated and (word.lemma == "быть" or (word.lemma == "тот" and "ADJF" in word.tags[0])):
            run.append(Word("нет", "нет", "W", ()) if word.lemma == "быть" else _denied(word._replace(letter="A")))
            negated = False
        elif form in _CONJUNCTIONS or word.letter == "" or (negated and form in _MERELY):
            yield run
            run, negated = [], False
        elif word.letter != "-":
            run.append(_denied(word) if negated and word.letter in "VISADC" else word)
            negated = False
    yield run


def content(text: str) -> frozenset[str]:
    """Return the lemmas of ``text`` that phrases are made of; what is missing or denied is another lemma.

    >>> sorted(content("Не смогла дозвониться, чека нет"))
    ['без', 'не_дозвониться', 'чек']
    """
    return content_of(runs(text))


def content_of(found: Iterable[Sequence[Word]]) -> frozenset[str]:
    """Return the lemmas of runs that phrases are made of."""
    kept = (word for run in found for word in run if word.letter != "P")
    return frozenset("без" if word.letter == "W" else word.lemma for word in kept)


def _denied(word: Word) -> Word:
    return word._replace(shown=f"не {word.shown}", lemma=f"не_{word.lemma}")


@lru_cache(maxsize=200_000)
def _word(form: str) -> Word:
    """Return a word; its letter is ``-`` when it is left out and empty when no phrase goes across it."""
    best = parse(form)
    known = readings(form)
    tags = tuple(
        frozenset(re.split("[ ,]", tag)) for tag, share in known if share >= _LIKELY and tag.startswith(best.pos)
    )
    if form in _WITHOUT:
        return Word(form, best.lemma, "W", ())
    letter = _LETTERS.get(best.pos, "")
    if letter == "P":
        return Word(form, best.lemma, "P", ())
    if best.pos in _DROPPED or form in STOP_WORDS or best.lemma in STOP_WORDS | LEANING:
        return Word(form, best.lemma, "-", tags)
    strange = not tags or len(form) < 3 or form in _SHORTENED or form.startswith(OBSCENE) or bool(tags[0] & _STRANGE)
    if strange or (letter == "N" and any("anim" in tag for tag in tags) and best.lemma not in PEOPLE):
        return Word(form, best.lemma, "", tags)
    return Word(form, best.lemma, letter, tags)
