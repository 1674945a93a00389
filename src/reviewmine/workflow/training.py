"""A labelled file to model, card, bundle and MLflow run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from reviewmine.classify.answers import answers_on, fingerprints
from reviewmine.classify.curve import Curve, learning_curve
from reviewmine.classify.train import Trained, registered_name, train_model
from reviewmine.corpus.read import read_reviews
from reviewmine.errors import GateError, ReviewmineError
from reviewmine.files import finite, write_json, write_text
from reviewmine.labels.dataset import Labelled, labelled_set, plain_texts
from reviewmine.labels.splits import split_parts
from reviewmine.report.summary import Places, model_description, training_summary
from reviewmine.router import Router, write_bundle
from reviewmine.settings import Experiment, load_experiment
from reviewmine.taxonomy.model import Taxonomy, load_taxonomy
from reviewmine.tracking import TrackedRun, Training, attach_curve, log_training, portable
from reviewmine.workflow.reading import said_of
from reviewmine.workflow.say import Say, quiet

RUNS = Path("experiments/runs")
SETTINGS, TAXONOMY = "settings/used.yaml", "settings/taxonomy.yaml"
ROWS, ANSWERS, MANIFEST = "data/rows.jsonl", "test/answers.json", "bundle/manifest.json"
"""Paths among the artifacts of a run."""

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
    curve: Curve | None = None

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

    @property
    def summary(self) -> str:
        """Return the run as Markdown, for a CI job to post."""
        model = f"{self.run.model_name} version {self.run.model_version}" if self.run and self.run.model_version else ""
        places = Places(str(self.bundle), self.bundle_sha256, self.run.run_id if self.run else "", model)
        return training_summary(self.trained.card, places, self.curve.lines if self.curve else ())


def train(
    path: str | Path,
    changes: Sequence[str] = (),
    *,
    track: bool = True,
    summary: Path | None = None,
    with_curve: bool = False,
    say: Say = quiet,
) -> TrainResult:
    """Train the experiment at ``path``: model, card, bundle and MLflow run under ``experiments/runs/<name>``.

    With ``summary`` a Markdown page for CI is written there, whether the gates pass or not; ``with_curve`` adds the
    learning curve, which takes about six trainings more.
    """
    experiment = load_experiment(path, list(changes))
    reviews = read_labelled(experiment, say, where=str(path))
    return train_on(reviews, experiment, track=track, summary=summary, with_curve=with_curve, say=say)


def read_labelled(experiment: Experiment, say: Say = quiet, *, where: str) -> pd.DataFrame:
    """Return the reviews of the labelled file of an experiment; what reading noted is said."""
    if experiment.data.labelled is None:
        raise ReviewmineError(
            "no labelled file", expected="data.labelled", where=where, do="name one, or run `reviewmine discover`"
        )
    reading = read_reviews(experiment.data.labelled, experiment.data.fields, experiment.data.moment)
    for line in said_of(reading):
        say(line)
    return reading.reviews


def prepared(reviews: pd.DataFrame, experiment: Experiment, taxonomy: Taxonomy | None) -> tuple[Labelled, Taxonomy]:
    """Return the labelled set of an experiment and its taxonomy; without one, the codes seen are the types."""
    more: list[str] = []
    if experiment.data.unlabelled and (experiment.model.encoder, experiment.model.teacher) != ("none", "none"):
        more = plain_texts(read_reviews(experiment.data.unlabelled, experiment.data.fields).reviews)
    labelled = labelled_set(reviews, experiment.data, taxonomy, experiment.data.labelled or "", more)
    codes = {code for types in labelled.types for code in types}
    return labelled, taxonomy or Taxonomy.from_codes(experiment.name, codes)


def train_on(
    reviews: pd.DataFrame,
    experiment: Experiment,
    *,
    track: bool,
    summary: Path | None = None,
    with_curve: bool = False,
    say: Say = quiet,
) -> TrainResult:
    """Train an experiment on reviews already read."""
    folder = RUNS / experiment.name
    given = load_taxonomy(experiment.taxonomy) if experiment.taxonomy else None
    labelled, taxonomy = prepared(reviews, experiment, given)
    trained = train_model(labelled, taxonomy, experiment)
    sha256 = write_bundle(folder / "bundle", trained.bundle)
    write_json(folder / "model_card.json", trained.card)
    write_text(folder / "used.yaml", _yaml(experiment.model_dump(mode="json")))
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
    curve = learning_curve(labelled, taxonomy, experiment) if with_curve else None
    result = TrainResult(trained, folder / "bundle", sha256, run, labelled.reread, labelled.n_reread, curve)
    _tell(result, folder, summary, say)
    return result


def _tell(result: TrainResult, folder: Path, summary: Path | None, say: Say) -> None:
    """Write curve and summary, and say what came out."""
    if result.curve:
        write_json(folder / "learning_curve.json", result.curve.to_json())
        if result.run:
            attach_curve(result.run.run_id, result.curve.to_json(), "\n".join(result.curve.lines))
        for line in result.curve.lines:
            if line:
                say(line)
    if summary:
        write_text(summary, result.summary)
    for line in result.trained.failed_gates:
        say(f"gate failed: {line}")
    say(result.line + (f"; summary {summary}" if summary else ""))


def _yaml(data: Any) -> str:
    """Return plain data as YAML."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def _track(experiment: Experiment, labelled: Labelled, trained: Trained, folder: Path, sha256: str) -> TrackedRun:
    """Log the run; a model below its gates is logged but not registered."""
    name = registered_name(experiment.name)
    settings = experiment.model_dump(mode="json")
    parts = split_parts(labelled, experiment.split, experiment.seed, experiment.data.time)
    files = {
        SETTINGS: _yaml(portable(settings)),
        ROWS: fingerprints(labelled, parts),
        ANSWERS: answers_on(Router(trained.bundle), labelled, parts.test).to_text(),
        MANIFEST: (folder / "bundle" / "manifest.json").read_text(encoding="utf-8"),
    }
    if experiment.taxonomy:
        files[TAXONOMY] = Path(experiment.taxonomy).read_text(encoding="utf-8")
    return log_training(
        Training(
            experiment=experiment.name,
            settings=settings,
            card=json.loads(json.dumps(finite(trained.card))),
            bundle=folder / "bundle",
            bundle_sha256=sha256,
            frame=labelled.frame,
            source=experiment.data.labelled or "",
            data={"sha256": labelled.sha256, "rows": len(labelled), "types": trained.card["n_types"]},
            model_name=name,
            register=not trained.failed_gates,
            description=model_description(trained.card, Places(bundle_sha256=sha256)),
            files=files,
        )
    )
