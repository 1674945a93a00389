"""Lights by the limits of a plan: on the right side, only with enough reviews, and told when they are not sure."""

import json

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from insights.given_mentions import shuffled, table
from reviewmine.errors import ReviewmineError
from reviewmine.insights.traffic import Criterion, TrafficPlan, find_traffic, light

TAXONOMY = {
    "owners": {"it": {"title": "Сайт"}, "logistics": {"title": "Логистика"}, "idle": {"title": "Без дела"}},
    "groups": {"delivery": {"title": "Доставка"}, "courier": {"title": "Курьер", "parent": "delivery"}},
    "stages": ["заказал", "ждал"],
    "types": [
        {"code": "late", "owner": "logistics", "parent": "delivery", "stage": "ждал"},
        {"code": "rude", "owner": "logistics", "parent": "courier", "stage": "ждал"},
        {"code": "thanks", "owner": "logistics", "kind": "gratitude"},
        {"code": "crash", "owner": "it", "stage": "заказал"},
    ],
}
LIMITS = {
    "complaints_share": (0.1, 0.3),
    "csat": (0.6, 0.3),
    "mean_rating": (4, 3),
    "median_rating": (4, 3),
    "auto_share": (0.8, 0.5),
    "human_share": (0.2, 0.5),
    "growth": (1.1, 1.5),
}


def plan(*codes, **other):
    criteria = [{"code": code, "green": LIMITS[code][0], "yellow": LIMITS[code][1]} for code in codes]
    return TrafficPlan(criteria=criteria, **other)


def given(said, weight=1.0, **columns):
    usual = {"rating": 5.0, "kind": "complaint", "action": "auto", "owner": "", "date": pd.NaT}
    return table(said, weight, **usual | columns)


def cells(found, process):
    row = next(row for row in found["rows"] if row["process"] == process)
    return {cell["criterion"]: cell for cell in row["cells"]}


SAID = [["late"], ["late", "rude"], ["thanks"], ["crash"], []] * 40
RATING = [2.0, 1.0, 5.0, 3.0, 5.0] * 40
ACTION = ["auto", "human", "labelled", "suggest", "human"] * 40


def test_cells_counted_by_hand():
    found = find_traffic(given(SAID, rating=RATING, action=ACTION), TAXONOMY, plan(*LIMITS))
    assert [(row["process"], row["n"]) for row in found["rows"]] == [("logistics", 120), ("it", 40), ("idle", 0)]
    assert [one["title"] for one in found["criteria"][:2]] == ["Доля жалоб", "CSAT"]
    assert json.dumps(found, allow_nan=False)
    logistics = cells(found, "logistics")
    assert {code: (cell["value"], cell["n"], cell["light"]) for code, cell in logistics.items()} == {
        "complaints_share": (0.4, 200, "red"),
        "csat": (0.3333, 120, "yellow"),
        "mean_rating": (2.6667, 120, "red"),
        "median_rating": (2.0, 120, "red"),
        "auto_share": (0.5, 80, "yellow"),
        "human_share": (0.5, 80, "yellow"),
        "growth": (None, 0, "none"),
    }
    assert all(cell["low"] <= cell["value"] <= cell["high"] for cell in logistics.values() if cell["n"])


def test_nothing_to_tell_has_no_light():
    idle = cells(find_traffic(given(SAID), TAXONOMY, plan(*LIMITS)), "idle")
    assert idle.pop("complaints_share")["light"] == "green"  # of 200 reviews none complains
    assert {(cell["value"], cell["light"], cell["sure"]) for cell in idle.values()} == {(None, "none", False)}


def test_few_reviews_have_a_value_and_no_light():
    mentions = given([["late"]] * 29 + [[]])
    cell = cells(find_traffic(mentions, TAXONOMY, plan("mean_rating")), "logistics")["mean_rating"]
    assert (cell["value"], cell["light"], cell["sure"]) == (5.0, "none", False)
    cell = cells(find_traffic(mentions, TAXONOMY, plan("mean_rating", min_n=29)), "logistics")["mean_rating"]
    assert (cell["light"], cell["sure"]) == ("green", True)


def test_a_light_near_a_limit_is_not_sure():
    for n, sure in [(25, False), (5, True)]:
        found = find_traffic(given([["late"]] * n + [[]] * (300 - n)), TAXONOMY, plan("complaints_share"))
        cell = cells(found, "logistics")["complaints_share"]
        assert (cell["light"], cell["sure"]) == ("green", sure)
        assert (cell["high"] > 0.1) is not sure


def test_processes_are_uppermost_groups_or_stages():
    groups = find_traffic(given(SAID), TAXONOMY, plan("complaints_share", process="group"))
    assert [(row["process"], row["title"], row["n"]) for row in groups["rows"]] == [("delivery", "Доставка", 80)]
    assert groups["unplaced"] == {"n_types": 2, "n": 80, "types": ["crash", "thanks"]}
    stages = find_traffic(given(SAID), TAXONOMY, plan("complaints_share", process="stage"))
    assert [(row["process"], row["n"]) for row in stages["rows"]] == [("заказал", 40), ("ждал", 80)]
    assert stages["unplaced"] == {"n_types": 1, "n": 40, "types": ["thanks"]}


