"""Quotes are the customers' words: exact span, masked, surest first, no two alike."""

import pandas as pd
import pytest

from reviewmine.insights.quotes import AROUND, choose_quotes

TEXTS = {
    "r1": "Заказ ждал. Курьер опоздал на два дня, звонил на 8 900 000-12-34 и не дождался ответа.",
    "r2": "Заказ ждал, курьер опоздал на два дня, звонил и не дождался ответа!",
    "r3": "Обещали доставить в среду, приехали в пятницу вечером, праздник прошёл без подарка.",
    "r5": "Менеджер Ольга Петровна обещала вернуть деньги, деньги не вернули никому.",
    "r4": "длинное " * 60 + "опоздали на неделю " + "слово " * 60,
}
REVIEWS = pd.DataFrame(
    {
        "id": list(TEXTS),
        "cons": list(TEXTS.values()),
        "date": pd.to_datetime(["2026-03-05", None, "2026-04-01", "2026-04-03", "2026-04-02"]),
        "rating": [1.0, 2.0, float("nan"), 1.0, 3.0],
    }
).set_index("id")


def span(review, words):
    start = TEXTS[review].index(words)
    return ("cons", start, start + len(words))


SPANS = {
    "r1": [span("r1", "опоздал"), span("r1", "два дня")],
    "r2": [span("r2", "опоздал")],
    "r3": [span("r3", "приехали в пятницу")],
    "r4": [span("r4", "опоздали")],
}


def chosen(n=6, spans=SPANS, mask=True, **probability):
    likely = {"r1": 0.9, "r2": 0.8, "r3": 0.7, "r4": 0.6, "r5": 0.5} | probability
    candidates = pd.DataFrame(likely.items(), columns=["review_id", "probability"])
    return choose_quotes(candidates, REVIEWS, spans, n, mask=mask)


def test_the_surest_first_and_no_two_alike():
    assert [quote["review_id"] for quote in chosen()] == ["r1", "r3", "r4"]
    assert [quote["review_id"] for quote in chosen(r2=0.95)] == ["r2", "r3", "r4"]
    assert [quote["review_id"] for quote in chosen(n=1)] == ["r1"]
    assert chosen(n=0) == []


def test_ties_fall_by_id():
    same = dict.fromkeys(SPANS, 0.5)
    assert [quote["review_id"] for quote in chosen(**same)] == ["r1", "r3", "r4"]


def test_near_spans_are_one():
    quote = chosen()[0]
    assert quote["text"] == "опоздал на два дня"
    assert TEXTS["r1"][quote["start"] : quote["end"]] == quote["text"]


def test_a_far_span_is_left_alone():
    spans = {"r4": [span("r4", "опоздали"), ("cons", 0, 7)]}
    assert chosen(spans=spans)[0]["text"] == "опоздали"


def test_personal_data_is_masked():
    quote = chosen()[0]
    assert quote["after"] == ", звонил на [телефон] и не дождался ответа."
    assert quote["before"] == "Заказ ждал. Курьер "


def test_a_name_beside_the_span_moves_nothing():
    (quote,) = chosen(spans={"r5": [span("r5", "деньги не вернули")]})
    assert quote["before"] == "Менеджер [имя] обещала вернуть деньги, "
    assert quote["text"] == "деньги не вернули"


def test_a_name_across_an_edge_is_not_cut_in_two():
    (quote,) = chosen(spans={"r5": [span("r5", "Петровна обещала")]})
    assert (quote["before"], quote["after"]) == ("", "")
    assert quote["text"] == "Менеджер [имя] обещала вернуть деньги, деньги не вернули никому."


def test_as_written_when_asked():
    quote = chosen(mask=False)[0]
    assert quote["before"] + quote["text"] + quote["after"] == TEXTS["r1"]


def test_facts_of_the_review():
    first, second, _ = chosen()
    assert (first["date"], first["rating"], first["field"]) == ("2026-03-05", 1.0, "cons")
    assert second["rating"] is None
    assert chosen(r2=0.95)[0]["date"] == ""


def test_a_long_review_is_cut_between_words():
    quote = next(quote for quote in chosen() if quote["review_id"] == "r4")
    assert quote["before"].startswith("…")
    assert quote["after"].endswith("…")
    for side in ("before", "after"):
        assert len(quote[side]) <= AROUND + 32
        assert set(quote[side].strip("… ").split()) <= {"длинное", "на", "неделю", "слово"}


@pytest.mark.parametrize("spans", [{}, {"r1": []}])
def test_without_evidence_there_is_no_quote(spans):
    assert chosen(spans=spans) == []


def test_a_number_at_the_edge_of_a_quote_stays_masked():
    text = "звоните 8 900 123-45-67 " + "очень " * 40 + "долго везли заказ"
    start = text.index("долго")
    for cut in (start, text.index("123")):
        reviews = pd.DataFrame({"id": ["1"], "text": [text], "date": [pd.NaT], "rating": [1.0]}).set_index("id")
        candidates = pd.DataFrame({"review_id": ["1"], "probability": [0.9]})
        (quote,) = choose_quotes(candidates, reviews, {"1": [("text", cut, cut + 5)]}, 1)
        shown = quote["before"] + quote["text"] + quote["after"]
        assert not any(char.isdigit() for char in shown)
