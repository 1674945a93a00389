"""Cells that say nothing, and the example of those that could not be read."""

import itertools

import numpy as np
import pandas as pd
import pytest

from reviewmine.corpus.cells import Unread, is_blank, shortened, shown
from reviewmine.corpus.columns import recognise
from reviewmine.corpus.dates import DateTally
from reviewmine.corpus.ratings import RatingTally
from reviewmine.errors import ReviewmineError

BLANK = [
    "",
    " \t",
    "\u00a0",
    "-",
    "—",
    "--",
    "...",
    "нет",
    "Нет данных",
    "н/д",
    "N/A",
    "null",
    "NaN",
    "\ufeff",
    " " * 500,
]
BLANK += [None, float("nan"), np.nan, pd.NA, pd.NaT]


@pytest.mark.parametrize("cell", BLANK, ids=ascii)
def test_a_blank_cell(cell):
    assert is_blank(cell)


@pytest.mark.parametrize(
    "cell", [0, 0.0, False, "0", "вчера", "так себе", "нетто", "-1", "★", "\ud800", "x" * 500], ids=ascii
)
def test_a_cell_that_says_something(cell):
    assert not is_blank(cell)


def test_the_example_is_the_shortest_in_any_order():
    for cells in itertools.permutations(["так себе", "ну", "да", "x" * 100]):
        unread = Unread()
        for cell in cells:
            unread.add(cell)
        assert (unread.n, unread.example) == (4, "да")
    unread = Unread()
    unread.add("x" * 100)
    assert len(unread.example) == 40


@pytest.mark.parametrize(
    ("cell", "example"),
    [
        ("звонил Сергей Иванов", "звонил [имя]"),
        ("8 (900) 000-12-34", "[телефон]"),
        ("отзыв оставлен вчера вечером, тел. 8 (900) 000-12-34", "отзыв оставлен вчера вечером, тел.…"),
    ],
)
def test_the_example_is_masked_before_it_is_cut(cell, example):
    unread = Unread()
    unread.add(cell)
    assert unread.example == example


@pytest.mark.parametrize("tally", [DateTally, RatingTally])
def test_the_note_on_cells_not_understood_shows_nobody(tally):
    found = tally()
    found.add(["Звонила Мария Петрова, 8 (900) 000-12-34"])
    assert "such as 'Звонила [имя], [телефон]'" in found.note


def test_a_file_without_a_header_is_refused_without_showing_its_first_row():
    cells = ["8 (900) 000-12-34", "Мария Петрова", "2024"]
    with pytest.raises(ReviewmineError, match=r"no text column among: \[телефон\], \[имя\], 2024, expected"):
        recognise(cells)


def test_a_number_far_behind_is_masked_whole():
    assert "(9" not in shown("а" * 190 + " 8 (900) 000-12-34", 200)


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [("коротко", 7, "коротко"), ("а" * 50, 10, "а" * 9 + "…"), ("раз два три четыре", 12, "раз два три…"), ("", 5, "")],
)
def test_a_long_text_is_cut_at_a_space(text, most, expected):
    assert shortened(text, most) == expected
    assert len(shortened(text, most)) <= most
