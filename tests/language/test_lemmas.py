"""Words to lemmas: one lemma for all forms of a word, and a denied word is another word."""

import pytest

from reviewmine.language.lemmas import forms_of, lemma, lemmas, nominative, parse, readings


@pytest.mark.parametrize("form", ["курьер", "курьера", "курьеру", "курьеры", "курьерами"])
def test_forms_of_one_word_share_a_lemma(form):
    assert lemma(form) == "курьер"


def test_not_delivered_is_not_delivered():
    assert lemmas("привезли") == ["привезти"]
    assert lemmas("не привезли") == lemmas("НЕ ПРИВЕЗЛИ!!!") == ["не_привезти"]


CASES = [
    ("не работает кнопка", ["не_работать", "кнопка"]),
    ("кнопка не, не работает", ["кнопка", "не_работать"]),
    ("работает не всегда, греется", ["работать", "не_всегда", "греться"]),
    ("почему не", ["почему"]),
    ("5 штук за 300!", ["штука", "за"]),
    ("завис wifi", ["зависнуть", "wifi"]),
    ("", []),
    ("!!! 😡 )))", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_lemmas(text, expected):
    assert lemmas(text) == expected


def test_a_lemma_has_no_yo():
    assert lemma("пришел") == "прийти"
    assert "ё" not in lemma("тяжелого") + lemma("жесткая")


def test_a_foreign_word_is_its_own_lemma():
    assert parse("powerbank") == ("powerbank", "")
    assert parse("!") == ("!", "PNCT")


def test_parts_of_speech():
    assert [parse(form).pos for form in ("доставка", "сломался", "хлипкий")] == ["NOUN", "VERB", "ADJF"]


def test_a_word_with_a_letter_that_unicode_only_numbers_is_its_own_lemma():
    strange = "aab\U00017000"
    assert parse(strange).lemma == strange
    assert readings(strange) == ()
    assert forms_of(strange) == frozenset()
    assert nominative(f"нижней {strange}") == f"нижней {strange}"
