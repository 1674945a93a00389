"""Planted topics for tests: texts, vectors around directions, and clusters of them."""

import numpy as np
import pandas as pd

from reviewmine.discover.cluster import Clusters, assign
from reviewmine.embed.encoders import unit_rows

SAID = (
    ("курьер", "опоздал", "доставка", "ждали"),
    ("оператор", "трубку", "звонок", "дозвониться"),
    ("коробка", "мятая", "упаковка", "порвана"),
    ("деньги", "возврат", "карту", "вернули"),
)


def planted(n=30, dimensions=16, spread=0.15, seed=0):
    """Return (texts, unit vectors, truth): ``n`` texts of two words of each theme, and points around its direction."""
    rng = np.random.default_rng(seed)
    centres = unit_rows(rng.normal(size=(len(SAID), dimensions)))
    truth = np.repeat(np.arange(len(SAID)), n)
    vectors = unit_rows(centres[truth] + spread * rng.normal(size=(len(truth), dimensions)))
    texts = [
        f"{' '.join(rng.choice(SAID[number], 3, replace=False))} {i:03}{'абвгд'[i % 5]}"
        for i, number in enumerate(truth)
    ]
    return texts, vectors, truth


def clusters_of(vectors, topic):
    """Return the clusters in which each row has its ``topic``."""
    n_topics = int(topic.max()) + 1
    centres = unit_rows(np.vstack([vectors[topic == number].mean(axis=0) for number in range(n_topics)]))
    probability = assign(vectors, centres, 0.0)[1]
    return Clusters(
        topic=np.asarray(topic, dtype=np.int64),
        probability=probability,
        centres=centres,
        cohesion=np.ones(n_topics, dtype=np.float32),
        stability=np.ones(n_topics, dtype=np.float32),
    )


def units_of(texts):
    """Return a frame of statements, one a review."""
    return pd.DataFrame(
        {
            "statement_id": [f"s{i:04}" for i in range(len(texts))],
            "review_id": [f"r{i:04}" for i in range(len(texts))],
            "field": ["cons" if i % 3 else "comment" for i in range(len(texts))],
            "start": 0,
            "end": [len(text) for text in texts],
            "text": list(texts),
        }
    )
