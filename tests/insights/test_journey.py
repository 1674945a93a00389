"""The stages of a journey: who is there, how content, against what, and which problems cost the rating most."""

import json

import numpy as np
import pytest

from insights.given_mentions import shuffled, table
from reviewmine.errors import ReviewmineError
from reviewmine.insights.journey import JourneyPlan, find_journey

TAXONOMY = {
    "stages": ["узнал", "заказал", "ждал", "получил"],
    "types": [
        {"code": "late", "stage": "ждал"},
        {"code": "slow", "stage": "ждал", "kind": "complaint"},
        {"code": "fast", "stage": "ждал", "kind": "gratitude"},
        {"code": "crash", "stage": "заказал"},
        {"code": "broken", "stage": "получил"},
        {"code": "other"},
    ],
}
PIECES = [["late", "slow"], ["fast"], ["crash", "late"], ["crash"], ["broken"], [], ["other"], []]


def given(said=PIECES * 30, weight=1.0, rating=None, **columns):
    """Return reviews that lose 2 of 5 stars to waiting, 1 to ordering and a half to a broken thing, to an exact sum."""
    cost = {"late": 2.0, "crash": 1.0, "broken": 0.5}
    stars = [5.0 - sum(cost.get(code, 0) for code in spoken) for spoken in said] if rating is None else rating
    return table(said, weight, rating=stars, kind="complaint", action="auto", owner="", **columns)


def stages(*args, **settings):
    return {one["stage"]: one for one in find_journey(*args, **settings)["stages"]}


def test_stages_counted_by_hand():
    found = find_journey(given(), TAXONOMY)
    assert [one["stage"] for one in found["stages"]] == TAXONOMY["stages"]
    assert [one["n"] for one in found["stages"]] == [0, 60, 90, 30]
    assert found["unplaced"] == {"n_types": 1, "n": 30, "types": ["other"]}
    wait = found["stages"][2]
    assert (wait["share"]["value"], wait["problems"]["value"]) == (0.375, 0.25)
    assert wait["sentiment"]["value"] == -0.5  # three mentions complain, one thanks
    assert wait["satisfaction"]["value"] == pytest.approx((3 + 5 + 2) / 3, abs=1e-4)
    assert wait["expectation"]["value"] == pytest.approx((4 + 4.5 + 5 + 5 + 5) / 5, abs=1e-4)
    assert wait["gap"]["value"] == pytest.approx(10 / 3 - 4.7, abs=1e-4)
    assert wait["gap"]["low"] < wait["gap"]["value"] < wait["gap"]["high"] < 0
    assert json.dumps(found, allow_nan=False)


def test_a_stage_nobody_mentions_is_shown():
    first = find_journey(given(), TAXONOMY)["stages"][0]
    assert (first["n"], first["share"]["value"], first["moment_of_truth"]) == (0, 0.0, False)
    assert [first[name] for name in ("sentiment", "satisfaction", "gap", "loss")] == [None] * 4
    assert first["expectation"]["value"] == pytest.approx(4.1875, abs=1e-4)  # everybody's


def test_a_loss_is_freed_of_the_other_stages():
    found = stages(given(), TAXONOMY)
    # half of those who complain of the order waited too: mean without less mean with is 1.58 there
    assert found["ждал"]["loss"]["value"] == pytest.approx(2 * 0.25, abs=0.12)
    assert found["заказал"]["loss"]["value"] == pytest.approx(1 * 0.25, abs=0.08)
    assert found["ждал"]["loss"]["value"] > 1.5 * found["заказал"]["loss"]["value"]
    assert found["ждал"]["loss"]["low"] > 0


def test_moments_of_truth_cost_most_and_surely():
    found = stages(given(), TAXONOMY)
    assert [stage for stage, one in found.items() if one["moment_of_truth"]] == ["ждал"]
    rng = np.random.default_rng(3)
    noise = stages(given(rating=rng.integers(1, 6, 240).astype(float)), TAXONOMY)
    losses = [one["loss"] for one in noise.values() if one["loss"]]
    assert max(loss["value"] for loss in losses) > 0
    assert max(loss["low"] for loss in losses) <= 0
    assert not any(one["moment_of_truth"] for one in noise.values())


def test_expectations_may_be_given():
    found = find_journey(given(), TAXONOMY, JourneyPlan(expectation={"ждал": 4.5}))
    assert found["expectation"] == "given"
    wait, order = found["stages"][2], found["stages"][1]
    assert wait["expectation"] == {"value": 4.5, "low": 4.5, "high": 4.5}
    assert wait["gap"]["value"] == pytest.approx(10 / 3 - 4.5, abs=1e-3)
    assert wait["gap"]["high"] - wait["gap"]["low"] == pytest.approx(
        wait["satisfaction"]["high"] - wait["satisfaction"]["low"], abs=1e-3
    )
    assert order["expectation"]["low"] < order["expectation"]["high"]


def test_wrong_expectations():
    with pytest.raises(
        ReviewmineError, match=r"journey\.expectation\.съел: no stage 'съел', expected узнал, заказал, ждал"
    ):
        find_journey(given(), TAXONOMY, JourneyPlan(expectation={"съел": 4}))
    with pytest.raises(ReviewmineError, match=r"journey\.expectation\.ждал: expectation 9, expected 1 to 5, the scale"):
        find_journey(given(), TAXONOMY, JourneyPlan(expectation={"ждал": 9}))


def test_parts_of_a_mention_count_as_parts():
    halves = stages(given([["late", "crash"], []] * 40, weight=0.5, rating=[3.0, 5.0] * 40), TAXONOMY)
    for stage in ("ждал", "заказал"):
        assert (halves[stage]["n"], halves[stage]["problems"]["value"]) == (20, 0.25)
        assert halves[stage]["satisfaction"]["value"] == 3.0
        assert halves[stage]["expectation"]["value"] == pytest.approx((3 * 20 + 5 * 40) / 60, abs=1e-4)
    one = stages(given([["late", "slow"], []] * 40, weight=0.5, rating=[3.0, 5.0] * 40), TAXONOMY)
    assert (one["ждал"]["n"], one["ждал"]["problems"]["value"]) == (40, 0.5)


def test_the_line_is_on_the_scale_of_the_data():
    said = [["late"], ["fast"], [], []] * 30
    found = find_journey(given(said, rating=[2.0, 9.0, 10.0, 7.0] * 30), TAXONOMY)
    assert found["scale"] == {"low": 0, "high": 10}
    assert found["stages"][2]["satisfaction"]["value"] == 5.5


def test_without_ratings_stages_or_reviews():
    unrated = stages(given(rating=[np.nan] * 240), TAXONOMY)["ждал"]
    assert (unrated["n"], unrated["satisfaction"], unrated["gap"], unrated["loss"]) == (90, None, None, None)
    assert find_journey(given(), {"types": [{"code": "late"}]})["stages"] == []
    named = find_journey(given(), {"types": [{"code": "late", "stage": "ждал"}, {"code": "crash", "stage": "заказал"}]})
    assert [one["stage"] for one in named["stages"]] == ["ждал", "заказал"]
    assert [one["n"] for one in find_journey(given([]), TAXONOMY)["stages"]] == [0] * 4


def test_the_order_of_reviews_changes_nothing():
    parts = given(weight=0.3)  # thirds and tenths do not add up alike in every order
    assert find_journey(shuffled(parts), TAXONOMY) == find_journey(parts, TAXONOMY)
