"""The champion: which registered version routes, and when the challenger takes its place."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.classify.answers import Answers, answers_on, compare
from reviewmine.classify.train import registered_name
from reviewmine.errors import GateError, ReviewmineError
from reviewmine.labels.dataset import Labelled
from reviewmine.labels.splits import split_parts
from reviewmine.router import Router
from reviewmine.tracking import (
    CHALLENGER,
    CHAMPION,
    LoggedRun,
    ModelVersion,
    fetch_bundle,
    logged_run,
    move_alias,
    version_at,
)
from reviewmine.workflow.recalibrated import PARENT_ANSWERS
from reviewmine.workflow.replay import logged_experiment
from reviewmine.workflow.say import Say, quiet
from reviewmine.workflow.training import ANSWERS, ROWS, SETTINGS, TAXONOMY, prepared, read_labelled

PRIMARY = "micro_f1"
"""The figure on which the two are compared."""

SEED = 13


@dataclass(frozen=True)
class Promotion:
    """What became of the challenger. ``figures`` are those of ``significance``: ``first`` is the challenger."""

    challenger: ModelVersion
    champion: ModelVersion | None
    figures: Mapping[str, Any] | None
    n_rows: int
    how: str
    """On which rows both were measured, or why they were not."""

    @property
    def worse(self) -> bool:
        """Return whether the whole interval of the difference says that the challenger is worse."""
        return self.figures is not None and self.figures[PRIMARY]["verdict"] == "worse"

    @property
    def told(self) -> str:
        """Return the comparison in words."""
        if self.figures is None:
            return self.how
        new, old, gap = (self.figures[PRIMARY][name] for name in ("first", "second", "difference"))
        return (
            f"micro F1 {new:.3f} against {old:.3f}, difference {gap['value']:+.3f} "
            f"[{gap['low']:+.3f}, {gap['high']:+.3f}] on {self.n_rows} test rows ({self.how})"
        )


def promote(name: str, *, force: str = "", say: Say = quiet) -> Promotion:
    """Move the alias ``champion`` of a model to its challenger, unless that is worse.

    ``name`` is that of an experiment or of a registered model. Raises ``GateError`` when gates failed, when the upper end
    of the difference is below zero, or when both cannot be measured on the same rows. ``force`` is the reason for moving
    it all the same; it is kept with the version.
    """
    challenger, champion = _versions(name)
    if champion and champion.number == challenger.number:
        result = Promotion(challenger, champion, None, 0, "it is the champion already")
        say(f"promote: {challenger.name} version {challenger.number}: {result.how}")
        return result
    run = logged_run(challenger.run_id, ANSWERS, PARENT_ANSWERS, SETTINGS, TAXONOMY)
    result = _measured(challenger, champion, run, say)
    refused = _refusal(result, run)
    if refused and not force:
        raise GateError(
            f"version {challenger.number} is not promoted: {refused}",
            where=challenger.name,
            do="train a better one, or give the reason with --force REASON",
        )
    notes = {"promoted_over": champion.number if champion else "", "promoted_because": result.told}
    if force:
        notes["promoted_by_force"] = f"{force} (against: {refused or 'nothing'})"
    move_alias(challenger.name, CHAMPION, challenger.number, notes)
    over = f" over version {champion.number}" if champion else ""
    forced = f", forced: {force}" if force else ""
    say(f"promote: {challenger.name} version {challenger.number} is champion{over}: {result.told}{forced}")
    return result


def _versions(name: str) -> tuple[ModelVersion, ModelVersion | None]:
    """Return challenger and champion of an experiment or a registered model."""
    for model in dict.fromkeys((registered_name(name), name)):
        challenger = version_at(model, CHALLENGER)
        if challenger:
            return challenger, version_at(model, CHAMPION)
    raise ReviewmineError(
        f"no model {name!r} with a challenger",
        expected="the name of an experiment whose gates passed",
        do="run `reviewmine train` first",
    )


def _refusal(result: Promotion, run: LoggedRun) -> str:
    """Return why the challenger must not take the place, or ''."""
    if run.gates != "passed":
        return "its gates failed"
    if result.champion is not None and result.figures is None:
        return result.how
    return f"it is worse, {result.told}" if result.worse else ""


def _measured(challenger: ModelVersion, champion: ModelVersion | None, run: LoggedRun, say: Say) -> Promotion:
    """Return the two compared on the same rows, where there are such."""
    if champion is None:
        return Promotion(challenger, None, None, 0, "there was no champion")
    logged = run.files.get(ANSWERS)
    if (
        logged
        and run.provenance.get("data", {}).get("parent") == champion.bundle_sha256
        and PARENT_ANSWERS in run.files
    ):
        ours, theirs = Answers.of_text(logged), Answers.of_text(run.files[PARENT_ANSWERS])
        how = "the freshly labelled ones, each under a policy that it did not fit"
        return Promotion(challenger, champion, compare(ours, theirs, SEED), len(ours.ids), how)
    before = logged_run(champion.run_id, ANSWERS, ROWS)
    if logged and ANSWERS in before.files:
        ours, theirs = Answers.of_text(logged), Answers.of_text(before.files[ANSWERS])
        if ours.sha256 == theirs.sha256 and ours.ids == theirs.ids:
            return Promotion(challenger, champion, compare(ours, theirs, SEED), len(ours.ids), "as logged")
    try:
        return _measured_anew(challenger, champion, run, before, say)
    except ReviewmineError as error:
        why = f"the two were not measured on the same rows, and cannot be now: {error}"
        return Promotion(challenger, champion, None, 0, why)


def _measured_anew(
    challenger: ModelVersion, champion: ModelVersion, run: LoggedRun, before: LoggedRun, say: Say
) -> Promotion:
    """Return both bundles compared on the challenger's test rows, without those that the champion had learned."""
    labelled, rows = _test_rows(run, say)
    answers = []
    for one in (challenger, champion):
        with tempfile.TemporaryDirectory() as made:
            answers.append(answers_on(Router.load(fetch_bundle(one, Path(made))), labelled, rows))
    entries = map(json.loads, before.files.get(ROWS, "").splitlines())
    learned = frozenset(str(review) for review, _, part in entries if part in {"train", "calibration"})
    ours, theirs = (one.without(learned) for one in answers)
    if not ours.ids:
        raise ReviewmineError("the champion learned every test row of the challenger", do="train on another split")
    left_out = len(answers[0].ids) - len(ours.ids)
    how = f"answered anew, {left_out} that the champion had learned left out"
    return Promotion(challenger, champion, compare(ours, theirs, SEED), len(ours.ids), how)


def _test_rows(run: LoggedRun, say: Say) -> tuple[Labelled, NDArray[np.int64]]:
    """Return the labelled set of a run and the rows of its test part, when the file is still what it was."""
    experiment, given = logged_experiment(run)
    labelled, _ = prepared(read_labelled(experiment, say, where=f"run {run.run_id}"), experiment, given)
    logged = run.provenance.get("data", {}).get("sha256")
    if labelled.sha256 != logged:
        raise ReviewmineError(
            f"its sha256 is {labelled.sha256[:12]}…",
            expected=f"{str(logged)[:12]}…",
            where=str(experiment.data.labelled),
            do="bring the labelled file back, or train the challenger anew",
        )
    return labelled, split_parts(labelled, experiment.split, experiment.seed, experiment.data.time).test
