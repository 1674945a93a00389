"""Lemmas and parts of speech of Russian words: pymorphy3 behind a cache per distinct word."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple
from unicodedata import name

from reviewmine.errors import missing_extra
from reviewmine.language.normalize import words


class Parse(NamedTuple):
    """The most probable reading of a word: its lemma and OpenCorpora part of speech ('' when unknown)."""

    lemma: str
    pos: str


@cache
def _analyzer() -> Any:
    """Return the morphological analyzer; loaded once, on first use."""
    try:
        import pymorphy3  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("pymorphy3", "lab", "finding lemmas") from error
    return pymorphy3.MorphAnalyzer(lang="ru")


def _asked(form: str) -> Sequence[Any]:
    """Return what the analyzer says of a word, the most probable first; nothing of a word with a letter that has no name.

    pymorphy3 tells Latin letters by their names, and fails on scripts that Unicode only numbers.
    """
    return _analyzer().parse(form) if all(name(letter, "") for letter in form) else ()


@lru_cache(maxsize=500_000)
def parse(form: str) -> Parse:
    """Return the lemma and part of speech of a normal form; a word that is not Russian is its own lemma.

    >>> parse("привезли")
    Parse(lemma='привезти', pos='VERB')
    """
    if not ("а" <= form[:1] <= "я"):
        return Parse(form, "" if form[:1].isalpha() else "PNCT")
    best = next(iter(_asked(form)), None)
    if best is None:
        return Parse(form, "")
    return Parse(best.normal_form.replace("ё", "е"), str(best.tag.POS or ""))


@lru_cache(maxsize=200_000)
def readings(form: str) -> tuple[tuple[str, float], ...]:
    """Return every reading of a word that the dictionary knows: OpenCorpora tag and probability; none of other words.

    >>> [tag for tag, _ in readings("алексей")], readings("джамшут")
    (['NOUN,anim,masc,Name sing,nomn'], ())
    """
    return tuple((str(one.tag), float(one.score)) for one in _asked(form) if one.is_known)


def lemma(form: str) -> str:
    """Return the lemma of a normal form.

    >>> lemma("доставкой")
    'доставка'
    """
    return parse(form).lemma


def forms_of(word: str) -> frozenset[str]:
    """Return all forms of a dictionary word in any of its readings, ё as е.

    >>> sorted(forms_of("минус"))[:3]
    ['минус', 'минуса', 'минусам']
    """
    return frozenset(one.word.replace("ё", "е") for reading in _asked(word) for one in reading.lexeme)


def nominative(phrase: str) -> str:
    """Return a noun phrase in the nominative: adjectives before a noun, or a noun before what belongs to it.

    Any other phrase comes back as it is.

    >>> nominative("нижней ветки"), nominative("заявку на возврат"), nominative("не подошел размер")
    ('нижняя ветка', 'заявка на возврат', 'не подошел размер')
    """
    forms = phrase.split()
    read = [_asked(form) for form in forms]
    if not all(read):
        return phrase
    kinds = [str(readings[0].tag.POS) for readings in read]
    if kinds[-1] == "NOUN" and len(forms) > 1 and set(kinds[:-1]) <= {"ADJF", "PRTF"}:
        found = _agreeing(read)
    elif kinds == ["NOUN", "PREP", "NOUN"] or (kinds == ["NOUN", "NOUN"] and any("gent" in one.tag for one in read[1])):
        found = [read[0][0]]
    else:
        return phrase
    head = found[-1].tag
    shape = {"nomn", str(head.number)}
    agreed = shape | {str(head.gender)} if head.number == "sing" and head.gender else shape
    moved = [*(one.inflect(agreed) for one in found[:-1]), found[-1].inflect(shape)]
    if any(one is None for one in moved):
        return phrase
    return " ".join([*(one.word.replace("ё", "е") for one in moved), *forms[len(moved) :]])


def _agreeing(read: Sequence[Sequence[Any]]) -> list[Any]:
    """Return a reading for each word such that the adjectives stand in the case and number of the noun, if there is one."""
    for noun in read[-1]:
        alike = [
            [one for one in readings if (one.tag.case, one.tag.number) == (noun.tag.case, noun.tag.number)]
            for readings in read[:-1]
        ]
        if all(alike):
            return [*(readings[0] for readings in alike), noun]
    return [readings[0] for readings in read]


def lemmas(text: str) -> list[str]:
    """Return the lemmas of the words of ``text``; a negation is joined to the word it denies.

    >>> lemmas("Деньги не вернули!")
    ['деньга', 'не_вернуть']
    """
    return [found for found, _ in shown_lemmas(text)]


def shown_lemmas(text: str) -> list[tuple[str, str]]:
    """Return for each word of ``text`` its lemma, which matches, and its form as written, which is shown.

    >>> shown_lemmas("Деньги не вернули!")
    [('деньга', 'деньги'), ('не_вернуть', 'не вернули')]
    """
    result: list[tuple[str, str]] = []
    negated = False
    for form in words(text):
        if form == "не":
            negated = True
            continue
        if form[0].isalpha():
            result.append((f"не_{lemma(form)}", f"не {form}") if negated else (lemma(form), form))
            negated = False
    return result


def surface_forms(texts: Iterable[str]) -> dict[str, str]:
    """Return for each lemma of ``texts`` the form in which it stands most often; the first in the alphabet among equals.

    >>> surface_forms(["сломалась ручка", "ручка сломалась", "ручки сломаны"])["ручка"]
    'ручка'
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for found, shown in shown_lemmas(text):
            counts[found][shown] += 1
    return {found: min(forms, key=lambda form: (-forms[form], form)) for found, forms in counts.items()}
