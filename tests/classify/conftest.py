"""The shipped sample, read once, and the model that the demo trained on it."""

import json
from pathlib import Path

import pytest

from conftest import DEMO_BUNDLE
from reviewmine.classify.train import Trained, train_model
from reviewmine.corpus.read import read_reviews
from reviewmine.labels.dataset import labelled_set
from reviewmine.router import Router, read_bundle
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
def trained(demo):
    """What the demo made of the whole sample, but for what it learned: training takes most of a minute."""
    card = json.loads((demo[0] / DEMO_BUNDLE.with_name("model_card.json")).read_text(encoding="utf-8"))
    return Trained(read_bundle(demo[0] / DEMO_BUNDLE), card, tuple(card["gates"]["failed"]), {})


@pytest.fixture(scope="session")
def router(trained):
    return Router(trained.bundle)


@pytest.fixture(scope="session")
def small(sample, taxonomy):
    """Rows of the sample that name one of its six most frequent types and nothing else, and the experiment on them."""
    frequent = sample.loc[~sample["types"].str.contains("|", regex=False), "types"].value_counts().index[:6]
    rows = sample[sample["types"].isin(frequent)]
    experiment = Experiment(name="small", data=Data(labelled="x.csv"), split={"test": 0.25, "calibration": 0.25})
    return rows, experiment


@pytest.fixture(scope="session")
def small_trained(small, taxonomy):
    rows, experiment = small
    return train_model(labelled_set(rows, experiment.data, taxonomy), taxonomy, experiment)
