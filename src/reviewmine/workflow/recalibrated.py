"""What a recalibration leaves behind: the record, its figures in words, its run in MLflow."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from reviewmine.classify.answers import answers_of, row_sha256
from reviewmine.classify.refit import Answered, Outcome
from reviewmine.classify.reliability import reliability
from reviewmine.classify.train import registered_name
from reviewmine.errors import GateError
from reviewmine.files import finite
from reviewmine.intervals import Figure
from reviewmine.router import Bundle
from reviewmine.router.bundle import MANIFEST as MANIFEST_NAME
from reviewmine.router.policy import Policy
from reviewmine.settings import Experiment
from reviewmine.tracking import TrackedRun, Training, log_training, portable
from reviewmine.workflow.relabelled import Fresh
from reviewmine.workflow.training import ANSWERS, MANIFEST, ROWS

SETTINGS, PARENT_ANSWERS = "settings/recalibrated.yaml", "test/parent_answers.json"
"""Paths among the artifacts of the run; there is no ``settings/used.yaml``, since nothing was trained that a replay could repeat."""

_NAMED = 5
"""Codes that a line names."""


_TOLD = {
    "auto_share": "answered automatically",
    "auto_precision": "right among these",
    "ece": "calibration error",
    "shortlist_coverage": "shortlists with a right type",
    "human_share": "left to people alone",
    "micro_f1": "micro F1",
}


@dataclass(frozen=True)
class Recalibrated:
    """A bundle with the weights of its parent and a new policy, and what that changes.

    ``before`` and ``after`` have the same figures of the same reviews under the parent's policy and under policies fitted on
    the other four of five folds, each with its 95 % interval.
    """

    bundle: Path
    bundle_sha256: str
    parent_sha256: str
    policy: Policy
    fresh: Fresh
    before: Mapping[str, Figure]
    after: Mapping[str, Figure]
    gates: Mapping[str, float]
    """The gates of the experiment whose figures are measured here."""
    failed_gates: tuple[str, ...]
    run: TrackedRun | None

    def check(self) -> None:
        """Raise ``GateError`` when the figures do not pass the gates of the experiment."""
        if self.failed_gates:
            where = str(self.bundle)
            raise GateError("; ".join(self.failed_gates), where=where, do="the weights may be out of date: train anew")

    @property
    def line(self) -> str:
        """Return the closing line."""
        fresh, tracked = self.fresh, "not tracked"
        if self.run:
            of_model = f"{self.run.model_name} version {self.run.model_version} @challenger"
            tracked = f"MLflow run {self.run.run_id}, {of_model if self.run.model_version else 'not registered'}"
        return (
            f"recalibrate: {fresh.n_read} reviews = {len(fresh.reviews)} of known types + {len(fresh.novel)} of others + "
            f"{fresh.n_unlabelled} without a type + {fresh.n_older} older + {fresh.n_learned} that the model learned -> "
            f"bundle {self.bundle} sha256 {self.bundle_sha256}, parent {self.parent_sha256}; {tracked}"
        )

    @property
    def told(self) -> list[str]:
        """Return the figures before and after, a line each; those after are of reviews that did not fit the policy."""
        lines = [f"{title}: {_shown(self.before[name])} -> {_shown(self.after[name])}" for name, title in _TOLD.items()]
        lines[1] += f", target {self.policy.target_precision}"
        if self.fresh.novel:
            pairs = (("novel_caught", "go to a person as novel"), ("novel_auto", "are answered automatically, wrongly"))
            lines += [
                f"of {len(self.fresh.novel)} reviews of other types {_shown(self.before[name])} -> "
                f"{_shown(self.after[name])} {title}"
                for name, title in pairs
            ]
        return lines


def odd_types(fresh: Fresh) -> list[str]:
    """Return a line on the codes that the bundle does not know; none when there is no such code."""
    if not fresh.unknown:
        return []
    named = ", ".join(f"{code} ({n})" for code, n in [*fresh.unknown.items()][:_NAMED])
    more = f" and {len(fresh.unknown) - _NAMED} more" if len(fresh.unknown) > _NAMED else ""
    return [
        f"types that the bundle does not know: {named}{more}; reviews of these alone measure what it does with new types"
    ]


def _shown(figure: Figure) -> str:
    """Return a figure with its interval; one that does not exist (nothing was automatic) as a dash."""
    if figure["value"] != figure["value"]:
        return "–"
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


def log_recalibrated(
    result: Recalibrated,
    made: Bundle,
    settings: Experiment,
    outcomes: Mapping[str, Outcome],
    rows: Answered,
    learned: Sequence[tuple[str, str, str]],
) -> TrackedRun:
    """Log the recalibration as a run, and the bundle as a version of its parent's model unless a gate failed."""
    name, fresh = str(made.manifest["name"]), result.fresh
    files = {
        SETTINGS: yaml.safe_dump(portable(settings.model_dump(mode="json")), allow_unicode=True, sort_keys=False),
        ROWS: _rows(fresh, learned),
        MANIFEST: (result.bundle / MANIFEST_NAME).read_text(encoding="utf-8"),
        **{
            path: _answers(made, fresh, outcomes[way]) for path, way in ((ANSWERS, "after"), (PARENT_ANSWERS, "before"))
        },
    }
    card = _card(result, made, settings, outcomes["after"], rows)
    return log_training(
        Training(
            experiment=name,
            settings=portable(settings.model_dump(mode="json")),
            card=json.loads(json.dumps(finite(card))),
            bundle=result.bundle,
            bundle_sha256=result.bundle_sha256,
            frame=fresh.frame,
            source=settings.data.labelled or "",
            data={"sha256": fresh.sha256, "rows": len(fresh.reviews), "parent": result.parent_sha256},
            model_name=str(made.manifest.get("registered_model", registered_name(name))),
            register=not result.failed_gates,
            description="\n".join(
                [f"Recalibrated, the weights are those of {result.parent_sha256}.", "", *_listed(result)]
            ),
            files=files,
            tags={"parent_bundle_sha256": result.parent_sha256},
        )
    )


