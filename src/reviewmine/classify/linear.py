"""The linear head: support vector classifiers, one type against the rest, on the router's own features."""

import os
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from reviewmine.router.policy import Head

_NEVER = -3.0  # the margin of a type that has no example
_TOLERANCE = 1e-2  # of the solver; at its default of 1e-4 no answer is better and each costs twice the time
_BALANCE = {"multiclass": 1.0, "multilabel": 0.5}  # how far classes are balanced: 0 not at all, 1 to equal weight
_C = {"multiclass": 1.0, "multilabel": 1.5}  # C in that of the balanced classifier: rare examples weigh less here


def fit_linear(
    features: sp.csr_matrix, targets: NDArray[np.bool_], c: float, seed: int, head: Head = "multiclass"
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights (features, types) and intercepts of one-vs-rest linear SVCs (Fan et al., 2008).

    Classes are balanced, since most types are rare. Where a row may have several types they are balanced half way, each
    class weighs the root of its balanced weight: a balanced classifier finds rare types, a plain one knows how rare they
    are, and this one does both in one solve. The dual coordinate descent runs in one process a type with a fixed seed,
    so the weights do not depend on the number of cores; threads would share liblinear's one random generator.
    """
    workers = min(os.cpu_count() or 1, 4)
    step = max(1, -(-targets.shape[1] // (workers * 4)))
    chunks = [range(start, min(start + step, targets.shape[1])) for start in range(0, targets.shape[1], step)]
    settings = (_C[head] * c, _BALANCE[head], seed)
    fitted = Parallel(n_jobs=workers)(delayed(_fit_types)(features, targets[:, chunk], *settings) for chunk in chunks)
    weights = np.concatenate([pair[0] for pair in fitted], axis=1)
    intercept = np.concatenate([pair[1] for pair in fitted])
    return weights, intercept


def _fit_types(
    features: sp.csr_matrix, targets: NDArray[np.bool_], c: float, balance: float, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights and intercepts for some types."""
    weights = np.zeros((features.shape[1], targets.shape[1]))
    intercept = np.full(targets.shape[1], _NEVER)
    for k in range(targets.shape[1]):
        held = int(targets[:, k].sum())
        if 0 < held < len(targets):
            counts = {True: held, False: len(targets) - held}
            weight = {kind: (len(targets) / (2 * n)) ** balance for kind, n in counts.items()}
            model = LinearSVC(C=c, class_weight=weight, random_state=seed, dual=True, tol=_TOLERANCE, max_iter=2000)
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
