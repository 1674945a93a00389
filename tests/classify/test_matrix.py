"""What a head learns from is what the router multiplies."""

import math
from collections import Counter

import numpy as np
import pytest

from reviewmine.classify.matrix import count, matrix_of, vocabulary_of, word_features
from reviewmine.router.features import FeatureSpec
from reviewmine.router.hashing import MEANING, WORDS, block_of
from router.plain import bucket, unit_buckets, word_hash
from router.test_linear import REVIEWS, SPECS, made

NOTHING = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)


@pytest.mark.parametrize("name", SPECS)
def test_the_matrix_times_the_weights_is_the_margin(name):
    linear = made(SPECS[name])
    whole = linear.spec.__class__(**{**vars(linear.spec), "sentences": 0.0})
    plain = linear.__class__(whole, linear.vocabulary, linear.weights, linear.intercept)
    told = matrix_of(count(REVIEWS, whole), linear.vocabulary) @ linear.weights.astype(np.float64) + linear.intercept
    assert np.abs(told - plain.margins(REVIEWS)[0]).max() < 2e-5


def test_a_block_without_overlap_has_the_length_of_its_weight():
    spec = FeatureSpec(categorical=("channel",), numeric={"rating": (3.0, 1.0)}, block_weights=(1.0, 0.7, 0.9, 0.5))
    counted = count(
        [{"text": "щука", "channel": "app", "rating": 1}, {"text": "мех", "channel": "чат", "rating": 5}], spec
    )
    vocabulary = vocabulary_of(counted, 1, *NOTHING)
    matrix, block = matrix_of(counted, vocabulary), block_of(vocabulary.buckets.astype(np.int64))
    for row in matrix:
        for place, weight in enumerate(spec.block_weights):
            length = np.linalg.norm(row.data[block[row.indices] == place])
            assert length == pytest.approx(weight if place != MEANING else 0, abs=1e-6)


def test_the_vocabulary_has_what_enough_reviews_hold():
    spec = FeatureSpec(char_ngrams=(2, 3), word_ngrams=1)
    said = [["шнур", "шнур", "шнур"], ["чехол"], ["чехол", "чек"]]
    vocabulary = vocabulary_of(count([{"text": " ".join(words)} for words in said], spec), 2, *NOTHING)
    held = Counter(
        found for words in said for found in {one for word in words for one in unit_buckets((word, "", False), spec)}
    )
    expected = {found: math.log(4 / (1 + n)) + 1 for found, n in held.items() if n >= 2}
    assert vocabulary.buckets.tolist() == sorted(expected)
    assert vocabulary.idf.tolist() == pytest.approx([expected[found] for found in sorted(expected)])
    assert bucket(word_hash("чехол"), WORDS) in expected
    assert bucket(word_hash("шнур"), WORDS) not in expected


def test_words_with_a_meaning_keep_their_own_weight():
    spec = FeatureSpec(meaning=True)
    counted = count([{"text": "шнур"}, {"text": "чехол"}], spec)
    known = np.asarray([bucket(word_hash("шнур"), MEANING)])
    vocabulary = vocabulary_of(counted, 1, known, np.asarray([1.75], dtype=np.float32))
    meant = block_of(vocabulary.buckets.astype(np.int64)) == MEANING
    assert vocabulary.buckets[meant].tolist() == known.tolist()
    assert vocabulary.idf[meant].tolist() == [1.75]


def test_word_features_are_words_marks_and_pairs():
    found = word_features(count([{"text": "шнур чехол"}, {"cons": "шнур"}, {}], FeatureSpec()))
    assert np.diff(found.indptr).tolist() == [3, 2, 0]
    assert (block_of(found.indices) == WORDS).all()
