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
from reviewmine.router.runs import by_length
from reviewmine.router.units import STOPS, features_of

MAX_BYTES = 12 << 20
"""Bytes of vectors that are remembered: 20,000 units at 50 types. When they are full, the memory begins anew."""
LEAST_UNITS = 1_000
"""Units that are remembered whatever the number of types."""
STOP_SLOT = 0


class Page:
    """Units with a slot each. Slots are only added, and filled before they are named, so readers need no lock."""

    def __init__(self, n_blocks: int, n_types: int) -> None:
        """Know nothing but stops."""
        self.vectors: F32 = np.zeros((256, n_blocks, n_types), dtype=np.float32)
        """The weights of the features of each unit, summed by block: shape (slots, blocks, types)."""
        self.squares: F32 = np.zeros((256, n_blocks), dtype=np.float32)
        """The squared length of the features of each unit, by block."""
        self.hashes: U64 = np.zeros(256, dtype=np.uint64)
        self.features: I64 = np.zeros((256, 2), dtype=np.int64)
        """Word features of each unit, and how many of them the vocabulary has."""
        self.slots = dict.fromkeys(STOPS, STOP_SLOT)
        self._filled = 1

    def add(self, keys: Sequence[str], vectors: F32, squares: F32, hashes: U64, features: I64) -> None:
        """Give slots to units that have none."""
        start, stop = self._filled, self._filled + len(keys)
        if stop > len(self.hashes):
            room = max(stop, 2 * len(self.hashes))
            self.vectors, self.squares = _longer(self.vectors, room), _longer(self.squares, room)
            self.hashes, self.features = _longer(self.hashes, room), _longer(self.features, room)
        self.vectors[start:stop], self.squares[start:stop] = vectors, squares
        self.hashes[start:stop], self.features[start:stop] = hashes, features
        self._filled = stop
        self.slots.update(zip(keys, range(start, stop), strict=True))


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
        self._most = max(LEAST_UNITS, MAX_BYTES // (4 * len(self.blocks) * weights.shape[1]))
        self._page = self._blank()
        self._lock = threading.Lock()

    def look_up(self, keys: Sequence[str]) -> tuple[Page, I64]:
        """Return a page that has all units of ``keys``, and the slot of each; that of stops is ``STOP_SLOT``."""
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
                page, fresh = self._blank(), [key for key in distinct if key not in STOPS]
            if fresh:
                page.add(fresh, *self._learned(fresh))
            if len(page.slots) <= self._most:
                self._page = page
        return page

    def _blank(self) -> Page:
        return Page(len(self.blocks), self._weights.shape[1])

    def _learned(self, keys: Sequence[str]) -> tuple[F32, F32, U64, I64]:
        """Return vectors, squares, hashes and word features of distinct units."""
        found, n_blocks = features_of(keys, self._spec), len(self.blocks)
        owner = np.repeat(np.arange(len(keys)), np.diff(found.ptr))
        column, block = self._vocabulary.column[found.bucket], block_of(found.bucket)
        known = column >= 0
        counts = [np.bincount(owner[part], minlength=len(keys)) for part in (block == WORDS, (block == WORDS) & known)]
        column, segment = column[known], owner[known] * n_blocks + block[known]
        idf = self._vocabulary.idf[column]
        vectors = np.zeros((len(keys) * n_blocks, self._weights.shape[1]), dtype=np.float32)
        squares = np.bincount(segment, np.square(idf, dtype=np.float64), minlength=len(vectors)).astype(np.float32)
        for segments, here in by_length(segment):  # buckets rise, and so do blocks
            weights = self._weights[column[here]].astype(np.float32)
            weights *= idf[here][:, :, None]
            vectors[segments] = weights.sum(axis=1)
        shape = (len(keys), n_blocks)
        return vectors.reshape(*shape, -1), squares.reshape(shape), found.hash, np.stack(counts, axis=1)
