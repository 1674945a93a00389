"""One training run as MLflow keeps it: parameters, data fingerprint, figures with intervals, pictures, card, bundle."""

import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from reviewmine.tracking.pictures import pictures
from reviewmine.tracking.portable import portable
from reviewmine.tracking.provenance import provenance
from reviewmine.tracking.registry import log_router, register
from reviewmine.tracking.store import SOURCE, address, experiment_id, open_mlflow

PROVENANCE = "provenance.json"
CARD = "card.json"
_MOST = 500  # characters of a parameter that the page shows
_DIGEST = 32  # MLflow takes up to 36 characters


@dataclass(frozen=True)
class TrackedRun:
    """Where MLflow keeps a run; ``model_version`` is empty when the model was not registered."""

    run_id: str
    model_id: str
    model_name: str
    model_version: str
    tracking_uri: str


@dataclass(frozen=True)
class Training:
    """What a training run leaves to be tracked. Texts of reviews are no part of it: of ``frame`` only the schema is kept."""

    experiment: str
    settings: Mapping[str, Any]
    card: Mapping[str, Any]
    bundle: Path
    bundle_sha256: str
    frame: pd.DataFrame
    source: str
    data: Mapping[str, Any]
    """``sha256`` and ``rows`` of the labelled set, and whatever else tells it from another."""
    model_name: str
    register: bool
    description: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    """Path among the artifacts of the run to its text."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """What else the run and the version of the model are marked with."""


def log_training(training: Training) -> TrackedRun:
    """Log one training run with its figures, card and bundle, and return where it is kept.

    With ``register`` the model becomes a new version of ``model_name``, described by ``description``, and takes the alias
    ``challenger``. The server is that of ``MLFLOW_TRACKING_URI``, or a SQLite file under ``experiments/``.
    """
    mlflow = open_mlflow()
    made_with = provenance()
    tags = SOURCE | {
        "bundle_sha256": training.bundle_sha256,
        "git_commit": made_with["git_commit"],
        "lock_sha256": made_with["lock_sha256"],
        "gates": "failed" if training.card["gates"]["failed"] else "passed",
        **training.tags,
    }
    number = experiment_id(mlflow, training.experiment)
    with mlflow.start_run(experiment_id=number, run_name=training.experiment, tags=tags) as run:
        mlflow.log_params(_params(training, made_with))
        mlflow.log_input(_dataset(mlflow, training), context="training")
        mlflow.log_metrics(metrics(training.card))
        mlflow.log_dict(dict(training.card), CARD)
        mlflow.log_dict(made_with | {"data": dict(training.data), "bundle_sha256": training.bundle_sha256}, PROVENANCE)
        for path, text in training.files.items():
            mlflow.log_text(text, path)
        for name, drawn in pictures(training.card).items():
            mlflow.log_figure(drawn, f"pictures/{name}.png")
        model, version = log_router(mlflow, training.bundle), ""
        if training.register:
            marks = {"bundle_sha256": training.bundle_sha256, **training.tags}
            version = register(mlflow, training.model_name, model, run.info.run_id, marks, training.description)
        return TrackedRun(run.info.run_id, model.model_id, training.model_name, version, address(mlflow))


def metrics(card: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of a card under flat names, each with ``_low`` and ``_high``; unknown ones are left out.

    >>> metrics({"baselines": {}, "metrics": {"micro_f1": {"value": 0.7, "low": 0.6, "high": 0.8}, "x": {"value": None}}})
    {'micro_f1': 0.7, 'micro_f1_low': 0.6, 'micro_f1_high': 0.8}
    """
    named = dict(card["metrics"])
    for base, figures in card["baselines"].items():
        named |= {f"baseline_{base}_{name}": figure for name, figure in figures.items()}
    found = {
        name + ending: figure.get(part)
        for name, figure in named.items()
        for part, ending in (("value", ""), ("low", "_low"), ("high", "_high"))
    }
    return {name: float(value) for name, value in found.items() if value is not None and value == value}


def _params(training: Training, made_with: Mapping[str, Any]) -> dict[str, str]:
    """Return settings, data and surroundings as parameters."""
    params = {"settings": portable(training.settings), "data_fingerprint": training.data, "made_with": made_with}
    return {key: str(value)[:_MOST] for key, value in _flat(params).items()}


def _dataset(mlflow: Any, training: Training) -> Any:
    """Return the labelled file for MLflow: schema, rows, hash and where it came from; no row of it."""
    frame = training.frame.reset_index(drop=True)
    logging.getLogger("mlflow.types.utils").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whole numbers may have gaps: said of any table
        return mlflow.data.from_pandas(
            frame,
            source=str(portable(training.source)) or "unknown",
            name=training.experiment,
            digest=str(training.data["sha256"])[:_DIGEST],
        )


def _flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Return nested mappings as one, keys joined by a dot."""
    if not isinstance(value, Mapping):
        return {prefix: value}
    found: dict[str, Any] = {}
    for key, part in value.items():
        found |= _flat(part, f"{prefix}.{key}" if prefix else str(key))
    return found
