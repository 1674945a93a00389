"""Pairs of neighbouring words: the hash and the column of each, anew each time, which costs less than remembering them."""

from typing import NamedTuple

from reviewmine.router.features import Vocabulary
from reviewmine.router.hashing import U64, WORDS, bucket_of, pair_buckets, pair_hashes

FEW = 100
"""Words up to which plain integers are quicker than numpy."""


class Near(NamedTuple):
    """What is known of each word with the next one."""

    hashes: list[int]
    column: list[int]
    """-1 where training never saw the pair."""


def near_of(hashes: U64, vocabulary: Vocabulary) -> Near:
    """Return the hash of each word with the next one, and its column; ``hashes`` are those of the words as they come."""
    if len(hashes) > FEW:
        near = pair_hashes(hashes)
        return Near(near.tolist(), vocabulary.columns(bucket_of(near, WORDS)).tolist())
    few, buckets = pair_buckets(hashes.tolist())
    return Near(few, vocabulary.columns_of_few(buckets))
