"""Margins to probabilities to an action."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reviewmine.router.policy import (
    ACTION_OF,
    CAUSES,
    NEVER,
    Policy,
    causes,
    chosen,
    novelty,
    probabilities,
    reason,
    shortlist,
    sigmoid,
    softmax,
)

SEVERAL = Policy("multilabel", 2.0, -1.0, 0.5, (0.5, 0.9, 0.2), 0.8, 0.4, 0.95, 3, novel_threshold=0.9)
ONE = replace(SEVERAL, head="multiclass")
MARGINS = arrays(np.float32, (4, 3), elements=st.floats(-50, 50, width=32))


def test_probabilities_of_several_types():
    margins = np.asarray([[1.0, -1.0, 0.0]], dtype=np.float32)
    expected = [1 / (1 + math.exp(-(2 * margin - 1 + 0.5 * 1.0))) for margin in (1, -1, 0)]
    assert probabilities(margins, SEVERAL)[0].tolist() == pytest.approx(expected, abs=1e-6)


def test_probabilities_of_one_type():
    powers = [math.exp(2 * margin) for margin in (1, -1, 0)]
    got = probabilities(np.asarray([[1.0, -1.0, 0.0]], dtype=np.float32), ONE)[0].tolist()
    assert got == pytest.approx([power / sum(powers) for power in powers], abs=1e-6)


@given(MARGINS)
def test_probabilities_lie_between_0_and_1(margins):
    for policy in (SEVERAL, ONE):
        got = probabilities(margins, policy)
        assert ((got >= 0) & (got <= 1)).all()
    assert np.allclose(probabilities(margins, ONE).sum(axis=1), 1, atol=1e-5)


def test_no_overflow():
    far = np.asarray([-1e4, 0.0, 1e4])
    with np.errstate(over="raise"):
        assert sigmoid(far).tolist() == [0, 0.5, 1]
        assert softmax(far).tolist() == [0, 0, 1]


@given(MARGINS)
def test_chosen_always_has_the_top(margins):
    for policy in (SEVERAL, ONE):
        probability = probabilities(margins, policy)
        mask = chosen(probability, policy)
        assert mask[np.arange(4), probability.argmax(axis=1)].all()


def test_chosen_by_the_threshold_of_each_type():
    probability = np.asarray([[0.6, 0.6, 0.6], [0.1, 0.15, 0.1], [0.4, 0.95, 0.1]], dtype=np.float32)
    assert chosen(probability, SEVERAL).tolist() == [[True, False, True], [False, True, False], [False, True, False]]
    assert chosen(probability, ONE).sum(axis=1).tolist() == [1, 1, 1]


def novelty_of(best, known, policy):
    margins = np.asarray([[best, -9, -9]], dtype=np.float32)
    return float(novelty(margins, np.asarray([known], dtype=np.float32), policy)[0])


def test_novelty_falls_as_the_best_margin_or_the_share_of_known_words_rises():
    policy = replace(SEVERAL, novelty_margin=2.0, novelty_known=3.0, novelty_shift=1.0)
    assert novelty_of(0.5, 0.4, policy) == pytest.approx(1 / (1 + math.exp(-(1 - 1 - 1.2))), abs=1e-6)
    assert novelty_of(-3, 0.4, policy) > novelty_of(0.5, 0.4, policy) > novelty_of(0.5, 0.9, policy)


def decide(top, known, novel, policy):
    """The cause and the reason of one row whose best type is the second."""
    probability = np.asarray([[0.0, top, 0.0]], dtype=np.float32)
    known, novel = np.float32([known]), np.float32([novel])
    cause = int(causes(probability, known, novel, policy)[0])
    bar = float(policy.auto_by_type[1])
    return CAUSES[cause], ACTION_OF[cause], reason(cause, top, bar, float(known[0]), float(novel[0]), policy)


BY_TYPE = replace(SEVERAL, auto_thresholds=(0.8, 0.95, 0.8))
ACTS = [
    (0.80, 1.0, 0.1, SEVERAL, "confident", "auto", "top type at 0.80, automatic from 0.80"),
    (0.79, 1.0, 0.1, SEVERAL, "unsure", "suggest", "top type at 0.79, automatic from 0.80"),
    (0.40, 0.3, 0.1, SEVERAL, "unsure", "suggest", "top type at 0.40, automatic from 0.80"),
    (0.39, 1.0, 0.1, SEVERAL, "improbable", "human", "top type at 0.39, suggested from 0.40"),
    (0.99, 0.2, 0.1, SEVERAL, "unfamiliar", "human", "only 20% of its words and word pairs were seen in training, 30% needed"),
    (0.99, 0.2, 0.99, SEVERAL, "unfamiliar", "human", "only 20% of its words and word pairs were seen in training, 30% needed"),
    (0.99, 1.0, 0.9, SEVERAL, "confident", "auto", "top type at 0.99, automatic from 0.80"),
    (
        0.99, 1.0, 0.91, SEVERAL, "novel", "human",
        "novel: no known type explains it, novelty 0.91, a person decides above 0.90",
    ),
    (0.94, 1.0, 0.1, BY_TYPE, "unsure", "suggest", "top type at 0.94, automatic from 0.95"),
    (0.95, 1.0, 0.1, BY_TYPE, "confident", "auto", "top type at 0.95, automatic from 0.95"),
    (0.99, 1.0, 0.1, replace(SEVERAL, auto_threshold=NEVER), "unsure", "suggest", "top type at 0.99, never automatic"),
]  # fmt: skip


@pytest.mark.parametrize(("top", "known", "novel", "policy", "cause", "action", "told"), ACTS)
def test_what_decides_the_action(top, known, novel, policy, cause, action, told):
    assert decide(top, known, novel, policy) == (cause, action, told)


LISTS = [
    ((), [2, 0, 1]),
    ((0.0, 0.0, 0.0, 0.0), [2, 0, 1]),
    ((0.3, 0.3, 0.3, 0.3), [2]),
    ((0.25, 0.0, 0.9, 0.0), [2, 0, 1]),
    ((0.3, 0.0, 0.9, 0.0), [2, 1]),
]


@pytest.mark.parametrize(("bars", "expected"), LISTS)
def test_a_shortlist_is_as_short_as_its_thresholds_let_it_be(bars, expected):
    probability = np.asarray([0.25, 0.15, 0.5, 0.1], dtype=np.float32)
    assert shortlist(probability, replace(SEVERAL, shortlist_thresholds=bars)) == expected


@pytest.mark.parametrize(
    "policy", [SEVERAL, ONE, replace(BY_TYPE, shortlist_thresholds=(0.1, 0.2, 0.3), coverage=0.95)]
)
def test_a_policy_survives_its_json(policy):
    assert Policy.from_json(json.loads(json.dumps(policy.to_json()))) == policy
