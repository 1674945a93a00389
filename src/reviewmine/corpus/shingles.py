"""Near pairs among texts: word pairs hashed, MinHash in bands for candidates, Jaccard for the verdict. All in numpy."""

import hashlib
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

_HASHES, _BANDS = 64, 16
_WIDTH = _HASHES // _BANDS
_SHORT = 4  # texts of fewer words have no near copy but themselves
_BITS = 36  # of a shingle's hash; the bits above hold the number of its text, so that one sort orders both
_AT_ONCE = 1 << 15  # shingles worked on at once: what a processor keeps near
_PAIRED_AT_ONCE = 1 << 21  # the same for the shingles of pairs, whose sort wants more
_MIX = np.uint64(0x9E3779B97F4A7C15)


def near_roots(texts: Sequence[str], threshold: float) -> list[int]:
    """Return for each text the number of the first text of its group; near texts share one.

    ``texts`` are distinct and sorted, their words joined by spaces. Two are near when the Jaccard similarity of their
    word pairs reaches ``threshold``; candidates come from MinHash with banding (Broder, 1997).

    >>> near_roots(["а б в г д е", "а б в г д ж", "шумит"], threshold=0.6)
    [0, 0, 2]
    """
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    owners, ptr, hashes = _shingles(texts)
    pairs = _candidates(_signatures(hashes, ptr))
    near = owners[pairs[_jaccard(hashes, ptr, pairs) >= threshold]]
    joined = coo_array((np.ones(len(near), dtype=bool), (near[:, 0], near[:, 1])), shape=(len(texts), len(texts)))
    labels = connected_components(joined, directed=False)[1] if len(texts) else np.zeros(0, dtype=np.int32)
    _, first, label = np.unique(labels, return_index=True, return_inverse=True)
    return [int(root) for root in first[label]]


def _shingles(texts: Sequence[str]) -> tuple[I64, I64, U64]:
    """Return ``(owners, ptr, hashes)``: ``hashes[ptr[k]:ptr[k + 1]]`` are the word pairs of ``texts[owners[k]]``, each once.

    Texts of few words have no entry.
    """
    forms = [text.split() for text in texts]
    lengths = np.fromiter(map(len, forms), dtype=np.int64, count=len(forms))
    vocabulary = {word: i for i, word in enumerate(dict.fromkeys(chain.from_iterable(forms)))}
    digests = [
        int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest())
        for word in vocabulary
    ]
    numbers = np.fromiter(
        (vocabulary[word] for word in chain.from_iterable(forms)), dtype=np.int64, count=int(lengths.sum())
    )
    words = np.asarray(digests, dtype=np.uint64)[numbers]
    owner = np.repeat(np.arange(len(forms)), lengths)
    whole = (owner[1:] == owner[:-1]) & (lengths[owner[1:]] >= _SHORT)
    pairs = _mixed(words[:-1][whole] * _MIX + words[1:][whole])
    keys = (owner[1:][whole].astype(np.uint64) << np.uint64(_BITS)) | (pairs >> np.uint64(64 - _BITS))
    keys.sort()
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
    owners, first = np.unique(keys >> np.uint64(_BITS), return_index=True)
    return owners.astype(np.int64), np.append(first, len(keys)), keys & np.uint64((1 << _BITS) - 1)


def _mixed(hashes: U64) -> U64:
    """Return hashes whose every bit depends on every bit: a splitmix64 finaliser (Steele et al., 2014)."""
    mixed = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


def _signatures(hashes: U64, ptr: I64) -> U64:
    """Return the bands of each text's MinHash signature, one hash a band: shape (texts, bands)."""
    rng = np.random.default_rng(0)
    factors = rng.integers(1 << 62, 1 << 63, _HASHES, dtype=np.uint64) | np.uint64(1)
    shifts = rng.integers(0, 1 << 63, _HASHES, dtype=np.uint64)
    bands = np.empty((len(ptr) - 1, _BANDS), dtype=np.uint64)
    start = 0
    while start < len(bands):
        stop = max(start + 1, int(np.searchsorted(ptr, ptr[start] + _AT_ONCE, side="right")) - 1)
        part, places = hashes[ptr[start] : ptr[stop]], ptr[start:stop] - ptr[start]
        for band in range(_BANDS):
            key = np.full(stop - start, band, dtype=np.uint64)
            for k in range(band * _WIDTH, (band + 1) * _WIDTH):
                lowest = np.minimum.reduceat(
                    ((part * factors[k] + shifts[k]) >> np.uint64(32)).astype(np.uint32), places
                )
                key = key * _MIX + lowest
            bands[start:stop, band] = _mixed(key)
        start = stop
    return bands


def _candidates(bands: U64) -> I64:
    """Return the pairs that share a band, each once: a text with the first of its bucket and with the one before it.

    So a bucket of any size gives pairs in proportion to its size. Shape (pairs, 2).
    """
    found = [np.zeros(0, dtype=np.uint64)]
    place = np.arange(len(bands))
    for band in bands.T:
        order = np.argsort(band, kind="stable")
        opens = np.concatenate([[True], band[order][1:] != band[order][:-1]])[: len(order)]
        first = np.maximum.accumulate(np.where(opens, place, 0))
        for before in (first, place - 1):
            low, high = order[before[~opens]], order[~opens]
            found.append(low.astype(np.uint64) * np.uint64(len(bands)) + high.astype(np.uint64))
    return np.stack(np.divmod(np.unique(np.concatenate(found)), np.uint64(max(1, len(bands)))), axis=1).astype(np.int64)


def _jaccard(hashes: U64, ptr: I64, pairs: I64) -> NDArray[np.float64]:
    """Return the Jaccard similarity of the shingles of each pair."""
    sizes = np.diff(ptr)[pairs].sum(axis=1)
    ends = np.cumsum(sizes)
    found = np.zeros(len(pairs))
    start = 0
    while start < len(pairs):
        done = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + _PAIRED_AT_ONCE, side="right")))
        part = pairs[start:stop].ravel()
        lengths = ptr[part + 1] - ptr[part]
        position = np.repeat(np.arange(len(part)), lengths)
        within = np.arange(len(position)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        keys = ((position // 2).astype(np.uint64) << np.uint64(_BITS)) | hashes[ptr[part][position] + within]
        keys.sort()
        twice = keys[1:][keys[1:] == keys[:-1]] >> np.uint64(_BITS)
        common = np.bincount(twice.astype(np.int64), minlength=stop - start)
        found[start:stop] = common / (sizes[start:stop] - common)
        start = stop
    return found
