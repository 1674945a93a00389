"""A teacher names types of texts that have none: of those it is sure of, from rows it may know, and only where it helps."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reviewmine.classify.crossfit import cross_fit, learn
from reviewmine.classify.fit import Recipe
from reviewmine.classify.meaning import NO_MEANING
from reviewmine.classify.taxonomy_rows import no_rows
from reviewmine.classify.teach import Pool, judge, make_pool, sure
from reviewmine.classify.train import train_model
from reviewmine.errors import ReviewmineError
from reviewmine.labels.dataset import labelled_set
from reviewmine.router import TEXT_FIELDS, Router, verify, write_bundle
from reviewmine.router.features import FeatureSpec
from reviewmine.settings import Data, Experiment, Model, PolicySettings
from reviewmine.taxonomy.model import Taxonomy

LATE = (
    "опоздал задержка поздно долго ждали просрочка медленно пробка курьер водитель доставка посылка вечером завтра "
    "перенесли срок неделю часами график маршрут склад отгрузка машина подъезд"
).split()
TASTE = (
    "вкус аромат горький сладкий кислый пересолен пресный сырой чай кофе суп хлеб творог сметана рыба мясо прогоркло "
    "жирный перец корица тухлый ваниль соус булочка"
).split()
SPOKEN = ["вот", "ну", "опять", "увы"]
CODES = ("late", "taste")


def pairs(words):
    return [f"{words[i]} {words[j]}" for i in range(len(words)) for j in (i - 1, i - 5, i - 7)]


def frame(texts, types):
    rows = [
        dict.fromkeys(TEXT_FIELDS, "") | {"id": f"r{i:03}", "text": text, "types": kind}
        for i, (text, kind) in enumerate(zip(texts, types, strict=True))
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def labelled():
    """Each word stands in one labelled review alone, so that reviews tell nothing of each other; texts join the words."""
    words = [word for pair in zip(LATE, TASTE, strict=True) for word in pair]
    texts = [f"{SPOKEN[i // 2 % 4]} {word}" for i, word in enumerate(words)]
    more = [*pairs(LATE), *pairs(TASTE), texts[0], texts[1]]
    return labelled_set(frame(texts, CODES * len(LATE)), Data(labelled="x.csv"), None, more=more)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """A real sentence-transformers model that knows what each word is about."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, WordEmbeddings
    from sentence_transformers.sentence_transformer.modules.tokenizer import WhitespaceTokenizer

    tokenizer = WhitespaceTokenizer(vocab=[*LATE, *TASTE, *SPOKEN], stop_words=set(), do_lower_case=True)
    themes = [[1.0, 0.2]] * len(LATE) + [[0.2, 1.0]] * len(TASTE) + [[0.1, 0.1]] * len(SPOKEN)
    words = WordEmbeddings(tokenizer=tokenizer, embedding_weights=np.asarray(themes, dtype=np.float32))
    folder = tmp_path_factory.mktemp("model") / "tiny"
    SentenceTransformer(modules=[words, Pooling(2)], device="cpu").save(str(folder))
    return folder


def trained(labelled, teacher, **settings):
    model = Model(encoder="none", folds=3, teacher=str(teacher), **settings)
    experiment = Experiment(name="taught", data=Data(labelled="x.csv"), model=model)
    return train_model(labelled, Taxonomy.from_codes("taught", set(CODES)), experiment, compared=False)


@pytest.fixture(scope="module")
def distilled(labelled, encoder):
    return trained(labelled, encoder)


# --- lessons ----------------------------------------------------------------------------------------------------------

SURE = [
    ([0.9, -0.9], [True, False]),
    ([0.9, 0.0], None),  # in doubt about the second type
    ([0.8, 0.7], [True, True]),
    ([-0.9, -0.9], None),
    ([-0.9, 0.9], [False, True]),
    ([0.7, -0.9], [True, False]),
]


def test_a_text_in_doubt_is_no_lesson():
    rows, types = sure(np.asarray([margins for margins, _ in SURE], dtype=np.float32), np.asarray([9, 9]))
    assert rows.tolist() == [i for i, (_, expected) in enumerate(SURE) if expected]
    assert types.tolist() == [expected for _, expected in SURE if expected]


def test_of_a_type_no_more_is_taught_than_is_known():
    """The surest first, equal ones in their order."""
    margins = np.asarray([[0.8, -1], [0.9, -1], [0.8, -1], [0.8, -1], [-1, 0.7], [-1, 0.6]], dtype=np.float32)
    rows, types = sure(margins, np.asarray([2, 1]))
    assert rows.tolist() == [0, 1, 4]
    assert types.sum(axis=0).tolist() == [2, 1]
    assert len(sure(-np.abs(margins), np.asarray([2, 1]))[0]) == 0


def recipe(pool=None):
    return Recipe(FeatureSpec(), NO_MEANING, Model(folds=3, c=1.0), "multiclass", 13, pool=pool)


KNOWN = [
    "курьер опоздал",
    "доставка опоздала",
    "курьер опоздал снова",
    "горький чай",
    "чай невкусный",
    "горький вкус чая",
]
TARGETS = np.asarray([[True, False]] * 3 + [[False, True]] * 3)


def reviews(texts):
    return tuple({"text": text} for text in texts)


