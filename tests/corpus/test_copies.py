"""Near copies share a group, whatever the order; repeats that no two customers would write are told with the reason."""

import time
from datetime import datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.corpus.copies import copy_groups, find_copies, n_said
from reviewmine.corpus.review import REVIEW_COLUMNS

LONG = (
    "Заказала кресло в гостиную, привезли вовремя, но при сборке выяснилось, что в коробке нет двух болтов и одной заглушки, "
    "в поддержке обещали дослать детали за неделю, прошёл уже месяц, кресло так и стоит в углу без ножек, деньги возвращать отказываются"
)
NEAR = LONG.replace("за неделю", "за две недели")
OTHER = (
    "Наушники держат заряд восемь часов, звук чистый, кейс закрывается плотно, шумоподавление в метро работает хорошо, "
    "за полгода ни одной поломки, единственное пожелание положить в комплект запасные амбушюры и короткий провод"
)
TEXTS = [LONG, OTHER, NEAR, "Хорошо", "хорошо!!!", "Плохо", "", "...?", OTHER.upper()]
BOT = "Лучшая покупка за последний год, всем советую брать не думая"
NOON = datetime(2024, 5, 6, 12, 0)


def reviews(*rows):
    """Return a frame of reviews; what a row does not say is empty, ids are r0, r1, …"""
    empty = dict.fromkeys(REVIEW_COLUMNS, "") | {"rating": None, "date": None}
    made = [empty | {"id": f"r{i}"} | row for i, row in enumerate(rows)]
    frame = pd.DataFrame(made, columns=list(dict.fromkeys((*REVIEW_COLUMNS, *(name for row in made for name in row)))))
    return frame.astype({"rating": float, "date": "datetime64[us]"}).fillna(
        {name: "" for name in frame if name not in {"rating", "date"}}
    )


def test_near_copies_share_a_group():
    groups = copy_groups(TEXTS)
    assert groups[0] == groups[2]
    assert groups[1] == groups[8]
    assert len({groups[0], groups[1], groups[3], groups[5], groups[6]}) == 5


def test_case_and_elongation_make_no_other_text():
    assert len(set(copy_groups(["Долго ждали", "ДОЛГО   ждаааали"]))) == 1


def test_short_texts_are_copies_only_when_equal():
    assert len(set(copy_groups(["да да да", "да да", "да"]))) == 3


@given(st.permutations(range(len(TEXTS))))
@settings(max_examples=30)
def test_the_order_changes_nothing(order):
    groups = copy_groups(TEXTS)
    assert copy_groups([TEXTS[i] for i in order]) == [groups[i] for i in order]


def test_the_threshold_decides():
    strict, loose = copy_groups([LONG, NEAR], threshold=0.99), copy_groups([LONG, NEAR], threshold=0.5)
    assert len(set(strict)) == 2
    assert len(set(loose)) == 1


def test_the_threshold_is_the_jaccard_similarity_of_word_pairs():
    one, other = "а б в г д е ж з", "а б в г д е ж и"  # six pairs in common of eight
    assert len(set(copy_groups([one, other], threshold=6 / 8))) == 1
    assert len(set(copy_groups([one, other], threshold=6 / 8 + 0.001))) == 2


@pytest.mark.parametrize("texts", [[], [""], ["", " ", "\ud800"]])
def test_nothing_to_compare(texts):
    assert len(set(copy_groups(texts))) == min(len(texts), 1)
    assert len(copy_groups(texts)) == len(texts)


def test_many_near_copies_are_found():
    parts = LONG.split()
    texts = [" ".join([*parts[:i], "слово", *parts[i + 1 :]]) for i in range(len(parts))]
    assert len(set(copy_groups([LONG, *texts], threshold=0.8))) == 1


