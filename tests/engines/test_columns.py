"""Columns of output say what the router says of each review, field for field."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engines.conftest import texts
from reviewmine.engines.batch import score_frame
from reviewmine.engines.columns import SCORED_COLUMNS, scored_columns
from reviewmine.engines.local import score_reviews
from reviewmine.errors import ReviewmineError
from reviewmine.router import Router
from reviewmine.router.policy import CONFIDENT
from reviewmine.router.router import Scores


def told(decision):
    """Return the fields of a scored file for one decision, as the contract states them."""
    best = decision.types[0]
    return {
        "id": decision.id,
        "kind": decision.kind,
        "type": best.code,
        "types": "|".join(one.code for one in decision.types),
        "probability": round(best.probability, 4),
        "action": decision.action,
        "owner": decision.owner,
        "alternatives": "|".join(f"{one.code}:{one.probability:.4f}" for one in decision.alternatives),
    }


def reviews(n=400):
    channels, ratings = ["app", "site|chat", "", None], [None, 1.0, 5.0, float("nan")]
    return pd.DataFrame(
        {
            "id": [f"{i}" if i % 3 else f"№{i}" for i in range(n)],
            "text": texts(n),
            "cons": [text if i % 5 == 0 else "" for i, text in enumerate(texts(n, 7))],
            "channel": [channels[i % 4] for i in range(n)],
            "rating": [ratings[i % 4] for i in range(n)],
        }
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"head": "multiclass", "scale": 0.7},
        {"shortlist": 3, "shortlist_thresholds": (0.9, 0.05, 0.2)},
        {"shortlist": 9},
        {"shortlist": 0},
        {"thresholds": (0.02, 0.02, 0.02)},
        {"auto_thresholds": (0.2, 0.9, 2.0), "min_known": 0.0, "novel_threshold": 2.0},
    ],
)
def test_the_same_fields_as_route_many(bundle, changes):
    router = Router(replace(bundle, policy=replace(bundle.policy, **changes)))
    frame = reviews()
    scored = score_reviews(router, frame)
    assert list(scored.columns) == list(SCORED_COLUMNS)
    assert scored.to_dict("records") == [told(one) for one in router.route_many(frame.to_dict("records"))]
    assert scored["types"].nunique() >= 3


def test_probabilities_are_json_of_every_type(router):
    frame = reviews(50)
    scored = score_reviews(router, frame, with_probabilities=True)
    scores = router.score(frame.to_dict("records"))
    codes = [kind["code"] for kind in router.bundle.types]
    assert scored["probabilities"].tolist() == [
        json.dumps({code: round(float(p), 4) for code, p in zip(codes, row, strict=True)}, ensure_ascii=False)
        for row in scores.probability
    ]


def test_equals_keep_the_order_of_the_bundle_and_halves_go_to_even(bundle):
    p = np.asarray([[0.5, 0.5, 0.5], [0.00005, 0.03125, 0.03125], [1.0, 0.0, 1.0]], dtype=np.float32)
    chosen = np.asarray([[True, True, True], [False, True, True], [True, False, True]])
    zeros = np.zeros(3, dtype=np.float32)
    scores = Scores(p, chosen, zeros, zeros, np.full(3, CONFIDENT, dtype=np.int8))
    columns = scored_columns(["a", "b", "c"], scores, replace(bundle, policy=replace(bundle.policy, shortlist=3)))
    assert columns["types"] == ["delivery-late|017|thanks", "017|thanks", "delivery-late|thanks"]
    assert columns["probability"] == [round(0.5, 4), round(0.03125, 4), 1.0]
    assert columns["alternatives"][1] == f"017:{0.03125:.4f}|thanks:{0.03125:.4f}|delivery-late:{float(p[1, 0]):.4f}"


@pytest.mark.parametrize("step", [1, 7])
def test_any_probability_is_rounded_as_python_rounds_it(bundle, step):
    rng = np.random.default_rng(step)
    p = np.concatenate([rng.random(3000), np.arange(0, 1, 1 / 1024), [1e-9, 1 - 1e-7]]).astype(np.float32)[:, None]
    one = replace(bundle, taxonomy={"types": bundle.types[:1]}, policy=replace(bundle.policy, shortlist=1))
    zeros = np.zeros(len(p), dtype=np.float32)
    scores = Scores(p, np.ones(p.shape, dtype=bool), zeros, zeros, zeros.astype(np.int8))
    columns = scored_columns([""] * len(p), scores, one)
    assert columns["probability"] == [round(float(each), 4) for each in p[:, 0]]
    assert columns["alternatives"] == [f"delivery-late:{float(each):.4f}" for each in p[:, 0]]


class Stumbling:
    """A router that gives up on some texts."""

    def __init__(self, router):
        self.bundle, self._router = router.bundle, router

    def score(self, rows):
        if any("спасибо" in row.get("text", "") for row in rows):
            raise ValueError("слишком\nвежливо")
        return self._router.score(rows)


def test_a_review_that_cannot_be_scored_fails_alone(router):
    frame = reviews(100)
    bad = [row for row, text in enumerate(frame["text"]) if "спасибо" in text]
    scored = score_frame(Stumbling(router), frame)
    assert sorted(scored.failed) == bad
    assert set(scored.failed.values()) == {"ValueError: слишком вежливо"}
    rest = score_reviews(router, frame.drop(index=bad))
    assert pd.DataFrame(scored.columns).to_dict("records") == rest.to_dict("records")
    with pytest.raises(ReviewmineError, match=f"review {frame['id'][bad[0]]}: ValueError: слишком вежливо"):
        score_reviews(Stumbling(router), frame)


def test_when_all_fail_there_are_columns_without_rows(router):
    scored = score_frame(Stumbling(router), pd.DataFrame({"id": ["1"], "text": ["спасибо"]}))
    assert {name: list(cells) for name, cells in scored.columns.items()} == {name: [] for name in SCORED_COLUMNS}
    assert list(scored.failed) == [0]


def test_ids_are_as_the_router_has_them(router):
    frame = pd.DataFrame({"id": [7, None, "\ud800ы"], "text": ["курьер опоздал", None, float("nan")]}, dtype=object)
    assert score_reviews(router, frame)["id"].tolist() == ["7", "", "?ы"]
