"""A profile counts what is there, whatever the batches and the order, and says first what hurts most."""

import json
import time
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.test_copies import BOT, reviews
from reviewmine.corpus import profile as profile_module
from reviewmine.corpus.advice import MASKS, RULES, advise
from reviewmine.corpus.nulls import null_rule
from reviewmine.corpus.privacy import masked
from reviewmine.corpus.profile import profile_frame, profile_reviews
from reviewmine.corpus.tally import months_between, quantiles

TODAY = datetime(2024, 6, 30)
COLUMNS = {"отзывы.csv": {"id": "Номер", "cons": "Недостатки", "rating": "Оценка"}}
NO_REJECTS = pd.DataFrame({"file": [], "row": [], "reason": []})
ROWS = [
    {
        "pros": "Лёгкий, тихий",
        "cons": "нет",
        "rating": 5,
        "date": datetime(2024, 1, 15, 10, 30),
        "product": "Чайник",
        "channel": "app",
    },
    {
        "pros": "Цена",
        "cons": "Шнур короткий и греется ручка",
        "rating": 3,
        "date": datetime(2024, 2, 1),
        "product": "Чайник",
    },
    {
        "cons": "-",
        "comment": "Дуже гарна річ, їздить тихо",
        "rating": 4.6,
        "date": datetime(2024, 4, 2),
        "product": "Утюг",
    },
    {"cons": "Отличный звук", "comment": "КУРЬЕР НЕ ПОЗВОНИЛ И УЕХАЛ", "date": datetime(2025, 1, 1), "channel": "app"},
    {"text": "Позвоните мне 8 (900) 000-12-34 по возврату &nbsp; 👎", "rating": 1},
]


def profile_of(*rows, **other):
    given = {"rejects": NO_REJECTS, "columns": COLUMNS, "notes": (), "today": TODAY} | other
    return profile_reviews([reviews(*rows)], **given)


def kinds(profile):
    return [warning["kind"] for warning in profile["warnings"]]


def texts(profile):
    return " ".join(warning["text"] for warning in profile["warnings"]).replace("\u202f", " ")


def part(profile, name):
    return next(one for one in profile["parts"] if one["name"] == name)


def test_fields_are_counted_with_their_lengths():
    fields = {one["name"]: one for one in profile_of(*ROWS)["fields"]}
    assert (fields["cons"]["filled"], fields["cons"]["share"]) == (4, 0.8)
    assert fields["pros"]["words"] == {"median": 1, "p5": 1, "p95": 2, "max": 2}
    assert fields["pros"]["chars"] == {"median": 4, "p5": 4, "p95": 13, "max": 13}
    assert fields["title"]["chars"]["max"] == 0


def test_lengths_of_whole_reviews_stand_in_growing_bounds():
    words = profile_of(*({"text": "слово " * n} for n in (1, 3, 4, 5, 600)))["words"]
    assert [(one["from"], one["to"], one["n"]) for one in words["bins"] if one["n"]] == [
        (1, 1, 1),
        (3, 3, 1),
        (4, 5, 2),
        (501, None, 1),
    ]
    assert sum(one["n"] for one in words["bins"]) == 5


def test_null_and_misplaced_answers_are_counted_by_part_and_rule():
    cons = part(profile_of(*ROWS), "cons")
    assert (cons["n"], cons["null"], cons["misplaced"]) == (4, 2, 1)
    assert cons["rules"] == {null_rule("нет", "cons"): 1, null_rule("-", "cons"): 1}
    assert cons["null_share"] == 0.5


def test_parts_marked_inside_one_text_count_like_fields():
    profile = profile_of(
        {"text": "Достоинства: тихий\nНедостатки: нет"}, {"text": "Недостатки: шумит на третьей скорости"}
    )
    assert (part(profile, "cons")["n"], part(profile, "cons")["null"]) == (2, 1)
    assert part(profile, "pros")["n"] == 1


def test_scripts_and_odd_spellings():
    letters = profile_of(*ROWS)["letters"]
    assert (letters["scripts"]["russian"], letters["scripts"]["cyrillic"]) == (4, 1)
    assert letters["foreign"] == {"ї": 1, "і": 1}
    assert letters["shares"] == {"emoji": 0.2, "caps": 0.0, "markup": 0.2, "broken": 0.0, "long": 0.0}
    assert profile_of({"comment": "КУРЬЕР НЕ ПОЗВОНИЛ"})["letters"]["shares"]["caps"] == 1.0


def test_ratings_go_to_the_nearest_star_and_keep_what_was_written():
    rows = [row | {"Оценка": written} for row, written in zip(ROWS, ("10", "5", "9", "", "0"), strict=True)]
    profile = profile_of(*rows)
    ratings = profile["ratings"]
    assert profile["extras"] == []
    assert ratings["counts"] == {"1": 1, "2": 0, "3": 1, "4": 0, "5": 2}
    assert (ratings["n"], ratings["missing_share"], ratings["mean"]) == (4, 0.2, 3.4)
    assert ratings["source"] == [{"name": name, "n": 1} for name in ("0", "10", "5", "9")]


