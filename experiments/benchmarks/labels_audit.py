"""The audit on injected noise: in a tenth of the rows one given type is swapped for a wrong one; are these found first?

The list holds every given label. ``recall`` is the share of the injected labels within its first 15 %, ``P@100`` the share
of injected labels among its first hundred: labels that were wrong before count against both. ``expected`` is the number of
wrong labels that the audit itself expects in the first 15 %. The ranking was chosen on the rows outside the test parts;
the rows of the test parts are given apart, ranked within the same list. ``gain`` is what correcting the first 15 % brings on `delivery`:
micro F1 on the held-out rows of a quick model before and after. cleanlab stands beside where it is installed.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
from data import data_file
from labels_queue import FOLDS, Pool, Rows, margins, measured, read  # before joblib: it asks for one process
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine.classify.calibrate import fit_policy
from reviewmine.labels.audit import Doubt, audit
from reviewmine.labels.splits import deal
from reviewmine.router.policy import probabilities
from reviewmine.settings import PolicySettings

NOISE, BUDGET, FIRST = 0.10, 0.15, 100
N_SEEDS = {"delivery": 3, "intents": 1}
BARS = {"delivery": ("recall", 0.60), "intents": (f"P@{FIRST}", 0.80)}
GAIN = ("delivery",)
"""Sets that are learned anew after the correction; on the other it takes many minutes."""
START = time.perf_counter()

Mask = NDArray[np.bool_]
Ranking = list[tuple[int, int]]
"""Labels as (row, type), the most doubtful first."""


def main() -> None:
    names = [name for name in BARS if name in sys.argv] or list(BARS)
    with threadpool_limits(1):
        for name in names:
            data_file(f"{name}/labelled.csv")
            measure(name, read(name, inside=False))


def measure(name: str, pool: Pool) -> None:
    """Print the figures of all rankings on one set."""
    rows = np.sort(np.concatenate([pool.open, pool.held]))
    print(
        f"\n{name}: {len(rows)} rows, {int(pool.targets[rows].sum())} labels, {NOISE:.0%} of the rows with a wrong one"
    )
    found: dict[str, list[dict[str, float]]] = {}
    for seed in range(N_SEEDS[name]):
        noisy, wrong = with_noise(pool, rows, seed)
        probability = out_of_fold(noisy, rows)
        copies = [noisy.labelled.groups[i] for i in rows]
        doubts = audit(probability, noisy.targets[rows], noisy.vectors[rows], copies)
        lists = {"reviewmine": [(one.row, one.given) for one in doubts]}
        lists |= {way: ranking(probability, noisy.targets[rows]) for way, ranking in peers().items()}
        held = np.isin(rows, pool.held)
        for way, ranked in lists.items():
            figures = scored(ranked, wrong[rows], held)
            if way == "reviewmine":
                first = round(BUDGET * len(doubts))
                figures["expected"] = sum(one.wrong for one in doubts[:first])
                figures |= gain(pool, noisy, doubts[:first], rows) if name in GAIN else {}
            found.setdefault(way, []).append(figures)
        print(f"{time.perf_counter() - START:5.0f} s  {name}: seed {seed}", file=sys.stderr, flush=True)
    for way, runs in found.items():
        mean = {key: float(np.mean([run[key] for run in runs])) for key in runs[0]}
        print(f"  {way:22}" + "  ".join(f"{key} {value:.3f}" for key, value in mean.items()))
    key, bar = BARS[name]
    value = float(np.mean([run[key] for run in found["reviewmine"]]))
    print(f"  {key} {value:.3f}, bar {bar:.2f}: {'met' if value >= bar else 'missed'}", flush=True)


def with_noise(pool: Pool, rows: Rows, seed: int) -> tuple[Pool, Mask]:
    """Return the set with a wrong type swapped in, and where, (rows, types)."""
    rng = np.random.default_rng(seed)
    targets, wrong = pool.targets.copy(), np.zeros_like(pool.targets)
    for row in rng.choice(rows, round(NOISE * len(rows)), replace=False):
        out = rng.choice(np.flatnonzero(pool.targets[row]))
        into = rng.choice(np.flatnonzero(~pool.targets[row]))
        targets[row, out], targets[row, into], wrong[row, into] = False, True, True
    names = [tuple(str(k) for k in np.flatnonzero(held)) for held in targets]
    return replace(pool, targets=targets, labelled=replace(pool.labelled, types=names)), wrong


def out_of_fold(pool: Pool, rows: Rows) -> NDArray[np.float32]:
    """Return calibrated probabilities (rows, types) of models that learned from the other folds."""
    types, groups = ([column[i] for i in rows] for column in (pool.labelled.types, pool.labelled.groups))
    fold = np.asarray(deal(types, groups, {str(k): 1 / FOLDS for k in range(FOLDS)}, pool.recipe.seed))
    found = np.zeros((len(rows), pool.targets.shape[1]), dtype=np.float32)
    for k in sorted(set(fold)):
        found[fold == k] = margins(pool, rows[fold != k], rows[fold == k])
    return probabilities(found, fit_policy(found, pool.targets[rows], pool.recipe.head, PolicySettings()))


def scored(ranked: Ranking, wrong: Mask, held: NDArray[np.bool_]) -> dict[str, float]:
    """Return recall within the budget, of all rows and of the held-out ones alone, and the precision of the first hundred."""
    hits = np.asarray([wrong[row, kind] for row, kind in ranked])
    of_held = np.asarray([held[row] for row, _ in ranked])
    first = np.arange(len(hits)) < round(BUDGET * len(hits))
    return {
        "recall": float(hits[first].sum() / hits.sum()),
        "recall on test rows": float(hits[first & of_held].sum() / max(1, hits[of_held].sum())),
        f"P@{FIRST}": float(hits[:FIRST].mean()),
        "injected": float(hits[first].sum()),
    }


def gain(pool: Pool, noisy: Pool, first: list[Doubt], rows: Rows) -> dict[str, float]:
    """Return micro F1 on the held-out rows, whose labels are the true ones, before and after ``first`` are corrected."""
    mended = noisy.targets.copy()
    for one in first:
        mended[rows[one.row]] = pool.targets[rows[one.row]]
    names = [tuple(str(k) for k in np.flatnonzero(held)) for held in mended]
    after = replace(noisy, targets=mended, labelled=replace(noisy.labelled, types=names))
    figures = []
    for one in (noisy, after):
        judged = one.targets.copy()
        judged[pool.held] = pool.targets[pool.held]
        figures.append(measured(replace(one, targets=judged), pool.open)[0])
    return {"micro F1 before": figures[0], "after": figures[1]}


def peers() -> dict[str, Callable[[NDArray[np.float32], Mask], Ranking]]:
    """Return other rankings: plain self-confidence, and cleanlab where it is installed."""
    return {"self-confidence": plain} | ({"cleanlab": cleanlab} if find_spec("cleanlab") else {})


def plain(probability: NDArray[np.float32], targets: Mask) -> Ranking:
    """Return the labels by their out-of-fold probability."""
    row, kind = np.nonzero(targets)
    order = np.argsort(probability[row, kind], kind="stable")
    return [(int(row[i]), int(kind[i])) for i in order]


def cleanlab(probability: NDArray[np.float32], targets: Mask) -> Ranking:
    """Return the labels by their quality as cleanlab sees it, at its defaults."""
    from cleanlab.multilabel_classification.rank import get_label_quality_scores_per_class
    from cleanlab.rank import get_label_quality_scores

    row, kind = np.nonzero(targets)
    if (targets.sum(axis=1) == 1).all():
        quality = get_label_quality_scores(kind, probability / probability.sum(axis=1, keepdims=True))
    else:
        held = [np.flatnonzero(each).tolist() for each in targets]
        quality = get_label_quality_scores_per_class(held, probability.astype(float))[row, kind]
    return [(int(row[i]), int(kind[i])) for i in np.argsort(quality, kind="stable")]


if __name__ == "__main__":
    main()
