"""NPS, CSAT, complaints and means: counted by hand, on the scale that customers saw, with intervals that hold."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

from insights.given_mentions import shuffled, table
from reviewmine.corpus.ratings import RatingTally
from reviewmine.errors import ReviewmineError
from reviewmine.insights.figures import gap, mean, median, net
from reviewmine.insights.journey import JourneyPlan
from reviewmine.insights.ratings import Scale, find_ratings
from reviewmine.insights.scores import EARLIER, MAX_MONTHS, REST, UNNAMED, ScoresPlan, find_scores
from reviewmine.insights.traffic import TrafficPlan

TEN = [10, 9, 9, 8, 7, 6, 0, 10, 3, 5]
"""Four promoters, two passives, four detractors."""


def given(ratings, **columns):
    usual = {"rating": ratings, "kind": "complaint", "action": "auto", "owner": "", "date": pd.NaT}
    return table([[]] * len(ratings), **usual | columns)


def plain(value):
    """Return whether JSON takes a value as it is: no numpy, no NaN."""
    if isinstance(value, dict):
        return all(type(key) is str and plain(one) for key, one in value.items())
    if isinstance(value, list):
        return all(map(plain, value))
    return value is None or type(value) in {str, int, bool, float}


def test_nps_of_answers_from_0_to_10():
    found = find_scores(given(np.repeat(TEN, 10).astype(float)))
    nps = found["overall"]["nps"]
    assert (nps["promoters"], nps["passives"], nps["detractors"], nps["n"]) == (40, 20, 40, 100)
    assert nps["value"] == 0
    assert -20 < nps["low"] < -15 < 15 < nps["high"] < 20  # 1.96 standard errors are 17.3
    assert found["overall"]["csat"] == {"value": 0.6, "low": 0.502, "high": 0.6906, "n": 100}
    assert found["overall"]["mean_rating"]["value"] == 6.7
    assert found["scale"] == {"low": 0, "high": 10, "kind": "0-10", "top": 7, "n": 100, "outside": 0}


@pytest.mark.parametrize(("low", "high"), [(1, 5), (0, 5), (0, 6), (1, 10), (0, 10)])
def test_what_the_reader_brought_to_five_is_moved_back(low, high):
    answers = [float(low + number % (high - low + 1)) for number in range(60)]
    tally = RatingTally(f"Оценка ({low}-{high})")
    tally.add(answers)
    read = find_ratings(given([tally.to_five(answer) for answer in answers]))
    assert (read.low, read.high, read.kind) == (low, high, {(0, 10): "0-10", (1, 5): "1-5"}.get((low, high), "other"))
    assert read.values().tolist() == answers


STAYS = [
    [1.0, 2.0, 3.0, 4.0, 5.0],
    [5.0, 4.6, 4.2, 3.8, 4.0, 2.0],  # two files, one of stars and one of NPS
    [4.5, 3.5, 2.5, 1.5],
    [4.7, 3.2, 4.9, 1.1],
    [4.6, 5.0],
]


@pytest.mark.parametrize("ratings", STAYS)
def test_what_does_not_tell_another_scale_stays_on_five_and_has_no_nps(ratings):
    found = find_scores(given(ratings))
    assert found["scale"]["kind"] == "1-5"
    assert found["overall"]["nps"] is None
    assert found["overall"]["csat"]["value"] == pytest.approx(np.mean(np.asarray(ratings) >= 4), abs=1e-4)


def test_a_column_of_the_source_is_read_as_it_was_written():
    answers = ["9/10", "10", " 7 ", "", "не знаю", "0", "8", "6"]
    frame = given([np.nan] * 8, NPS=answers)
    nps = find_scores(frame, ScoresPlan(rating="NPS"))["overall"]["nps"]
    assert (nps["promoters"], nps["passives"], nps["detractors"], nps["n"]) == (2, 2, 2, 6)
    assert find_scores(frame)["overall"]["nps"] is None


def test_a_stated_scale():
    plan = ScoresPlan(rating="csi", scale={"low": 1, "high": 7, "top": 6})
    found = find_scores(given([np.nan] * 5, csi=[7, 6, 5, 1, 9]), plan)
    assert found["scale"] == {"low": 1, "high": 7, "kind": "other", "top": 6, "n": 4, "outside": 1}
    assert found["overall"]["csat"] == {"value": 0.5, "low": 0.15, "high": 0.85, "n": 4}
    assert find_ratings(given([1.0, 3.0, 5.0]), given=Scale(low=0, high=10)).values().tolist() == [0, 5, 10]


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        ({"low": 5, "high": 1}, "low 5, high 1 and top 1 must stand in the order"),
        ({"low": 1, "high": 5, "top": 7}, "top 7 must stand"),
        ({"low": 1, "high": float("nan")}, "scale.high"),
    ],
)
def test_a_scale_that_is_none(scale, said):
    with pytest.raises(ValidationError, match=said):
        ScoresPlan(scale=scale)


def test_ratings_on_no_scale_and_columns_that_are_not_there():
    with pytest.raises(ReviewmineError, match=r"the ratings in column 'csi' are on no usual scale.*scores\.scale"):
        find_scores(given([np.nan] * 3, csi=[250, 900, 3]), ScoresPlan(rating="csi"))
    with pytest.raises(ReviewmineError, match="no column 'город' among the reviews, expected id, channel"):
        find_scores(given([5.0]), ScoresPlan(by=("город",)))


def test_nobody_rated():
    found = find_scores(given([np.nan, np.nan], kind=["complaint", "gratitude"]))["overall"]
    assert (found["nps"], found["csat"], found["mean_rating"]) == (None, None, None)
    assert found["complaints"]["value"] == 0.5
    assert find_scores(given([]))["overall"]["n"] == 0


def many(n=600, seed=4):
    rng = np.random.default_rng(seed)
    dates = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 200, n), "D")
    return given(
        rng.choice([*range(11), np.nan], n),
        kind=rng.choice(["complaint", "gratitude", ""], n),
        channel=rng.choice(["app", "site", ""], n),
        product=[f"Чайник {number}" for number in rng.geometric(0.05, n)],
        owner=rng.choice(["it", "logistics"], n),
        date=pd.Series(dates).where(rng.random(n) < 0.9),
        город=rng.choice(["Тверь", "Омск"], n),
    )


def test_every_review_is_in_one_row_of_every_column():
    mentions = many()
    found = find_scores(mentions, ScoresPlan(by=("channel", "product", "owner", "month", "город"), max_groups=7))
    whole = found["overall"]
    assert plain(found)
    assert json.dumps(found, allow_nan=False)
    for rows in found["by"].values():
        assert sum(row["n"] for row in rows) == whole["n"] == 600
        for name in ("promoters", "passives", "detractors", "n"):
            assert sum(row["nps"][name] for row in rows if row["nps"]) == whole["nps"][name]
    products = found["by"]["product"]
    assert [row["name"] for row in products[7:]] == [REST]
    assert products[7]["joined"] == mentions.reviews["product"].nunique() - 7
    assert [row["n"] for row in products[:7]] == sorted((row["n"] for row in products[:7]), reverse=True)
    assert [row["small"] for row in products] == [row["n"] < 30 for row in products]
    assert found["by"]["channel"][-1] == found["by"]["channel"][-1] | {"name": UNNAMED, "unnamed": True}
    months = [row["name"] for row in found["by"]["month"]]
    assert months == ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", UNNAMED]


def test_owners_have_titles():
    rows = find_scores(many(), owners={"it": "Сайт и приложение"})["by"]["owner"]
    assert {row["name"]: row.get("code") for row in rows} == {"Сайт и приложение": "it", "logistics": None}


def test_one_group_counted_by_hand():
    mentions = many()
    part = mentions.reviews[mentions.reviews["город"] == "Омск"]
    row = next(row for row in find_scores(mentions, ScoresPlan(by=("город",)))["by"]["город"] if row["name"] == "Омск")
    rating = part["rating"].dropna()
    assert row["n"] == len(part)
    assert row["complaints"]["value"] == pytest.approx((part["kind"] == "complaint").mean(), abs=1e-4)
    assert row["mean_rating"] == row["mean_rating"] | {"value": round(rating.mean(), 4), "n": len(rating)}
    assert row["nps"]["value"] == pytest.approx(100 * ((rating > 8).mean() - (rating < 7).mean()), abs=1e-4)


def test_the_order_of_reviews_changes_nothing():
    assert find_scores(many()) == find_scores(shuffled(many()))


def test_a_column_without_values_has_no_rows_and_old_months_are_joined():
    dates = pd.Series(pd.date_range("2000-01-15", periods=MAX_MONTHS + 3, freq="MS"))
    found = find_scores(given([5.0] * len(dates), date=dates))["by"]
    assert (found["channel"], found["owner"]) == ([], [])
    assert len(found["month"]) == MAX_MONTHS + 1
    assert found["month"][0] == found["month"][0] | {"name": EARLIER, "joined": 3, "n": 3}
    assert found["month"][1]["name"] == "2000-05"


# shares of the answers on a scale of 0..10, or of five stars
SHAPES = [
    [0.02, 0.01, 0.02, 0.01, 0.02, 0.03, 0.04, 0.08, 0.12, 0.20, 0.45],
    [0.30, 0.05, 0.05, 0.02, 0.02, 0.02, 0.02, 0.02, 0.05, 0.05, 0.40],
    [0.005] * 7 + [0.01, 0.015, 0.03, 0.91],
    [0.08, 0.03, 0.04, 0.15, 0.70],
]


@pytest.mark.parametrize("n", [6, 20, 200])
@pytest.mark.parametrize("shape", SHAPES)
def test_intervals_hold_what_they_promise(shape, n):
    shares = np.asarray(shape) / sum(shape)
    steps = np.arange(len(shares)) + (len(shares) == 5)
    draws = np.random.default_rng(n).multinomial(n, shares, 600).astype(float)
    truth = shares @ steps
    means = [mean(counts, steps, (steps[0], steps[-1])) for counts in draws]
    assert np.mean([one["low"] <= truth <= one["high"] for one in means]) > 0.91
    truth = shares[-2:].sum() - shares[:-4].sum()
    nets = [net(counts[-2:].sum(), counts[:-4].sum(), n) for counts in draws]
    assert np.mean([one["low"] <= truth <= one["high"] for one in nets]) > 0.91


def test_intervals_of_large_groups_are_narrow():
    counts, steps = np.asarray([100.0, 50.0, 50.0, 100.0, 700.0]) * 100, np.arange(1.0, 6.0)
    found, error = mean(counts, steps, (1, 5)), np.sqrt(np.cov(steps, fweights=counts.astype(int)) / counts.sum())
    assert found["high"] - found["value"] == pytest.approx(1.96 * error, rel=0.02)
    assert found["value"] - found["low"] == pytest.approx(1.96 * error, rel=0.02)
    assert median(counts, steps) == {"value": 5, "low": 5, "high": 5}


def test_a_gap_is_as_wide_as_its_means_allow():
    one, other = {"value": 4.0, "low": 3.7, "high": 4.3}, {"value": 3.0, "low": 2.6, "high": 3.4}
    assert gap(one, other) == {"value": 1.0, "low": 0.5, "high": 1.5}
    assert gap(None, one) is gap(one, None) is None


def test_the_plan_of_the_document_is_valid():
    text = (Path(__file__).parents[2] / "docs/scores.md").read_text(encoding="utf-8")
    plan = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, flags=re.DOTALL)[1])
    assert ScoresPlan(**plan.pop("scores")).scale == Scale(low=0, high=10)
    assert [one.code for one in TrafficPlan(**plan.pop("traffic")).criteria] == ["complaints_share", "csat", "growth"]
    assert JourneyPlan(**plan.pop("journey")).expectation == {"ждал": 4.2}
    assert plan == {}
