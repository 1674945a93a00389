"""Dates as exports, pages and people write them, and the order of day and month in a table."""

import random
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewmine.corpus.dates import DateTally, naive, parse_as_of, parse_date
from reviewmine.errors import ReviewmineError

DAY, NOON = datetime(2024, 2, 11), datetime(2024, 2, 11, 12)
MOMENT = datetime(2024, 2, 11, 14, 12)

EAST = timezone(timedelta(hours=5))

# A moment to the ways it is written, parted by bars.
WRITTEN = {
    DAY: "2024-02-11|2024-2-11|2024/02/11|2024.02.11|20240211|11.02.2024|11.2.24|11-02-2024|11/02/24|11 02 2024|11.02.2024 г."
    "|11.02.2024г.|Дата: 11.02.2024|11 февраля 2024|11 февраля 2024 года|11 фев. 2024 г.|11 ФЕВ 2024|вс, 11 февраля 2024|11-фев-2024"
    "|11фев2024|11 фев 24|February 11, 2024|Feb 11th, 2024|11 Feb 2024|2024 Feb 11| 11.02.2024\n|\u200e11.02.2024\u200e"
    "|11\u00a0февраля\u00a02024|отзыв от 11.02.2024|45333|45333.0",
    MOMENT: "2024-02-11 14:12|2024-02-11T14:12:00|2024-02-11T14:12:00Z|2024-02-11T17:12:00+03:00|2024-02-11T14:12:00.000+0000"
    "|2024-02-11 17:12:00 +0300|2024-02-11 14:12:00 UTC|2024-02-11T14:12:00.0000000|20240211141200|2024.02.11 14:12"
    "|11.02.2024 14:12|11.02.2024, 14:12:00|11.02.2024 в 14:12|14:12 11.02.2024|11/02/2024 2:12 PM|11/02/2024 2:12:00 p.m."
    "|11.02.2024 17:12 МСК|11.02.2024 17:12 MSK|11 февраля 2024, 14:12|11 фев. 2024 г., 14:12|11.02.24 14:12|11.02.2024 14:12:00.123"
    "|Sun, 11 Feb 2024 17:12:00 +0300|Sun Feb 11 2024 17:12:00 GMT+0300 (Москва, стандартное время)"
    "|Sunday, February 11, 2024 at 2:12 PM|1707660720|1707660720.0|1707660720000|1707660720000000|45333,591667|45333.5916666667",
    NOON: "11.02.2024 12:00 pm|45333,5|11.02.2024 17:00 +05:00|11.02.2024 7:00 -0500|11.02.2024 15:00 UTC+3",
    datetime(2024, 2, 10, 22): "2024-02-11 03:00+05:00|11.02.2024 03:00 +05:00",
    datetime(2024, 2, 11, 0, 5): "11.02.2024 12:05 am|11.02.2024 00:05",
    datetime(2024, 2, 1): "февраль 2024|Feb 2024|02.2024|2024-02|2/2024",
    datetime(2024, 3, 4): "04/03/2024|4-3-24|04.03.2024",
    datetime(2024, 3, 25): "03/25/2024|25/03/2024|03-25-24",
    datetime(1999, 12, 31): "31.12.99|31.12.1999",
}
TYPED = [
    *(
        (cell, DAY)
        for cell in (
            45333,
            45333.0,
            Decimal(45333),
            date(2024, 2, 11),
            DAY,
            pd.Timestamp(DAY),
            np.datetime64("2024-02-11"),
        )
    ),
    *((cell, MOMENT) for cell in (1707660720, 1707660720.0, 1707660720000, np.int64(1707660720), 45333.591667)),
    *((cell, MOMENT) for cell in (pd.Timestamp(MOMENT, tz="UTC"), np.datetime64("2024-02-11T14:12:00.000000000"))),
    (datetime(2024, 2, 11, 17, tzinfo=EAST), NOON),
    (datetime(2024, 2, 11, 12, tzinfo=UTC), NOON),
]
DATES = [*((cell, moment) for moment, cells in WRITTEN.items() for cell in cells.split("|")), *TYPED]


