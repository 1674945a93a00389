"""The linear head: support vector classifiers, one type against the rest, on the router's own features."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from reviewmine.router.features import SparseRows
from reviewmine.router.policy import Head

_NEVER = -3.0  # the margin of a type that has no example
_TOLERANCE = 1e-2  # of the solver; at its default of 1e-4 no answer is better and each costs twice the time
_PLAIN = 3.5  # C of the plain classifier, in C of the balanced one: unweighted examples weigh less


def as_matrix(rows: SparseRows, n_features: int) -> sp.csr_matrix:
    """Return sparse rows as the matrix scikit-learn takes."""
    matrix = sp.csr_matrix((rows.values.astype(np.float64), rows.indices, rows.indptr), shape=(len(rows), n_features))
    matrix.has_canonical_format = True
    return matrix


def fit_linear(
    features: sp.csr_matrix, targets: NDArray[np.bool_], c: float, seed: int, head: Head = "multiclass"
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights (features, types) and intercepts of one-vs-rest linear SVCs (Fan et al., 2008).

    Classes are balanced, since most types are rare. Where a row may have several types the margin is the mean of a
    balanced and a plain classifier: the first finds rare types, the second knows how rare they are. The dual coordinate
    descent runs on one thread a type with a fixed seed, so the weights do not depend on the number of cores.
    """
    workers = min(os.cpu_count() or 1, 4)
    step = max(1, -(-targets.shape[1] // (workers * 4)))
    chunks = [range(start, min(start + step, targets.shape[1])) for start in range(0, targets.shape[1], step)]
    kinds = {"multiclass": {"balanced": c}, "multilabel": {"balanced": c, None: _PLAIN * c}}[head]
    fitted = Parallel(n_jobs=workers)(delayed(_fit_types)(features, targets[:, chunk], kinds, seed) for chunk in chunks)
    weights = np.concatenate([pair[0] for pair in fitted], axis=1)
    intercept = np.concatenate([pair[1] for pair in fitted])
    return weights, intercept


def _fit_types(
    features: sp.csr_matrix, targets: NDArray[np.bool_], kinds: Mapping[str | None, float], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights and intercepts for some types, the mean over ``kinds``: class weights and their C."""
    weights = np.zeros((features.shape[1], targets.shape[1]))
    intercept = np.full(targets.shape[1], _NEVER)
    for k in range(targets.shape[1]):
        if targets[:, k].any() and not targets[:, k].all():
            models = [
                LinearSVC(C=c, class_weight=balance, random_state=seed, dual=True, tol=_TOLERANCE, max_iter=2000).fit(
                    features, targets[:, k]
                )
                for balance, c in kinds.items()
            ]
            weights[:, k] = np.mean([model.coef_[0] for model in models], axis=0)
            intercept[k] = np.mean([model.intercept_[0] for model in models])
    return weights, intercept


def target_matrix(types: Sequence[tuple[str, ...]], codes: Sequence[str]) -> NDArray[np.bool_]:
    """Return which row has which type, shape (rows, types)."""
    place = {code: k for k, code in enumerate(codes)}
    targets = np.zeros((len(types), len(codes)), dtype=bool)
    for row, held in enumerate(types):
        for code in held:
            if code in place:  # rows outside the three parts may hold types that are not in use
                targets[row, place[code]] = True
    return targets
