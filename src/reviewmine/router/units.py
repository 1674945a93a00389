"""What reviews are made of: units, and the features of each.

A unit is a word as it stands in a field (under Достоинства and Недостатки the word is another unit than elsewhere), denied
or not, or a pair of neighbouring words of one sentence. Its features depend on the unit alone: the word, the word with the
field, the character n-grams inside the word with its edges (as in scikit-learn's ``char_wb``), and the word once more for
what texts without types know of it; or the pair. That a word is the sum of its n-grams is from fastText (Bojanowski et
al., 2017).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from reviewmine.language.negation import denied_tokens
from reviewmine.language.normalize import STOP, words_and_stops
from reviewmine.language.normalize import words as normal_forms
from reviewmine.router.features import FIELD_MARKS, MAX_CHARS, TEXT_FIELDS, FeatureSpec
from reviewmine.router.hashing import (
    BASE,
    I64,
    MEANING,
    N_BUCKETS,
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


Key = str | tuple[str, str]
"""A word with its marks, or a pair of words."""


@dataclass(frozen=True)
class Lines:
    """The units of some lines."""

    keys: list[Key]
    """A key for each unit of each line once, in the order of reading, line after line."""
    count: list[int]
    """How often the line has it."""
    size: list[int]
    """The number of keys of each line."""

    def add(self, said: Sequence[Key]) -> bool:
        """Add a line of units as they come; return whether each is said once."""
        once = dict.fromkeys(said, 1)
        if len(once) == len(said):
            self.add_distinct(said)
            return True
        for key in once:
            once[key] = 0
        for key in said:
            once[key] += 1
        self.keys.extend(once)
        self.count.extend(once.values())
        self.size.append(len(once))
        return False

    def add_distinct(self, said: Sequence[Key]) -> None:
        """Add a line of units none of which is said twice."""
        self.keys.extend(said)
        self.count.extend([1] * len(said))
        self.size.append(len(said))


@dataclass(frozen=True)
class Units:
    """The units of lines: of each review, and behind these of each sentence that is compared with others of its review."""

    words: Lines
    pairs: Lines
    owner: list[int]
    """The review of each sentence, in rising order."""
    said: list[list[str]]
    """The words of each review as they come, a key each."""


Sentence = tuple[list[str], list[tuple[str, str]]]
"""The keys of the words and of the pairs of a sentence."""


@dataclass(frozen=True)
class UnitFeatures:
    """The features of distinct units: buckets ``bucket[ptr[i]:ptr[i + 1]]`` of unit i, each once, in rising order."""

    ptr: I64
    bucket: I64


def units_of(reviews: Sequence[Mapping[str, Any]], spec: FeatureSpec) -> Units:
    """Return the units of ``reviews``, and of their sentences where ``spec`` compares those.

    Compared are the first ``MAX_SENTENCES`` sentences of two words or more, in reviews that have at least two.
    """
    words, pairs = Lines([], [], []), Lines([], [], [])
    compared: list[tuple[Sentence, bool]] = []
    owner: list[int] = []
    said: list[list[str]] = []
    for row, review in enumerate(reviews):
        found: list[Sentence] = []
        for name in TEXT_FIELDS:
            text = review.get(name)
            if text:
                found += _sentences(str(text)[:MAX_CHARS], FIELD_MARKS.get(name, ""), spec)
        if len(found) == 1:
            mine, near = found[0]
        else:
            mine, near = [word for each, _ in found for word in each], [pair for _, each in found for pair in each]
        said.append(mine)
        once = words.add(mine)
        is_distinct = pairs.add(near) and once  # words of two fields differ, the pairs they make may not
        if spec.sentences and len(found) > 1:
            long = [(sentence, is_distinct) for sentence in found if len(sentence[0]) >= _LEAST_WORDS][:MAX_SENTENCES]
            if len(long) > 1:
                compared += long
                owner += [row] * len(long)
    for (mine, near), is_distinct in compared:
        if is_distinct:  # what a review says once, its sentences do
            words.add_distinct(mine)
            pairs.add_distinct(near)
        else:
            words.add(mine)
            pairs.add(near)
    return Units(words, pairs, owner, said)


def _sentences(text: str, mark: str, spec: FeatureSpec) -> list[Sentence]:
    """Return the keys of the words and of the pairs of each sentence of one field."""
    found: list[Sentence] = []
    forms: list[str] = []
    pairs = spec.word_ngrams > 1
    denied = _denied(text) if spec.negation else frozenset()
    first = 0
    for form in (*words_and_stops(text), STOP):
        if form != STOP:
            forms.append(form)
        elif forms:
            keys = [mark + form for form in forms] if mark else forms
            if denied:
                keys = [_DENIED + key if first + i in denied else key for i, key in enumerate(keys)]
                first += len(forms)
            found.append((keys, list(pairwise(forms)) if pairs else []))
            forms = []
    return found


def _denied(text: str) -> frozenset[int]:
    """Return the places of the denied words of a text."""
    return frozenset(denied_tokens(text, normal_forms(text)))


def features_of(keys: Sequence[Key], spec: FeatureSpec) -> UnitFeatures:
    """Return the features of distinct units."""
    told = [(i, key) for i, key in enumerate(keys) if isinstance(key, str)]
    near = [(i, key) for i, key in enumerate(keys) if isinstance(key, tuple)]
    words, pairs = (np.asarray([i for i, _ in each], dtype=np.int64) for each in (told, near))
    forms = [key.lstrip(_LEADING) for _, key in told]
    denied = np.asarray([key[0] == _DENIED for _, key in told], dtype=np.bool_)
    field = np.asarray([_MARK_OF.get(key.lstrip(_DENIED)[0], 0) for _, key in told], dtype=np.int64)
    hashes, ptr, grams = hash_words(forms, spec.char_ngrams)
    alone = np.where(denied, denial_of(hashes), hashes)
    marked = np.flatnonzero(field)
    place = np.repeat(np.arange(len(words)), np.diff(ptr))
    owners = [words, words[marked], words[place], pairs]
    buckets = [
        bucket_of(alone, WORDS),
        bucket_of(alone[marked] ^ _SALTS[field[marked]], WORDS),
        np.where(denied[place], denied_grams(grams), grams),
        _pair_buckets([pair for _, pair in near]),
    ]
    if spec.meaning:
        owners.append(words)
        buckets.append(bucket_of(alone, MEANING))
    both = np.concatenate(owners) * N_BUCKETS + np.concatenate(buckets)
    both.sort()
    owner, bucket = np.divmod(both[starts_of(both)], N_BUCKETS)
    return UnitFeatures(pointers(owner, len(keys)), bucket)


def _pair_buckets(pairs: Sequence[tuple[str, str]]) -> I64:
    """Return the buckets of word pairs, by the hashes of their words."""
    place: dict[str, int] = {}
    ends = np.asarray([place.setdefault(form, len(place)) for pair in pairs for form in pair], dtype=np.int64)
    hashes, _, _ = hash_words(list(place), (2, 2))
    return bucket_of(hashes[ends[::2]] * BASE + hashes[ends[1::2]], WORDS)
