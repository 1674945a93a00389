"""Reviews to sparse features: hashed word and character n-grams, in numpy, the same code for training and routing.

A review becomes four blocks, each of unit length: *words* (unigrams and bigrams; under Достоинства and Недостатки also
marked with the field), *chars* (n-grams inside a word with its edges, as in scikit-learn's ``char_wb``) and *extras*
(side features); *meaning* has the words once more, weighted by how much they tell, for what texts without types know of
them. A feature is a bucket of a fixed hash space; the vocabulary keeps the buckets seen in training.
With ``negation`` a word that is denied is another word, and so are its n-grams; word pairs stay.

Character n-grams depend on the word alone, so they are computed once per distinct word and remembered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.hashing import (
    BASE,
    EXTRAS,
    F32,
    I64,
    MEANING,
    N_BLOCKS,
    N_BUCKETS,
    WORDS,
    WordTable,
    as_denied,
    block_of,
    bucket_of,
    hash_words,
    pointers,
    word_table,
)
from reviewmine.router.tokens import Tokens

TEXT_FIELDS = ("title", "pros", "cons", "comment", "text")
MARKED_FIELDS = ("pros", "cons")
MAX_CHARS = 20_000
"""A field is read up to this many characters; what a person needs to say stands well before."""

_SALTS = np.asarray([0xD6E8FEB86659FD93, 0xA0761D6478BD642F], dtype=np.uint64)  # one for each of MARKED_FIELDS
_MARK = {name: i for i, name in enumerate(MARKED_FIELDS)}
_ROW = np.uint32(20)  # a key is row << 20 | bucket
_BLOCK = 2048  # rows counted at once: their keys fit 32 bits and the cache of the processor; changes no value

_Part = tuple[I64, I64, F32]
"""Rows, buckets and weights of some features, or rows, columns and values."""

_NOTHING: _Part = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))


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
class SparseRows:
    """Rows in compressed form: row ``i`` has ``indices[indptr[i]:indptr[i + 1]]``, each once, in rising order."""

    indptr: I64
    indices: I64
    values: F32

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.indptr) - 1


@dataclass(frozen=True)
class RawRows:
    """Counted features before the vocabulary: one entry per row and bucket, in rising order."""

    n_rows: int
    row: I64
    bucket: I64
    count: F32


@dataclass(frozen=True)
class Vocabulary:
    """The buckets seen in training, in rising order, with their inverse document frequency."""

    buckets: NDArray[np.uint32]
    idf: F32
    column: NDArray[np.int32] = field(repr=False)
    """Bucket to column, -1 where training never saw it; derived from ``buckets``."""

    @classmethod
    def of(cls, buckets: NDArray[np.uint32], idf: F32) -> "Vocabulary":
        """Return the vocabulary with its look-up table filled."""
        column = np.full(N_BUCKETS, -1, dtype=np.int32)
        column[buckets] = np.arange(len(buckets), dtype=np.int32)
        return cls(buckets, idf, column)

    @classmethod
    def fit(cls, raw: RawRows, min_count: int = 2) -> "Vocabulary":
        """Return the buckets that at least ``min_count`` rows hold, with smoothed idf as in scikit-learn."""
        frequency = np.bincount(raw.bucket, minlength=N_BUCKETS)
        buckets = np.flatnonzero(frequency >= min_count).astype(np.uint32)
        idf = np.log((1 + raw.n_rows) / (1 + frequency[buckets])) + 1
        known = block_of(buckets.astype(np.int64)) != MEANING  # these come with a weight of their own
        return cls.of(buckets[known], idf[known].astype(np.float32))

    def with_words(self, buckets: I64, weight: F32) -> "Vocabulary":
        """Return the vocabulary with words of the block *meaning*, each with its ``weight`` in place of an idf."""
        every = np.concatenate([self.buckets, buckets.astype(np.uint32)])
        order = np.argsort(every, kind="stable")
        return Vocabulary.of(every[order], np.concatenate([self.idf, weight])[order])


def extract(reviews: Sequence[Mapping[str, Any]], spec: FeatureSpec) -> RawRows:
    """Return the counted features of ``reviews``; a missing or empty field adds nothing.

    A review is a mapping with any of the text fields and of the side features named in ``spec``.
    """
    table = word_table(spec.char_ngrams)
    blocks = [_counted(reviews[start : start + _BLOCK], start, table, spec) for start in range(0, len(reviews), _BLOCK)]
    row, bucket, count = (np.concatenate(column) for column in zip(_NOTHING, *blocks, strict=True))
    return RawRows(len(reviews), row, bucket, count)


def vectorize(raw: RawRows, vocabulary: Vocabulary, spec: FeatureSpec) -> SparseRows:
    """Return rows of weighted features: sublinear counts times idf, each block scaled to its weight."""
    starts = np.searchsorted(raw.row, np.arange(0, raw.n_rows + _BLOCK, _BLOCK)).tolist()
    blocks = [_weighted(raw, slice(*ends), vocabulary, spec) for ends in pairwise(starts)]
    row, column, value = (np.concatenate(part) for part in zip(_NOTHING, *blocks, strict=True))
    return SparseRows(pointers(row, raw.n_rows), column, value)


def _weighted(raw: RawRows, part: slice, vocabulary: Vocabulary, spec: FeatureSpec) -> _Part:
    """Return row, column and value of the known features in a part of ``raw`` that holds whole rows."""
    column = vocabulary.column[raw.bucket[part]]
    known = np.flatnonzero(column >= 0)
    row, count, at = raw.row[part][known], raw.count[part][known], column[known].astype(np.int64)
    if not len(row):
        return row, at, count
    value: F32 = 1 + np.log(np.maximum(count, 1))
    if spec.numeric:  # a number lies inside (-1, 1) and is a weight already; a count is dampened
        value = np.where(np.abs(count) < 1, count, value)
    value *= vocabulary.idf[at]
    group = (row - row[0]) * N_BLOCKS + block_of(raw.bucket[part][known])
    squared = np.bincount(group, weights=np.square(value, dtype=np.float64))
    weight = np.resize(np.asarray(spec.block_weights), len(squared))
    scale = weight / np.sqrt(np.where(squared > 0, squared, 1))
    return row, at, (value * scale[group]).astype(np.float32)


def known_share(raw: RawRows, vocabulary: Vocabulary) -> F32:
    """Return for each row the share of its word features that training has seen; 0 for an empty row."""
    is_word = block_of(raw.bucket) == WORDS
    row = raw.row[is_word]
    known = vocabulary.column[raw.bucket[is_word]] >= 0
    total = np.bincount(row, minlength=raw.n_rows)
    share = np.bincount(row, weights=known, minlength=raw.n_rows) / np.maximum(total, 1)
    return share.astype(np.float32)


def denied_words(review: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return whether each word of a review is denied, in the order of reading, field after field."""
    return Tokens.of(_texts([review]), with_denials=True).denied


