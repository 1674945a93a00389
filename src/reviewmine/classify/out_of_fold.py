"""Calibrated probabilities for every labelled row, each of a model that learned from the other rows: what an audit asks."""

from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from reviewmine.classify.calibrate import fit_policy
from reviewmine.classify.crossfit import cross_fit
from reviewmine.classify.fit import Mask
from reviewmine.classify.linear import target_matrix
from reviewmine.classify.recipe import codes_in_use, head_of, recipe_of, taught_rows
from reviewmine.errors import ReviewmineError
from reviewmine.labels.dataset import Labelled
from reviewmine.labels.splits import Parts
from reviewmine.router.hashing import F32
from reviewmine.router.policy import probabilities
from reviewmine.settings import Experiment
from reviewmine.taxonomy.model import Taxonomy


def out_of_fold(labelled: Labelled, taxonomy: Taxonomy, experiment: Experiment) -> tuple[F32, Mask, Sequence[str]]:
    """Return probabilities and given types, both (rows, types), and the codes of the columns.

    All rows take part, those of the test part too; near copies lie in one fold. Raises ``ReviewmineError`` when the
    experiment has fewer than two folds.
    """
    if experiment.model.folds < 2:
        found = f"model.folds is {experiment.model.folds}"
        raise ReviewmineError(found, expected="at least 2", where=experiment.name, do="set it, for example to 5")
    rows, none = np.arange(len(labelled)), np.zeros(0, dtype=np.int64)
    parts = Parts(rows, none, none, none)
    with threadpool_limits(1):
        codes = codes_in_use(labelled, parts, taxonomy)
        targets = target_matrix(labelled.types, codes)
        head = head_of(experiment, targets)
        taught = taught_rows(labelled, parts, taxonomy, codes, experiment)
        kept = taxonomy.model_copy(update={"types": tuple(taxonomy.type(code) for code in codes)})
        recipe = recipe_of(labelled, rows, kept, experiment, head)
        margins, words = cross_fit(labelled.reviews, targets, labelled.types, labelled.groups, taught, recipe)
        policy = fit_policy(margins, targets, head, experiment.policy, words)
    return probabilities(margins, policy), targets, codes
