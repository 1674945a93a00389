"""The words that a negation denies are drawn in the text itself, between brackets."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewmine.language.negation import END, denied, roles
from reviewmine.language.normalize import tokens, words

CASES = [
    "чайник не [шумит] и крышка не [болтается]",
    "Ничего не [треснуло] в дороге",
    "вернули все без [проволочек], сдачу тоже",
    "ни [звонка], ни [письма]",
    "[сколов] нет, [запаха] нет",
    "[претензий] нет!",
    "нет [времени] ждать",
    "нет, привезли вовремя",
    "не, привезли вовремя",
    "[щелей] нет\nзамок тугой",
    "Сборка — не [подарок]",
    "так и не (увы) дождался",
    "никаких [царапин] нигде",
    "не 5 звезд",
    "не и не",
    "НЕ [Пришло]",
    "the lid doesn’t [close], no [spares]",
    "неплохой пылесос, небрежно упакован",
    "привезли вовремя, все цело",
    "",
]


def shown(text):
    """Return ``text`` with the denied words between brackets."""
    found = list(tokens(text))
    said = roles(text, words(text))
    places = [i for i, role in enumerate(said) if role != END]
    spans = [(found[n].start, found[n].end) for n, place in enumerate(places) if place in denied(said)]
    for start, end in reversed(spans):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize("case", CASES)
def test_the_word_beside_a_negation_is_denied(case):
    assert shown(re.sub(r"[\[\]]", "", case)) == case


@given(
    st.lists(
        st.sampled_from(
            ["не", "нет", "без", "шнур", "и", " ", "\n", ",", "<b>", "<b&#62;", "&amp;lt;", "!", "🙂", "0", "-"]
        )
    )
)
def test_there_is_a_role_for_every_word(parts):
    text = "".join(parts)
    assert len(roles(text, words(text)).replace(END, "")) == len(words(text))


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_has_roles(text):
    text = f"не {text}"
    assert len(roles(text, words(text)).replace(END, "")) == len(words(text))
