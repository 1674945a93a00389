"""The only door to MLflow: runs, registered models and aliases."""

from reviewmine.tracking.history import LoggedRun, attach_curve, attach_insights, logged_run
from reviewmine.tracking.portable import portable
from reviewmine.tracking.provenance import provenance
from reviewmine.tracking.registry import (
    CHALLENGER,
    CHAMPION,
    ModelVersion,
    fetch_bundle,
    load_model,
    move_alias,
    version_at,
)
from reviewmine.tracking.runs import TrackedRun, Training, log_training

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "LoggedRun",
    "ModelVersion",
    "TrackedRun",
    "Training",
    "attach_curve",
    "attach_insights",
    "fetch_bundle",
    "load_model",
    "log_training",
    "logged_run",
    "move_alias",
    "portable",
    "provenance",
    "version_at",
]
