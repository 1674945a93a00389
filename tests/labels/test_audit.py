"""Likely wrong labels: ranked, with neighbours as evidence and the expected number of wrong ones."""

import numpy as np
import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.labels.audit import NEIGHBOURS, audit, confused, nearest, wrong_shares

N, TYPES = 60, 3


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def swapped():
    """Three clear types of 20 reviews; reviews 5 and 25 were given the type of others."""
    rng = np.random.default_rng(0)
    true = np.repeat(np.arange(TYPES), N // TYPES)
    vectors = unit(np.eye(TYPES)[true] + rng.normal(0, 0.05, (N, TYPES)))
    probability = np.clip(0.8 * np.eye(TYPES)[true] + rng.uniform(0.02, 0.15, (N, TYPES)), 0, 1)
    given = true.copy()
    given[5], given[25] = 2, 0
    targets = given[:, None] == np.arange(TYPES)
    return probability, targets, vectors, [str(i) for i in range(N)]


def test_swapped_labels_come_first_with_the_true_type_as_rival(swapped):
    doubts = audit(*swapped)
    assert len(doubts) == N
    assert {(one.row, one.given, one.rival) for one in doubts[:2]} == {(5, 2, 0), (25, 0, 1)}
    assert all(one.company == 0 for one in doubts[:2])
    assert all(one.company > 0.8 for one in doubts[2:])


def test_the_evidence_are_the_nearest_reviews(swapped):
    vectors = swapped[2]
    worst = audit(*swapped)[0]
    alike = vectors @ vectors[worst.row]
    alike[worst.row] = -1
    assert list(worst.neighbours) == list(np.argsort(-alike)[: len(worst.neighbours)])
    assert len(worst.neighbours) == 3


def test_near_copies_are_no_evidence_for_each_other(swapped):
    _, _, vectors, copies = swapped
    vectors[[10, 11, 12]] = vectors[10]
    copies = [*copies[:10], "copy", "copy", "copy", *copies[13:]]
    near, weight = nearest(vectors, copies)
    assert not {10, 11, 12} & set(near[10])
    assert near.shape == (N, NEIGHBOURS)
    assert weight.sum(axis=1) == pytest.approx(1)


def test_neighbours_speak_where_the_model_is_undecided(swapped):
    _, targets, vectors, copies = swapped
    flat = np.full(targets.shape, 0.4)
    assert {one.row for one in audit(flat, targets, vectors, copies)[:2]} == {5, 25}


def test_the_model_speaks_where_no_neighbour_is_alike(swapped):
    probability, targets, _, copies = swapped
    assert {one.row for one in audit(probability, targets, np.zeros((N, 4), np.float32), copies)[:2]} == {5, 25}


def test_expected_wrong_labels_are_near_the_injected_ones(swapped):
    doubts = audit(*swapped)
    assert sum(one.wrong for one in doubts[:2]) > 0.3
    assert sum(one.wrong for one in doubts) == pytest.approx(2, abs=1.5)
    probability, _, vectors, copies = swapped
    clean = np.eye(TYPES, dtype=bool)[probability.argmax(axis=1)]
    assert sum(one.wrong for one in audit(probability, clean, vectors, copies)) == 0


def test_the_share_of_wrong_labels_is_counted_by_the_type_that_is_given_too_often(swapped):
    probability, targets, _, _ = swapped
    shares = wrong_shares(probability, targets)
    assert shares[1] == 0
    assert shares[0] == pytest.approx(1 / 40)
    assert shares[2] == pytest.approx(1 / 39)


def test_a_rival_of_the_same_group_is_told_apart(swapped):
    first = {one.row: one.related for one in audit(*swapped, parents=("доставка", "товар", "доставка"))[:2]}
    assert first == {5: True, 25: False}
    assert not any(one.related for one in audit(*swapped, parents=("", "", "")))
    pairs = confused(audit(*swapped, parents=("доставка", "товар", "доставка")))
    assert {(given, rival, related) for given, rival, _, related in pairs[:2]} == {(2, 0, True), (0, 1, False)}


def test_one_label_of_several_is_doubted_alone():
    targets = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=bool)
    probability = np.array([[0.9, 0.05, 0.6], [0.9, 0.1, 0.1], [0.1, 0.9, 0.1], [0.1, 0.1, 0.9]])
    worst = audit(probability, targets, np.eye(4, dtype=np.float32), list("абвг"))[0]
    assert (worst.row, worst.given, worst.rival) == (0, 1, 2)
    assert worst.confidence == pytest.approx(0.05)


def test_a_single_review_has_no_neighbours():
    only = audit(np.array([[0.7, 0.2]]), np.array([[True, False]]), np.ones((1, 2), np.float32), ["а"])
    assert (len(only), only[0].neighbours, only[0].company) == (1, (), 0)


def test_arrays_that_do_not_fit_are_refused(swapped):
    probability, targets, vectors, copies = swapped
    with pytest.raises(ReviewmineError, match=r"59 copies.*one row a review"):
        audit(probability, targets, vectors, copies[1:])
