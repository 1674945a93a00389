"""Ratings as exports and people write them, and the scale of a table."""

import random
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewmine.corpus.ratings import RatingTally, parse_rating

UNSTATED = [
    (4, 4),
    (4.5, 4.5),
    (np.int64(3), 3),
    (np.float64(2.5), 2.5),
    (Decimal("4.5"), 4.5),
    ("4", 4),
    ("4.0", 4),
    (" 3,5 ", 3.5),
    ("3\u00a0", 3),
    ("0", 0),
    ("100", 100),
    ("Оценка: 4", 4),
    ("Рейтинг 4,7", 4.7),
    ("5 - отлично", 5),
    ("1 — Ужас!", 1),
    ("Отлично (5)", 5),
    ("4 (хорошо)", 4),
    ("5+", 5),
    ("5.", 5),
    ("пять", 5),
    ("10 баллов", 10),
    ("4️⃣", 4),
    ("4\u200b", 4),
]
STATED = [
    ("5 из 5", 5, 5),
    ("4/5", 4, 5),
    ("4,5 / 5", 4.5, 5),
    ("7/10", 7, 10),
    ("7 ИЗ 10", 7, 10),
    ("2 of 5", 2, 5),
    ("4.0 out of 5 stars", 4, 5),
    ("5 баллов из 5", 5, 5),
    ("оценка 3 из 5 звёзд", 3, 5),
    ("0/5", 0, 5),
    ("87%", 87, 100),
    ("87,5 %", 87.5, 100),
    ("4*", 4, 5),
    ("3★", 3, 5),
    ("★ 4 из 5", 4, 5),
    ("4 звезды", 4, 5),
    ("1 звезда - ужас", 1, 5),
    ("пять звёзд", 5, 5),
    ("две звезды", 2, 5),
    ("Rated 4 stars", 4, 5),
    ("1 star", 1, 5),
    ("10 звёзд", 10, 0),
    ("★★★☆☆", 3, 5),
    ("★ ★ ☆ ☆ ☆", 2, 5),
    ("⭐⭐", 2, 5),
    ("⭐️⭐️⭐️⭐️", 4, 5),
    ("★★★★★★★☆☆☆", 7, 10),
    ("★★☆☆☆ плохой магазин", 2, 5),
    ("ОТЛИЧНО", 5, 5),
    ("отл.", 5, 5),
    ("Хорошо!", 4, 5),
    ("нормально", 3, 5),
    ("плохо", 2, 5),
    ("очень плохо", 1, 5),
    ("ужасно", 1, 5),
    ("пятёрка", 5, 5),
    ("двойка", 2, 5),
    ("Good", 4, 5),
    ("👍", 5, 5),
    ("👍🏽👍🏽", 5, 5),
    ("👎", 1, 5),
    ("😡", 1, 5),
]
NONE = [
    *(
        "",
        " ",
        "-",
        "—",
        "нет",
        "так себе",
        "-1",
        "-0,5",
        "5 звёзд и плюс",
        "24/7",
        "6 из 5",
        "5/0",
        "1/2",
        "150%",
        "1 890",
        "1000",
    ),
    *(
        "11/02/2024",
        "11.02.2024",
        "4-5",
        "4.5.6",
        "100 руб",
        "👍👎",
        "☆☆☆☆☆",
        "четыре с половиной звезды",
        "²",
        "nan",
        "inf",
        "1e3",
    ),
    *(
        True,
        None,
        float("nan"),
        float("inf"),
        -1,
        -0.5,
        10**400,
        pd.NA,
        pd.NaT,
        [],
        {},
        "\ud800",
        "\0",
        "4" * 1000,
        Decimal("nan"),
    ),
]


@pytest.mark.parametrize(("cell", "number"), UNSTATED, ids=str)
def test_a_number_without_a_scale(cell, number):
    assert parse_rating(cell) == (number, 0)


@pytest.mark.parametrize(("cell", "number", "of"), STATED)
def test_a_rating_that_states_its_scale(cell, number, of):
    assert parse_rating(cell) == (number, of)


@pytest.mark.parametrize("cell", NONE, ids=lambda cell: ascii(cell)[:30])
def test_what_is_no_rating(cell):
    assert parse_rating(cell) is None


def tally(cells, column=""):
    one = RatingTally(column)
    one.add(cells)
    return one


SCALES = [
    ([], (1, 5)),
    ([1, 5], (1, 5)),
    ([0, 5], (0, 5)),
    ([6, 2], (0, 6)),
    ([7.5], (0, 10)),
    ([3, 80], (0, 100)),
    ([101], None),
    ([4.99, 0.5], (0, 5)),
    ([5.01], (0, 6)),
    (["4 из 5", "9 из 10", "отлично", "80%"], (1, 5)),
    (["9", "2,5", "10/10"], (0, 10)),
    ([*[1] * 9, 10], (0, 10)),
    ([*[1] * 10, 10], (1, 10)),
    ([*[1] * 10, 0, 10], (0, 10)),
    ([*range(1, 6)] * 10 + [55], (1, 5)),
    ([*range(1, 6)] * 9 + [55], (0, 100)),
    ([*range(1, 6)] * 9 + [0] * 5, (0, 5)),
]


