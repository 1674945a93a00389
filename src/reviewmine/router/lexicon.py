"""What a linear model knows of each word, worked out once: people say the same words again and again.

The weights of a word's features, summed block by block, are a vector a block; the margin of a review is then a sum over its
few words and pairs, not over the hundreds of n-grams inside them. A pair is one feature: it is hashed anew each time, which
costs less than remembering it.
"""

import threading
from collections.abc import Sequence

import numpy as np

from reviewmine.router.features import FeatureSpec, Vocabulary
from reviewmine.router.hashing import F32, U64, WORDS, block_of
from reviewmine.router.rows import Rows
from reviewmine.router.runs import run_sums
from reviewmine.router.units import word_features

MAX_BYTES = 3 << 20
"""Bytes of vectors that are remembered: 5,000 words at 50 types. When they are full, the memory begins anew."""
LEAST_WORDS = 1_000
"""Words that are remembered whatever the number of types."""
_TIMES = 4
"""How many times as many are remembered once batches come, whose own memory is larger."""


class Page:
    """Words with a slot each. Slots are only added, and filled before they are named, so readers need no lock."""

    def __init__(self, n_words: int, n_blocks: int, n_types: int) -> None:
        """Know no word; there is room for ``n_words``, and none is taken before they come."""
        self.shape = (n_blocks, n_types)
        self.sums: F32 = np.empty((n_words, n_blocks * (n_types + 1) + 2), dtype=np.float32)
        """What a line sums up over its words, one row a slot: see ``Parts``."""
        self.hashes: U64 = np.empty(n_words, dtype=np.uint64)
        """The hash of each word, whatever its marks."""
        self.slots: dict[str, int] = {}

    def add(self, keys: Sequence[str], hashes: U64, sums: F32) -> None:
        """Give slots to words that have none."""
        start = len(self.slots)
        stop = start + len(keys)
        self.sums[start:stop], self.hashes[start:stop] = sums, hashes
        self.slots.update(zip(keys, range(start, stop), strict=True))


class Parts:
    """The parts of rows of sums, as views."""

    def __init__(self, sums: F32, shape: tuple[int, int]) -> None:
        """Take ``sums`` apart, (n, blocks * (types + 1) + 2); ``shape`` is the number of blocks and of types."""
        self.blocks = sums[:, :-2].reshape(-1, shape[0], shape[1] + 1)
        """For each block the weights of the features, summed, and behind them the squared length of the features."""
        self.features = sums[:, -2:]
        """Word features, and how many of them the vocabulary has: (n, 2)."""


class Lexicon:
    """The words of a linear model, remembered between calls within a bound, since strangers choose the words.

    Threads may share it: a page that is read never loses a word, and another takes its place when it is full.
    """

    def __init__(self, spec: FeatureSpec, vocabulary: Vocabulary, rows: Rows, n_types: int) -> None:
        """Know no word yet; ``rows`` are those of the weights, ``n_types`` long."""
        self._spec, self._vocabulary, self._rows = spec, vocabulary, rows
        self._shape = (3 if spec.meaning else 2, n_types)
        self._lock = threading.Lock()
        self.allow(MAX_BYTES)

    def allow(self, n_bytes: int) -> None:
        """Remember up to ``n_bytes`` of vectors, and nothing of before: more is quicker where millions are scored.

        Where one call has more than half as many words, up to four times as many are remembered from then on.
        """
        self._most = max(LEAST_WORDS, n_bytes // (4 * self._shape[0] * self._shape[1]))
        self._limit = _TIMES * self._most
        self._page = Page(self._most, *self._shape)

    def look_up(self, keys: Sequence[str]) -> tuple[Page, list[int]]:
        """Return a page that has all words of ``keys``, and the slot of each."""
        page = self._page
        slots = list(map(page.slots.get, keys))
        if None in slots:
            page = self._with(keys)
            slots = list(map(page.slots.get, keys))
        return page, slots  # type: ignore[return-value] # all are there

    def _with(self, keys: Sequence[str]) -> Page:
        """Return a page that has all words of ``keys``."""
        with self._lock:
            page, distinct = self._page, list(dict.fromkeys(keys))
            if 2 * len(distinct) > self._most:
                self._most = max(self._most, min(_TIMES * len(distinct), self._limit))
            fresh = [key for key in distinct if key not in page.slots]
            if len(page.slots) + len(fresh) > len(page.sums):
                fresh, page = distinct, Page(max(self._most, len(distinct)), *self._shape)
            if fresh:
                page.add(fresh, *self._learned(fresh))
            if len(page.slots) <= self._most:
                self._page = page
        return page

    def _learned(self, keys: Sequence[str]) -> tuple[U64, F32]:
        """Return the hash of each of distinct words, and their sums, one row a word."""
        n, (n_blocks, n_types) = len(keys), self._shape
        hashes, owner, bucket = word_features(keys, self._spec)
        column, block = self._vocabulary.columns(bucket), block_of(bucket)
        known, word = column >= 0, block == WORDS
        sums = np.empty((n, n_blocks * (n_types + 1) + 2), dtype=np.float32)
        sums[:, -2] = np.bincount(owner[word], minlength=n)
        sums[:, -1] = np.bincount(owner[word & known], minlength=n)
        segment = owner[known] * n_blocks + block[known]  # buckets rise, and so do blocks
        sizes = np.bincount(segment, minlength=n * n_blocks)
        sums[:, :-2] = run_sums(sizes.tolist(), n_types + 1, self._rows.at(column[known])).reshape(n, -1)
        return hashes, sums
