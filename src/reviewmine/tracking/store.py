"""Where MLflow keeps things: opened without telemetry and pickles, first touched by one process, free of absolute paths."""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reviewmine.errors import missing_extra

STORE = Path("experiments")
SOURCE = {"mlflow.source.name": "reviewmine", "mlflow.source.type": "LOCAL", "mlflow.source.git.repoURL": ""}
"""Tags in place of the path of the running program and the address of its repository, a folder or a URL with a token in it."""

_LOCAL = f"sqlite:///{STORE / 'mlflow.db'}"
_SQLITE = "sqlite:///"
_NAMED = "MLFLOW_TRACKING_URI"
_MUST = {"MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
_SHOULD = {"GIT_PYTHON_REFRESH": "quiet", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}


def open_mlflow() -> Any:
    """Return MLflow, set up: no telemetry, no pickle, our store unless ``MLFLOW_TRACKING_URI`` names one.

    Whatever the environment says, telemetry and pickles stay off.
    """
    os.environ.update(_MUST)
    for name, value in _SHOULD.items():
        os.environ.setdefault(name, value)
    try:
        import mlflow  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("mlflow", "lab", "tracking") from error
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    named = os.environ.get(_NAMED, "")
    mlflow.set_tracking_uri(_whole(named or _LOCAL))
    os.environ.pop(_NAMED, None)  # MLflow writes the store there: a later call from another folder would stay with it
    if named:
        os.environ[_NAMED] = named
    with alone(mlflow):
        mlflow.MlflowClient().search_experiments(max_results=1)  # the first touch makes the tables
        _without_absolute_paths(mlflow)
    return mlflow


def address(mlflow: Any) -> str:
    """Return the address of the store, from the working folder where it lies inside it."""
    database = _database(mlflow)
    return f"{_SQLITE}{database}" if database else str(mlflow.get_tracking_uri())


def _whole(uri: str) -> str:
    """Return the address of a SQLite store from the root: MLflow keeps one connection an address, whatever the folder."""
    return f"{_SQLITE}{Path(uri.removeprefix(_SQLITE)).absolute()}" if uri.startswith(_SQLITE) else uri


def experiment_id(mlflow: Any, name: str) -> str:
    """Return the id of the MLflow experiment ``name``, made on first use; two at once get the same one."""
    with alone(mlflow):
        found = mlflow.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        database = _database(mlflow)
        place = str(database.parent / "mlartifacts" / name) if database else None
        try:
            made = str(mlflow.create_experiment(name, artifact_location=place, tags={}))
        except mlflow.exceptions.MlflowException:  # a server has no lock of ours: another client was faster
            found = mlflow.get_experiment_by_name(name)
            if found is None:
                raise
            return str(found.experiment_id)
        _without_absolute_paths(mlflow)
        return made


@contextlib.contextmanager
def alone(mlflow: Any) -> Iterator[None]:
    """Hold a lock beside a SQLite store: processes that first touch a fresh one at once would break it."""
    database = _database(mlflow)
    try:
        import fcntl  # noqa: PLC0415
    except ModuleNotFoundError:  # Windows has no such lock; one process at a time is the user's care there
        database = None
    if database is None:
        yield
        return
    database.parent.mkdir(parents=True, exist_ok=True)
    with (database.parent / ".mlflow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _database(mlflow: Any) -> Path | None:
    """Return the file of a SQLite store, from the working folder where it lies inside it; None for a server."""
    uri = str(mlflow.get_tracking_uri())
    if not uri.startswith(_SQLITE):
        return None
    path = Path(uri.removeprefix(_SQLITE).partition("?")[0])
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _without_absolute_paths(mlflow: Any) -> None:
    """Make places of artifacts relative in a SQLite store, as its own address is.

    MLflow resolves such a place against the working folder before it stores it, and every run, model and version
    inherits it: a store that was moved or copied would point into the old folder.
    """
    database = _database(mlflow)
    if database is None or database.is_absolute() or not database.is_file():
        return
    here = Path.cwd().as_posix()
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        rows = connection.execute("SELECT experiment_id, artifact_location FROM experiments").fetchall()
        for number, place in rows:
            path = str(place or "").removeprefix("file://")
            if path.startswith(f"{here}/"):
                relative = path.removeprefix(f"{here}/")
                connection.execute(
                    "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?", (relative, number)
                )