@pytest.mark.parametrize(("cell", "expected"), DATES, ids=repr)
def test_a_full_date(cell, expected):
    assert parse_date(cell) == expected
    assert parse_date(cell, as_of=datetime(2025, 1, 1)) == expected
    assert type(parse_date(cell)) is datetime
    assert parse_date(cell).tzinfo is None


NO_DATE = [
    *(
        "",
        " ",
        "—",
        "нет",
        "31.02.2024",
        "11.13.2024",
        "13.13.2024",
        "00.01.2024",
        "5 брюмера 2024",
        "5 марсиан 2024",
        "давно",
    ),
    *(
        "11.02.2024 25:00",
        "10:05",
        "2024",
        "2023-2024",
        "12345",
        "123456",
        "1.5",
        "11.02.20245",
        "11.02.2024.01",
        "1 мая 2 июня 2024",
    ),
    *(
        "на днях",
        "более года",
        "0001-01-01",
        "01.01.0001",
        "1970-01-01",
        "1994-12-31",
        "2101-01-01",
        "9999-12-31",
        "0",
        "01.01.1900",
    ),
    *(
        "0001-01-01T00:00:00+05:00",
        "11.02.2024 и позже",
        "с 11.02.2024 по 12.02.2024",
        "★ 11.02.2024",
        "11_02_2024",
        "завтра",
    ),
    *(
        "\ud800",
        "\0",
        "9" * 1000,
        "11.02.2024 " * 20,
        None,
        True,
        float("nan"),
        float("inf"),
        0,
        -1,
        5,
        12345,
        10**30,
        10**400,
    ),
    *(pd.NaT, pd.NA, [], {}, Decimal("nan"), Decimal("snan"), Decimal("1e99999")),
    *(datetime(1, 1, 1, tzinfo=EAST), date(1, 1, 1)),
]


@pytest.mark.parametrize("cell", NO_DATE, ids=lambda cell: ascii(cell)[:40])
def test_what_is_no_date(cell):
    assert parse_date(cell) is None
    assert parse_date(cell, as_of=MOMENT) is None


AS_OF = datetime(2024, 3, 31, 15, 30)
RELATIVE = [
    ("сегодня", "2024-03-31"),
    ("Сегодня в 10:05", "2024-03-31 10:05"),
    ("Вчера, 22:29", "2024-03-30 22:29"),
    ("позавчера", "2024-03-29"),
    ("today", "2024-03-31"),
    ("Yesterday at 9:15 PM", "2024-03-30 21:15"),
    ("только что", "2024-03-31 15:30"),
    ("30 минут назад", "2024-03-31 15:00"),
    ("полчаса назад", "2024-03-31 15:00"),
    ("час назад", "2024-03-31 14:30"),
    ("16 ч. назад", "2024-03-30 23:30"),
    ("an hour ago", "2024-03-31 14:30"),
    ("день назад", "2024-03-30"),
    ("3 дня назад", "2024-03-28"),
    ("два дня назад", "2024-03-29"),
    ("5 дн. назад", "2024-03-26"),
    ("2d ago", "2024-03-29"),
    ("неделю назад", "2024-03-24"),
    ("около двух недель назад", None),
    ("2 weeks ago", "2024-03-17"),
    ("месяц назад", "2024-02-29"),
    ("4 мес. назад", "2023-11-30"),
    ("полгода назад", "2023-09-30"),
    ("год назад", "2023-03-31"),
    ("примерно год назад", "2023-03-31"),
    ("5 лет назад", "2019-03-31"),
    ("a year ago", "2023-03-31"),
    ("9999 лет назад", None),
    ("99999999999999999999 дней назад", None),
    ("назад", None),
    ("пять назад", None),
    ("11 февраля, 14:12", "2024-02-11 14:12"),
    ("11 февраля", "2024-02-11"),
    ("31 марта", "2024-03-31"),
    ("1 апреля", "2023-04-01"),
    ("29 февраля", "2024-02-29"),
    ("30 февраля", None),
    ("Feb 11", "2024-02-11"),
    ("11.02", "2024-02-11"),
    ("11.02 14:12", "2024-02-11 14:12"),
    ("31.12", "2023-12-31"),
]


