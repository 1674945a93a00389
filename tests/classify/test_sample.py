"""The shipped sample is what the README says: enough rows, every type, no copies."""

import pandas as pd

from conftest import ROOT
from reviewmine import read_reviews
from reviewmine.corpus.privacy import mask
from reviewmine.router.features import TEXT_FIELDS
from reviewmine.taxonomy.check import check_taxonomy
from reviewmine.taxonomy.model import load_taxonomy


def test_it_is_large_enough_and_whole(sample):
    assert len(sample) >= 400
    assert sample["id"].is_unique
    assert (sample[list(TEXT_FIELDS)].agg("".join, axis=1).str.len() > 0).all()


def test_no_two_reviews_are_equal(sample):
    texts = sample[list(TEXT_FIELDS)].agg(" ".join, axis=1).str.lower().str.split().str.join(" ")
    assert texts[texts.duplicated(keep=False)].tolist() == []


def test_its_types_are_those_of_the_taxonomy(sample, taxonomy):
    used = set(sample["types"].str.split("|").explode())
    assert used == set(taxonomy.codes)


def test_every_type_has_enough_rows_to_learn(sample):
    assert sample["types"].str.split("|").explode().value_counts().min() >= 10


def test_some_reviews_have_several_types(sample):
    assert sample["types"].str.contains("|", regex=False).mean() > 0.05


def test_it_spans_a_year_and_many_channels(sample):
    assert sample["date"].notna().all()
    assert sample["date"].dt.to_period("M").nunique() >= 12
    assert sample["channel"].nunique() >= 5
    assert (sample["channel"] != "").all()


def test_every_field_and_rating_is_used(sample):
    assert set(sample["rating"].dropna().astype(int)) == {1, 2, 3, 4, 5}
    assert (sample[["pros", "cons", "comment"]] != "").sum().min() >= 100


def test_its_personal_data_is_invented(sample):
    """Phones of the 900 000 series and addresses at example.com belong to nobody."""
    texts = sample[list(TEXT_FIELDS)].agg(" ".join, axis=1)
    told = pd.Series(texts[texts != texts.map(mask)])
    assert len(told) > 0
    assert not told.str.contains(r"@(?!example\.)", regex=True).any()


def test_the_whole_sample_holds_every_type_of_the_full_taxonomy():
    whole = read_reviews(ROOT / "data/sample").reviews
    full = load_taxonomy(ROOT / "data/taxonomies/marketplace-ru-full.yaml")
    counts = whole["types"].str.split("|").explode().value_counts()
    assert len(full.types) == 135
    assert set(counts.index) == set(full.codes)
    assert counts.min() >= 8
    texts = whole[list(TEXT_FIELDS)].agg(" ".join, axis=1).str.lower().str.split().str.join(" ")
    assert not texts.duplicated().any()
    assert [one for one in check_taxonomy(full) if one.level == "error"] == []


def test_the_full_taxonomy_keeps_what_the_starter_one_has(taxonomy):
    full = load_taxonomy(ROOT / "data/taxonomies/marketplace-ru-full.yaml")
    assert {(one.id, one.code, one.kind) for one in taxonomy.types} <= {
        (one.id, one.code, one.kind) for one in full.types
    }
