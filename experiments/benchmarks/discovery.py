"""Topics of labelled sets: ours beside BERTopic's defaults, NMF and LSA with k-means, against the types people gave.

All rows are clustered without their labels; the agreement is measured on the rows that carry exactly one type. Ours is the
mean over six seeds, with the mean adjusted Rand index of their fifteen pairs. BERTopic gets the vectors of our encoder.
"""

import time
import warnings
from itertools import combinations

import numpy as np
import pandas as pd
from data import data_file
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from reviewmine import cut_reviews, read_reviews
from reviewmine.discover.card import review_topics
from reviewmine.discover.cluster import Clusters, cluster
from reviewmine.embed.domain import content_lemmas
from reviewmine.embed.encoders import make_encoder
from reviewmine.labels.dataset import single_types
from reviewmine.language.normalize import normalize
from reviewmine.settings import Data

SEEDS = (1, 2, 3, 4, 5, 6)
MIN_PROBABILITY = 0.02

Gold = dict[str, str]


def main() -> None:
    warnings.filterwarnings("ignore")
    delivery()
    intents()


def delivery() -> None:
    labelled, unlabelled = data_file("delivery/labelled.csv"), data_file("delivery/unlabelled.csv")
    reviews = read_reviews([labelled, unlabelled]).reviews
    gold = dict(single_types(reviews, Data(labelled=labelled)))
    statements = cut_reviews(reviews)
    statements = statements[statements["null"] == ""]
    head(f"delivery: {len(reviews)} reviews, {len(gold)} with exactly one of {len(set(gold.values()))} types")
    ours("reviewmine, unit statement", statements["review_id"], statements["text"], gold)
    ours("reviewmine, unit review", reviews["id"], reviews["text"], gold)
    others(reviews["id"], reviews["text"], gold, 50)


def intents() -> None:
    rows = pd.read_csv(data_file("intents/labelled.csv")).query("split == 'train'").reset_index(drop=True)
    ids = rows.index.astype(str).to_series()
    gold = dict(zip(ids, rows["type"], strict=True))
    head(f"intents: {len(rows)} texts of {len(set(gold.values()))} types")
    ours("reviewmine", ids, rows["text"], gold)
    others(ids, rows["text"], gold, 150)


def head(title: str) -> None:
    print(f"{title}\n{'method':40} {'topics':>7} {'coverage':>9} {'AMI':>6} {'seed ARI':>9} {'seconds':>8}")


def ours(name: str, ids: pd.Series, written: pd.Series, gold: Gold) -> None:
    """Print the row of our encoder and clusterer, the mean over the seeds; the seconds are of one run."""
    start = time.perf_counter()
    texts = [normalize(text) for text in written]
    vectors = make_encoder("domain").fit(texts).encode(texts)
    encoded = time.perf_counter() - start
    runs = [cluster(texts, vectors, "auto", seed, MIN_PROBABILITY) for seed in SEEDS]
    seconds = encoded + (time.perf_counter() - start - encoded) / len(SEEDS)
    units = pd.DataFrame({"review_id": list(ids)})
    ami = float(np.mean([agreement(review_topics(units, run), gold) for run in runs]))
    ari = float(np.mean([adjusted_rand_score(one.topic, other.topic) for one, other in combinations(runs, 2)]))
    coverage = float(np.mean([(run.topic >= 0).mean() for run in runs]))
    row(name, "-".join(str(n) for n in dict.fromkeys(n_topics(runs))), coverage, ami, f"{ari:.3f}", seconds)


def n_topics(runs: list[Clusters]) -> list[int]:
    """Return the least and the most topics of the runs."""
    found = [len(run.centres) for run in runs]
    return [min(found), max(found)]


def others(ids: pd.Series, written: pd.Series, gold: Gold, n: int) -> None:
    """Print the rows of the peers; LSA and NMF are told the number of topics."""
    texts = [normalize(text) for text in written]
    rows = TfidfVectorizer(analyzer=content_lemmas, min_df=3).fit_transform(texts)
    start = time.perf_counter()
    lsa = TruncatedSVD(150, random_state=0).fit_transform(rows)
    measure(f"LSA + k-means({n})", KMeans(n, n_init=3, random_state=0).fit_predict(lsa), ids, gold, start)
    start = time.perf_counter()
    measure(f"NMF({n})", NMF(n, init="nndsvd", max_iter=200).fit_transform(rows).argmax(axis=1), ids, gold, start)
    vectors = make_encoder("domain").fit(texts).encode(texts)
    start = time.perf_counter()
    measure(f"k-means({n}) on our vectors", KMeans(n, n_init=3, random_state=0).fit_predict(vectors), ids, gold, start)
    bertopic(texts, vectors, ids, gold)


def bertopic(texts: list[str], vectors: np.ndarray, ids: pd.Series, gold: Gold) -> None:
    """Measure BERTopic's defaults on our vectors, before and after its outliers are reduced."""
    from bertopic import BERTopic

    start = time.perf_counter()
    model = BERTopic(language="multilingual", calculate_probabilities=False)
    topics, _ = model.fit_transform(texts, embeddings=vectors)
    measure("BERTopic, defaults, on our vectors", np.asarray(topics), ids, gold, start)
    reduced = model.reduce_outliers(texts, topics, strategy="embeddings", embeddings=vectors)
    measure("BERTopic + reduce_outliers", np.asarray(reduced), ids, gold, start)


def measure(name: str, topics: np.ndarray, ids: pd.Series, gold: Gold, start: float) -> None:
    """Print the row of one clustering of whole rows."""
    seconds = time.perf_counter() - start
    ami = agreement(pd.Series(topics, index=list(ids)), gold)
    row(name, str(len(set(topics) - {-1})), float((topics >= 0).mean()), ami, "", seconds)


def agreement(topic: pd.Series, gold: Gold) -> float:
    """Return the adjusted mutual information of topics by review with the types of the reviews that have one."""
    known = [review for review in topic.index if review in gold]
    return float(adjusted_mutual_info_score([gold[review] for review in known], topic.loc[known]))


def row(name: str, topics: str, coverage: float, ami: float, ari: str, seconds: float) -> None:
    print(f"{name:40} {topics:>7} {coverage:9.1%} {ami:6.3f} {ari:>9} {seconds:8.1f}", flush=True)


if __name__ == "__main__":
    main()
