"""Scripts, capitals, emoji and broken encodings are told by the characters alone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewmine.corpus.letters import SCRIPTS, read_letters


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Пришёл с царапиной, но работает", "russian"),
        ("Пылесос Bosch тянет слабо, фильтр забивается за день", "russian"),
        ("Курткa маломерит", "russian"),  # one Latin «a» slipped in
        ("Дуже гарна річ, їздить тихо", "cyrillic"),
        ("Тауар өте жақсы, рахмет", "cyrillic"),
        ("Вельмі цікавы ўзор", "cyrillic"),
        ("Broke after two days", "latin"),
        ("Très déçu, pas de câble", "latin"),
        ("Case мягкий but very thin пластик", "mixed"),
        ("很好，谢谢", "other"),
        ("საუკეთესო", "other"),
        ("𠀀𠀁𠀂", "other"),
        ("5+ !!! 👍", "none"),
        ("", "none"),
        pytest.param("\ud800", "none", id="half a character"),
    ],
)
def test_the_script_of_a_text(text, script):
    assert read_letters([text]).script.tolist() == [script]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("Отличный чайник, греет быстро", False),
        ("РАССРОЧКА РАССЧИТАНА С ПРОСРОЧКОЙ ПЛАТЕЖА", False),
        ("Отличный чайник".encode().decode("cp1251", "replace"), True),
        ("Отличный чайник".encode().decode("latin-1"), True),
        ("Отличный ча\ufffdник", True),
        ("РС", False),
    ],
)
def test_a_text_in_a_wrong_encoding_is_told(text, broken):
    assert read_letters([text]).broken.tolist() == [broken]


def test_capitals_count_from_ten_letters_on():
    assert read_letters(["ОЧЕНЬ ПЛОХО СДЕЛАНО", "ОК", "Ничего НЕ работает", "ТЕЛЕВИЗОР SAMSUNG"]).caps.tolist() == [
        True,
        False,
        False,
        True,
    ]


def test_emoji_are_seen_and_smileys_are_not():
    assert read_letters(["супер👍", "супер)))", "❤", "★★★", "🇷🇺"]).emoji.tolist() == [True, False, True, True, True]


def test_letters_of_other_languages_are_counted_in_their_texts_only():
    found = read_letters(["Дуже гарна річ, Її люблю", "Опечатка: одна «і» в русском отзыве о чайнике"])
    assert found.foreign == {"і": 1, "ї": 2}


def test_texts_longer_together_than_one_chunk_stay_in_order():
    texts = ["шумит " * 400, "noisy " * 400, ""] * 400
    started = time.process_time()
    assert read_letters(texts).script.tolist() == ["russian", "latin", "none"] * 400
    assert time.process_time() - started < 4


@given(st.lists(st.text(alphabet=st.characters(), max_size=30), max_size=8))
def test_any_characters_give_one_verdict_a_text(texts):
    found = read_letters(texts)
    assert set(found.script.tolist()) <= set(SCRIPTS)
    assert len(found.script) == len(found.emoji) == len(found.caps) == len(found.broken) == len(texts)
    alone = [read_letters([text]).script.tolist() for text in texts]
    assert found.script.tolist() == [script for one in alone for script in one]
