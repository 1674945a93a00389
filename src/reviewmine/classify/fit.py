"""Reviews to what answers them: features, a linear head with the meaning of words folded in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from reviewmine.classify.linear import as_matrix, fit_linear
from reviewmine.classify.meaning import Meaning
from reviewmine.router.features import FeatureSpec, Vocabulary, extract, vectorize
from reviewmine.router.hashing import F32, MEANING, block_of
from reviewmine.router.policy import Head
from reviewmine.settings import Model

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


@dataclass(frozen=True)
class Fitted:
    """What answers: ``weights`` has shape (features, types), in half precision."""

    spec: FeatureSpec
    vocabulary: Vocabulary
    weights: NDArray[np.float16]
    intercept: F32


def fit(reviews: Reviews, targets: Mask, recipe: Recipe) -> Fitted:
    """Return the model of ``reviews`` with ``targets`` (rows, types)."""
    raw, meaning = extract(reviews, recipe.spec), recipe.meaning
    vocabulary = Vocabulary.fit(raw, recipe.model.min_count).with_words(meaning.buckets, meaning.length)
    spec, columns = recipe.spec, np.flatnonzero(block_of(vocabulary.buckets) == MEANING)
    matrix = as_matrix(vectorize(raw, vocabulary, spec), len(vocabulary.buckets))
    if not len(columns):
        weights, intercept = fit_linear(matrix, targets, recipe.model.c, recipe.seed, recipe.head)
        return Fitted(spec, vocabulary, weights.astype(np.float16), intercept.astype(np.float32))
    said = np.flatnonzero(block_of(vocabulary.buckets) != MEANING)
    meant = matrix[:, columns] @ meaning.direction
    scale = 1 / max(float(np.sqrt(np.square(meant).sum(axis=1).mean())), 1e-6)
    both = sp.hstack([matrix[:, said], sp.csr_matrix(scale * meant)]).tocsr()
    learned, intercept = fit_linear(both, targets, recipe.model.c, recipe.seed, recipe.head)
    weights = np.zeros((len(vocabulary.buckets), targets.shape[1]))
    weights[said] = learned[: len(said)]
    weights[columns] = scale * (meaning.direction @ learned[len(said) :])
    return Fitted(spec, vocabulary, weights.astype(np.float16), intercept.astype(np.float32))
