"""The in-domain space: what the user's own texts tell about words, joined with Navec.

Three views of a text, each the mean of its lemmas weighted by inverse document frequency and scaled to length one:
latent semantic analysis of the texts (Deerwester et al., 1990), word vectors from positive pointwise mutual information
and a singular value decomposition (Levy and Goldberg, 2014; context distribution smoothing of 0.75 after Levy et al.,
2015), and Navec. The joined rows are reduced by a last decomposition. The fewer texts, the more Navec counts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import svds
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits

from reviewmine.embed.encoders import Vectors, spread, unit_rows
from reviewmine.embed.navec import word_vectors
from reviewmine.language.lemmas import lemmas
from reviewmine.language.lexicon import STOP_WORDS

_WINDOW = 5
_SMOOTHING = 0.75
_LSA_DIMENSIONS, _WORD_DIMENSIONS, _DIMENSIONS = 150, 200, 96
_DENSE = 400  # rows or columns up to which the decomposition is dense: ARPACK restarts at random when the rank runs out
_TRUST_AT = 3_000  # texts at which the views learned from them have half of their full weight


def content_lemmas(text: str) -> list[str]:
    """Return the lemmas of ``text`` without function words."""
    return [lemma for lemma in lemmas(text) if lemma not in STOP_WORDS]


class DomainEncoder:
    """The default encoder. Deterministic: fit sorts the distinct texts, so their order does not matter, on one thread."""

    @threadpool_limits.wrap(limits=1)
    def fit(self, texts: Sequence[str]) -> "DomainEncoder":
        """Learn the three views from the distinct ``texts``."""
        distinct = sorted(set(texts))
        self._words = TfidfVectorizer(
            analyzer=content_lemmas, min_df=2 if len(distinct) < _TRUST_AT else 3, max_df=0.4, sublinear_tf=True
        )
        try:
            rows = self._words.fit_transform(distinct)
        except ValueError:  # nothing stands in two texts
            self._words = TfidfVectorizer(analyzer=content_lemmas, sublinear_tf=True, token_pattern=None)
            rows = self._words.fit_transform(distinct)
        vocabulary = self._words.vocabulary_
        trust = len(distinct) / (len(distinct) + _TRUST_AT)
        _, self._lsa = _decompose(rows, _LSA_DIMENSIONS)
        cooccurrence = _ppmi(
            [[vocabulary[lemma] for lemma in content_lemmas(text) if lemma in vocabulary] for text in distinct],
            len(vocabulary),
        )
        left, _ = _decompose(cooccurrence, _WORD_DIMENSIONS)
        self._views: list[tuple[float, Any]] = [
            (0.7 * trust, self._lsa),
            (1.0 * trust, left),
            (0.6, word_vectors(self._words.get_feature_names_out())),
        ]
        _, self._axes = _decompose(self._joined(distinct), _DIMENSIONS)
        return self

    @threadpool_limits.wrap(limits=1)
    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row per text, at most 96 dimensions; a text of unknown words is zero."""
        return spread(texts, lambda distinct: unit_rows(self._joined(distinct) @ self._axes))

    def _joined(self, texts: Sequence[str]) -> Vectors:
        rows = self._words.transform(texts)
        return np.hstack([weight * unit_rows(rows @ table) for weight, table in self._views]).astype(np.float32)


def _ppmi(texts: Sequence[Sequence[int]], n_words: int) -> sp.csr_matrix:
    """Return the positive pointwise mutual information of words that stand near each other, shape (words, words)."""
    pairs: list[np.ndarray] = []
    for text in texts:
        ids = np.asarray(text, dtype=np.int64)
        for distance in range(1, min(_WINDOW, len(ids) - 1) + 1):
            pairs.append(ids[:-distance] * n_words + ids[distance:])
    flat = np.concatenate(pairs) if pairs else np.zeros(0, dtype=np.int64)
    key, count = np.unique(flat, return_counts=True)
    first, second = np.divmod(key, n_words)
    counts = sp.coo_matrix((count.astype(float), (first, second)), shape=(n_words, n_words))
    both = (counts + counts.T).tocoo()
    if both.nnz == 0:
        return sp.csr_matrix((n_words, n_words))
    row_sum = np.bincount(both.row, both.data, n_words)
    column_sum = np.bincount(both.col, both.data, n_words) ** _SMOOTHING
    value = np.log(both.data * column_sum.sum() / (row_sum[both.row] * column_sum[both.col]))
    kept = value > 0
    return sp.csr_matrix((value[kept], (both.row[kept], both.col[kept])), shape=(n_words, n_words))


def _decompose(matrix: Any, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(left, right)`` of a truncated singular value decomposition: words by scaled axes, and axes to project on.

    ``left`` is scaled by the root of the singular values; ``right`` is orthonormal. Signs are fixed, so that the result
    does not depend on the solver's start.
    """
    k = min(dimensions, min(matrix.shape) - 1)
    if k < 1 or not (matrix.nnz if sp.issparse(matrix) else matrix.any()):
        return np.zeros((matrix.shape[0], 1)), np.eye(matrix.shape[1], 1)
    if min(matrix.shape) <= _DENSE:
        dense = matrix.toarray() if sp.issparse(matrix) else matrix
        left, values, right = np.linalg.svd(dense.astype(np.float64), full_matrices=False)
    else:
        start = np.full(min(matrix.shape), 1 / np.sqrt(min(matrix.shape)))
        left, values, right = svds(matrix.astype(np.float64), k=k, v0=start)
    order = np.argsort(-values, kind="stable")[:k]
    left, values, right = left[:, order], values[order], right[order]
    signs = np.sign(right[np.arange(k), np.abs(right).argmax(axis=1)])
    return left * signs * np.sqrt(values), (right * signs[:, None]).T
