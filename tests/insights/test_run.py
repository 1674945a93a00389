"""The figures of a small frame, counted by hand; every figure leads to its reviews."""

import pandas as pd
import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.insights.run import SCORED_NEEDS, find_insights

TAXONOMY = {
    "taxonomy": "small",
    "version": "1.0.0",
    "owners": {"logistics": {"title": "Логистика"}, "it": {"title": "Сайт"}},
    "groups": {"delivery": {"title": "Доставка"}},
    "types": [
        {
            "code": "late",
            "title": "Опоздание",
            "owner": "logistics",
            "parent": "delivery",
            "kind": "complaint",
            "severity": 3,
        },
        {"code": "crash", "title": "Сбой", "owner": "it", "kind": "complaint"},
        {"code": "unused", "title": "Не встречается", "owner": "it"},
    ],
}
REVIEWS = pd.DataFrame(
    {
        "id": ["r1", "r2", "r3", "r4", "r5"],
        "cons": ["Курьер опоздал", "Опоздали и приложение упало", "Приложение вылетает", "Опоздание", ""],
        "rating": [1.0, 2.0, 4.0, float("nan"), 5.0],
        "date": pd.to_datetime(["2026-01-10", "2026-03-01", "2026-03-02", None, "2026-03-05"]),
        "channel": ["app", "app", "site", "", "app"],
        "product": "",
        "group": ["Кухня", "Книги", "Книги", "Книги", ""],
    }
)
SCORED = pd.DataFrame(
    {
        "id": ["r1", "r2", "r3", "r4"],
        "kind": "complaint",
        "types": ["late", "late|crash", "crash", "late"],
        "probability": [0.9, 0.8, 0.7, 1.0],
        "action": ["auto", "suggest", "human", "labelled"],
        "owner": ["logistics", "logistics", "it", "logistics"],
    }
)
EVIDENCE = {("r1", "late"): [("cons", 7, 14)], ("r3", "crash"): [("cons", 11, 19)], ("r5", "late"): [("cons", 0, 0)]}


@pytest.fixture(scope="module")
def found():
    return find_insights(SCORED, REVIEWS, TAXONOMY, EVIDENCE, title="Проба")


@pytest.fixture(scope="module")
def late(found):
    return next(row for row in found.summary["types"] if row["code"] == "late")


def test_the_whole(found):
    summary = found.summary
    owners = {"logistics": "Логистика", "it": "Сайт"}
    about = {"name": "small", "version": "1.0.0", "n_types": 3, "owners": owners}
    assert (summary["title"], summary["taxonomy"]) == ("Проба", about)
    assert (summary["n_reviews"], summary["n_labelled"], summary["n_dated"]) == (4, 1, 3)
    assert summary["mean_rating"] == pytest.approx(7 / 3, abs=0.01)
    assert summary["months"] == ["2026-01", "2026-02", "2026-03"]
    assert summary["totals"] == [1, 0, 2]
    assert [row["code"] for row in summary["types"]] == ["late", "crash"]


def test_one_type(late):
    assert (late["n"], late["share"]) == (3, 0.75)
    assert 0.2 < late["share_low"] < 0.75 < late["share_high"] < 1
    assert (late["mean_rating"], late["rating_difference"]) == (1.5, -2.5)
    assert late["monthly"] == [1, 0, 1]
    assert late["change"] is None
    assert (late["parent_title"], late["owner_title"], late["severity"]) == ("Доставка", "Логистика", 3)
    assert late["segments"]["channel"] == [{"name": "app", "n": 2}]
    assert late["segments"]["group"] == [{"name": "Книги", "n": 2}, {"name": "Кухня", "n": 1}]
    assert late["segments"]["product"] == []
    assert [quote["text"] for quote in late["quotes"]] == ["опоздал"]


def test_what_people_labelled_is_in_no_queue(found):
    assert found.summary["queue"] == {"auto": 1, "suggest": 1, "human": 1}
    assert found.summary["owners"] == [
        {"owner": "logistics", "title": "Логистика", "n": 2, "auto": 1, "suggest": 1, "human": 0},
        {"owner": "it", "title": "Сайт", "n": 1, "auto": 0, "suggest": 0, "human": 1},
    ]


def test_every_figure_leads_to_its_reviews(found):
    for row in found.summary["types"]:
        assert (found.mentions["code"] == row["code"]).sum() == row["n"]
    assert found.mentions[["review_id", "code"]].to_numpy().tolist() == [
        ["r1", "late"],
        ["r2", "late"],
        ["r2", "crash"],
        ["r3", "crash"],
        ["r4", "late"],
    ]


@pytest.mark.parametrize("missing", SCORED_NEEDS)
def test_a_scored_file_of_another_make(missing):
    with pytest.raises(ReviewmineError, match=f"the scored file has no column '{missing}', expected id, kind, types"):
        find_insights(SCORED.drop(columns=missing), REVIEWS, TAXONOMY, {})


def test_scored_rows_without_their_review():
    with pytest.raises(ReviewmineError, match="2 scored ids are not among the reviews, such as 'r1'; give the reviews"):
        find_insights(SCORED, REVIEWS[~REVIEWS["id"].isin(["r1", "r2"])], TAXONOMY, {})


def test_a_type_outside_the_taxonomy_is_shown_by_its_code():
    got = find_insights(SCORED.assign(types="017"), REVIEWS, TAXONOMY, {}).summary["types"]
    assert [(row["code"], row["title"], row["n"], row["owner"]) for row in got] == [("017", "017", 4, "")]


def test_without_dates_ratings_and_owners():
    bare = REVIEWS.assign(date=pd.NaT, rating=float("nan"))
    bare["date"] = pd.to_datetime(bare["date"])
    got = find_insights(SCORED.drop(columns="owner"), bare, TAXONOMY, {}).summary
    assert (got["months"], got["totals"], got["owners"], got["mean_rating"]) == ([], [], [], None)
    assert {row["rating_difference"] for row in got["types"]} == {None}


def test_the_order_of_rows_changes_nothing(found):
    again = find_insights(SCORED.iloc[::-1], REVIEWS.iloc[::-1], TAXONOMY, EVIDENCE, title="Проба")
    assert again.summary == found.summary
