"""What was logged of an earlier run, read back."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewmine.errors import ReviewmineError
from reviewmine.tracking.pictures import curve_picture
from reviewmine.tracking.runs import PROVENANCE
from reviewmine.tracking.store import address, open_mlflow


@dataclass(frozen=True)
class LoggedRun:
    """A run as it was logged: ``provenance`` and the texts among its artifacts, by path."""

    run_id: str
    bundle_sha256: str
    gates: str
    provenance: Mapping[str, Any]
    files: Mapping[str, str]


def logged_run(run_id: str, *wanted: str) -> LoggedRun:
    """Return a logged run with the ``wanted`` artifacts that it has. Raises ``ReviewmineError`` when there is no such run."""
    mlflow = open_mlflow()
    try:
        run = mlflow.get_run(run_id)
    except mlflow.exceptions.MlflowException as error:
        uri = address(mlflow)
        raise ReviewmineError(
            f"no run {run_id!r}", expected="the id of a training run", where=uri, do="see run.json beside a bundle"
        ) from error
    files = {path: text for path in (PROVENANCE, *wanted) if (text := _text(mlflow, run_id, path)) is not None}
    made_with = json.loads(files.pop(PROVENANCE, "{}"))
    tags = run.data.tags
    return LoggedRun(run_id, str(tags.get("bundle_sha256", "")), str(tags.get("gates", "")), made_with, files)


def attach_curve(run_id: str, curve: Mapping[str, Any], table: str) -> None:
    """Add a learning curve to a run that was logged before: figures, table and picture.

    ``curve`` has ``points`` (``rows``, ``micro_f1`` with its interval, ``power_law``), ``rows_now``, ``more`` and ``gain``.
    """
    client = open_mlflow().MlflowClient()
    points = curve["points"]
    client.log_dict(run_id, dict(curve), "learning_curve/curve.json")
    client.log_text(run_id, table, "learning_curve/curve.md")
    for part, ending in (("value", ""), ("low", "_low"), ("high", "_high")):
        client.log_metric(run_id, f"learning_gain{ending}", curve["gain"][part])
        for point in points:
            client.log_metric(run_id, f"learning_micro_f1{ending}", point["micro_f1"][part], step=point["rows"])
    sizes = [point["rows"] for point in points]
    drawn = curve_picture(sizes, [point["micro_f1"] for point in points], [point["power_law"] for point in points])
    client.log_figure(run_id, drawn, "pictures/learning_curve.png")


def attach_insights(run_id: str, report: Path, digests: Path, alerts: Path) -> None:
    """Add the page, the digests of the owners and the alerts to a run that was logged before."""
    client = open_mlflow().MlflowClient()
    for path in (report, alerts):
        client.log_artifact(run_id, str(path), "insights")
    client.log_artifacts(run_id, str(digests), "insights/digests")


def _text(mlflow: Any, run_id: str, path: str) -> str | None:
    """Return the text of an artifact, or None when the run has none at ``path``."""
    folder, _, _ = path.rpartition("/")
    listed = mlflow.MlflowClient().list_artifacts(run_id, folder or None)
    if path not in {one.path for one in listed}:
        return None
    with tempfile.TemporaryDirectory() as made:
        found = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=path, dst_path=made)
        return Path(found).read_text(encoding="utf-8")
