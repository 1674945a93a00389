"""What a linear model knows of each unit, worked out once: people say the same words again and again.

The weights of a unit's features, summed block by block, are a vector a block; the margin of a review is then a sum over its
few words and pairs, not over the hundreds of n-grams inside them.
"""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.features import FeatureSpec, Vocabulary
from reviewmine.router.hashing import F32, I64, WORDS, block_of
from reviewmine.router.runs import run_sums
from reviewmine.router.units import Key, features_of

MAX_BYTES = 5 << 20
"""Bytes of vectors that are remembered: 8,000 words, or 24,000 pairs, at 50 types. When they are full, the memory begins anew."""
LEAST_UNITS = 1_000
"""Units that are remembered whatever the number of types."""


class Page:
    """Units with a slot each. Slots are only added, and filled before they are named, so readers need no lock."""

    def __init__(self, n_blocks: int, n_types: int) -> None:
        """Know nothing but units of no feature that training saw: these share two slots."""
        self.shape = (n_blocks, n_types)
        self.sums: F32 = np.zeros((256, n_blocks * n_types + n_blocks + 2), dtype=np.float32)
        """What a line sums up over its units, one row a slot: see ``Parts``."""
        self.sums[:2, -2] = 1, 2  # word features: of a pair or a bare word, of a word with its field
        self.slots: dict[Key, int] = {}
        self.filled = 2

    def add(self, keys: Sequence[Key], sums: F32) -> None:
        """Give slots to units that have none."""
        known = sums[:, :-2].any(axis=1) | (sums[:, -1] > 0)
        slots = np.where(known, self.filled + np.cumsum(known) - 1, sums[:, -2].astype(np.int64) - 1)
        stop = self.filled + int(known.sum())
        if stop > len(self.sums):
            longer = np.zeros((max(stop, len(self.sums) * 5 // 4), self.sums.shape[1]), dtype=np.float32)
            longer[: self.filled] = self.sums[: self.filled]
            self.sums = longer
        self.sums[self.filled : stop] = sums[known]
        self.filled = stop
        self.slots.update(zip(keys, slots.tolist(), strict=True))


class Parts:
    """The parts of rows of sums, as views: (n, blocks * types + blocks + 2)."""

    def __init__(self, sums: F32, shape: tuple[int, int]) -> None:
        """Take ``sums`` apart; ``shape`` is the number of blocks and of types."""
        size = shape[0] * shape[1]
        self.vectors = sums[:, :size].reshape(-1, *shape)
        """The weights of the features, summed by block: (n, blocks, types)."""
        self.squares = sums[:, size:-2]
        """The squared length of the features, by block: (n, blocks)."""
        self.features = sums[:, -2:]
        """Word features, and how many of them the vocabulary has: (n, 2)."""


class Lexicon:
    """The units of a linear model, remembered between calls within a bound, since strangers choose the words.

    Threads may share it: a page that is read never loses a unit, and another takes its place when it is full.
    """

    def __init__(self, spec: FeatureSpec, vocabulary: Vocabulary, weights: NDArray[Any], n_blocks: int) -> None:
        """Know no unit yet; ``weights`` has shape (features, types), and units have features of the first ``n_blocks``."""
        self._spec, self._vocabulary, self._weights, self._n_blocks = spec, vocabulary, weights, n_blocks
        self.allow(MAX_BYTES)
        self._page = self._blank()
        self._lock = threading.Lock()

    def allow(self, n_bytes: int) -> None:
        """Remember up to ``n_bytes`` of vectors: more is quicker where millions are scored."""
        self._most = max(LEAST_UNITS, n_bytes // (4 * self._n_blocks * self._weights.shape[1]))

    def look_up(self, keys: Sequence[Key]) -> tuple[Page, I64]:
        """Return a page that has all units of ``keys``, and the slot of each."""
        page = self._page
        slots = list(map(page.slots.get, keys))
        if None in slots:
            page = self._with(keys)
            slots = [page.slots[key] for key in keys]
        return page, np.asarray(slots, dtype=np.int64)

    def _with(self, keys: Sequence[Key]) -> Page:
        """Return a page that has all units of ``keys``."""
        distinct = dict.fromkeys(keys)
        with self._lock:
            page = self._page
            fresh = [key for key in distinct if key not in page.slots]
            if len(page.slots) + len(fresh) > self._most:
                page, fresh = self._blank(), list(distinct)
            if fresh:
                page.add(fresh, self._learned(fresh))
            if len(page.slots) <= self._most:
                self._page = page
        return page

    def _blank(self) -> Page:
        return Page(self._n_blocks, self._weights.shape[1])

    def _learned(self, keys: Sequence[Key]) -> F32:
        """Return the sums of distinct units, one row a unit."""
        found, n_blocks, n_types = features_of(keys, self._spec), self._n_blocks, self._weights.shape[1]
        owner = np.repeat(np.arange(len(keys)), np.diff(found.ptr))
        column, block = self._vocabulary.columns(found.bucket), block_of(found.bucket)
        known, word = column >= 0, block == WORDS
        sums = np.zeros((len(keys), n_blocks * n_types + n_blocks + 2), dtype=np.float32)
        parts = Parts(sums, (n_blocks, n_types))
        for place, counted in enumerate((word, word & known)):
            parts.features[:, place] = np.bincount(owner[counted], minlength=len(keys))
        column, segment = column[known], owner[known] * n_blocks + block[known]  # buckets rise, and so do blocks
        idf = self._vocabulary.idf[column]
        sizes = np.bincount(segment, minlength=len(keys) * n_blocks)
        told = run_sums(sizes, n_types + 1, lambda here: weighted(self._weights, column[here], idf[here]))
        parts.vectors[:] = told[:, :-1].reshape(parts.vectors.shape)
        parts.squares[:] = told[:, -1].reshape(parts.squares.shape)
        return sums


def weighted(weights: NDArray[Any], column: NDArray[Any], value: NDArray[Any]) -> F32:
    """Return rows of ``weights`` times ``value``, followed by the square of the value: shape (…, types + 1)."""
    told = np.empty((*column.shape, weights.shape[1] + 1), dtype=np.float32)
    np.multiply(weights[column], value[..., None], out=told[..., :-1])
    np.square(value, out=told[..., -1])
    return told
