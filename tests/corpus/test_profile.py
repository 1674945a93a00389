"""A profile counts what is there, whatever the batches and the order, and shows nobody's name or number."""

import json
import time
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.test_copies import BOT, reviews
from reviewmine.corpus import profile as profile_module
from reviewmine.corpus.nulls import null_rule
from reviewmine.corpus.profile import profile_frame, profile_reviews
from reviewmine.corpus.sampling import HashSample
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


def test_without_a_day_no_date_lies_in_the_future():
    dates = profile_of(*ROWS, today=None)["dates"]
    assert dates["future"] is None
    assert list(dates["months"])[-1] == "2025-01"
    assert profile_of(*ROWS, today=datetime(2024, 12, 31, 23))["dates"]["future"] == 1
    assert profile_of(*ROWS, today=datetime(2025, 1, 1))["dates"]["future"] == 0


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


PERSON = "Курьер Алексей, 8 (900) 000-12-34"


@pytest.mark.parametrize(
    "given",
    [
        {"rows": [{"product": PERSON}]},
        {"rows": [{"channel": PERSON}]},
        {"rows": [{"group": PERSON}]},
        {"rows": [{"group": "Кухня " * 12 + PERSON}]},  # cut where the number stands
        {"rows": [{"Оценка": PERSON}]},
        {"rows": [{"Оценка": "пять из пяти, звоню " + PERSON}]},
        {"rows": [{PERSON: "да"}] * 2},
        {"rows": [{"звонил": PERSON}] * 2},
        {"columns": {"a.csv": {"text": PERSON}}},
        {"notes": [f"a.csv: no column is a text by its name: took {PERSON!r}"]},
        {"rejects": pd.DataFrame({"file": ["a.csv"], "row": [0], "reason": [f"no text column among: {PERSON}"]})},
    ],
)
def test_nothing_of_a_file_is_shown_unmasked(given):
    rows = [{"text": f"Шумит {i}"} | row for i, row in enumerate(given.pop("rows", [{}]))]
    shown = json.dumps(profile_of(*rows, **given), ensure_ascii=False)
    assert "Алексей" not in shown
    assert "(900" not in shown
    assert "000-" not in shown
    assert "[имя]" in shown or "Кухня" in shown


def test_ids_and_names_of_files_stand_as_they_are():
    rows = [{"id": f"77342234-000{i}", "text": BOT} for i in range(3)]
    profile = profile_of(*rows, columns={"заказ 77342234-0012.csv": {"text": "Отзыв"}})
    assert profile["copies"]["largest"][0]["ids"] == [f"77342234-000{i}" for i in range(3)]
    assert profile["tables"][0]["where"] == "заказ 77342234-0012.csv"


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


def test_a_sample_holds_twice_its_rows_at_most():
    sample, frame = HashSample(20), reviews(*({"text": f"Отзыв {i}"} for i in range(400)))
    for start in range(0, 400, 10):
        sample.add(frame.iloc[start : start + 10])
        assert sample.n_held <= 40
    whole = HashSample(20)
    whole.add(frame)
    assert len(sample.frame) == 20
    pd.testing.assert_frame_equal(sample.frame, whole.frame)


@pytest.mark.parametrize(
    "text",
    ["а" * 100_000, "нет " * 25_000, "8 900 " * 17_000, "<b&amp;" * 14_000, "Иван. " * 17_000, "Плюсы: " * 14_000],
)
def test_one_huge_text_takes_little_time(text):
    profile_of({"text": "Шумит"})  # what is loaded once
    started = time.process_time()
    profile_of({"text": text, "rating": 5}, {"cons": text, "rating": 1})
    assert time.process_time() - started < 8


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
    assert profile["rows"]["kept"] == 0
    assert profile["fields"][0]["share"] == 0.0


@pytest.mark.parametrize(
    ("lengths", "median", "p95"),
    [({}, 0, 0), ({3: 1}, 3, 3), ({1: 50, 2: 50}, 1, 2), ({1: 94, 7: 6}, 1, 7), ({1: 95, 7: 5}, 1, 1)],
)
def test_quantiles_of_counted_lengths(lengths, median, p95):
    assert (quantiles(lengths)["median"], quantiles(lengths)["p95"]) == (median, p95)


def test_months_between_two_of_one_month():
    assert months_between("2024-05-31", "2024-05-01") == ["2024-05"]
