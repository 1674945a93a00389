"""The in-domain space: what the user's own texts tell about words, beside what Navec knows of them.

A word has two unit vectors side by side: one from its company in the texts (positive pointwise mutual information and a
singular value decomposition, Levy and Goldberg, 2014; context distribution smoothing of 0.75 after Levy et al., 2015), and
a lighter one from Navec. A text is the sum of its words, each weighted by a power of what its company tells (relative
entropy, as in the stop words of a trade), up to the root in a large corpus; the rows are reduced by a last decomposition.
Length one for every word matters: otherwise frequent words drown the others. The fewer texts, the more Navec counts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import svds
from sklearn.feature_extraction.text import CountVectorizer
from threadpoolctl import threadpool_limits

from reviewmine.embed.encoders import Vectors, spread, unit_rows
from reviewmine.embed.navec import word_vectors
from reviewmine.language.lemmas import lemmas
from reviewmine.language.lexicon import STOP_WORDS

_WINDOW = 5
_SMOOTHING = 0.75
_WORD_DIMENSIONS, _DIMENSIONS = 200, 128
_DENSE = 1_000  # rows or columns that say something up to which the decomposition is dense: else the rank may run out,
# and ARPACK restarts at random
_TRUST_AT = 3_000  # texts at which Navec counts half as much more than it does in a large corpus
_NAVEC = 0.3  # weight of Navec in a large corpus
_LEAST = 0.01  # nats that any word is taken to tell
_COMMON = 2  # texts from which the company of a word is learned
_EVERYWHERE, _FEW = 0.4, 50  # share of texts from which a word tells nothing, if there are more texts than these few
_SAMPLE = 60_000  # distinct texts that the space is fitted on
_CHUNK = 20_000  # texts encoded at a time


def content_lemmas(text: str) -> list[str]:
    """Return the lemmas of ``text`` without function words."""
    return [lemma for lemma in lemmas(text) if lemma not in STOP_WORDS]


class DomainEncoder:
    """The default encoder. Deterministic: fit sorts the distinct texts, so their order does not matter, on one thread."""

    @threadpool_limits.wrap(limits=1)
    def fit(self, texts: Sequence[str]) -> "DomainEncoder":
        """Learn word vectors and axes from the distinct ``texts``, from an even sample of them when there are many."""
        distinct = sorted(set(texts))
        if len(distinct) > _SAMPLE:
            distinct = [distinct[i] for i in np.linspace(0, len(distinct) - 1, _SAMPLE).astype(int)]
        documents = [content_lemmas(text) for text in distinct]
        self._words = CountVectorizer(analyzer=_as_given, max_df=_EVERYWHERE if len(distinct) > _FEW else 1.0)
        counts = self._words.fit_transform([*documents, ["-"]])[:-1]  # the last, so that no vocabulary is empty
        vocabulary = self._words.vocabulary_
        frequency = np.bincount(counts.indices, minlength=len(vocabulary))
        common = frequency >= min(_COMMON, frequency.max())
        places = [[vocabulary[word] for word in document if word in vocabulary] for document in documents]
        beside = _company([[i for i in row if common[i]] for row in places], len(vocabulary))
        left, _ = _decompose(_ppmi(beside), _WORD_DIMENSIONS)
        trust = len(distinct) / (len(distinct) + _TRUST_AT)
        general = unit_rows(word_vectors(self._words.get_feature_names_out()))
        self._table = _information(beside)[:, None] ** (trust / 2) * np.hstack(
            [trust * unit_rows(left), (1 - (1 - _NAVEC) * trust) * general]
        ).astype(np.float32)
        self._axes = _main_axes(self._sums(counts))
        return self

    @threadpool_limits.wrap(limits=1)
    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row per text, 128 dimensions (more in a corpus of fewer than 500 texts); a text of unknown words is zero."""
        return spread(texts, self._encode)

    def _encode(self, distinct: list[str]) -> Vectors:
        rows = np.zeros((len(distinct), self._axes.shape[1]), dtype=np.float32)
        for start in range(0, len(distinct), _CHUNK):
            part = [content_lemmas(text) for text in distinct[start : start + _CHUNK]]
            rows[start : start + _CHUNK] = unit_rows(self._sums(self._words.transform(part)) @ self._axes)
        return rows

    def vectors_of(self, words: Sequence[str]) -> Vectors:
        """Return what each word adds to a text before it is scaled, shape (words, dimensions); unknown words are zero."""
        place = self._words.vocabulary_
        known = [[place[lemma] for lemma in lemmas(word) if lemma in place] for word in words]
        owner = np.repeat(np.arange(len(words)), [len(found) for found in known])
        sums = np.zeros((len(words), self._table.shape[1]), dtype=np.float32)
        np.add.at(sums, owner, self._table[[at for found in known for at in found]])
        return np.asarray(sums @ self._axes, dtype=np.float32)

    def _sums(self, counts: Any) -> Vectors:
        """Return the unit sums of word vectors; a word said again counts by its logarithm."""
        damped = counts.astype(np.float32)
        damped.data = 1 + np.log(damped.data)
        return unit_rows(damped @ self._table)