def test_the_model_learns_words_of_texts_that_it_is_sure_of():
    pool = Pool(reviews(["курьер опоздал, торчал в пробке", "курьер опоздал из-за пробки", "что-то про вазу"]), {})
    plain, taught = (learn(reviews(KNOWN), TARGETS, no_rows(CODES), recipe(each)) for each in (None, pool))
    assert [len(held) for _, held, _ in (plain, taught)] == [6, 8]  # the vase is in doubt
    lead = [float(-np.diff(fitted.margins(reviews(["пробка"]))[0])[0, 0]) for *_, fitted in (plain, taught)]
    assert lead[1] > lead[0] + 0.1


def test_the_teacher_of_a_fold_does_not_know_the_fold():
    """A word of one labelled review alone reaches that review through no text of the pool either."""
    texts = [*KNOWN, "абракадабра"]
    targets = np.concatenate([TARGETS, [[False, True]]])
    pool = Pool(reviews(["абракадабра", "абракадабра абракадабра", "горький чай вечером"]), {})
    types = [tuple(CODES[k] for k in np.flatnonzero(row)) for row in targets]
    groups = [str(i) for i in range(len(texts))]
    margins, _ = cross_fit(reviews(texts), targets, types, groups, no_rows(CODES), recipe(pool))
    whole = learn(reviews(texts), targets, no_rows(CODES), recipe(pool))[2]
    assert margins[-1, 1] < whole.margins(reviews(["абракадабра"]))[0][0, 1] - 0.3


# --- the pool ---------------------------------------------------------------------------------------------------------


def test_copies_of_labelled_rows_are_not_in_the_pool(labelled):
    pool = make_pool(labelled, labelled.reviews, "self")
    texts = [one["text"] for one in pool.reviews]
    assert texts == sorted({*pairs(LATE), *pairs(TASTE)})
    assert pool.vectors == {}
    beyond = replace(labelled, outside=[{"text": texts[0]}], unlabelled=(texts[0], texts[1], texts[1].upper()))
    assert len(make_pool(beyond, labelled.reviews, "self").reviews) == 1
    assert make_pool(labelled, labelled.reviews, "none") is None


def test_a_teacher_needs_texts(labelled):
    alone = replace(labelled, unlabelled=("вот опоздал",))
    expected = r"model\.teacher: self: no text without types that is not .*, expected texts to teach; name a file"
    with pytest.raises(ReviewmineError, match=expected):
        make_pool(alone, alone.reviews, "self")


# --- better or not ----------------------------------------------------------------------------------------------------


def test_a_teacher_is_kept_only_when_it_gains():
    rng = np.random.default_rng(0)
    targets = np.eye(2, dtype=bool)[np.arange(60) % 2]
    good = np.where(targets, 1, -1) + rng.normal(0, 0.3, (60, 2))
    bad = rng.normal(0, 1, (60, 2))
    groups = [str(i) for i in range(60)]
    for plain, taught, kept, verdict in (
        (bad, good, True, "better"),
        (good, good, False, "alike"),
        (good, bad, False, "worse"),
    ):
        found = judge(
            plain.astype(np.float32), taught.astype(np.float32), targets, groups, "multiclass", PolicySettings(), 13
        )
        assert found["kept"] is kept
        assert found["taught_over_plain"]["micro_f1"]["verdict"] == verdict


# --- a whole training -------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_an_encoder_is_distilled_into_the_linear_model(labelled, distilled, tmp_path):
    """Words that no labelled review has are known, by a bundle of the usual files."""
    told, plain = distilled.card["teacher"], trained(labelled, "none")
    assert told["kept"]
    assert told["rows"] == distilled.card["rows"]["train"] + distilled.card["rows"]["calibration"]  # as many as known
    figures = told["taught_over_plain"]["micro_f1"]
    assert figures["first"] > figures["second"] + 0.2
    assert distilled.card["metrics"]["micro_f1"]["value"] > plain.card["metrics"]["micro_f1"]["value"] + 0.2
    write_bundle(tmp_path / "bundle", distilled.bundle)
    router = Router.load(tmp_path / "bundle")
    assert verify(router) == len(distilled.bundle.golden)
    assert [router.route(text).types[0].code for text in ("водитель", "корица")] == ["late", "taste"]


@pytest.mark.long
def test_the_encoder_is_named_and_its_folder_is_not(labelled, distilled, encoder, tmp_path):
    assert distilled.bundle.manifest["teacher"] == distilled.card["teacher"]["name"] == "tiny"
    assert str(encoder.parent) not in json.dumps([distilled.card, dict(distilled.bundle.manifest)], default=str)
    moved = shutil.copytree(encoder, tmp_path / "elsewhere" / "tiny")
    again = trained(labelled, moved)
    assert write_bundle(tmp_path / "a", again.bundle) == write_bundle(tmp_path / "b", distilled.bundle)


@pytest.mark.long
def test_where_a_teacher_does_not_help_the_plain_model_ships(labelled):
    """Reviews that tell nothing of each other make a teacher that knows nothing."""
    plain, taught = trained(labelled, "none"), trained(labelled, "self")
    assert taught.card["teacher"]["kept"] is False
    assert taught.card["teacher"]["rows"] == 0
    assert {"first", "second", "difference", "verdict"} <= set(taught.card["teacher"]["taught_over_plain"]["macro_f1"])
    assert np.array_equal(plain.bundle.weights, taught.bundle.weights)
    assert plain.bundle.policy == taught.bundle.policy
    assert "teacher" not in plain.card
    assert "teacher" not in taught.bundle.manifest