@pytest.mark.parametrize(("cells", "scale"), SCALES, ids=lambda value: ascii(value)[:40])
def test_the_narrowest_usual_scale_that_holds_all_but_one_in_fifty(cells, scale):
    assert tally(cells).scale == scale


NAMED = [
    ("NPS", [1, 4, 5], (0, 10)),
    ("Оценка NPS", [*[1] * 20, 5], (0, 10)),
    ("CSAT", [2, 5], (1, 5)),
    ("Кол-во звёзд", [2, 5], (1, 5)),
    ("Оценка (0-10)", [4], (0, 10)),
    ("Оценка от 1 до 10", [4], (1, 10)),
    ("Оценка по 10-балльной шкале", [4], (0, 10)),
    ("Пятибалльная оценка", [4], (1, 5)),
    ("Оценка (из 100)", [4], (0, 100)),
    ("Оценка, 1–7", [4], (1, 7)),
    ("Оценка за 2023-2024", [4], (1, 5)),
    ("Оценка 2", [4], (1, 5)),
    ("Оценка (0-1)", [4], (1, 5)),
    ("CSAT", [2, 80], (0, 100)),  # what is there is more than what is said
    ("stars", [10], (0, 10)),
    ("stars", [0, 0, 4, 5], (1, 5)),  # nobody gives no stars
]


@pytest.mark.parametrize(("column", "cells", "scale"), NAMED)
def test_a_columns_name_may_tell_the_scale(column, cells, scale):
    assert tally(cells, column).scale == scale


TO_FIVE = [
    ([1, 5], 4.3, 4.3),
    ([0, 6], 3, 3),
    ([0, 10], "10", 5),
    ([0, 10], "0", 1),
    ([0, 100], 25, 2),
    ([0, 10], "4 из 5", 4),
    ([0, 10], "★★", 2),
    ([1, 5], "5 из 10", 3),
    ([1, 5], "75%", 4),
    (["1/10"] * 10, "1 из 10", 1),
    (["0/10", *["1/10"] * 10], "1 из 10", 1.4),
    (["0/5"] * 5, "0/5", 1),
    (["5/5"] * 99, "0/5", None),
    ([1, 5], 6, None),
    ([1, 5], 0, None),
    ([500], 4, None),
    ([500], "4/5", 4),
    ([1, 5], "так себе", None),
    ([1, 5], None, None),
]


@pytest.mark.parametrize(("cells", "cell", "expected"), TO_FIVE)
def test_to_five(cells, cell, expected):
    assert tally(cells).to_five(cell) == expected


NOTES = [
    ([1, 5, "", None, "—", "нет оценки"], "", ""),
    ([0, 7], "", "ratings on 0..10, brought to 1..5"),
    ([0, 7], "NPS", "ratings on 0..10 (NPS), brought to 1..5"),
    ([4], "Оценка (от 1 до 10)", "ratings on 1..10 (1 до 10), brought to 1..5"),
    (["6/10", "отлично"], "", ""),
    ([*[5] * 99, 55], "", "1 rating outside 1..5, such as 55; left empty"),
    ([*[5] * 99, 0], "", "1 rating outside 1..5, such as 0; left empty"),
    (["5/5"] * 99 + ["0/5"], "", "1 rating outside 1..5, such as 0; left empty"),
    ([4, 500], "", "ratings on no usual scale (from 4 to 500); left empty"),
    ([4, "так себе", "ну такое", "так себе"], "", "3 ratings not understood, such as 'ну такое'; left empty"),
    (["\ud800", 9], "", "ratings on 0..10, brought to 1..5; 1 rating not understood, such as '\ufffd'; left empty"),
]


@pytest.mark.parametrize(("cells", "column", "note"), NOTES)
def test_the_note_says_what_was_found_out(cells, column, note):
    assert tally(cells, column).note == note


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.integers(0, 12).map(str),
    st.sampled_from([c for c, *_ in STATED]),
)


@given(st.lists(CELLS, max_size=30), st.sampled_from(["", "NPS", "Оценка (1-7)"]), st.randoms())
def test_all_that_comes_out_is_from_1_to_5_whatever_the_order(cells, column, rng):
    one = tally(cells, column)
    assert all(value is None or 1 <= value <= 5 for value in map(one.to_five, cells))
    mixed = random.Random(rng.random()).sample(cells, len(cells))
    again = RatingTally(column)
    for cell in mixed:  # in batches of one
        again.add([cell])
    assert (again.scale, again.note) == (one.scale, one.note)
    assert list(map(again.to_five, cells)) == list(map(one.to_five, cells))
    assert "\n" not in one.note


@given(st.text())
def test_no_text_is_beyond_it(text):
    parsed = parse_rating(text)
    assert parsed is None or (0 <= parsed[0] <= 999 and (parsed[1] == 0 or parsed[0] <= parsed[1] <= 100))


@pytest.mark.parametrize("piece", ["4", "★", "4 ", "из ", "оценка ", "5/", "👍", "а", "(", " "])
def test_long_cells_are_no_ratings(piece):
    assert parse_rating(piece * 100_000) is None


def test_memory_is_bounded_by_the_scales_not_by_the_rows():
    one = tally(i / 1000 for i in range(200_000))
    assert sum(map(len, one._counts.values())) < 1_000
