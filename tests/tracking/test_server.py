"""The same run on a real MLflow server on loopback: trained, promoted, replayed, loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tracking.small import command, make_small

pytestmark = pytest.mark.slow
RUN = Path("experiments/runs/small")
MODEL = "reviewmine-small"


def test_a_server_takes_the_same_run(tmp_path, served):
    folder = make_small(tmp_path / "client")
    done = command(folder, "train", "x.yaml", MLFLOW_TRACKING_URI=served)
    assert done.returncode == 0, done.stderr
    assert f"{MODEL} version 1 @challenger" in done.stdout
    run_id = json.loads((folder / RUN / "run.json").read_text(encoding="utf-8"))["run_id"]
    for arguments, line in ((("promote", "small"), "is champion"), (("replay", run_id), "the same sha256")):
        done = command(folder, *arguments, MLFLOW_TRACKING_URI=served)
        assert done.returncode == 0, done.stderr
        assert line in done.stdout
    assert not (folder / "experiments/mlflow.db").exists()
    ask = f"from reviewmine.tracking import load_model; print(load_model({MODEL!r}, 'champion').predict(['Где заказ?'])[0]['action'])"
    environment = os.environ | {"MLFLOW_TRACKING_URI": served}
    done = subprocess.run([sys.executable, "-c", ask], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() in {"auto", "suggest", "human"}, done.stderr
