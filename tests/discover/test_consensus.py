"""Many clusterings agreed into one: steady topics are found steady, accidents are not, and the seed hardly matters."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from reviewmine.discover.cluster import REST, assign, cluster
from reviewmine.discover.consensus import (
    agree,
    gather_centres,
    group_partitions,
    lloyd,
    nearest,
    steadiness,
    topic_stability,
)
from reviewmine.embed.encoders import unit_rows


def blobs(n_topics=8, n=90, dimensions=32, spread=0.12, seed=3):
    rng = np.random.default_rng(seed)
    centres = unit_rows(rng.normal(size=(n_topics, dimensions)))
    truth = np.repeat(np.arange(n_topics), n)
    return unit_rows(centres[truth] + spread * rng.normal(size=(len(truth), dimensions))), truth


def test_the_runs_agree_on_what_is_there():
    points, truth = blobs()
    pool = gather_centres(points, 16, seed=1, n_runs=12)
    means, topic = agree(points, pool, 8)
    assert adjusted_rand_score(truth, topic) > 0.95
    assert (nearest(points, means) == topic).all()
    partitions = group_partitions(points, pool, 8)
    assert steadiness(partitions) > 0.95
    assert (topic_stability(topic, 8, partitions) > 0.9).all()


def test_too_many_topics_are_not_steady():
    points, _ = blobs(n_topics=4)
    pool = gather_centres(points, 30, seed=1, n_runs=12)
    assert steadiness(group_partitions(points, pool, 20)) < 0.7 < steadiness(group_partitions(points, pool, 4))


def test_other_seeds_give_the_same_topics():
    points, _ = blobs(spread=0.2)
    texts = [f"отзыв {i:04}" for i in range(len(points))]
    first, *others = (cluster(texts, points, 8, seed, 0.02).topic for seed in (1, 2, 3))
    assert all(adjusted_rand_score(first, other) > 0.9 for other in others)


def test_a_topic_that_comes_and_goes_has_a_low_stability():
    topic = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    again = [np.array([4, 4, 4, 4, 0, 1, 0, 1]), np.array([1, 1, 1, 1, 2, 2, 2, 2])]
    assert topic_stability(topic, 3, again) == pytest.approx([1, (1 / 3 + 1 / 2) / 2, (1 / 3 + 1 / 2) / 2])


def test_a_mean_without_points_stays():
    points = unit_rows([[1, 0], [1, 0.1], [0, 1], [0.1, 1]])
    means, topic = lloyd(points, np.asarray([[1, 0], [0, 1], [-5, -5]], dtype=np.float32), 5)
    assert topic.tolist() == [0, 0, 1, 1]
    assert means[2].tolist() == [-5, -5]


def test_a_loose_topic_takes_what_lies_between():
    """Between a tight and a loose topic the Euclidean distance to the means decides, not the angle alone."""
    centres = np.eye(2, dtype=np.float32)
    row = unit_rows([[1, 0.99]])
    assert assign(row, centres, 0.0)[0].tolist() == [0]
    assert assign(row, centres, 0.0, np.asarray([0.95, 0.7], dtype=np.float32))[0].tolist() == [1]


def test_every_topic_has_its_figures():
    points, _ = blobs()
    got = cluster([f"отзыв {i:04}" for i in range(len(points))], points, "auto", 13, 0.02)
    assert got.stability.shape == got.cohesion.shape == (len(got.centres),)
    assert ((got.stability > 0) & (got.stability <= 1)).all()
    for number, centre in enumerate(got.centres):
        assert got.cohesion[number] == pytest.approx((points[got.topic == number] @ centre).mean(), abs=0.05)


def test_the_rest_is_mined_for_topics_of_its_own(monkeypatch):
    """A theme outside the sample that was fitted is found among what no topic took."""
    points, _ = blobs(n_topics=4, n=300, dimensions=40, spread=0.05)
    away = np.zeros((300, 40))
    away[:, 0] = 1
    axes, _ = np.linalg.qr(np.vstack([points[::300], away[:1]]).T)
    theme = unit_rows(axes[:, 4] + 0.05 * np.random.default_rng(0).normal(size=(300, 40)))
    rows = np.vstack([points, theme])
    texts = [f"отзыв {i:05}" for i in range(len(rows))]
    monkeypatch.setattr("reviewmine.discover.cluster._sample", lambda given, seed: given[: min(len(given), 1200)])
    got = cluster(texts, rows, "auto", 13, 0.02)
    last = got.topic[1200:]
    assert (last != REST).mean() > 0.95
    assert not set(last) & set(got.topic[:1200]) - {REST}
