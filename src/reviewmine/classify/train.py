"""Labelled reviews to a bundle and its card: split, fit, calibrate, evaluate once on the test part."""

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine import __version__
from reviewmine.classify.baselines import baselines
from reviewmine.classify.calibrate import fit_policy
from reviewmine.classify.card import Asked, Part, quality
from reviewmine.classify.crossfit import MOST, Answers, cross_fit, held_out, learn
from reviewmine.classify.fit import Recipe
from reviewmine.classify.golden import golden_set
from reviewmine.classify.linear import target_matrix
from reviewmine.classify.recipe import codes_in_use, head_of, recipe_of, taught_rows
from reviewmine.classify.taxonomy_rows import TaxonomyRows
from reviewmine.classify.teach import Pool, judge, make_pool, teacher_name
from reviewmine.classify.watch import reference_of
from reviewmine.errors import ReviewmineError
from reviewmine.labels.dataset import Labelled, plain_text
from reviewmine.labels.splits import Parts, split_parts
from reviewmine.router import Bundle, Router
from reviewmine.router.bundle import canonical, sha256
from reviewmine.router.policy import Head
from reviewmine.settings import Experiment
from reviewmine.taxonomy.model import Taxonomy

LOWER_IS_BETTER = ("ece", "brier", "nll", "aurc", "augrc", "human_share")


@dataclass(frozen=True)
class Trained:
    """A bundle in memory, its card, the gates it did not pass (a line each), and the reviews it learned from."""

    bundle: Bundle
    card: dict[str, Any]
    failed_gates: tuple[str, ...]
    learned: Mapping[str, tuple[str, ...]]
    """Id of each review of the training and calibration parts to its types: on these the model's answers prove nothing."""


def train_model(labelled: Labelled, taxonomy: Taxonomy, experiment: Experiment, *, compared: bool = True) -> Trained:
    """Return the model of an experiment. Same rows, settings and versions give the same bundle, byte for byte.

    Without ``compared`` no baselines are fitted for the card.
    """
    with threadpool_limits(1):
        parts = split_parts(labelled, experiment.split, experiment.seed, experiment.data.time)
        codes = codes_in_use(labelled, parts, taxonomy)
        targets = target_matrix(labelled.types, codes)
        head = head_of(experiment, targets)
        taught = taught_rows(labelled, parts, taxonomy, codes, experiment)
        kept = taxonomy.model_copy(update={"types": tuple(taxonomy.type(code) for code in codes)})
        bundle, asked, lessons = _fit(labelled, parts, targets, taught, kept, experiment, head)
        card = _card(bundle, asked, labelled, parts, targets, experiment, compared)
        card["rows"]["taxonomy"] = len(taught)
        card |= {"teacher": lessons} if lessons else {}
        failed = check_gates(card, experiment.gates)
        card["gates"] = {"asked": experiment.gates, "failed": list(failed)}
        manifest = _manifest(labelled, experiment, bundle, card) | {"reference": _reference(bundle, labelled, parts)}
        bundle = replace(bundle, manifest=manifest)
        bundle = replace(bundle, golden=golden_set(bundle, [labelled.reviews[i] for i in parts.calibration]))
    learned = np.concatenate([parts.train, parts.calibration])
    return Trained(bundle, card, failed, {str(labelled.reviews[i]["id"]): labelled.types[i] for i in learned})


def check_gates(card: Mapping[str, Any], gates: Mapping[str, float]) -> tuple[str, ...]:
    """Return a line for each gate that the card does not pass."""
    failed = []
    for name, bar in gates.items():
        if name not in card["metrics"]:
            known = ", ".join(sorted(card["metrics"]))
            raise ReviewmineError(f"gate {name!r}", expected=f"one of {known}", where="gates", do="fix the experiment")
        value = card["metrics"][name]["value"]
        below = value > bar if name in LOWER_IS_BETTER else not value >= bar
        if below:
            failed.append(
                f"{name} is {value:.4f}, the gate is {'at most' if name in LOWER_IS_BETTER else 'at least'} {bar}"
            )
    return tuple(failed)


def _fit(
    labelled: Labelled,
    parts: Parts,
    targets: NDArray[np.bool_],
    taught: TaxonomyRows,
    taxonomy: Taxonomy,
    experiment: Experiment,
    head: Head,
) -> tuple[Bundle, Asked, dict[str, Any]]:
    """Return the bundle, the answers that its policy was fitted on, and what a teacher was good for (empty without one).

    The answers are of models that had not learned from these rows. The weights that ship learn from the training and the
    calibration part.
    """
    learned = np.sort(np.concatenate([parts.train, parts.calibration]))
    recipe = recipe_of(labelled, learned, taxonomy, experiment, head)
    crossed = len(learned) <= MOST and experiment.model.folds > 1 and experiment.split.strategy != "time"
    rows, pool = (learned, learned) if crossed else (parts.calibration, parts.train)
    reviews, held = [labelled.reviews[i] for i in pool], targets[pool]

    def ask(recipe: Recipe) -> Answers:
        if crossed:
            types, groups = ([column[i] for i in pool] for column in (labelled.types, labelled.groups))
            return cross_fit(reviews, held, types, groups, taught, recipe)
        return held_out(reviews, held, [labelled.reviews[i] for i in rows], targets[rows], taught, recipe)

    mine = [labelled.reviews[i] for i in learned]
    texts = make_pool(labelled, [*mine, *taught.reviews], experiment.model.teacher)
    groups = [labelled.groups[i] for i in rows]
    recipe, (margins, words), lessons = _better(ask, recipe, texts, targets[rows], groups, experiment)
    policy = fit_policy(margins, targets[rows], head, experiment.policy, words)
    raw, _, fitted = learn(mine, targets[learned], taught, recipe)
    if lessons:
        lessons["rows"] = len(raw) - len(mine) - len(taught)
    bundle = Bundle(
        *(getattr(fitted, one.name) for one in fields(fitted)),
        taxonomy=taxonomy.to_json(),
        policy=policy,
        golden=(),
        manifest={},
    )
    return bundle, Asked(_part(labelled, targets, rows), margins, words.known), lessons


