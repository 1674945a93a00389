"""Registered models: the bundle as a pyfunc model from code, its versions and their aliases."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import reviewmine
from reviewmine.tracking.store import SOURCE, open_mlflow

CHALLENGER = "challenger"
CHAMPION = "champion"

# What a model needs of this package to answer: the router, and nothing that trains.
_ROUTER_FILES = ("__init__.py", "errors.py", "router", "language")
_MLMODEL = "MLmodel"
_CODE_PATH = re.compile(r"^(\s*model_code_path: ).*$", flags=re.MULTILINE)
_REQUIREMENTS = ("mlflow", "numpy", "safetensors")


@dataclass(frozen=True)
class ModelVersion:
    """One version of a registered model and the run that made it."""

    name: str
    number: str
    run_id: str
    bundle_sha256: str


def load_model(name: str, alias: str = CHALLENGER) -> Any:
    """Return the registered model as a pyfunc; its ``predict`` takes a list of reviews.

    MLflow puts the sources logged with the model before all others; here they would hide the rest of this package from
    processes started later, so the order of sources is put back.
    """
    mlflow, sources = open_mlflow(), list(sys.path)
    try:
        return mlflow.pyfunc.load_model(f"models:/{name}@{alias}")
    finally:
        sys.path[:] = sources


def version_at(name: str, alias: str) -> ModelVersion | None:
    """Return the version of ``name`` that ``alias`` stands at; None when model or alias is not there."""
    mlflow = open_mlflow()
    try:
        found = mlflow.MlflowClient().get_model_version_by_alias(name, alias)
    except mlflow.exceptions.MlflowException as error:
        if error.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE", "NOT_FOUND"}:
            return None
        raise
    return ModelVersion(name, str(found.version), str(found.run_id), str(found.tags.get("bundle_sha256", "")))


def move_alias(name: str, alias: str, number: str, notes: Mapping[str, str]) -> None:
    """Let ``alias`` stand at version ``number`` of ``name``, with ``notes`` as tags of that version."""
    client = open_mlflow().MlflowClient()
    for key, value in notes.items():
        client.set_model_version_tag(name, number, key, value[:5000])
    client.set_registered_model_alias(name, alias, number)


def fetch_bundle(model: ModelVersion, folder: Path) -> Path:
    """Return the bundle of a registered version, copied into ``folder``."""
    mlflow = open_mlflow()
    uri = f"models:/{model.name}/{model.number}"
    found = mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=str(folder))
    return Path(found) / "artifacts" / "bundle"


def log_router(mlflow: Any, bundle: Path) -> Any:
    """Log the bundle as a pyfunc model from code, with the router's own sources beside it; return MLflow's model info.

    MLflow writes down the paths it is given: that of the bundle is given from the working folder, that of the code, which
    MLflow makes absolute, is cut to its name afterwards. Only the name is looked at when the model is loaded.
    """
    with tempfile.TemporaryDirectory(dir=bundle.parent, prefix=".model.") as made:
        folder = Path(os.path.relpath(made))
        code = _router_sources(folder)
        entry = Path(shutil.copy(Path(reviewmine.__file__).with_name("pyfunc.py"), folder))
        model = mlflow.pyfunc.log_model(
            name="router",
            python_model=str(entry),
            artifacts={"bundle": os.path.relpath(bundle)},
            code_paths=[str(code)],
            pip_requirements=[f"{name}=={version(name)}" for name in _REQUIREMENTS],
            tags=SOURCE,
        )
        client = mlflow.MlflowClient()
        place = client.get_logged_model(model.model_id).artifact_location
        text = mlflow.artifacts.load_text(f"{place}/{_MLMODEL}")
        cut = folder / _MLMODEL
        cut.write_text(_CODE_PATH.sub(r"\1pyfunc.py", text), encoding="utf-8")
        client.log_model_artifact(model.model_id, str(cut))
    return model


def register(mlflow: Any, name: str, model: Any, run_id: str, tags: Mapping[str, str], description: str) -> str:
    """Make a logged model the next version of ``name``, with ``tags``, and its challenger; return the number of the version.

    ``description``, made from the card, stands at the version and at the model.
    """
    client = mlflow.MlflowClient()
    try:
        client.create_registered_model(name, description=description)
    except mlflow.exceptions.MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    made = client.create_model_version(
        name,
        source=model.model_uri,
        run_id=run_id,
        tags=dict(tags),
        description=description,
        model_id=model.model_id,
    )
    client.update_registered_model(name, description=description)
    client.set_registered_model_alias(name, CHALLENGER, made.version)
    return str(made.version)


def _router_sources(folder: Path) -> Path:
    """Copy the files that answering needs into ``folder`` and return the package folder."""
    source, package = Path(reviewmine.__file__).parent, folder / "reviewmine"
    for name in _ROUTER_FILES:
        target = package / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source / name, target)
    return package
