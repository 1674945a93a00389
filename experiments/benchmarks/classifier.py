"""The classifier beside what people use: quality on the same five folds, out-of-scope rows, calibration, time splits.

The table goes to stdout, progress to stderr. Every figure stands with its 95 % interval (bootstrap over groups of near
copies, or Wilson's for one share). ``bar`` is what the project asks of itself.
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from data import data_file
from lines import OURS, Routed, cell, promises, table, verdicts
from numpy.typing import NDArray
from peers import BALANCED, FT, LR, SVC, Answers, Task, fast, installed, linear, majority

from reviewmine import Experiment, Taxonomy, load_taxonomy
from reviewmine.classify.conformal import shown
from reviewmine.classify.evaluate import ROUTES
from reviewmine.classify.linear import target_matrix
from reviewmine.classify.train import Trained, train_model
from reviewmine.corpus.dates import parse_date
from reviewmine.intervals import wilson
from reviewmine.labels.dataset import Labelled
from reviewmine.labels.splits import deal, split_parts
from reviewmine.router import Router
from reviewmine.settings import Extras, Split, load_experiment
from reviewmine.workflow.training import prepared, read_labelled

Rows = NDArray[np.int64]
Peer = Callable[[Task, Rows, Rows], Answers]

PEERS: dict[str, Peer] = {
    **{name: partial(linear, name) for name in (SVC, BALANCED, LR)},
    FT: fast,
    "majority": majority,
}
WITH_SIDES = (SVC, BALANCED, LR)
N_FOLDS = 5
CALIBRATION = 0.15  # of the four folds to learn from
FOLD_PART = "fold part"
FOLD_SPLIT = Split(strategy="column", column=FOLD_PART, train=("train",), calibration=("calibration",), test=("test",))
FIGURES = ("micro_f1", "macro_f1", "lrap", "p_at_1", "accuracy", "ece")
BARS = {"text only": (0.70, 0.50, 0.81), "with tags and score": (0.715, None, 0.825, None, 0.49)}
INTENTS = {
    "accuracy": 0.935,
    "ece": 0.02,
    "oos_auroc": 0.95,
    "coverage_at_2": 0.88,
    "auto_share": None,
    "auto_precision": 0.98,
}
N_PERIODS = 4
START = time.perf_counter()


def main() -> None:
    for step in (delivery, intents, bank, demo):
        step()
        told(f"{step.__name__} done")


def told(line: str) -> None:
    """Print a line of progress, with the seconds since the start."""
    print(f"{time.perf_counter() - START:5.0f} s  {line}", file=sys.stderr, flush=True)


# --- delivery: five folds ---------------------------------------------------------------------------------------------


def delivery() -> None:
    """Print ours and the peers on five grouped folds, without and with the side features."""
    data_file("delivery/labelled.csv")
    for name, bars in BARS.items():
        experiment, labelled, taxonomy = loaded("delivery", Extras() if name == "text only" else None)
        fold = np.asarray(deal(labelled.types, labelled.groups, {str(k): 1 / N_FOLDS for k in range(N_FOLDS)}, 13))
        mine, routed = folded(labelled, fold, taxonomy, experiment, name)
        task = task_of(labelled, taxonomy.codes, experiment)
        asked = WITH_SIDES if any(task.sides) else PEERS
        found = {OURS: mine} | {each: peer_folded(task, fold, each) for each in asked if installed(each)}
        title = f"delivery, {name}: {len(labelled)} rows, {len(taxonomy.codes)} types, {N_FOLDS} grouped folds"
        table(title, found, task, FIGURES, bars)
        verdicts(found, task)
        promises(f"delivery, {name}, the same folds", routed, labelled.groups)


def loaded(name: str, extras: Extras | None = None) -> tuple[Experiment, Labelled, Taxonomy]:
    """Return an experiment of ``experiments/``, its labelled set and its taxonomy; ``extras`` replaces the side features."""
    experiment = load_experiment(f"experiments/{name}.yaml")
    if extras is not None:
        experiment = experiment.model_copy(update={"data": experiment.data.model_copy(update={"extras": extras})})
    return experiment, *read(experiment)


def read(experiment: Experiment) -> tuple[Labelled, Taxonomy]:
    """Return the labelled set of an experiment and its taxonomy; without one, the codes seen are the types."""
    given = load_taxonomy(experiment.taxonomy) if experiment.taxonomy else None
    return prepared(read_labelled(experiment, where=experiment.name), experiment, given)


def folded(
    labelled: Labelled, fold: NDArray[Any], taxonomy: Taxonomy, experiment: Experiment, name: str
) -> tuple[Answers, Routed]:
    """Return what five models say of the fold that each did not see."""
    codes = taxonomy.codes
    shape = (len(labelled), len(codes))
    scores, chosen = np.zeros(shape), np.zeros(shape, dtype=bool)
    auto, hit = np.zeros(len(labelled), dtype=bool), np.zeros(len(labelled), dtype=bool)
    nominal = np.zeros(len(labelled))
    targets = target_matrix(labelled.types, codes)
    for k in sorted(set(fold)):
        held = np.flatnonzero(fold == k)
        used = replace(labelled, frame=labelled.frame.assign(**{FOLD_PART: parts_of(labelled, fold, k)}))
        plan = experiment.model_copy(update={"split": FOLD_SPLIT, "gates": {}})
        trained = train_model(used, taxonomy, plan, compared=False)
        scores[held], chosen[held], routed = answered(trained, labelled, held, codes, targets[held])
        auto[held], hit[held], nominal[held] = routed.auto, routed.hit, routed.promised
        told(f"{OURS}, {name}: fold {k}")
    right = targets[np.arange(len(targets)), scores.argmax(axis=1)]
    return Answers(scores, chosen, probable=True), Routed(auto, right, hit, nominal, experiment.policy.target_precision)


def parts_of(labelled: Labelled, fold: NDArray[Any], k: str) -> list[str]:
    """Return the part of each row when fold ``k`` is answered; the others are dealt to learning and calibration."""
    names = np.where(fold == k, "test", "").astype(object)
    rest = np.flatnonzero(fold != k)
    types, groups = ([column[i] for i in rest] for column in (labelled.types, labelled.groups))
    names[rest] = deal(types, groups, {"train": 1 - CALIBRATION, "calibration": CALIBRATION}, 13)
    return [str(name) for name in names]


def answered(
    trained: Trained, labelled: Labelled, held: Rows, codes: Sequence[str], targets: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], Routed]:
    """Return probabilities and chosen types of rows in the columns of ``codes``, and what the policy does with them."""
    found, policy = Router(trained.bundle).score([labelled.reviews[i] for i in held]), trained.bundle.policy
    place = [codes.index(str(kind["code"])) for kind in trained.bundle.types]
    scores, chosen = np.zeros(targets.shape), np.zeros(targets.shape, dtype=bool)
    scores[:, place], chosen[:, place] = found.probability, found.chosen
    bars = np.asarray(policy.shortlist_thresholds or (0.0,) * len(place), dtype=np.float32)
    hit = (shown(found.probability, policy.shortlist, bars) & targets[:, place]).any(axis=1)
    right = targets[np.arange(len(held)), scores.argmax(axis=1)]
    nominal = np.full(len(held), policy.coverage)
    return scores, chosen, Routed(ROUTES[found.cause] == 0, right, hit, nominal, policy.target_precision)


def task_of(labelled: Labelled, codes: Sequence[str], experiment: Experiment) -> Task:
    """Return the rows as the peers read them; side features are words, one for each value of a column."""
    extras = experiment.data.extras
    sides = [
        [f"{name}={value}" for name in (*extras.categorical, *extras.numeric) for value in str(review[name]).split("|")]
        for review in labelled.reviews
    ]
    texts = [str(review["text"]) for review in labelled.reviews]
    several = any(len(types) > 1 for types in labelled.types)
    return Task(texts, sides, labelled.types, target_matrix(labelled.types, codes), labelled.groups, several)


def peer_folded(task: Task, fold: NDArray[Any], name: str) -> Answers:
    """Return what a peer says of the fold that each of its five models did not see."""
    scores, chosen, probable = np.zeros(task.targets.shape), np.zeros(task.targets.shape, dtype=bool), False
    for k in sorted(set(fold)):
        found = PEERS[name](task, np.flatnonzero(fold != k), np.flatnonzero(fold == k))
        scores[fold == k], chosen[fold == k], probable = found.scores, found.chosen, found.probable
        told(f"{name}: fold {k}")
    return Answers(scores, chosen, probable)


# --- intents, bank, demo: their own split -----------------------------------------------------------------------------


def intents() -> None:
    """Print the card of the intents beside the peers, which learn from both the training and the calibration part."""
    data_file("intents/labelled.csv")
    experiment, labelled, taxonomy = loaded("intents")
    trained = train_model(labelled, taxonomy, experiment, compared=False)
    told(f"{OURS}: intents")
    parts = split_parts(labelled, experiment.split, experiment.seed)
    rows = np.concatenate([parts.train, parts.calibration, parts.test])
    train, test = np.arange(len(rows) - len(parts.test)), np.arange(len(rows) - len(parts.test), len(rows))
    used = replace(
        labelled, **{name: [getattr(labelled, name)[i] for i in rows] for name in ("reviews", "types", "groups")}
    )
    task = task_of(used, taxonomy.codes, experiment)
    found = {OURS: Answers(*answered(trained, used, test, taxonomy.codes, task.targets[test])[:2], probable=True)}
    for name in (BALANCED, FT, "majority"):
        if installed(name):
            found[name] = PEERS[name](task, train, test)
            told(f"{name}: intents")
    asked = replace(task, targets=task.targets[test], groups=[task.groups[i] for i in test])
    title = f"intents: {len(train)} rows to learn from, {len(test)} to answer, {len(taxonomy.codes)} types"
    table(
        title, found, asked, ("accuracy", "macro_f1", "lrap", "ece"), (INTENTS["accuracy"], None, None, INTENTS["ece"])
    )
    print(f"  {OURS}, routing; {trained.card['out_of_scope']['n']} out-of-scope rows, unseen in training")
    for name, bar in INTENTS.items():
        print(f"    {name:16} {cell(trained.card['metrics'][name])}" + (f"  bar {bar}" if bar is not None else ""))


def bank() -> None:
    """Print automatic precision and coverage of the shortlist on the newest fifth of the bank reviews, tags as types."""
    path = data_file("bank/reviews.csv")
    experiment = Experiment.model_validate(
        {
            "name": "bank",
            "data": {"labelled": path, "types": {"column": "tag", "separator": None}, "time": "date"},
            "split": {"strategy": "time"},
        }
    )
    single("bank, time split, tags as types, no rating", experiment, periods=N_PERIODS)


def demo() -> None:
    single("demo", load_experiment("experiments/demo.yaml"), periods=0)


def single(name: str, experiment: Experiment, periods: int) -> None:
    """Print what the policy of one model keeps on its test part, and in each of so many periods of equal count."""
    labelled, taxonomy = read(experiment)
    trained = train_model(labelled, taxonomy, experiment, compared=False)
    test = split_parts(labelled, experiment.split, experiment.seed, experiment.data.time).test
    targets = target_matrix(labelled.types, taxonomy.codes)[test]
    routed = answered(trained, labelled, test, taxonomy.codes, targets)[2]
    promises(f"{name}, {len(test)} test rows", routed, [labelled.groups[i] for i in test])
    if periods:
        days = pd.to_datetime([parse_date(value) for value in labelled.frame["date"].iloc[test]])
        for rows in np.array_split(np.argsort(days, kind="stable"), periods):
            first, last = (f"{days[rows[i]]:%Y-%m}" for i in (0, -1))
            hits, n = int(routed.right[rows][routed.auto[rows]].sum()), int(routed.auto[rows].sum())
            covered = wilson(int(routed.hit[rows].sum()), len(rows))
            print(
                f"    {first} to {last}: automatic {cell(wilson(hits, n))} of {n}, shortlist {cell(covered)} of {len(rows)}"
            )
        for way in ("fixed", "followed"):
            share, precision = (trained.card["drift"][f"{way}_auto_{what}"] for what in ("share", "precision"))
            print(f"    policy {way:9} automatic {cell(share)} at precision {cell(precision)}")


if __name__ == "__main__":
    main()
