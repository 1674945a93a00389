"""Whole weeks only, each mention in its own, and a month of four of them against the four before."""

import numpy as np
import pandas as pd
import pytest

from reviewmine.insights.mentions import find_mentions
from reviewmine.insights.weeks import N_WEEKS, month_change, weekly


def mentions(rows, weights=None):
    """Return the mentions of ``rows``: a date and the types of each review."""
    ids = [f"r{n}" for n in range(len(rows))]
    dates = pd.Series([pd.Timestamp(date) for date, _ in rows], dtype="datetime64[us]")
    reviews = pd.DataFrame({"id": ids, "date": dates})
    scored = pd.DataFrame({"id": ids, "types": [types for _, types in rows], "probability": 0.9, "action": "auto"})
    return find_mentions(scored if weights is None else scored.assign(weight=weights), reviews)


def test_a_mention_counts_in_its_week_and_an_unfinished_week_in_none():
    rows = [
        ("2026-03-29", "late"),  # a Sunday: its week began before the reviews
        ("2026-03-30 00:00", "late|rude"),
        ("2026-04-05 23:59", "late"),
        ("2026-04-06", "rude"),
        (None, "late"),
        ("2026-04-12", ""),
        ("2026-04-15", "late"),  # a Wednesday: its week is not over
    ]
    got = weekly(mentions(rows), ["rude", "late", "never"])
    assert got["weeks"] == ["2026-03-30", "2026-04-06"]
    assert got["totals"] == [2, 2]
    counts = {code: found["counts"] for code, found in got["types"].items()}
    assert counts == {"rude": [1, 1], "late": [2, 0], "never": [0, 0]}
    assert all(found["weeks"] == got["weeks"] for found in got["types"].values())


def test_the_last_thirteen_weeks_are_kept_and_a_gap_is_a_nought():
    days = pd.date_range("2026-01-05", "2026-06-28", freq="14D").union(pd.DatetimeIndex(["2026-06-28"]))
    got = weekly(mentions([(f"{day:%Y-%m-%d}", "late") for day in days]), ["late"])
    assert len(got["weeks"]) == N_WEEKS == 13
    assert got["weeks"][-1] == "2026-06-22"
    assert got["types"]["late"]["counts"] == got["totals"]
    assert {0, 1} <= {*got["totals"]}


def test_weights_count_and_the_order_of_reviews_does_not():
    rows = [("2026-03-30", "late"), ("2026-04-01", "late"), ("2026-04-05", "late|rude")]
    weights = [0.1, 0.2, 0.7]
    got = weekly(mentions(rows, weights), ["late", "rude"])
    assert got["types"]["late"]["counts"] == [1]
    assert got["types"]["rude"]["counts"] == [0.7]
    assert weekly(mentions(rows[::-1], weights[::-1]), ["late", "rude"]) == got


@pytest.mark.parametrize("rows", [[], [(None, "late")], [("2026-03-30", "late"), ("2026-04-04", "late")]])
def test_without_a_whole_week_there_are_no_counts(rows):
    got = weekly(mentions(rows), ["late"])
    assert (got["weeks"], got["totals"], got["types"]) == ([], [], {"late": {"weeks": [], "counts": []}})


def test_every_dated_mention_of_whole_weeks_is_counted_once():
    rng = np.random.default_rng(13)
    days = pd.Timestamp("2026-03-30") + pd.to_timedelta(np.append(rng.integers(0, 56, 500), [0, 55]), unit="D")
    codes = np.asarray(["a", "b", "a|b", ""])[rng.integers(0, 4, 502)]
    got = weekly(mentions([*zip(days, codes, strict=True)]), ["a", "b"])
    assert sum(got["totals"]) == 502
    assert sum(got["types"]["a"]["counts"]) == sum("a" in cell for cell in codes)


def test_a_month_is_four_weeks_against_the_four_before():
    got = month_change([90, 1, 2, 3, 4, 10, 10, 10, 10], [100] * 9)
    assert (got["before"], got["now"], got["verdict"]) == (10, 40, "rising")
    assert month_change([10] * 8, [100] * 4 + [300] * 4)["verdict"] == "falling"
    assert month_change([10] * 7, [100] * 7) is None