def _main_axes(rows: Vectors) -> Vectors:
    """Return the orthonormal axes, shape (columns, at most 128), on which ``rows`` extend most; their signs are fixed.

    With fewer rows than columns nothing is reduced: the rows would not span what single words say.
    """
    if len(rows) < rows.shape[1]:
        return np.eye(rows.shape[1], dtype=np.float32)
    exact = rows.astype(np.float64)
    values, axes = np.linalg.eigh(exact.T @ exact)
    kept = axes[:, ::-1][:, : max(1, min(_DIMENSIONS, np.count_nonzero(values > 1e-12 * values.max())))]
    return (kept * np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])])).astype(np.float32)


def _as_given(document: list[str]) -> list[str]:
    """Return the words of a text that is already cut into words."""
    return document


def _company(texts: Sequence[Sequence[int]], n_words: int) -> sp.csr_matrix:
    """Return how often words stand near each other, shape (words, words)."""
    pairs: list[np.ndarray] = []
    for text in texts:
        ids = np.asarray(text, dtype=np.int64)
        for distance in range(1, min(_WINDOW, len(ids) - 1) + 1):
            pairs.append(ids[:-distance] * n_words + ids[distance:])
    flat = np.concatenate(pairs) if pairs else np.zeros(0, dtype=np.int64)
    key, count = np.unique(flat, return_counts=True)
    first, second = np.divmod(key, n_words)
    counts = sp.csr_matrix((count.astype(float), (first, second)), shape=(n_words, n_words))
    return sp.csr_matrix(counts + counts.T)


def _ppmi(beside: sp.csr_matrix) -> sp.csr_matrix:
    """Return the positive pointwise mutual information of words that stand near each other, shape (words, words)."""
    both = beside.tocoo()
    if both.nnz == 0:
        return beside
    row_sum = np.bincount(both.row, both.data, both.shape[0])
    column_sum = np.bincount(both.col, both.data, both.shape[0]) ** _SMOOTHING
    value = np.log(both.data * column_sum.sum() / (row_sum[both.row] * column_sum[both.col]))
    kept = value > 0
    return sp.csr_matrix((value[kept], (both.row[kept], both.col[kept])), shape=both.shape)


def _information(beside: sp.csr_matrix) -> np.ndarray:
    """Return for each word what its company tells, how far it is from the company of any word.

    It is the relative entropy in nats, corrected for the size of the sample (Miller, 1955): near zero for a
    function word of any language. A word without company tells as much as the median word.
    """
    both = beside.tocoo()
    total = np.bincount(both.row, both.data, both.shape[0])
    if not both.nnz:
        return np.ones(both.shape[0])
    share = both.data / total[both.row]
    entropy = np.bincount(both.row, share * np.log(share * total.sum() / total[both.col]), both.shape[0])
    bias = (np.bincount(both.row, minlength=both.shape[0]) - 1) / (2 * np.maximum(total, 1))
    weight = np.maximum(entropy - bias, _LEAST)
    return np.where(total > 0, weight, np.median(weight[total > 0]))


def _decompose(matrix: Any, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(left, right)`` of a truncated singular value decomposition: words by scaled axes, and axes to project on.

    ``left`` is scaled by the root of the singular values; ``right`` is orthonormal. Signs are fixed, so that the result
    does not depend on the solver's start.
    """
    k = min(dimensions, min(matrix.shape) - 1)
    if k < 1 or not (matrix.nnz if sp.issparse(matrix) else matrix.any()):
        return np.zeros((matrix.shape[0], 1)), np.eye(matrix.shape[1], 1)
    said = [np.unique(axis) for axis in matrix.nonzero()]
    if min(map(len, said)) <= _DENSE:
        part = matrix[np.ix_(*said)]
        dense = part.toarray() if sp.issparse(part) else part
        inner, values, outer = np.linalg.svd(dense.astype(np.float64), full_matrices=False)
        k = min(k, len(values))
        left, right = np.zeros((matrix.shape[0], len(values))), np.zeros((len(values), matrix.shape[1]))
        left[said[0]], right[:, said[1]] = inner, outer
    else:
        start = np.full(min(matrix.shape), 1 / np.sqrt(min(matrix.shape)))
        left, values, right = svds(matrix.astype(np.float64), k=k, v0=start)
    order = np.argsort(-values, kind="stable")[:k]
    left, values, right = left[:, order], values[order], right[order]
    signs = np.sign(right[np.arange(k), np.abs(right).argmax(axis=1)])
    return left * signs * np.sqrt(values), (right * signs[:, None]).T
