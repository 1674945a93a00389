"""What is computed from a review, the features seen in training, and the side features of reviews. numpy only.

A review becomes four blocks: *words* (units and word pairs), *chars* (n-grams inside a word), *meaning* (the words once
more, weighted by how much they tell) and *extras* (side features). A feature is a bucket of a fixed hash space; the
vocabulary keeps the buckets seen in training.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.errors import ReviewmineError
from reviewmine.router.hashing import EXTRAS, F32, I64, N_BUCKETS, bucket_of, hash_words

TEXT_FIELDS = ("title", "pros", "cons", "comment", "text")
FIELD_MARKS = {"pros": "\x02", "cons": "\x03"}
"""Fields in which a word is another unit, and what its key begins with; no folded text holds a control character."""
MAX_CHARS = 20_000
"""A field is read up to this many characters; what a person needs to say stands well before."""

_RUN_BITS = 7
_RUN = 1 << _RUN_BITS  # buckets, so that a place in a run fits one byte


@dataclass(frozen=True)
class FeatureSpec:
    """What is computed from a review; stored in the bundle as ``features.json``."""

    char_ngrams: tuple[int, int] = (2, 5)
    word_ngrams: int = 2
    categorical: tuple[str, ...] = ()
    numeric: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Column to the mean and the standard deviation seen in training."""
    block_weights: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 0.5)
    """Of words, n-grams, meaning and side features."""
    meaning: bool = False
    """Whether words are counted once more for the block *meaning*."""
    sentences: float = 0.0
    """Weight of the margin of the best sentence beside that of the whole review; 0: sentences are not looked at."""
    negation: bool = False
    """Whether «привезли» in «не привезли» is another word than in «привезли»."""

    def to_json(self) -> dict[str, Any]:
        """Return the plain dictionary that ``from_json`` reads."""
        return asdict(self) | {"numeric": {name: list(pair) for name, pair in sorted(self.numeric.items())}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "FeatureSpec":
        """Return the spec stored in ``features.json``."""
        low, high = data["char_ngrams"]
        first, second, third, fourth = data["block_weights"]
        return cls(
            char_ngrams=(int(low), int(high)),
            word_ngrams=int(data["word_ngrams"]),
            categorical=tuple(str(name) for name in data["categorical"]),
            numeric={str(name): (float(mean), float(std)) for name, (mean, std) in data["numeric"].items()},
            block_weights=(float(first), float(second), float(third), float(fourth)),
            meaning=bool(data["meaning"]),
            sentences=float(data["sentences"]),
            negation=bool(data["negation"]),
        )


@dataclass(frozen=True)
class Vocabulary:
    """The buckets seen in training, in rising order, with their inverse document frequency."""

    buckets: NDArray[np.uint32]
    idf: F32
    _before: NDArray[np.int32] = field(repr=False)
    """How many buckets of the vocabulary stand before each run of ``_RUN``."""
    _place: NDArray[np.uint8] = field(repr=False)
    """The place of each bucket in its run, counted from 1; 0 where training never saw it. A quarter of a table of columns."""

    @classmethod
    def of(cls, buckets: NDArray[np.uint32], idf: F32) -> "Vocabulary":
        """Return the vocabulary with its look-up table filled."""
        known = np.zeros(N_BUCKETS, dtype=np.uint8)
        known[buckets] = 1
        place = known.reshape(-1, _RUN).cumsum(axis=1, dtype=np.uint8).ravel()
        before = np.searchsorted(buckets, np.arange(0, N_BUCKETS, _RUN, dtype=np.uint32)).astype(np.int32)
        return cls(buckets, idf, before, place * known)

    def columns(self, bucket: NDArray[np.integer[Any]]) -> I64:
        """Return the column of each bucket, -1 where training never saw it."""
        place = self._place.take(bucket)
        column: I64 = np.add(self._before.take(bucket >> _RUN_BITS), place, dtype=np.int64)
        column -= 1
        column[place == 0] = -1
        return column

    def columns_of_few(self, buckets: Sequence[int]) -> list[int]:
        """Return what ``columns`` does, quicker for a few."""
        before, place = self._views
        return [before[bucket >> _RUN_BITS] + at - 1 if (at := place[bucket]) else -1 for bucket in buckets]

    @cached_property
    def _views(self) -> tuple[memoryview, memoryview]:
        return self._before.data, self._place.data


def extras_of(reviews: Sequence[Mapping[str, Any]], spec: FeatureSpec) -> tuple[I64, I64, F32]:
    """Return row, bucket and value of the side features, each once, in rising order.

    A categorical cell may hold several values joined by ``|``, each of value 1; a number is squeezed into (-1, 1).
    Raises ``ReviewmineError`` on a categorical cell that is no text.
    """
    rows: list[int] = []
    names: list[str] = []
    values: list[float] = []
    for row, review in enumerate(reviews):
        for column in spec.categorical:
            cell = read_text(review, column)[:MAX_CHARS]
            found = {value.strip().lower() for value in cell.split("|")} - {""}
            rows.extend([row] * len(found))
            names.extend(f"{column}={value}" for value in sorted(found))
            values.extend([1.0] * len(found))
        for column, (mean, std) in spec.numeric.items():
            number = as_number(review.get(column))
            if number is not None:
                rows.append(row)
                names.append(f"{column}#")
                values.append(float(np.tanh((number - mean) / (2 * std or 1.0)) * 0.999))
    hashes, _, _ = hash_words([name[:120] for name in names], (2, 2))
    key = np.asarray(rows, dtype=np.int64) * N_BUCKETS + bucket_of(hashes, EXTRAS)
    key, place = np.unique(key, return_inverse=True)
    row, bucket = np.divmod(key, N_BUCKETS)
    return row, bucket, np.bincount(place, values, len(key)).astype(np.float32)


def is_missing(value: Any) -> bool:
    """Return whether ``value`` is None or what a data frame writes for it: NaN, NaT, NA."""
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or type(value).__name__ in {"NaTType", "NAType"}
    )


def read_text(review: Mapping[str, Any], name: str) -> str:
    """Return a cell of a review as text, "" where it is missing.

    Raises ``ReviewmineError`` on what has no text of its own: bytes, lists and mappings, numbers of thousands of digits.
    """
    value = review.get(name)
    if type(value) is str:
        return value
    if is_missing(value):
        return ""
    try:
        if isinstance(value, str) or not isinstance(value, Collection):
            return str(value)
    except Exception:  # noqa: S110 a stranger's object may do anything when it is asked for its text
        pass
    raise no_text(review, name)


def no_text(review: Mapping[str, Any], name: str) -> ReviewmineError:
    """Return the error for a cell of a review that is no text."""
    where = "" if name == "id" else f"review {_shown(str(review.get('id') or '?')[:100])}"
    return ReviewmineError(f"{name} is {type(review[name]).__name__}", expected="a text", where=where, do="send text")


def _shown(text: str) -> str:
    """Return a stranger's text for a line of a terminal, which it must not steer."""
    return text if text.isprintable() else ascii(text)


def as_number(value: Any) -> float | None:
    """Return ``value`` as a finite float, or None where it is not one."""
    try:
        number = float(value)
    except Exception:  # a stranger's object may do anything when it is asked for its number
        return None
    return number if np.isfinite(number) else None
