"""Labelled rows and settings to what all fits of one training share: types, head, features, meaning, rows of the taxonomy."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from reviewmine.classify.fit import Recipe
from reviewmine.classify.meaning import NO_MEANING, learn_meaning
from reviewmine.classify.taxonomy_rows import TaxonomyRows, no_rows, taxonomy_rows
from reviewmine.errors import ReviewmineError
from reviewmine.labels.dataset import Labelled, plain_text
from reviewmine.labels.splits import Parts
from reviewmine.router.features import FeatureSpec, as_number
from reviewmine.router.policy import Head
from reviewmine.settings import Experiment
from reviewmine.taxonomy.model import Taxonomy

_SENTENCES = 0.4  # weight of the best sentence beside the whole review


def codes_in_use(labelled: Labelled, parts: Parts, taxonomy: Taxonomy) -> list[str]:
    """Return the codes that rows of the three parts use, in the order of the taxonomy; others cannot be learned."""
    rows = np.concatenate([parts.train, parts.calibration, parts.test])
    used = {code for row in rows for code in labelled.types[row]}
    codes = [code for code in taxonomy.codes if code in used]
    if len(codes) < 2:
        raise ReviewmineError(f"{len(codes)} type among the labels", expected="at least two", do="label more types")
    return codes


def head_of(experiment: Experiment, targets: NDArray[np.bool_]) -> Head:
    """Return whether a review may have several types: asked for, or seen in the data."""
    several = bool((targets.sum(axis=1) > 1).any())
    asked = experiment.model.multilabel
    if asked == "no" and several:
        raise ReviewmineError(
            "rows with several types", expected="one type a row", where="model.multilabel: no", do="set it to auto"
        )
    return "multilabel" if asked == "yes" or several else "multiclass"


def _spec(labelled: Labelled, train: NDArray[np.int64], experiment: Experiment) -> FeatureSpec:
    """Return the features, with mean and spread of the numeric extras in the training part."""
    numeric = {}
    for name in experiment.data.extras.numeric:
        found = [number for i in train if (number := as_number(labelled.reviews[i].get(name))) is not None]
        if not found:
            raise ReviewmineError(
                f"column {name!r} holds no number",
                where="data.extras.numeric",
                do="move it to categorical or remove it",
            )
        numeric[name] = (round(float(np.mean(found)), 6), round(float(np.std(found)), 6))
    extras = experiment.data.extras
    return FeatureSpec(categorical=extras.categorical, numeric=numeric, negation=experiment.model.negation)


def taught_rows(
    labelled: Labelled, parts: Parts, taxonomy: Taxonomy, codes: Sequence[str], experiment: Experiment
) -> TaxonomyRows:
    """Return what the taxonomy adds to the rows that are learned from; near copies of labelled rows add nothing."""
    if experiment.model.taxonomy_rows == "no":
        return no_rows(codes)
    used = np.concatenate([parts.train, parts.calibration, parts.test])
    return taxonomy_rows(taxonomy, codes, [plain_text(labelled.reviews[i]) for i in used])


def recipe_of(
    labelled: Labelled, learned: NDArray[np.int64], taxonomy: Taxonomy, experiment: Experiment, head: Head
) -> Recipe:
    """Return what all fits share: features, the meaning of words, the groups of the types, settings."""
    spec, model, meaning = _spec(labelled, learned, experiment), experiment.model, NO_MEANING
    if model.sentences == "yes" or (model.sentences == "auto" and head == "multilabel"):
        spec = replace(spec, sentences=_SENTENCES)
    if model.encoder != "none":
        texts = [*(plain_text(labelled.reviews[i]) for i in learned), *labelled.unlabelled]
        spec, meaning = replace(spec, meaning=True), learn_meaning(texts, model.negation)
    parents = tuple(one.parent for one in taxonomy.types) if model.hierarchy == "auto" else ()
    return Recipe(spec, meaning, model, head, experiment.seed, parents)
