"""Counts against the past: what is expected of a day, what is more than that, and what is only chance."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reviewmine.insights.alerts import walk
from reviewmine.insights.alerts_plan import AlertsPlan
from reviewmine.insights.baseline import GAP, expect
from reviewmine.insights.days import HOLIDAY, N_KINDS, day_kinds
from reviewmine.insights.exposure import Exposure, count_mentions
from reviewmine.insights.mentions import Mentions
from reviewmine.insights.surges import daily_q, find_surges, sliding, tail, upper

DAYS = 52 * 7
STARTS = np.datetime64("2024-07-01") + np.arange(DAYS)  # a Monday


def exposed(counts, reviews=None):
    """Return an exposure of types in all reviews, 800 a day unless told."""
    n = len(counts)
    whole = np.full((1, counts.shape[1]), 800.0) if reviews is None else reviews[None].astype(float)
    starts = STARTS[0] + np.arange(counts.shape[1])
    return Exposure(
        "day", starts, tuple(f"t{i}" for i in range(n)), (None,), np.arange(n), np.zeros(n, int), counts * 1.0, whole
    )


def expected_of(exposure):
    return expect(exposure, day_kinds(exposure.starts), N_KINDS)


def chance(rates, seed=1, days=DAYS):
    return np.random.default_rng(seed).poisson(np.asarray(rates)[:, None], (len(rates), days))


def test_a_day_has_one_kind():
    days = np.array(["2026-01-07", "2026-03-06", "2026-03-08", "2026-11-04", "2026-11-05"], dtype="datetime64[D]")
    assert day_kinds(days).tolist() == [HOLIDAY, 4, HOLIDAY, HOLIDAY, 3]
    assert day_kinds(days, "none").tolist() == [2, 4, 6, 2, 3]
    assert day_kinds(days, "none", [date(2026, 3, 6)]).tolist() == [2, HOLIDAY, 6, 2, 3]
    week = np.datetime64("1969-12-29") + np.arange(14)
    assert day_kinds(week, "none").tolist() == [*range(7)] * 2


def mentions(day, kind, **columns):
    n = len(day)
    dates = pd.Series(pd.to_datetime(day, format="ISO8601")).astype("datetime64[us]")
    reviews = pd.DataFrame({"id": [f"r{i}" for i in range(n)], "date": dates, **columns})
    kinds = np.asarray(kind)
    return Mentions(reviews, ("late", "rude"), np.arange(n), kinds, np.ones(n), np.ones(n))


GIVEN = mentions(
    ["2026-03-02 23:59", "2026-03-04", None, "2026-03-10", "2026-03-31"],
    [0, 0, 1, 1, 0],
    channel=["app", "app", "app", "site", ""],
)


def test_counts_by_period_and_segment():
    found = count_mentions(GIVEN, "day", ["channel"])
    assert found.segments == (None, ("channel", "app"), ("channel", "site"))
    assert str(found.starts[0]) == "2026-03-02"
    assert str(found.starts[-1]) == "2026-03-31"
    assert found.reviews.sum(axis=1).tolist() == [4, 2, 1]
    table = {
        (found.codes[c], found.segments[s]): row
        for c, s, row in zip(found.code, found.segment, found.counts, strict=True)
    }
    assert np.flatnonzero(table["late", None]).tolist() == [0, 2, 29]
    assert table["rude", ("channel", "site")].sum() == 1
    assert ("rude", ("channel", "app")) not in table  # its only review has no date
    weeks = count_mentions(GIVEN, "week")
    assert weeks.counts.tolist() == [[2, 0, 0, 0, 1], [0, 1, 0, 0, 0]]
    assert count_mentions(GIVEN, "month").counts.tolist() == [[3], [1]]
    assert count_mentions(GIVEN, "day", until=date(2026, 3, 4)).counts.sum() == 2
    assert count_mentions(GIVEN, "day", days=10).reviews.sum() == 1


def test_without_dates_nothing_is_counted():
    found = count_mentions(mentions([None, None], [0, 1]))
    assert len(found.starts) == len(found.code) == 0


def test_a_rate_is_per_review_and_knows_its_weekdays_and_holidays():
    kinds = day_kinds(STARTS)
    reviews = np.where(kinds >= 5, 400, 800)
    own = np.array([1, 1, 1, 1, 1, 3, 3, 0.2])[kinds]  # this type is one of weekends, whatever the volume
    exposure = exposed(np.stack([reviews / 100 * own, reviews / 20]), reviews)
    found = expected_of(exposure)
    late = slice(DAYS - 60, DAYS)
    usual = np.median(found.mean[0, late][kinds[late] == 1])
    weekend = np.median(found.mean[0, late][kinds[late] == 5])
    assert usual == pytest.approx(8, rel=0.1)
    assert weekend == pytest.approx(12, rel=0.2)  # half the reviews, three times the share
    assert found.mean[1, late] == pytest.approx(reviews[late] / 20, rel=0.1)
    holiday = np.flatnonzero(kinds == HOLIDAY)[-1]
    assert found.mean[0, holiday] < 0.6 * found.mean[0, holiday + 7]


def test_an_earlier_surge_is_not_what_is_expected():
    counts = chance([20.0])
    surged = counts.copy()
    surged[0, 150:171] *= 8
    plain, robust = (expected_of(exposed(each)).mean[0, 250:] for each in (counts, surged))
    assert robust == pytest.approx(plain, rel=0.08)


def test_the_newest_weeks_are_not_their_own_baseline():
    counts = chance([20.0])
    later = counts.copy()
    later[0, -7 * (GAP + 1) :] = 500
    plain, same = (expected_of(exposed(each)).mean[0, -7:] for each in (counts, later))
    effect = np.median(same / plain)
    assert effect == pytest.approx(1, abs=0.01)


def test_scatter_is_measured():
    rng = np.random.default_rng(3)
    even, wild = rng.poisson(30, (20, DAYS)), rng.negative_binomial(5, 5 / 35, (20, DAYS))  # variance 30 and 7 * 30
    one, other = (np.median(expected_of(exposed(counts)).dispersion[:, -1]) for counts in (even, wild))
    assert one == pytest.approx(1, abs=0.2)
    assert other == pytest.approx(7, rel=0.25)


@pytest.mark.parametrize(("mean", "spread"), [(4.0, 1.0), (4.0, 2.5), (60.0, 1.3), (0.02, 1.0)])
def test_the_tail_is_that_of_the_distribution(mean, spread):
    for k in (1, 3, 9, 80):
        known = stats.poisson(mean) if spread == 1 else stats.nbinom(mean / (spread - 1), 1 / spread)
        true = known.sf(k - 1)
        assert tail(np.array([float(k)]), np.array([mean]), np.array([spread]))[0] == pytest.approx(true, rel=1e-3)
    high = upper(np.array([mean]), np.array([spread]))[0]
    assert tail(np.array([high + 1]), np.array([mean]), np.array([spread]))[0] <= 0.025


def test_q_is_that_of_benjamini_and_hochberg_over_joined_windows():
    rng = np.random.default_rng(2)
    p = rng.uniform(0, 1, (2, 6, 3)) ** 3  # days, series, windows
    day, series, _ = (each.ravel() for each in np.indices(p.shape))
    found = daily_q(day, series, p.ravel(), np.array([6, 6]), 3).reshape(p.shape)
    joined = (np.sort(p, axis=2) * 3 / np.arange(1, 4)).min(axis=2)
    for number in range(2):
        true = stats.false_discovery_control(joined[number])
        assert found[number] == pytest.approx(np.repeat(true[:, None], 3, axis=1))


def test_sums_of_windows():
    values = np.arange(5.0)[None]
    assert sliding(values, 1).tolist() == values.tolist()
    assert sliding(values, 3).tolist() == [[0, 1, 3, 6, 9]]


def opened(counts, **plan):
    issues = walk(exposed(counts), AlertsPlan(**plan)).issues
    return [(issue.code, issue.opened) for issue in issues]


def test_on_null_data_there_are_hardly_any_alerts():
    rng = np.random.default_rng(5)
    rates = rng.lognormal(1, 1, (60, 1)) * rng.gamma(12, 1 / 12, (60, 2 * DAYS))
    assert len(opened(rng.poisson(rates))) <= 10  # in 22 months; 60 types


@pytest.mark.parametrize(("rate", "within"), [(2.0, 8), (6.0, 4), (40.0, 2)])
def test_three_times_the_usual_is_seen_soon(rate, within):
    counts = chance([rate, *[6.0] * 20])
    counts[0, 300:314] = np.random.default_rng(9).poisson(3 * rate, 14)
    first = [day for code, day in opened(counts) if code == 0 and day >= 280]
    assert len(first) == 1
    assert 300 <= first[0] < 300 + within


def test_a_type_never_seen_before_is_an_alert_of_a_finite_ratio():
    counts = chance([6.0] * 10)
    counts[0, :330] = 0
    assert next(day for code, day in opened(counts) if code == 0) in {330, 331, 332}
    assert opened(np.where(counts > 0, counts, 0)[:1, :340], min_count=500) == []


def test_a_slow_surge_is_not_lost():
    counts = chance([8.0] * 10)
    slope = np.linspace(1, 3.5, 42)
    counts[4, -42:] = np.random.default_rng(4).poisson(8 * slope)
    assert [code for code, _ in opened(counts)] == [4]


def test_more_reviews_of_everything_are_no_surge_of_anything():
    reviews = np.full(DAYS, 800)
    reviews[300:] = 2400
    counts = np.random.default_rng(6).poisson(np.array([[5.0], [40.0]]) * reviews / 800)
    assert walk(exposed(counts, reviews), AlertsPlan(fdr=1e-5)).issues == ()


def test_a_short_past_tests_nothing():
    exposure = exposed(chance([5.0], days=60))
    assert find_surges(exposure, expected_of(exposure), (1, 7), 0.05, 5, 1.5).n_tested.tolist() == [0] * 60
