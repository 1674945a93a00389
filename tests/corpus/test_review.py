"""The schemas of the two frames refuse what does not fit."""

import pandas as pd
import pandera.errors
import pytest

from reviewmine.corpus.read import read_reviews
from reviewmine.corpus.review import REVIEW_COLUMNS, STATEMENT_COLUMNS, review_schema, statement_schema
from reviewmine.corpus.statements import cut_reviews


@pytest.fixture
def reviews(tmp_path):
    (tmp_path / "reviews.csv").write_text("id,text,rating\n1,Шумит. Греется,2\n2,Пахнет,5\n", encoding="utf-8")
    return read_reviews(tmp_path / "reviews.csv").reviews


def test_frames_have_the_stated_columns(reviews):
    assert set(REVIEW_COLUMNS) <= set(reviews.columns)
    assert list(cut_reviews(reviews).columns) == list(STATEMENT_COLUMNS)


@pytest.mark.parametrize(("column", "value"), [("rating", 6.0), ("rating", 0.5), ("id", "1"), ("text", None)])
def test_a_frame_of_reviews_is_checked(reviews, column, value):
    reviews.loc[reviews.index[1], column] = value
    with pytest.raises(pandera.errors.SchemaError):
        review_schema().validate(reviews)


@pytest.mark.parametrize(("column", "value"), [("part", "body"), ("field", "body"), ("start", -1), ("end", 0)])
def test_a_frame_of_statements_is_checked(reviews, column, value):
    statements = cut_reviews(reviews)
    statements.loc[0, column] = value
    with pytest.raises(pandera.errors.SchemaError):
        statement_schema().validate(statements)


def test_an_empty_frame_of_statements_is_valid(reviews):
    assert len(cut_reviews(reviews.iloc[:0])) == 0
    assert isinstance(cut_reviews(reviews.iloc[:0]), pd.DataFrame)
