"""Answers beside a reference: where nothing changed nothing is found, what changed is found and named, counts add up."""

import numpy as np
import pytest

from reviewmine.classify.watch import (
    ACTIONS,
    Seen,
    compare,
    moved,
    reference_of,
    seen_in_columns,
    seen_in_scores,
)
from reviewmine.router.policy import CAUSES
from reviewmine.router.router import Scores

CODES = [f"T{k:02}" for k in range(12)]
MIX = np.arange(12, 0, -1) / 78
ACTS = np.asarray([0.5, 0.3, 0.2])


def answered(rng, n, mix=MIX, acts=ACTS, surer=0.0):
    """Scored rows drawn from one world."""
    probability = np.clip(rng.beta(4, 2, n) + surer, 0, 1)
    return seen_in_columns(rng.choice(3, n, p=acts), rng.choice(len(mix), n, p=mix), probability, CODES)


def found(checks):
    return {one.name for one in checks if one.drifted}


def by_name(checks):
    return {one.name: one for one in checks}


def test_where_nothing_changed_one_alarm_in_twenty():
    rng = np.random.default_rng(1)
    n, alone, alarms = 400, dict.fromkeys(("human", "auto", "probability", "types"), 0), 0
    for seed in range(n):
        checks = compare(answered(rng, 700), answered(rng, 300), seed, n_draws=199)
        alarms += bool(found(checks))
        for one in checks:
            alone[one.name] += one.chance <= 0.05
    assert 0.015 < alarms / n < 0.075
    # each test by itself is exact: 5 % with a standard error of 1.1
    assert all(0.02 < count / n < 0.085 for count in alone.values()), alone


def test_intervals_hold_the_true_difference_as_often_as_they_say():
    rng = np.random.default_rng(2)
    there = np.asarray([0.5, 0.25, 0.25])
    hits = {"human": 0, "auto": 0, "probability": 0}
    for _ in range(300):
        checks = by_name(compare(answered(rng, 600, surer=0.0), answered(rng, 250, acts=there), n_draws=9))
        for name, truth in (("human", -0.05), ("auto", 0.0), ("probability", 0.0)):
            hits[name] += checks[name].difference["low"] <= truth <= checks[name].difference["high"]
    assert all(0.92 < count / 300 < 0.985 for count in hits.values()), hits


def test_more_for_people_is_found_and_measured():
    rng = np.random.default_rng(3)
    checks = compare(answered(rng, 2000, acts=[0.45, 0.24, 0.31]), answered(rng, 500))
    human = by_name(checks)["human"]
    assert "human" in found(checks)
    assert "types" not in found(checks)
    assert human.value["low"] < 0.31 < human.value["high"]
    assert human.expected["low"] < 0.2 < human.expected["high"]
    assert human.difference["low"] < 0.11 < human.difference["high"]
    # the reference is the smaller side: the interval of the difference is wider than that of today's share
    wide = human.difference["high"] - human.difference["low"]
    assert wide > human.expected["high"] - human.expected["low"] > human.value["high"] - human.value["low"]


def test_the_types_that_moved_are_named():
    rng = np.random.default_rng(4)
    mix = MIX.copy()
    mix[11] += 0.10
    mix[0] -= 0.10
    now, then = answered(rng, 1500, mix=mix), answered(rng, 500)
    checks = compare(now, then)
    assert found(checks) == {"types"}
    one = by_name(checks)["types"]
    assert one.value is None
    assert one.difference["value"] > one.expected["high"]
    names = [row.name for row in moved(now, then, "types")]
    assert set(names[:2]) == {"T11", "T00"}
    rows = {row.name: row for row in moved(now, then, "types")}
    assert rows["T11"].difference["low"] > 0 > rows["T00"].difference["high"]


def test_of_types_that_did_not_move_almost_none_is_named():
    rng = np.random.default_rng(5)
    false = sum(bool(moved(answered(rng, 800), answered(rng, 400), "types")) for _ in range(40))
    assert false <= 6  # 5 % at most


def test_a_surer_model_is_drift_too():
    rng = np.random.default_rng(6)
    checks = compare(answered(rng, 1000, surer=0.06), answered(rng, 400))
    assert found(checks) == {"probability"}
    assert by_name(checks)["probability"].difference["value"] == pytest.approx(0.055, abs=0.03)


