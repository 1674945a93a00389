"""The policy recovers what margins were made from, and opens no gate on luck."""

import numpy as np
import pytest

from reviewmine.classify.calibrate import decide, fit_policy, lowest_threshold, type_thresholds
from reviewmine.router.policy import NEVER, sigmoid, softmax
from reviewmine.settings import PolicySettings

WISH = PolicySettings(target_precision=0.9, shortlist=3)


def one_type(n=4000, n_types=6, scale=2.5, seed=0):
    """Margins whose right type was drawn from softmax(scale * margin)."""
    rng = np.random.default_rng(seed)
    margins = rng.normal(0, 1, (n, n_types)).astype(np.float32)
    truth = softmax(scale * margins)
    right = (truth.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(max=n_types - 1)
    return margins, np.eye(n_types, dtype=bool)[right], truth


def several_types(n=4000, n_types=6, scale=3.0, shift=-1.5, pull=0.0, seed=0):
    """Margins whose types were drawn from a sigmoid, each on its own."""
    rng = np.random.default_rng(seed)
    margins = rng.normal(-0.5, 1, (n, n_types)).astype(np.float32)
    truth = sigmoid(scale * margins + shift + pull * margins.max(axis=1, keepdims=True))
    return margins, rng.random(truth.shape) < truth, truth


@pytest.mark.parametrize("scale", [0.7, 2.5, 6.0])
def test_the_temperature_is_recovered(scale):
    margins, targets, truth = one_type(scale=scale)
    policy = fit_policy(margins, targets, "multiclass", WISH)
    assert policy.scale == pytest.approx(scale, rel=0.1)
    assert np.abs(decide(margins, policy)[0] - truth).mean() < 0.02


@pytest.mark.parametrize(("scale", "shift", "pull"), [(3.0, -1.5, 0.0), (2.0, 0.5, -1.0), (5.0, -2.0, 0.8)])
def test_the_sigmoid_is_recovered(scale, shift, pull):
    margins, targets, truth = several_types(scale=scale, shift=shift, pull=pull)
    policy = fit_policy(margins, targets, "multilabel", WISH)
    assert policy.scale == pytest.approx(scale, rel=0.15)
    assert policy.pull == pytest.approx(pull, abs=0.35)
    assert np.abs(decide(margins, policy)[0] - truth).mean() < 0.02


def test_novelty_is_fitted_on_all_cells():
    margins, targets, _ = several_types()
    policy = fit_policy(margins, targets, "multilabel", WISH)
    assert policy.novelty_scale == pytest.approx(3.0, rel=0.1)
    assert policy.novelty_shift == pytest.approx(-1.5, abs=0.2)


@pytest.mark.parametrize("target", [0.7, 0.9, 0.97])
def test_automatic_rows_reach_the_target_on_new_rows(target):
    policy = fit_policy(*one_type(scale=4.0)[:2], "multiclass", PolicySettings(target_precision=target))
    margins, targets, _ = one_type(scale=4.0, seed=1)
    probability, chosen = decide(margins, policy)
    auto = probability.max(axis=1) >= policy.auto_threshold
    assert auto.sum() > 100
    assert (chosen & targets)[auto].any(axis=1).mean() >= target - 0.02
    assert policy.suggest_threshold <= policy.auto_threshold


def test_noise_is_never_automatic():
    rng = np.random.default_rng(0)
    targets = np.eye(6, dtype=bool)[rng.integers(0, 6, 500)]
    policy = fit_policy(rng.normal(size=(500, 6)).astype(np.float32), targets, "multiclass", WISH)
    assert policy.auto_threshold == policy.suggest_threshold == NEVER


def test_the_shortlist_is_no_longer_than_the_types():
    margins, targets, _ = one_type(n_types=2)
    assert fit_policy(margins, targets, "multiclass", WISH).shortlist == 2


def rows(*runs):
    """Rows from (probability, how many right, how many wrong)."""
    top = [p for p, right, wrong in runs for _ in range(right + wrong)]
    hit = [i < right for _, right, wrong in runs for i in range(right + wrong)]
    return np.asarray(top, dtype=np.float32), np.asarray(hit)


THRESHOLDS = [
    ("all right", [(0.9, 30, 0)], 0.9, 0.9),
    ("too few", [(0.9, 19, 0)], 0.9, NEVER),
    ("just enough", [(0.9, 20, 0)], 0.9, 0.9),
    ("lower rows join while they are right", [(0.9, 30, 0), (0.5, 30, 0)], 0.9, 0.5),
    ("wrong rows stay out", [(0.9, 30, 0), (0.5, 0, 30)], 0.9, 0.9),
    ("later right rows make good", [(0.9, 30, 0), (0.7, 0, 5), (0.5, 200, 0)], 0.9, 0.5),
    ("equal rows stand together", [(0.5, 30, 30)], 0.9, NEVER),
    ("caution: 90 % seen is not 90 %", [(0.8, 27, 3)], 0.9, NEVER),
    ("all wrong", [(0.9, 0, 50)], 0.9, NEVER),
    ("nothing", [], 0.9, NEVER),
]


@pytest.mark.parametrize(
    ("runs", "target", "expected"), [case[1:] for case in THRESHOLDS], ids=[c[0] for c in THRESHOLDS]
)
def test_lowest_threshold(runs, target, expected):
    top, right = rows(*runs)
    got = lowest_threshold(top, right, target)
    assert got == pytest.approx(expected, abs=2e-6)
    assert (top[top >= np.float32(expected)] >= got).all()  # rounding keeps the rows that opened the gate


def test_the_order_of_rows_does_not_move_the_threshold():
    top, right = rows((0.9, 40, 2), (0.8, 30, 3), (0.6, 10, 10))
    order = np.random.default_rng(0).permutation(len(top))
    assert lowest_threshold(top, right, 0.85) == lowest_threshold(top[order], right[order], 0.85) < NEVER


def test_a_type_with_many_examples_has_its_own_threshold():
    rng = np.random.default_rng(0)
    n = 3000
    targets = np.zeros((n, 3), dtype=bool)
    targets[np.arange(n), np.where(np.arange(n) < 2980, np.arange(n) % 2, 2)] = True
    probability = rng.uniform(0.0, 0.2, (n, 3))
    probability[targets] = 0.9
    cautious = ~targets[:, 1] & (rng.random(n) < 0.5)
    probability[cautious, 1] = 0.6  # type 1 is said at 0.6 in vain
    common, own, _ = type_thresholds(probability.astype(np.float32), targets)
    assert own > 0.55 > common
    assert own == pytest.approx(0.625, abs=0.03)


def test_thresholds_of_types_without_examples_are_the_common_one():
    targets = np.zeros((200, 3), dtype=bool)
    targets[np.arange(200), np.arange(200) % 2] = True
    probability = np.where(targets, 0.7, 0.4).astype(np.float32)
    got = type_thresholds(probability, targets)
    assert 0.4 < got[2] <= 0.7
