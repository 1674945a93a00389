"""Sentences beside the whole review."""

import numpy as np
import pytest

from reviewmine.router.features import FeatureSpec, Vocabulary, extract
from reviewmine.router.linear import Linear
from reviewmine.router.sentences import MOST, sentences_of

SPEC = FeatureSpec(categorical=("channel",), sentences=0.4)
LONG = {"cons": "Курьер опоздал на час! Коробка была мятая", "comment": "ок. Деньги так и не вернули", "channel": "app"}


def test_a_sentence_keeps_its_field_and_the_side_features():
    parts, rows = sentences_of([{"text": "всё хорошо"}, LONG], SPEC)
    assert [part.get("cons") or part.get("comment") for part in parts] == [
        "Курьер опоздал на час",
        " Коробка была мятая",
        " Деньги так и не вернули",
    ]
    assert all(part["channel"] == "app" for part in parts)
    assert rows.tolist() == [1, 1, 1]


def test_one_sentence_is_the_whole():
    assert sentences_of([{"text": "Курьер опоздал на час!!! "}], SPEC)[0] == []


def test_a_stranger_cannot_ask_for_more_than_the_most():
    parts, _ = sentences_of([{"text": "курьер опоздал. " * 5_000}], SPEC)
    assert len(parts) == MOST


def test_the_margin_leans_to_the_best_sentence():
    raw = extract([LONG], SPEC)
    vocabulary = Vocabulary.fit(raw, 1)
    weights = np.random.default_rng(0).normal(size=(len(vocabulary.buckets), 3)).astype(np.float16)
    intercept = np.zeros(3, dtype=np.float32)
    plain = FeatureSpec(categorical=("channel",))
    parts, _ = sentences_of([LONG], SPEC)
    whole, known = Linear(plain, vocabulary, weights, intercept).margins([LONG])
    alone, _ = Linear(plain, vocabulary, weights, intercept).margins(parts)
    got, same = Linear(SPEC, vocabulary, weights, intercept).margins([LONG])
    assert got[0] == pytest.approx(whole[0] + 0.4 * (alone.max(axis=0) - whole[0]), abs=1e-5)
    assert same == known
    among, _ = Linear(SPEC, vocabulary, weights, intercept).margins([{"text": "да"}, LONG, LONG])
    assert among[1] == pytest.approx(got[0], abs=1e-6)
    assert among[2] == pytest.approx(got[0], abs=1e-6)
