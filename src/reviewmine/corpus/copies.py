"""Near copies: reviews whose words are almost the same, found by MinHash and kept on one side of every split."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from reviewmine.language.normalize import words

_HASHES, _BANDS = 64, 16
_PRIME = (1 << 61) - 1
_SHORT = 4  # texts of fewer words are copies only when equal


def copy_groups(texts: Sequence[str], threshold: float = 0.8) -> list[str]:
    """Return for each text the name of its group; near copies share one.

    Two texts are near copies when the Jaccard similarity of their word pairs reaches ``threshold`` (candidates by
    MinHash with banding, Broder 1997). The name is the hash of the group's first text in sorted order, so it does not
    depend on the order of ``texts``.
    """
    normal = [" ".join(words(text)) for text in texts]
    distinct = sorted(set(normal))
    parent = list(range(len(distinct)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    shingles = [_shingles(text) for text in distinct]
    for i, j in _candidates(shingles):
        a, b = find(i), find(j)
        if a != b and len(shingles[i] & shingles[j]) >= threshold * len(shingles[i] | shingles[j]):
            parent[max(a, b)] = min(a, b)
    name = {text: hashlib.sha256(distinct[find(i)].encode()).hexdigest()[:16] for i, text in enumerate(distinct)}
    return [name[text] for text in normal]


def _shingles(text: str) -> frozenset[int]:
    """Return the hashed word pairs of a text; a short text has one shingle, itself."""
    forms = text.split()
    pairs = pairwise(forms) if len(forms) >= _SHORT else [(text, "")]
    return frozenset(int.from_bytes(hashlib.blake2b(f"{a} {b}".encode(), digest_size=7).digest()) for a, b in pairs)


def _candidates(shingles: Sequence[frozenset[int]]) -> list[tuple[int, int]]:
    """Return pairs that share a band of their MinHash signature; each is joined to the first of its bucket."""
    rng = np.random.default_rng(0)
    factors = rng.integers(1, 1 << 31, _HASHES, dtype=np.uint64)
    shifts = rng.integers(0, _PRIME, _HASHES, dtype=np.uint64)
    buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    width = _HASHES // _BANDS
    for i, found in enumerate(shingles):
        values = np.fromiter(found, dtype=np.uint64, count=len(found))
        signature = ((values[:, None] * factors + shifts) >> np.uint64(8)).min(axis=0)
        for band in range(_BANDS):
            buckets[band, signature[band * width : (band + 1) * width].tobytes()].append(i)
    return sorted({(bucket[0], other) for bucket in buckets.values() for other in bucket[1:]})
