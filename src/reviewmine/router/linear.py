"""What a linear model says of reviews, before any policy: sums over their units. numpy only."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.features import MAX_CHARS, TEXT_FIELDS, FeatureSpec, Vocabulary, extras_of
from reviewmine.router.hashing import EXTRAS, F32, I64
from reviewmine.router.lexicon import Lexicon, Page, Parts
from reviewmine.router.near import near_of
from reviewmine.router.rows import Rows, weighted
from reviewmine.router.runs import run_sums, starts_of
from reviewmine.router.units import Lines, lines_of, said_in

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
    _slot: I64
    """The slot of each word of all rows as they come."""
    _ends: list[int]
    """Where the words of each row begin; one more for the end."""
    _scale: F32

    def pushes(self, row: int, types: Sequence[int]) -> F32:
        """Return what each word of a row adds to the margins of ``types``, in the order of reading, (words, types).

        Word pairs and side features are not part of it, nor is what a sentence adds beside the whole review.
        """
        slot = self._slot[self._ends[row] : self._ends[row + 1]]
        blocks, n_types = self._page.shape
        column = [[block * (n_types + 1) + k for k in types] for block in range(blocks)]
        told = self._page.sums.take(slot, axis=0).take(column, axis=1)
        told *= self._scale[row]
        found: F32 = np.add.reduce(told, axis=1)
        said = slot.tolist()
        if len(set(said)) == len(said):
            return found
        times = Counter(said)
        count = np.asarray([times[key] for key in said])
        each = (1 + np.log(count)) / count  # a unit said n times shares what it adds
        return np.asarray(found * each[:, None], dtype=np.float32)


@dataclass(frozen=True)
class Linear:
    """A linear model. ``weights`` has shape (features, types), in half or single precision."""

    spec: FeatureSpec
    vocabulary: Vocabulary
    weights: NDArray[np.floating[Any]]
    intercept: F32

    @cached_property
    def rows(self) -> Rows:
        """Return what is remembered of features; with ``words`` the only state, and no answer depends on it."""
        return Rows(self.weights, self.vocabulary.idf)

    @cached_property
    def _block_weights(self) -> F32:
        return np.asarray(self.spec.block_weights, dtype=np.float32)[:, None]

    @cached_property
    def words(self) -> Lexicon:
        """Return what is remembered of words already met."""
        return Lexicon(self.spec, self.vocabulary, self.rows, len(self.intercept))

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
        said = said_in(reviews, spec)
        page, slots = self.words.look_up(said.words[0] if n == 1 else [key for each in said.words for key in each])
        slot = np.asarray(slots, dtype=np.int64)
        near = near_of(page.hashes.take(slot), self.vocabulary)
        words, pairs, owner = lines_of(said.sizes, slots, near.hashes, spec)
        sums = _word_sums(page, slot, words)
        if pairs.keys:
            self._add_pairs(sums, near.column, pairs)
        parts = Parts(sums, page.shape)
        vectors, squares = parts.blocks[:, :, :-1], parts.blocks[:, :, -1:]
        scale = self._block_weights[: page.shape[0]] / np.sqrt(squares + (squares == 0))
        margins = self.intercept + np.add.reduce(vectors * scale, axis=1)
        if spec.categorical or spec.numeric:
            extra = self._extras(reviews)
            margins[:n] += extra
            margins[n:] += extra[owner]
        whole = margins[:n]
        if owner and n == 1:
            whole += np.float32(spec.sentences) * (np.maximum.reduce(margins[1:], axis=0) - whole)
        elif owner:
            each = np.asarray(owner)
            starts = starts_of(each)
            lean, best = each[starts], np.maximum.reduceat(margins[n:], starts, axis=0)
            whole[lean] += np.float32(spec.sentences) * (best - whole[lean])
        features = parts.features[:n]
        known = np.asarray(features[:, 1] / np.maximum(features[:, 0], 1), dtype=np.float32)
        return Answers(whole, known, page, slot, list(accumulate(map(len, said.words), initial=0)), scale)

    def _add_pairs(self, sums: F32, column: Sequence[int], lines: Lines) -> None:
        """Add to the sums of the words of each line those of its pairs; ``column`` has those of pairs by their places."""
        end, sizes, seen = 0, [], []
        for size in lines.size:
            start, end = end, end + size
            known = [i for i in range(start, end) if column[lines.keys[i]] >= 0]
            sizes.append(len(known))
            seen += known
        rows, damp = self.rows.at(np.asarray([column[lines.keys[i]] for i in seen], dtype=np.int64)), _damp(lines, seen)

        def values(here: I64 | slice) -> F32:
            told = rows(here)
            if damp is not None:
                told[..., :-1] *= damp[here][..., None]
                told[..., -1] *= np.square(damp[here])
            return told

        width = len(self.intercept) + 1
        sums[:, :width] += run_sums(sizes, width, values)
        sums[:, -2:] += np.asarray([lines.size, sizes]).T

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
        told = run_sums(sizes, len(self.intercept) + 1, lambda here: weighted(self.weights[column[here]], value[here]))
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


def _word_sums(page: Page, slot: I64, lines: Lines) -> F32:
    """Return the sums over the words of each line; ``slot`` has those of words by their places."""
    at, damp = slot.take(lines.keys), _damp(lines)

    def values(here: I64 | slice) -> F32:
        sums = page.sums.take(at[here], axis=0)
        if damp is not None:
            times, blocks = damp[here].ravel()[:, None], Parts(sums.reshape(-1, sums.shape[-1]), page.shape).blocks
            blocks[:, :, :-1] *= times[:, None]
            blocks[:, :, -1] *= np.square(times)
        return sums

    return run_sums(lines.size, page.sums.shape[1], values)


def _damp(lines: Lines, chosen: Sequence[int] | slice = slice(None)) -> F32 | None:
    """Return how often each of some units of ``lines`` counts: n times the same counts 1 + log n times. None: all once."""
    if max(lines.count, default=1) == 1:
        return None
    return np.asarray(1 + np.log(lines.count), dtype=np.float32)[chosen]