def test_copies_far_apart_in_a_long_list_meet():
    names = ["о".join("абвгдеклмн"[int(digit)] for digit in f"{i:04}") for i in range(4_000)]
    filler = [f"чайник {name} шумит как {name[::-1]} весь день" for name in names]
    groups = copy_groups([LONG, *filler, NEAR])
    assert groups[0] == groups[-1]
    assert len(set(groups)) == len(filler) + 1


def test_one_huge_text_among_small_ones_takes_little_time():
    started = time.process_time()
    assert len(set(copy_groups(["слово за словом " * 7_000, "ааа" * 35_000, "а-" * 50_000, LONG]))) == 4
    assert time.process_time() - started < 4


def test_equal_near_and_brief_rows_are_counted_apart():
    copies = find_copies(
        reviews(*({"text": text} for text in (LONG, LONG + "!", NEAR, OTHER, "Всё отлично", "всё отлично")))
    )
    assert (copies.n_exact, copies.n_near, copies.n_brief, copies.n_extra) == (0, 3, 2, 2)
    copies = find_copies(reviews(*({"text": text} for text in (LONG, LONG.upper(), NEAR, OTHER))))
    assert (copies.n_exact, copies.n_near, copies.n_brief, copies.n_extra) == (2, 1, 0, 2)
    assert copies.names[0] == copies.names[2] != copies.names[3]


def test_the_largest_group_comes_first_with_its_ids_and_a_masked_example():
    told = "Курьер Сергей просил звонить на 8 (900) 000-12-34, но трубку так никто и не взял"
    copies = find_copies(reviews(*({"text": text} for text in (BOT, told, BOT, told, told))))
    assert [(len(group), group.review_ids) for group in copies.groups] == [(3, ("r1", "r3", "r4")), (2, ("r0", "r2"))]
    assert "[телефон]" in copies.groups[0].example
    assert "000-12-34" not in copies.groups[0].example
    assert "000-12-34" not in repr(copies)


@pytest.mark.parametrize(
    "text",
    [
        "Нет",
        "Достоинства: нет Недостатки: не обнаружено Комментарий: нет комментариев",
        "Всё отлично, всё понравилось, всё супер",
        "Спасибо, быстро довезли",
        "-",
    ],
)
def test_what_says_little_is_never_a_repeat(text):
    copies = find_copies(reviews(*({"text": text, "product": f"товар {i}", "rating": 1 + i % 5} for i in range(6))))
    assert copies.n_brief == 6
    assert copies.groups == ()
    assert (copies.n_exact, copies.n_near, copies.n_doubled) == (0, 0, 0)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def day(n):
    return datetime(2024, 5, 1) + timedelta(days=n)


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        ([{"product": name} for name in ("Чайник", "Утюг", "Фен")], ("products",)),
        ([{"product": name} for name in ("Чайник", "Утюг", "Утюг", "")], ()),
        ([{"date": at(n)} for n in (0, 20, 59)], ("hour",)),
        ([{"date": at(n)} for n in (0, 20, 61)], ()),
        ([{"date": at(n * 200)} for n in range(5)], ("day",)),
        ([{"date": at(n * 500)} for n in range(5)], ()),
        ([{"date": day(0), "channel": str(n)} for n in range(4)], ()),  # midnight is a day without a time
        ([{"date": day(0), "channel": str(n)} for n in range(5)], ("day",)),
        ([{"rating": 5.0}, {"rating": 3.0}], ("ratings",)),
        ([{"rating": 5.0}, {"rating": 4.0}, {"rating": None}], ()),
        ([{"rating": n, "product": str(n), "date": at(n)} for n in (1, 3, 5)], ("products", "hour", "ratings")),
        ([{}, {}, {}], ()),
        ([{"date": at(0), "product": "Чайник", "rating": 5}] * 7, ()),  # one row, exported seven times
    ],
)
def test_a_repeat_is_told_with_its_reason(rows, reasons):
    copies = find_copies(reviews(*({"text": BOT} | row for row in rows)))
    assert [group.reasons for group in copies.groups] == [reasons]
    assert [group.review_ids for group in copies.repeats] == ([copies.groups[0].review_ids] if reasons else [])


