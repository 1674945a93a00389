"""What unexplained reviews begin to speak of is told; what they always spoke of is not."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from reviewmine.insights.emerging import find_emerging, unexplained
from reviewmine.insights.mentions import Mentions


def texts(*parts):
    return [f"{first} {second}, {third}." for first, second, third in product(*parts)]


LAST = np.datetime64("2026-06-30")
OLD = {
    "box": texts(
        ("Коробка", "Упаковка", "Картонная коробка"),
        ("пришла мятая", "порвалась по шву", "приехала вскрытой", "промокла насквозь"),
        ("угол раздавлен", "скотч отклеился", "плёнки внутри не было", "содержимое гремело"),
    ),
    "code": texts(
        ("Промокод", "Код на скидку", "Купон"),
        ("не сработал в корзине", "оказался просрочен", "не применился к заказу"),
        ("скидку не дали", "сумма прежняя", "заплатил полную цену", "поддержка развела руками"),
    ),
}
NEW = texts(
    ("Постамат", "Ячейка постамата", "Автомат выдачи"),
    ("не открылся", "завис на экране", "не принял код", "закрылся раньше времени"),
    ("посылка осталась внутри", "ждал техника час", "пришлось ехать второй раз"),
)


def mentions_of(fresh, *, fresh_action="human"):
    said = [text for pair in zip(*(OLD[name] for name in ("box", "code")), strict=False) for text in pair]
    rows = [(text, LAST - (11 * i) % 196, "human") for i, text in enumerate(said * 4)]
    rows += [(text, LAST - i % 21, fresh_action) for i, text in enumerate(fresh)]
    rows += [("Всё пришло вовремя, спасибо", LAST - i % 196, "auto") for i in range(400)]
    reviews = pd.DataFrame(
        {
            "id": [f"r{i:04}" for i in range(len(rows))],
            "date": pd.Series(np.asarray([when for _, when, _ in rows])).astype("datetime64[us]"),
            "rating": 2.0,
            "text": [text for text, _, _ in rows],
            **dict.fromkeys(("pros", "cons", "comment", "title", "channel", "product", "group"), ""),
            "action": [action for _, _, action in rows],
        }
    )
    n = len(rows)
    return Mentions(reviews, ("thanks",), np.arange(n), np.zeros(n, int), np.ones(n), np.full(n, 0.5))


GIVEN = mentions_of(NEW)


@pytest.fixture(scope="module")
def found():
    return find_emerging(GIVEN)


def test_a_new_topic_of_the_period_is_found(found):
    (topic,) = found
    assert topic["verdict"] == "new"
    assert topic["owner"] == ""
    said = GIVEN.reviews.set_index("id")["text"]
    right = [said[name] in NEW for name in topic["review_ids"]]
    assert np.mean(right) >= 0.9
    assert sum(right) >= 0.6 * len(NEW)
    assert topic["n"] == len(topic["review_ids"])
    assert topic["since"] >= str(LAST - 28)
    n_now = (GIVEN.reviews["date"].to_numpy() > LAST - 28).sum()
    assert topic["share"] == pytest.approx(topic["n"] / n_now, abs=1e-4)


def test_it_is_named_and_quoted_in_the_customers_own_words(found):
    (topic,) = found
    shown = (topic["title"] + " " + " ".join(topic["words"])).lower()
    assert any(word in shown for word in ("постамат", "ячейка", "автомат", "посылка", "техник"))
    assert 1 <= len(topic["quotes"]) <= 3
    for quote in topic["quotes"]:
        raw = GIVEN.reviews.set_index("id")["text"][quote["review_id"]]
        assert raw[quote["start"] : quote["end"]] == quote["text"]


def test_the_order_of_rows_changes_nothing(found):
    order = np.random.default_rng(3).permutation(len(GIVEN.reviews))
    shuffled = replace(
        GIVEN, reviews=GIVEN.reviews.iloc[order].reset_index(drop=True), review=np.argsort(order)[GIVEN.review]
    )
    assert find_emerging(shuffled) == found


def test_what_was_always_said_is_not_new():
    assert find_emerging(mentions_of([])) == []


def test_what_a_type_explains_is_none():
    assert find_emerging(mentions_of(NEW, fresh_action="auto")) == []


def test_one_message_sent_often_is_no_topic():
    assert find_emerging(mentions_of(["Постамат не открылся, посылка осталась внутри."] * 30)) == []


def test_without_dates_or_reviews_there_is_none():
    assert find_emerging(replace(GIVEN, reviews=GIVEN.reviews.assign(date=pd.NaT))) == []
    assert find_emerging(GIVEN.where(GIVEN.reviews["action"].to_numpy() == "auto")) == []


def test_a_review_without_a_type_is_unexplained():
    bare = replace(GIVEN, review=GIVEN.review[2:], type=GIVEN.type[2:])
    auto = replace(bare, reviews=bare.reviews.assign(action="auto"))
    assert np.flatnonzero(unexplained(auto)).tolist() == [0, 1]
