"""Lemmas and parts of speech of Russian words: pymorphy3 behind a cache per distinct word."""

from functools import cache, lru_cache
from typing import Any, NamedTuple

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


@lru_cache(maxsize=500_000)
def parse(form: str) -> Parse:
    """Return the lemma and part of speech of a normal form; a word that is not Russian is its own lemma.

    >>> parse("привезли")
    Parse(lemma='привезти', pos='VERB')
    """
    if not ("а" <= form[:1] <= "я"):
        return Parse(form, "" if form[:1].isalpha() else "PNCT")
    best = _analyzer().parse(form)[0]
    return Parse(best.normal_form.replace("ё", "е"), str(best.tag.POS or ""))


def lemma(form: str) -> str:
    """Return the lemma of a normal form.

    >>> lemma("доставкой")
    'доставка'
    """
    return parse(form).lemma


def lemmas(text: str) -> list[str]:
    """Return the lemmas of the words of ``text``; a negation is joined to the word it denies.

    >>> lemmas("Деньги не вернули!")
    ['деньга', 'не_вернуть']
    """
    result: list[str] = []
    negated = False
    for form in words(text):
        if form == "не":
            negated = True
            continue
        if form[0].isalpha():
            result.append(("не_" if negated else "") + lemma(form))
            negated = False
    return result
