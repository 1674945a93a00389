"""Reviews to what answers them: features, a linear head with the meaning of words folded in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from reviewmine.classify.linear import fit_linear
from reviewmine.classify.matrix import Counted, matrix_of, vocabulary_of
from reviewmine.classify.meaning import Meaning
from reviewmine.classify.teach import Pool
from reviewmine.router.features import FeatureSpec, Vocabulary
from reviewmine.router.hashing import MEANING, block_of
from reviewmine.router.linear import Linear
from reviewmine.router.policy import Head
from reviewmine.settings import Model

_PRECISION = {"half": np.float16, "single": np.float32}
_GROUP = 0.2  # weight of the margin of its group in that of a type

Reviews = Sequence[Mapping[str, Any]]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Recipe:
    """What all fits of one training share."""

    spec: FeatureSpec
    meaning: Meaning
    model: Model
    head: Head
    seed: int
    parents: tuple[str, ...] = ()
    """The group of each type, "" for none; empty: types stand for themselves."""
    pool: Pool | None = None
    """Texts without types of which a teacher makes further rows to learn from."""


def fit(raw: Counted, targets: Mask, recipe: Recipe) -> Linear:
    """Return the model of the reviews counted in ``raw`` and ``targets`` (rows, types)."""
    meaning = recipe.meaning
    vocabulary = vocabulary_of(raw, recipe.model.min_count, meaning.buckets, meaning.length)
    columns = np.flatnonzero(block_of(vocabulary.buckets) == MEANING)
    matrix = matrix_of(raw, vocabulary)
    if not len(columns):
        return _linear(vocabulary, *_head(matrix, targets, recipe), recipe)
    said = np.flatnonzero(block_of(vocabulary.buckets) != MEANING)
    meant = matrix[:, columns] @ meaning.direction
    scale = 1 / max(float(np.sqrt(np.square(meant).sum(axis=1).mean())), 1e-6)
    both = sp.hstack([matrix[:, said], sp.csr_matrix(scale * meant)]).tocsr()
    learned, intercept = _head(both, targets, recipe)
    weights = np.zeros((len(vocabulary.buckets), targets.shape[1]))
    weights[said] = learned[: len(said)]
    weights[columns] = scale * (meaning.direction @ learned[len(said) :])
    return _linear(vocabulary, weights, intercept, recipe)


def _linear(
    vocabulary: Vocabulary, weights: NDArray[np.float64], intercept: NDArray[np.float64], recipe: Recipe
) -> Linear:
    """Return what was learned in the precision asked for."""
    kept = weights.astype(_PRECISION[recipe.model.precision])
    return Linear(recipe.spec, vocabulary, kept, intercept.astype(np.float32))


def _head(features: sp.csr_matrix, targets: Mask, recipe: Recipe) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights (features, types) and intercepts; a part of what tells a group goes to each of its types.

    The margin of a type is its own plus a share of that of its group, which has more examples than a rare type: the
    additive hierarchy of Dumais and Chen (2000), linear and therefore folded into the weights.
    """
    settings = (recipe.model.c, recipe.seed, recipe.head)
    weights, intercept = fit_linear(features, targets, *settings)
    groups = sorted({*recipe.parents} - {""})
    if len(groups) > 1:
        mine = np.asarray(recipe.parents)[:, None] == np.asarray(groups)  # (types, groups)
        above, shift = fit_linear(features, (targets.astype(np.int64) @ mine) > 0, *settings)
        weights, intercept = weights + _GROUP * (above @ mine.T), intercept + _GROUP * (mine @ shift)
    return weights, intercept