def test_a_rating_column_of_our_own_name_is_found_beside():
    rows = [{"text": "Шумит", "rating": 5, "rating (source)": "★★★★★"}]
    profile = profile_of(*rows, columns={"a.csv": {"rating": "rating"}})
    assert profile["ratings"]["source"] == [{"name": "★★★★★", "n": 1}]
    assert profile["extras"] == []


def test_dates_have_a_span_months_and_holes_and_none_of_the_future_among_them():
    dates = profile_of(*ROWS)["dates"]
    assert (dates["first"], dates["last"], dates["missing_share"], dates["future"]) == (
        "2024-01-15",
        "2025-01-01",
        0.2,
        1,
    )
    assert dates["months"] == {"2024-01": 1, "2024-02": 1, "2024-03": 0, "2024-04": 1}
    assert dates["holes"] == ["2024-03"]


def test_products_and_channels_are_ranked():
    profile = profile_of(*ROWS)
    assert profile["product"] == {
        "distinct": 2,
        "empty_share": 0.4,
        "top": [{"name": "Чайник", "n": 2}, {"name": "Утюг", "n": 1}],
    }
    assert profile["channel"]["empty_share"] == 0.6
    assert profile["group"]["top"] == []


def test_masks_are_counted_by_kind():
    masks = profile_of(*ROWS)["masks"]
    assert masks["kinds"]["phone"] == 1
    assert (masks["n"], masks["share"]) == (5, 0.2)


def test_every_kind_of_mask_has_a_russian_name():
    counts = masked(
        "Пишите на a.b@example.com, 8 (900) 000-12-34, заказ № 48213377, карта 4111 1111 1111 1111, ул. Мира, д. 5, кв. 1"
    )[1]
    assert set(counts) <= set(MASKS)
    assert len(counts) >= 4


def test_other_columns_show_categories_and_never_free_text():
    rows = [
        {
            "text": f"Отзыв про чайник {i}",
            "тег": "возврат" if i % 2 else "сайт",
            "автор": f"покупатель {i}",
            "заметка": "звонок " * 20,
        }
        for i in range(8)
    ]
    extras = {one["name"]: one for one in profile_of(*rows)["extras"]}
    assert extras["тег"]["examples"] == [{"name": "возврат", "n": 4}, {"name": "сайт", "n": 4}]
    assert (extras["автор"]["distinct"], extras["автор"]["examples"]) == (8, [])
    assert (extras["заметка"]["distinct"], extras["заметка"]["examples"]) == (1, [])
    assert extras["тег"]["share"] == 1.0


def test_personal_data_among_the_values_of_a_column_is_masked():
    extras = profile_of(*({"text": f"Отзыв {i}", "звонил": "8 (900) 000-12-34"} for i in range(4)))["extras"]
    assert extras[0]["examples"] == [{"name": "[телефон]", "n": 4}]


@pytest.mark.parametrize(
    ("ids", "doubled"),
    [
        (["7", "8", "9"], 0),
        (["7", "7-2", "7-3"], 2),
        (["7", "8-2"], 0),
        (["a-1b", "a"], 0),
        (["7", "7"], 1),
        (["2024-01", "2024"], 0),
    ],
)
def test_ids_that_stand_twice_are_known_by_their_number(ids, doubled):
    profile = profile_of(*({"id": name, "text": f"Отзыв {i}"} for i, name in enumerate(ids)))
    assert profile["ids"] == {"given": True, "doubled": doubled}


def test_rejects_are_told_by_reason_whatever_figures_it_holds():
    rejects = pd.DataFrame(
        {"file": "a.csv", "row": [9, 4, 7], "reason": ["12 cells, 5 names", "9 cells, 5 names", "no text in it"]}
    )
    rows = profile_of(*ROWS, rejects=rejects)["rows"]
    assert (rows["read"], rows["kept"], rows["rejected"]) == (8, 5, 3)
    assert rows["reasons"][0] == {
        "reason": "N cells, N names",
        "n": 2,
        "places": [{"file": "a.csv", "row": 4}, {"file": "a.csv", "row": 9}],
    }


def test_what_was_taken_for_what_and_the_notes_stand_in_it():
    profile = profile_of(*ROWS, notes=["отзывы.csv: read as cp1251"])
    assert profile["tables"] == [{"where": "отзывы.csv", "columns": COLUMNS["отзывы.csv"]}]
    assert profile["notes"] == ["отзывы.csv: read as cp1251"]


