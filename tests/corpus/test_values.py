"""Ratings and dates as exports write them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from reviewmine.corpus.values import parse_date, parse_rating, rating_scale, to_five

RATINGS = [
    (4, 4),
    (4.5, 4.5),
    ("4", 4),
    (" 3,5 ", 3.5),
    ("5 из 5", 5),
    ("7/10", 3.5),
    ("2 of 5", 2),
    ("4*", 4),
    ("3★", 1),
    ("★★★☆☆", 3),
    ("⭐⭐", 2),
    ("ОТЛИЧНО", 5),
    ("пять", 5),
    ("плохо", 2),
    ("100", 100),
    ("так себе", None),
    ("5 звёзд и плюс", None),
    ("-1", None),
    ("", None),
    (True, None),
    (float("nan"), None),
    (float("inf"), None),
    (None, None),
]


@pytest.mark.parametrize(("cell", "expected"), RATINGS)
def test_parse_rating(cell, expected):
    assert parse_rating(cell) == expected


SCALES = [
    ([], (1, 5)),
    ([1, 5], (1, 5)),
    ([0, 5], (0, 5)),
    ([6, 2], (0, 6)),
    ([7.5], (0, 10)),
    ([3, 80], (0, 100)),
    ([101], None),
    ([-1], None),
]


@pytest.mark.parametrize(("values", "scale"), SCALES)
def test_the_narrowest_scale_that_holds_all(values, scale):
    assert rating_scale(values) == scale


@pytest.mark.parametrize("scale", [(1, 5), (0, 5), (0, 6), (0, 10), (0, 100)])
def test_every_scale_ends_at_1_and_5(scale):
    assert [to_five(value, scale) for value in (scale[0], sum(scale) / 2, scale[1])] == [1, 3, 5]


DATES = [
    ("2024-02-11", datetime(2024, 2, 11)),
    ("2024-02-11 14:12:05", datetime(2024, 2, 11, 14, 12, 5)),
    ("2024-02-11T14:12:00Z", datetime(2024, 2, 11, 14, 12)),
    ("2024-02-11T14:12:00+03:00", datetime(2024, 2, 11, 11, 12)),
    ("11.02.2024", datetime(2024, 2, 11)),
    ("11/02/2024 9:05", datetime(2024, 2, 11, 9, 5)),
    ("1 августа 2024, 00:26", datetime(2024, 8, 1, 0, 26)),
    ("3 мая 2023 г.", datetime(2023, 5, 3)),
    ("12 Мар 2022", datetime(2022, 3, 12)),
    ("1707660720", datetime(2024, 2, 11, 14, 12)),
    ("1707660720000", datetime(2024, 2, 11, 14, 12)),
    (date(2024, 2, 11), datetime(2024, 2, 11)),
    (datetime(2024, 2, 11, 3, tzinfo=timezone(timedelta(hours=5))), datetime(2024, 2, 10, 22)),
    (datetime(2024, 2, 11, 3, tzinfo=UTC), datetime(2024, 2, 11, 3)),
    ("31.02.2024", None),
    ("11.13.2024", None),
    ("5 брюмера 2024", None),
    ("11 февраля", None),
    ("вчера", None),
    ("", None),
    ("9" * 1000, None),
    ("0001-01-01T00:00:00+05:00", None),
]


@pytest.mark.parametrize(("cell", "expected"), DATES, ids=str)
def test_parse_date(cell, expected):
    assert parse_date(cell) == expected
