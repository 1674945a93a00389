"""What the taxonomy says of a type is learned beside the reviews, and never what it shares with a held-out review."""

import pytest

from reviewmine.classify.taxonomy_rows import no_rows, taxonomy_rows, type_texts
from reviewmine.classify.train import train_model
from reviewmine.labels.dataset import labelled_set
from reviewmine.router import Router, write_bundle
from reviewmine.settings import Data, Experiment
from reviewmine.taxonomy.model import Taxonomy, Type

LATE = Type(
    id="T001",
    code="late",
    title="Опоздание",
    definition="Заказ пришёл позже срока.",
    include=("ждали гостей, а торт приехал назавтра", "обманули с датой, сижу без кроватки третий день"),
    patterns=("опоздать", "не привезти в срок"),
)
RUDE = Type(id="T002", code="rude", title="Грубость", include=("огрызнулась и отвернулась к подруге",))
BARE = Type(id="T003", code="bare", title="bare")
SMALL = Taxonomy(taxonomy="small", types=(LATE, RUDE, BARE))


def test_every_text_is_a_row_of_its_type():
    rows = taxonomy_rows(SMALL, ["rude", "late"], [])
    texts = [review["text"] for review in rows.reviews]
    assert texts == [RUDE.title, *RUDE.include, LATE.title, LATE.definition, *LATE.include, *LATE.patterns]
    assert rows.targets.tolist() == [[True, False]] * 2 + [[False, True]] * 6
    assert len(rows) == 8


def test_a_bare_title_teaches_nothing():
    assert type_texts(BARE) == []
    codes = Taxonomy.from_codes("numbers", ["01", "02"])
    rows = taxonomy_rows(codes, codes.codes, [])
    assert len(rows) == len(no_rows(codes.codes)) == 0
    assert rows.targets.shape == no_rows(codes.codes).targets.shape == (0, 2)


def test_a_text_said_twice_is_one_row():
    twice = LATE.model_copy(update={"include": ("Опоздание", *LATE.include)})
    assert type_texts(twice) == type_texts(LATE)


@pytest.mark.parametrize(
    "review",
    [
        "огрызнулась и отвернулась к подруге",
        "Огрызнулась, и отвернулась к подруге!!!",
    ],
)
def test_a_near_copy_of_a_held_out_review_is_left_out(review):
    rows = taxonomy_rows(SMALL, SMALL.codes, ["а вот это совсем о другом", review])
    texts = [one["text"] for one in rows.reviews]
    assert RUDE.include[0] not in texts
    assert len(rows) == len(taxonomy_rows(SMALL, SMALL.codes, [])) - 1
    assert rows.targets.shape == (len(texts), 3)


@pytest.fixture(scope="module")
def few(sample, taxonomy):
    """Six types of ten reviews each: as few as a new type has."""
    single = sample[~sample["types"].str.contains("|", regex=False)]
    codes = ["courier-rude", "pickup-queue", "expired", "promo-not-applied", "refund-delayed", "battery-weak"]
    rows = single[single["types"].isin(codes)].groupby("types").head(10)
    experiment = Experiment(name="few", data=Data(labelled="x.csv"), split={"test": 0.3, "calibration": 0.3})
    return rows, taxonomy, experiment


def fit(rows, taxonomy, experiment, **model):
    chosen = experiment.model_copy(update={"model": experiment.model.model_copy(update=model)})
    return train_model(labelled_set(rows, chosen.data, taxonomy), taxonomy, chosen)


def test_rows_of_the_taxonomy_stand_in_the_training_part_alone(few):
    rows, taxonomy, _ = few
    with_rows, without = fit(*few), fit(*few, taxonomy_rows="no")
    said = sum(len(type_texts(taxonomy.type(code))) for code in rows["types"].unique())
    assert without.card["rows"]["taxonomy"] == 0
    assert said - 6 <= with_rows.card["rows"]["taxonomy"] <= said
    for part in ("train", "calibration", "test"):
        assert with_rows.card["rows"][part] == without.card["rows"][part]
    assert with_rows.learned == without.learned
    assert with_rows.card["baselines"] == without.card["baselines"]
    assert len(with_rows.bundle.vocabulary.buckets) > len(without.bundle.vocabulary.buckets)


def test_a_word_that_only_the_taxonomy_says_is_understood(few):
    rows, taxonomy, experiment = few
    word = "бздыньк"
    told = taxonomy.model_copy(
        update={
            "types": tuple(
                one.model_copy(update={"patterns": (*one.patterns, word)}) if one.code == "expired" else one
                for one in taxonomy.types
            )
        }
    )
    assert not rows["cons"].str.contains(word).any()
    knows, guesses = (
        {kind.code: kind.probability for kind in Router(bundle).route(word).alternatives}
        for bundle in (fit(rows, told, experiment).bundle, fit(rows, told, experiment, taxonomy_rows="no").bundle)
    )
    assert max(knows, key=knows.__getitem__) == "expired"
    assert knows["expired"] > guesses.get("expired", 0) + 0.2


def test_they_help_where_every_type_is_rare(sample, taxonomy, experiment):
    """Thirty types with about four reviews each to learn from, and eight to be asked about."""
    single = sample[~sample["types"].str.contains("|", regex=False)]
    codes = single["types"].value_counts().index[:30]
    rows = single[single["types"].isin(codes)].groupby("types").head(12)
    split = experiment.split.model_copy(update={"test": 0.6, "calibration": 0.05})
    rare = experiment.model_copy(update={"split": split})
    with_rows, without = (fit(rows, taxonomy, rare, taxonomy_rows=told).card for told in ("auto", "no"))
    assert with_rows["rows"]["train"] + with_rows["rows"]["calibration"] <= 5 * len(codes)
    assert with_rows["metrics"]["micro_f1"]["low"] > without["metrics"]["micro_f1"]["high"]


def test_the_same_bundle_whatever_the_order_of_reviews(few, tmp_path):
    rows, taxonomy, experiment = few
    first = write_bundle(tmp_path / "first", fit(rows, taxonomy, experiment).bundle)
    second = write_bundle(tmp_path / "second", fit(rows.iloc[::-1], taxonomy, experiment).bundle)
    assert first == second
