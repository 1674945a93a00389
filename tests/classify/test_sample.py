"""The shipped sample is what the README says: enough rows, every type, no copies."""

import pandas as pd

from reviewmine.corpus.privacy import mask
from reviewmine.language.normalize import normalize
from reviewmine.router.features import TEXT_FIELDS


def test_it_is_large_enough_and_whole(sample):
    assert len(sample) == 2358
    assert sample["id"].is_unique
    assert (sample[list(TEXT_FIELDS)].agg("".join, axis=1).str.len() > 0).all()


def test_no_two_reviews_are_equal(sample):
    texts = sample[list(TEXT_FIELDS)].agg(" ".join, axis=1).str.lower().str.split().str.join(" ")
    assert texts[texts.duplicated(keep=False)].tolist() == []


def test_its_types_are_those_of_the_taxonomy(sample, taxonomy):
    used = set(sample["types"].str.split("|").explode())
    assert used == set(taxonomy.codes)
    assert len(used) == 135
    assert len({one.parent for one in taxonomy.types}) == 16


def test_every_type_has_enough_rows_to_learn(sample):
    assert sample["types"].str.split("|").explode().value_counts().min() >= 8


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


def test_no_review_stands_among_the_examples_of_the_taxonomy(sample, taxonomy):
    """They would be learned, also where the review is in the test part."""
    said = {normalize(text) for one in taxonomy.types for text in one.include}
    fields = sample[list(TEXT_FIELDS)].map(normalize).to_numpy().ravel()
    assert said & set(fields) == set()


def test_the_taxonomy_names_what_the_second_version_added(taxonomy):
    added = [one for one in taxonomy.types if [step.op for step in one.lineage] == ["add"]]
    assert taxonomy.taxonomy == "marketplace-ru"
    assert taxonomy.version == "2.0.0"
    assert {step.version for one in added for step in one.lineage} == {"2.0.0"}
    assert len(added) == 81


def test_every_type_shows_an_annotator_several_examples(taxonomy):
    assert [one.code for one in taxonomy.types if not 3 <= len(set(one.include)) <= 7] == []
