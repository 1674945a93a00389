"""What a linear model knows of each unit, worked out once: people say the same words again and again.

The weights of a unit's features, summed block by block, are a vector a block; the margin of a review is then a sum over its
few words, not over the hundreds of n-grams inside them.
"""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.router.features import FeatureSpec, Vocabulary
from reviewmine.router.hashing import CHARS, F32, I64, MEANING, U64, WORDS, block_of
from reviewmine.router.runs import add_runs
from reviewmine.router.units import features_of

MAX_BYTES = 6 << 20
"""Bytes of vectors that are remembered: 10,000 units at 50 types. When they are full, the memory begins anew."""
LEAST_UNITS = 1_000
"""Units that are remembered whatever the number of types."""


class Page:
    """Units with a slot each. Slots are only added, and filled before they are named, so readers need no lock."""

    def __init__(self, n_blocks: int, n_types: int) -> None:
        """Know no unit yet."""
        self.shape = (n_blocks, n_types)
        self.sums: F32 = np.zeros((256, n_blocks * n_types + n_blocks + 2), dtype=np.float32)
        """What a review sums up over its units, one row a slot: see ``Parts``."""
        self.hashes: U64 = np.zeros(256, dtype=np.uint64)
        self.slots: dict[str, int] = {}

    def add(self, keys: Sequence[str], sums: F32, hashes: U64) -> None:
        """Give slots to units that have none."""
        start, stop = len(self.slots), len(self.slots) + len(keys)
        if stop > len(self.hashes):
            room = max(stop, len(self.hashes) * 5 // 4)
            self.sums, self.hashes = _longer(self.sums, room), _longer(self.hashes, room)
        self.sums[start:stop], self.hashes[start:stop] = sums, hashes
        self.slots.update(zip(keys, range(start, stop), strict=True))


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


def _longer(array: NDArray[Any], room: int) -> NDArray[Any]:
    """Return ``array`` followed by zeros, ``room`` rows in all."""
    longer = np.zeros((room, *array.shape[1:]), dtype=array.dtype)
    longer[: len(array)] = array
    return longer


class Lexicon:
    """The units of a linear model, remembered between calls within a bound, since strangers choose the words.

    Threads may share it: a page that is read never loses a unit, and another takes its place when it is full.
    """

    def __init__(self, spec: FeatureSpec, vocabulary: Vocabulary, weights: NDArray[Any]) -> None:
        """Know no unit yet; ``weights`` has shape (features, types)."""
        self._spec, self._vocabulary, self._weights = spec, vocabulary, weights
        self.blocks = (WORDS, CHARS, MEANING)[: 3 if spec.meaning else 2]
        self.allow(MAX_BYTES)
        self._page = self._blank()
        self._lock = threading.Lock()

    def allow(self, n_bytes: int) -> None:
        """Remember up to ``n_bytes`` of vectors: more is quicker where millions are scored."""
        self._most = max(LEAST_UNITS, n_bytes // (4 * len(self.blocks) * self._weights.shape[1]))

    def look_up(self, keys: Sequence[str]) -> tuple[Page, I64]:
        """Return a page that has all units of ``keys``, and the slot of each."""
        page = self._page
        slots = list(map(page.slots.get, keys))
        if None in slots:
            page = self._with(keys)
            slots = [page.slots[key] for key in keys]
        return page, np.asarray(slots, dtype=np.int64)

    def _with(self, keys: Sequence[str]) -> Page:
        """Return a page that has all units of ``keys``."""
        distinct = dict.fromkeys(keys)
        with self._lock:
            page = self._page
            fresh = [key for key in distinct if key not in page.slots]
            if len(page.slots) + len(fresh) > self._most:
                page, fresh = self._blank(), list(distinct)
            if fresh:
                page.add(fresh, *self._learned(fresh))
            if len(page.slots) <= self._most:
                self._page = page
        return page

    def _blank(self) -> Page:
        return Page(len(self.blocks), self._weights.shape[1])

    def _learned(self, keys: Sequence[str]) -> tuple[F32, U64]:
        """Return the sums and the hashes of distinct units."""
        found, n_blocks, n_types = features_of(keys, self._spec), len(self.blocks), self._weights.shape[1]
        owner = np.repeat(np.arange(len(keys)), np.diff(found.ptr))
        column, block = self._vocabulary.columns(found.bucket), block_of(found.bucket)
        known, word = column >= 0, block == WORDS
        sums = np.zeros((len(keys), n_blocks * n_types + n_blocks + 2), dtype=np.float32)
        parts = Parts(sums, (n_blocks, n_types))
        for place, counted in enumerate((word, word & known)):
            parts.features[:, place] = np.bincount(owner[counted], minlength=len(keys))
        column, segment = column[known], owner[known] * n_blocks + block[known]  # buckets rise, and so do blocks
        idf = self._vocabulary.idf[column]
        told = np.zeros((len(keys) * n_blocks, n_types + 1), dtype=np.float32)
        add_runs(told, segment, lambda here: weighted(self._weights, column[here], idf[here]))
        parts.vectors[:] = told[:, :-1].reshape(parts.vectors.shape)
        parts.squares[:] = told[:, -1].reshape(parts.squares.shape)
        return sums, found.hash


def weighted(weights: NDArray[Any], column: I64, value: F32) -> F32:
    """Return rows of ``weights`` times ``value``, followed by the square of the value: shape (…, types + 1)."""
    told = np.empty((*column.shape, weights.shape[1] + 1), dtype=np.float32)
    np.multiply(weights[column], value[..., None], out=told[..., :-1])
    np.square(value, out=told[..., -1])
    return told
