"""Near copies share a group, whatever the order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.corpus.copies import copy_groups

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


@pytest.mark.parametrize("texts", [[], [""], ["", " ", "\ud800"]])
def test_nothing_to_compare(texts):
    assert len(set(copy_groups(texts))) == min(len(texts), 1)
    assert len(copy_groups(texts)) == len(texts)


def test_many_near_copies_are_found():
    parts = LONG.split()
    texts = [" ".join([*parts[:i], "слово", *parts[i + 1 :]]) for i in range(len(parts))]
    assert len(set(copy_groups([LONG, *texts], threshold=0.8))) == 1
