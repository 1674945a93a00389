"""A world that changes: a fixed policy breaks its promise, one fitted anew on the newest answers comes back to it."""

import numpy as np
import pytest

from reviewmine.classify.calibrate import fit_policy
from reviewmine.classify.drift import drift, followed, newest_window
from reviewmine.router.policy import CONFIDENT, softmax
from reviewmine.settings import PolicySettings

ASKED = PolicySettings(target_precision=0.85)


def answered(n, seed, lost=0.0):
    """Margins, types and known words of rows; a share ``lost`` has a type drawn at random, whatever the margins say."""
    rng = np.random.default_rng(seed)
    margins = rng.normal(0, 1, (n, 5)).astype(np.float32)
    right = (softmax(4 * margins).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(max=4)
    # the surest rows are lost least, so that a higher threshold still helps
    gap = margins.max(axis=1) - np.sort(margins, axis=1)[:, -2]
    gone = rng.random(n) < lost * np.exp(-gap)
    right = np.where(gone, rng.integers(0, 5, n), right)
    return margins, np.eye(5, dtype=bool)[right], np.ones(n, dtype=np.float32)


def precision(rows, auto):
    margins, targets, _ = rows
    return targets[np.arange(len(targets)), margins.argmax(axis=1)][auto].mean()


SURPLUS = np.random.default_rng(0).normal(0, 0.3, 1600)
WINDOWS = [
    ("nothing changes", SURPLUS, 1600),
    ("changed long ago", SURPLUS - np.where(np.arange(1600) < 800, 0, 0.4), 800),
    ("changed lately", SURPLUS - np.where(np.arange(1600) < 1400, 0, 0.6), 200),
    ("few rows", SURPLUS[:150], 150),
]


@pytest.mark.parametrize(("surplus", "expected"), [case[1:] for case in WINDOWS], ids=[case[0] for case in WINDOWS])
def test_the_window_keeps_the_rows_that_are_alike(surplus, expected):
    assert newest_window(surplus) == expected


def test_a_policy_that_follows_keeps_its_promise():
    first, then = answered(1200, 0), answered(2000, 1, lost=0.9)
    policy = fit_policy(*first[:2], "multiclass", ASKED)
    got = drift(first, then, policy, ASKED, [str(i) for i in range(2000)], seed=0)
    assert got["fixed_auto_precision"]["high"] < 0.75
    assert got["followed_auto_precision"]["low"] > got["fixed_auto_precision"]["high"]
    later = followed(first, then, "multiclass", ASKED) == CONFIDENT
    later[:500] = False  # the change is felt before it is seen
    assert precision(then, later) == pytest.approx(0.85, abs=0.04)
    assert 50 < later.sum() < 0.5 * 1500


def test_where_nothing_changes_following_costs_little():
    first, then = answered(1200, 0), answered(1000, 1)
    policy = fit_policy(*first[:2], "multiclass", ASKED)
    got = drift(first, then, policy, ASKED, [str(i) for i in range(1000)], seed=0)
    assert got["fixed_auto_precision"]["value"] == pytest.approx(0.85, abs=0.03)
    assert got["followed_auto_precision"]["value"] == pytest.approx(0.85, abs=0.03)
    assert got["followed_auto_share"]["value"] > 0.8 * got["fixed_auto_share"]["value"]


def test_no_batch_sees_its_own_answers():
    first, then = answered(600, 0), answered(300, 1)
    margins, targets, known = then
    other = np.roll(targets, 1, axis=1)
    changed = (margins, np.concatenate([targets[:200], other[200:]]), known)
    before, after = (followed(first, rows, "multiclass", ASKED) for rows in (then, changed))
    assert (before[:250] == after[:250]).all()  # the fifth batch was routed before any of its answers came
    assert (before[250:] == CONFIDENT).sum() != (after[250:] == CONFIDENT).sum()
