"""Answers that say nothing."""

import pytest

from gold.sheets import null_cases, score_nulls
from reviewmine.corpus.nulls import null_rule, roles_of

NULLS = [
    ("-", "cons", "signs"),
    ("😊 ))) !!!", "pros", "signs"),
    ("", "text", "signs"),
    ("—" * 500, "cons", "signs"),
    ("НЕТ!!!", "cons", "none"),
    ("Их нет :)", "cons", "none"),
    ("не обнаружил(", "cons", "none"),
    ("Нееееет", "cons", "none"),
    ("N/A", "comment", "not-said"),
    ("Всё в комментарии", "cons", "elsewhere"),
    ("0", "pros", "none"),
    ("Всё нравится", "cons", "all-good"),
    ("всё ОТЛИЧНО 👍", "cons", "all-good"),
    ("Всё нравится", "pros", ""),
    ("Нет кнопки питания", "cons", ""),
    ("Шнур короткий", "cons", ""),
    ("!" * 300 + " кнопка западает", "cons", ""),
    ("Нет" + " " * 300 + "инструкции", "cons", ""),
]


@pytest.mark.parametrize(("text", "part", "rule"), NULLS, ids=lambda value: value[:20])
def test_null_rule(text, part, rule):
    assert null_rule(text, part) == rule


ORDERS = [
    "пока не выявлено",
    "минусов за год использования не нашла",
    "на мой взгляд, их нет и быть не может",
    "у этой модели явных недостатков пока не обнаружено",
    "ни одного",
    "без нареканий",
    "для меня лично минусов нет",
]
SAYS = [
    "нет кнопки питания",
    "ничего не видно",
    "минусов нет, кроме цены",
    "не подошли",
    "одни минусы",
    "никакое качество",
    "не могу включить",
    "нет смысла переплачивать",
    "без коробки",
    "нет плюсов",
]


@pytest.mark.parametrize("text", ORDERS)
def test_words_of_the_vocabulary_in_many_orders_say_nothing(text):
    assert null_rule(text, "cons") == "none"


@pytest.mark.parametrize("text", SAYS)
def test_one_word_outside_the_vocabulary_says_something(text):
    assert null_rule(text, "cons") == ""


def test_no_merits_is_null_under_merits_and_a_complaint_under_faults():
    assert (null_rule("плюсов нет", "pros"), null_rule("плюсов нет", "cons")) == ("none", "")


@pytest.mark.parametrize(("word", "roles"), [("минусов", {"fault"}), ("нету", {"denies"}), ("шнур", set())])
def test_roles_explain_an_answer(word, roles):
    assert roles_of(word) == roles


def test_the_gold_sheet_is_met():
    score = score_nulls(null_cases(), null_rule)
    assert score.precision >= 0.98, score
    assert score.recall >= 0.98, score


@pytest.mark.parametrize("text", ["недостаткв не нашла", "не обноружено", "Минусовнет", "отсутствут", "незамечено"])
def test_a_slip_of_a_word_of_the_vocabulary_is_that_word(text):
    assert null_rule(text, "cons") == "none"


@pytest.mark.parametrize("text", ["нет видео", "нет вскуса", "не находчивый", "нет минусинской баранины"])
def test_a_word_that_the_dictionary_knows_is_no_slip(text):
    assert null_rule(text, "cons") == ""
