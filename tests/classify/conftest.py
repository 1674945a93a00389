"""The shipped sample, read once, and one model trained on it."""

from pathlib import Path

import pytest

from reviewmine.classify.train import train_model
from reviewmine.corpus.read import read_reviews
from reviewmine.labels.dataset import labelled_set
from reviewmine.router import Router
from reviewmine.settings import Data, Experiment, Model, PolicySettings
from reviewmine.taxonomy.model import load_taxonomy

ROOT = Path(__file__).parents[2]
DATA = Data(labelled="data/sample/reviews.csv", extras={"categorical": ["channel", "group"], "numeric": ["rating"]})
MODEL = Model(c=1.0, negation=True, folds=3)  # as in experiments/demo.yaml


@pytest.fixture(scope="session")
def sample():
    return read_reviews(ROOT / "data/sample/reviews.csv").reviews


@pytest.fixture(scope="session")
def taxonomy():
    return load_taxonomy(ROOT / "data/taxonomies/marketplace-ru.yaml")


@pytest.fixture(scope="session")
def experiment():
    return Experiment(name="sample", data=DATA, model=MODEL, policy=PolicySettings(target_precision=0.85))


@pytest.fixture(scope="session")
def labelled(sample, taxonomy):
    return labelled_set(sample, DATA, taxonomy)


@pytest.fixture(scope="session")
def trained(labelled, taxonomy, experiment):
    return train_model(labelled, taxonomy, experiment)


@pytest.fixture(scope="session")
def router(trained):
    return Router(trained.bundle)
