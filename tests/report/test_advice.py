"""What a profile warns of is said in plain Russian, with the figure, the worst first."""

from datetime import datetime

import pandas as pd
import pytest

from corpus.test_copies import BOT
from corpus.test_profile import profile_of
from reviewmine.corpus.privacy import masked
from reviewmine.corpus.profile import profile_reviews
from reviewmine.report.advice import MASKS, RULES, warnings_of


def kinds(profile):
    return [warning["kind"] for warning in warnings_of(profile)]


def texts(profile):
    return " ".join(warning["text"] for warning in warnings_of(profile)).replace("\u202f", " ")


MANY = [
    {
        "pros": f"Удобная ручка и крышка, вариант {'абвгдежзик'[i % 10]}{'лмнопрстуф'[i // 10 % 10]}{'хцчшщэюя'[i // 100]}",
        "rating": 1 + i % 5,
        "date": datetime(2024, 1 + i % 6, 3),
        "product": "Чайник" if i % 2 else "Утюг",
        "channel": "app",
        "group": "Кухня",
    }
    for i in range(400)
]


def many(n=400, **change):
    """Return rows nothing is to be said of, the first ``n`` of them changed."""
    return [
        row | {name: value(i) if callable(value) else value for name, value in change.items()}
        for i, row in enumerate(MANY[:n])
    ] + MANY[n:]


def test_of_clean_reviews_nothing_is_said():
    assert kinds(profile_of(*MANY)) == []


@pytest.mark.parametrize(
    ("rows", "kind", "told"),
    [
        (many(date=None), "no-dates", "Дат нет: тренды не посчитать."),
        (many(100, date=None), "dates-missing", "Нет даты в 25 % отзывов: в тренды они не войдут."),
        (
            many(2, date=datetime(2031, 1, 2)),
            "dates-future",
            "Дат в будущем: 2, последняя 2031-01-02: проверьте порядок дня и месяца.",
        ),
        (many(date=datetime(2024, 3, 1)), "one-month", "Все даты в одном месяце: тренды не посчитать."),
        (many(1, date=datetime(2023, 10, 1)), "holes", "Месяцев без отзывов внутри периода: 2 из 9, первый 11.2023:"),
        (many(rating=None), "no-ratings", "Оценок нет:"),
        (many(rating=5), "one-rating", "Оценки только 5:"),
        (many(376, rating=5), "one-rating", "95 % оценок — 5:"),
        (many(40, rating=None), "ratings-missing", "Нет оценки в 10 % отзывов."),
        (
            many(50, pros=BOT),
            "copies",
            "12 % строк повторяют другие: слово в слово 50, почти 0; каждая посчитается в долях ещё раз.",
        ),
        (
            many(12, pros=BOT, date=datetime(2024, 2, 2)),
            "repeats",
            "одинаковых текстов 1, строк с ними 12 (за один день, с разными оценками).",
        ),
        (
            many(2, pros=BOT, rating=1, date=datetime(2024, 2, 2), product="Фен"),
            "doubled",
            "Строк, выгруженных дважды: 1 (0,2 %)",
        ),
        (many(cons="нет"), "null", "В 100 % отзывов под «Недостатки» ничего не сказано"),
        (many(100, cons="Отличный звук, всем доволен"), "misplaced", "В 100 % отзывов под «Недостатки» стоит похвала"),
        (many(pros=lambda i: "удобно"), "short", "Половина отзывов не длиннее слов: 1;"),
        (
            many(20, comment="Дуже гарна річ, їздить тихо, і ціна приємна, і їй сподобалось"),
            "languages",
            "Не по-русски или вперемешку 5 % отзывов",
        ),
        (many(8, pros=lambda i: "5" * (i + 1)), "wordless", "Ни одной буквы в 2 % отзывов"),
        (many(4, comment="Ручка &quot;люфтит&quot;<br>и скрипит"), "markup", "Разметка HTML осталась в 1 % отзывов"),
        (many(2, pros="Ручка люфтит".encode().decode("latin-1")), "broken", "Сбитая кодировка в 0,5 % отзывов"),
        (many(40, pros=lambda i: MANY[i]["pros"].upper()), "caps", "Заглавными буквами написаны 10 % отзывов."),
        (many(product=""), "no-product", "Товар не указан: не сказать, на что жалуются чаще."),
        (many(100, channel=""), "channel-missing", "Канал не указан в 25 % отзывов."),
        (many(8, comment="Мой телефон 8 (900) 000-12-34"), "personal", "Личные данные в 2 % отзывов (телефоны 8)"),
        (many(2, id=lambda i: ("x", "x-2")[i]), "doubled-ids", "Номер отзыва повторяется в 1 строках (0,2 %)"),
        (MANY[:200], "few", "Отзывов всего 200: доли и темы будут шаткими"),
    ],
)
def test_what_is_wrong_is_said_with_its_figure(rows, kind, told):
    profile = profile_of(*rows)
    assert kind in kinds(profile)
    assert told in texts(profile)


def test_rejects_notes_and_missing_ids_are_said():
    rejects = pd.DataFrame({"file": ["a.csv"] * 100, "row": range(5, 105), "reason": "no text in it"})
    profile = profile_of(*MANY, rejects=rejects, notes=["a.csv: read as cp1251"], columns={"a.csv": {"text": "Отзыв"}})
    assert kinds(profile) == ["rejected", "notes", "no-ids"]
    assert "Отвергнуто строк: 100 (20 % прочитанных). Чаще всего: «нет текста», например a.csv, строка 5." in texts(
        profile
    )


def test_the_worst_comes_first():
    warnings = warnings_of(profile_of(*many(date=None, channel="", cons="нет")))
    weights = [warning["weight"] for warning in warnings]
    assert weights == sorted(weights, reverse=True)
    assert [warning["kind"] for warning in warnings] == ["no-dates", "null", "no-channel"]


POOR = {
    "date": None,
    "rating": None,
    "product": "",
    "channel": "",
    "group": "",
    "cons": "нет",
    "pros": lambda i: BOT if i < 60 else "ок",
    "comment": lambda i: "Позвоните<br>мне 8 (900) 000-12-34" if i < 60 else "",
}


@pytest.mark.parametrize("place", range(len(RULES)))
def test_every_rule_says_something_of_a_poor_export(place):
    rejects = pd.DataFrame({"file": ["a.csv"], "row": [5], "reason": ["no text in it"]})
    profile = profile_of(*many(**POOR), notes=["a note"], columns={}, rejects=rejects)
    rule, parts = RULES[place]
    warned = {text for _, _, text in rule({name: profile[name] for name in parts})}
    assert warned
    assert warned <= {warning["text"] for warning in warnings_of(profile)}
    for part in parts:
        assert not warned & {warning["text"] for warning in warnings_of(profile | {part: None})}


def test_of_no_reviews_that_alone_is_said():
    profile = profile_reviews([], pd.DataFrame({"file": [], "row": [], "reason": []}), {})
    assert texts(profile) == "Ни одного отзыва: проверьте, что выгружено."
    assert warnings_of({}) == []


def test_without_a_day_nothing_is_said_of_the_future():
    rows = many(2, date=datetime(2024, 7, 2))
    assert "dates-future" in kinds(profile_of(*rows))
    assert "dates-future" not in kinds(profile_of(*rows, today=None))


def test_every_kind_of_mask_has_a_russian_name():
    counts = masked(
        "Пишите на a.b@example.com, 8 (900) 000-12-34, заказ № 48213377, карта 4111 1111 1111 1111, ул. Мира, д. 5, кв. 1"
    )[1]
    assert set(counts) <= set(MASKS)
    assert len(counts) >= 4