def _better(
    ask: Callable[[Recipe], Answers],
    plain: Recipe,
    texts: Pool | None,
    targets: NDArray[np.bool_],
    groups: Sequence[str],
    experiment: Experiment,
) -> tuple[Recipe, Answers, dict[str, Any]]:
    """Return the recipe to ship, what ``ask`` answers for it, and the comparison: the plain one unless a teacher gains."""
    answers = ask(plain)
    if texts is None:
        return plain, answers, {}
    taught = replace(plain, pool=texts)
    told = ask(taught)
    verdict = judge(answers[0], told[0], targets, groups, plain.head, experiment.policy, experiment.seed)
    verdict = {"name": teacher_name(experiment.model.teacher), "texts": len(texts.reviews), **verdict}
    return (taught, told, verdict) if verdict["kept"] else (plain, answers, verdict)


def _card(
    bundle: Bundle,
    asked: Asked,
    labelled: Labelled,
    parts: Parts,
    targets: NDArray[np.bool_],
    experiment: Experiment,
    compared: bool,
) -> dict[str, Any]:
    """Return the card: the test part is opened here, once."""
    groups = [labelled.groups[i] for i in parts.test]
    learned = (parts.train, parts.calibration, parts.test)
    return {
        "name": experiment.name,
        "head": bundle.policy.head,
        "n_types": len(bundle.types),
        "n_features": len(bundle.vocabulary.buckets),
        "rows": {
            "train": len(parts.train),
            "calibration": len(parts.calibration),
            "test": len(parts.test),
            "unused": len(parts.unused),
            "unlabelled": labelled.n_unlabelled,
            "out_of_scope": len(labelled.outside),
        },
        **quality(
            bundle,
            asked,
            _part(labelled, targets, parts.test),
            labelled.outside,
            labelled.outside_groups,
            experiment.policy,
            experiment.seed,
            (experiment.data.time or "date") if experiment.split.strategy == "time" else None,
        ),
        "baselines": baselines(
            labelled.reviews,
            targets,
            learned,
            groups,
            experiment.seed,
            bundle.policy.head == "multilabel",
        )
        if compared
        else {},
    }


def _part(labelled: Labelled, targets: NDArray[np.bool_], rows: NDArray[np.int64]) -> Part:
    """Return some rows of a labelled set."""
    reviews, groups = ([column[i] for i in rows] for column in (labelled.reviews, labelled.groups))
    return Part(reviews, labelled.frame.iloc[rows], groups, targets[rows])


def _manifest(labelled: Labelled, experiment: Experiment, bundle: Bundle, card: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of the manifest; nothing in it depends on the clock, the folder or the machine."""
    taxonomy = bundle.taxonomy
    settings = experiment.model_dump(
        mode="json", include={"seed", "split", "model", "policy"}
    )  # what the weights depend on
    settings["model"]["teacher"] = teacher_name(experiment.model.teacher)
    return {
        "name": experiment.name,
        "seed": experiment.seed,
        "data": {"sha256": labelled.sha256, "rows": len(labelled)},
        "taxonomy": {
            "name": taxonomy["taxonomy"],
            "version": taxonomy["version"],
            "sha256": sha256(canonical(taxonomy)),
        },
        "settings_sha256": sha256(canonical(settings)),
        **({"teacher": card["teacher"]["name"]} if card.get("teacher", {}).get("kept") else {}),
        "registered_model": registered_name(experiment.name),
        "versions": {
            "reviewmine": __version__,
            "python": ".".join(platform.python_version_tuple()[:2]),
            **{name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
        },
        "metrics": {
            name: figure["value"] for name, figure in card["metrics"].items() if figure["value"] == figure["value"]
        },
    }


def _reference(bundle: Bundle, labelled: Labelled, parts: Parts) -> dict[str, Any]:
    """Return what answers on new reviews look like: those of the very weights that ship, on the test part, counted.

    Cross-fitted answers are more, but of models with fewer words: a difference that drift must not be taken for.
    """
    reviews, codes = [labelled.reviews[i] for i in parts.test], [str(kind["code"]) for kind in bundle.types]
    texts = [plain_text(review) for review in reviews]
    return reference_of(Router(bundle).score(reviews), codes, texts, "the test part")


def registered_name(name: str) -> str:
    """Return the name under which the models of an experiment are registered."""
    return f"reviewmine-{name}"
