"""The shortlist keeps its promise on new rows, and novelty is seen without an example of it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reviewmine.classify.calibrate import fit_policy
from reviewmine.classify.conformal import promised, shortlist_bars, shortlist_report, shown
from reviewmine.classify.matrix import count, word_features
from reviewmine.classify.novelty import auroc, false_alarm_threshold, known_without, without_types
from reviewmine.corpus.read import read_reviews
from reviewmine.labels.dataset import labelled_set
from reviewmine.router.features import FeatureSpec
from reviewmine.router.policy import NEVER, shortlist, softmax
from reviewmine.settings import Data, PolicySettings

N_TYPES = 8


def rows(n, seed, scale=2.0):
    """Probabilities of eight types and the types drawn from them; the last type is the hardest to see."""
    rng = np.random.default_rng(seed)
    truth = softmax(scale * rng.normal(0, 1, (n, N_TYPES)))
    right = (truth.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(max=N_TYPES - 1)
    seen = truth ** np.where(np.arange(N_TYPES) == N_TYPES - 1, 2.0, 1.0)
    return (seen / seen.sum(axis=1, keepdims=True)).astype(np.float32), np.eye(N_TYPES, dtype=bool)[right]


@pytest.mark.parametrize("coverage", [0.8, 0.85, 0.9])
def test_new_rows_are_covered_as_promised(coverage):
    bars = shortlist_bars(*rows(3000, 0), 5, coverage, by_type=False)
    fresh = rows(3000, 1)
    got = shortlist_report(*fresh, 5, bars)
    assert promised(*rows(3000, 0), 5, bars, coverage) == coverage
    assert got["coverage"] == pytest.approx(coverage, abs=0.02)
    assert 1 < got["mean_length"] < 5


def test_a_higher_promise_needs_a_longer_list():
    lengths = [
        shortlist_report(*rows(2000, 1), 5, shortlist_bars(*rows(2000, 0), 5, asked, False))["mean_length"]
        for asked in (0.75, 0.85, 0.93)
    ]
    assert lengths == sorted(lengths)
    assert len(set(lengths)) == 3


def test_each_type_is_covered_when_that_is_asked():
    calibration, (fresh, truth) = rows(4000, 0), rows(4000, 1)
    hardest = {}
    for by_type in (False, True):
        hit = shown(fresh, 5, shortlist_bars(*calibration, 5, 0.85, by_type)) & truth
        hardest[by_type] = hit[:, -1].sum() / truth[:, -1].sum()
    assert hardest[False] < 0.8
    assert hardest[True] == pytest.approx(0.85, abs=0.05)


def test_rare_types_share_a_threshold():
    probability, targets = rows(300, 0)
    targets = targets.copy()
    targets[(targets[:, [0, 1]].cumsum(axis=0) > 20).any(axis=1), :2] = False
    bars = shortlist_bars(probability, targets, 5, 0.8, by_type=True)
    assert bars[0] == bars[1]


def test_what_cannot_be_kept_is_not_promised():
    probability, targets = rows(2000, 0, scale=0.5)
    bars = shortlist_bars(probability, targets, 3, 0.99, by_type=False)
    assert bars.tolist() == [0] * N_TYPES
    told = promised(probability, targets, 3, bars, 0.99)
    assert told == pytest.approx(shortlist_report(probability, targets, 3, bars)["coverage"], abs=1e-4)
    assert told < 0.8


def test_where_the_best_type_is_enough_nothing_else_is_shown():
    probability, targets = rows(2000, 0, scale=20.0)
    bars = shortlist_bars(probability, targets, 3, 0.5, by_type=False)
    assert bars.tolist() == [NEVER] * N_TYPES
    assert shortlist_report(probability, targets, 3, bars)["mean_length"] == 1
    assert promised(probability, targets, 3, bars, 0.5) > 0.8


def test_the_router_shows_what_was_counted():
    margins = np.log(rows(800, 0)[0])
    policy = fit_policy(margins, rows(800, 0)[1], "multiclass", PolicySettings(shortlist=4, coverage=0.85))
    probability, _ = rows(50, 1)
    counted = shown(probability, 4, np.asarray(policy.shortlist_thresholds, dtype=np.float32))
    for row, expected in zip(probability, counted, strict=True):
        assert sorted(shortlist(row, policy)) == np.flatnonzero(expected).tolist()


TAUGHT = ["курьер опоздал", "курьер не позвонил", "чайник треснул", "чайник шумит", "курьер уронил чайник"]
HELD = np.asarray([[1, 0], [1, 0], [0, 1], [0, 1], [1, 1]], dtype=bool)


def test_words_that_only_a_type_brought_are_unknown_without_it():
    taught, asked = (
        word_features(count([{"text": text} for text in texts], FeatureSpec()))
        for texts in (TAUGHT, ("опоздал", "чайник", "курьер", "самовар", ""))
    )
    targets = np.asarray([[1, 0], [0, 1], [1, 1], [1, 0], [1, 0]], dtype=bool)
    assert known_without(taught, HELD, asked, targets, 1).tolist() == [0, 0, 0, 0, 0]
    # the rows of the other type brought them too
    assert known_without(taught, HELD, asked, ~targets, 1).tolist() == [1, 1, 1, 0, 0]


def test_the_best_margin_without_the_row_s_own_types():
    margins = np.asarray([[3.0, 1.0, 2.0], [3.0, 1.0, 2.0]], dtype=np.float32)
    targets = np.asarray([[1, 0, 0], [1, 0, 1]], dtype=bool)
    assert without_types(margins, targets).tolist() == [2, 1]


@pytest.mark.parametrize(("n", "share", "expected"), [(99, 0.05, 0.94), (999, 0.02, 0.979), (10, 0.02, NEVER)])
def test_the_threshold_of_false_alarms(n, share, expected):
    scores = (np.arange(n) / n).astype(np.float32)
    assert false_alarm_threshold(scores, share) == pytest.approx(expected, abs=0.012)
    assert (scores > false_alarm_threshold(scores, share)).mean() <= share


def test_auroc_is_that_of_scikit_learn():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    low, high = rng.integers(0, 9, 200) / 9, rng.integers(2, 12, 50) / 9
    truth = [0] * 200 + [1] * 50
    assert auroc(low, high) == pytest.approx(roc_auc_score(truth, np.concatenate([low, high])))


def test_rows_out_of_scope_are_kept_apart(tmp_path: Path):
    table = pd.DataFrame(
        {
            "id": ["1", "2", "3", "4"],
            "text": ["курьер опоздал", "который час", "чайник треснул", "передайте привет маме"],
            "types": ["late", "none", "broken", "none|late"],
        }
    )
    table.to_csv(tmp_path / "labelled.csv", index=False)
    data = Data(labelled="labelled.csv", out_of_scope=("none",))
    found = labelled_set(read_reviews(tmp_path / "labelled.csv").reviews, data, None)
    assert [review["id"] for review in found.reviews] == ["1", "3"]
    assert [review["id"] for review in found.outside] == ["2", "4"]
    assert len(found.outside_groups) == 2
    assert found.types == [("late",), ("broken",)]
