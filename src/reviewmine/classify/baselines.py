"""What every model is compared with, on the same rows: the majority answer, and TF-IDF with a linear SVC."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_union

from reviewmine.classify.evaluate import figures
from reviewmine.classify.linear import fit_linear
from reviewmine.intervals import Figure, bootstrap
from reviewmine.labels.dataset import plain_text
from reviewmine.router.policy import at_least

_C = 0.5
_WORD = r"(?u)\b\w+\b"  # one-letter words count: «в», «не», «и» stand in bigrams


def baselines(
    reviews: Sequence[Mapping[str, Any]],
    targets: NDArray[np.bool_],
    parts: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    groups: Sequence[str],
    seed: int,
    multilabel: bool,
) -> dict[str, dict[str, Figure]]:
    """Return the figures of both baselines on the test part; ``parts`` are rows for training, calibration and test.

    The calibration rows are learned from as well once they have given the threshold.
    """
    train, calibration, test = parts
    texts = np.asarray([plain_text(review) for review in reviews], dtype=object)
    vectorizer = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORD),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    )
    features = vectorizer.fit_transform(texts[train]).tocsr()
    weights, intercept = fit_linear(features, targets[train], _C, seed)
    threshold = np.inf
    if multilabel:
        margins = np.asarray(vectorizer.transform(texts[calibration]) @ weights) + intercept
        grid = np.linspace(-1.2, 0.6, 37)
        threshold = max(
            grid, key=lambda t: figures(margins, at_least(margins, float(t)), targets[calibration])["micro_f1"]
        )
    learned = np.concatenate([train, calibration])
    features = vectorizer.fit_transform(texts[learned]).tocsr()
    weights, intercept = fit_linear(features, targets[learned], _C, seed)
    margins = np.asarray(vectorizer.transform(texts[test]) @ weights) + intercept
    share = np.tile(targets[train].mean(axis=0), (len(test), 1))
    return {
        "majority": _measured(share, at_least(share, np.inf), targets[test], groups, seed),
        "tfidf_svc": _measured(margins, at_least(margins, float(threshold)), targets[test], groups, seed),
    }


def _measured(
    scores: NDArray[Any], chosen: NDArray[np.bool_], targets: NDArray[np.bool_], groups: Sequence[str], seed: int
) -> dict[str, Figure]:
    """Return the figures with intervals."""
    return bootstrap(lambda rows: figures(scores[rows], chosen[rows], targets[rows]), groups, seed)
