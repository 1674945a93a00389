"""The linear head: one support vector classifier a type, on the router's own features."""

import os
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from reviewmine.router.features import SparseRows

_NEVER = -3.0  # the margin of a type that has no example


def as_matrix(rows: SparseRows, n_features: int) -> sp.csr_matrix:
    """Return sparse rows as the matrix scikit-learn takes."""
    matrix = sp.csr_matrix((rows.values.astype(np.float64), rows.indices, rows.indptr), shape=(len(rows), n_features))
    matrix.has_canonical_format = True
    return matrix


def fit_linear(
    features: sp.csr_matrix, targets: NDArray[np.bool_], c: float, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights (features, types) and intercepts of one-vs-rest linear SVCs (Fan et al., 2008).

    Classes are balanced, since most types are rare. The dual coordinate descent runs on one thread per type in its own
    process with a fixed seed, so the weights do not depend on the number of cores.
    """
    workers = min(os.cpu_count() or 1, 4)
    step = max(1, -(-targets.shape[1] // (workers * 4)))
    chunks = [range(start, min(start + step, targets.shape[1])) for start in range(0, targets.shape[1], step)]
    fitted = Parallel(n_jobs=workers)(delayed(_fit_types)(features, targets[:, chunk], c, seed) for chunk in chunks)
    weights = np.concatenate([pair[0] for pair in fitted], axis=1)
    intercept = np.concatenate([pair[1] for pair in fitted])
    return weights, intercept


def _fit_types(
    features: sp.csr_matrix, targets: NDArray[np.bool_], c: float, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights and intercepts for some types."""
    weights = np.zeros((features.shape[1], targets.shape[1]))
    intercept = np.full(targets.shape[1], _NEVER)
    for k in range(targets.shape[1]):
        if targets[:, k].any() and not targets[:, k].all():
            model = LinearSVC(C=c, class_weight="balanced", random_state=seed, dual=True, max_iter=2000)
            model.fit(features, targets[:, k])
            weights[:, k], intercept[k] = model.coef_[0], model.intercept_[0]
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
