"""The card of a discovery run: how much is covered, how steady the topics are, how they agree with labels."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    homogeneity_completeness_v_measure,
)

from reviewmine.discover.cluster import REST, Clusters
from reviewmine.discover.intrinsic import (
    Recluster,
    bootstrap_stability,
    coherence,
    distinct_rows,
    learnable,
    lemmas_of,
    redundancy,
)
from reviewmine.discover.topics import Topics
from reviewmine.embed.encoders import Vectors
from reviewmine.intervals import Figure, half_sample

N_RESAMPLES = 100


def make_card(
    units: pd.DataFrame,
    texts: Sequence[str],
    vectors: Vectors,
    clusters: Clusters,
    again: Recluster,
    topics: Topics,
    codes: Sequence[str],
    gold: Mapping[str, str],
    seed: int,
) -> dict[str, Any]:
    """Return the figures of a run; ``again`` clusters over from another seed, ``gold`` is review to its one type.

    Figures of quality are taken over the distinct texts, so a corpus said twice scores as the corpus.
    """
    sizes = np.bincount(clusters.topic[clusters.topic >= 0], minlength=len(clusters.centres))
    words = [word for listed in topics.words for word, _ in listed]
    rows = distinct_rows(texts)
    other = again(np.arange(len(texts)), seed + 1)
    documents = lemmas_of(texts, rows)
    coherent = coherence(documents, topics)
    known = [value for value in coherent if value is not None]
    pairs = redundancy(clusters.centres, topics, codes)
    card: dict[str, Any] = {
        "n_statements": len(units),
        "n_reviews": int(units["review_id"].nunique()),
        "n_topics": len(clusters.centres),
        "n_rest": int((clusters.topic == REST).sum()),
        "coverage": round(float((clusters.topic != REST).mean()), 4),
        "largest_share": round(float(sizes.max() / max(1, sizes.sum())), 4),
        "seed_ari": round(float(adjusted_rand_score(clusters.topic[rows], other.topic[rows])), 4),
        "bootstrap_ari": bootstrap_stability(rows, clusters, seed + 1, again),
        "stability": {code: round(float(value), 4) for code, value in zip(codes, clusters.stability, strict=True)},
        "npmi": round(float(np.mean(known)), 4) if known else None,
        "coherence": dict(zip(codes, coherent, strict=True)),
        "word_diversity": round(len(set(words)) / max(1, len(words)), 4),
        "redundant": round(len({code for pair in pairs for code in pair["topics"]}) / max(1, len(codes)), 4),
        "redundant_pairs": pairs,
        "learnable": learnable(documents, clusters.topic[rows], vectors[rows], seed),
    }
    if gold:
        card["against_labels"] = _agreement(units, clusters, gold, seed)
    return card


def review_topics(units: pd.DataFrame, clusters: Clusters) -> pd.Series:
    """Return for each review the topic with the largest summed probability; rest only where nothing else is."""
    frame = pd.DataFrame(
        {"id": units["review_id"].to_numpy(), "topic": clusters.topic, "p": clusters.probability.astype(float)}
    )
    frame.loc[frame["topic"] == REST, "p"] = 0.0
    summed = frame.groupby(["id", "topic"], as_index=False)["p"].sum()
    best = summed.sort_values(["id", "p", "topic"], ascending=[True, False, True]).drop_duplicates("id")
    return best.set_index("id")["topic"]


def _agreement(units: pd.DataFrame, clusters: Clusters, gold: Mapping[str, str], seed: int) -> dict[str, Any]:
    """Return agreement of topics with the types of single-type reviews, with intervals; rest counts as a topic."""
    found = review_topics(units, clusters)
    ids = [review for review in found.index if review in gold]
    truth = np.asarray([gold[review] for review in ids])
    topic = found.loc[ids].to_numpy()

    def measure(rows: np.ndarray) -> dict[str, float]:
        homogeneity, completeness, v = homogeneity_completeness_v_measure(truth[rows], topic[rows])
        return {
            "ami": float(adjusted_mutual_info_score(truth[rows], topic[rows])),
            "homogeneity": float(homogeneity),
            "completeness": float(completeness),
            "v": float(v),
        }

    figures: dict[str, Figure] = half_sample(measure, len(ids), seed, N_RESAMPLES)
    return {"n": len(ids), "n_types": len(set(truth)), "covered": round(float((topic != REST).mean()), 4), **figures}
