"""Results are recorded as figures, and the table in the README is made from them."""

import json

import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.results import BEGIN, END, record_result, results_table, with_table
from reviewmine.settings import Data, Experiment

FIGURE = {"value": 0.61234, "low": 0.55, "high": 0.66}
DISCOVERY = {"n_statements": 900, "n_topics": 12, "coverage": 0.947, "seed_ari": 0.4, "left_out": {"null answers": 3}}
LABELS = {"n": 500, "n_types": 9, "covered": 0.9, "ami": FIGURE, "v": FIGURE}
NAMES = "micro_f1 macro_f1 accuracy lrap p_at_1 hit_at_3 ece auto_share auto_precision brier".split()
MODEL = {
    "rows": {"train": 700, "calibration": 100, "test": 200},
    "n_types": 9,
    "metrics": dict.fromkeys(NAMES, FIGURE),
    "baselines": {"tfidf_svc": dict.fromkeys(NAMES, FIGURE), "majority": dict.fromkeys(NAMES, FIGURE)},
    "confusions": [{"type": "текст", "taken_for": "другой", "n": 1}],
}


def experiment(name):
    return Experiment(name=name, data=Data(labelled="a.csv"))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "README.md").write_text(f"# До\n{BEGIN}\nold\n{END}\nпосле\n", encoding="utf-8")
    return tmp_path / "results"


def test_a_result_holds_figures_only(folder):
    path = record_result(folder, experiment("full"), DISCOVERY | {"against_labels": LABELS}, MODEL)
    result = json.loads(path.read_text(encoding="utf-8"))
    assert path == folder / "full.json"
    assert result["discovery"] == {
        "n_statements": 900,
        "n_topics": 12,
        "coverage": 0.947,
        "seed_ari": 0.4,
        "n": 500,
        "n_types": 9,
        "ami": FIGURE,
        "v": FIGURE,
    }
    assert set(result["model"]) == {"rows", "n_types", "metrics", "baselines"}
    assert set(result["model"]["metrics"]) == set(NAMES) - {"brier"}
    assert set(result["model"]["baselines"]["majority"]) == {"micro_f1", "lrap"}


def test_the_table_has_a_row_a_result(folder):
    record_result(folder, experiment("full"), DISCOVERY | {"against_labels": LABELS}, MODEL)
    record_result(folder, experiment("bare"), DISCOVERY, None)
    head, line, bare, full = results_table(folder).splitlines()
    assert head.count("|") == line.count("|") == bare.count("|") == full.count("|")
    assert bare == "| bare | 12 | 94.7% | – | – | – | – | – | – | – | – |"
    assert full == "| full | 12 | 94.7% | 0.612 | 9 | 200 | 0.612 [0.550, 0.660] | 0.612 | 0.612 | 0.612 | 61% at 61% |"


def test_without_automatic_rows_there_is_no_precision(folder):
    never = {"auto_share": FIGURE | {"value": 0.0}, "auto_precision": FIGURE | {"value": float("nan")}}
    record_result(folder, experiment("full"), DISCOVERY, MODEL | {"metrics": MODEL["metrics"] | never})
    assert results_table(folder).endswith("| 0% |")


def test_the_readme_follows(folder):
    for _ in range(2):
        record_result(folder, experiment("bare"), DISCOVERY, None)
    text = (folder.parent / "README.md").read_text(encoding="utf-8")
    assert text == f"# До\n{BEGIN}\n{results_table(folder)}\n{END}\nпосле\n"


def test_without_a_readme_the_result_stands_alone(tmp_path):
    record_result(tmp_path / "results", experiment("bare"), DISCOVERY, None)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["bare.json"]


@pytest.mark.parametrize("text", ["", BEGIN, f"{BEGIN}{END}{BEGIN}", END])
def test_markers_must_stand_once(text):
    with pytest.raises(
        ReviewmineError, match=r"README\.md: the markers of the results table are missing.*; put them back"
    ):
        with_table(text, "| a |", "README.md")


def test_a_backslash_in_the_table_is_kept():
    assert r"\1 \n" in with_table(f"{BEGIN}{END}", r"| \1 \n |", "x")
