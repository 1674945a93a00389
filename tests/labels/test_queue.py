"""What to label next: no near copies, rare types asked for, a random part flagged, the same whatever the order of rows."""

from collections import Counter

import numpy as np
import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.labels.queue import RANDOM, RARE, Known, candidates, choose

N, REGIONS = 120, 4


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def reviews():
    """Ids, vectors and copies of 120 reviews: three crowded regions of the space, and one of six reviews."""
    rng = np.random.default_rng(1)
    region = np.concatenate([np.repeat([0, 1, 2], 38), np.repeat(3, 6)])
    vectors = unit(np.eye(REGIONS)[region] + rng.normal(0, 0.08, (N, REGIONS)))
    return region, [f"r{i:03}" for i in range(N)], vectors, [f"c{i}" for i in range(N)]


def unknown(done=()):
    return Known(np.isin(np.arange(N), done), np.zeros(0, dtype=np.int64))


def answers(region, sure):
    """A model of four types, sure of the reviews of the regions named."""
    p = np.where(np.isin(region, sure)[:, None], 0.01, 0.25) * np.ones((N, REGIONS))
    p[np.arange(N), region] = np.where(np.isin(region, sure), 0.97, 0.4)
    return p


def test_a_cold_start_reaches_every_region_and_flags_a_random_part(reviews):
    region, ids, vectors, copies = reviews
    picks = choose(ids, vectors, copies, unknown(), 20)
    assert len({one.row for one in picks}) == 20
    assert Counter(one.why for one in picks) == {"random": round(RANDOM * 20), "cluster": 20 - round(RANDOM * 20)}
    assert {region[one.row] for one in picks if one.why == "cluster"} == {0, 1, 2, 3}


def test_what_has_a_label_is_not_asked_again_nor_its_copies(reviews):
    _, ids, vectors, copies = reviews
    copies = ["same" if i in (0, 7, 9) else name for i, name in enumerate(copies)]
    picks = choose(ids, vectors, copies, unknown(done=[0, 50]), 500)
    assert {one.row for one in picks} == set(range(N)) - {0, 7, 9, 50}
    assert len(picks) == N - 4


def test_a_batch_has_no_near_copies(reviews):
    _, ids, vectors, copies = reviews
    copies = [f"c{i // 4}" for i in range(N)]
    picks = choose(ids, vectors, copies, unknown(), 500)
    assert len({copies[one.row] for one in picks}) == len(picks) == N // 4


def test_reviews_the_model_is_unsure_of_come_first(reviews):
    region, ids, vectors, copies = reviews
    known = Known(np.zeros(N, bool), np.full(REGIONS, 30), answers(region, sure=[0, 1]))
    unsure = [one for one in choose(ids, vectors, copies, known, 30) if one.why == "unsure"]
    assert len(unsure) == 24
    assert (
        sum(region[one.row] in (2, 3) for one in unsure) > 12
    )  # more than half, of regions with 44 of the 120 reviews


def test_the_types_with_the_fewest_labels_are_asked_for_in_turn(reviews):
    region, ids, vectors, copies = reviews
    known = Known(np.zeros(N, bool), np.array([30, 30, 2, 0]), answers(region, sure=[0, 1, 2, 3]))
    rare = [one for one in choose(ids, vectors, copies, known, 60) if one.why == "rare type"]
    assert Counter(one.type for one in rare) == {3: 4, 2: 2}
    assert all(region[one.row] == one.type for one in rare)
    assert len(rare) == round(RARE * 60)


def test_what_the_taxonomy_says_finds_a_type_without_labels(reviews):
    region, ids, vectors, copies = reviews
    near = 0.2 + 0.5 * np.eye(REGIONS)[region]
    known = Known(np.zeros(N, bool), np.array([9, 9, 9, 0]), None, near)
    rare = [one for one in choose(ids, vectors, copies, known, 30) if one.why == "rare type"]
    assert [one.type for one in rare] == [3, 3, 3]
    assert {region[one.row] for one in rare} == {3}


def test_the_model_is_trusted_before_the_taxonomy_once_a_type_has_labels(reviews):
    region, ids, vectors, copies = reviews
    misleading = np.eye(REGIONS)[(region + 1) % REGIONS]
    known = Known(np.zeros(N, bool), np.array([60, 60, 60, 40]), answers(region, sure=[0, 1, 2, 3]), misleading)
    rare = [one for one in choose(ids, vectors, copies, known, 30) if one.why == "rare type"]
    assert all(region[one.row] == 3 for one in rare)


def test_the_order_of_rows_changes_nothing(reviews):
    region, ids, vectors, copies = reviews
    p, done = answers(region, sure=[0]), np.isin(np.arange(N), [3, 60])
    counts = np.array([5, 5, 5, 1])
    first = [(ids[one.row], one.why) for one in choose(ids, vectors, copies, Known(done, counts, p, p), 25, seed=4)]
    order = np.random.default_rng(2).permutation(N)
    known = Known(done[order], counts, p[order], p[order])
    shuffled = [ids[i] for i in order]
    again = choose(shuffled, vectors[order], [copies[i] for i in order], known, 25, seed=4)
    assert [(shuffled[one.row], one.why) for one in again] == first


def test_another_seed_draws_other_random_reviews(reviews):
    _, ids, vectors, copies = reviews
    drawn = [
        {one.row for one in choose(ids, vectors, copies, unknown(), 50, seed=seed) if one.why == "random"}
        for seed in (0, 1)
    ]
    assert drawn[0] != drawn[1]


def test_the_kinds_are_spread_over_the_batch(reviews):
    region, ids, vectors, copies = reviews
    known = Known(np.zeros(N, bool), np.array([9, 9, 9, 0]), answers(region, sure=[0]))
    half = Counter(one.why for one in choose(ids, vectors, copies, known, 40)[:20])
    assert half == {"unsure": 16, "rare type": 2, "random": 2}


def test_texts_that_are_all_alike_still_fill_a_batch(reviews):
    _, ids, vectors, copies = reviews
    assert len({one.row for one in choose(ids, np.zeros_like(vectors), copies, unknown(), 12)}) == 12


def test_candidates_keep_the_labelled_and_draw_the_others(monkeypatch):
    monkeypatch.setattr("reviewmine.labels.queue.MOST", 5)
    ids = [f"r{i}" for i in range(30)]
    done = [i in (4, 20) for i in range(30)]
    rows = candidates(ids, done)
    assert len(rows) == 7
    assert {4, 20} <= set(rows)
    assert {ids[i] for i in rows} == {ids[::-1][i] for i in candidates(ids[::-1], done[::-1])}


def test_a_batch_of_nothing_and_doubled_ids_are_refused(reviews):
    _, ids, vectors, copies = reviews
    with pytest.raises(ReviewmineError, match="-n: 0 reviews to choose, expected at least 1"):
        choose(ids, vectors, copies, unknown(), 0)
    with pytest.raises(ReviewmineError, match="ids that stand twice"):
        choose([*ids[:-1], ids[0]], vectors, copies, unknown(), 5)
