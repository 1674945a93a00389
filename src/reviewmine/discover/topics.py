"""BERTopic over our clusters: key words of each topic (class-based TF-IDF)."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine.discover.tree import arrange
from reviewmine.embed.domain import content_lemmas
from reviewmine.embed.encoders import Vectors
from reviewmine.errors import missing_extra

N_WORDS = 12


@dataclass(frozen=True)
class Topics:
    """``words``: for each topic its key lemmas with weights; ``group``: for each topic the number of its parent, or -1."""

    words: tuple[tuple[tuple[str, float], ...], ...]
    group: tuple[int, ...]


def describe(texts: Sequence[str], vectors: Vectors, topic: NDArray[np.int64], centres: Vectors) -> Topics:
    """Return the key words and groups of the topics of ``texts``; a topic is never a group of its own.

    BERTopic (Grootendorst, 2022) in its manual mode: reduction and clustering are done, it represents.
    """
    kept = topic >= 0
    order = sorted(np.flatnonzero(kept), key=lambda i: (texts[i], topic[i]))
    documents = [" ".join(content_lemmas(texts[i])) for i in order]
    n_topics = int(topic.max()) + 1
    with threadpool_limits(1):
        model = _fitted(documents, vectors[order], topic[order])
        words = _words(model, n_topics)
    return Topics(words, arrange(centres, words))


def _fitted(documents: list[str], vectors: Vectors, topic: NDArray[np.int64]) -> Any:
    """Return a BERTopic model whose topics are ours."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    try:
        from bertopic import BERTopic  # noqa: PLC0415
        from bertopic.backend import BaseEmbedder  # noqa: PLC0415
        from bertopic.cluster import BaseCluster  # noqa: PLC0415
        from bertopic.dimensionality import BaseDimensionalityReduction  # noqa: PLC0415
        from bertopic.vectorizers import ClassTfidfTransformer  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("bertopic", "lab", "describing topics") from error
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415

    model = BERTopic(
        embedding_model=BaseEmbedder(),
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=BaseCluster(),
        vectorizer_model=CountVectorizer(analyzer=str.split, stop_words=None),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
        top_n_words=N_WORDS,
        calculate_probabilities=False,
        verbose=False,
    )
    return model.fit(documents, embeddings=vectors, y=topic.tolist())


def _own_number(model: Any, n_topics: int) -> dict[int, int]:
    """Return BERTopic's number of a topic to ours; it renumbers topics by size."""
    mappings = model.topic_mapper_.get_mappings()
    return {theirs: ours for ours, theirs in mappings.items() if 0 <= ours < n_topics}


def _words(model: Any, n_topics: int) -> tuple[tuple[tuple[str, float], ...], ...]:
    found: dict[int, tuple[tuple[str, float], ...]] = {}
    for theirs, ours in _own_number(model, n_topics).items():
        pairs = model.get_topic(theirs) or []
        found[ours] = tuple((word, round(float(weight), 6)) for word, weight in pairs if word)
    return tuple(found.get(number, ()) for number in range(n_topics))
