"""Phrases that can be names: the noun and verb phrases of a statement, checked for agreement.

A phrase is two to four words of one clause that stand in one of the ``SHAPES``: a letter a word, a check of grammar, and
how good a name the shape makes. Pronouns, particles and the like between the words are left out, so «деньги мне до сих
пор не вернули» holds «деньги не вернули».
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from reviewmine.discover.failings import COMING, FAILINGS, GENERAL, LEANING, OBSCENE, PEOPLE, UNITS, VERDICTS
from reviewmine.language.lemmas import parse, readings
from reviewmine.language.lexicon import DOMAIN_WORDS, PRAISE, STOP_WORDS
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
_NEUTRAL = 0.2  # of a phrase that does not say what is wrong
_WISH = 0.4  # of a bare infinitive: «открыть счет» is what a customer wants
_EMPTY = ((PRAISE, 0.3), (VERDICTS, 0.35), (UNITS, 0.6), (GENERAL, 0.6), (DOMAIN_WORDS, 0.8))
"""Tables of words that say little, with how much they leave of the quality of a phrase."""
_CASES = frozenset("nomn gent datv accs ablt loct gen2 loc2 acc2".split())


class Word(NamedTuple):
    """A word in a clause: ``letter`` is its part of speech, ``tags`` its readings, ``shown`` its form with «не» before it."""

    shown: str
    lemma: str
    letter: str
    tags: tuple[frozenset[str], ...]


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
    for run in _clauses(text):
        yield from _of_run(run)


def _clauses(text: str) -> Iterator[list[Word]]:
    """Yield the runs of words of a text that phrases are looked for in."""
    for clause in _CLAUSE_END.split(_FILLERS.sub(" ", text[:_CHARS])):
        yield from _runs(words(clause))


def _of_run(run: Sequence[Word]) -> Iterator[Phrase]:
    for start in range(len(run)):
        for end in range(start + 1, min(start + 4, len(run)) + 1):
            found = run[start:end]
            shape = SHAPES.get("".join(word.letter for word in found))
            if shape and shape[1](found):
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
    value = 1.0 if any(word.letter == "W" or hurts(word.lemma) for word in found) else _NEUTRAL
    if found[0].letter == "I" and not found[0].shown.startswith("не "):
        value *= _WISH
    empty = 0
    content = [word for word in found if word.letter not in "PW"]
    for word in content:
        lemma = word.lemma.removeprefix("не_")
        weight = next((weight for table, weight in _EMPTY if lemma in table), 1.0)
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
        return lemma[3:] not in VERDICTS and lemma[3:] not in FAILINGS
    return (
        lemma.startswith("не") and len(lemma) > 5 and any(tag[:3] in {"ADJ", "ADV"} for tag, _ in readings(lemma[2:]))
    )


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
    found = [word for run in _clauses(text) for word in run if word.letter != "P"]
    return frozenset("без" if word.letter == "W" else word.lemma for word in found)


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


def _came(w: Sequence[Word]) -> bool:
    """Return whether an adjective tells in what state a thing came: «пришла сломанная»."""
    return w[0].lemma in COMING and _any(w[0], w[1], lambda v, a: _agree(v, a) and bool(a & {"nomn", "ablt"}))


def _any(left: Word, right: Word, alike: Callable[[frozenset[str], frozenset[str]], bool]) -> bool:
    return any(alike(one, other) for one in left.tags for other in right.tags)


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether two readings are of one number and, in the singular, of one gender; an infinitive has neither."""
    if "plur" in one or "plur" in other:
        return "plur" in one and "plur" in other
    genders = [tag & {"masc", "femn", "neut"} for tag in (one, other)]
    return not all(genders) or genders[0] == genders[1]


def _subject(noun: Word, verb: Word) -> bool:
    return noun.lemma not in UNITS and _any(
        noun, verb, lambda n, v: "nomn" in n and _agree(n, v) and not v & {"1per", "2per"} and not _doubtful(noun, v)
    )


def _doubtful(noun: Word, verb: frozenset[str]) -> bool:
    """Return whether a noun that looks like a subject is rather an object: «отменил заказ», «купил чайник»."""
    return {"tran", "sing", "past"} <= verb and any({"inan", "accs"} <= tag for tag in noun.tags)


def _object(noun: Word, verb: Word, cases: frozenset[str] = frozenset(("accs", "gent"))) -> bool:
    """Return whether a noun may be what is done by a verb without a subject of its own («деньги не вернули»)."""
    denied = verb.shown.startswith("не ")
    wanted = cases if denied else cases - {"gent"}
    return any(tag & wanted for tag in noun.tags) and any(
        "tran" in tag and ("plur" in tag or "INFN" in tag) and not tag & {"2per", "impr"} for tag in verb.tags
    )


def _noun_verb(w: Sequence[Word]) -> bool:
    return _subject(w[0], w[-1]) or _object(w[0], w[-1])


def _verb_noun(w: Sequence[Word]) -> bool:
    return _subject(w[1], w[0]) or _object(w[1], w[0])