@pytest.mark.parametrize(("cell", "expected"), RELATIVE)
def test_a_date_that_counts_from_a_day(cell, expected):
    assert parse_date(cell) is None
    assert parse_date(cell, AS_OF) == (datetime.fromisoformat(expected) if expected else None)


def test_a_leap_day_may_lie_eight_years_back():
    assert parse_date("29 февраля", datetime(2103, 1, 1)) == datetime(2096, 2, 29)
    assert parse_date("29 февраля", datetime(2024, 2, 28)) == datetime(2020, 2, 29)


def test_hours_before_a_day_whose_hour_is_not_known_stay_in_it():
    assert parse_date("3 часа назад", datetime(2024, 2, 11)) == datetime(2024, 2, 11)
    assert parse_date("вчера", datetime(2024, 2, 11)) == datetime(2024, 2, 10)


def test_the_day_counted_from_may_have_a_zone():
    assert parse_date("час назад", datetime(2024, 2, 11, 3, tzinfo=timezone(timedelta(hours=3)))) == datetime(
        2024, 2, 11
    )
    assert naive(datetime(2024, 2, 11, 3, tzinfo=timezone(timedelta(hours=3)))) == datetime(2024, 2, 11)


MONTH_FIRST = [
    ("03/04/2024", 3),
    ("03-04-24", 3),
    ("03.04.2024", 4),
    ("25/04/2024", 4),
    ("04/25/2024", 4),
    ("2024/03/04", 3),
]


@pytest.mark.parametrize(("cell", "month"), MONTH_FIRST)
def test_month_first_holds_where_both_are_possible_and_no_points_part_them(cell, month):
    assert parse_date(cell, month_first=True).month == month


def tally(cells, as_of=None):
    one = DateTally(as_of)
    one.add(cells)
    return one


ORDERS = [
    (["03/04/2024"], 4),
    (["03/04/2024", "13/04/2024"], 4),
    (["03/04/2024", "04/13/2024"], 3),
    (["03/04/2024", "04/13/2024", "13/04/2024"], 4),
    (["03/04/2024", "04/13/2024", "04/14/2024", "13/04/2024"], 3),
    (["03/04/2024 3:15 PM"], 3),
    (["03/04/2024 3:15 PM", "14/04/2024 3:15 PM"], 4),
    (["03/04/2024", "04.13.2024", "99/13/2024", "5/13"], 4),
]


@pytest.mark.parametrize(("cells", "month"), ORDERS, ids=str)
def test_the_table_tells_which_stands_first(cells, month):
    assert tally(cells).to_date("03/04/2024") == datetime(2024, month, 7 - month)
    assert tally(cells[::-1]).month_first is (month == 3)


NOTES = [
    ([], None, ""),
    (["11.02.2024", "", None, "—", "2024-02-11"], None, ""),
    (["03/04/2024", "13/04/2024"], None, ""),
    (["03/04/2024"], None, "03/04/2024 is read day first, no date tells"),
    (["03/04/2024", "04/13/2024"], None, "03/04/2024 is read month first, as 04/13/2024 tells"),
    (["03/04/2024 1:00 PM"], None, "03/04/2024 is read month first, as am and pm suggest"),
    (
        ["03/04/2024", "04/13/2024", "13/04/2024"],
        None,
        "03/04/2024 is read day first, as 13/04/2024 tells, against 04/13/2024",
    ),
    (["давно", "очень давно", "31.02.2024"], None, "3 dates not understood, such as 'давно'; left empty"),
    (["вчера", "11 февраля"], None, "2 dates are relative, such as 'вчера': give --as-of YYYY-MM-DD; left empty"),
    (["давно", "вчера"], DAY, "1 date not understood, such as 'давно'; left empty"),
    (
        ["давно", "вчера"],
        None,
        "1 date not understood, such as 'давно'; left empty; 1 date is relative, such as 'вчера': give --as-of YYYY-MM-DD; left empty",
    ),
]


