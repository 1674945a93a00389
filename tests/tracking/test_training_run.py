"""A tracked training run: what is logged, what is not, replay and promotion."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from reviewmine import workflow
from reviewmine.errors import GateError, ReviewmineError
from reviewmine.router import Router
from reviewmine.tracking import load_model, version_at
from reviewmine.tracking.store import open_mlflow
from tracking.small import make_small

pytestmark = pytest.mark.slow
RUN = Path("experiments/runs/small")
MODEL = "reviewmine-small"


def kept() -> dict[str, str]:
    return json.loads((RUN / "run.json").read_text(encoding="utf-8"))


def artifacts(run_id: str) -> dict[str, Path]:
    folder = Path(open_mlflow().artifacts.download_artifacts(run_id=run_id))
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def test_figures_fingerprint_and_surroundings_are_logged(tracked):
    run = open_mlflow().get_run(kept()["run_id"])
    card = json.loads((RUN / "model_card.json").read_text(encoding="utf-8"))
    for part, ending in (("value", ""), ("low", "_low"), ("high", "_high")):
        assert run.data.metrics[f"micro_f1{ending}"] == card["metrics"]["micro_f1"][part]
        assert run.data.metrics[f"baseline_tfidf_svc_lrap{ending}"] == card["baselines"]["tfidf_svc"]["lrap"][part]
    params = run.data.params
    assert params["settings.split.test"] == "0.25"
    assert int(params["made_with.blas_threads"]) >= 1
    assert params["made_with.git_commit"] == "absent (not a git checkout)"
    assert params["made_with.lock_sha256"] == "absent (no uv.lock)"
    assert params["data_fingerprint.rows"] == str(sum(card["rows"][part] for part in ("train", "calibration", "test")))
    dataset = run.inputs.dataset_inputs[0].dataset
    assert params["data_fingerprint.sha256"].startswith(dataset.digest)
    assert json.loads(dataset.source) == {"uri": "labels.csv"}
    columns = {column["name"] for column in json.loads(dataset.schema)["mlflow_colspec"]}
    assert {"id", "types", "rating"} <= columns


def test_card_pictures_and_rows_are_among_the_artifacts(tracked):
    found = artifacts(kept()["run_id"])
    pictures = {"figures", "types", "confusions", "reliability", "risk_coverage"}
    assert {f"pictures/{name}.png" for name in pictures} <= set(found)
    assert all(found[f"pictures/{name}.png"].read_bytes()[:4] == b"\x89PNG" for name in pictures)
    assert {"card.json", "provenance.json", "settings/used.yaml", "settings/taxonomy.yaml"} <= set(found)
    answers = json.loads(found["test/answers.json"].read_text(encoding="utf-8"))
    assert {*answers["rows"][0]} == {"id", "group", "truth", "chosen"}


def test_no_review_is_in_the_store(tracked):
    """Texts stay in the user's file; the bundle's golden set, where they are masked and cut, is the one place."""
    rows = pd.read_csv("labels.csv", dtype=str, keep_default_na=False)
    texts = [text for text in rows["comment"] if len(text) > 40]
    assert len(texts) > 20
    for path in [Path("experiments/mlflow.db"), *artifacts(kept()["run_id"]).values()]:
        content = path.read_bytes()
        assert not [text for text in texts if text.encode() in content], path.name


def test_nothing_logged_names_a_folder_of_this_machine(tracked_folder):
    folders = {str(tracked_folder), str(Path.home()), str(Path(workflow.__file__).parents[1])}
    for path in [*(tracked_folder / "experiments").rglob("*")]:
        if path.is_file():
            content = path.read_bytes()
            assert not [folder for folder in folders if f"{folder}/".encode() in content], path
    database = sqlite3.connect(tracked_folder / "experiments/mlflow.db")
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    cells = [str(cell) for table in tables for row in database.execute(f'SELECT * FROM "{table}"') for cell in row]
    assert len(cells) > 200
    assert not [cell for cell in cells if cell.startswith(("/", "file:")) or "file:/" in cell]


def test_the_model_is_code_with_typed_input_and_stated_requirements(tracked):
    sources = list(sys.path)
    model = load_model(MODEL)
    assert sys.path == sources  # the few sources beside the model must not hide the package
    version = open_mlflow().MlflowClient().get_model_version_by_alias(MODEL, "challenger")
    assert "micro_f1 | " in version.description
    assert version.description in open_mlflow().MlflowClient().get_registered_model(MODEL).description
    assert model.metadata.flavors["python_function"]["model_code_path"] == "pyfunc.py"
    assert "python_model" not in model.metadata.flavors["python_function"]  # where a pickle would be named
    needed = {line.partition("==")[0] for line in requirements(version)}
    assert needed == {"mlflow", "numpy", "safetensors"}
    texts = ["Когда будет доставка?", "Спасибо, всё отлично", "Коробка мятая, крышка треснула"]
    routed = [decision.to_json() for decision in Router.load(RUN / "bundle").route_many(texts)]
    assert json.loads(json.dumps(model.predict(texts))) == json.loads(json.dumps(routed))
    with pytest.raises(Exception, match="list"):
        model.predict(7)


def requirements(version) -> list[str]:
    folder = open_mlflow().artifacts.download_artifacts(artifact_uri=f"models:/{MODEL}/{version.version}")
    return (Path(folder) / "requirements.txt").read_text(encoding="utf-8").splitlines()


def test_the_sources_beside_the_model_are_all_that_it_needs(tracked, tmp_path):
    version = open_mlflow().MlflowClient().get_model_version_by_alias(MODEL, "challenger")
    folder = open_mlflow().artifacts.download_artifacts(artifact_uri=f"models:/{MODEL}/{version.version}")
    code = (
        f"import sys; sys.path.insert(0, {str(Path(folder) / 'code')!r})\n"
        "import reviewmine.router as r\n"
        f"assert r.__file__.startswith({folder!r}), r.__file__\n"
        f"print(r.verify(r.Router.load({str(Path(folder) / 'artifacts/bundle')!r})))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 20


def test_a_replay_gives_the_same_bundle(tracked):
    said = []
    result = workflow.replay(kept()["run_id"], say=said.append)
    assert result.same
    assert result.rebuilt_sha256 == kept()["bundle_sha256"]
    assert result.differences == ()
    assert "the same sha256" in said[-1]
    for path in (RUN / "bundle").iterdir():
        assert path.read_bytes() == (result.bundle / path.name).read_bytes()
    result.check()


def test_a_replay_names_the_rows_that_differ(tracked):
    rows = pd.read_csv("labels.csv", dtype=str, keep_default_na=False)
    removed, changed = rows["id"][0], rows["id"][1]
    rows.loc[1, "comment"] += " и ещё одно слово"
    rows.loc[0, "id"] = "совсем-новый"
    rows.to_csv("labels.csv", index=False)
    result = workflow.replay(kept()["run_id"])
    assert not result.same
    (line,) = result.differences
    assert f"1 labelled rows added (совсем-новый), 1 labelled rows removed ({removed})" in line
    assert f"1 labelled rows changed ({changed})" in line
    with pytest.raises(GateError, match="labelled rows changed") as refused:
        result.check()
    assert refused.value.exit_code == 1


def test_a_replay_says_that_texts_without_types_differ(tracked):
    """They tell what words mean, so the weights depend on them; no labelled row has changed."""
    rows = pd.read_csv("labels.csv", dtype=str, keep_default_na=False)
    rows.loc[len(rows)] = {"id": "z1", "comment": "без типа"} | dict.fromkeys({*rows.columns} - {"id", "comment"}, "")
    rows.to_csv("labels.csv", index=False)
    result = workflow.replay(kept()["run_id"])
    assert not result.same
    assert result.differences[0] == "data: the labelled rows are the same, the 1 texts without types are not"


def test_a_replay_names_settings_and_libraries_that_differ(tracked, monkeypatch):
    module = sys.modules["reviewmine.workflow.replay"]  # the package has the function under that name
    real = module.provenance()
    other = real | {"git_commit": "0" * 40, "versions": real["versions"] | {"numpy": "0.0.1"}}
    monkeypatch.setattr(module, "provenance", lambda: other)
    result = workflow.replay(kept()["run_id"], ["model.c=3.5"])
    told = "; ".join(result.differences)
    assert not result.same
    assert "settings_sha256 was " in told
    assert "weights.safetensors" in told
    assert f"git commit was absent (not a git checkout), is {'0' * 40}" in told
    assert f"numpy was {real['versions']['numpy']}, is 0.0.1" in told


def test_a_replay_uses_the_taxonomy_as_it_was(tracked):
    text = Path("taxonomy.yaml").read_text(encoding="utf-8")
    Path("taxonomy.yaml").write_text(
        text.replace("title: ", "title: Иначе: ", 1).replace("Иначе: ", "Иначе "), encoding="utf-8"
    )
    assert workflow.replay(kept()["run_id"]).same


def test_a_replay_of_nothing_says_so(tracked):
    with pytest.raises(ReviewmineError, match="no run 'ffff'"):
        workflow.replay("ffff")


def test_the_first_challenger_becomes_champion_and_a_worse_one_does_not(tracked):
    assert version_at(MODEL, "champion") is None
    assert workflow.promote("small").champion is None
    first = version_at(MODEL, "champion")
    assert workflow.promote(MODEL).how == "it is the champion already"
    workflow.train("x.yaml", ["model.c=0.000001", "gates={}"])
    with pytest.raises(
        GateError, match=r"it is worse, micro F1 0\.\d+ against 0\.\d+, difference -0\.\d+ \[-"
    ) as refused:
        workflow.promote("small")
    assert refused.value.exit_code == 1
    assert version_at(MODEL, "champion") == first
    workflow.promote("small", force="старая модель снята с поддержки")
    now = version_at(MODEL, "champion")
    assert now != first
    tags = open_mlflow().MlflowClient().get_model_version(MODEL, now.number).tags
    assert tags["promoted_by_force"].startswith("старая модель снята с поддержки (against: it is worse")
    assert tags["promoted_over"] == first.number


def test_models_of_other_test_rows_are_answered_anew(tracked):
    workflow.promote("small")
    workflow.train("x.yaml", ["seed=99", "gates={}"])
    rows = len(json.loads(artifacts(kept()["run_id"])["test/answers.json"].read_text(encoding="utf-8"))["rows"])
    shutil.copy("labels.csv", "safe.csv")
    frame = pd.read_csv("labels.csv", dtype=str, keep_default_na=False)
    frame.iloc[:-1].to_csv("labels.csv", index=False)
    with pytest.raises(
        GateError, match=r"not measured on the same rows, and cannot be now: labels\.csv: its sha256 is"
    ):
        workflow.promote("small")
    shutil.copy("safe.csv", "labels.csv")
    result = workflow.promote("small")
    assert "answered anew, " in result.how
    assert 0 < result.n_rows < rows  # those that the champion had learned are left out


def test_a_failed_gate_ends_with_one_and_stands_in_the_summary(tmp_path, cli, monkeypatch):
    folder = make_small(tmp_path)
    monkeypatch.chdir(folder)
    code, _, err = cli("train", "x.yaml", "--no-track", "--summary", "out/s.md", "--set", "gates={micro_f1: 0.99}")
    assert code == 1
    assert "reviewmine: small: micro_f1 is 0." in err
    text = (folder / "out/s.md").read_text(encoding="utf-8")
    assert text.startswith("## ❌ small: gate failed")
    assert "❌ micro_f1 is 0." in text
    assert "the gate is at least 0.99" in text


def test_the_settings_logged_are_those_used(tracked):
    logged = yaml.safe_load(artifacts(kept()["run_id"])["settings/used.yaml"].read_text(encoding="utf-8"))
    assert logged["data"]["labelled"] == "labels.csv"
    assert logged["split"]["test"] == 0.25
