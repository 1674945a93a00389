"""Clusters of made vectors: every row answered, far ones in the rest, the same in any order."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from reviewmine.discover.cluster import REST, assign, cluster
from reviewmine.embed.encoders import unit_rows


def blobs(n_topics=6, n=80, dimensions=24, spread=0.12, seed=0):
    """Return (texts, unit vectors, truth): ``n`` points around each of ``n_topics`` directions; the first is the largest."""
    rng = np.random.default_rng(seed)
    centres = unit_rows(rng.normal(size=(n_topics, dimensions)))
    truth = np.repeat(np.arange(n_topics), n - 5 * np.arange(n_topics))
    vectors = unit_rows(centres[truth] + spread * rng.normal(size=(len(truth), dimensions)))
    return [f"текст {i:04}" for i in range(len(truth))], vectors, truth


@pytest.mark.parametrize("types", [6, "auto"])
def test_blobs_are_found(types):
    texts, vectors, truth = blobs()
    got = cluster(texts, vectors, types, 13, 0.02)
    assert adjusted_mutual_info_score(truth, got.topic) > 0.95
    assert (got.topic[truth == 0] == 0).mean() > 0.95
    sizes = np.bincount(got.topic[got.topic >= 0])
    assert (np.diff(sizes) <= 0).all()
    assert np.linalg.norm(got.centres, axis=1) == pytest.approx(np.ones(len(got.centres)), abs=1e-5)


def test_the_number_asked_for_is_kept():
    texts, vectors, _ = blobs()
    assert len(cluster(texts, vectors, 3, 13, 0.0).centres) == 3


def test_there_are_no_more_topics_than_texts():
    texts, vectors, _ = blobs(n_topics=2, n=8)
    assert len(cluster(texts, vectors, 500, 13, 0.0).centres) <= len(texts)


def test_shuffled_vectors_agree_with_nothing():
    texts, vectors, truth = blobs()
    order = np.random.default_rng(0).permutation(len(texts))
    got = cluster(texts, vectors[order], 6, 13, 0.02)
    assert adjusted_mutual_info_score(truth, got.topic) < 0.05


def test_the_order_of_rows_changes_nothing():
    texts, vectors, _ = blobs(spread=0.5)
    order = np.random.default_rng(0).permutation(len(texts))
    whole, shuffled = (
        cluster(texts, vectors, 9, 13, 0.3),
        cluster([texts[i] for i in order], vectors[order], 9, 13, 0.3),
    )
    assert (shuffled.topic == whole.topic[order]).all()
    assert (shuffled.probability == whole.probability[order]).all()
    assert (shuffled.centres == whole.centres).all()


def test_copies_do_not_pull():
    texts, vectors, _ = blobs()
    rows = [*range(len(texts)), *[7] * 300]
    whole, heavy = cluster(texts, vectors, 6, 13, 0.0), cluster([texts[i] for i in rows], vectors[rows], 6, 13, 0.0)
    assert adjusted_mutual_info_score(whole.topic, heavy.topic[: len(texts)]) == pytest.approx(1)
    assert len(set(heavy.topic[len(texts) :])) == 1


def test_empty_vectors_go_to_the_rest():
    texts, vectors, _ = blobs()
    vectors[::10] = 0
    got = cluster(texts, vectors, 6, 13, 0.02)
    assert (got.topic[::10] == REST).all()
    assert (got.probability[::10] == 0).all()
    assert (np.delete(got.topic, np.s_[::10]) != REST).all()


def test_what_is_far_from_every_centre_goes_to_the_rest():
    centres = np.eye(2, 3, dtype=np.float32)
    rows = unit_rows([[1, 0, 0], [0.1, 0, 1], [0.3, 0, 1], [-1, 0, 0]])
    topic, probability = assign(rows, centres, 0.0)
    assert topic.tolist() == [0, REST, 0, REST]
    assert probability[0] > probability[2] > 0.9


def test_what_lies_between_two_topics_is_unsure():
    centres = np.eye(2, dtype=np.float32)
    rows = unit_rows([[1, 0.99], [1, 0.5]])
    topic, probability = assign(rows, centres, 0.6)
    assert topic.tolist() == [REST, 0]
    assert probability[0] == pytest.approx(0.52, abs=0.02)


def test_a_heap_of_odds_and_ends_is_dissolved():
    texts, vectors, truth = blobs(n_topics=5, dimensions=60, spread=0.05)
    noise = unit_rows(np.random.default_rng(1).normal(size=(80, 60)))
    got = cluster([*texts, *(f"шум {i}" for i in range(80))], np.vstack([vectors, noise]), 6, 13, 0.02)
    assert len(got.centres) == 5
    assert (got.topic[len(texts) :] == REST).mean() > 0.5
    assert adjusted_mutual_info_score(truth, got.topic[: len(texts)]) > 0.95


def test_topics_that_keep_no_row_are_dropped():
    texts, vectors, _ = blobs(spread=0.8)
    got = cluster(texts, vectors, 30, 13, 0.99)
    assert len(got.centres) == len(set(got.topic) - {REST}) < 30
    assert len(cluster(texts, vectors, 30, 13, 0.9999999).centres) == 0
