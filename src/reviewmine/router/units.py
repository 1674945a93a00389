"""What reviews are made of: units, and the features of each.

A unit is a word as it stands in a field (under Достоинства and Недостатки the word is another unit than elsewhere), denied
or not, or a pair of neighbouring words of one sentence. Its features depend on the unit alone: the word, the word with the
field, the character n-grams inside the word with its edges (as in scikit-learn's ``char_wb``), and the word once more for
what texts without types know of it; or the pair. That a word is the sum of its n-grams is from fastText (Bojanowski et
al., 2017).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from reviewmine.language.negation import denied_tokens
from reviewmine.language.normalize import STOP, words_and_stops
from reviewmine.router.features import FIELD_MARKS, MAX_CHARS, TEXT_FIELDS, FeatureSpec
from reviewmine.router.hashing import (
    CHARS,
    I64,
    MEANING,
    N_BUCKETS,
    U64,
    WORDS,
    bucket_of,
    denial_of,
    denied_grams,
    hash_words,
    pair_hashes,
    pointers,
)
from reviewmine.router.runs import starts_of

_SALTS = np.asarray([0, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], dtype=np.uint64)  # no field, then FIELD_MARKS
_MARKS = ("", *FIELD_MARKS.values())
_MARK_OF = {mark: i for i, mark in enumerate(_MARKS)}
_BUCKET_BITS = N_BUCKETS.bit_length() - 1
_DENIED = "\x04"
_LEADING = _DENIED + "".join(_MARKS)

MAX_SENTENCES = 30
"""Sentences of one review that are compared; the whole review is read whatever their number."""
_LEAST_WORDS = 2  # fewer are numbers of lists, abbreviations, sighs


Key = str | tuple[str, str]
"""A word with its marks, or a pair of words."""


@dataclass(frozen=True)
class Said:
    """The words of some reviews."""

    words: list[list[str]]
    """A key for each word of each review as they come."""
    sizes: list[list[int]]
    """The number of words in each sentence of each review."""


@dataclass(frozen=True)
class Lines:
    """The units of lines: of each review, and behind these of each sentence that is compared with others of its review."""

    keys: list[Any]
    """A key, or a place, for each unit of each line once, in the order of reading, line after line."""
    count: list[int]
    """How often the line has it."""
    size: list[int]
    """The number of keys of each line."""

    def add(self, places: Sequence[int], unit: Sequence[Hashable], once: bool = False) -> bool:
        """Add a line that has a ``unit`` at each of ``places``; return whether each is said once, known if ``once``."""
        said = [unit[place] for place in places] if not once else ()
        if len(set(said)) == len(said):
            self.keys.extend(places)
            self.count.extend([1] * len(places))
            self.size.append(len(places))
            return True
        times: dict[Hashable, int] = {}
        first: dict[Hashable, int] = {}
        for place, key in zip(places, said, strict=True):
            first.setdefault(key, place)
            times[key] = times.get(key, 0) + 1
        self.keys.extend(first.values())
        self.count.extend(times.values())
        self.size.append(len(first))
        return False


@dataclass(frozen=True)
class Units:
    """The units of lines, by their keys."""

    words: Lines
    pairs: Lines
    owner: list[int]
    """The review of each sentence, in rising order."""
    said: list[list[str]]
    """The words of each review as they come, a key each."""


@dataclass(frozen=True)
class UnitFeatures:
    """The features of distinct units: buckets ``bucket[ptr[i]:ptr[i + 1]]`` of unit i, each once, in rising order."""

    ptr: I64
    bucket: I64


def units_of(reviews: Sequence[Mapping[str, Any]], spec: FeatureSpec) -> Units:
    """Return the units of ``reviews``, and of their sentences where ``spec`` compares those."""
    said = said_in(reviews, spec)
    words = [key for each in said.words for key in each]
    pairs = list(pairwise([key.lstrip(_LEADING) for key in words]))
    told, near, owner = lines_of(said.sizes, words, pairs, spec)
    return Units(_named(told, words), _named(near, pairs), owner, said.words)


def _named(lines: Lines, unit: Sequence[Any]) -> Lines:
    """Return ``lines`` with the unit at each place."""
    return Lines([unit[place] for place in lines.keys], lines.count, lines.size)


def lines_of(
    sizes: Sequence[Sequence[int]], words: Sequence[Hashable], pairs: Sequence[Hashable], spec: FeatureSpec
) -> tuple[Lines, Lines, list[int]]:
    """Return the lines of words and those of pairs, by places, and the review of each sentence that is compared.

    ``words`` are all words as they come, a key each; ``pairs`` are keys of each word with the next one, whether they are
    of one sentence or not. Compared are the first ``MAX_SENTENCES`` sentences of two words or more, in reviews that have at
    least two.
    """
    told, near = Lines([], [], []), Lines([], [], [])
    compared: list[tuple[int, int, bool]] = []
    owner: list[int] = []
    start, reach = 0, int(spec.word_ngrams > 1)  # without pairs, lines of pairs are empty
    for row, each in enumerate(sizes):
        sentences = list(pairwise(accumulate(each, initial=start)))
        stop = sentences[-1][1] if sentences else start
        once = told.add(range(start, stop), words)
        couples = [place for first, last in sentences for place in range(first, last - 1)] if reach else ()
        is_distinct = near.add(couples, pairs) and once  # words of two fields differ, the pairs they make may not
        if spec.sentences and len(sentences) > 1:
            long = [(first, last) for first, last in sentences if last - first >= _LEAST_WORDS][:MAX_SENTENCES]
            if len(long) > 1:
                compared += [(first, last, is_distinct) for first, last in long]
                owner += [row] * len(long)
        start = stop
    for first, last, is_distinct in compared:  # what a review says once, its sentences do
        told.add(range(first, last), words, is_distinct)
        near.add(range(first, last - 1) if reach else (), pairs, is_distinct)
    return told, near, owner


def said_in(reviews: Sequence[Mapping[str, Any]], spec: FeatureSpec) -> Said:
    """Return the words of ``reviews``."""
    said = Said([], [])
    for review in reviews:
        words: list[str] = []
        sizes: list[int] = []
        for name in TEXT_FIELDS:
            text = review.get(name)
            if text:
                _read(str(text)[:MAX_CHARS], FIELD_MARKS.get(name, ""), spec.negation, words, sizes)
        said.words.append(words)
        said.sizes.append(sizes)
    return said


def _read(text: str, mark: str, negation: bool, words: list[str], sizes: list[int]) -> None:
    """Add the keys of the words of one field, and the number in each of its sentences."""
    forms: list[str] = []
    first = 0
    for form in (*words_and_stops(text), STOP):
        if form != STOP:
            forms.append(form)
        elif len(forms) > first:
            sizes.append(len(forms) - first)
            first = len(forms)
    denied = denied_tokens(text, forms) if negation else ()
    if mark:
        forms = [mark + form for form in forms]
    for place in denied:
        forms[place] = _DENIED + forms[place]
    words += forms


def features_of(keys: Sequence[Key], spec: FeatureSpec) -> UnitFeatures:
    """Return the features of distinct units."""
    words = [i for i, key in enumerate(keys) if isinstance(key, str)]
    pairs = [i for i, key in enumerate(keys) if isinstance(key, tuple)]
    _, owner, bucket = word_features([str(keys[i]) for i in words], spec)
    owners = np.concatenate([np.asarray(words, dtype=np.int64)[owner], np.asarray(pairs, dtype=np.int64)])
    buckets = np.concatenate([bucket, _pair_buckets([keys[i] for i in pairs])])
    order = owners.argsort(kind="stable")
    return UnitFeatures(pointers(owners, len(keys)), buckets[order])


def word_features(keys: Sequence[str], spec: FeatureSpec) -> tuple[U64, I64, I64]:
    """Return the hash of each word, whatever its marks, and the features of distinct words: owner and bucket, both rising."""
    forms = [key.lstrip(_LEADING) for key in keys]
    hashes, place, grams = hash_words(forms, spec.char_ngrams)
    every = np.arange(len(keys))
    denied = np.asarray([key[0] == _DENIED for key in keys], dtype=np.bool_)
    alone = np.where(denied, denial_of(hashes), hashes)
    parts = [(CHARS, place, grams), (WORDS, every, alone)]
    if forms != keys:
        field = np.asarray([_MARK_OF.get(key.lstrip(_DENIED)[0], 0) for key in keys], dtype=np.int64)
        marked = np.flatnonzero(field)
        parts.append((WORDS, marked, alone[marked] ^ _SALTS[field[marked]]))
    if spec.meaning:
        parts.append((MEANING, every, alone))
    block = np.asarray([part[0] for part in parts]).repeat([len(part[1]) for part in parts])
    bucket = bucket_of(np.concatenate([part[2] for part in parts]), block)
    if denied.any():
        grams_of = bucket[: len(place)]
        grams_of[denied[place]] = denied_grams(grams_of[denied[place]])
    both = (np.concatenate([part[1] for part in parts]) << _BUCKET_BITS) + bucket
    both.sort()
    both = both[starts_of(both)]
    return hashes, both >> _BUCKET_BITS, both & (N_BUCKETS - 1)


def _pair_buckets(pairs: Sequence[Any]) -> I64:
    """Return the buckets of word pairs, by the hashes of their words."""
    place: dict[str, int] = {}
    ends = np.asarray([place.setdefault(form, len(place)) for pair in pairs for form in pair], dtype=np.int64)
    hashes, _, _ = hash_words(list(place), (2, 2))
    return bucket_of(pair_hashes(hashes[ends])[::2], WORDS)