def test_copies_are_counted_and_shown_masked():
    bought = [{"text": BOT, "product": name} for name in ("Чайник", "Утюг", "Фен")]
    copies = profile_of(*bought, {"text": "Нет"}, {"text": "нет"})["copies"]
    assert (copies["exact"], copies["extra"], copies["extra_share"], copies["brief"]) == (3, 2, 0.4, 2)
    assert (copies["same_text"], copies["n_repeats"], copies["n_repeat_rows"]) == (3, 1, 3)
    assert copies["repeats"][0] == {"n": 3, "reasons": ["products"], "example": BOT, "ids": ["r0", "r1", "r2"]}


@given(st.permutations(range(len(ROWS))), st.integers(1, len(ROWS)))
@settings(max_examples=20, deadline=None)
def test_neither_the_order_nor_the_batches_change_anything(order, size):
    frame = reviews(*ROWS)
    turned = frame.iloc[order]
    batches = [turned.iloc[start : start + size] for start in range(0, len(turned), size)]
    assert profile_reviews(batches, NO_REJECTS, COLUMNS, today=TODAY) == profile_reviews(
        [frame], NO_REJECTS, COLUMNS, today=TODAY
    )


def test_large_sources_are_sampled_the_same_whatever_the_order(monkeypatch):
    monkeypatch.setattr(profile_module, "COMPARED", 40)
    monkeypatch.setattr(profile_module, "READ_CLOSELY", 10)
    frame = reviews(
        *(
            {"text": f"{BOT} номер" if i % 3 else f"отзыв {'а' * i}", "cons": "нет" if i % 2 else "шумит"}
            for i in range(300)
        )
    )
    turned = frame.iloc[::-1]
    one, other = (
        profile_reviews([part.iloc[i : i + 30] for i in range(0, len(part), 30)], NO_REJECTS, COLUMNS, today=TODAY)
        for part in (frame, turned)
    )
    assert one == other
    assert one["measured"] == {"rows": 300, "compared": 40, "read_closely": 10}
    assert part(one, "cons")["n"] == 10
    assert one["copies"]["same_text"] == 200  # exact over all rows
    assert one["copies"]["exact"] < 40


@pytest.mark.parametrize(
    "text",
    ["а" * 100_000, "нет " * 25_000, "8 900 " * 17_000, "<b&amp;" * 14_000, "Иван. " * 17_000, "Плюсы: " * 14_000],
)
def test_one_huge_text_takes_little_time(text):
    profile_of({"text": "Шумит"})  # what is loaded once
    started = time.perf_counter()
    profile_of({"text": text, "rating": 5}, {"cons": text, "rating": 1})
    assert time.perf_counter() - started < 8


def test_the_profile_is_plain_json():
    profile = profile_of(*ROWS, {"text": "\x00 и \u202e знаки \U0001f44d", "rating": 2})
    assert json.loads(json.dumps(profile)) == profile


def test_a_frame_alone_has_a_profile():
    profile = profile_frame(reviews(*ROWS), today=TODAY)
    assert profile["rows"] == {"read": 5, "kept": 5, "rejected": 0, "reasons": []}
    assert profile["ids"]["given"]


@pytest.mark.parametrize("batches", [[], [reviews()]])
def test_no_reviews_have_a_profile_that_says_so(batches):
    profile = profile_reviews(batches, NO_REJECTS, {}, today=TODAY)
    assert [warning["text"] for warning in profile["warnings"]] == ["Ни одного отзыва: проверьте, что выгружено."]
    assert profile["fields"][0]["share"] == 0.0


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
    warnings = profile_of(*many(date=None, channel="", cons="нет"))["warnings"]
    weights = [warning["weight"] for warning in warnings]
    assert weights == sorted(weights, reverse=True)
    assert [warning["kind"] for warning in warnings] == ["no-dates", "null", "no-channel"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_says_something_of_a_poor_export(rule):
    rows = many(
        300, date=None, rating=None, product="", cons="нет", pros=BOT, comment="Позвоните<br>мне 8 (900) 000-12-34"
    )
    profile = profile_of(*rows, notes=["a note"], columns={})
    warned = {text for _, _, text in rule(profile)}
    assert warned
    assert warned <= {warning["text"] for warning in advise(profile)}


@pytest.mark.parametrize(
    ("lengths", "median", "p95"),
    [({}, 0, 0), ({3: 1}, 3, 3), ({1: 50, 2: 50}, 1, 2), ({1: 94, 7: 6}, 1, 7), ({1: 95, 7: 5}, 1, 1)],
)
def test_quantiles_of_counted_lengths(lengths, median, p95):
    assert (quantiles(lengths)["median"], quantiles(lengths)["p95"]) == (median, p95)


def test_months_between_two_of_one_month():
    assert months_between("2024-05-31", "2024-05-01") == ["2024-05"]
