"""The store: one process makes it, nothing in it names a folder of this machine."""

import subprocess
import sys

import pytest

from reviewmine.tracking import portable
from reviewmine.tracking.store import open_mlflow

FIRST = """
from reviewmine.tracking.store import experiment_id, open_mlflow
mlflow = open_mlflow()
number = experiment_id(mlflow, "shared")
with mlflow.start_run(experiment_id=number):
    mlflow.log_metric("x", 1)
print(number)
"""


def test_four_processes_at_once_make_one_store(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    ended = [one.communicate(timeout=300) for one in started]
    assert [one.returncode for one in started] == [0] * 4, [err[-500:] for _, err in ended]
    numbers = {out.strip().splitlines()[-1] for out, _ in ended}
    assert len(numbers) == 1
    monkeypatch.chdir(tmp_path)
    assert len(open_mlflow().search_runs(experiment_ids=list(numbers))) == 4


def test_telemetry_and_pickles_stay_off_whatever_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "false")
    mlflow = open_mlflow()
    import os

    assert os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] == "false"
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"

    class Pickled(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return model_input

    mlflow.pyfunc.save_model(str(tmp_path / "model"), python_model=Pickled(), pip_requirements=["numpy"])
    with pytest.raises(mlflow.exceptions.MlflowException, match=r"(?i)pickle"):
        mlflow.pyfunc.load_model(str(tmp_path / "model"))


def test_no_logged_text_is_an_absolute_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEWMINE_DATA", "/srv/data")
    assert portable(
        {
            "labelled": f"{tmp_path}/data/a.csv",
            "unlabelled": "/srv/data/delivery/b.csv",
            "taxonomy": "/home/someone/t.yaml",
            "windows": "C:\\Users\\someone\\t.yaml",
            "encoder": f"sentence:{tmp_path}/models/small",
            "relative": "data/a.csv",
            "word": "/",
            "several": ("/srv/data/x.csv", 3, None),
        }
    ) == {
        "labelled": "data/a.csv",
        "unlabelled": "${REVIEWMINE_DATA}/delivery/b.csv",
        "taxonomy": "${OUTSIDE}/t.yaml",
        "windows": "${OUTSIDE}/t.yaml",
        "encoder": "sentence:models/small",
        "relative": "data/a.csv",
        "word": "/",
        "several": ["${REVIEWMINE_DATA}/x.csv", 3, None],
    }
