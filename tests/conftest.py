"""What several tests share: a workspace like a fresh clone's, and one trained model of the sample."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def make_workspace(folder: Path) -> Path:
    """Copy what the experiments need of the repository into ``folder``."""
    shutil.copytree(ROOT / "data/sample", folder / "data/sample")
    shutil.copytree(ROOT / "data/taxonomies", folder / "data/taxonomies")
    (folder / "experiments/results").mkdir(parents=True)
    for path in [*ROOT.glob("experiments/*.yaml"), ROOT / "experiments/README.md"]:
        shutil.copy(path, folder / "experiments")
    return folder


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """An empty workspace, entered; MLflow keeps its store inside it."""
    monkeypatch.chdir(make_workspace(tmp_path / "workspace"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return Path.cwd()
