"""The whole chain on the shipped sample, from the command to the page: files, figures, MLflow, the same answers everywhere."""

import json
from pathlib import Path

import pandas as pd
import pytest

from conftest import call, make_workspace
from reviewmine.router import Router, bundle_sha256, verify
from tracking.small import make_small

pytestmark = pytest.mark.slow
RUN = Path("experiments/runs/demo")


def test_it_says_where_things_are(demo):
    _, out = demo
    for stage in ("read", "statements", "discover", "train", "score", "insights", "report"):
        assert f"\n{stage}: " in f"\n{out}"
    last = out.strip().splitlines()[-1]
    assert f"bundle: {RUN}/bundle" in last
    assert "MLflow: sqlite:///experiments/mlflow.db, run " in last
    assert f"report: {RUN}/report.html" in last


def test_every_stage_leaves_its_files(demo):
    folder, _ = demo
    names = ["reviews.parquet", "rejects.csv", "statements.parquet", "topics/assignments.csv", "topics/draft.yaml"]
    names += [
        "topics/evidence.jsonl",
        "topics/card.json",
        "bundle/manifest.json",
        "model_card.json",
        "used.yaml",
        "run.json",
    ]
    names += ["scored.csv", "insights/insights.json", "insights/mentions.csv", "insights/alerts.json"]
    names += ["insights/webhooks.jsonl", "digests/index.html", "report.html"]
    assert [name for name in names if not (folder / RUN / name).is_file()] == []


def test_it_leaves_the_recorded_results_alone(demo):
    folder, _ = demo
    assert list((folder / "experiments/results").iterdir()) == []


def test_assignments_point_into_the_reviews(demo):
    folder, _ = demo
    reviews = pd.read_parquet(folder / RUN / "reviews.parquet").set_index("id")
    rows = pd.read_csv(folder / RUN / "topics/assignments.csv")
    assert list(rows.columns) == ["review_id", "statement_id", "field", "start", "end", "topic", "probability"]
    for row in rows.itertuples():
        assert 0 <= row.start < row.end <= len(reviews.loc[row.review_id, row.field])
    assert (rows["topic"] != "rest").mean() > 0.8


def test_scored_file_has_the_contract_columns(demo):
    folder, _ = demo
    scored = pd.read_csv(folder / RUN / "scored.csv", dtype=str)
    assert list(scored.columns) == ["id", "kind", "type", "types", "probability", "action", "owner", "alternatives"]
    assert len(scored) == len(pd.read_csv(folder / "data/sample/reviews.csv"))
    assert set(scored["action"]) <= {"auto", "suggest", "human"}


def test_the_model_beats_the_baselines_it_is_shown_with(demo):
    folder, _ = demo
    card = json.loads((folder / RUN / "model_card.json").read_text(encoding="utf-8"))
    f1 = card["metrics"]["micro_f1"]
    assert f1["low"] < f1["value"] < f1["high"]
    assert f1["low"] > card["baselines"]["majority"]["micro_f1"]["high"]
    assert card["gates"] == {"asked": {"micro_f1": 0.5, "ece": 0.12}, "failed": []}


def test_the_report_counts_what_was_read(demo):
    folder, _ = demo
    page = (folder / RUN / "report.html").read_text(encoding="utf-8")
    found = json.loads((folder / RUN / "insights/insights.json").read_text(encoding="utf-8"))
    assert "Не дозвониться" in page
    assert sum(found["queue"].values()) + found["n_labelled"] == found["n_reviews"]
    mentions = pd.read_csv(folder / RUN / "insights/mentions.csv", dtype=str)
    assert {kind["code"]: kind["n"] for kind in found["types"]} == mentions["code"].value_counts().to_dict()


def test_the_bundle_verifies_and_holds_no_machine(demo):
    folder, out = demo
    assert f"sha256 {bundle_sha256(folder / RUN / 'bundle')}" in out  # the README's training gives it again: test_docs
    assert verify(Router.load(folder / RUN / "bundle")) >= 200
    for path in (folder / RUN / "bundle").iterdir():
        assert str(folder).encode() not in path.read_bytes()
        assert str(Path.home()).encode() not in path.read_bytes()


