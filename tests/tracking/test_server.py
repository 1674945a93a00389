"""The same run on a real MLflow server on loopback: trained, promoted, replayed, loaded."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tracking.small import make_small

pytestmark = pytest.mark.slow
RUN = Path("experiments/runs/small")
MODEL = "reviewmine-small"


def test_a_server_takes_the_same_run(tmp_path, served, cli, monkeypatch):
    folder = make_small(tmp_path / "client")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", served)
    code, out, err = cli("train", "x.yaml")
    assert code == 0, err
    assert f"{MODEL} version 1 @challenger" in out
    run_id = json.loads((folder / RUN / "run.json").read_text(encoding="utf-8"))["run_id"]
    for arguments, line in ((("promote", "small"), "is champion"), (("replay", run_id), "the same sha256")):
        code, out, err = cli(*arguments)
        assert code == 0, err
        assert line in out
    assert not (folder / "experiments/mlflow.db").exists()
    ask = f"from reviewmine.tracking import load_model; print(load_model({MODEL!r}, 'champion').predict(['Где заказ?'])[0]['action'])"
    done = subprocess.run([sys.executable, "-c", ask], cwd=folder, capture_output=True, text=True)
    assert done.stdout.strip() in {"auto", "suggest", "human"}, done.stderr