def word_columns(
    forms: Sequence[str], vocabulary: Vocabulary, spec: FeatureSpec, denied: NDArray[np.bool_] | None = None
) -> tuple[I64, I64]:
    """Return ``(ptr, columns)``: the known features of each word alone, for showing what spoke for a type.

    ``denied`` says which of the words are denied; without it none is.
    """
    hashes, lengths, chars = word_table(spec.char_ngrams).look_up(forms)
    if spec.negation and denied is not None:
        hashes, chars = as_denied(hashes, lengths, chars, denied)
    every = np.arange(len(forms))
    buckets = np.concatenate([bucket_of(hashes, WORDS), chars])
    owners = np.concatenate([every, np.repeat(every, lengths)])
    if spec.meaning:
        buckets = np.concatenate([buckets, bucket_of(hashes, MEANING)])
        owners = np.concatenate([owners, every])
    column = vocabulary.column[buckets].astype(np.int64)
    known = column >= 0
    order = np.argsort(owners[known], kind="stable")
    return pointers(owners[known], len(forms)), column[known][order]


def _texts(reviews: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int, str]]:
    """Yield row, mark of the field and text of every field that says something."""
    for row, review in enumerate(reviews):
        for name in TEXT_FIELDS:
            text = review.get(name)
            if text:
                yield row, _MARK.get(name, len(MARKED_FIELDS)), str(text)[:MAX_CHARS]