def test_a_repeat_may_be_nearly_the_same_text():
    texts = [LONG, NEAR, LONG.replace("в углу", "у окна")]
    copies = find_copies(reviews(*({"text": text, "product": f"кресло {i}"} for i, text in enumerate(texts))))
    assert [(len(group), group.reasons) for group in copies.repeats] == [(3, ("products",))]


def test_rows_exported_twice_differ_in_the_id_alone():
    row = {"text": BOT, "product": "Чайник", "rating": 4, "автор": "а"}
    copies = find_copies(reviews(row, row, row | {"автор": "б"}, row))
    assert copies.n_doubled == 2
    assert copies.n_exact == 4


ROWS = [
    {"text": BOT, "product": "Чайник", "rating": 5, "date": at(0)},
    {"text": BOT, "product": "Утюг", "rating": 1, "date": at(5)},
    {"text": BOT + "!", "product": "Фен", "date": at(7)},
    {"cons": LONG},
    {"cons": NEAR},
    {"cons": "нет"},
    {"cons": "нет"},
    {"pros": "Мягкая ткань", "cons": "нет", "comment": "Сын носит не снимая уже вторую неделю"},
]


@given(st.permutations(range(len(ROWS))))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_changes_nothing(order):
    frame = reviews(*ROWS)
    whole, turned = find_copies(frame), find_copies(frame.iloc[order])
    assert turned.names == tuple(whole.names[i] for i in order)
    assert (turned.groups, turned.n_exact, turned.n_near, turned.n_brief) == (
        whole.groups,
        whole.n_exact,
        whole.n_near,
        whole.n_brief,
    )


@given(st.lists(st.text(max_size=60), max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_text_is_counted_and_none_is_lost(texts):
    copies = find_copies(reviews(*({"text": text} for text in [*texts, *texts])))
    assert len(copies.names) == 2 * len(texts)
    assert copies.names[: len(texts)] == copies.names[len(texts) :]
    assert copies.n_exact + copies.n_near + copies.n_brief == 2 * len(texts)


def test_no_reviews_have_no_copies():
    copies = find_copies(reviews())
    assert (copies.names, copies.groups, copies.n_exact, copies.n_brief) == ((), (), 0, 0)


@pytest.mark.parametrize(
    ("review", "n"),
    [
        ({"text": "нет"}, 0),
        ({"cons": "Шнур короткий", "pros": "-"}, 2),
        ({"text": "Достоинства: лёгкий корпус Недостатки: нет"}, 2),
        ({"text": None}, 0),
        ({}, 0),
    ],
)
def test_only_words_that_say_something_count(review, n):
    assert n_said(review) == n


def test_a_number_where_the_example_is_cut_is_masked():
    told = (
        "Курьер не позвонил, посылку оставили у соседей, " * 3
        + "трубку на складе взяли только под вечер: 8 (900) 000-12-34"
    )
    assert told.index("8 (900") < 190 < 200 < len(told)
    example = find_copies(reviews({"text": told}, {"text": told})).groups[0].example
    assert len(example) <= 200
    assert "8 (9" not in example


@pytest.mark.parametrize("place", [0, 1, 2])
def test_near_texts_meet_whatever_stranger_stands_in_their_buckets(place):
    letters = "абвгдежзиклмнопрстуф"
    for family in letters:
        shared = [family + one + other for one in letters for other in letters[:10]]
        texts = [[opening, *shared] for opening in "абв"]  # 0.99 alike
        texts[place] = texts[place][:1] + shared[8:]  # 0.95 alike to both, in most of their buckets
        names = copy_groups([" ".join(words) for words in texts], threshold=0.98)
        stranger = names.pop(place)
        assert names[0] == names[1] != stranger
