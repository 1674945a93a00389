"""History re-expressed under another version of the taxonomy counts as much as before."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.insights.counts import row_weights, sums, total
from reviewmine.insights.run import find_insights
from reviewmine.taxonomy.apply import apply_operations
from reviewmine.taxonomy.crosswalk import crosswalk
from reviewmine.taxonomy.edit import plain_data
from reviewmine.taxonomy.model import checked
from reviewmine.taxonomy.operations import parse_operations

TEXT = """\
taxonomy: small
version: 1.0.0
owners: {logistics: {title: Логистика}, it: {title: Сайт}}
types:
  - {id: T001, code: slow, title: Долго, owner: logistics}
  - {id: T002, code: crash, title: Сбой, owner: it}
  - {id: T003, code: thanks, title: Спасибо, kind: gratitude}
"""
OLD = checked(plain_data(TEXT), "small")
SPLIT = {
    "op": "split",
    "type": "slow",
    "into": [
        {"code": "slow-city", "title": "Долго по городу", "owner": "logistics"},
        {"code": "slow-far", "title": "Долго в область", "owner": "logistics"},
    ],
}
NEW = apply_operations(TEXT, parse_operations([SPLIT])).taxonomy
TYPES = ["slow", "slow|crash", "crash", "slow", "", "thanks", "slow"] * 6
REVIEWS = pd.DataFrame(
    {
        "id": [f"r{n:02}" for n in range(len(TYPES))],
        "comment": "Ехало из Самары девять дней",
        "rating": [float(1 + n % 5) for n in range(len(TYPES))],
        "date": pd.date_range("2026-01-05", periods=len(TYPES), freq="6D"),
        "channel": [("app", "site", "")[n % 3] for n in range(len(TYPES))],
        "product": "",
        "group": "",
    }
)
FIRST = {one.code: one for one in OLD.types}
SCORED = pd.DataFrame(
    {
        "id": REVIEWS["id"],
        "kind": [FIRST[cell.split("|")[0]].kind if cell else "" for cell in TYPES],
        "type": [cell.split("|")[0] for cell in TYPES],
        "types": TYPES,
        "probability": 0.8,
        "action": [("auto", "suggest", "human", "labelled")[n % 4] for n in range(len(TYPES))],
        "owner": [FIRST[cell.split("|")[0]].owner if cell else "" for cell in TYPES],
        "probabilities": [
            f'{{"slow-city": {0.1 + n % 7 / 10}, "slow-far": {0.05 + n % 3 / 5}}}' for n in range(len(TYPES))
        ],
    }
)


def insights(scored, taxonomy):
    return find_insights(scored, REVIEWS, taxonomy.to_json(), {})


@pytest.fixture(scope="module")
def before():
    return insights(SCORED, OLD).summary


@pytest.fixture(scope="module")
def walked():
    return crosswalk(SCORED, OLD, NEW).frame


@pytest.fixture(scope="module")
def after(walked):
    return insights(walked, NEW)


def figures(summary, name):
    return {row["code"]: row[name] for row in summary["types"]}


def test_a_split_makes_no_step(before, after):
    assert len(after.summary["types"]) == len(before["types"]) + 1
    old, new = figures(before, "monthly"), figures(after.summary, "monthly")
    assert [a + b for a, b in zip(new["slow-city"], new["slow-far"], strict=True)] == pytest.approx(
        old["slow"], abs=2e-4
    )
    assert (new["crash"], new["thanks"]) == (old["crash"], old["thanks"])
    n, n_old = figures(after.summary, "n"), figures(before, "n")
    assert n["slow-city"] + n["slow-far"] == pytest.approx(n_old["slow"], abs=2e-4)
    assert n["slow-city"] != n["slow-far"]
    assert n["crash"] == n_old["crash"]


def test_reviews_are_counted_once_whatever_their_rows(before, after, walked):
    assert len(walked) > len(REVIEWS)
    for name in ("n_reviews", "n_labelled", "n_dated", "mean_rating", "months", "totals", "queue", "kinds"):
        assert after.summary[name] == before[name], name
    assert sum(row["n"] for row in after.summary["owners"]) == pytest.approx(sum(row["n"] for row in before["owners"]))


def test_figures_of_a_split_type_are_weighted(after, walked):
    part = walked[walked["types"] == "slow-far"].merge(REVIEWS, on="id")
    row = next(one for one in after.summary["types"] if one["code"] == "slow-far")
    assert row["mean_rating"] == pytest.approx((part["rating"] * part["weight"]).sum() / part["weight"].sum(), abs=0.01)
    app = part.loc[part["channel"] == "app", "weight"].sum()
    assert {"name": "app", "n": pytest.approx(app, abs=1e-3)} in row["segments"]["channel"]
    mentions = after.mentions[after.mentions["code"] == "slow-far"]
    assert mentions["weight"].sum() == pytest.approx(row["n"], abs=1e-3)


def test_without_weights_figures_are_whole_numbers(before):
    assert {type(n) for n in figures(before, "n").values()} == {int}
    assert {type(n) for row in before["types"] for n in row["monthly"]} == {int}
    assert "weight" not in insights(SCORED, OLD).mentions


def test_a_merge_and_its_way_back_are_whole_again(before, walked):
    back = insights(crosswalk(walked, NEW, OLD).frame, OLD).summary
    assert figures(back, "n") == figures(before, "n")
    assert {type(n) for n in figures(back, "n").values()} == {int}


def test_the_order_of_weighted_rows_changes_nothing(after, walked):
    assert insights(walked.iloc[::-1], NEW).summary == after.summary


def test_older_rows_with_weights_and_newer_ones_without_stand_in_one_file(walked):
    ids = set(REVIEWS["id"][:21])
    newer = SCORED[~SCORED["id"].isin(ids)].assign(types="slow-far")
    both = pd.concat([walked[walked["id"].isin(ids)], newer], ignore_index=True)
    n = figures(insights(both, NEW).summary, "n")
    n_old = sum("slow" in cell for cell in TYPES[:21])
    assert n["slow-city"] + n["slow-far"] == pytest.approx(n_old + len(newer), abs=2e-4)


@pytest.mark.parametrize("weight", ["много", -0.5, 1.5, float("inf")])
def test_a_weight_that_is_none(weight):
    expected = r"weight .* in the row of review 'r00', expected a number from 0 to 1; make it with `reviewmine taxonomy"
    with pytest.raises(ReviewmineError, match=expected):
        insights(SCORED.assign(weight=weight), OLD)


def test_an_empty_weight_is_one():
    frame = pd.DataFrame({"id": ["a", "b", "c"], "weight": ["0.25", "", None]})
    assert row_weights(frame).tolist() == [0.25, 1.0, 1.0]


def test_sums():
    assert total([0.1] * 10) == 1
    assert isinstance(total([0.1] * 10), int)


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1)), max_size=40), st.randoms())
def test_a_sum_is_the_same_in_any_order(rows, random):
    def summed(given):
        return sums(np.array([g for g, _ in given], np.int64), np.array([v for _, v in given], float), 4).tolist()

    mixed = random.sample(rows, len(rows))
    assert summed(mixed) == summed(rows)
    assert summed(rows) == pytest.approx([sum(v for g, v in rows if g == k) for k in range(4)])
