"""BERTopic over our clusters: key words of each topic (class-based TF-IDF) and their hierarchy."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine.embed.domain import content_lemmas
from reviewmine.embed.encoders import Vectors
from reviewmine.errors import missing_extra

N_WORDS = 12


@dataclass(frozen=True)
class Topics:
    """``words``: for each topic its key lemmas with weights; ``group``: for each topic the number of its parent, or -1."""

    words: tuple[tuple[tuple[str, float], ...], ...]
    group: tuple[int, ...]


def describe(texts: Sequence[str], vectors: Vectors, topic: NDArray[np.int64]) -> Topics:
    """Return the key words and groups of the topics of ``texts``; a topic is never a group of its own.

    BERTopic (Grootendorst, 2022) in its manual mode: reduction and clustering are done, it represents and arranges.
    """
    kept = topic >= 0
    order = sorted(np.flatnonzero(kept), key=lambda i: (texts[i], topic[i]))
    documents = [" ".join(content_lemmas(texts[i])) for i in order]
    n_topics = int(topic.max()) + 1
    with threadpool_limits(1):
        model = _fitted(documents, vectors[order], topic[order])
        words = _words(model, n_topics)
        group = _groups(model, documents, n_topics)
    return Topics(words, group)


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


def _groups(model: Any, documents: list[str], n_topics: int) -> tuple[int, ...]:
    """Return a group for each topic by cutting BERTopic's hierarchy at about the root of the number of topics."""
    if n_topics < 4:
        return (-1,) * n_topics
    with Path(os.devnull).open("w", encoding="utf-8") as silence, contextlib.redirect_stderr(silence):
        tree = model.hierarchical_topics(documents)
    own = _own_number(model, n_topics)
    parent = list(range(n_topics))
    merges = tree.assign(size=tree["Topics"].map(len)).sort_values(["Distance", "size"])
    wanted = max(2, round(np.sqrt(n_topics) * 1.5))
    for members in merges["Topics"].iloc[: max(0, n_topics - wanted)]:
        ours = sorted(own[int(theirs)] for theirs in members if int(theirs) in own)
        for number in ours:
            parent[number] = min(parent[other] for other in ours)
    roots = {root: i for i, root in enumerate(dict.fromkeys(root for root in parent if parent.count(root) > 1))}
    return tuple(roots.get(root, -1) for root in parent)
