"""Figures without labels: good topics score well, shuffled ones badly, a corpus said twice like the corpus."""

import numpy as np
import pandas as pd
import pytest

from discover.planted import clusters_of, planted, units_of
from reviewmine.discover.card import make_card
from reviewmine.discover.cluster import cluster
from reviewmine.discover.intrinsic import coherence, distinct_rows, learnable, lemmas_of, redundancy
from reviewmine.discover.profile import profile_topics
from reviewmine.discover.topics import Topics
from reviewmine.discover.tree import arrange, reading_order, topic_distance
from reviewmine.intervals import wilson

CODES = ["topic-01", "topic-02", "topic-03", "topic-04"]
WORDS = tuple(
    tuple((word, 1.0) for word in said)
    for said in (
        ("курьер", "опоздать", "доставка", "ждать"),
        ("оператор", "трубка", "звонок", "дозвониться"),
        ("коробка", "мятый", "упаковка", "порвать"),
        ("деньга", "возврат", "карта", "вернуть"),
    )
)
TOPICS = Topics(WORDS, (-1,) * 4)


def card_of(texts, vectors, clusters):
    def again(rows, seed):
        return cluster([texts[i] for i in rows], vectors[rows], len(CODES), seed, 0.02)

    return make_card(units_of(texts), texts, vectors, clusters, again, TOPICS, CODES, {}, 13)


def test_shuffled_vectors_score_badly():
    texts, vectors, truth = planted()
    good = card_of(texts, vectors, clusters_of(vectors, truth))
    order = np.random.default_rng(1).permutation(len(texts))
    shuffled = clusters_of(vectors[order], truth[order])
    bad = card_of(texts, vectors[order], shuffled)
    assert good["learnable"]["accuracy"]["low"] > 0.8
    assert bad["learnable"]["accuracy"]["high"] < 0.5
    assert good["bootstrap_ari"]["low"] > 0.8
    noise = cluster(texts, _noise(vectors.shape), 4, 13, 0.0)
    assert card_of(texts, _noise(vectors.shape), noise)["bootstrap_ari"]["value"] < 0.5


def _noise(shape):
    rows = np.random.default_rng(5).normal(size=shape)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_a_corpus_said_twice_scores_the_same():
    texts, vectors, truth = planted()
    once = card_of(texts, vectors, clusters_of(vectors, truth))
    twice = card_of(
        [*texts, *texts], np.vstack([vectors, vectors]), clusters_of(np.vstack([vectors] * 2), np.tile(truth, 2))
    )
    for name in (
        "npmi",
        "coherence",
        "learnable",
        "bootstrap_ari",
        "redundant",
        "seed_ari",
        "coverage",
        "word_diversity",
    ):
        assert once[name] == twice[name], name
    assert twice["n_statements"] == 2 * once["n_statements"]


def test_words_that_stand_together_cohere():
    texts, _, _ = planted()
    documents = lemmas_of(texts, distinct_rows(texts))
    mixed = Topics(tuple(zip(*WORDS, strict=True)), (-1,) * 4)
    together, apart = coherence(documents, TOPICS), coherence(documents, mixed)
    assert min(together) > 0.2
    assert max(apart) == -1.0
    assert coherence(documents, Topics(((("курьер", 1.0),),), (-1,))) == [None]


def test_two_topics_of_one_thing_are_redundant():
    _, vectors, truth = planted()
    split = np.where((truth == 3) & (np.arange(len(truth)) % 2 == 0), 4, truth)
    clusters = clusters_of(vectors, split)
    pairs = redundancy(clusters.centres, Topics((*WORDS, WORDS[3]), (-1,) * 5), [*CODES, "topic-05"])
    assert [pair["topics"] for pair in pairs] == [["topic-04", "topic-05"]]
    assert redundancy(clusters.centres[:4], TOPICS, CODES) == []


def test_nothing_is_learned_from_one_topic():
    texts, vectors, truth = planted()
    assert learnable(lemmas_of(texts, distinct_rows(texts)), np.zeros(len(truth), dtype=int), vectors, 1) is None


def near_pairs(n=6):
    """Return centres and words of ``n`` pairs of like topics."""
    rng = np.random.default_rng(0)
    base = np.repeat(_noise((n, 20)), 2, axis=0) + 0.05 * rng.normal(size=(2 * n, 20))
    centres = (base / np.linalg.norm(base, axis=1, keepdims=True)).astype(np.float32)
    return centres, [((f"слово{i // 2}", 1.0), (f"другое{i}", 0.5)) for i in range(2 * n)]


def test_like_topics_share_a_parent_and_no_parent_has_one_child():
    group = arrange(*near_pairs())
    assert all(group[2 * i] == group[2 * i + 1] >= 0 for i in range(6))
    for parent in set(group) - {-1}:
        assert 1 < group.count(parent) < len(group)
    assert sorted(set(group)) == list(range(max(group) + 1))
    assert arrange(*(part[:3] for part in near_pairs())) == (-1, -1, -1)


def test_like_stands_beside_like():
    order = reading_order(*near_pairs())
    assert sorted(order) == list(range(12))
    assert all(abs(order.index(2 * i) - order.index(2 * i + 1)) == 1 for i in range(6))


def test_a_distance_is_a_distance():
    distance = topic_distance(*near_pairs())
    assert (distance == distance.T).all()
    assert (np.diag(distance) == 0).all()
    assert distance.min() >= 0
    assert distance.max() <= 1


def profiles():
    texts, vectors, truth = planted()
    units = units_of(texts)
    month = np.where(truth == 1, np.arange(len(truth)) % 3 + 4, np.arange(len(truth)) % 6 + 1)
    reviews = pd.DataFrame(
        {
            "id": units["review_id"],
            "date": pd.to_datetime([f"2026-{m:02}-15" for m in month]),
            "rating": np.where(truth == 0, 1.0, 3.0),
            "product": np.where(truth == 2, "Чайник", "Утюг"),
            "channel": None,
        }
    )
    return profile_topics(units, reviews, clusters_of(vectors, truth), CODES)


def test_a_profile_counts_what_is_there():
    first, second, third, _ = profiles()
    assert (first["code"], first["n"], first["n_reviews"], first["rating"]) == ("topic-01", 30, 30, 1.0)
    assert first["share"] == wilson(30, 120)
    assert list(first["months"]) == [f"2026-0{m}" for m in range(1, 7)]
    assert sum(first["months"].values()) == 30
    assert first["fields"] == {"cons": 20, "comment": 10}
    assert (third["products"], third["channels"]) == ({"Чайник": 30}, {})
    assert second["trend"] is None  # nothing before to compare with
    assert first["trend"] < 1  # another topic took the last months


def test_a_profile_without_dates_ratings_or_products():
    texts, vectors, truth = planted()
    units = units_of(texts)
    found = profile_topics(units, pd.DataFrame({"id": units["review_id"]}), clusters_of(vectors, truth), CODES)
    assert [(one["n"], one["rating"], one["months"], one["trend"], one["products"]) for one in found] == [
        (30, None, {}, None, {})
    ] * 4


@pytest.mark.parametrize(("n", "total"), [(0, 0), (0, 10), (10, 10), (3, 7)])
def test_a_share_lies_in_its_interval(n, total):
    share = wilson(n, total)
    assert 0 <= share["low"] <= share["value"] <= share["high"] <= 1
