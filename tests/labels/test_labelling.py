"""The queue and the audit as a person meets them: files in, a table out, one closing line."""

import numpy as np
import pandas as pd
import pytest

from reviewmine.classify.curve import fit_curve
from reviewmine.classify.train import train_model
from reviewmine.corpus.read import read_reviews
from reviewmine.errors import ReviewmineError
from reviewmine.files import read_table
from reviewmine.labels.dataset import labelled_set
from reviewmine.labels.store import Label, name_of, write_labels
from reviewmine.router import write_bundle
from reviewmine.settings import Data, Experiment, Model
from reviewmine.taxonomy.model import load_taxonomy
from reviewmine.workflow.labelling import advice, advice_of, queue_labels

SAMPLE, TAXONOMY = "data/sample/reviews.csv", "data/taxonomies/marketplace-ru.yaml"
WHEN = "2026-03-01T10:00:00Z"
COLUMNS = ["rank", "id", "why", "random", "asked_for", "suggested", "probability"]


@pytest.fixture
def told(workspace, cli):
    """Run a command line inside a workspace; return its exit code and the lines of stdout, or stderr where it failed."""

    def run(*args):
        code, out, err = cli(*args)
        return code, out.splitlines() if code == 0 else err

    return run


@pytest.fixture
def reviews(workspace):
    return read_reviews(SAMPLE).reviews


def given(reviews, n, how="person"):
    """The types of the first ``n`` reviews of the sample, as labels."""
    taxonomy = load_taxonomy(TAXONOMY)
    ids = {one.code: one.id for one in taxonomy.types}
    return [
        Label(row.id, ids[code], "yes", "анна", WHEN, how, name_of(taxonomy))
        for row in reviews.head(n).itertuples()
        for code in row.types.split("|")
        if code in ids
    ]


@pytest.fixture
def few(reviews, tmp_path):
    """The first 150 reviews of the sample as a file, so that a test takes a moment."""
    reviews.head(150).drop(columns="date").to_csv(tmp_path / "few.csv", index=False)
    return tmp_path / "few.csv"


def test_a_cold_start_writes_a_batch_with_types_asked_for(told, few, tmp_path):
    out = tmp_path / "queue.csv"
    code, lines = told("labels", "queue", "none", few, "--taxonomy", TAXONOMY, "-n", 20, "-o", out)
    assert code == 0
    assert lines[-1].startswith("labels queue: 150 reviews, 0 with a label: 20 in ")
    rows = read_table(out)
    assert list(rows.columns[: len(COLUMNS)]) == COLUMNS
    assert rows["id"].nunique() == 20
    assert (rows["random"] == "yes").sum() == 2
    asked = rows[rows["why"] == "rare type"]
    assert len(asked) == 2
    assert set(asked["asked_for"]) <= set(load_taxonomy(TAXONOMY).codes)
    assert set(rows["suggested"]) == {""}


def test_labelled_reviews_are_left_out_and_those_that_only_rules_labelled_are_not(few, reviews, tmp_path):
    frame = read_reviews(str(few)).reviews
    told = given(reviews, 100)
    found = queue_labels(frame, tmp_path / "a.csv", 150, taxonomy=TAXONOMY, labels=told)
    assert found.n_done == len({one.review for one in told})
    assert not set(found.rows["id"]) & {one.review for one in told}
    by_rules = queue_labels(frame, tmp_path / "b.csv", 150, taxonomy=TAXONOMY, labels=given(reviews, 100, how="rule"))
    assert by_rules.n_done == 0
    assert len(by_rules.rows) > 100


def test_a_bundle_suggests_types(told, few, tmp_path):
    experiment = Experiment(name="small", data=Data(labelled=str(few)), model=Model(encoder="none", folds=2))
    taxonomy = load_taxonomy(TAXONOMY)
    labelled = labelled_set(read_reviews(str(few)).reviews, experiment.data, taxonomy)
    write_bundle(tmp_path / "bundle", train_model(labelled, taxonomy, experiment, compared=False).bundle)
    code, lines = told("labels", "queue", tmp_path / "bundle", few, "-n", 10, "-o", tmp_path / "queue.jsonl")
    assert code == 0, lines
    rows = read_table(tmp_path / "queue.jsonl")
    assert set(rows["why"]) == {"random", "rare type", "unsure"}
    assert all(len(cell.split("|")) == 3 for cell in rows["suggested"])
    assert all(
        list(map(float, cell.split("|"))) == sorted(map(float, cell.split("|")), reverse=True)
        for cell in rows["probability"]
    )
    code, line = told("labels", "queue", tmp_path / "bundle", few, "--taxonomy", TAXONOMY, "-o", tmp_path / "q.csv")
    assert code == 2
    assert "--taxonomy: a bundle and a taxonomy file, expected one of them" in line


