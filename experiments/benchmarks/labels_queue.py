"""The queue beside random reviews: quality of a model by the number of labels, on a held-out part that no batch is chosen from.

Batches from a cold start, 100 of `delivery` and 300 of the 150 types of `intents`, each chosen by ``labels.queue.choose`` with
the answers of a model of the labels so far; a name as an argument takes that set alone. The held-out part is the test part of
the experiment. Settings were chosen on the other rows alone (``--inside`` measures there: a quarter of them is held out).
``--plain`` adds what others do: k-means without a model, plain uncertainty. Every model is the same quick one: the router's
features without word vectors, thresholds cross-fitted on its own labels.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

os.environ.setdefault("JOBLIB_MULTIPROCESSING", "0")  # for models of some hundred rows processes cost too much

import numpy as np
import pandas as pd
from data import data_file
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine.classify.calibrate import fit_policy
from reviewmine.classify.fit import Recipe, fit
from reviewmine.classify.linear import target_matrix
from reviewmine.classify.matrix import Counted, count, matrix_of
from reviewmine.classify.meaning import NO_MEANING
from reviewmine.classify.ranking import ranked
from reviewmine.embed.domain import DomainEncoder
from reviewmine.labels.dataset import Labelled, plain_text
from reviewmine.labels.queue import Known, choose
from reviewmine.labels.similar import nearness
from reviewmine.labels.splits import deal, split_parts
from reviewmine.language.normalize import normalize
from reviewmine.router.features import FeatureSpec
from reviewmine.router.policy import Policy, chosen, probabilities
from reviewmine.settings import Model, PolicySettings, load_experiment
from reviewmine.taxonomy.model import Type
from reviewmine.workflow.training import prepared, read_labelled

BATCH, N_SEEDS, FOLDS = 100, 5, 3
BUDGETS = {"delivery": (100, 200, 300, 400, 500, 600), "intents": (300, 600, 900)}
BATCHES = {"delivery": BATCH, "intents": 300}
BARS = (3.0, 5.0)
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """A labelled set: what a queue sees of it, the types it does not see, the rows to choose from and those held out."""

    labelled: Labelled
    counted: Counted
    targets: NDArray[np.bool_]
    vectors: NDArray[np.float32]
    near: NDArray[np.float32] | None
    recipe: Recipe
    open: Rows
    held: Rows


def main() -> None:
    inside, plain = "--inside" in sys.argv, "--plain" in sys.argv
    names = [name for name in BUDGETS if name in sys.argv] or list(BUDGETS)
    with threadpool_limits(1):
        for name in names:
            data_file(f"{name}/labelled.csv")
            simulate(name, read(name, inside), plain)


def read(name: str, inside: bool) -> Pool:
    """Return a set, its vectors learned from all texts: none of its types is needed for them."""
    experiment = load_experiment(f"experiments/{name}.yaml")
    labelled, taxonomy = prepared(read_labelled(experiment, where=name), experiment, None)
    texts = [normalize(plain_text(review)) for review in labelled.reviews]
    vectors = DomainEncoder().fit([*texts, *map(normalize, labelled.unlabelled)]).encode(texts)
    several = any(len(types) > 1 for types in labelled.types)
    head = "multilabel" if several else "multiclass"
    model = Model(encoder="none", folds=FOLDS)
    spec = FeatureSpec(sentences=0.4) if several else FeatureSpec()
    parts = split_parts(labelled, experiment.split, experiment.seed)
    open_rows, held = np.sort(np.concatenate([parts.train, parts.calibration])), parts.test
    if inside:
        types, groups = ([column[i] for i in open_rows] for column in (labelled.types, labelled.groups))
        part = np.asarray(deal(types, groups, {"open": 0.75, "held": 0.25}, 7))
        open_rows, held = open_rows[part == "open"], open_rows[part == "held"]
    near = nearness(texts, delivery_types(taxonomy.codes)) if name == "delivery" else None
    recipe = Recipe(spec, NO_MEANING, model, head, experiment.seed)
    targets = target_matrix(labelled.types, taxonomy.codes)
    return Pool(labelled, count(labelled.reviews, spec), targets, vectors, near, recipe, open_rows, held)


def delivery_types(codes: list[str]) -> list[Type]:
    """Return the types of the delivery set with what its annotators were told."""
    rows = pd.read_csv(data_file("delivery/types.csv"), dtype=str).fillna("").set_index("trend_id")
    return [
        Type(id=f"T{k}", code=code, title=rows.trend[code], definition=rows.explanation[code][:2000])
        for k, code in enumerate(codes)
    ]


def simulate(name: str, pool: Pool, plain: bool) -> None:
    """Print the curves of all ways, and whether the queue passes its bars at the last budget."""
    ways = {"random": random, "queue": queue}
    ways |= {"k-means, no model": partial(queue, blind=True), "plain uncertainty": uncertainty} if plain else {}
    print(
        f"\n{name}: {len(pool.open)} reviews to choose from, {len(pool.held)} held out, {pool.targets.shape[1]} types"
    )
    print(f"  mean of {N_SEEDS} seeds: micro F1 / macro F1 in percent, by number of labels, batches of {BATCHES[name]}")
    print(f"  {'':20}" + "".join(f"{n:>14}" for n in BUDGETS[name]))
    found = {}
    for way, pick in ways.items():
        start = time.perf_counter()
        runs = np.asarray([curve(pool, pick, seed, BATCHES[name], BUDGETS[name]) for seed in range(N_SEEDS)])
        found[way] = runs
        mean = 100 * runs.mean(axis=0)
        print(f"  {way:20}" + "".join(f"{micro:7.1f} /{macro:5.1f}" for micro, macro in mean), flush=True)
        print(f"  {way}: {time.perf_counter() - start:.0f} s", file=sys.stderr)
    gap = 100 * (found["queue"] - found["random"])[:, -1]
    gain = gap.mean(axis=0)
    spread = gap.std(axis=0, ddof=1) / np.sqrt(N_SEEDS)
    met = "met" if gain[0] >= BARS[0] or gain[1] >= BARS[1] else "missed"
    print(
        f"  queue over random at {BUDGETS[name][-1]}: micro {gain[0]:+.1f} (standard error {spread[0]:.1f}), "
        f"macro {gain[1]:+.1f} ({spread[1]:.1f}); bar +{BARS[0]:g} micro or +{BARS[1]:g} macro: {met}"
    )


Pick = Callable[[Pool, Rows, int, int], Rows]


def curve(pool: Pool, pick: Pick, seed: int, batch: int, budgets: tuple[int, ...]) -> list[tuple[float, float]]:
    """Return micro and macro F1 on the held-out rows at each budget."""
    labelled, figures = np.zeros(0, dtype=np.int64), []
    while len(labelled) < budgets[-1]:
        labelled = np.concatenate([labelled, pick(pool, labelled, min(batch, budgets[-1] - len(labelled)), seed)])
        if len(labelled) in budgets:
            figures.append(measured(pool, labelled))
    return figures


def random(pool: Pool, labelled: Rows, n: int, seed: int) -> Rows:
    """Return reviews drawn at random."""
    return np.random.default_rng((seed, len(labelled))).choice(np.setdiff1d(pool.open, labelled), n, replace=False)


def queue(pool: Pool, labelled: Rows, n: int, seed: int, blind: bool = False) -> Rows:
    """Return the reviews that the queue puts next; ``blind``: without model and taxonomy."""
    done = np.isin(pool.open, labelled)
    counts = pool.targets[labelled].sum(axis=0)
    asked = None if blind or not len(labelled) else answered(pool, labelled, pool.open)
    near = None if blind or pool.near is None else pool.near[pool.open]
    ids, copies = ([column[i] for i in pool.open] for column in (reviews(pool), pool.labelled.groups))
    picks = choose(ids, pool.vectors[pool.open], copies, Known(done, counts, asked, near), n, seed)
    return pool.open[[one.row for one in picks]]


def uncertainty(pool: Pool, labelled: Rows, n: int, seed: int) -> Rows:
    """Return the reviews of the greatest entropy over all types; the first batch at random."""
    if not len(labelled):
        return random(pool, labelled, n, seed)
    rest = np.setdiff1d(pool.open, labelled)
    p = np.clip(answered(pool, labelled, rest).astype(float), 1e-9, 1 - 1e-9)
    return rest[np.argsort((p * np.log(p) + (1 - p) * np.log1p(-p)).sum(axis=1), kind="stable")[:n]]


def reviews(pool: Pool) -> list[str]:
    """Return the ids."""
    return [str(review["id"]) for review in pool.labelled.reviews]


def answered(pool: Pool, labelled: Rows, asked: Rows) -> NDArray[np.float32]:
    """Return calibrated probabilities (rows, types)."""
    return probabilities(margins(pool, labelled, asked), policy_of(pool, labelled))


def measured(pool: Pool, labelled: Rows) -> tuple[float, float]:
    """Return micro and macro F1 on the held-out rows of a model of the ``labelled`` ones."""
    policy = policy_of(pool, labelled)
    probability = probabilities(margins(pool, labelled, pool.held), policy)
    found = ranked(probability, chosen(probability, policy), pool.targets[pool.held])
    figures = found.figures(np.arange(len(pool.held)))
    return figures["micro_f1"], figures["macro_f1"]


def policy_of(pool: Pool, rows: Rows) -> Policy:
    """Return the policy fitted on cross-fitted answers for the labelled rows."""
    types, groups = ([column[i] for i in rows] for column in (pool.labelled.types, pool.labelled.groups))
    fold = np.asarray(deal(types, groups, {str(k): 1 / FOLDS for k in range(FOLDS)}, pool.recipe.seed))
    found = np.zeros((len(rows), pool.targets.shape[1]), dtype=np.float32)
    for k in sorted(set(fold)):
        found[fold == k] = margins(pool, rows[fold != k], rows[fold == k])
    return fit_policy(found, pool.targets[rows], pool.recipe.head, PolicySettings())


def margins(pool: Pool, learned: Rows, asked: Rows) -> NDArray[np.float32]:
    """Return the margins of a quick model (rows, types)."""
    fitted = fit(some(pool.counted, learned), pool.targets[learned], pool.recipe)
    features = matrix_of(some(pool.counted, asked), fitted.vocabulary)
    return np.asarray(features @ fitted.weights.astype(np.float32) + fitted.intercept, dtype=np.float32)


def some(counted: Counted, rows: Rows) -> Counted:
    """Return some of the reviews that were counted."""
    return Counted(counted.spec, counted.units[rows], counted.features, counted.rows[rows])


if __name__ == "__main__":
    main()