def test_parts_of_a_mention_count_as_parts():
    halves = find_traffic(given([["late", "crash"], []] * 40, weight=0.5), TAXONOMY, plan("complaints_share"))
    assert [row["n"] for row in halves["rows"]] == [20, 20, 0]
    assert cells(halves, "it")["complaints_share"]["value"] == 0.25
    whole = find_traffic(given([["late", "rude"], []] * 40, weight=0.5), TAXONOMY, plan("complaints_share"))
    assert cells(whole, "logistics")["complaints_share"]["value"] == 0.5


def test_growth_is_that_of_the_share_of_complaints():
    dates = pd.Series(pd.to_datetime([f"2026-0{month}-10" for month in range(1, 8) for _ in range(100)]))
    said = [["late"] if day % 100 < (10 if day < 400 else 30) else ["thanks"] for day in range(700)]
    mentions = given(said, date=dates.where(np.arange(700) != 5))
    cell = cells(find_traffic(mentions, TAXONOMY, plan("growth")), "logistics")["growth"]
    assert cell["value"] == pytest.approx(3.0, abs=0.1)
    assert (cell["n"], cell["light"], cell["sure"]) == (120, "red", True)


def test_the_usual_criteria_follow_the_scale():
    five = find_traffic(given(SAID), TAXONOMY)["criteria"]
    ten = find_traffic(given(SAID, rating=[10.0, 0.0, 9.0, 8.0, 7.0] * 40), TAXONOMY)["criteria"]
    assert [one["code"] for one in five] == ["complaints_share", "growth", "mean_rating", "human_share"]
    assert [(rows[2]["green"], rows[2]["yellow"]) for rows in (five, ten)] == [(3.4, 2.6), (6.0, 4.0)]


def test_nps_of_a_process():
    criteria = plan().criteria or (Criterion(code="nps", green=50, yellow=0),)
    found = find_traffic(given(SAID, rating=[10.0, 0.0, 9.0, 8.0, 7.0] * 40), TAXONOMY, TrafficPlan(criteria=criteria))
    cell = cells(found, "logistics")["nps"]
    assert (cell["value"], cell["n"], cell["light"]) == (33.3333, 120, "yellow")
    assert cells(find_traffic(given(SAID), TAXONOMY, TrafficPlan(criteria=criteria)), "it")["nps"]["light"] == "none"


LIGHTS = [
    ({"code": "complaints_share", "green": 0.1, "yellow": 0.3}, {0.1: "green", 0.11: "yellow", 0.3: "yellow", 0.31: "red"}),
    ({"code": "csat", "green": 0.6, "yellow": 0.3}, {0.6: "green", 0.59: "yellow", 0.3: "yellow", 0.29: "red"}),
    ({"code": "csat", "green": 0.2, "yellow": 0.4, "better": "low"}, {0.1: "green", 0.3: "yellow", 0.5: "red"}),
    ({"code": "growth", "green": 1, "yellow": 1}, {1.0: "green", 1.01: "red"}),
]  # fmt: skip


@pytest.mark.parametrize(("criterion", "lights"), LIGHTS)
def test_limits_belong_to_the_better_side(criterion, lights):
    assert {value: light(Criterion(**criterion), value) for value in lights} == lights


WRONG = [
    ({"code": "complaints_share", "green": 0.3, "yellow": 0.1}, "green 0.3 of complaints_share must be at most yellow 0.1"),
    ({"code": "csat", "green": 0.3, "yellow": 0.6}, "must be at least yellow 0.6, for high is better"),
    ({"code": "csat", "green": 0.6, "yellow": 0.3, "better": "low"}, "for low is better"),
    ({"code": "complaints_share", "green": 2, "yellow": 5}, r"green of complaints_share is 2, expected 0 to 1 \(0.05 is"),
    ({"code": "nps", "green": float("nan"), "yellow": 0}, "green of nps is nan"),
    ({"code": "speed", "green": 1, "yellow": 2}, r"criteria\.0\.code"),
    ({"code": "nps", "green": 50, "yellow": 0, "red": -50}, r"criteria\.0\.red"),
]  # fmt: skip


@pytest.mark.parametrize(("criterion", "said"), WRONG)
def test_wrong_limits_name_their_place(criterion, said):
    with pytest.raises(ValidationError, match=said) as caught:
        TrafficPlan(criteria=[criterion])
    assert caught.value.errors()[0]["loc"][:2] == ("criteria", 0)


def test_limits_off_the_scale_and_criteria_named_twice():
    wrong = TrafficPlan(criteria=[Criterion(code="mean_rating", green=8, yellow=3)])
    with pytest.raises(
        ReviewmineError, match=r"traffic\.criteria\.0\.green: green of mean_rating is 8, expected 1 to 5"
    ):
        find_traffic(given(SAID), TAXONOMY, wrong)
    with pytest.raises(ValidationError, match="criterion csat stands twice"):
        plan("csat", "csat")


def test_the_order_of_reviews_changes_nothing_and_none_is_an_answer():
    mentions = given(SAID, rating=RATING, action=ACTION)
    assert find_traffic(shuffled(mentions), TAXONOMY) == find_traffic(mentions, TAXONOMY)
    empty = find_traffic(given([]), TAXONOMY, plan(*LIMITS))
    assert {cell["light"] for row in empty["rows"] for cell in row["cells"]} == {"none"}
