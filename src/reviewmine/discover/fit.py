"""How well a taxonomy fits reviews: who has a type, by people or by words, and what a light model would say held out."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine.corpus.copies import copy_groups
from reviewmine.discover.cluster import Clusters, assign, cluster
from reviewmine.embed.domain import content_lemmas
from reviewmine.embed.encoders import Vectors, make_encoder, unit_rows
from reviewmine.errors import ReviewmineError
from reviewmine.language.normalize import normalize
from reviewmine.taxonomy.model import Taxonomy, Type
from reviewmine.taxonomy.patterns import Patterns

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

MIN_REVIEWS: Final = 20
_FOLDS = 5
_WORDS = 150  # dimensions of the words themselves, beside those of the encoder
_ALIKE = 0.6  # cosine similarity from which a review says what a type says
_AGAIN = 0.5  # of the best: types nearly as near are meant as well only from this cosine similarity on


@dataclass(frozen=True)
class Fit:
    """Reviews beside a taxonomy; every array has a row for each review, in the order of ``ids``.

    ``has`` (reviews, codes) says who has which type, ``labelled`` who has any. ``score`` (reviews, codes) is what a linear
    model says, about 0 to 1, learned from labelled reviews of other folds; near copies share a fold. ``by_people`` is
    false where types are known by their words alone; then ``has`` says whom these words find. ``met`` (reviews, codes)
    says whose patterns a review meets.
    """

    ids: list[str]
    written: list[str]
    texts: list[str]
    copies: list[str]
    vectors: Vectors
    codes: list[str]
    has: Bools
    met: Bools
    score: Floats
    clusters: Clusters
    by_people: bool
    n_unknown: int

    @property
    def labelled(self) -> Bools:
        """Return which reviews have a type."""
        found: Bools = self.has.any(axis=1)
        return found

    @property
    def topic(self) -> NDArray[np.int64]:
        """Return the topic of each review, -1 for the rest."""
        return self.clusters.topic


def fit_taxonomy(
    units: pd.DataFrame,
    taxonomy: Taxonomy,
    types: Mapping[str, Sequence[str]] | None = None,
    topics: Mapping[str, str] | None = None,
    *,
    encoder: str = "domain",
    seed: int = 13,
) -> Fit:
    """Return how ``taxonomy`` fits ``units``, a frame with ``review_id`` and ``text``, one row a review.

    ``types`` gives the codes of the reviews that have any; where no review has one, types are known by their title,
    definition, examples and patterns. ``topics`` are those of an earlier discovery by review; without them the reviews are
    clustered. Rows are taken in the order of ids, so theirs does not matter. Raises ``ReviewmineError`` for fewer than
    20 reviews, and for none whose words the encoder knows.
    """
    units = units.sort_values("review_id", kind="stable").drop_duplicates("review_id")
    if len(units) < MIN_REVIEWS:
        raise ReviewmineError(
            f"{len(units)} reviews to compare with the taxonomy", expected=f"at least {MIN_REVIEWS}", do="bring more"
        )
    ids, written = units["review_id"].astype(str).tolist(), units["text"].astype(str).tolist()
    texts = [normalize(text) for text in written]
    known = [one for one in taxonomy.types if one.status != "deprecated"]
    said = [[normalize(text) for text in (one.title, one.definition, *one.include) if text] for one in known]
    model = make_encoder(encoder).fit([*texts, *(text for listed in said for text in listed)])
    vectors = model.encode(texts)
    if not vectors.any():
        raise ReviewmineError("no review has a word that the encoder knows", where=encoder, do="choose another encoder")
    codes = [one.code for one in known]
    has, n_unknown = _named(ids, codes, types or {})
    met = _met(texts, known)
    by_people = bool(has.any())
    if not by_people:
        has = met | _alike(vectors, [model.encode(listed) for listed in said])
    copies = copy_groups(texts)
    with threadpool_limits(1):
        score = _held_out(np.hstack([vectors, _word_axes(texts)]), has, copies)
        clusters = _given(ids, vectors, topics) if topics else cluster(texts, vectors, "auto", seed, 0.02)
    return Fit(ids, written, texts, copies, vectors, codes, has, met, score, clusters, by_people, n_unknown)


def _named(ids: Sequence[str], codes: Sequence[str], types: Mapping[str, Sequence[str]]) -> tuple[Bools, int]:
    """Return who has which type, and how many reviews have one that the taxonomy does not know."""
    place = {code: number for number, code in enumerate(codes)}
    has = np.zeros((len(ids), len(codes)), dtype=bool)
    n_unknown = 0
    for row, review in enumerate(ids):
        found = types.get(review, ())
        has[row, [place[code] for code in found if code in place]] = True
        n_unknown += any(code not in place for code in found)
    return has, n_unknown


def _met(texts: Sequence[str], known: Sequence[Type]) -> Bools:
    """Return whose patterns each text meets."""
    patterns = Patterns(known)
    found = np.zeros((len(texts), len(known)), dtype=bool)
    for row, text in enumerate(texts):
        found[row, list(patterns.met(text))] = True
    return found


def _alike(vectors: Vectors, said: Sequence[Vectors]) -> Bools:
    """Return which types say what each review says: the nearest, and others that are about as near."""
    empty = np.zeros(len(vectors), dtype=np.float32)
    near = np.column_stack([(vectors @ rows.T).max(axis=1) if len(rows) else empty for rows in said]).round(6)
    best = near.max(axis=1, keepdims=True)
    found: Bools = (near >= _ALIKE) & (near >= best - (1 - best) * (1 - _AGAIN) * 0.1)
    return found


def _word_axes(texts: Sequence[str]) -> Floats:
    """Return the texts on the main axes of their words, shape (texts, at most 150)."""
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    try:
        words = TfidfVectorizer(analyzer=content_lemmas, min_df=2, sublinear_tf=True).fit_transform(texts)
    except ValueError:  # no word stands twice
        return np.zeros((len(texts), 0))
    n_axes = min(_WORDS, min(words.shape) - 1)
    if n_axes < 1:
        return np.zeros((len(texts), 0))
    axes: Floats = TruncatedSVD(n_axes, random_state=0).fit_transform(words)
    return axes


def _held_out(features: Floats, has: Bools, copies: Sequence[str]) -> Floats:
    """Return for each row and type what ridge regression on the labelled rows of the other folds says."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415

    fold = np.asarray([_fold(name) for name in copies])
    labelled = has.any(axis=1)
    score = np.zeros(has.shape)
    for number in range(_FOLDS):
        learned, asked = labelled & (fold != number), fold == number
        if learned.any() and asked.any():
            model = Ridge(1.0).fit(features[learned], has[learned].astype(float))
            score[asked] = model.predict(features[asked]).reshape(asked.sum(), -1)
    return score


def _fold(name: str) -> int:
    """Return the fold of a group of copies, by its name alone."""
    return hashlib.sha256(name.encode()).digest()[0] % _FOLDS


def _given(ids: Sequence[str], vectors: Vectors, topics: Mapping[str, str]) -> Clusters:
    """Return the topics of an earlier discovery as clusters."""
    names = [topics.get(review, "rest") for review in ids]
    order = sorted(set(names) - {"rest"})
    if not order:
        raise ReviewmineError("no review of the discovery is among the reviews", do="name the folder of these reviews")
    place: dict[Any, int] = {name: number for number, name in enumerate(order)}
    topic = np.asarray([place.get(name, -1) for name in names], dtype=np.int64)
    means = np.vstack([vectors[topic == number].mean(axis=0) for number in range(len(order))])
    one = np.ones(len(order), dtype=np.float32)
    probability = assign(vectors, unit_rows(means), 0.0)[1]
    cohesion = np.linalg.norm(means, axis=1).astype(np.float32)
    return Clusters(topic, probability, unit_rows(means), cohesion, one)
