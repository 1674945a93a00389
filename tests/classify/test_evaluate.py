"""Figures agree with scikit-learn's and with rows worked by hand."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, label_ranking_average_precision_score

from reviewmine.classify.evaluate import (
    calibration_error,
    confusions,
    evaluate,
    figures,
    measures,
    out_of_scope,
    per_type,
    routing_figures,
)
from reviewmine.classify.linear import target_matrix
from reviewmine.router import Scores
from reviewmine.router.policy import CAUSES, Policy, causes

POLICY = Policy("multilabel", 1.0, 0.0, 0.0, (0.5,) * 7, 0.8, 0.4, 0.9, 2)


def scored(probability, chosen, policy=POLICY):
    """Scores of familiar rows with these probabilities."""
    known, novel = (np.full(len(probability), value, dtype=np.float32) for value in (1, 0))
    return Scores(probability, chosen, novel, known, causes(probability, known, novel, policy))


def drawn(seed, n=120, n_types=7):
    rng = np.random.default_rng(seed)
    scores = rng.random((n, n_types)).astype(np.float32)
    targets = rng.random((n, n_types)) < 0.2
    targets[np.arange(n), rng.integers(0, n_types, n)] = True
    return scores, scores > 0.6, targets


@pytest.mark.parametrize("seed", range(8))
def test_figures_are_those_of_scikit_learn(seed):
    scores, chosen, targets = drawn(seed)
    got = figures(scores, chosen, targets)
    assert got["micro_f1"] == pytest.approx(f1_score(targets, chosen, average="micro"))
    assert got["macro_f1"] == pytest.approx(f1_score(targets, chosen, average="macro"))
    assert got["lrap"] == pytest.approx(label_ranking_average_precision_score(targets, scores))
    assert got["weighted_f1"] == pytest.approx(f1_score(targets, chosen, average="weighted"))
    assert got["accuracy"] == pytest.approx((chosen == targets).all(axis=1).mean())


def test_a_type_never_met_is_not_in_the_macro_mean():
    scores, chosen, targets = drawn(0)
    nothing = np.zeros((len(scores), 1))
    wider = [np.hstack([part, nothing]).astype(part.dtype) for part in (scores, chosen, targets)]
    assert figures(*wider)["macro_f1"] == pytest.approx(figures(scores, chosen, targets)["macro_f1"])


def test_ranking_by_hand():
    scores = np.asarray([[0.9, 0.5, 0.1, 0.0], [0.9, 0.5, 0.1, 0.0]], dtype=np.float32)
    targets = np.asarray([[True, False, False, False], [False, False, False, True]])
    got = figures(scores, scores > 0.8, targets)
    assert (got["p_at_1"], got["hit_at_3"], got["micro_f1"], got["accuracy"]) == (0.5, 0.5, 0.5, 0.5)
    assert got["lrap"] == pytest.approx((1 + 1 / 4) / 2)
    assert got["p_at_3"] == pytest.approx((1 / 3 + 0) / 2)


def test_calibration_error_by_hand():
    probability = np.tile(np.asarray([[0.8, 0.2]], dtype=np.float32), (100, 1))
    for n_right, expected in ((80, 0.0), (50, 0.3), (100, 0.2), (0, 0.8)):
        targets = np.zeros((100, 2), dtype=bool)
        spread = np.arange(100).reshape(10, 10).T.ravel()  # the same share in each bin
        targets[spread[:n_right], 0] = True
        targets[~targets[:, 0], 1] = True
        assert calibration_error(probability, targets) == pytest.approx(expected, abs=1e-6)


def test_calibration_error_sees_what_the_mean_hides():
    probability = np.asarray([[0.9, 0.1]] * 50 + [[0.6, 0.4]] * 50, dtype=np.float32)
    targets = np.asarray([[True, False]] * 30 + [[False, True]] * 20 + [[True, False]] * 45 + [[False, True]] * 5)
    assert probability.max(axis=1).mean() == pytest.approx(targets[:, 0].mean())
    assert calibration_error(probability, targets) > 0.25


def test_routing_by_hand():
    action = np.asarray([0, 0, 0, 1, 1, 1, 2, 2])
    right = np.asarray([1, 1, 0, 0, 0, 1, 1, 1], dtype=bool)
    hit = np.asarray([1, 1, 0, 1, 0, 1, 0, 0], dtype=bool)
    assert routing_figures(action, right, hit) == pytest.approx(
        {
            "auto_share": 3 / 8,
            "auto_precision": 2 / 3,
            "suggest_share": 3 / 8,
            "suggest_hit": 2 / 3,
            "human_share": 2 / 8,
        }
    )


def test_without_automatic_rows_precision_is_unknown():
    nobody = np.zeros(4, dtype=bool)
    got = routing_figures(np.full(4, 2), nobody, nobody)
    assert (got["auto_share"], got["suggest_share"], got["human_share"]) == (0, 0, 1)
    assert np.isnan([got["auto_precision"], got["suggest_hit"]]).all()


def test_novel_and_unfamiliar_rows_count_as_people_s_work():
    probability, chosen, targets = drawn(0)
    scores = scored(probability, chosen)
    few = Scores(probability, chosen, scores.novelty, scores.known, np.full(len(targets), CAUSES.index("novel")))
    rows = np.arange(len(targets))
    assert measures(few, targets, POLICY)(rows)["human_share"] == 1
    assert measures(scores, targets, POLICY)(rows)["human_share"] < 0.2


def test_every_figure_has_its_interval():
    probability, chosen, targets = drawn(1)
    got = evaluate(scored(probability, chosen), targets, POLICY, [f"g{i // 2}" for i in range(len(targets))], seed=1)
    assert {"micro_f1", "lrap", "ece", "brier", "nll", "aurc", "coverage_at_5", "auto_precision"} <= set(got)
    for name, figure in got.items():
        assert figure["low"] - 0.05 <= figure["value"] <= figure["high"] + 0.05, name
    assert got["brier"]["value"] == pytest.approx(((probability - targets) ** 2).sum(axis=1).mean(), abs=1e-4)


def test_rows_of_no_type_are_told_from_others():
    rng = np.random.default_rng(0)
    inside, outside = rng.beta(2, 6, 300).astype(np.float32), rng.beta(6, 2, 80).astype(np.float32)
    policy = Policy("multilabel", 1.0, 0.0, 0.0, (0.5,), 0.8, 0.4, 0.9, 1, novel_threshold=0.5)
    names = [[f"{side}{i}" for i in range(len(part))] for side, part in (("in", inside), ("out", outside))]
    got = out_of_scope(inside, outside, policy, *names, seed=0)
    assert got["n"] == 80
    assert got["auroc"]["value"] == pytest.approx(np.mean(outside[:, None] > inside), abs=1e-4)
    assert got["auroc"]["low"] < got["auroc"]["value"] < got["auroc"]["high"]
    assert got["caught"]["value"] == pytest.approx((outside > 0.5).mean(), abs=1e-4)
    assert got["false_alarms"]["value"] == pytest.approx((inside > 0.5).mean(), abs=1e-4)


def test_per_type_by_hand():
    chosen = np.asarray([[1, 0, 0], [1, 1, 0], [0, 1, 0], [1, 0, 0]], dtype=bool)
    targets = np.asarray([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]], dtype=bool)
    assert per_type(chosen, targets, ["b", "a", "c"], ["Б", "А", "В"]) == [
        {"code": "a", "title": "А", "n": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5},
        {"code": "b", "title": "Б", "n": 2, "precision": 0.6667, "recall": 1.0, "f1": 0.8},
        {"code": "c", "title": "В", "n": 0, "precision": None, "recall": None, "f1": None},
    ]


def test_confusions_by_hand():
    probability = np.asarray([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.3, 0.7]], dtype=np.float32)
    targets = np.asarray([[0, 1], [0, 1], [1, 0], [0, 1]], dtype=bool)
    found = confusions(probability, targets, ["a", "b"])
    assert found == [{"type": "b", "taken_for": "a", "n": 2}, {"type": "a", "taken_for": "b", "n": 1}]
    assert confusions(probability, targets, ["a", "b"], most=1) == found[:1]


def test_target_matrix_leaves_out_types_not_in_use():
    assert target_matrix([("a", "x"), ("b",), ()], ["b", "a"]).tolist() == [
        [False, True],
        [True, False],
        [False, False],
    ]
