"""From a taxonomy and raw reviews to labels, with what each source and rule is worth, and no label read."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from reviewmine.cli import app as cli_app
from reviewmine.errors import ReviewmineError
from reviewmine.labels.store import as_rows, read_labels
from reviewmine.labels.weak import SOURCES, WHO, similar_votes, to_labels, weak_labels
from reviewmine.labels.weak_table import rule_rows, source_rows
from reviewmine.router import TEXT_FIELDS
from reviewmine.taxonomy.model import Taxonomy, Type, write_taxonomy

WHEN = "2026-03-01T10:00:00Z"
LATE, COLD, THANKS = 0, 1, 2
TAXONOMY = Taxonomy(
    taxonomy="еда",
    version="1.0.0",
    types=(
        Type(
            id="T001",
            code="late",
            title="Опоздание курьера",
            definition="Курьер приехал позже обещанного.",
            include=("ждали курьера лишний час",),
            patterns=("опоздать/опаздывать", "ждать лишний час", "курьер заблудиться"),
        ),
        Type(
            id="T002",
            code="cold",
            title="Еда остыла",
            definition="Еду привезли холодной.",
            include=("суп привезли холодным",),
            patterns=("остыть", "холодный суп/пицца/еда"),
        ),
        Type(id="T003", code="thanks", title="Спасибо", kind="gratitude", patterns=("спасибо", "всё вкусно")),
        Type(id="T004", code="old", title="Старое", patterns=("курьер",), status="deprecated"),
    ),
)
TEXTS = (
    ("Курьер опоздал на час", 2.0),
    ("Опять опаздываете, ждали лишний час", 1.0),
    ("Пицца холодная, совсем остыла", 2.0),
    ("Суп остыл, звонил +7 900 123-45-67", 3.0),
    ("Спасибо, всё вкусно", 5.0),
    ("Ждали курьера целый час", 2.0),
    ("Зелёный чай", np.nan),
    ("", np.nan),
)


def reviews():
    rows = [
        {"id": f"r{n}", **dict.fromkeys(TEXT_FIELDS, ""), "text": text, "rating": rating}
        for n, (text, rating) in enumerate(TEXTS)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def weak():
    return weak_labels(reviews(), TAXONOMY)


def test_each_source_votes_as_it_sees(weak):
    votes = {name: weak.votes[:, :, place] for place, name in enumerate(SOURCES)}
    assert weak.votes.shape == (len(TEXTS), 3, len(SOURCES))  # the deprecated type is not asked
    assert [votes["words"][0, LATE], votes["phrases"][0, LATE]] == [1, 0]
    assert [votes["words"][1, LATE], votes["phrases"][1, LATE]] == [1, 1]
    assert votes["phrases"][2, COLD] == 1
    assert votes["rating"][4].tolist() == [-1, -1, 0]
    assert votes["rating"][0].tolist() == [0, 0, -1]
    assert not votes["rating"][6].any()
    assert not weak.votes[7].any()


def test_what_the_sources_say_together(weak):
    best = weak.probability.argmax(axis=1)
    assert best[:5].tolist() == [LATE, LATE, COLD, COLD, THANKS]
    assert (weak.probability[7] < 0.3).all()


def test_fields_deny_a_kind():
    rows = reviews().head(3).assign(text="", pros=["быстро", "", "быстро"], cons=["", "опоздали", "опоздали"])
    field = weak_labels(rows, TAXONOMY).votes[:, :, SOURCES.index("field")]
    assert field.tolist() == [[-1, -1, 0], [0, 0, -1], [0, 0, 0]]


def test_praise_beside_a_complaint_is_courtesy_unless_it_has_a_field_of_its_own():
    rows = reviews().head(3).assign(text=["Спасибо, но опоздали", "Спасибо", ""], pros=["", "", "всё вкусно"])
    votes = weak_labels(rows.assign(cons=["", "", "опоздали"]), TAXONOMY).votes
    said = votes[:, THANKS, SOURCES.index("words")] + votes[:, THANKS, SOURCES.index("phrases")]
    assert said.tolist() == [0, 1, 1]
    assert votes[0, LATE, SOURCES.index("words")] == 1


def test_similar_takes_the_nearest_and_denies_the_far():
    near = np.asarray([[0.9, 0.4, 0.1, 0.2, 0.3], [0.4, 0.3, 0.2, 0.1, 0.0], [0.0] * 5], dtype=np.float32)
    assert similar_votes(near).tolist() == [[1, -1, -1, -1, -1], [0, -1, -1, -1, -1], [0] * 5]


def test_labels_carry_the_statement_that_a_rule_caught(weak):
    labels = to_labels(weak, WHEN)
    yes = {(one.review, one.type): one for one in labels if one.verdict == "yes"}
    one = yes["r3", "T002"]
    assert (one.who, one.how, one.when, one.taxonomy) == (WHO, "rule", WHEN, "еда 1.0.0")
    field, start, end = one.span
    assert "остыл" in reviews().set_index("id").loc["r3", field][start:end]
    assert all(one.verdict in ("yes", "unsure") for one in labels)
    assert "r7" not in {one.review for one in labels}


def test_the_order_of_reviews_does_not_matter(weak):
    turned = weak_labels(reviews().iloc[::-1], TAXONOMY)
    np.testing.assert_allclose(turned.probability[::-1], weak.probability, atol=1e-6)


def test_the_table_of_sources(weak):
    rows = source_rows(weak).set_index("name")
    assert rows.loc["words: yes", "reviews"] == 5
    assert rows.loc["words: yes", "coverage"] == pytest.approx(5 / 8)
    assert rows.loc["rating: no", "overlap"] > 0
    assert rows["accuracy"].between(0, 1).all()


def test_rules_show_what_they_catch_and_miss(weak):
    rows = rule_rows(weak)
    caught = rows[rows["what"] == "rule"].set_index("name")
    assert caught.loc["остыть", "reviews"] == 2
    assert "Суп остыл" in caught.loc["остыть", "examples"]
    assert caught.loc["остыть", "overlap"] >= 0.5  # the pizza is caught by another pattern as well
    assert rows[rows["what"] == "silent rule"]["name"].tolist() == ["курьер заблудиться"]
    missed = rows[(rows["what"] == "missed") & (rows["type"] == "late")]["examples"].item()
    assert "Ждали курьера целый час" in missed


def test_a_taxonomy_of_bare_titles_is_refused():
    bare = Taxonomy(taxonomy="пусто", types=(Type(id="T1", code="a", title="А"),))
    with pytest.raises(ReviewmineError, match="no type in use says what it means"):
        weak_labels(reviews(), bare)


def test_the_command(tmp_path):
    reviews().to_csv(tmp_path / "reviews.csv", index=False)
    write_taxonomy(tmp_path / "types.yaml", TAXONOMY)
    out, table = tmp_path / "labels.jsonl", tmp_path / "rules.csv"
    arguments = [tmp_path / "reviews.csv", "--taxonomy", tmp_path / "types.yaml", "-o", out, "--table", table]
    done = CliRunner().invoke(cli_app, ["labels", "weak", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "words: yes" in done.stdout
    assert "silent" not in done.stdout
    labels = read_labels(out)
    told = as_rows(labels, reviews(), TAXONOMY).set_index("id")
    assert told.loc["r0", "types"] == "late"
    assert "123-45-67" not in table.read_text(encoding="utf-8")  # examples are masked
    assert json.loads(out.read_text(encoding="utf-8").splitlines()[0])["how"] == "rule"
