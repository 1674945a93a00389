"""A policy fitted anew on fresh rows: what it learns, what stays, and that no row measures a policy it fitted."""

from dataclasses import replace

import numpy as np
import pytest

from reviewmine.classify import refit as module
from reviewmine.classify.calibrate import fit_policy
from reviewmine.classify.refit import Answered, compared, cross_fitted, refit, routed
from reviewmine.router.policy import CONFIDENT, NEVER, softmax
from reviewmine.settings import PolicySettings

ASKED = PolicySettings(target_precision=0.8)


def answered(n, seed, sharpness=4.0, groups=None):
    """Rows whose type is drawn with the odds that the margins give, the more at random the lower ``sharpness``."""
    rng = np.random.default_rng(seed)
    margins = rng.normal(0, 1, (n, 5)).astype(np.float32)
    right = (softmax(sharpness * margins).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(max=4)
    known = rng.uniform(0.4, 1.0, n).astype(np.float32)
    return Answered(margins, known, np.eye(5, dtype=bool)[right], groups or [f"g{i}" for i in range(n)])


@pytest.fixture(scope="module")
def old():
    """A policy of calmer times, with a word part of novelty."""
    rows = answered(1500, 0)
    fitted = fit_policy(rows.margins, rows.targets, "multiclass", ASKED)
    return replace(fitted, novelty_known=2.5, novelty_shift=1.25)


def test_an_outdated_policy_breaks_its_promise_and_a_new_one_keeps_it(old):
    fresh, later = answered(800, 1, sharpness=1.0), answered(3000, 2, sharpness=1.0)
    new = refit(fresh, old, ASKED)
    assert new.scale < 0.5 * old.scale
    precision = {
        name: later.targets[np.arange(3000), later.margins.argmax(axis=1)][
            routed(later, policy).scores.cause == CONFIDENT
        ]
        for name, policy in (("old", old), ("new", new))
    }
    assert precision["old"].mean() < 0.7
    assert len(precision["new"]) > 20
    assert precision["new"].mean() > 0.74


def test_the_score_of_novelty_stays_and_its_bar_moves(old):
    fresh = answered(600, 3)
    dull = replace(fresh, margins=fresh.margins - 2)  # every row looks stranger than it used to
    new = refit(dull, old, ASKED)
    for name in ("novelty_margin", "novelty_known", "novelty_shift", "min_known"):
        assert getattr(new, name) == pytest.approx(getattr(old, name), abs=1e-6)
    assert (routed(dull, new).scores.novelty > new.novel_threshold).mean() == pytest.approx(0.02, abs=0.005)
    assert (routed(dull, old).scores.novelty > old.novel_threshold).mean() > 0.1


def test_rows_without_a_known_type_fit_nothing(old):
    fresh, strange = answered(300, 4), answered(100, 5)
    strange = replace(strange, targets=np.zeros((100, 5), dtype=bool), groups=[f"n{i}" for i in range(100)])
    both = Answered(*(np.concatenate([getattr(one, n) for one in (fresh, strange)]) for n in ("margins", "known", "targets")),
                    [*fresh.groups, *strange.groups])  # fmt: skip
    assert refit(both, old, ASKED) == refit(fresh, old, ASKED)
    figures = compared(both, {"old": routed(both, old)}, old, seed=1)["old"]
    alone = compared(fresh, {"old": routed(fresh, old)}, old, seed=1)["old"]
    assert figures["auto_precision"]["value"] == alone["auto_precision"]["value"]
    auto = routed(strange, old).scores.cause == CONFIDENT
    assert figures["novel_auto"]["value"] == pytest.approx(auto.mean(), abs=1e-4)
    assert "novel_auto" not in alone


def test_the_bar_of_novelty_needs_fifty_rows(old):
    assert refit(answered(45, 6), old, ASKED).novel_threshold == NEVER
    assert refit(answered(50, 6), old, ASKED).novel_threshold < 1


def test_no_row_is_measured_under_a_policy_that_it_or_its_group_fitted(old, monkeypatch):
    rows = answered(200, 7, groups=[f"g{i // 3}" for i in range(200)])
    fitted, real_refit, real_routed = [], module.refit, module.routed
    pairs = []

    def watched_refit(part, policy, settings):
        fitted.append(set(part.groups))
        return real_refit(part, policy, settings)

    def watched_routed(part, policy):
        pairs.append((set(part.groups), fitted[-1]))
        return real_routed(part, policy)

    monkeypatch.setattr(module, "refit", watched_refit)
    monkeypatch.setattr(module, "routed", watched_routed)
    outcome = cross_fitted(rows, old, ASKED, seed=1)
    assert len(outcome.hit) == len(rows.groups)
    assert [measured & seen for measured, seen in pairs] == [set()] * 5
    assert set.union(*(measured for measured, _ in pairs)) == set(rows.groups)


def test_answers_come_back_in_the_order_of_the_rows(old):
    rows = answered(200, 8)
    outcome = cross_fitted(rows, old, ASKED, seed=1)
    assert (outcome.scores.known == rows.known).all()
    assert (outcome.scores.probability.argmax(axis=1) == rows.margins.argmax(axis=1)).all()


def test_lucky_rows_do_not_flatter_the_figures_after(old):
    """Where margins say nothing, the surest answers of the fitting rows may be right by luck; fresh ones are not."""
    rng = np.random.default_rng(9)
    rows = replace(answered(150, 9), targets=np.eye(5, dtype=bool)[rng.integers(0, 5, 150)])
    got = compared(rows, {"after": cross_fitted(rows, old, ASKED, 1)}, old, seed=1)["after"]
    assert got["auto_share"]["value"] < 0.05
    assert got["ece"]["value"] < 0.12
    assert compared(rows, {"old": routed(rows, old)}, old, seed=1)["old"]["ece"]["value"] > 0.3