def test_a_difference_that_does_not_matter_is_no_drift_however_many_rows():
    def of(human):
        return Seen(
            {"auto": 500_000, "suggest": 500_000 - human, "human": human}, {"a": 1_000_000}, (0,) * 19 + (10**6,)
        )

    checks = by_name(compare(of(200_000), of(196_000)))
    assert checks["human"].chance < 0.001
    assert not checks["human"].drifted
    assert by_name(compare(of(200_000), of(180_000)))["human"].drifted


def test_a_type_that_one_side_does_not_know_counts():
    then = Seen({"auto": 100, "suggest": 0, "human": 0}, {"a": 60, "gone": 40}, (100,) + (0,) * 19)
    now = Seen({"auto": 100, "suggest": 0, "human": 0}, {"a": 60, "new": 40}, (100,) + (0,) * 19)
    check = by_name(compare(now, then))["types"]
    assert check.drifted
    assert check.difference["value"] == pytest.approx(0.4)


def test_same_counts_same_verdict():
    rng = np.random.default_rng(7)
    now, then = answered(rng, 300), answered(rng, 300)
    assert compare(now, then) == compare(now, then)


def scores(n, seed=0):
    rng = np.random.default_rng(seed)
    probability = rng.dirichlet(np.ones(len(CODES)), n).astype(np.float32)
    novelty, known = rng.random(n, dtype=np.float32), rng.random(n, dtype=np.float32)
    cause = rng.integers(0, len(CAUSES), n).astype(np.int8)
    return Scores(probability, probability > 0.5, novelty, known, cause)


def test_answers_are_counted_each_once_and_batches_add_up():
    texts = ["", "а", "ёж", "абв", "абвг", "слово " * 5, "длинно " * 90_000]
    few = scores(len(texts))
    seen = seen_in_scores(few, CODES, texts)
    assert seen.rows == len(texts) == sum(seen.types.values())
    assert {sum(bins) for bins in (seen.probability, seen.novelty, seen.known, seen.length)} == {len(texts)}
    assert seen.length[:5] == (2, 2, 1, 0, 1)
    assert seen.length[-1] == 1
    # confident is automatic, unsure is suggested, the other three are a person's
    assert [seen.actions[name] for name in ACTIONS] == [
        int((few.cause == 0).sum()),
        int((few.cause == 1).sum()),
        int((few.cause >= 2).sum()),
    ]
    assert (seen + seen).types == {code: 2 * n for code, n in seen.types.items()}
    assert (seen + seen).length == tuple(2 * n for n in seen.length)


def test_a_scored_file_and_the_router_are_counted_alike():
    answers = scores(500, seed=3)
    seen = seen_in_scores(answers, CODES, ["текст"] * 500)
    top = answers.probability.max(axis=1).astype(np.float64).round(4)
    places = np.asarray([0, 1, 2, 2, 2])[answers.cause]
    scored = seen_in_columns(places, answers.probability.argmax(axis=1), top, CODES)
    assert (scored.actions, scored.types, scored.probability) == (seen.actions, seen.types, seen.probability)
    assert scored.novelty == ()
    assert {one.name for one in compare(scored, seen, n_draws=9)} == {"human", "auto", "probability", "types"}


def test_a_reference_is_integers_and_reads_back():
    facts = reference_of(scores(60), CODES, ["текст"] * 60, "the test part")
    assert Seen.of_json(facts) == seen_in_scores(scores(60), CODES, ["текст"] * 60)
    assert facts["of"] == "the test part"
    for broken in (
        {"novelty": [1]},
        {"types": {"T00": 59}},
        {"actions": {"auto": 60}},
        {"known": None},
        {"length": ["x"]},
    ):
        with pytest.raises((ValueError, TypeError)):
            Seen.of_json(facts | broken)
    numbers = [*facts["actions"].values(), *facts["types"].values(), *facts["novelty"], *facts["length"]]
    assert {type(n) for n in numbers} == {int}


def test_training_keeps_the_answers_on_its_test_part(small_trained):
    facts, card = small_trained.bundle.manifest["reference"], small_trained.card
    seen = Seen.of_json(facts)
    assert seen.rows == card["rows"]["test"]
    assert seen.actions["human"] / seen.rows == pytest.approx(card["metrics"]["human_share"]["value"], abs=1e-4)
    assert [*seen.types] == [kind["code"] for kind in small_trained.bundle.types]
