"""The sections of the card: slices, the work of a month, and one model against another."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reviewmine.classify.evaluate import measures, slice_measures
from reviewmine.classify.significance import significance
from reviewmine.classify.slices import slice_columns, slices
from reviewmine.classify.workload import in_words, workload
from reviewmine.router import Scores
from reviewmine.router.policy import Policy, causes

POLICY = Policy("multiclass", 1.0, 0.0, 0.0, (0.5, 0.5), 0.8, 0.4, 0.9, 2)


def answers(n=200):
    """Rows whose first half comes from the app and is answered right, the second from mail and is a toss-up."""
    rng = np.random.default_rng(0)
    right = np.where(np.arange(n) < n // 2, 1, rng.integers(0, 2, n)).astype(bool)
    probability = np.tile(np.float32([0.9, 0.1]), (n, 1))
    targets = np.stack([right, ~right], axis=1)
    chosen = np.tile([True, False], (n, 1))
    known, novel = np.ones(n, dtype=np.float32), np.zeros(n, dtype=np.float32)
    scores = Scores(probability, chosen, novel, known, causes(probability, known, novel, POLICY))
    frame = pd.DataFrame(
        {
            "channel": np.where(np.arange(n) < n // 2, "app", "mail"),
            "rating": np.where(np.arange(n) < 10, 1.0, 5.0),
            "text": np.where(np.arange(n) % 2, "коротко", "длинно " * 30),
            "date": np.where(np.arange(n) % 4, "2024-03-05", "2024-04-01T10:00:00"),
            "product": "чайник",
        }
    )
    return scores, targets, frame


def test_slices_show_where_a_model_fails():
    scores, targets, frame = answers()
    found = slices(frame, measures(scores, targets, POLICY), [str(i) for i in range(len(frame))], seed=1)
    by_name = {(row["column"], row["value"]): row for row in found}
    assert {row["column"] for row in found} == {"channel", "rating", "length", "month"}
    assert by_name["channel", "app"]["p_at_1"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert by_name["channel", "mail"]["auto_precision"]["high"] < 0.7
    assert [(by_name["rating", r]["n"], by_name["rating", r]["small"]) for r in ("1", "5")] == [
        (10, True),
        (190, False),
    ]
    assert [by_name["month", m]["n"] for m in ("2024-03", "2024-04")] == [150, 50]


@pytest.mark.parametrize("seed", range(4))
def test_slices_have_the_very_figures_of_the_whole(seed):
    """What slices are measured with is faster than what a card is, and no digit of it is another."""
    scores, targets, frame = answers()
    rng = np.random.default_rng(seed)
    mixed = replace(
        scores, probability=rng.random((len(frame), 2), dtype=np.float32), chosen=rng.random((len(frame), 2)) < 0.4
    )
    mixed = replace(mixed, cause=causes(mixed.probability, scores.known, scores.novelty, POLICY))
    whole, few = measures(mixed, targets, POLICY), slice_measures(mixed, targets)
    for n in (1, 2, 30, 200):
        rows = rng.integers(0, len(frame), n)
        found = few(rows)
        assert {*found} == {"p_at_1", "micro_f1", "auto_share", "auto_precision"}
        np.testing.assert_array_equal([*found.values()], [whole(rows)[name] for name in found])


def test_a_column_of_one_value_is_no_slice():
    scores, targets, frame = answers()
    one = frame.assign(channel="app")[["channel"]]
    assert slices(one, measures(scores, targets, POLICY), ["g"] * len(one), seed=1) == []


def test_unknown_cells_are_a_slice_of_their_own():
    found = slice_columns(pd.DataFrame({"rating": [1.0, None, 4.5], "channel": [None, None, None]}))
    assert {name: values.tolist() for name, values in found.items()} == {"rating": ["1", "", "4.5"]}


def test_the_work_of_a_month():
    figure = {"value": 0.5, "low": 0.4, "high": 0.6}
    action = np.asarray([0, 0, 1, 2] * 25)
    owners = ["logistics"] * 40 + ["quality"] * 60
    got = workload(30_000, action, owners, {"auto_share": figure, "auto_precision": figure})
    assert (got["messages"], got["auto"], got["people_a_day"]) == (30_000, 15_000, 500.0)
    assert [(row["owner"], row["messages"], row["people_a_day"]) for row in got["owners"]] == [
        ("quality", 18_000, 300.0),
        ("logistics", 12_000, 200.0),
    ]
    nothing = got | {"automatic": {"value": 0.0}, "precision": {"value": float("nan")}}
    assert in_words(nothing) == "at 30000 messages a month none goes automatically, 500.0 a day go to people"


def models(n=400, share=0.1, seed=0):
    """A truth, a model that is right on four rows in five, and one that is right on ``share`` more of all rows."""
    rng = np.random.default_rng(seed)
    truth = np.eye(3, dtype=bool)[rng.integers(0, 3, n)]
    wrong = rng.random(n) < 0.2
    poor = np.where(wrong[:, None], np.roll(truth, 1, axis=1), truth)
    mended = wrong & (rng.random(n) < share / 0.2)
    return truth, np.where(mended[:, None], truth, poor), poor


def test_a_better_model_is_told_from_a_worse_one():
    truth, good, poor = models()
    groups = [str(i // 2) for i in range(len(truth))]
    got = significance(good, poor, truth, groups)
    assert {name: figure["verdict"] for name, figure in got.items()} == dict.fromkeys(got, "better")
    assert got["accuracy"]["difference"]["value"] == pytest.approx(
        (good == truth).all(1).mean() - (poor == truth).all(1).mean()
    )
    assert {figure["verdict"] for figure in significance(poor, good, truth, groups).values()} == {"worse"}


def test_pairs_tell_what_intervals_side_by_side_cannot():
    truth, good, poor = models(share=0.03)
    got = significance(good, poor, truth, [str(i) for i in range(len(truth))])["micro_f1"]
    assert got["verdict"] == "better"
    assert got["difference"]["high"] - got["difference"]["low"] < 0.05  # either alone has an interval of 0.08


def test_a_model_is_like_itself():
    truth, _, poor = models()
    got = significance(poor, poor, truth, [str(i) for i in range(len(truth))])
    assert all(figure["difference"] == {"value": 0, "low": 0, "high": 0} for figure in got.values())
    assert {figure["verdict"] for figure in got.values()} == {"alike"}


def test_one_group_says_nothing():
    truth, good, poor = models(n=40)
    assert significance(good, poor, truth, ["same"] * 40)["accuracy"]["first"] >= 0.7


def test_the_card_of_the_sample_is_plain_data(trained):
    card = trained.card  # as it was written
    assert {row["column"] for row in card["slices"]} >= {"channel", "rating", "length"}
    assert sum(row["n"] for row in card["reliability"]) == card["rows"]["test"]
    assert sum(row["messages"] for row in card["workload"]["owners"]) == pytest.approx(25_000, abs=30)
    assert card["workload"]["line"].startswith("at 25000 messages a month ")
    assert card["risk_coverage"][-1]["coverage"] == 1
    for kind in ("all", "type"):
        assert card["shortlist"][kind]["coverage"] >= card["metrics"]["p_at_1"]["value"]
    assert "out_of_scope" not in card
