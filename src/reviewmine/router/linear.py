"""What a linear model says of reviews, before any policy: sums over their units. numpy only."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.features import MAX_CHARS, TEXT_FIELDS, FeatureSpec, Vocabulary, extras_of
from reviewmine.router.hashing import EXTRAS, F32, I64
from reviewmine.router.lexicon import Lexicon, Page, Parts, weighted
from reviewmine.router.runs import run_sums, starts_of
from reviewmine.router.units import Lines, units_of

ROWS = 2_000
"""Reviews worked on at once; bounds memory and changes no answer."""
_CHARS = 200_000  # of these reviews


@dataclass(frozen=True)
class Answers:
    """What a linear model says of some reviews."""

    margins: F32
    """Shape (rows, types)."""
    known: F32
    """The share of the word features of each row (words, words with their field, word pairs) that training saw."""
    _page: Page
    _said: list[list[str]]
    _scale: F32

    def pushes(self, row: int, types: Sequence[int]) -> F32:
        """Return what each word of a row adds to the margins of ``types``, in the order of reading, (words, types).

        Word pairs and side features are not part of it, nor is what a sentence adds beside the whole review.
        """
        said = self._said[row]
        slot = np.asarray([self._page.slots[key] for key in said], dtype=np.int64)
        times = Counter(said)
        count = np.asarray([times[key] for key in said])
        each = (1 + np.log(count)) / count  # a unit said n times shares what it adds
        blocks, n_types = self._page.shape
        column = np.arange(blocks)[:, None] * n_types + np.asarray(types)
        told = self._page.sums[slot[:, None, None], column] * self._scale[row][:, None]
        return np.asarray(told.sum(axis=1) * each[:, None], dtype=np.float32)


@dataclass(frozen=True)
class Linear:
    """A linear model. ``weights`` has shape (features, types), in half or single precision."""

    spec: FeatureSpec
    vocabulary: Vocabulary
    weights: NDArray[np.floating[Any]]
    intercept: F32

    @cached_property
    def words(self) -> Lexicon:
        """Return what is remembered of words already met; with ``pairs`` the only state, and no answer depends on it."""
        return Lexicon(self.spec, self.vocabulary, self.weights, 3 if self.spec.meaning else 2)

    @cached_property
    def pairs(self) -> Lexicon:
        """Return what is remembered of word pairs already met."""
        return Lexicon(self.spec, self.vocabulary, self.weights, 1)

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
        units = units_of(reviews, spec)
        page, sums = _line_sums(self.words, units.words)
        parts = Parts(sums, page.shape)
        if units.pairs.keys:
            pairs, sums = _line_sums(self.pairs, units.pairs)
            told = Parts(sums, pairs.shape)
            parts.vectors[:, :1] += told.vectors
            parts.squares[:, :1] += told.squares
            parts.features[:] += told.features
        weight = np.asarray(spec.block_weights[: page.shape[0]], dtype=np.float32)
        scale = np.asarray(weight / np.sqrt(np.where(parts.squares > 0, parts.squares, 1)), dtype=np.float32)
        margins = self.intercept + (parts.vectors * scale[:, :, None]).sum(axis=1)
        if spec.categorical or spec.numeric:
            extra = self._extras(reviews)
            margins += np.concatenate([extra, extra[units.owner]])
        whole = margins[:n]
        if units.owner:
            owner = np.asarray(units.owner)
            starts = starts_of(owner)
            lean, best = owner[starts], np.maximum.reduceat(margins[n:], starts, axis=0)
            whole[lean] += np.float32(spec.sentences) * (best - whole[lean])
        known = np.asarray(parts.features[:n, 1] / np.maximum(parts.features[:n, 0], 1), dtype=np.float32)
        return Answers(whole, known, page, units.said, scale)

    def _extras(self, reviews: Sequence[Mapping[str, Any]]) -> F32:
        """Return what side features add to the margins, (rows, types)."""
        row, bucket, value = extras_of(reviews, self.spec)
        column = self.vocabulary.columns(bucket)
        row, value, column = row[column >= 0], value[column >= 0], column[column >= 0]
        value = value * self.vocabulary.idf[column]
        length = np.sqrt(np.bincount(row, np.square(value, dtype=np.float64), minlength=len(reviews)))
        scale = self.spec.block_weights[EXTRAS] / np.where(length > 0, length, 1)
        value = (value * scale[row]).astype(np.float32)
        sizes = np.bincount(row, minlength=len(reviews))
        told = run_sums(sizes, len(self.intercept) + 1, lambda here: weighted(self.weights, column[here], value[here]))
        return told[:, :-1]


def parts_of(reviews: Sequence[Mapping[str, Any]]) -> Iterator[slice]:
    """Yield slices of ``reviews`` that bound the memory of one step: so many reviews, or so many characters."""
    start = chars = 0
    for row, review in enumerate(reviews):
        here = 0
        for name in TEXT_FIELDS:
            here += min(len(review.get(name) or ""), MAX_CHARS)
        if row > start and (row - start == ROWS or chars + here > _CHARS):
            yield slice(start, row)
            start, chars = row, 0
        chars += here
    if len(reviews):
        yield slice(start, len(reviews))


def _line_sums(lexicon: Lexicon, lines: Lines) -> tuple[Page, F32]:
    """Return the sums over the units of each line, and the page they are from; n times the same counts 1 + log n times."""
    page, slot = lexicon.look_up(lines.keys)
    count = np.asarray(lines.count)
    damp = (1 + np.log(count)).astype(np.float32)

    def values(here: I64 | slice) -> F32:
        sums = page.sums[slot[here]]
        if (count[here] > 1).any():
            times, parts = damp[here].ravel(), Parts(sums.reshape(-1, sums.shape[-1]), page.shape)
            parts.vectors *= times[:, None, None]
            parts.squares *= np.square(times)[:, None]
        return sums

    return page, run_sums(np.asarray(lines.size, dtype=np.int64), page.sums.shape[1], values)
