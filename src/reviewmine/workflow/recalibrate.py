"""A new policy for an old model, from freshly labelled reviews: no training, the same weights."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from reviewmine import __version__
from reviewmine.classify.answers import learned_rows
from reviewmine.classify.refit import Answered, Outcome, compared, cross_fitted, refit, routed
from reviewmine.classify.train import check_gates
from reviewmine.classify.watch import reference_of
from reviewmine.errors import ReviewmineError
from reviewmine.intervals import Figure
from reviewmine.labels.dataset import plain_text
from reviewmine.router import Bundle, Router, Scores, bundle_sha256, write_bundle
from reviewmine.router.bundle import MANIFEST as MANIFEST_NAME
from reviewmine.router.bundle import canonical, read_bundle, sha256
from reviewmine.router.policy import Policy
from reviewmine.router.router import golden_answer
from reviewmine.settings import Experiment, load_experiment
from reviewmine.tracking import logged_run
from reviewmine.workflow.recalibrated import Recalibrated, log_recalibrated, odd_types
from reviewmine.workflow.relabelled import Fresh, fresh_rows
from reviewmine.workflow.say import Say, quiet
from reviewmine.workflow.training import ROWS

LEAST = 50
"""Reviews of known types, none a near copy of another, below which nothing is fitted: with fewer no bar of novelty can
keep its false alarms at two in a hundred."""


def recalibrate(
    bundle: str | Path,
    labelled: str | Path,
    out: str | Path,
    *,
    experiment: str | Path | None = None,
    changes: Sequence[str] = (),
    latest: int | None = None,
    track: bool = True,
    say: Say = quiet,
) -> Recalibrated:
    """Write to ``out`` the bundle with a policy fitted anew on ``labelled``; weights, features and types stay.

    Columns, types and policy are read as the experiment says: by default ``used.yaml`` beside the bundle. With ``latest``
    only that many of the newest labelled reviews count. Reviews of types that the bundle does not know measure what it
    does with new types and fit nothing; reviews that its weights learned are left out where ``run.json`` beside the bundle
    leads to what it learned. How novelty is computed stays, its bar is set anew. Raises ``ReviewmineError`` for fewer than
    50 reviews.
    """
    path, target = Path(bundle), Path(out)
    _writable(path, target)
    parent, parent_sha256 = read_bundle(path), bundle_sha256(path)
    settings = settings_beside(path, parent, experiment, changes, labelled)
    learned = learned_by(path, parent, parent_sha256, say)
    fresh = fresh_rows(settings, parent, frozenset(start for _, start, _ in learned), latest, say)
    _enough(fresh, str(labelled))
    rows = _answered(parent, fresh)
    policy = refit(rows, parent.policy, settings.policy)
    outcomes = {
        "before": routed(rows, parent.policy),
        "after": cross_fitted(rows, parent.policy, settings.policy, settings.seed),
    }
    figures = compared(rows, outcomes, parent.policy, settings.seed)
    gates = {name: bar for name, bar in settings.gates.items() if name in figures["after"]}
    failed = check_gates({"metrics": figures["after"]}, gates)
    made = _with_policy(parent, parent_sha256, policy, fresh, settings, figures["after"])
    made = replace(made, manifest={**made.manifest, "reference": _reference(parent, fresh, rows, outcomes["after"])})
    written = write_bundle(target, made)
    result = Recalibrated(
        target, written, parent_sha256, policy, fresh, figures["before"], figures["after"], gates, failed, None
    )
    if track:
        result = replace(result, run=log_recalibrated(result, made, settings, outcomes, rows, learned))
    for line in (*odd_types(fresh), *result.told, *(f"gate failed: {line}" for line in failed), result.line):
        say(line)
    return result


def _writable(bundle: Path, out: Path) -> None:
    """Raise ``ReviewmineError`` when ``out`` is the bundle itself, or something else that must not be replaced."""
    if out.resolve() == bundle.resolve():
        raise ReviewmineError("the output is also the input", where=str(out), do="write to another folder with -o")
    if out.exists() and not (out / MANIFEST_NAME).is_file():
        raise ReviewmineError(
            "there is something else", expected="a bundle or nothing", where=str(out), do="name another"
        )


def settings_beside(
    path: Path, bundle: Bundle, experiment: str | Path | None, changes: Sequence[str], labelled: str | Path
) -> Experiment:
    """Return the experiment, with the fresh file as its labelled one and the side features of the bundle."""
    used = Path(experiment) if experiment else path.parent / "used.yaml"
    if not used.is_file() and not experiment:
        expected = "used.yaml beside it, as `reviewmine train` leaves it"
        raise ReviewmineError("no settings", expected=expected, where=str(path), do="name them: --experiment X.yaml")
    given = load_experiment(used, [*changes])
    name = bundle.manifest.get("name")
    if given.name != name:
        found, where = f"settings of {given.name!r}", str(used)
        raise ReviewmineError(found, expected=f"those of {name!r}", where=where, do="name them: --experiment X.yaml")
    spec = bundle.spec
    extras = {"categorical": tuple(spec.categorical), "numeric": tuple(spec.numeric)}
    data = given.data.model_copy(
        update={"labelled": str(labelled), "extras": given.data.extras.model_copy(update=extras)}
    )
    return given.model_copy(update={"data": data})


def learned_by(path: Path, bundle: Bundle, parent_sha256: str, say: Say) -> list[tuple[str, str, str]]:
    """Return the rows that the weights learned, as their run logged them; empty when that is not known."""
    kept = path.parent / "run.json"
    trained = str(_before(bundle).get("trained", parent_sha256))
    try:
        run = json.loads(kept.read_text(encoding="utf-8"))
        if run["bundle_sha256"] == trained:
            return learned_rows(logged_run(str(run["run_id"]), ROWS).files[ROWS])
    except (OSError, ValueError, KeyError, TypeError, ReviewmineError):
        pass
    say(f"{path}: what it learned is not known, so that the figures hold only if it learned none of the reviews given")
    return []


def _before(bundle: Bundle) -> Mapping[str, Any]:
    """Return what the manifest says of an earlier recalibration."""
    found = bundle.manifest.get("recalibrated")
    return found if isinstance(found, dict) else {}


def _enough(fresh: Fresh, where: str) -> None:
    """Raise ``ReviewmineError`` when there are too few reviews to fit a policy."""
    n = len(set(fresh.groups[: len(fresh.reviews)]))
    if n < LEAST:
        beside = f" ({len(fresh.novel)} of other types, {fresh.n_learned} that the model learned)"
        raise ReviewmineError(
            f"{n} labelled reviews of known types that are no near copies{beside}",
            expected=f"at least {LEAST}",
            where=where,
            do="label more",
        )


def _answered(bundle: Bundle, fresh: Fresh) -> Answered:
    """Return what the bundle says of the fresh reviews, those of known types first."""
    margins, known = Router(bundle).margins([*fresh.reviews, *fresh.novel])
    targets = np.concatenate([fresh.targets, np.zeros((len(fresh.novel), fresh.targets.shape[1]), dtype=bool)])
    return Answered(margins, known, targets, fresh.groups)


def _reference(bundle: Bundle, fresh: Fresh, rows: Answered, after: Outcome) -> dict[str, Any]:
    """Return what answers look like under the new policy, on reviews of known types that did not fit it."""
    columns = {name: value[rows.named] for name, value in vars(after.scores).items()}
    codes, texts = [str(kind["code"]) for kind in bundle.types], [plain_text(review) for review in fresh.reviews]
    return reference_of(Scores(**columns), codes, texts, "the reviews of its recalibration")


def _with_policy(
    parent: Bundle, parent_sha256: str, policy: Policy, fresh: Fresh, settings: Experiment, after: Mapping[str, Figure]
) -> Bundle:
    """Return the parent with another policy, its golden texts answered anew, and a manifest that names where it is from."""
    facts = {
        "parent": parent_sha256,
        "trained": _before(parent).get("trained", parent_sha256),
        "data": {"sha256": fresh.sha256, "rows": len(fresh.reviews), "novel": len(fresh.novel)},
        "settings_sha256": sha256(canonical(settings.model_dump(mode="json", include={"seed", "policy"}))),
        "versions": {"reviewmine": __version__, **{name: version(name) for name in ("numpy", "scipy")}},
    }
    measured = {name: figure["value"] for name, figure in after.items() if figure["value"] == figure["value"]}
    kept = {key: value for key, value in parent.manifest.items() if key not in ("files", "schema")}
    made = replace(parent, policy=policy, manifest=kept | {"recalibrated": facts, "metrics": measured})
    texts = [row["review"] for row in parent.golden]
    answers = map(golden_answer, Router(made).route_many(texts))
    return replace(made, golden=[{"review": text, "answer": one} for text, one in zip(texts, answers, strict=True)])
