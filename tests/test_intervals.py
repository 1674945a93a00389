"""Intervals hold the truth as often as they say, and know which rows belong together."""

import numpy as np
import pytest

from reviewmine.intervals import bootstrap, figure, half_sample, wilson


def mean_of(values):
    return lambda rows: {"mean": float(values[rows].mean())}


def test_a_constant_has_no_spread():
    got = bootstrap(mean_of(np.full(30, 0.25)), range(30), seed=1)
    assert got == {"mean": {"value": 0.25, "low": 0.25, "high": 0.25}}


@pytest.mark.parametrize("method", ["bootstrap", "half_sample"])
def test_the_interval_is_that_of_the_mean(method):
    values = np.random.default_rng(0).normal(10, 2, 400)
    if method == "bootstrap":
        got = bootstrap(mean_of(values), range(400), seed=1, n_resamples=400)["mean"]
    else:
        got = half_sample(mean_of(values), 400, seed=1, n_resamples=400)["mean"]
    assert got["value"] == pytest.approx(values.mean(), abs=1e-4)
    assert got["low"] < got["value"] < got["high"]
    assert got["high"] - got["low"] == pytest.approx(2 * 1.96 * 2 / 20, rel=0.2)


def test_bootstrap_covers_the_truth():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(60):
        got = bootstrap(mean_of(rng.normal(0, 1, 80)), range(80), seed=5)["mean"]
        held += got["low"] <= 0 <= got["high"]
    assert held >= 52


def test_copies_do_not_narrow_the_interval():
    values = np.random.default_rng(0).normal(size=50)
    groups = [f"g{i}" for i in range(50)]
    once = bootstrap(mean_of(values), groups, seed=1)["mean"]
    copied = bootstrap(mean_of(np.tile(values, 9)), groups * 9, seed=1)["mean"]
    naive = bootstrap(mean_of(np.tile(values, 9)), range(450), seed=1)["mean"]
    assert copied["high"] - copied["low"] == pytest.approx(once["high"] - once["low"], rel=0.01)
    assert naive["high"] - naive["low"] < 0.5 * (once["high"] - once["low"])


def test_groups_are_drawn_whole():
    groups = np.asarray(["a", "b", "b", "c", "c", "c"])
    seen = []
    bootstrap(lambda rows: seen.append(sorted(rows)) or {"n": float(len(rows))}, groups, seed=2, n_resamples=40)
    for rows in seen:
        counts = np.bincount(rows, minlength=6)
        assert counts[1] == counts[2]
        assert counts[3] == counts[4] == counts[5]


def test_half_sample_draws_no_row_twice():
    drawn = []
    half_sample(lambda rows: drawn.append(rows) or {"n": float(len(rows))}, 41, seed=2, n_resamples=30)
    assert len(drawn[0]) == 41
    assert all(len(rows) == len(set(rows.tolist())) == 20 for rows in drawn[1:])


def test_the_order_of_rows_changes_nothing():
    values = np.random.default_rng(0).normal(size=60)
    groups = np.asarray([f"g{i % 20}" for i in range(60)])
    order = np.random.default_rng(1).permutation(60)
    assert bootstrap(mean_of(values), groups, seed=4) == bootstrap(mean_of(values[order]), groups[order], seed=4)


def test_a_figure_that_is_sometimes_unknown():
    assert figure(0.5, [0.4, float("nan"), 0.6]) == {"value": 0.5, "low": 0.405, "high": 0.595}


def test_a_figure_without_draws():
    assert figure(0.123456, []) == {"value": 0.1235, "low": 0.1235, "high": 0.1235}


def test_a_share_of_fewer_is_less_sure():
    few, many = wilson(5, 10), wilson(50, 100)
    assert few["low"] < many["low"] < 0.5 < many["high"] < few["high"]
    assert wilson(0, 0) == {"value": 0.0, "low": 0.0, "high": 1.0}