def _impersonal(verb: Word) -> bool:
    """Return whether a verb stands without a subject: «не отвечают», «не дозвониться», «не работает», not «не увидел»."""
    return any(
        "INFN" in tag or ("3per" in tag) or ("past" in tag and "plur" in tag) or {"neut", "past"} <= tag
        for tag in verb.tags
    )


def _of(head: Word, noun: Word) -> bool:
    """Return whether ``noun`` may belong to ``head``: it is in the genitive and no nominative of a thing by itself."""
    return (
        not {noun.lemma, head.lemma} & UNITS
        and any("gent" in tag for tag in noun.tags[:2])
        and any("nomn" in tag for tag in head.tags)
    )


def _adjective(adjective: Word, noun: Word) -> bool:
    return noun.lemma not in UNITS and _any(adjective, noun, lambda a, n: _agree(a, n) and bool(a & n & _CASES))


def _belonging(adjective: Word, noun: Word) -> bool:
    return _any(adjective, noun, lambda a, n: _agree(a, n) and "gent" in a and "gent" in n)


def _named(adjective: Word, noun: Word) -> bool:
    return noun.lemma not in UNITS and _any(adjective, noun, lambda a, n: _agree(a, n) and "nomn" in a and "nomn" in n)


def _short(noun: Word, short: Word) -> bool:
    return _any(noun, short, lambda n, s: "nomn" in n and _agree(n, s))


def _genitive(word: Word) -> bool:
    return any("gent" in tag or "gen2" in tag for tag in word.tags)


def _counted(w: Sequence[Word]) -> bool:
    return any(word.lemma in UNITS for word in w)


def _governed(w: Sequence[Word]) -> bool:
    """Return whether a noun after a preposition is in an oblique case."""
    return any(not tag & {"nomn"} for tag in w[-1].tags)


Shape = tuple[float, Callable[[Sequence[Word]], bool]]
SHAPES: dict[str, Shape] = {
    "V": (0.45, lambda w: _impersonal(w[0])),
    "I": (0.55, lambda w: True),
    "NV": (1.0, _noun_verb),
    "VN": (0.95, _verb_noun),
    "IN": (0.9, lambda w: _object(w[1], w[0])),
    "VI": (0.75, lambda w: _impersonal(w[0])),
    "VIN": (0.8, lambda w: _impersonal(w[0]) and _object(w[2], w[1])),
    "NDV": (1.0, _noun_verb),
    "NVD": (0.95, lambda w: _noun_verb(w[:2])),
    "DVN": (0.9, lambda w: _verb_noun(w[1:])),
    "NNV": (1.0, lambda w: _of(w[0], w[1]) and _noun_verb((w[0], w[2]))),
    "VA": (0.9, _came),
    "VNN": (0.95, lambda w: _of(w[1], w[2]) and _verb_noun(w[:2])),
    "VAN": (0.95, lambda w: _adjective(w[1], w[2]) and _verb_noun((w[0], w[2]))),
    "ANV": (0.95, lambda w: _named(w[0], w[1]) and _subject(w[1], w[2])),
    "VPN": (0.9, lambda w: _governed(w) and _impersonal(w[0])),
    "IPN": (1.0, _governed),
    "NVPN": (0.95, lambda w: _noun_verb(w[:2]) and _governed(w)),
    "NPN": (0.8, lambda w: _governed(w) and any("nomn" in tag for tag in w[0].tags) and not _counted(w)),
    "NN": (0.85, lambda w: _of(w[0], w[1])),
    "AN": (0.9, lambda w: _adjective(w[0], w[1])),
    "NA": (0.8, lambda w: _named(w[1], w[0])),
    "ANN": (0.85, lambda w: _named(w[0], w[1]) and _of(w[1], w[2])),
    "NAN": (0.8, lambda w: _belonging(w[1], w[2]) and _of(w[0], w[2])),
    "NS": (0.95, lambda w: _short(w[0], w[1])),
    "SN": (0.9, lambda w: _short(w[1], w[0])),
    "NNS": (0.95, lambda w: _of(w[0], w[1]) and _short(w[0], w[2])),
    "WN": (0.95, lambda w: _genitive(w[1])),
    "WAN": (0.95, lambda w: _belonging(w[1], w[2])),
    "WNN": (0.9, lambda w: _genitive(w[1]) and _genitive(w[2])),
    "DV": (0.75, lambda w: _impersonal(w[1])),
    "VD": (0.75, lambda w: _impersonal(w[0])),
    "DI": (0.85, lambda w: True),
    "DIN": (0.9, lambda w: _object(w[2], w[1])),
    "DN": (0.6, lambda w: w[0].lemma in {"мало", "много", "долго"} and _genitive(w[1])),
    "NC": (0.55, lambda w: any("nomn" in tag for tag in w[0].tags)),
}
"""Letters: N noun, A adjective, V verb, I infinitive, S short form, D adverb, C comparative, P preposition, W without."""
