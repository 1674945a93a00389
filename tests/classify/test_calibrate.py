"""The policy recovers what margins were made from, and opens no gate on luck."""

import numpy as np
import pytest

from reviewmine.classify.calibrate import fit_policy
from reviewmine.classify.novelty import Familiar
from reviewmine.classify.thresholds import auto_by_type, cheapest, lowest_threshold, mean_cost, type_thresholds
from reviewmine.router.policy import CAUSES, NEVER, chosen, novelty, probabilities, sigmoid, softmax
from reviewmine.router.router import scores_of
from reviewmine.settings import Costs, PolicySettings

WISH = PolicySettings(target_precision=0.9, shortlist=3)


def decide(margins, policy):
    probability = probabilities(margins, policy)
    return probability, chosen(probability, policy)


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


def test_novelty_is_fitted_by_leaving_types_out():
    margins, targets, _ = one_type(scale=6.0)
    rng = np.random.default_rng(1)
    words = Familiar(*(rng.beta(*shape, len(margins)).astype(np.float32) for shape in ((8, 2), (3, 3))))
    policy = fit_policy(margins, targets, "multiclass", WISH, words)
    inside = novelty(margins, words.known, policy)
    left = np.where(targets, -9, margins).astype(np.float32)
    assert np.median(novelty(left, words.without, policy)) > np.median(inside) + 0.2
    assert (inside > policy.novel_threshold).mean() == pytest.approx(WISH.false_alarms, abs=0.005)
    assert min(policy.novelty_margin, policy.novelty_known) > 0.5
    assert fit_policy(margins, targets, "multiclass", WISH).novelty_known == 0


def test_false_alarms_are_kept_on_new_rows():
    policy = fit_policy(*one_type()[:2], "multiclass", PolicySettings(false_alarms=0.1))
    margins, _, _ = one_type(seed=1)
    scores = scores_of(margins, np.ones(len(margins), dtype=np.float32), policy)
    assert (scores.cause == CAUSES.index("novel")).mean() == pytest.approx(0.1, abs=0.02)


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


def two_types(n=1500, seed=0):
    """Rows whose first type is right when it says so and whose second lies at the same probability."""
    rng = np.random.default_rng(seed)
    best = np.arange(n) % 2
    top = rng.uniform(0.5, 1, n).astype(np.float32)
    return top, best, rng.random(n) < np.where(best == 0, 0.97, top)


def test_each_type_has_the_automatic_threshold_that_it_deserves():
    top, best, right = two_types()
    good, poor, rare = auto_by_type(top, best, right, 0.9, 3)
    assert good < 0.55
    assert poor > 0.75
    assert rare == lowest_threshold(top, right, 0.9)  # no row of its own: that of all
    fresh, kind, truth = two_types(seed=1)
    auto = fresh >= np.where(kind == 0, good, poor)
    assert truth[auto].mean() >= 0.88
    assert auto.mean() > (fresh >= rare).mean()


def test_where_no_threshold_is_safe_no_type_has_its_own():
    top, best, _ = two_types()
    assert auto_by_type(top, best, np.random.default_rng(0).random(len(top)) < 0.5, 0.9, 2) == ()


COSTS = [
    ("errors are cheap", Costs(wrong_auto=1, suggest=1, human=1), "auto auto auto auto"),
    ("errors are dear", Costs(wrong_auto=1000, suggest=0.5, human=1), "suggest suggest suggest human"),
    ("a shortlist saves nothing", Costs(wrong_auto=5, suggest=1, human=1), "auto auto human human"),
    ("each pays somewhere", Costs(wrong_auto=20, suggest=1, human=3), "auto suggest suggest human"),
]


@pytest.mark.parametrize(("costs", "expected"), [case[1:] for case in COSTS], ids=[case[0] for case in COSTS])
def test_the_cheapest_actions(costs, expected):
    top = np.repeat(np.float32([0.99, 0.9, 0.6, 0.2]), 100)
    right = np.concatenate([np.arange(100) < n for n in (99, 90, 60, 20)])
    shown = np.concatenate([np.arange(100) < n for n in (100, 99, 95, 30)])
    auto, suggest = cheapest(top, right, shown, costs)
    actions = ["auto" if p >= auto else "suggest" if p >= suggest else "human" for p in top]
    assert actions[::100] == expected.split()
    got = mean_cost(actions, right, shown, costs)
    assert all(got <= mean_cost([other] * 400, right, shown, costs) for other in ("auto", "suggest", "human"))


def test_costs_decide_the_actions_of_a_policy():
    margins, targets, _ = one_type(scale=4.0)
    dear, cheap = (
        fit_policy(margins, targets, "multiclass", PolicySettings(costs=Costs(wrong_auto=w, suggest=1, human=3)))
        for w in (200, 4)
    )
    assert dear.auto_threshold > cheap.auto_threshold
    assert dear.auto_thresholds == cheap.auto_thresholds == ()
