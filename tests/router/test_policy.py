"""Margins to probabilities to an action."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reviewmine.router.policy import NEVER, Policy, act, chosen, novelty, probabilities, sigmoid, softmax

SEVERAL = Policy("multilabel", 2.0, -1.0, 0.5, 1.0, -1.0, (0.5, 0.9, 0.2), 0.8, 0.4, 0.95, 3)
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


def test_novelty_falls_as_any_margin_rises():
    got = novelty(np.asarray([[-9, -9, -9], [0, -9, -9], [9, -9, -9]], dtype=np.float32), SEVERAL)
    assert got[0] > 0.99 > got[1] > 0.5 > got[2]
    assert got[1] == pytest.approx(1 - 1 / (1 + math.e), abs=1e-3)


ACTS = [
    (0.80, 1.0, SEVERAL, "auto", "top type at 0.80, automatic from 0.80"),
    (0.79, 1.0, SEVERAL, "suggest", "top type at 0.79, automatic from 0.80"),
    (0.40, 0.3, SEVERAL, "suggest", "top type at 0.40, automatic from 0.80"),
    (0.39, 1.0, SEVERAL, "human", "top type at 0.39, suggested from 0.40"),
    (0.99, 0.2, SEVERAL, "human", "only 20% of its words and word pairs were seen in training, 30% needed"),
    (0.99, 1.0, replace(SEVERAL, auto_threshold=NEVER), "suggest", "top type at 0.99, never automatic"),
]


@pytest.mark.parametrize(("top", "known", "policy", "action", "reason"), ACTS)
def test_act(top, known, policy, action, reason):
    assert act(top, known, policy) == (action, reason)


@pytest.mark.parametrize("policy", [SEVERAL, ONE])
def test_a_policy_survives_its_json(policy):
    assert Policy.from_json(json.loads(json.dumps(policy.to_json()))) == policy