def test_every_way_to_ask_gives_the_same_answer(demo, monkeypatch):
    folder, _ = demo
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    from reviewmine.classify.golden import NASTY
    from reviewmine.tracking import load_model

    rows = pd.read_parquet(RUN / "reviews.parquet").head(200)
    reviews = [
        {key: row[key] for key in ("id", "pros", "cons", "comment", "text", "rating", "channel", "group")}
        for row in rows.to_dict("records")
    ]
    texts = [*NASTY, "Курьер опоздал на два дня"]
    routed = [decision.to_json() for decision in Router.load(RUN / "bundle").route_many([*reviews, *texts])]
    by_mlflow = load_model("reviewmine-demo").predict([*reviews, *texts])
    assert json.loads(json.dumps(by_mlflow)) == json.loads(json.dumps(routed))
    scored = pd.read_csv(RUN / "scored.csv", dtype=str).head(200)
    assert scored["types"].tolist() == ["|".join(kind["code"] for kind in answer["types"]) for answer in routed[:200]]
    assert scored["action"].tolist() == [answer["action"] for answer in routed[:200]]


def test_the_run_is_kept_in_mlflow(demo, monkeypatch):
    folder, _ = demo
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///experiments/mlflow.db")
    import mlflow

    kept = json.loads((folder / RUN / "run.json").read_text(encoding="utf-8"))
    run = mlflow.get_run(kept["run_id"])
    card = json.loads((folder / RUN / "model_card.json").read_text(encoding="utf-8"))
    assert run.data.metrics["micro_f1"] == card["metrics"]["micro_f1"]["value"]
    assert run.data.tags["bundle_sha256"] == kept["bundle_sha256"] == bundle_sha256(folder / RUN / "bundle")
    version = mlflow.MlflowClient().get_model_version_by_alias("reviewmine-demo", "challenger")
    assert str(version.version) == str(kept["version"])
    assert version.tags["bundle_sha256"] == kept["bundle_sha256"]
    logged = {one.path for one in mlflow.MlflowClient().list_artifacts(kept["run_id"], "insights")}
    assert logged == {"insights/report.html", "insights/alerts.json", "insights/digests"}


def test_a_model_below_its_gates_is_not_registered(tmp_path, cli, monkeypatch):
    folder = make_small(tmp_path)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    code, _, line = cli("train", "x.yaml", "--set", "name=strict", "--set", "gates={micro_f1: 0.99}")
    assert code == 1
    assert "reviewmine: strict: micro_f1 is 0." in line
    assert "the gate is at least 0.99" in line
    kept = json.loads((folder / "experiments/runs/strict/run.json").read_text(encoding="utf-8"))
    assert kept["version"] == ""


@pytest.mark.long
def test_a_run_without_labels_reports_topics(tmp_path):
    folder = make_workspace(tmp_path)
    raw = pd.read_csv(folder / "data/sample/reviews.csv", dtype=str, keep_default_na=False)
    raw[["id", "pros", "cons", "comment", "rating"]].to_csv(folder / "raw.csv", index=False)
    (folder / "x.yaml").write_text(
        "name: topics\ndata: {unlabelled: raw.csv}\ndiscover: {types: 12}\n", encoding="utf-8"
    )
    out = call(folder, "run", "x.yaml")
    assert "recorded in experiments/results/topics.json" in out
    run = folder / "experiments/runs/topics"
    reviews = pd.read_parquet(run / "reviews.parquet").set_index("id")
    cut = pd.read_parquet(run / "statements.parquet").set_index("statement_id")["text"]
    for row in pd.read_csv(run / "topics/assignments.csv").itertuples():
        assert reviews.loc[row.review_id, row.field][row.start : row.end] == cut[row.statement_id]
    assert "| topics | " in (folder / "experiments/README.md").read_text(encoding="utf-8")
    found = json.loads((folder / "experiments/runs/topics/insights/insights.json").read_text(encoding="utf-8"))
    assert 8 <= len(found["types"]) <= 12
    assert all(kind["quotes"] for kind in found["types"])


def test_the_closing_line_of_training_tells_of_older_codes():
    from types import SimpleNamespace

    from reviewmine.workflow.training import TrainResult

    rows = {"train": 60, "calibration": 20, "test": 20, "unused": 3, "unlabelled": 2}
    metrics = {"micro_f1": {"value": 0.7}, "lrap": {"value": 0.8}}
    trained = SimpleNamespace(card={"metrics": metrics, "rows": rows, "n_types": 4})
    plain = TrainResult(trained, RUN / "bundle", "ab", None)
    assert "100 labelled rows (5 not used) -> 4 types" in plain.line
    told = TrainResult(trained, RUN / "bundle", "ab", None, {f"old-{n}": f"new-{n}" for n in range(7)}, 31)
    assert "(5 not used, 31 with older codes read as old-0 -> new-0, old-1 -> new-1," in told.line
    assert "old-4 -> new-4 and 2 more) -> 4 types" in told.line
