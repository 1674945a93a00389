"""Knowing what one does not know, and whether probabilities come true: by hand and by simulation."""

import numpy as np
import pytest

from reviewmine.classify.reliability import brier_rows, likelihood_rows, reliability
from reviewmine.classify.selective import augrc, aurc, coverage_at, curve, risk_coverage, selective_figures

CONFIDENCE = np.asarray([0.9, 0.8, 0.7, 0.6])
RIGHT = np.asarray([True, False, True, False])


def test_the_curve_by_hand():
    coverage, risk = risk_coverage(CONFIDENCE, RIGHT)
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1]
    assert risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert aurc(CONFIDENCE, RIGHT) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert augrc(CONFIDENCE, RIGHT) == pytest.approx((0 + 1 / 4 + 1 / 4 + 1 / 2) / 4)


def test_a_perfect_order_is_better_than_a_random_one():
    rng = np.random.default_rng(0)
    right = rng.random(2000) < 0.8
    best, worst = right + rng.random(2000) / 2, rng.random(2000) - right
    for area in (aurc, augrc):
        assert area(best, right) < area(rng.random(2000), right) < area(worst, right)
    assert aurc(rng.random(2000), right) == pytest.approx(0.2, abs=0.03)  # nothing known: the error at any coverage
    assert augrc(rng.random(2000), right) == pytest.approx(0.1, abs=0.015)


def test_equal_confidence_does_not_depend_on_the_order_of_rows():
    confidence = np.asarray([0.9, 0.5, 0.5, 0.5, 0.5, 0.1])
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(6)
        right = np.asarray([True, False, True, True, False, False])
        assert selective_figures(confidence[order], right[order]) == pytest.approx(selective_figures(confidence, right))


COVERAGES = [(0.0, 0.25), (0.33, 0.25), (0.34, 0.75), (0.5, 1.0)]


@pytest.mark.parametrize(("error", "expected"), COVERAGES)
def test_coverage_at_an_error(error, expected):
    assert coverage_at(CONFIDENCE, RIGHT, error) == expected


def test_coverage_where_the_surest_row_is_wrong():
    assert coverage_at(CONFIDENCE, ~RIGHT, 0.05) == 0
    assert coverage_at(np.ones(10), np.arange(10) < 9, 0.05) == 0  # equal rows cannot be told apart


def test_the_picture_ends_with_every_row():
    points = curve(CONFIDENCE, RIGHT)
    assert points[-1] == {"coverage": 1.0, "risk": 0.5}
    assert [point["coverage"] for point in points] == sorted(point["coverage"] for point in points)


def test_reliability_of_honest_and_of_proud_probabilities():
    rng = np.random.default_rng(0)
    top = rng.uniform(0.3, 1, 20_000).astype(np.float32)
    honest, proud = (reliability(top, rng.random(len(top)) < share) for share in (top, top**2))
    assert sum(bin["n"] for bin in honest) == len(top)
    assert max(abs(bin["predicted"] - bin["observed"]) for bin in honest) < 0.04
    assert min(bin["predicted"] - bin["observed"] for bin in proud[:5]) > 0.15


def test_likelihood_by_hand():
    probability = np.asarray([[0.8, 0.2], [0.5, 0.5]], dtype=np.float32)
    targets = np.asarray([[True, False], [False, True]])
    assert likelihood_rows(probability, targets, "multiclass") == pytest.approx([-np.log(0.8), -np.log(0.5)])
    assert likelihood_rows(probability, targets, "multilabel") == pytest.approx([-2 * np.log(0.8), -2 * np.log(0.5)])
    assert brier_rows(probability, targets) == pytest.approx([0.08, 0.5])


def test_certain_and_wrong_is_dear_and_finite():
    cell = np.asarray([[1.0, 0.0]], dtype=np.float32), np.asarray([[False, True]])
    for head in ("multiclass", "multilabel"):
        assert 10 < likelihood_rows(*cell, head)[0] < 50
