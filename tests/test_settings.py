"""The experiment file: closed, filled from the environment, changed from the command line; refusals in words."""

import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.settings import Data, Experiment, Split, load_experiment

SMALL = """
name: small
data:
  labelled: ${REVIEWMINE_PLACE}/labelled.csv
  extras: {categorical: [channel]}
split: {test: 0.25}
gates: {micro_f1: 0.5}
"""


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setenv("REVIEWMINE_PLACE", "/data")

    def from_text(text=SMALL, changes=()):
        path = tmp_path / "small.yaml"
        path.write_text(text, encoding="utf-8")
        return load_experiment(path, list(changes))

    return from_text


def test_a_small_file(load):
    experiment = load()
    assert experiment.data.labelled == "/data/labelled.csv"
    assert experiment.data.extras.categorical == ("channel",)
    assert (experiment.split.test, experiment.split.calibration, experiment.seed) == (0.25, 0.15, 13)


def test_every_shipped_experiment_loads(monkeypatch):
    from pathlib import Path

    monkeypatch.delenv("REVIEWMINE_DATA", raising=False)
    paths = sorted((Path(__file__).parents[1] / "experiments").glob("*.yaml"))
    assert len(paths) >= 2
    for path in paths:
        assert load_experiment(path).name == path.stem


CHANGES = [
    ("seed=7", lambda e: e.seed == 7),
    ("split.test=0.3", lambda e: e.split.test == 0.3),
    ("model.multilabel='yes'", lambda e: e.model.multilabel == "yes"),
    ("model.multilabel=no", lambda e: e.model.multilabel == "no"),
    ("model.taxonomy_rows=no", lambda e: e.model.taxonomy_rows == "no"),
    ("data.extras.numeric=[rating]", lambda e: e.data.extras.numeric == ("rating",)),
    ("policy.shortlist=5", lambda e: e.policy.shortlist == 5),
    ("title=a=b", lambda e: e.title == "a=b"),
    ("data.unlabelled=${REVIEWMINE_PLACE}/u.csv", lambda e: e.data.unlabelled == "/data/u.csv"),
    ("taxonomy=", lambda e: e.taxonomy is None),
]


@pytest.mark.parametrize(("change", "holds"), CHANGES, ids=[change for change, _ in CHANGES])
def test_set(load, change, holds):
    assert not holds(load()) or change == "taxonomy="
    assert holds(load(changes=[change]))


def test_the_last_set_wins(load):
    assert load(changes=["seed=7", "seed=8"]).seed == 8


REFUSED_CHANGES = [
    ("seed", "--set 'seed', expected key=value; write for example --set seed=7"),
    ("name.first=x", "name is not a mapping; check the path of the key"),
    ("seed=[", "--set 'seed=.', expected a YAML value; quote the value"),
    ("seed=2025-13-45", "--set 'seed=2025-13-45', expected a YAML value"),
    ("sead=7", r"small\.yaml: unknown key 'sead', expected one of data, discover, gates, insights, mask, model, name"),
    ("split.tset=0.2", r"small\.yaml, split: unknown key 'tset', expected one of calibration, column, strategy, test"),
    ("data.extras.text=[a]", r"data\.extras: unknown key 'text', expected one of categorical, numeric"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED_CHANGES)
def test_refused_changes(load, change, words):
    with pytest.raises(ReviewmineError, match=words):
        load(changes=[change])


REFUSED = [
    ("name: small", "name: Большое имя", r"small\.yaml: name is 'Большое имя': String should match pattern"),
    ("name: small", "", "name is .*: Field required; fix the value"),
    ("test: 0.25", "test: 1.25", r"split\.test\.\S* is 1.25: Input should be less than 1"),
    ("test: 0.25", "test: [a]", "split is .*strategy group takes test and calibration as shares"),
    ("test: 0.25", "strategy: column", "strategy column needs column, train, calibration and test"),
    ("labelled: ${REVIEWMINE_PLACE}/labelled.csv", "time: date", "data is .*name a file under labelled or unlabelled"),
    (
        "${REVIEWMINE_PLACE}",
        "${REVIEWMINE_NOWHERE}",
        r"\$\{REVIEWMINE_NOWHERE\} is not set; export REVIEWMINE_NOWHERE=…",
    ),
    ("micro_f1: 0.5", "micro_f1: много", r"gates\.micro_f1 is 'много': Input should be a valid number"),
    ("name: small", "name: 2025-13-45", r"small\.yaml: not readable as YAML \(month must be in 1\.\.12\)"),
    ("name: small", "name: " + "[" * 4000, "not readable as YAML"),
    ("name: small", "name: [", "not readable as YAML"),
]


@pytest.mark.parametrize(("old", "new", "words"), REFUSED, ids=[words for *_, words in REFUSED])
def test_refusals(load, old, new, words):
    assert old in SMALL
    with pytest.raises(ReviewmineError, match=words) as caught:
        load(SMALL.replace(old, new))
    assert "\n" not in str(caught.value)


def test_no_mapping(load):
    with pytest.raises(
        ReviewmineError,
        match=r"not a mapping, expected keys such as name, title, seed, data; see experiments/demo\.yaml",
    ):
        load("- a")


def test_a_missing_file(tmp_path):
    with pytest.raises(
        ReviewmineError, match=r"none\.yaml: no such file, expected a YAML file; see experiments/demo\.yaml"
    ):
        load_experiment(tmp_path / "none.yaml")


def test_settings_are_frozen():
    experiment = Experiment(name="x", data=Data(labelled="a.csv"))
    with pytest.raises(ValueError, match="Instance is frozen"):
        experiment.seed = 4


def test_column_strategy_takes_lists():
    split = Split(strategy="column", column="part", train=["a"], calibration=["b"], test=["b", "c"])
    assert split.test == ("b", "c")
    with pytest.raises(ValueError, match="strategy time takes test and calibration as shares"):
        Split(strategy="time", column="part")