def test_personal_data_is_masked_unless_told(tmp_path, workspace):
    text = "Курьер Алексей, 8 (900) 000-12-34, не приехал"
    frame = tmp_path / "one.csv"
    pd.DataFrame({"id": ["a", "b"], "text": [text, "Чайник течёт"]}).to_csv(frame, index=False)
    reviews = read_reviews(str(frame)).reviews
    masked = queue_labels(reviews, tmp_path / "a.csv", 2).rows
    raw = queue_labels(reviews, tmp_path / "b.csv", 2, mask=False).rows
    assert not masked.map(lambda cell: "000-12-34" in str(cell)).to_numpy().any()
    assert raw.map(lambda cell: "000-12-34" in str(cell)).to_numpy().any()


def test_swapped_labels_are_found_by_the_audit(told, reviews, tmp_path):
    rng = np.random.default_rng(3)
    single = reviews[~reviews["types"].str.contains("|", regex=False) & (reviews["types"] != "")].head(400)
    codes = sorted(set(single["types"]))
    wrong = rng.choice(len(single), 40, replace=False)
    types = single["types"].tolist()
    for i in wrong:
        types[i] = str(rng.choice([code for code in codes if code != types[i]]))
    path = tmp_path / "labelled.csv"
    single.assign(types=types).drop(columns="date").to_csv(path, index=False)
    (tmp_path / "x.yaml").write_text(
        f"name: x\ndata: {{labelled: '{path}'}}\ntaxonomy: {TAXONOMY}\nmodel: {{encoder: none, folds: 3}}\n",
        encoding="utf-8",
    )
    code, lines = told("labels", "audit", tmp_path / "x.yaml", "-o", tmp_path / "audit.csv")
    assert code == 0, lines
    assert lines[-1].startswith("labels audit: 400 labels, about ")
    rows = read_table(tmp_path / "audit.csv")
    ids = {single["id"].iloc[i] for i in wrong}
    assert rows["id"].head(60).isin(ids).sum() >= 24  # recall .6 in the first 15 %
    assert list(rows["expected"].astype(float)) == sorted(rows["expected"].astype(float))
    assert rows["neighbour_1"].head(20).str.contains(r"\[.+\]").all()
    assert (rows["given"] != rows["suggested"]).all()


def test_advice_follows_the_learning_curve():
    def curve(right):
        """Counts of 300 reviews at three sizes, of which so many are answered rightly."""
        counts = np.zeros((3, 300, 2))
        counts[:, :, 1] = 2
        for k, n in enumerate(right):
            counts[k, :n, 0] = 2
        return fit_curve([100, 200, 400], counts, [str(i) for i in range(300)], 400, 1)

    assert advice_of(curve((90, 150, 210))).startswith("advice: go on, the next 500 labels are expected to bring +")
    assert advice_of(curve((270, 270, 270))).startswith("advice: stop, the next 500 labels")


def test_advice_needs_types_and_a_hundred_labels(reviews):
    with pytest.raises(ReviewmineError, match="--advice: no types to learn, expected a bundle or a taxonomy"):
        advice(reviews, None, [])
    assert "a learning curve needs 100" in advice(reviews, load_taxonomy(TAXONOMY), given(reviews, 30))


@pytest.mark.long
def test_advice_on_the_sample(told, reviews, tmp_path):
    write_labels(tmp_path / "labels.jsonl", given(reviews, 300))
    out, labels = tmp_path / "q.csv", tmp_path / "labels.jsonl"
    code, lines = told(
        "labels", "queue", "none", SAMPLE, "--taxonomy", TAXONOMY, "--labels", labels, "--advice", "-o", out
    )
    assert code == 0, lines
    assert lines[-2].startswith("advice: ")
    assert "points of micro F1" in lines[-2]
