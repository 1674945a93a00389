"""Words to buckets: vectorised hashes of words and of their character n-grams, in numpy.

Each block of features (words, character n-grams, extras) has its own range of one fixed space of buckets.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]

WORDS, CHARS, MEANING, EXTRAS = 0, 1, 2, 3
_SIZES = (1 << 19, (1 << 19) - (1 << 17) - (1 << 13), 1 << 17, 1 << 13)
_ENDS = np.cumsum(_SIZES, dtype=np.int64)
_STARTS = _ENDS - _SIZES
N_BLOCKS = len(_ENDS)
N_BUCKETS = int(_ENDS[-1])

BASE = np.uint64(0x9E3779B97F4A7C15)
_POWERS = np.cumprod(np.full(128, BASE, dtype=np.uint64), dtype=np.uint64)
_STEPS = np.concatenate([np.ones(1, dtype=np.uint64), _POWERS])
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MIX = np.uint64(_MIX_1), np.uint64(_MIX_2)
_BASE, _MASK = int(BASE), (1 << 64) - 1
_BITS = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)
_SIZES_U64 = np.asarray(_SIZES, dtype=np.uint64)
_DENIED = np.uint64(0x8EBC6AF09C88C6E3)
_DENIED_STEP = 123_457

_EDGE = 1  # a code point that no folded text holds: the edge of a word


def hash_words(forms: Sequence[str], ngrams: tuple[int, int]) -> tuple[U64, I64, U64]:
    """Return ``(hash of each word, owner, hash)``: the n-grams of all words, each with the word it is of, in rising order.

    The hash is polynomial over code points (Karp and Rabin, 1987), to be mixed by ``bucket_of``.
    """
    if not forms:
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    low, high = ngrams
    edge = chr(_EDGE)
    joined = edge + (edge + edge).join(forms) + edge + "\0" * high
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.asarray([len(form) + 2 for form in forms])
    ends = lengths.cumsum()
    starts, n = ends - lengths, len(codes) - high
    owner = np.arange(len(forms)).repeat(lengths)
    place = np.arange(n)
    hashes = np.add.reduceat(codes[:n] * _POWERS[(place - starts[owner]) % len(_POWERS)], starts)
    windows = np.ndarray((n, high), np.uint64, codes, strides=(codes.itemsize, codes.itemsize))
    rolling = (windows * _STEPS[:high]).cumsum(axis=1, dtype=np.uint64)[:, low - 1 :]
    rolling += _POWERS[64 + low : 65 + high]
    whole = (ends[owner] - place)[:, None] >= np.arange(low, high + 1)  # code points left in the word
    return hashes, owner[whole.nonzero()[0]], rolling[whole]


def bucket_of(hashes: U64, block: int | I64) -> I64:
    """Return the bucket of each hash in the range of ``block``: a splitmix64 finaliser (Steele et al., 2014), scaled."""
    mixed = hashes >> _BITS[0]
    mixed ^= hashes
    mixed *= _MIX[0]
    mixed ^= mixed >> _BITS[1]
    mixed *= _MIX[1]
    mixed ^= mixed >> _BITS[2]
    mixed >>= _BITS[3]
    mixed *= _SIZES_U64[block]
    mixed >>= _BITS[3]
    found = mixed.view(np.int64)
    found += _STARTS[block]
    return found


def pair_hashes(hashes: U64) -> U64:
    """Return the hash of each word with the next one, by the hashes of words: one fewer than words."""
    return hashes[:-1] * BASE + hashes[1:]


def pair_buckets(hashes: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return what ``pair_hashes`` and ``bucket_of`` do, in plain integers: quicker for a few words."""
    near, buckets = [], []
    for first, second in pairwise(hashes):
        mixed = (first * _BASE + second) & _MASK
        near.append(mixed)
        mixed = ((mixed ^ (mixed >> 30)) * _MIX_1) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * _MIX_2) & _MASK
        buckets.append((((mixed ^ (mixed >> 31)) >> 32) * _SIZES[WORDS]) >> 32)  # their range is the first
    return near, buckets


def denial_of(hashes: U64) -> U64:
    """Return the hashes of the same words denied."""
    return np.asarray(hashes ^ _DENIED)


def denied_grams(grams: I64) -> I64:
    """Return the buckets of the same n-grams in denied words: moved on by a fixed step in the ring of their range."""
    start, size = int(_STARTS[CHARS]), int(_ENDS[CHARS] - _STARTS[CHARS])
    return np.asarray((grams - start + _DENIED_STEP) % size + start)


def block_of(bucket: I64) -> I64:
    """Return the block that each bucket belongs to."""
    return _ENDS.searchsorted(bucket, side="right")


def pointers(owners: I64, n: int) -> I64:
    """Return the row pointers (n + 1) of entries that stand in the order of their owners."""
    ptr = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(owners, minlength=n), out=ptr[1:])
    return ptr