@pytest.mark.parametrize(("cells", "as_of", "note"), NOTES)
def test_the_note_says_what_was_found_out(cells, as_of, note):
    assert tally(cells, as_of).note == note


def test_what_is_left_empty_is_counted():
    cells = ["вчера", "давно", "11.02.2024", "", "11 февраля"]
    assert tally(cells).n_unread == 3
    assert tally(cells, DAY).n_unread == 1
    assert tally(cells, DAY).to_date("вчера") == datetime(2024, 2, 10)


CELLS = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.datetimes(),
    st.dates(),
    st.sampled_from(NO_DATE),
    st.from_regex(r"[0-3]?\d[./-][01]?\d[./-](20)?\d\d( \d\d?:\d\d)?", fullmatch=True),
    st.sampled_from([cell for cell, _ in RELATIVE]),
)


@given(st.lists(CELLS, max_size=20), st.none() | st.datetimes(), st.randoms())
def test_the_same_whatever_the_order_and_the_count_is_right(cells, as_of, rng):
    one = tally(cells, as_of)
    again = DateTally(as_of)
    for cell in random.Random(rng.random()).sample(cells, len(cells)):
        again.add([cell])
    assert (again.note, again.month_first, again.n_unread) == (one.note, one.month_first, one.n_unread)
    found = [one.to_date(cell) for cell in cells]
    assert [again.to_date(cell) for cell in cells] == found
    assert all(moment is None or (1995 <= moment.year <= 2100 and moment.tzinfo is None) for moment in found)
    assert one.n_unread <= sum(moment is None for moment in found)
    assert "\n" not in one.note


@given(st.datetimes(datetime(1995, 1, 2), datetime(2100, 12, 30)), st.sampled_from([-11, -3, 0, 3, 5]))
def test_every_written_form_of_a_moment_is_that_moment(moment, hours):
    second = moment.replace(microsecond=0)
    minute = second.replace(second=0)
    zoned = (second + timedelta(hours=hours)).replace(tzinfo=timezone(timedelta(hours=hours)))
    numbers = (f"{second:%d.%m.%Y %H:%M:%S}", f"{second:%H:%M:%S %d.%m.%Y}", f"{second:%Y%m%d%H%M%S}")
    for form in (second.isoformat(), zoned.isoformat(), f"{zoned:%a, %d %b %Y %H:%M:%S %z}", *numbers):
        assert parse_date(form) == second
    assert parse_date(str(int(second.replace(tzinfo=UTC).timestamp()))) == second
    assert parse_date((second - datetime(1899, 12, 30)) / timedelta(days=1)) == second
    assert parse_date(f"{minute:%B %d, %Y %I:%M %p}") == minute
    assert parse_date(f"{minute:%m/%d/%Y %H:%M}", month_first=True) == minute


@given(st.text())
def test_no_text_is_beyond_it(text):
    assert parse_date(text, MOMENT) is None or parse_date(text, MOMENT).tzinfo is None


@pytest.mark.parametrize("piece", ["1", "1:", "11.02.", "(", "май ", " ", "1:11 ", "+03:00", "a"])
def test_long_cells_are_no_dates(piece):
    assert parse_date(piece * 100_000, MOMENT) is None


@pytest.mark.parametrize("text", ["вчера", "31.02.2024", "", "завтра", "\ud800"], ids=ascii)
def test_an_as_of_that_is_no_date(text):
    with pytest.raises(
        ReviewmineError, match=r"^--as-of: the day '.*', expected a date such as 2024-02-29; write it as"
    ):
        parse_as_of(text)


def test_an_as_of():
    assert parse_as_of("2024-02-29") == parse_as_of("29.02.2024") == datetime(2024, 2, 29)
