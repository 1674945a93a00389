"""A small bundle made by hand: three types, each with the words that push it."""

from dataclasses import replace

import numpy as np
import pytest

from reviewmine.classify.matrix import count, vocabulary_of
from reviewmine.router import Bundle, Router
from reviewmine.router.bundle import canonical, sha256
from reviewmine.router.features import FeatureSpec
from reviewmine.router.policy import Policy
from reviewmine.router.router import golden_answer
from reviewmine.router.units import features_of

PUSHES = [
    (
        {"code": "delivery-late", "title": "Опоздание доставки", "owner": "logistics", "kind": "complaint"},
        "опоздал курьер задержали",
    ),
    ({"code": "017", "title": "Поломка", "owner": "quality", "kind": "complaint"}, "сломался треснул перестал"),
    ({"code": "thanks", "title": "Благодарность", "owner": "callcenter", "kind": "gratitude"}, "спасибо отличный рада"),
]
TRAINED_ON = [
    {"cons": "Курьер опоздал на день", "channel": "app"},
    {"text": "Чайник сломался, ручка треснула", "channel": "site"},
    {"pros": "Спасибо, отличный плед, очень рада", "channel": "app|chat"},
    {"comment": "Посылку задержали, экран треснул и перестал включаться"},
]
GOLDEN = [
    "Курьер опоздал",
    "",
    "👍",
    "сломался на вто\u00adрой день",
    "спасибо",
    "треснул и опоздал",
    "zzz qqq",
    "\u202eок",
]


@pytest.fixture(scope="session")
def bundle():
    spec = FeatureSpec(char_ngrams=(3, 4), categorical=("channel",), numeric={"rating": (3.0, 1.5)})
    nothing = np.zeros(0, dtype=np.int64)
    vocabulary = vocabulary_of(count(TRAINED_ON, spec), 1, nothing, nothing.astype(np.float32))
    weights = np.zeros((len(vocabulary.buckets), len(PUSHES)), dtype=np.float16)
    for k, (_, forms) in enumerate(PUSHES):
        column = vocabulary.columns(features_of(forms.split(), spec).bucket)
        weights[column[column >= 0], k] = 4
    taxonomy = {"taxonomy": "made-by-hand", "version": "1.0.0", "types": [kind for kind, _ in PUSHES]}
    policy = Policy(
        head="multilabel",
        scale=1.5,
        shift=-4.0,
        pull=0.05,
        novelty_margin=3.0,
        novelty_known=4.0,
        novelty_shift=4.5,
        novel_threshold=0.95,
        false_alarms=0.02,
        thresholds=(0.5, 0.5, 0.5),
        auto_threshold=0.9,
        suggest_threshold=0.3,
        target_precision=0.95,
        shortlist=2,
    )
    manifest = {"seed": 13, "taxonomy": {"name": "made-by-hand", "sha256": sha256(canonical(taxonomy))}}
    intercept = np.asarray([0.02, 0.01, 0.0], dtype=np.float32)
    empty = Bundle(spec, vocabulary, weights, intercept, taxonomy, policy, [], manifest)
    rows = [{"id": f"g{i}", "text": text} for i, text in enumerate(GOLDEN)]
    golden = [
        {"review": row, "answer": golden_answer(decision)}
        for row, decision in zip(rows, Router(empty).route_many(rows), strict=True)
    ]
    return replace(empty, golden=golden)


@pytest.fixture(scope="session")
def router(bundle):
    return Router(bundle)
