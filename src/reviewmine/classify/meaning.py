"""What texts without labels, and word vectors, know of words, as features of a linear model.

Each word has a direction (its unit vector in the space of ``embed.domain``) and a length (how much it tells). A review is
the sum of its words' directions, weighted by their lengths as other words are by idf. A linear head over that sum is a sum
of one weight a word and type: the head is folded into the words, and the vectors never ship. So a word that no labelled
review has still counts for the types of its neighbours, at the price of a feature a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reviewmine.embed.domain import DomainEncoder
from reviewmine.language.normalize import normalize, words
from reviewmine.router.hashing import MEANING, bucket_of, denial_of, hash_words

DIMENSIONS = 64


@dataclass(frozen=True)
class Meaning:
    """The words that have a vector: ``buckets`` in rising order, ``length`` of each and unit ``direction`` (words, 64)."""

    buckets: NDArray[np.int64]
    length: NDArray[np.float32]
    direction: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.buckets)


NO_MEANING = Meaning(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros((0, DIMENSIONS)))


def learn_meaning(texts: Sequence[str], negation: bool = False) -> Meaning:
    """Return the meaning of the words of ``texts``, with ``negation`` of their denials too; the order of texts is nothing."""
    forms = sorted({word for text in texts for word in words(text)})
    encoder = DomainEncoder().fit([normalize(text) for text in texts])
    hashes, _, _ = hash_words(forms, (2, 2))
    vectors = encoder.vectors_of(forms)
    if negation:
        hashes = np.concatenate([hashes, denial_of(hashes)])
        vectors = np.concatenate([vectors, encoder.vectors_of([f"не {form}" for form in forms])])
    vectors = vectors[:, :DIMENSIONS].astype(np.float64)
    length = np.linalg.norm(vectors, axis=1)
    met = np.flatnonzero(length > 0)
    buckets, first = np.unique(bucket_of(hashes[met], MEANING), return_index=True)
    kept = met[first]  # of two words in one bucket, the first of the alphabet
    return Meaning(buckets, length[kept].astype(np.float32), vectors[kept] / length[kept, None])
