"""The spaCy pipeline gives what the engine gives; its components work alone and survive saving."""

import subprocess
import sys

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import DocBin

from reviewmine.corpus.pipeline import review_pipeline
from reviewmine.corpus.statements import cut_field
from reviewmine.errors import ReviewmineError

TEXTS = [
    "Плюсы: тихий. Минусы: шнур короткий, но хватает розетки!!!верните деньги",
    "ценаНедостатки:нет",
    "- шумит - греется",
    "Всё пришло целым 👍👍 рекомендую",
    "Шумит.\nОтвет продавца: Здравствуйте! Жаль, что так вышло.",
    "<b>Плюсы</b>: тихий&nbsp;ход<br>Минусы: цена",
    "",
    "  ",
]
PIECES = [
    "Плюсы:",
    "минусы -",
    " но ",
    ", зато ",
    "шнур",
    "короткий",
    "!!!",
    ")))",
    "\n",
    " ",
    ".",
    "2 ч.",
    "👍",
    "ё",
    "x",
]


@pytest.fixture(scope="module")
def nlp():
    return review_pipeline()


def told(doc):
    return [
        (span.label_, span.start_char, span.end_char, span._.null, span._.misplaced) for span in doc.spans["statements"]
    ]


def engine(text):
    return [(one.part, one.start, one.end, one.null, one.misplaced) for one in cut_field(text, "text")]


@pytest.mark.parametrize("text", TEXTS)
def test_the_pipeline_gives_the_statements_of_the_engine(nlp, text):
    doc = nlp(text)
    assert doc.text == text
    assert told(doc) == engine(text)


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
@settings(max_examples=150, deadline=None)
def test_on_any_text_the_two_agree(text):
    assert told(PIPELINE(text)) == engine(text)


PIPELINE = review_pipeline()


def test_a_component_works_alone():
    nlp = spacy.blank("ru")
    nlp.add_pipe("review_statements", config={"rules": ["stops"], "part": "cons"})
    doc = nlp("Шумит, но терпимо\nи греется. Пахнет")
    assert [(span.label_, span.text) for span in doc.spans["statements"]] == [
        ("cons", "Шумит, но терпимо\nи греется."),
        ("cons", "Пахнет"),
    ]


def test_fields_alone():
    nlp = spacy.blank("ru")
    nlp.add_pipe("review_fields", config={"unmarked": "comment"})
    doc = nlp("Беру второй. Минусы: шнур")
    assert [(span.label_, span.text) for span in doc.spans["fields"]] == [("comment", "Беру второй."), ("cons", "шнур")]


def test_an_unknown_rule_is_named():
    with pytest.raises(ReviewmineError, match="no rule 'commas', expected some of lines, stops"):
        spacy.blank("ru").add_pipe("review_statements", config={"rules": ["commas"]})


def test_lemmas_are_those_of_normal_forms(nlp):
    doc = nlp("Курьеры НЕ привезлиии, ёлки!")
    assert [token.lemma_ for token in doc] == ["курьер", "не", "привезти", ",", "елка", "!"]


def test_a_saved_pipeline_comes_back(nlp, tmp_path):
    nlp.to_disk(tmp_path / "nlp")
    loaded = spacy.load(tmp_path / "nlp")
    assert loaded.pipe_names == ["review_fields", "review_statements", "review_nulls", "review_lemmas"]
    docs = [loaded(text) for text in TEXTS]
    assert [told(doc) for doc in docs] == [engine(text) for text in TEXTS]
    again = spacy.blank("ru", config=nlp.config)
    assert told(again(TEXTS[0])) == engine(TEXTS[0])


def test_saved_documents_keep_what_was_marked(nlp):
    data = DocBin(docs=[nlp(text) for text in TEXTS], store_user_data=True).to_bytes()
    docs = list(DocBin().from_bytes(data).get_docs(nlp.vocab))
    assert [told(doc) for doc in docs] == [engine(text) for text in TEXTS]


def test_batches_change_nothing(nlp):
    docs = list(nlp.pipe(TEXTS, batch_size=3))
    assert [told(doc) for doc in docs] == [engine(text) for text in TEXTS]


def test_spacy_alone_loads_a_saved_pipeline(nlp, tmp_path):
    nlp.to_disk(tmp_path / "nlp")
    code = "import sys, spacy; doc = spacy.load(sys.argv[1])('Минусы: нет'); print(doc.spans['statements'][0]._.null)"
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "nlp"], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip() == "none"
