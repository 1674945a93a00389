"""What a type does to the rating: known effects come back, overlaps are told apart, intervals hold what they promise."""

import numpy as np
import pytest

from insights.given_mentions import shuffled, table
from reviewmine.insights.impact import MIN_MENTIONS, impacts, leave_out, nps_points

STARS = (1.0, 5.0)
EFFECTS = {"late": -1.5, "rude": -1.0, "broken": -2.0, "kind": 0.2}


def draw(rng, n, effects=EFFECTS):
    """Return what ``n`` reviews say and their ratings in full stars; who is late is often rude."""
    late, broken, kind = rng.random(n) < 0.2, rng.random(n) < 0.05, rng.random(n) < 0.3
    rude = rng.random(n) < np.where(late, 0.5, 0.05)
    said = {"late": late, "rude": rude, "broken": broken, "kind": kind}
    mood = 4.4 + 0.9 * rng.normal(size=n)
    return said, mood, stars(mood + sum(effects[code] * there for code, there in said.items()))


def stars(mood):
    return np.clip(np.rint(mood), 1, 5)


def as_table(said, **columns):
    n = len(next(iter(said.values())))
    return table([[code for code in said if said[code][row]] for row in range(n)], **columns)


def width(figure):
    return figure["high"] - figure["low"]


def test_overlapping_types_are_told_apart():
    said = [[], ["late"], ["late", "rude"], ["rude"], ["late", "rude"], ["late", "rude"]] * 50
    ratings = np.asarray([5.0 - 2 * ("late" in one) - 1 * ("rude" in one) for one in said])
    found = leave_out(table(said), ratings, None)
    assert found["late"]["effect"]["value"] == pytest.approx(-2, abs=0.001)
    assert found["rude"]["effect"]["value"] == pytest.approx(-1, abs=0.001)
    assert found["late"]["loss"]["value"] == pytest.approx(2 * 4 / 6, abs=0.001)
    assert (found["late"]["n"], found["late"]["n_rated"]) == (200, 300)


def test_of_one_type_the_effect_is_the_difference_of_means():
    rng = np.random.default_rng(1)
    there = rng.random(600) < 0.3
    ratings = stars(np.where(there, 2.5, 4.5) + rng.normal(size=600))
    one, two = ratings[there], ratings[~there]
    effect = leave_out(as_table({"late": there}), ratings, STARS)["late"]["effect"]
    assert effect["value"] == pytest.approx(one.mean() - two.mean(), abs=0.002)
    spread = 2 * 1.97 * np.sqrt(one.var() / len(one) + two.var() / len(two))
    assert width(effect) == pytest.approx(spread, rel=0.03)


def test_a_type_that_lifts_has_a_loss_below_nothing():
    said, _, ratings = draw(np.random.default_rng(2), 4000)
    found = impacts(as_table(said, rating=ratings))
    assert found["broken"]["rating"]["loss"]["low"] > 0
    assert found["kind"]["rating"]["effect"]["low"] > 0
    assert found["kind"]["rating"]["loss"]["high"] < 0


def test_intervals_hold_the_truth():
    rng = np.random.default_rng(3)
    said, mood, ratings = draw(rng, 200_000)
    total = sum(EFFECTS[code] * there for code, there in said.items())
    truth = {
        code: (ratings - stars(mood + total - EFFECTS[code] * there))[there].mean() for code, there in said.items()
    }
    held = []
    for _ in range(50):
        said, _, ratings = draw(rng, 250)
        for code, figures in leave_out(as_table(said), ratings, STARS).items():
            loss = -truth[code] * {"late": 0.2, "rude": 0.14, "broken": 0.05, "kind": 0.3}[code]
            held.append(figures["effect"]["low"] <= truth[code] <= figures["effect"]["high"])
            held.append(figures["loss"]["low"] <= loss <= figures["loss"]["high"])
    assert len(held) > 350
    assert 0.93 <= np.mean(held) <= 0.985


@pytest.mark.parametrize("grouped", [False, True])
def test_the_spread_is_that_of_the_bootstrap(grouped):
    rng = np.random.default_rng(4)
    said, _, ratings = draw(rng, 600)
    groups = np.arange(600) // (4 if grouped else 1)
    found = leave_out(as_table(said), ratings, STARS, groups=groups)
    draws = {code: [] for code in said}
    for _ in range(60):
        drawn = rng.poisson(1.0, groups.max() + 1)[groups]
        again = {code: np.repeat(there, drawn) for code, there in said.items()}
        for code, figures in leave_out(as_table(again), np.repeat(ratings, drawn), STARS).items():
            draws[code].append(figures["effect"]["value"])
    for code in ("late", "rude", "kind"):
        assert width(found[code]["effect"]) == pytest.approx(2 * 1.97 * np.std(draws[code]), rel=0.3)


def test_copies_make_nothing_surer():
    said, _, ratings = draw(np.random.default_rng(5), 500)
    copied = {code: np.repeat(there, 4) for code, there in said.items()}
    once = leave_out(as_table(said), ratings, STARS)["late"]["effect"]
    taken = leave_out(as_table(copied), np.repeat(ratings, 4), STARS)["late"]
    told = leave_out(as_table(copied), np.repeat(ratings, 4), STARS, groups=np.repeat(np.arange(500), 4))
    assert width(taken["effect"]) == pytest.approx(width(once) / 2, rel=0.05)
    assert width(told["late"]["effect"]) == pytest.approx(width(once), rel=0.05)
    assert width(told["late"]["loss"]) == pytest.approx(2 * width(taken["loss"]), rel=0.05)


