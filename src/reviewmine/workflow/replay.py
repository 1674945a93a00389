"""A logged run built anew: the same bundle, or what differs, said exactly."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewmine.classify.answers import row_sha256
from reviewmine.classify.train import train_model
from reviewmine.errors import GateError, ReviewmineError
from reviewmine.labels.dataset import Labelled
from reviewmine.router import write_bundle
from reviewmine.router.bundle import read_manifest
from reviewmine.settings import Experiment, load_experiment
from reviewmine.taxonomy.model import Taxonomy, load_taxonomy
from reviewmine.tracking import LoggedRun, logged_run, provenance
from reviewmine.workflow.say import Say, quiet
from reviewmine.workflow.training import MANIFEST, ROWS, RUNS, SETTINGS, TAXONOMY, prepared, read_labelled

_NAMED = 5
"""Review ids that a line names."""


@dataclass(frozen=True)
class Replayed:
    """What building anew gave; ``bundle`` and its sha256 are empty when other data made that pointless."""

    run_id: str
    logged_sha256: str
    rebuilt_sha256: str
    bundle: Path | None
    differences: tuple[str, ...]
    """A line for each thing that is not as it was logged, whether or not the bundle is the same."""

    @property
    def same(self) -> bool:
        """Return whether the bundle is the logged one, byte for byte."""
        return self.rebuilt_sha256 == self.logged_sha256

    @property
    def line(self) -> str:
        """Return the closing line."""
        told = "; ".join(self.differences)
        if self.same:
            beside = f", although {told}" if told else ""
            return f"replay: run {self.run_id} -> {self.bundle}, the same sha256 {self.logged_sha256}{beside}"
        return f"replay: run {self.run_id} is not repeated: {told}"

    def check(self) -> None:
        """Raise ``GateError`` when the bundle is not the logged one."""
        if not self.same:
            got = self.rebuilt_sha256 or "not built"
            raise GateError(
                f"bundle {got}: {'; '.join(self.differences)}",
                expected=self.logged_sha256,
                where=f"run {self.run_id}",
                do="bring back what differs and replay again",
            )


def replay(run_id: str, changes: Sequence[str] = (), *, say: Say = quiet) -> Replayed:
    """Build the bundle of a logged run anew, from its settings and taxonomy as logged and its data file.

    ``changes`` (``key=value``) tell for example where the data lies now. Compares data, versions, code and every file of
    the bundle; never touches the run or the bundle of the experiment.
    """
    run = logged_run(run_id, SETTINGS, TAXONOMY, ROWS, MANIFEST)
    experiment, given = logged_experiment(run, changes)
    labelled, taxonomy = prepared(read_labelled(experiment, say, where=f"run {run_id}"), experiment, given)
    around = surroundings(run.provenance, provenance())
    rows = row_differences(run.files.get(ROWS, ""), labelled)
    if labelled.sha256 != run.provenance.get("data", {}).get("sha256"):
        rows = rows or [
            f"data: the labelled rows are the same, the {len(labelled.unlabelled)} texts without types are not"
        ]
        result = Replayed(run_id, run.bundle_sha256, "", None, (*rows, *around))
    else:
        bundle = RUNS / experiment.name / f"replay-{run_id[:8]}" / "bundle"
        sha256 = write_bundle(bundle, train_model(labelled, taxonomy, experiment).bundle)
        parts = manifest_differences(json.loads(run.files.get(MANIFEST, "{}")), read_manifest(bundle))
        result = Replayed(run_id, run.bundle_sha256, sha256, bundle, (*parts, *around))
    say(result.line)
    return result


def logged_experiment(run: LoggedRun, changes: Sequence[str] = ()) -> tuple[Experiment, Taxonomy | None]:
    """Return the experiment of a logged run with ``changes``, and its taxonomy as it was then."""
    where = f"settings of run {run.run_id}"
    if SETTINGS not in run.files or not run.bundle_sha256:
        raise ReviewmineError("no settings among the artifacts", where=where, do="name a run of `reviewmine train`")
    with tempfile.TemporaryDirectory() as made:
        settings, taxonomy = Path(made) / "used.yaml", Path(made) / "taxonomy.yaml"
        settings.write_text(run.files[SETTINGS], encoding="utf-8")
        try:
            experiment = load_experiment(settings, list(changes))
        except ReviewmineError as error:
            do = "name the file with --set data.labelled=… or model.teacher=…" if "OUTSIDE" in error.found else error.do
            raise ReviewmineError(error.found, expected=error.expected, where=where, do=do) from error
        if TAXONOMY not in run.files:
            return experiment, None
        taxonomy.write_text(run.files[TAXONOMY], encoding="utf-8")
        return experiment, load_taxonomy(taxonomy)


def surroundings(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return a line for each difference of code, lock file and libraries; threads change nothing and are left out."""
    lines = [
        f"{title} was {then.get(key)}, is {now.get(key)}"
        for key, title in (("git_commit", "git commit"), ("lock_sha256", "uv.lock"), ("python", "Python"))
        if then.get(key) != now.get(key)
    ]
    if then.get("git_state") == "changed" or now.get("git_state") == "changed":
        lines.append("code outside the git commit was or is in use")
    old, new = then.get("versions", {}), now.get("versions", {})
    return lines + [
        f"{name} was {old.get(name)}, is {new.get(name)}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def row_differences(logged: str, labelled: Labelled) -> list[str]:
    """Return a line each for the labelled rows that were added, removed or changed since; empty when none was."""
    then = {str(name): sha256 for name, sha256, _ in map(json.loads, logged.splitlines())}
    pairs = zip(labelled.reviews, labelled.types, strict=True)
    now = {str(review["id"]): row_sha256(review, types)[:12] for review, types in pairs}
    kinds = {
        "added": sorted(now.keys() - then.keys()),
        "removed": sorted(then.keys() - now.keys()),
        "changed": sorted(name for name in now.keys() & then.keys() if now[name] != then[name]),
    }
    lines = [
        f"{len(ids)} labelled rows {kind} ({', '.join(ids[:_NAMED])}{', …' if len(ids) > _NAMED else ''})"
        for kind, ids in kinds.items()
        if ids
    ]
    return [f"data: {len(then)} labelled rows then, {len(now)} now: {', '.join(lines)}"] if lines else []


def manifest_differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return a line for each top entry of two manifests that differs, and for each file of the bundle."""
    lines = []
    for name in sorted({*then, *now} - {"files"}):
        if then.get(name) != now.get(name):
            lines.append(f"{name} was {_short(then.get(name))}, is {_short(now.get(name))}")
    old, new = then.get("files", {}), now.get("files", {})
    files = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return [*lines, f"other content in {', '.join(files)}"] if files else lines


def _short(value: Any) -> str:
    """Return a value on one short line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 120 else f"{text[:120]}…"
