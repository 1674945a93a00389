"""Tags and entities are blanked out; nothing moves."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewmine.language.markup import INVISIBLE, without_markup
from reviewmine.language.normalize import normalize

CASES = [
    ("шумит<br>греется", "шумит\n   греется"),
    ("<p class='x'>шумит</p>", "\n" + " " * 12 + "шумит\n   "),
    ("<b>шумит</b>", "   шумит    "),
    ("&quot;шумит&quot;", '"     шумит"     '),
    ("2&nbsp;часа", "2\xa0     часа"),
    ("it&#39;s", "it'" + INVISIBLE * 4 + "s"),
    ("шумит &amp;mdash; жаль", "шумит —" + " " * 11 + "жаль"),
    ("&lt;br/&gt;да", "\n" + " " * 10 + "да"),
    ("я <3 его, цена <500 & более", "я <3 его, цена <500 & более"),
    ("a < b > c", "a < b > c"),
    ("&nosuch; &", "&nosuch; &"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_markup_becomes_spaces(text, expected):
    assert without_markup(text) == expected


PIECES = ["<br>", "<b", ">", "&", "&amp;", "quot;", "&#x41;", "&lt;", "шум", " ", "/p>", "\ud800", "&#55296;"]


@given(
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
    | st.text(st.characters(exclude_categories=()), max_size=60)
)
def test_the_length_never_changes(text):
    assert len(without_markup(text)) == len(text)


def test_words_are_read_through_markup():
    assert normalize("<p>Не&nbsp;работает</p>&laquo;совсем&raquo;") == "не работает совсем"


@pytest.mark.parametrize("piece", ["<b ", "&amp;", "&", "<", "&#1", "<br" + " " * 400])
def test_hostile_text_takes_linear_time(piece):
    started = time.process_time()
    without_markup(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 2