def _listed(result: Recalibrated) -> list[str]:
    """Return the figures before and after as a Markdown list."""
    return [f"- {line}" for line in result.told]


def _card(result: Recalibrated, made: Bundle, settings: Experiment, after: Outcome, rows: Answered) -> dict[str, Any]:
    """Return the card of a recalibration; the policy of the parent stands where a trained model has its baselines."""
    named = rows.named
    probability, targets = after.scores.probability[named], rows.targets[named]
    right = targets[np.arange(len(targets)), probability.argmax(axis=1)]
    return {
        "name": made.manifest["name"],
        "head": result.policy.head,
        "n_types": len(made.types),
        "rows": {"calibration": len(result.fresh.reviews), "novel": len(result.fresh.novel)},
        "metrics": dict(result.after),
        "baselines": {"parent": dict(result.before)},
        "reliability": reliability(probability.max(axis=1), right),
        "policy": result.policy.to_json(),
        "gates": {"asked": dict(result.gates), "failed": list(result.failed_gates)},
    }


def _answers(made: Bundle, fresh: Fresh, outcome: Outcome) -> str:
    """Return the answers on the reviews of known types as text."""
    codes, n = [str(kind["code"]) for kind in made.types], len(fresh.reviews)
    truth = [tuple(sorted(codes[int(k)] for k in np.flatnonzero(held))) for held in fresh.targets]
    return answers_of(fresh.reviews, truth, fresh.groups[:n], outcome.scores.chosen[:n], codes).to_text()


def _rows(fresh: Fresh, learned: Sequence[tuple[str, str, str]]) -> str:
    """Return what weights and policy have seen, as ``fingerprints`` writes it."""
    pairs = zip(fresh.reviews, fresh.types, strict=True)
    seen = [(str(review["id"]), row_sha256(review, types)[:12], "calibration") for review, types in pairs]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in sorted({*learned, *seen}))
