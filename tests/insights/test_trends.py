"""What changed between two windows of three months, and when nothing can be said."""

import pandas as pd
import pytest

from reviewmine.insights.trends import MIN_COUNT, change, month_names, month_numbers

SAME = [100] * 6
VERDICTS = [
    ([5, 5, 5, 20, 20, 20], SAME, "rising"),
    ([20, 20, 20, 5, 5, 5], SAME, "falling"),
    ([10, 10, 10, 11, 10, 9], SAME, "steady"),
    ([0, 0, 0, 10, 10, 10], SAME, "rising"),
    ([10, 10, 10, 0, 0, 0], SAME, "falling"),
    ([10, 10, 10, 20, 20, 20], [100] * 3 + [200] * 3, "steady"),
    ([10, 10, 10, 10, 10, 10], [100] * 3 + [1000] * 3, "falling"),
    ([90, 90, 90, 1, 2, 2, 2, 2, 2], [100] * 9, "steady"),
    ([2, 1, 1, 2, 2, 2], SAME, "steady"),
    ([30, 30, 30, 100, 100, 100], SAME, "rising"),
]


@pytest.mark.parametrize(("counts", "totals", "verdict"), VERDICTS)
def test_verdicts(counts, totals, verdict):
    got = change(counts, totals)
    assert got["verdict"] == verdict
    assert got["low"] <= got["ratio"] <= got["high"]
    assert (got["now"], got["before"]) == (sum(counts[-3:]), sum(counts[-6:-3]))


def test_the_ratio_is_that_of_shares():
    got = change([100, 100, 100, 100, 100, 100], [1000] * 3 + [2000] * 3)
    assert got["ratio"] == pytest.approx(0.5, abs=0.001)
    assert got["low"] == pytest.approx(0.43, abs=0.01)
    assert got["high"] == pytest.approx(0.58, abs=0.01)


UNTOLD = [
    ([], []),
    ([50] * 5, [100] * 5),
    ([1, 1, 1, 1, 1, MIN_COUNT - 6], SAME),
    ([0, 0, 0, 10, 10, 10], [0, 0, 0, 100, 100, 100]),
    ([10, 10, 10, 0, 0, 0], [100, 100, 100, 0, 0, 0]),
]


@pytest.mark.parametrize(("counts", "totals"), UNTOLD)
def test_what_cannot_be_told(counts, totals):
    assert change(counts, totals) is None


MONTHS = [
    (["2025-11-30", "2026-02-01"], ["2025-11", "2025-12", "2026-01", "2026-02"]),
    (["2026-03-31 23:59"], ["2026-03"]),
    ([None, "2026-03-05", None, "2026-02-05"], ["2026-02", "2026-03"]),
    ([None], []),
    ([], []),
]


@pytest.mark.parametrize(("dates", "months"), MONTHS)
def test_month_names_leave_no_gap(dates, months):
    assert month_names(pd.Series(pd.to_datetime(dates))) == months


def test_each_date_has_its_month():
    dates = pd.Series(pd.to_datetime(["2026-01-31", "2026-03-01", "2026-03-31", None, "2020-01-01"]))
    assert month_numbers(dates, ["2026-01", "2026-02", "2026-03"]).tolist() == [0, 2, 2, -1, -1]
    assert month_numbers(dates[3:4], []).tolist() == [-1]
