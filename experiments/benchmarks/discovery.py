"""Topics of the delivery set: ours beside BERTopic's defaults and LSA with k-means, against the types people gave.

All rows are clustered; the agreement is measured on the reviews that carry exactly one type.
"""

import time

import numpy as np
from data import data_file
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_mutual_info_score

from reviewmine import cut_reviews, discover_topics, read_reviews
from reviewmine.embed.domain import content_lemmas
from reviewmine.embed.encoders import make_encoder
from reviewmine.labels.dataset import single_types
from reviewmine.language.normalize import normalize
from reviewmine.settings import Data, Discover


def main() -> None:
    labelled, unlabelled = data_file("delivery/labelled.csv"), data_file("delivery/unlabelled.csv")
    reviews = read_reviews([labelled, unlabelled]).reviews
    gold = single_types(reviews, Data(labelled=labelled))
    texts = [normalize(text) for text in reviews["text"]]
    print(f"{len(reviews)} reviews, {len(gold)} with exactly one of {len(set(gold.values()))} types")
    print(f"{'method':44} {'topics':>6} {'coverage':>9} {'AMI':>6} {'seconds':>8}")
    for unit in ("statement", "review"):
        start = time.perf_counter()
        card = discover_topics(cut_reviews(reviews), reviews, Discover(unit=unit, about="all"), gold=gold).card
        ami = card["against_labels"]["ami"]["value"]
        row(f"reviewmine, unit {unit}", card["n_topics"], card["coverage"], ami, start)
    start = time.perf_counter()
    lsa = TruncatedSVD(150, random_state=0).fit_transform(
        TfidfVectorizer(analyzer=content_lemmas, min_df=3).fit_transform(texts)
    )
    measure("LSA + k-means(50)", KMeans(50, n_init=3, random_state=0).fit_predict(lsa), reviews, gold, start)
    vectors = make_encoder("domain").fit(texts).encode(texts)
    bertopic(texts, vectors, reviews, gold)


def bertopic(texts: list[str], vectors: np.ndarray, reviews, gold) -> None:
    """Measure BERTopic's defaults on our vectors, before and after its outliers are reduced."""
    from bertopic import BERTopic

    start = time.perf_counter()
    model = BERTopic(language="multilingual", calculate_probabilities=False)
    topics, _ = model.fit_transform(texts, embeddings=vectors)
    measure("BERTopic, defaults, on our vectors", np.asarray(topics), reviews, gold, start)
    reduced = model.reduce_outliers(texts, topics, strategy="embeddings", embeddings=vectors)
    measure("BERTopic + reduce_outliers", np.asarray(reduced), reviews, gold, start)


def measure(name: str, topics: np.ndarray, reviews, gold, start: float) -> None:
    """Print the row of one clustering of reviews."""
    known = [(gold[review], topic) for review, topic in zip(reviews["id"], topics, strict=True) if review in gold]
    ami = adjusted_mutual_info_score([kind for kind, _ in known], [topic for _, topic in known])
    row(name, len(set(topics) - {-1}), float((topics >= 0).mean()), ami, start)


def row(name: str, n_topics: int, coverage: float, ami: float, start: float) -> None:
    print(f"{name:44} {n_topics:6} {coverage:9.1%} {ami:6.3f} {time.perf_counter() - start:8.1f}")


if __name__ == "__main__":
    main()
