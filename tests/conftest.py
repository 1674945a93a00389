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


def trained_bundle(folder: Path) -> Path:
    """Train on the sample without tracking and return the bundle written under ``folder``."""
    from reviewmine.classify.train import train_model
    from reviewmine.corpus.read import read_reviews
    from reviewmine.labels.dataset import labelled_set
    from reviewmine.router import write_bundle
    from reviewmine.settings import load_experiment
    from reviewmine.taxonomy.model import load_taxonomy

    experiment = load_experiment(ROOT / "experiments/demo.yaml")
    taxonomy = load_taxonomy(ROOT / str(experiment.taxonomy))
    reviews = read_reviews(ROOT / str(experiment.data.labelled)).reviews
    trained = train_model(labelled_set(reviews, experiment.data, taxonomy), taxonomy, experiment)
    write_bundle(folder / "bundle", trained.bundle)
    return folder / "bundle"