def _counted(reviews: Sequence[Mapping[str, Any]], first_row: int, table: WordTable, spec: FeatureSpec) -> _Part:
    """Return the counted features of at most ``_BLOCK`` reviews: one 32-bit key a feature (row, bucket), sorted."""
    doc = Tokens.of(_texts(reviews), with_denials=spec.negation)
    hashes, lengths, chars = table.look_up(doc.forms)
    shift = doc.row.astype(np.uint32) << _ROW
    alone = hashes
    if spec.negation:
        alone, chars = as_denied(hashes, lengths, chars, doc.denied)
    keys = [np.repeat(shift, lengths) | chars, shift | bucket_of(alone, WORDS).astype(np.uint32)]
    marked = np.flatnonzero(doc.field < len(MARKED_FIELDS))
    keys.append(shift[marked] | bucket_of(alone[marked] ^ _SALTS[doc.field[marked]], WORDS).astype(np.uint32))
    if spec.meaning:
        keys.append(shift | bucket_of(alone, MEANING).astype(np.uint32))
    if spec.word_ngrams > 1:
        near = np.flatnonzero(doc.part[1:] == doc.part[:-1])
        keys.append(shift[near] | bucket_of(hashes[near] * BASE + hashes[near + 1], WORDS).astype(np.uint32))
    key = np.concatenate(keys)
    key.sort()
    first = np.flatnonzero(np.diff(key, prepend=~key[:1]))  # the first key differs from its complement
    count = np.diff(first, append=len(key)).astype(np.float32)
    key = key[first]
    row, bucket = (key >> _ROW).astype(np.int64), (key & np.uint32(N_BUCKETS - 1)).astype(np.int64)
    if spec.categorical or spec.numeric:
        row, bucket, count = _joined((row, bucket, count), _extras(reviews, spec), len(reviews))
    return row + first_row, bucket, count


def _joined(counted: _Part, extras: _Part, n_rows: int) -> _Part:
    """Return the features of each row followed by its extras, whose buckets are the highest."""
    extras = _summed(extras)
    at = pointers(counted[0], n_rows)[extras[0] + 1]
    return (
        np.insert(counted[0], at, extras[0]),
        np.insert(counted[1], at, extras[1]),
        np.insert(counted[2], at, extras[2]),
    )


def _extras(reviews: Sequence[Mapping[str, Any]], spec: FeatureSpec) -> _Part:
    """Return the side features; a categorical cell may hold several values joined by ``|``."""
    rows: list[int] = []
    names: list[str] = []
    weights: list[float] = []
    for row, review in enumerate(reviews):
        for column in spec.categorical:
            cell = review.get(column)
            values = set() if is_missing(cell) else {value.strip().lower() for value in str(cell).split("|")} - {""}
            rows.extend([row] * len(values))
            names.extend(f"{column}={value}" for value in sorted(values))
            weights.extend([1.0] * len(values))
        for column, (mean, std) in spec.numeric.items():
            number = as_number(review.get(column))
            if number is not None:
                rows.append(row)
                names.append(f"{column}#")
                weights.append(float(np.tanh((number - mean) / (2 * std or 1.0)) * 0.999))
    hashes, _, _ = hash_words([name[:120] for name in names], (2, 2))
    return np.asarray(rows, dtype=np.int64), bucket_of(hashes, EXTRAS), np.asarray(weights, dtype=np.float32)


def is_missing(value: Any) -> bool:
    """Return whether ``value`` is None or what a data frame writes for it: NaN, NaT, NA."""
    return (
        value is None or (isinstance(value, float) and value != value) or type(value).__name__ in {"NaTType", "NAType"}
    )


def as_number(value: Any) -> float | None:
    """Return ``value`` as a finite float, or None where it is not one."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if np.isfinite(number) else None


def _summed(part: _Part) -> _Part:
    """Return one entry per row and bucket, in rising order, with the sum of its weights."""
    row, bucket, weight = part
    key = row * N_BUCKETS + bucket
    order = np.argsort(key, kind="stable")
    key, weight = key[order], weight[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    count = np.add.reduceat(weight, first) if len(first) else weight
    row, bucket = np.divmod(key[first], N_BUCKETS)
    return row, bucket, count.astype(np.float32)
