"""The router's features of many reviews as a sparse matrix, which is how a head learns them.

A review is the sum of its units (``router.units``), word pairs and side features, so its features are a product of two
matrices: which of these each review has, and which features each of them has.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from reviewmine.router.features import FeatureSpec, Vocabulary, extras_of
from reviewmine.router.hashing import MEANING, N_BLOCKS, N_BUCKETS, WORDS, block_of
from reviewmine.router.units import Key, features_of, units_of


@dataclass(frozen=True)
class Counted:
    """What reviews are made of, before any vocabulary; a word pair or a side feature counts as a unit of one feature."""

    spec: FeatureSpec
    units: sp.csr_matrix
    """(reviews, units): 1 + log of how often a review has a unit, and the values of side features."""
    features: sp.csr_matrix
    """(units, buckets), ones."""
    rows: sp.csr_matrix
    """(reviews, buckets), their product."""

    def __len__(self) -> int:
        """Return the number of reviews."""
        return int(self.units.shape[0])


def count(reviews: Sequence[Mapping[str, Any]], spec: FeatureSpec) -> Counted:
    """Return the units, pairs and side features of ``reviews``."""
    found = units_of(reviews, replace(spec, sentences=0.0))
    place: dict[Key, int] = {}
    unit = [place.setdefault(key, len(place)) for lines in (found.words, found.pairs) for key in lines.keys]
    told = features_of(list(place), spec)
    extra_row, extra_bucket, value = extras_of(reviews, spec)
    extras, extra = _numbered(extra_bucket)
    row = np.arange(len(reviews))
    n_counted, n_units = len(place), len(place) + len(extras)
    units = sp.csr_matrix(
        (
            np.concatenate([1 + np.log(found.words.count + found.pairs.count), value]),
            (
                np.concatenate([row.repeat(found.words.size), row.repeat(found.pairs.size), extra_row]),
                np.concatenate([unit, n_counted + extra]).astype(np.int64),
            ),
        ),
        shape=(len(reviews), n_units),
    )
    buckets = np.concatenate([told.bucket, extras])
    ends = np.concatenate([told.ptr, told.ptr[-1] + np.arange(1, 1 + len(extras))])
    features = sp.csr_matrix((np.ones(len(buckets)), buckets, ends), shape=(n_units, N_BUCKETS))
    return Counted(spec, units, features, (units @ features).tocsr())


def _numbered(bucket: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct buckets in rising order, and the place of each bucket among them."""
    column = np.full(N_BUCKETS, -1)
    column[bucket] = 0
    distinct = np.flatnonzero(column == 0)
    column[distinct] = np.arange(len(distinct))
    return distinct, column[bucket]


def word_features(counted: Counted) -> sp.csr_matrix:
    """Return which word features (words, words with their field, pairs) each review has, (reviews, buckets)."""
    return _columns(counted.rows, lambda bucket: np.where(block_of(bucket) == WORDS, bucket, -1), N_BUCKETS)


def vocabulary_of(
    counted: Counted, min_count: int, words: NDArray[np.int64], weight: NDArray[np.float32]
) -> Vocabulary:
    """Return the buckets that at least ``min_count`` reviews hold, with smoothed idf as in scikit-learn.

    Words of the block *meaning* are those given, in rising order of their buckets, each with its ``weight`` in place of an
    idf.
    """
    frequency = np.bincount(counted.rows.indices, minlength=N_BUCKETS)
    buckets = np.flatnonzero(frequency >= min_count)
    buckets = buckets[block_of(buckets) != MEANING]
    idf = np.log((1 + len(counted)) / (1 + frequency[buckets])) + 1
    every = np.concatenate([buckets, words])
    order = np.argsort(every, kind="stable")
    return Vocabulary.of(every[order].astype(np.uint32), np.concatenate([idf, weight])[order].astype(np.float32))


def matrix_of(counted: Counted, vocabulary: Vocabulary) -> sp.csr_matrix:
    """Return the weighted features of each review, (reviews, features): what ``Linear`` multiplies with its weights."""
    width = len(vocabulary.buckets)
    matrix, features = (_columns(each, vocabulary.columns, width) for each in (counted.rows, counted.features))
    block = block_of(vocabulary.buckets.astype(np.int64))
    idf = vocabulary.idf.astype(np.float64)
    owner = np.repeat(np.arange(features.shape[0]), np.diff(features.indptr))
    length = np.bincount(
        owner * N_BLOCKS + block[features.indices],
        np.square(idf)[features.indices],
        minlength=features.shape[0] * N_BLOCKS,
    )
    square = counted.units.power(2) @ length.reshape(-1, N_BLOCKS)
    scale = np.asarray(counted.spec.block_weights) / np.sqrt(np.where(square > 0, square, 1))
    place = np.repeat(np.arange(len(counted)) * N_BLOCKS, np.diff(matrix.indptr))
    place += block[matrix.indices]
    matrix.data *= scale.ravel()[place]
    matrix.data *= idf[matrix.indices]
    return matrix


def _columns(matrix: sp.csr_matrix, column: Callable[[NDArray[Any]], NDArray[np.int64]], width: int) -> sp.csr_matrix:
    """Return ``matrix`` (rows, buckets) with each bucket at its ``column`` of ``width``; those at -1 are left out."""
    at = column(matrix.indices)
    known = at >= 0
    ends = np.concatenate([[0], np.cumsum(known)])[matrix.indptr]
    return sp.csr_matrix((matrix.data[known], at[known], ends), shape=(matrix.shape[0], width))
