"""The router answers: which types, whose they are, what to do, and which words said so."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reviewmine
from reviewmine.errors import BundleError, ReviewmineError
from reviewmine.router import Router, verify, write_bundle
from reviewmine.router.features import TEXT_FIELDS
from reviewmine.router.linear import ROWS

ANY = st.text(st.characters(exclude_categories=()), max_size=40)
WORDS = st.lists(
    st.sampled_from(["курьер", "опоздал", "сломался", "треснул", "спасибо", "рада", "чайник", "👍", "!!!", "ооочень"]),
    max_size=8,
).map(" ".join)
REVIEWS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(TEXT_FIELDS, ANY | WORDS) | {"channel": st.sampled_from(["app", "", None])}
)


def test_the_type_its_owner_and_the_action(router):
    decision = router.route("Курьер опоздал, посылку задержали")
    assert [score.code for score in decision.types] == ["delivery-late"]
    assert (decision.kind, decision.owner, decision.action) == ("complaint", "logistics", "auto")
    assert decision.reason.startswith("top type at ")
    assert len(decision.alternatives) == router.bundle.policy.shortlist == 2
    assert decision.alternatives[0].code == "delivery-late"
    assert decision.novelty < 0.1


def test_two_types_most_probable_first(router):
    decision = router.route({"id": 7, "cons": "курьер опоздал, задержали, чайник треснул", "pros": ""})
    assert decision.id == "7"
    assert [score.code for score in decision.types] == ["delivery-late", "017"]
    assert decision.types[0].probability > decision.types[1].probability


def test_a_type_code_is_a_string_whatever_it_looks_like(router):
    assert router.route("сломался").types[0].code == "017"


def test_unknown_words_go_to_a_person_with_the_best_guess(router):
    decision = router.route("квазар пульсар")
    assert decision.action == "human"
    assert decision.reason == "only 0% of its words and word pairs were seen in training, 30% needed"
    assert len(decision.types) == 1
    assert decision.novelty > router.route("Курьер опоздал").novelty


@pytest.mark.parametrize(
    "review",
    ["", " \n", {}, {"text": None}, {"text": float("nan"), "cons": np.nan}, {"id": None, "comment": ""}],
    ids=ascii,
)
def test_an_empty_review_goes_to_a_person(router, review):
    decision = router.route(review)
    assert (decision.id, decision.action, len(decision.types), decision.types[0].evidence) == ("", "human", 1, ())


def test_missing_values_of_a_data_frame_are_empty(router):
    pandas = pytest.importorskip("pandas")
    wanted = router.route({"text": "сломался"})
    assert (
        router.route(
            {
                "id": pandas.NA,
                "text": "сломался",
                "cons": pandas.NA,
                "pros": pandas.NaT,
                "channel": pandas.NA,
                "rating": pandas.NA,
            }
        )
        == wanted
    )


def test_a_text_is_the_field_text(router):
    assert router.route("чайник сломался") == router.route({"text": "чайник сломался"})


def test_a_number_in_a_text_field_is_text(router):
    assert router.route({"text": 12}) == router.route({"text": "12"})


WRONG = [
    (None, "a review is NoneType, expected a text or a mapping of fields; pass a str or a dict"),
    (b"text", "a review is bytes"),
    (["text"], "a review is list"),
    ({"id": 5, "text": ["a"]}, "review 5: text is list, expected a text; send text"),
    ({"id": "\x1b[2J", "text": ["a"]}, r"review '\\x1b\[2J': text is list, expected a text; send text"),
    ({"cons": {"a": 1}}, r"review \?: cons is dict"),
    ({"pros": b"a"}, "pros is bytes"),
    ({"comment": np.asarray(["a", "b"])}, "comment is ndarray"),
]


@pytest.mark.parametrize(("review", "message"), WRONG, ids=ascii)
def test_a_review_of_a_wrong_type(router, review, message):
    with pytest.raises(ReviewmineError, match=message):
        router.route(review)


def test_odd_extras_do_no_harm(router):
    for value in (None, float("nan"), "", [], {}, 10**400, "не число"):
        assert router.route({"text": "сломался", "channel": None, "rating": value}).types[0].code == "017"


def test_the_review_is_left_as_it_was(router):
    review = {"id": 3, "text": None, "pros": 5}
    router.route(review)
    assert review == {"id": 3, "text": None, "pros": 5}


def test_lone_surrogates_and_ten_megabytes(router):
    assert router.route("\ud83d сломался \udc00").types[0].code == "017"
    started = time.process_time()
    decision = router.route({"text": "сломался " + "пыль " * 2_000_000, "cons": "\ud800" * 100_000})
    assert time.process_time() - started < 5
    assert len(decision.types) == 1


@given(REVIEWS)
@settings(max_examples=60)
def test_evidence_lies_inside_its_field(router, review):
    for score in router.route(review).types:
        assert len(score.evidence) <= 3
        for name, start, end in score.evidence:
            assert 0 <= start < end <= len(review[name])
            assert review[name][start:end].strip() == review[name][start:end]


def test_evidence_is_the_words_that_matter(router):
    review = {"pros": "плед мягкий", "cons": "Привёз КУРЬЕР, опоздал! Чайник вдруг трес\u00adнул"}
    shown = {
        score.code: [review[name][start:end] for name, start, end in score.evidence]
        for score in router.route(review).types
    }
    assert shown == {"delivery-late": ["КУРЬЕР, опоздал"], "017": ["трес\u00adнул"]}
    assert {span[0] for score in router.route(review).types for span in score.evidence} == {"cons"}


def test_the_strongest_evidence_stands_first(router):
    text = "опоздавший дом, потом курьер опоздал"
    spans = [text[start:end] for _, start, end in router.route(text).types[0].evidence]
    assert spans == ["курьер опоздал", "опоздавший"]


@given(st.lists(REVIEWS, min_size=1, max_size=5))
@settings(max_examples=40)
def test_many_are_answered_as_one_by_one(router, reviews):
    assert router.route_many(reviews) == [router.route(review) for review in reviews]


def test_no_review_no_decision(router):
    assert router.route_many([]) == []
    assert router.score([]).probability.shape == (0, 3)


def test_more_than_a_batch_keeps_the_order(router):
    reviews = [{"id": i, "text": "сломался" if i % 2 else "спасибо"} for i in range(ROWS + 3)]
    decisions = router.route_many(iter(reviews))
    assert [decision.id for decision in decisions] == [str(i) for i in range(ROWS + 3)]
    assert {decision.types[0].code for decision in decisions[1::2]} == {"017"}


def test_a_summary_is_the_decision_without_evidence(router):
    reviews = [{"text": "сломался"}, {"text": "курьер опоздал и треснул"}]
    scores = router.score(reviews)
    for row, decision in enumerate(router.route_many(reviews)):
        bare = tuple(replace(score, evidence=()) for score in decision.types)
        assert router.summary(scores, row) == replace(decision, types=bare)


def test_verify_counts_the_golden_texts(router, bundle):
    assert verify(router) == len(bundle.golden) == 8


def test_verify_fails_when_weights_change(bundle):
    other = replace(bundle, weights=bundle.weights[:, [1, 0, 2]])
    with pytest.raises(
        BundleError,
        match=r'golden text g0 is answered .*"017".*, expected .*"delivery-late".*; do not route with this installation',
    ):
        verify(Router(other))


def test_verify_fails_on_an_altered_golden_answer(bundle, tmp_path):
    last = bundle.golden[-1]
    golden = [
        *bundle.golden[:-1],
        {**last, "answer": {**last["answer"], "probability": last["answer"]["probability"] + 0.01}},
    ]
    write_bundle(tmp_path / "bundle", replace(bundle, golden=golden))
    with pytest.raises(BundleError, match="golden text g7 is answered"):
        verify(Router.load(tmp_path / "bundle"))


ALONE = """
import json, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HEAVY:
            raise ImportError(f"{name} is refused")

HEAVY = set("sklearn scipy pandas pydantic yaml ruamel typer mlflow spacy torch pandera pyarrow pymorphy3 bertopic".split())
sys.meta_path.insert(0, Refuse())
import reviewmine.router
router = reviewmine.router.Router.load(sys.argv[1])
reviewmine.router.verify(router)
decisions = router.route_many(json.loads(sys.argv[2]))
assert not HEAVY & {name.partition(".")[0] for name in sys.modules}
print(json.dumps([decision.to_json() for decision in decisions]))
"""


def test_the_router_needs_numpy_and_safetensors_alone(bundle, router, tmp_path):
    write_bundle(tmp_path / "bundle", bundle)
    reviews = [
        {"id": "1", "cons": "Курьер опоздал", "channel": "app", "rating": 1},
        "чайник треснул и сломался",
        "спасибо 👍",
        "",
    ]
    source = str(Path(reviewmine.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(tmp_path / "bundle"), json.dumps(reviews)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": source},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(
        json.dumps([decision.to_json() for decision in router.route_many(reviews)])
    )
