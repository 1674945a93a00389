"""The sentences of a review as reviews of their own, cut by punctuation alone: quick, and good enough to compare."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reviewmine.router.features import MAX_CHARS, TEXT_FIELDS, FeatureSpec
from reviewmine.router.hashing import I64

MOST = 30
"""Sentences of one review that are looked at; the whole review is read whatever their number."""
_LEAST = 9  # characters: below are numbers of lists, abbreviations, sighs
_END = re.compile(r"[.!?\n;…]+")


def sentences_of(reviews: Sequence[Mapping[str, Any]], spec: FeatureSpec) -> tuple[list[dict[str, Any]], I64]:
    """Return the sentences of the reviews that have at least two, and the row that each is from, in rising order.

    A sentence keeps the field that it stands in and the side features of its review.
    """
    parts: list[dict[str, Any]] = []
    rows: list[int] = []
    for row, review in enumerate(reviews):
        found = [
            (name, piece)
            for name in TEXT_FIELDS
            if (text := review.get(name))
            for piece in _END.split(str(text)[:MAX_CHARS])
            if len(piece.strip()) >= _LEAST
        ][:MOST]
        if len(found) > 1:
            extras = {name: review.get(name) for name in (*spec.categorical, *spec.numeric)}
            parts.extend({**extras, name: piece} for name, piece in found)
            rows.extend([row] * len(found))
    return parts, np.asarray(rows, dtype=np.int64)
