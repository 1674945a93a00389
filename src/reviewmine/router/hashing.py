"""Words to buckets: vectorised hashes of words and of their character n-grams, in numpy.

Each block of features (words, character n-grams, extras) has its own range of one fixed space of buckets.
"""

from collections.abc import Sequence

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
_DENIED = np.uint64(0x8EBC6AF09C88C6E3)
_DENIED_STEP = 123_457

_EDGE = 1  # a code point that no folded text holds: the edge of a word


def hash_words(forms: Sequence[str], ngrams: tuple[int, int]) -> tuple[U64, I64, I64]:
    """Return ``(hash of each word, ptr, buckets)`` where ``buckets[ptr[i]:ptr[i + 1]]`` are the n-grams of word i.

    The hash is polynomial over code points (Karp and Rabin, 1987), mixed at the end as in splitmix64.
    """
    if not forms:
        return np.zeros(0, dtype=np.uint64), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    edge = chr(_EDGE)
    joined = edge + (edge + edge).join(forms) + edge
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter((len(form) + 2 for form in forms), dtype=np.int64, count=len(forms))
    starts = np.zeros(len(forms), dtype=np.int64)
    np.cumsum(lengths[:-1], out=starts[1:])
    position = np.arange(len(codes)) - np.repeat(starts, lengths)
    left = np.repeat(lengths, lengths) - position  # code points from here to the end of the word, this one included
    hashes = np.add.reduceat(codes * _POWERS[position % len(_POWERS)], starts)
    rolling = codes.copy()
    owner = np.repeat(np.arange(len(forms)), lengths)
    found_owner, found_bucket = [], []
    for n in range(2, ngrams[1] + 1):
        rolling[: max(0, len(codes) - n + 1)] += codes[n - 1 :] * _POWERS[n - 2]
        if n >= ngrams[0]:
            whole = left >= n
            found_owner.append(owner[whole])
            found_bucket.append(bucket_of(rolling[whole] + _POWERS[64 + n], CHARS))
    owners, buckets = np.concatenate(found_owner), np.concatenate(found_bucket)
    order = np.argsort(owners, kind="stable")
    return hashes, pointers(owners, len(forms)), buckets[order]


def bucket_of(hashes: U64, block: int) -> I64:
    """Return the bucket of each hash in the range of ``block``: a splitmix64 finaliser (Steele et al., 2014), scaled."""
    mixed = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    high = (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(32)
    size = np.uint64(_ENDS[block] - _STARTS[block])
    return ((high * size) >> np.uint64(32)).astype(np.int64) + int(_STARTS[block])


def denial_of(hashes: U64) -> U64:
    """Return the hashes of the same words denied."""
    return np.asarray(hashes ^ _DENIED)


def denied_grams(grams: I64) -> I64:
    """Return the buckets of the same n-grams in denied words: moved on by a fixed step in the ring of their range."""
    start, size = int(_STARTS[CHARS]), int(_ENDS[CHARS] - _STARTS[CHARS])
    return np.asarray((grams - start + _DENIED_STEP) % size + start)


def block_of(bucket: I64) -> I64:
    """Return the block that each bucket belongs to."""
    return np.searchsorted(_ENDS, bucket, side="right")


def pointers(owners: I64, n: int) -> I64:
    """Return the row pointers (n + 1) of entries that stand in the order of their owners."""
    ptr = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(owners, minlength=n), out=ptr[1:])
    return ptr
