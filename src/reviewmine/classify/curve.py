"""The learning curve: what a model of an eighth, a quarter, a half and all of the labels reaches, and what more would buy.

The test part is not opened: the rows outside it are dealt into folds, and each fold is answered by models that learned
from growing parts of the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.classify.answers import agreement, answers_on, micro_f1
from reviewmine.classify.train import train_model
from reviewmine.errors import ReviewmineError
from reviewmine.intervals import Figure, bootstrap
from reviewmine.labels.dataset import Labelled
from reviewmine.labels.splits import deal, split_parts
from reviewmine.router import Router
from reviewmine.settings import Experiment, Split
from reviewmine.taxonomy.model import Taxonomy

SHARES = (0.125, 0.25, 0.5, 1.0)
MORE = 500
_FOLDS = 3
_PART = "learning-curve part"
_CALIBRATION = 0.2  # of the rows that are not answered
_FLOOR = 1e-4  # an error of nothing has no logarithm
_SPLIT = Split(strategy="column", column=_PART, train=("train",), calibration=("calibration",), test=("test",))


@dataclass(frozen=True)
class Curve:
    """Micro F1 by number of rows to learn from, each with its interval; ``gain`` is what ``MORE`` rows would add.

    ``fitted`` are the values of the power law ``1 - F1 = exp(a) * n ** -b`` at ``sizes``; ``n_now`` rows are learned today.
    """

    sizes: tuple[int, ...]
    figures: tuple[Figure, ...]
    fitted: tuple[float, ...]
    n_now: int
    gain: Figure

    @property
    def lines(self) -> list[str]:
        """Return the curve as a Markdown table and one sentence on the next labels."""
        rows = [
            f"| {n} | {one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}] | {fit:.3f} |"
            for n, one, fit in zip(self.sizes, self.figures, self.fitted, strict=True)
        ]
        points = {name: f"{100 * float(self.gain[name]):+.1f}" for name in ("value", "low", "high")}
        told = (
            f"The next {MORE} labels: about {points['value']} points of micro F1 ({points['low']} to {points['high']}), "
            f"beside {self.n_now} to learn from today."
        )
        return ["| labelled rows | micro F1 [95 %] | power law |", "|---|---|---|", *rows, "", told]

    def to_json(self) -> dict[str, Any]:
        """Return the curve as plain figures."""
        points = [
            {"rows": n, "micro_f1": dict(one), "power_law": round(fit, 4)}
            for n, one, fit in zip(self.sizes, self.figures, self.fitted, strict=True)
        ]
        return {"points": points, "rows_now": self.n_now, "more": MORE, "gain": dict(self.gain)}


def learning_curve(labelled: Labelled, taxonomy: Taxonomy, experiment: Experiment) -> Curve:
    """Return the learning curve of an experiment, over the rows outside its test part.

    Each smaller part lies within the larger one, whole groups together and types in proportion; calibration rows are the
    same for all four.
    """
    parts = split_parts(labelled, experiment.split, experiment.seed, experiment.data.time)
    pool = pick(labelled, np.sort(np.concatenate([parts.train, parts.calibration])))
    folds = deal(pool.types, pool.groups, {str(k): 1 / _FOLDS for k in range(_FOLDS)}, experiment.seed)
    counts = np.zeros((len(SHARES), len(pool), 2))
    n_rows = np.zeros(len(SHARES))
    for fold in sorted(set(folds)):
        names = _names(pool, folds, fold, experiment.seed)
        for k, part in enumerate(_nested(pool, names, experiment.seed)):
            n_rows[k] += part.count("train") / len(set(folds))
            held = np.flatnonzero(np.asarray(part) == "test")
            counts[k, held] = _answered(pool, part, held, taxonomy, experiment)
    return fit_curve([round(n) for n in n_rows], counts, pool.groups, len(parts.train), experiment.seed)


def fit_curve(sizes: Sequence[int], counts: NDArray[np.float64], groups: Sequence[str], n_now: int, seed: int) -> Curve:
    """Return the curve of ``counts``, rows of ``agreement`` by size, shape (sizes, rows, 2).

    A power law of the error (Cortes et al., 1993; Hestness et al., 2017) is fitted by least squares in log space, anew in
    every bootstrap draw of groups, so that the gain has an interval of its own.
    """

    def measure(rows: NDArray[np.int64]) -> dict[str, float]:
        scores = [micro_f1(of_size[rows]) for of_size in counts]
        law = power_law(sizes, [1 - score for score in scores])
        gain = float(at(law, n_now) - at(law, n_now + MORE))
        return {f"{k}": score for k, score in enumerate(scores)} | {"gain": gain}

    found = bootstrap(measure, groups, seed)
    law = power_law(sizes, [1 - found[f"{k}"]["value"] for k in range(len(sizes))])
    figures = tuple(found[f"{k}"] for k in range(len(sizes)))
    return Curve(tuple(sizes), figures, tuple(1 - at(law, n) for n in sizes), n_now, found["gain"])


def power_law(sizes: Sequence[int], errors: Sequence[float]) -> tuple[float, float]:
    """Return ``a`` and ``b`` of ``error = exp(a) * n ** -b``, by least squares of the logarithms.

    >>> a, b = power_law([100, 400, 1600], [0.4, 0.2, 0.1])
    >>> round(b, 3), round(at((a, b), 6400), 3)
    (0.5, 0.05)
    """
    slope, shift = np.polyfit(np.log(np.asarray(sizes, dtype=float)), np.log(np.maximum(errors, _FLOOR)), 1)
    return float(shift), float(-slope)


def at(law: tuple[float, float], n: int) -> float:
    """Return the error that a power law expects of ``n`` rows."""
    return float(np.exp(law[0]) * n ** -law[1])


def pick(labelled: Labelled, rows: NDArray[np.int64]) -> Labelled:
    """Return some rows of a labelled set, in the order of ``rows``."""
    return replace(
        labelled,
        reviews=[labelled.reviews[i] for i in rows],
        types=[labelled.types[i] for i in rows],
        groups=[labelled.groups[i] for i in rows],
        frame=labelled.frame.iloc[rows].reset_index(drop=True),
    )


def _names(pool: Labelled, folds: Sequence[str], fold: str, seed: int) -> list[str]:
    """Return the part of each row when ``fold`` is answered: the others are dealt to learning and calibration."""
    names = ["test" if one == fold else "" for one in folds]
    rest = [i for i, name in enumerate(names) if not name]
    shares = {"train": 1 - _CALIBRATION, "calibration": _CALIBRATION}
    dealt = deal([pool.types[i] for i in rest], [pool.groups[i] for i in rest], shares, seed)
    for i, name in zip(rest, dealt, strict=True):
        names[i] = name
    return names


def _nested(pool: Labelled, names: Sequence[str], seed: int) -> list[list[str]]:
    """Return ``names`` for each of ``SHARES``: rows to learn from are halved again and again."""
    found = [list(names)]
    for _ in SHARES[1:]:
        smaller = list(found[0])
        rows = [i for i, name in enumerate(smaller) if name == "train"]
        dealt = deal([pool.types[i] for i in rows], [pool.groups[i] for i in rows], {"train": 0.5, "": 0.5}, seed)
        for i, name in zip(rows, dealt, strict=True):
            smaller[i] = name
        found.insert(0, smaller)
    if not all("train" in part for part in found):
        raise ReviewmineError(
            f"{len(pool)} rows outside the test part", expected="enough for an eighth of them", do="label more rows"
        )
    return found


def _answered(
    pool: Labelled, part: Sequence[str], held: NDArray[np.int64], taxonomy: Taxonomy, experiment: Experiment
) -> NDArray[np.float64]:
    """Return rows of ``agreement`` on the ``held`` rows for a model that learned from the others."""
    used = replace(pool, frame=pool.frame.assign(**{_PART: list(part)}))
    model = experiment.model.model_copy(update={"folds": 0, "teacher": "none"})  # six trainings more as it is
    update = {"split": _SPLIT, "gates": {}, "model": model}
    trained = train_model(used, taxonomy, experiment.model_copy(update=update), compared=False)
    answers = answers_on(Router(trained.bundle), pool, held)
    return agreement(answers.truth, answers.chosen)