def test_reviews_without_a_group_stand_alone():
    said, _, ratings = draw(np.random.default_rng(6), 300)
    alone = leave_out(as_table(said), ratings, STARS, groups=["", None, float("nan")] * 100)
    assert alone == leave_out(as_table(said), ratings, STARS)


def test_half_a_mention_does_its_harm_in_half():
    said, _, ratings = draw(np.random.default_rng(7), 2000)
    spoken = [[code for code in said if said[code][row]] for row in range(2000)]
    whole, half = (leave_out(table(spoken, weight), ratings, STARS)["late"] for weight in (1.0, 0.5))
    assert half["effect"]["value"] == pytest.approx(2 * whole["effect"]["value"], rel=0.01)
    assert half["loss"]["value"] == pytest.approx(whole["loss"]["value"], rel=0.01)
    assert half["n"] == whole["n"] / 2


def test_a_channel_that_rates_low_is_no_fault_of_a_type():
    rng = np.random.default_rng(8)
    store = rng.random(3000) < 0.5
    there = rng.random(3000) < np.where(store, 0.5, 0.02)
    ratings = stars(np.where(store, 2.5, 4.5) + rng.normal(size=3000))
    mentions = as_table({"queue": there}, rating=ratings, channel=np.where(store, "store", "app"))
    held, free = impacts(mentions)["queue"]["rating"]["effect"], impacts(mentions, held=())["queue"]["rating"]["effect"]
    assert held["low"] < 0 < held["high"]
    assert free["high"] < -0.9


def test_only_rated_reviews_count():
    said, _, ratings = draw(np.random.default_rng(9), 1000)
    unrated = np.arange(1000) % 3 == 0
    found = impacts(as_table(said, rating=np.where(unrated, np.nan, ratings)))["late"]["rating"]
    rest = {code: there[~unrated] for code, there in said.items()}
    assert found == impacts(as_table(rest, rating=ratings[~unrated]))["late"]["rating"]
    assert found["n_rated"] == (~unrated).sum()
    for nothing in (np.nan, 5.0):
        assert impacts(as_table(said, rating=nothing)) == dict.fromkeys(sorted(said))


def test_of_too_few_mentions_nothing_is_said():
    said = [["late"]] * (MIN_MENTIONS - 1) + [["rude"]] * (MIN_MENTIONS + 1) + [["kind"]] * 50 + [[]] * 50
    found = impacts(table(said, rating=[1.0, 2.0, 1.0, 1.0, 2.0, 1.0, 3.0, 1.0, 2.0, 2.0] + [4.0, 5.0] * 50))
    assert found["late"] is None
    assert found["rude"]["rating"]["n"] == MIN_MENTIONS + 1


def test_types_that_are_always_together_cannot_be_told_apart():
    rng = np.random.default_rng(10)
    there, other = rng.random(500) < 0.2, rng.random(500) < 0.2
    mentions = as_table(
        {"late": there, "waited": there, "rude": other}, rating=stars(4 - 2 * there + rng.normal(size=500))
    )
    found = impacts(mentions)
    assert found["late"] is None
    assert found["waited"] is None
    assert found["rude"] is not None


def test_equal_ratings_are_not_certainty():
    said = [["late"]] * 6 + [["rude"]] * 50 + [[]] * 200
    found = impacts(table(said, rating=[1.0] * 6 + [3.0, 4.0] * 25 + [4.0, 5.0] * 100))["late"]["rating"]
    assert found["effect"]["value"] == pytest.approx(-3.5, abs=0.1)
    assert width(found["effect"]) > 0.3
    assert found["effect"]["low"] >= -4


def test_the_order_of_rows_changes_nothing():
    said, _, ratings = draw(np.random.default_rng(11), 1000)
    mentions = as_table(said, rating=ratings, channel=np.where(np.arange(1000) % 3, "app", "site"))
    assert impacts(shuffled(mentions)) == impacts(mentions)


def test_nps_where_people_answer_on_a_scale_of_ten():
    said, mood, ratings = draw(np.random.default_rng(12), 3000)
    answers = np.clip(np.rint(2.5 * (mood - 1 - 1.5 * said["late"])), 0, 10)
    found = impacts(as_table(said, rating=1 + answers / 2.5))["late"]
    late, other = (nps_points(answers[part]).mean() for part in (said["late"], ~said["late"]))
    assert found["nps"]["effect"]["value"] == pytest.approx(late - other, abs=6)
    assert found["rating"]["effect"]["value"] == pytest.approx(-1.5 * 2.5, abs=0.5)
    assert "nps" not in impacts(as_table(said, rating=ratings))["late"]


def test_where_all_reviews_have_a_type_the_average_review_is_the_measure():
    rng = np.random.default_rng(14)
    kinds = rng.choice(["late", "rude", "thanks"], 3000, p=[0.1, 0.2, 0.7])
    ratings = stars(np.select([kinds == "late", kinds == "rude"], [2.0, 2.8], 4.8) + 0.8 * rng.normal(size=3000))
    found = leave_out(table([[kind] for kind in kinds]), ratings, STARS)
    for kind in ("late", "rude", "thanks"):
        own = ratings[kinds == kind]
        assert found[kind]["effect"]["value"] == pytest.approx(own.mean() - ratings.mean(), abs=0.02)
        assert found[kind]["n_rated"] == 3000
    part = np.where(kinds == "late", (ratings - ratings[kinds == "late"].mean()) / np.mean(kinds == "late"), 0)
    spread = np.std(part - (ratings - ratings.mean())) / np.sqrt(3000)
    assert width(found["late"]["effect"]) == pytest.approx(2 * 1.97 * spread, rel=0.05)
