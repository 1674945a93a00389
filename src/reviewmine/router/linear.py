"""What a linear model says of reviews, before any policy: sums over their units. numpy only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.features import MAX_CHARS, TEXT_FIELDS, FeatureSpec, Vocabulary, extras_of
from reviewmine.router.hashing import EXTRAS, F32, I64
from reviewmine.router.lexicon import Lexicon, Page, Parts, weighted
from reviewmine.router.runs import add_runs, distinct, starts_of
from reviewmine.router.units import pair_buckets, units_of

_PAIRS = 1 << 24  # above every slot: units and pairs are told apart
_MANY = 64  # words from which counting them all at once is quicker
_ROWS, _CHARS = 2_000, 200_000  # of reviews worked on at once: bounds memory, changes no answer


@dataclass(frozen=True)
class Answers:
    """What a linear model says of some reviews."""

    margins: F32
    """Shape (rows, types)."""
    known: F32
    """The share of the word features of each row (words, words with their field, word pairs) that training saw."""
    _page: Page
    _row: I64
    _slot: I64
    _scale: F32

    def pushes(self, row: int, types: Sequence[int]) -> F32:
        """Return what each word of a row adds to the margins of ``types``, in the order of reading, (words, types).

        Word pairs and side features are not part of it, nor is what a sentence adds beside the whole review.
        """
        slot = self._slot[np.searchsorted(self._row, row) : np.searchsorted(self._row, row, side="right")]
        said = slot.tolist()
        count = np.asarray([said.count(one) for one in said]) if len(said) < _MANY else np.bincount(slot)[slot]
        each = (1 + np.log(count)) / count  # a unit said n times shares what it adds
        vectors = Parts(self._page.sums[slot], self._page.shape).vectors[:, :, list(types)]
        return np.asarray((vectors * self._scale[row][None, :, None]).sum(axis=1) * each[:, None], dtype=np.float32)


@dataclass(frozen=True)
class Linear:
    """A linear model. ``weights`` has shape (features, types), in half or single precision."""

    spec: FeatureSpec
    vocabulary: Vocabulary
    weights: NDArray[np.floating[Any]]
    intercept: F32

    @cached_property
    def lexicon(self) -> Lexicon:
        """Return what is remembered of units already met; the only state, and no answer depends on it."""
        return Lexicon(self.spec, self.vocabulary, self.weights)

    def margins(self, reviews: Sequence[Mapping[str, Any]]) -> tuple[F32, F32]:
        """Return margins (rows, types) and the share of known word features (rows,)."""
        margins = np.zeros((len(reviews), len(self.intercept)), dtype=np.float32)
        known = np.zeros(len(reviews), dtype=np.float32)
        for part in parts_of(reviews):
            found = self.answers(reviews[part])
            margins[part], known[part] = found.margins, found.known
        return margins, known

    def answers(self, reviews: Sequence[Mapping[str, Any]]) -> Answers:
        """Return what the model says of ``reviews``, a part of ``parts_of``.

        Where the spec says so, the margin of a review leans to that of its best sentence for the type: one sentence may
        be about a type, and the rest of the review speaks of others.
        """
        n, spec = len(reviews), self.spec
        units = units_of(reviews, spec.negation)
        page, slot = self.lexicon.look_up(units.keys)
        size = np.asarray(units.size, dtype=np.int64)
        row = np.asarray(units.row, dtype=np.int64).repeat(size)
        joined = np.full(len(slot), spec.word_ngrams > 1)
        joined[size.cumsum() - 1] = False  # the last word of a sentence makes no pair
        left = joined.nonzero()[0]
        pair = pair_buckets(page.hashes[slot[left]], page.hashes[slot[left + 1]])
        unit_row, unit, pair_row = row, slot, row[left]
        owner = np.zeros(0, dtype=np.int64)  # the row of each sentence that is compared
        if spec.sentences and units.compared:  # these are rows of their own behind those of the reviews
            owner = np.asarray(units.row)[units.compared]
            number = np.full(len(size), -1)
            number[units.compared] = np.arange(n, n + len(owner))
            part = number.repeat(size)
            inside, paired = (part >= 0).nonzero()[0], (part[left] >= 0).nonzero()[0]
            unit_row, unit = np.concatenate([row, part[inside]]), np.concatenate([slot, slot[inside]])
            pair_row = np.concatenate([pair_row, part[left[paired]]])
            pair = np.concatenate([pair, pair[paired]])
        sums = _Sums(self, page, n + len(owner))
        place, damp = distinct(np.concatenate([unit_row, pair_row]), np.concatenate([unit, pair + _PAIRS]))
        split = int(place.searchsorted(len(unit)))
        sums.add_units(unit_row[place[:split]], unit[place[:split]], damp[:split])
        at = place[split:] - len(unit)
        sums.add_pairs(pair_row[at], pair[at], damp[split:])
        scale = sums.scale()
        margins = sums.margins(scale)
        if spec.categorical or spec.numeric:
            extra = self._extras(reviews)
            margins += np.concatenate([extra, extra[owner]])
        whole = margins[:n]
        if len(owner):
            starts = starts_of(owner)
            lean, best = owner[starts], np.maximum.reduceat(margins[n:], starts, axis=0)
            whole[lean] += np.float32(spec.sentences) * (best - whole[lean])
        return Answers(whole, sums.known()[:n], page, row, slot, scale)

    def _extras(self, reviews: Sequence[Mapping[str, Any]]) -> F32:
        """Return what side features add to the margins, (rows, types)."""
        row, bucket, value = extras_of(reviews, self.spec)
        column = self.vocabulary.columns(bucket)
        row, value, column = row[column >= 0], value[column >= 0], column[column >= 0]
        value = value * self.vocabulary.idf[column]
        length = np.sqrt(np.bincount(row, np.square(value, dtype=np.float64), minlength=len(reviews)))
        scale = self.spec.block_weights[EXTRAS] / np.where(length > 0, length, 1)
        told = np.zeros((len(reviews), len(self.intercept) + 1), dtype=np.float32)
        value = (value * scale[row]).astype(np.float32)
        add_runs(told, row, lambda here: weighted(self.weights, column[here], value[here]))
        return told[:, :-1]


def parts_of(reviews: Sequence[Mapping[str, Any]]) -> Iterator[slice]:
    """Yield slices of ``reviews`` that bound the memory of one step: so many reviews, or so many characters."""
    start = chars = 0
    for row, review in enumerate(reviews):
        here = 0
        for name in TEXT_FIELDS:
            here += min(len(review.get(name) or ""), MAX_CHARS)
        if row > start and (row - start == _ROWS or chars + here > _CHARS):
            yield slice(start, row)
            start, chars = row, 0
        chars += here
    if len(reviews):
        yield slice(start, len(reviews))


class _Sums:
    """Sums over the units and pairs of rows: weights and squared lengths by block, and what training saw of the words."""

    def __init__(self, linear: Linear, page: Page, n_rows: int) -> None:
        self._linear, self._page = linear, page
        self._sums = np.zeros((n_rows, page.sums.shape[1]), dtype=np.float32)
        self._parts = Parts(self._sums, page.shape)

    def add_units(self, row: I64, slot: I64, damp: F32) -> None:
        """Add distinct units, each ``damp`` times."""
        often, page = damp > 1, self._page

        def values(here: I64 | slice) -> F32:
            sums = page.sums[slot[here]]
            if often[here].any():
                times, parts = damp[here].ravel(), Parts(sums.reshape(-1, sums.shape[-1]), page.shape)
                parts.vectors *= times[:, None, None]
                parts.squares *= np.square(times)[:, None]
            return sums

        add_runs(self._sums, row, values)

    def add_pairs(self, row: I64, bucket: I64, damp: F32) -> None:
        """Add distinct word pairs, each ``damp`` times."""
        linear, features = self._linear, self._parts.features
        column = linear.vocabulary.columns(bucket)
        seen = (column >= 0).nonzero()[0]
        features[:, 0] += np.bincount(row, minlength=len(features))
        row, column = row[seen], column[seen]
        features[:, 1] += np.bincount(row, minlength=len(features))
        value = damp[seen] * linear.vocabulary.idf[column]
        told = np.zeros((len(features), len(linear.intercept) + 1), dtype=np.float32)
        add_runs(told, row, lambda here: weighted(linear.weights, column[here], value[here]))
        self._parts.vectors[:, 0] += told[:, :-1]
        self._parts.squares[:, 0] += told[:, -1]

    def scale(self) -> F32:
        """Return what brings each block of each row to the length of its weight, (rows, blocks)."""
        squares = self._parts.squares
        weight = np.asarray(self._linear.spec.block_weights[: squares.shape[1]], dtype=np.float32)
        return np.asarray(weight / np.sqrt(np.where(squares > 0, squares, 1)), dtype=np.float32)

    def margins(self, scale: F32) -> F32:
        """Return the margins of rows whose blocks are scaled by ``scale``."""
        return np.asarray(self._linear.intercept + (self._parts.vectors * scale[:, :, None]).sum(axis=1))

    def known(self) -> F32:
        """Return the share of word features that training saw; 0 for a row without words."""
        features = self._parts.features
        return np.asarray(features[:, 1] / np.maximum(features[:, 0], 1), dtype=np.float32)
