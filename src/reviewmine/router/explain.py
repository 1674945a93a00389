"""Which words of a review spoke for a type, and how loudly. numpy only."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.language.normalize import tokens
from reviewmine.router.decision import WordWeight
from reviewmine.router.features import (
    MAX_CHARS,
    TEXT_FIELDS,
    FeatureSpec,
    SparseRows,
    Vocabulary,
    denied_words,
    word_columns,
)


def found_words(review: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the field and the token of every word of a review, in the order of reading."""
    return [(name, token) for name in TEXT_FIELDS if review.get(name) for token in tokens(review[name][:MAX_CHARS])]


def word_weights(
    review: Mapping[str, Any],
    row: SparseRows,
    vocabulary: Vocabulary,
    spec: FeatureSpec,
    weights: NDArray[Any],
    picked: Sequence[int],
) -> list[tuple[WordWeight, ...]]:
    """Return for each type of ``picked`` the words of the review with what they add to its margin, the loudest first.

    ``row`` has the features of this one review. A feature that several words share is split among them evenly. Word pairs,
    field marks and side features are not part of a word's weight, so that weights do not add up to the margin.
    """
    found = found_words(review)
    if not found or not len(row.indices):
        return [()] * len(picked)
    ptr, columns = word_columns([token.form for _, token in found], vocabulary, spec, denied_words(review))
    token = np.repeat(np.arange(len(found)), np.diff(ptr))
    place = np.minimum(np.searchsorted(row.indices, columns), len(row.indices) - 1)
    there = row.indices[place] == columns
    token, columns, place = token[there], columns[there], place[there]
    shares = np.bincount(place, minlength=len(row.indices))[place]
    value = row.values[place] / shares
    told = np.zeros((len(found), len(picked)))
    np.add.at(told, token, weights[columns[:, None], picked].astype(np.float64) * value[:, None])
    return [_loudest(found, told[:, i]) for i in range(len(picked))]


def _loudest(found: Sequence[tuple[str, Any]], told: NDArray[np.float64]) -> tuple[WordWeight, ...]:
    """Return the words that say something, whether for the type or against it."""
    order = np.argsort(-np.abs(told), kind="stable")
    return tuple(
        WordWeight(found[i][0], found[i][1].start, found[i][1].end, round(float(told[i]), 4))
        for i in map(int, order)
        if abs(told[i]) >= 5e-5
    )
