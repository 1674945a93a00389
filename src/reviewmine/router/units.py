"""What reviews are made of: units, and the features of each.

A unit is a word as it stands in a field (under Достоинства and Недостатки the word is another unit than elsewhere), denied
or not. Its features depend on the unit alone: the word, the word with the field, the character n-grams inside the word
with its edges (as in scikit-learn's ``char_wb``), and the word once more for what texts without types know of it. That a
word is the sum of its n-grams is from fastText (Bojanowski et al., 2017). Word pairs join units of one sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reviewmine.language.negation import denied_tokens
from reviewmine.language.normalize import STOP, words_and_stops
from reviewmine.router.features import FIELD_MARKS, MAX_CHARS, TEXT_FIELDS, FeatureSpec
from reviewmine.router.hashing import (
    BASE,
    I64,
    MEANING,
    N_BUCKETS,
    U64,
    WORDS,
    bucket_of,
    denial_of,
    denied_grams,
    hash_words,
    pointers,
)
from reviewmine.router.runs import starts_of

_SALTS = np.asarray([0, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], dtype=np.uint64)  # no field, then FIELD_MARKS
_MARKS = ("", *FIELD_MARKS.values())
_MARK_OF = {mark: i for i, mark in enumerate(_MARKS)}
_DENIED = "\x04"
_LEADING = _DENIED + "".join(_MARKS)

MAX_SENTENCES = 30
"""Sentences of one review that are compared; the whole review is read whatever their number."""
_LEAST_WORDS = 2  # fewer are numbers of lists, abbreviations, sighs


@dataclass(frozen=True)
class Units:
    """The units of reviews in the order of reading, a key each, and the sentences that they stand in."""

    keys: list[str]
    row: list[int]
    """The review of each sentence."""
    size: list[int]
    """The number of units of each sentence, at least one."""
    compared: list[int]
    """The sentences to compare with each other: those of at least two words, of reviews that have at least two such."""


@dataclass(frozen=True)
class UnitFeatures:
    """Distinct units: the hash of each word, and the buckets ``bucket[ptr[i]:ptr[i + 1]]`` of unit i, each once, rising."""

    hash: U64
    ptr: I64
    bucket: I64


def units_of(reviews: Sequence[Mapping[str, Any]], negation: bool) -> Units:
    """Return the units of ``reviews``; with ``negation`` a denied word is a unit of its own."""
    keys: list[str] = []
    rows: list[int] = []
    sizes: list[int] = []
    compared: list[int] = []
    for row, review in enumerate(reviews):
        first = len(sizes)
        for name in TEXT_FIELDS:
            text = review.get(name)
            if text:
                mine, lengths = _sentences(str(text)[:MAX_CHARS], FIELD_MARKS.get(name, ""), negation)
                keys.extend(mine)
                sizes.extend(lengths)
        rows.extend([row] * (len(sizes) - first))
        long = [place for place in range(first, len(sizes)) if sizes[place] >= _LEAST_WORDS][:MAX_SENTENCES]
        if len(long) > 1:
            compared.extend(long)
    return Units(keys, rows, sizes, compared)


def _sentences(text: str, mark: str, negation: bool) -> tuple[list[str], list[int]]:
    """Return the keys of the units of one field, and the number of units of each of its sentences."""
    keys: list[str] = []
    sizes: list[int] = []
    start = 0
    for form in words_and_stops(text):
        if form != STOP:
            keys.append(form)
        elif len(keys) > start:
            sizes.append(len(keys) - start)
            start = len(keys)
    if len(keys) > start:
        sizes.append(len(keys) - start)
    denied = denied_tokens(text, keys) if negation else ()
    if mark:
        keys = [mark + form for form in keys]
    for token in denied:
        keys[token] = _DENIED + keys[token]
    return keys, sizes


def features_of(keys: Sequence[str], spec: FeatureSpec) -> UnitFeatures:
    """Return the features of distinct units."""
    forms = [key.lstrip(_LEADING) for key in keys]
    denied = np.asarray([key[0] == _DENIED for key in keys], dtype=np.bool_)
    field = np.asarray([_MARK_OF.get(key.lstrip(_DENIED)[0], 0) for key in keys], dtype=np.int64)
    hashes, ptr, grams = hash_words(forms, spec.char_ngrams)
    alone = np.where(denied, denial_of(hashes), hashes)
    every, marked = np.arange(len(keys)), np.flatnonzero(field)
    gram_owner = np.repeat(every, np.diff(ptr))
    owners = [every, marked, gram_owner]
    buckets = [
        bucket_of(alone, WORDS),
        bucket_of(alone[marked] ^ _SALTS[field[marked]], WORDS),
        np.where(denied[gram_owner], denied_grams(grams), grams),
    ]
    if spec.meaning:
        owners.append(every)
        buckets.append(bucket_of(alone, MEANING))
    both = np.concatenate(owners) * N_BUCKETS + np.concatenate(buckets)
    both.sort()
    owner, bucket = np.divmod(both[starts_of(both)], N_BUCKETS)
    return UnitFeatures(hashes, pointers(owner, len(keys)), bucket)


def pair_buckets(left: U64, right: U64) -> I64:
    """Return the buckets of word pairs given the hashes of their words; a denied word makes the pairs of the word."""
    return bucket_of(left * BASE + right, WORDS)
