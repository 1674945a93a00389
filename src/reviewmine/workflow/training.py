"""A labelled file to model, card, bundle and MLflow run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import yaml

from reviewmine.classify.train import Trained, registered_name, train_model
from reviewmine.corpus.read import read_reviews
from reviewmine.errors import GateError, ReviewmineError
from reviewmine.files import write_json, write_text
from reviewmine.labels.dataset import Labelled, labelled_set
from reviewmine.router import write_bundle
from reviewmine.settings import Experiment, load_experiment
from reviewmine.taxonomy.model import Taxonomy, load_taxonomy
from reviewmine.tracking import TrackedRun, log_training
from reviewmine.workflow.reading import said_of
from reviewmine.workflow.say import Say, quiet

RUNS = Path("experiments/runs")
MOST = 5
"""Older codes that the closing line names."""


@dataclass(frozen=True)
class TrainResult:
    """What training left behind; ``run`` is None when nothing was tracked.

    ``reread`` are the older codes of the labels, each with the one that it became, and ``n_reread`` the rows with one.
    """

    trained: Trained
    bundle: Path
    bundle_sha256: str
    run: TrackedRun | None
    reread: Mapping[str, str] = field(default_factory=dict)
    n_reread: int = 0

    def check(self) -> None:
        """Raise ``GateError`` when the model did not pass its gates."""
        if self.trained.failed_gates:
            raise GateError(
                "; ".join(self.trained.failed_gates),
                where=self.trained.card["name"],
                do="see the card and the run before changing anything",
            )

    @property
    def line(self) -> str:
        """Return the closing line."""
        metrics, rows = self.trained.card["metrics"], self.trained.card["rows"]
        used = rows["train"] + rows["calibration"] + rows["test"]
        dropped = rows["unused"] + rows["unlabelled"]
        tracked = "not tracked"
        if self.run:
            model = (
                f", {self.run.model_name} version {self.run.model_version} @challenger"
                if self.run.model_version
                else ", not registered"
            )
            tracked = f"MLflow run {self.run.run_id}{model}"
        shown = ", ".join(f"{old} -> {new}" for old, new in [*self.reread.items()][:MOST])
        more = f" and {len(self.reread) - MOST} more" if len(self.reread) > MOST else ""
        reread = f", {self.n_reread} with older codes read as {shown}{more}" if self.n_reread else ""
        return (
            f"train: {used} labelled rows ({dropped} not used{reread}) -> {self.trained.card['n_types']} types, "
            f"micro F1 {metrics['micro_f1']['value']:.3f}, LRAP {metrics['lrap']['value']:.3f} on {rows['test']} test rows; "
            f"bundle {self.bundle} sha256 {self.bundle_sha256}; {tracked}"
        )


def train(path: str | Path, changes: Sequence[str] = (), *, track: bool = True, say: Say = quiet) -> TrainResult:
    """Train the experiment at ``path``: model, card, bundle and MLflow run under ``experiments/runs/<name>``."""
    experiment = load_experiment(path, list(changes))
    if experiment.data.labelled is None:
        raise ReviewmineError(
            "no labelled file", expected="data.labelled", where=str(path), do="name one, or run `reviewmine discover`"
        )
    reading = read_reviews(experiment.data.labelled, experiment.data.fields, experiment.data.moment)
    for line in said_of(reading):
        say(line)
    return train_on(reading.reviews, experiment, track=track, say=say)


def train_on(reviews: pd.DataFrame, experiment: Experiment, *, track: bool, say: Say = quiet) -> TrainResult:
    """Train an experiment on reviews already read."""
    folder = RUNS / experiment.name
    taxonomy = load_taxonomy(experiment.taxonomy) if experiment.taxonomy else None
    labelled = labelled_set(reviews, experiment.data, taxonomy, where=experiment.data.labelled or "")
    taxonomy = taxonomy or Taxonomy.from_codes(experiment.name, {code for codes in labelled.types for code in codes})
    trained = train_model(labelled, taxonomy, experiment)
    sha256 = write_bundle(folder / "bundle", trained.bundle)
    write_json(folder / "model_card.json", trained.card)
    used = experiment.model_dump(mode="json")
    write_text(folder / "used.yaml", yaml.safe_dump(used, allow_unicode=True, sort_keys=False))
    run = _track(experiment, labelled, trained, folder, sha256) if track else None
    if run:
        write_json(
            folder / "run.json",
            {
                "run_id": run.run_id,
                "model_id": run.model_id,
                "model": run.model_name,
                "version": run.model_version,
                "bundle_sha256": sha256,
            },
        )
    result = TrainResult(trained, folder / "bundle", sha256, run, labelled.reread, labelled.n_reread)
    for line in trained.failed_gates:
        say(f"gate failed: {line}")
    say(result.line)
    return result


def _track(experiment: Experiment, labelled: Labelled, trained: Trained, folder: Path, sha256: str) -> TrackedRun:
    """Log the run; a model below its gates is logged but not registered."""
    return log_training(
        experiment=experiment.name,
        settings=experiment.model_dump(mode="json", exclude={"data"}),
        card=trained.card,
        bundle=folder / "bundle",
        bundle_sha256=sha256,
        data={"sha256": labelled.sha256, "rows": len(labelled), "types": trained.card["n_types"]},
        model_name=registered_name(experiment.name),
        register=not trained.failed_gates,
        files={"settings": folder / "used.yaml"},
    )
