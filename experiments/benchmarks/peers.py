"""What people classify short texts with today, on given rows: TF-IDF + LinearSVC, TF-IDF + logistic regression, fastText, the majority.

Each learns from all rows that it is given; where a row may have several types, one threshold for all types is chosen by
cross-validation inside these rows.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union
from sklearn.preprocessing import MultiLabelBinarizer, normalize
from sklearn.svm import LinearSVC

from reviewmine.classify.evaluate import figures
from reviewmine.labels.splits import deal
from reviewmine.router.policy import at_least, sigmoid

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]
Model = LinearSVC | LogisticRegression

INNER = 3
N_JOBS = min(2, os.cpu_count() or 1)
SEED = 13
NEVER = -3.0  # the margin of a type without examples
MODELS: dict[str, Callable[[], Model]] = {
    "TF-IDF + LinearSVC": lambda: LinearSVC(C=0.5, random_state=SEED),
    "the same, balanced": lambda: LinearSVC(C=0.5, class_weight="balanced", random_state=SEED),
    "TF-IDF + LR": lambda: LogisticRegression(
        C=10, class_weight="balanced", solver="liblinear", dual=True, random_state=SEED
    ),
}
SVC, BALANCED, LR = MODELS
FT = "fastText"
FASTTEXT = {"lr": 0.5, "epoch": 50, "dim": 50, "wordNgrams": 2, "minn": 3, "maxn": 6, "bucket": 200_000, "thread": 1}
"""The best of seven settings on folds inside a training part; one thread, for with more the answers differ from run to run."""


@dataclass(frozen=True)
class Task:
    """Rows to learn from and to answer: texts, side features as words, types (rows, types), groups of near copies."""

    texts: Sequence[str]
    sides: Sequence[Sequence[str]]
    types: Sequence[tuple[str, ...]]
    targets: Mask
    groups: Sequence[str]
    several: bool


@dataclass(frozen=True)
class Answers:
    """What a model says of some rows: scores and chosen types, both (rows, types)."""

    scores: Scores
    chosen: Mask
    probable: bool = False
    """Whether the scores are probabilities."""


Fit = Callable[[Rows, Rows], Scores]
"""Rows to learn from and rows to answer, to the scores of the latter."""


def linear(name: str, task: Task, train: Rows, test: Rows) -> Answers:
    """Return the answers of a linear model on TF-IDF of words and characters."""
    rows, union = tfidf([task.texts[i] for i in train])
    both = np.concatenate([train, test])
    features = sp.vstack([rows, union.transform([task.texts[i] for i in test])]).tocsr()
    if any(task.sides):
        features = sp.hstack([features, one_hot([task.sides[i] for i in both], len(train))]).tocsr()
    place = np.full(len(task.texts), -1)
    place[both] = np.arange(len(both))

    def fit(learned: Rows, asked: Rows) -> Scores:
        margins = one_against_rest(name, features[place[learned]], task.targets[learned])(features[place[asked]])
        return margins if name != LR else normal(np.asarray(sigmoid(margins)), task.several)

    return answered(task, fit, train, test, probable=name == LR)


def fast(task: Task, train: Rows, test: Rows) -> Answers:
    """Return the answers of fastText with subwords; side features are words of their own."""
    texts = [" ".join([text, *side]) for text, side in zip(task.texts, task.sides, strict=True)]

    def fit(learned: Rows, asked: Rows) -> Scores:
        types = [np.flatnonzero(row).tolist() for row in task.targets[learned]]
        found = fasttext([texts[i] for i in learned], types, [texts[i] for i in asked], task.targets.shape[1])
        return np.asarray(found["scores"])

    return answered(task, fit, train, test, probable=True)


def majority(task: Task, train: Rows, test: Rows) -> Answers:
    """Return the most frequent type for every row."""
    share = np.tile(task.targets[train].mean(axis=0), (len(test), 1))
    return Answers(share, at_least(share, np.inf))


def answered(task: Task, fit: Fit, train: Rows, test: Rows, *, probable: bool) -> Answers:
    """Return what a model that learned from ``train`` says of ``test``."""
    bar = threshold(task, fit, train) if task.several else np.inf
    scores = fit(train, test)
    return Answers(scores, at_least(scores, bar), probable)


def threshold(task: Task, fit: Fit, train: Rows) -> float:
    """Return the common threshold of the best micro F1 on answers out of fold inside ``train``."""
    types, groups = ([column[i] for i in train] for column in (task.types, task.groups))
    fold = np.asarray(deal(types, groups, {str(k): 1 / INNER for k in range(INNER)}, SEED))
    scores = np.zeros((len(train), task.targets.shape[1]))
    for k in sorted(set(fold)):
        scores[fold == k] = fit(train[fold != k], train[fold == k])
    targets = task.targets[train]
    grid = np.unique(np.quantile(scores, np.linspace(0.9, 0.999, 100)))
    return float(max(grid, key=lambda bar: figures(scores, at_least(scores, float(bar)), targets)["micro_f1"]))


def tfidf(texts: Sequence[str]) -> tuple[sp.csr_matrix, Any]:
    """Return the rows of word (1 to 2) and char_wb (2 to 5) TF-IDF, and what transforms others."""
    union = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b"),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    )
    return union.fit_transform(texts).tocsr(), union


def one_hot(sides: Sequence[Sequence[str]], n_train: int) -> sp.csr_matrix:
    """Return side features as columns, rows of unit length; values that the first ``n_train`` rows lack are left out."""
    known = {word for side in sides[:n_train] for word in side}
    binary = MultiLabelBinarizer(classes=sorted(known), sparse_output=True)
    return normalize(binary.fit_transform([[word for word in side if word in known] for side in sides]).astype(float))


def one_against_rest(name: str, features: sp.csr_matrix, targets: Mask) -> Callable[[sp.csr_matrix], Scores]:
    """Return a function from rows to margins (rows, types) of one model a type."""
    held = np.flatnonzero(targets.any(axis=0))
    chunks = np.array_split(held, N_JOBS * 4)
    pool = Parallel(n_jobs=N_JOBS, max_nbytes=None)  # copies: the models write into their rows
    found = pool(delayed(_weights)(name, features, targets[:, chunk]) for chunk in chunks)
    weights = np.concatenate([pair[0] for pair in found], axis=1)
    intercepts = np.concatenate([pair[1] for pair in found])

    def margins(rows: sp.csr_matrix) -> Scores:
        every = np.full((rows.shape[0], targets.shape[1]), NEVER)
        every[:, held] = rows @ weights + intercepts
        return every

    return margins


def _weights(name: str, features: sp.csr_matrix, targets: Mask) -> tuple[Scores, Scores]:
    """Return weights (features, types) and intercepts (types,)."""
    fitted = [MODELS[name]().fit(features, column) for column in targets.T]
    weights = np.zeros((features.shape[1], len(fitted)))
    for k, model in enumerate(fitted):
        weights[:, k] = model.coef_[0]
    return weights, np.asarray([model.intercept_[0] for model in fitted])


def normal(probability: Scores, several: bool) -> Scores:
    """Return probabilities that sum to one where a row has one type."""
    return probability if several else probability / probability.sum(axis=1, keepdims=True)


def fasttext(
    train: Sequence[str], types: Sequence[Sequence[int]], test: Sequence[str], n_types: int, threads: int = 1
) -> dict[str, Any]:
    """Return the seconds of a fit of fastText and the scores of ``test``; one loss a type where rows have several."""
    loss = "ova" if any(len(held) > 1 for held in types) else "softmax"
    options = FASTTEXT | {"loss": loss, "thread": threads}
    task = {"train": [*train], "types": [*types], "test": [*test], "n_types": n_types, "options": options}
    script = str(Path(__file__).with_name("fasttext_fold.py"))
    done = subprocess.run(
        [fasttext_python(), script], input=json.dumps(task), capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


@cache
def fasttext_python() -> str:
    """Return the Python that has fastText: this one, or that under FASTTEXT_PYTHON; '' without one."""
    return sys.executable if find_spec("fasttext") else os.environ.get("FASTTEXT_PYTHON", "")


def installed(name: str) -> bool:
    """Return whether a peer can be asked."""
    return name != FT or bool(fasttext_python())
