"""Every word with what it says for a type: the loudest first, those against it below zero."""

import json
from dataclasses import replace

import numpy as np
import pytest

from reviewmine.router import Router

REVIEW = {"id": "5", "pros": "плед мягкий", "cons": "Курьер опоздал, чайник треснул"}


def told(router, review, place=0):
    decision = router.route(review, explain=True)
    score = decision.types[place]
    return score.code, [(review[word.field][word.start : word.end], word.weight) for word in score.words]


def test_the_loudest_words_of_each_type(router):
    code, words = told(router, REVIEW)
    assert code == "delivery-late"
    assert {word for word, _ in words[:2]} == {"Курьер", "опоздал"}
    assert [abs(weight) for _, weight in words] == sorted((abs(weight) for _, weight in words), reverse=True)
    assert told(router, REVIEW, 1)[1][0][0] == "треснул"


def test_nothing_else_of_the_decision_changes(router):
    plain, explained = router.route(REVIEW), router.route(REVIEW, explain=True)
    assert replace(explained, types=tuple(replace(score, words=()) for score in explained.types)) == plain
    assert all(not score.words for score in plain.types)


def test_words_against_a_type_are_below_zero(bundle):
    weights = bundle.weights.copy()
    weights[:, 0] = -weights[:, 0]
    weights[:, 1:] = -8  # so that the first type stays the best
    router = Router(replace(bundle, weights=weights.astype(np.float16)))
    code, words = told(router, {"text": "курьер опоздал"})
    assert code == "delivery-late"
    assert words
    assert all(weight < 0 for _, weight in words)


def test_weights_of_one_word_are_its_margin(bundle, router):
    review = {"text": "треснул"}
    margin = bundle.margins([review])[0][0, 1] - bundle.intercept[1]
    assert sum(weight for _, weight in told(router, review)[1]) == pytest.approx(float(margin), abs=1e-3)


def test_a_word_said_twice_shares_its_weight(router):
    once, twice = (dict(told(router, {"text": text})[1])["сломался"] for text in ("сломался", "сломался сломался"))
    first, second = told(router, {"text": "сломался сломался"})[1]
    assert first[1] == pytest.approx(second[1])
    assert twice < once


@pytest.mark.parametrize("review", ["", "👍", "квазар", {"cons": None}])
def test_nothing_to_explain(router, review):
    assert router.route(review, explain=True).types[0].words == ()


def test_words_are_in_the_json_only_when_asked(router):
    asked = json.loads(json.dumps(router.route(REVIEW, explain=True).to_json()))
    assert {"field", "start", "end", "weight"} == set(asked["types"][0]["words"][0])
    assert "words" not in json.dumps(router.route(REVIEW).to_json())


def test_the_command_explains(bundle, tmp_path):
    from typer.testing import CliRunner

    from reviewmine.cli.app import app
    from reviewmine.router import write_bundle

    write_bundle(tmp_path / "bundle", bundle)
    done = CliRunner().invoke(app, ["route", str(tmp_path / "bundle"), "курьер опоздал", "--explain"])
    assert done.exit_code == 0
    assert {word["start"] for word in json.loads(done.stdout)["types"][0]["words"]} == {0, 7}
