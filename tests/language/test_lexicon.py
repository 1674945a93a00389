"""The tables hold what the code compares with: normal forms and lemmas."""

import pytest

from reviewmine.language import lexicon
from reviewmine.language.normalize import normalize

TABLES = ["STOP_WORDS", "DOMAIN_WORDS", "NEGATIONS", "PRAISE", "COMPLAINT"]


def test_every_table_is_listed_here():
    assert sorted(name for name in vars(lexicon) if name.isupper() and not name.startswith("_")) == sorted(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_in_normal_form(name):
    table = getattr(lexicon, name)
    assert len(table) > 4
    assert {entry for entry in table if normalize(entry) != entry} == set()


@pytest.mark.parametrize("name", ["STOP_WORDS", "DOMAIN_WORDS", "NEGATIONS", "PRAISE", "COMPLAINT"])
def test_tables_of_words_hold_single_words(name):
    assert all(len(entry.split()) == 1 for entry in getattr(lexicon, name))


def test_a_negation_is_no_stop_word():
    assert not lexicon.NEGATIONS & lexicon.STOP_WORDS


def test_no_word_is_praise_and_complaint():
    assert not lexicon.PRAISE & lexicon.COMPLAINT
