"""Answers for rows that the answering model did not learn from: what a policy may be fitted on."""

from collections.abc import Sequence

import numpy as np

from reviewmine.classify.fit import Mask, Recipe, Reviews, fit
from reviewmine.classify.novelty import Familiar, familiar
from reviewmine.classify.taxonomy_rows import TaxonomyRows
from reviewmine.labels.splits import deal
from reviewmine.router.features import extract
from reviewmine.router.hashing import F32

MOST = 8_000
"""Rows up to which cross-fitting is worth its time; of more, the calibration part is enough for a policy."""

Answers = tuple[F32, Familiar]
"""Margins (rows, types), and how well the words of each row were known."""


def held_out(
    learned: Reviews, held: Mask, reviews: Reviews, targets: Mask, taught: TaxonomyRows, recipe: Recipe
) -> Answers:
    """Return the answers for ``reviews`` of a model that learned from ``learned``, with types ``held``, and ``taught``."""
    raw, held = extract([*learned, *taught.reviews], recipe.spec), np.concatenate([held, taught.targets])
    fitted = fit(raw, held, recipe)
    rows = extract(reviews, recipe.spec)
    words = familiar(raw, held, rows, targets, fitted.vocabulary, recipe.model.min_count)
    return fitted.margins(reviews)[0], words


def cross_fit(
    reviews: Reviews,
    targets: Mask,
    types: Sequence[tuple[str, ...]],
    groups: Sequence[str],
    taught: TaxonomyRows,
    recipe: Recipe,
) -> Answers:
    """Return for each row the answer of a model that learned from the other folds and from ``taught``.

    Whole groups lie in one fold. The margins stand for those of the model that learns from all folds, as in scikit-learn's
    ``CalibratedClassifierCV`` with ``ensemble=False``: of less data, hence a little too careful.
    """
    n_folds = recipe.model.folds
    fold = np.asarray(deal(types, groups, {str(k): 1 / n_folds for k in range(n_folds)}, recipe.seed))
    margins = np.zeros(targets.shape, dtype=np.float32)
    known, without = np.zeros(len(targets), dtype=np.float32), np.zeros(len(targets), dtype=np.float32)
    for name in sorted(set(fold)):
        inside, outside = np.flatnonzero(fold == name), np.flatnonzero(fold != name)
        learned, asked = ([reviews[i] for i in rows] for rows in (outside, inside))
        margins[inside], words = held_out(learned, targets[outside], asked, targets[inside], taught, recipe)
        known[inside], without[inside] = words.known, words.without
    return margins, Familiar(known, without)
