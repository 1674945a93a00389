"""The only door to MLflow: runs, registered models and aliases."""

import contextlib
import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import reviewmine
from reviewmine.errors import missing_extra

STORE = Path("experiments")
CHALLENGER = "challenger"
_LOCAL = f"sqlite:///{STORE / 'mlflow.db'}"
_ENVIRONMENT = {
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}

# What a model needs of this package to answer: the router, and nothing that trains.
_ROUTER_FILES = ("__init__.py", "errors.py", "router", "language/__init__.py", "language/normalize.py")


@dataclass(frozen=True)
class TrackedRun:
    """Where MLflow keeps a run; ``model_version`` is empty when the model was not registered."""

    run_id: str
    model_id: str
    model_name: str
    model_version: str
    tracking_uri: str


def log_training(
    *,
    experiment: str,
    settings: Mapping[str, Any],
    card: Mapping[str, Any],
    bundle: Path,
    bundle_sha256: str,
    data: Mapping[str, Any],
    model_name: str,
    register: bool,
    files: Mapping[str, Path],
) -> TrackedRun:
    """Log one training run with its figures, card and bundle, and return where it is kept.

    With ``register`` the model becomes a new version of ``model_name`` and takes the alias ``challenger``. The server
    is that of ``MLFLOW_TRACKING_URI``, or a SQLite file under ``experiments/``.
    """
    mlflow = _mlflow()
    experiment_id = _experiment(mlflow, experiment)
    with mlflow.start_run(experiment_id=experiment_id, run_name=experiment) as run:
        mlflow.log_params({key: str(value)[:500] for key, value in _flat({"settings": settings, "data": data}).items()})
        mlflow.set_tags(
            {
                "bundle_sha256": bundle_sha256,
                "git_commit": _git_commit(),
                "lock_sha256": _lock_sha256(),
                "gates": "failed" if card["gates"]["failed"] else "passed",
            }
        )
        mlflow.log_metrics(_metrics(card))
        mlflow.log_dict(dict(card), "card.json")
        for folder, path in files.items():
            mlflow.log_artifact(str(path), folder)
        model = _log_model(mlflow, bundle, model_name if register else None)
        number = str(model.registered_model_version or "")
        if register:
            client = mlflow.MlflowClient()
            client.set_registered_model_alias(model_name, CHALLENGER, number)
            client.set_model_version_tag(model_name, number, "bundle_sha256", bundle_sha256)
        return TrackedRun(run.info.run_id, model.model_id, model_name, number, mlflow.get_tracking_uri())


def load_model(name: str, alias: str = CHALLENGER) -> Any:
    """Return the registered model as a pyfunc; its ``predict`` takes a list of reviews."""
    return _mlflow().pyfunc.load_model(f"models:/{name}@{alias}")


def _mlflow() -> Any:
    """Return MLflow, set up: no telemetry, no pickle, our store unless the environment names one."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        import mlflow  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("mlflow", "lab", "tracking") from error
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        STORE.mkdir(exist_ok=True)
        mlflow.set_tracking_uri(_LOCAL)
    return mlflow


def _experiment(mlflow: Any, name: str) -> str:
    """Return the id of the MLflow experiment, made on first use. Only one process at a time makes a fresh store."""
    with _alone():
        found = mlflow.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        local = mlflow.get_tracking_uri() == _LOCAL
        place = (STORE / "mlartifacts" / name).resolve().as_uri() if local else None
        return str(mlflow.create_experiment(name, artifact_location=place))


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold a lock beside the store: four processes that first touch a fresh SQLite store at once would break it."""
    try:
        import fcntl  # noqa: PLC0415
    except ModuleNotFoundError:  # Windows has no such lock; one process at a time is the user's care there
        yield
        return
    STORE.mkdir(exist_ok=True)
    with (STORE / ".mlflow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _log_model(mlflow: Any, bundle: Path, registered: str | None) -> Any:
    """Log the bundle as a pyfunc model from code, with the router's own sources beside it."""
    with tempfile.TemporaryDirectory() as folder:
        code = _router_sources(Path(folder))
        return mlflow.pyfunc.log_model(
            name="router",
            python_model=str(Path(__file__).with_name("pyfunc.py")),
            artifacts={"bundle": str(bundle)},
            code_paths=[str(code)],
            pip_requirements=[f"{name}=={version(name)}" for name in ("mlflow", "numpy", "safetensors")],
            registered_model_name=registered,
        )


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


def _metrics(card: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of a card under flat names: the model's with their interval, the baselines' alone."""
    found = {
        f"baseline_{base}_{name}": figure["value"]
        for base, figures in card["baselines"].items()
        for name, figure in figures.items()
    }
    for name, figure in card["metrics"].items():
        found |= {name: figure["value"], f"{name}_low": figure["low"], f"{name}_high": figure["high"]}
    return {name: float(value) for name, value in found.items() if value is not None and value == value}


def _flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Return nested mappings as one, keys joined by a dot."""
    if not isinstance(value, Mapping):
        return {prefix: value}
    found: dict[str, Any] = {}
    for key, part in value.items():
        found |= _flat(part, f"{prefix}.{key}" if prefix else str(key))
    return found


def _git_commit() -> str:
    """Return the commit of the working folder, or '' outside a repository."""
    try:
        found = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S607 whichever git the user has
    except OSError:
        return ""
    return found.stdout.strip()


def _lock_sha256() -> str:
    """Return the hash of the lock file of the working folder, or ''."""
    lock = Path("uv.lock")
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else ""
