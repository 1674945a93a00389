"""Answers for rows that the answering model did not learn from: what a policy may be fitted on."""

from collections.abc import Sequence

import numpy as np

from reviewmine.classify.fit import Mask, Recipe, Reviews, fit
from reviewmine.classify.matrix import Counted, count, word_features
from reviewmine.classify.novelty import Familiar, known_without
from reviewmine.classify.taxonomy_rows import TaxonomyRows
from reviewmine.classify.teach import sure
from reviewmine.labels.splits import deal
from reviewmine.router.hashing import F32
from reviewmine.router.linear import Linear

MOST = 8_000
"""Rows up to which cross-fitting is worth its time; of more, the calibration part is enough for a policy."""

Answers = tuple[F32, Familiar]
"""Margins (rows, types), and how well the words of each row were known."""


def learn(reviews: Reviews, held: Mask, taught: TaxonomyRows, recipe: Recipe) -> tuple[Counted, Mask, Linear]:
    """Return what a model learned from, features and types (rows, types), and the model.

    These are ``reviews`` with types ``held``, ``taught``, and the texts of the recipe's pool that its teacher, who knows
    no other rows, is sure of.
    """
    learned, held = [*reviews, *taught.reviews], np.concatenate([held, taught.targets])
    raw, pool = count(learned, recipe.spec), recipe.pool
    if pool:
        if pool.vectors:
            margins = pool.encoder_margins(learned, held, recipe.seed, recipe.head)
        else:
            margins = fit(raw, held, recipe).margins(pool.reviews)[0]
        rows, types = sure(margins, held.sum(axis=0))
        raw = count([*learned, *(pool.reviews[i] for i in rows)], recipe.spec)
        held = np.concatenate([held, types])
    return raw, held, fit(raw, held, recipe)


def held_out(
    learned: Reviews, held: Mask, reviews: Reviews, targets: Mask, taught: TaxonomyRows, recipe: Recipe
) -> Answers:
    """Return the answers for ``reviews`` of a model that learned from ``learned``, with types ``held``, and ``taught``."""
    raw, held, fitted = learn(learned, held, taught, recipe)
    margins, known = fitted.margins(reviews)
    asked = word_features(count(reviews, recipe.spec))
    without = known_without(word_features(raw), held, asked, targets, recipe.model.min_count)
    return margins, Familiar(known, without)


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
