"""Weak labels of the delivery set from a taxonomy file written by hand: what they are worth, and a classifier taught by them.

``delivery-taxonomy.yaml`` was written from the annotators' rules and from texts without types; its patterns were not changed
after the first figure. On the ``development`` rows, three tenths of the labelled groups, figures by type were read and texts
were not: from them come the thresholds, the votes of *similar* and that praise beside a complaint is courtesy. The figures of
the ``held`` rows were seen once before the last change, which was to ask the classifier out of fold for its threshold too.
The classifier learns from the weak labels of ``unlabelled.csv`` and, out of fold, of the labelled texts; no label of a person
teaches it. The rules are the patterns as they are met; the weak labels are all sources together.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from data import data_file
from numpy.typing import NDArray

from reviewmine import read_reviews
from reviewmine.classify.fit import Recipe, fit
from reviewmine.classify.linear import target_matrix
from reviewmine.classify.matrix import count
from reviewmine.classify.meaning import learn_meaning
from reviewmine.classify.significance import significance
from reviewmine.corpus.copies import copy_groups
from reviewmine.files import write_table
from reviewmine.intervals import bootstrap
from reviewmine.labels.dataset import plain_texts
from reviewmine.labels.label_model import majority
from reviewmine.labels.splits import deal
from reviewmine.labels.weak import SOURCES, YES, Weak, weak_labels
from reviewmine.labels.weak_table import rule_rows, source_rows
from reviewmine.router import TEXT_FIELDS
from reviewmine.router.features import FeatureSpec
from reviewmine.settings import Model
from reviewmine.taxonomy.model import load_taxonomy

TAXONOMY = Path("experiments/benchmarks/delivery-taxonomy.yaml")
TABLE = Path("experiments/runs/labels_weak")
BAR = 0.40
SEED, N_FOLDS, SENTENCES = 13, 3, 0.4
RULES, MAJORITY, WEAK, TAUGHT, BOTH = (
    "rules",
    "majority of sources",
    "weak labels",
    "classifier",
    "mean of the last two",
)
START = time.perf_counter()

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]


def main() -> None:
    reviews = read_reviews([data_file("delivery/labelled.csv"), data_file("delivery/unlabelled.csv")]).reviews
    taxonomy = load_taxonomy(TAXONOMY)
    weak = weak_labels(reviews.drop(columns="types"), taxonomy)
    told("weak labels")
    shown(weak)
    gold = [tuple(cell.split("|")) if cell else () for cell in reviews["types"].fillna("").astype(str)]
    targets = target_matrix(gold, taxonomy.codes)
    labelled = np.flatnonzero(targets.any(axis=1))
    groups = copy_groups(plain_texts(reviews))
    part = np.asarray(
        deal([gold[i] for i in labelled], [groups[i] for i in labelled], {"development": 0.3, "held": 0.7}, SEED)
    )
    checked(weak, targets, labelled)
    chosen = answers(weak, reviews, groups)
    for name in ("development", "held", "all labelled"):
        rows = labelled if name == "all labelled" else labelled[part == name]
        figures(f"{name}: {len(rows)} rows", chosen, targets, rows, groups)
    verdict(chosen, targets, labelled, groups)


def told(line: str) -> None:
    """Print a line of progress, with the seconds since the start."""
    print(f"{time.perf_counter() - START:5.0f} s  {line}", flush=True)


def shown(weak: Weak) -> None:
    """Print what the sources are worth, and write that of every rule."""
    sources, rules = source_rows(weak), rule_rows(weak)
    print(sources.drop(columns=["what", "type", "examples"]).to_string(index=False, float_format="%.3f"))
    TABLE.mkdir(parents=True, exist_ok=True)
    write_table(TABLE / "rules.csv", pd.concat([sources, rules], ignore_index=True))
    kinds = rules["what"].value_counts()
    print(f"{kinds['rule']} rules caught something, {kinds.get('silent rule', 0)} nothing: {TABLE / 'rules.csv'}")


def checked(weak: Weak, targets: Mask, rows: Rows) -> None:
    """Print for each source the estimated beside the true share of right answers on the labelled rows."""
    for place, source in enumerate(SOURCES):
        for answer, name in ((1, "yes"), (-1, "no")):
            said = weak.votes[rows, :, place] == answer
            if said.any():
                truth, thought = (
                    x[rows] if answer > 0 else 1 - x[rows] for x in (targets.astype(float), weak.probability)
                )
                print(f"  {source}: {name:4} estimated {thought[said].mean():.3f}, true {truth[said].mean():.3f}")


def answers(weak: Weak, reviews: pd.DataFrame, groups: list[str]) -> Mapping[str, Mask]:
    """Return which types each way says, (reviews, types); no way has seen a label of a person.

    The classifier answers for a third of the groups of near copies when it has learned the weak labels of the others, so
    that no weak label teaches its own review. It says types as often as the weak labels do.
    """
    met = np.zeros(weak.probability.shape, dtype=bool)
    for one in weak.caught:
        met[weak.row[one.statement], weak.rules[one.rule].type] = True
    yes = weak.probability >= YES
    records = reviews[["id", *TEXT_FIELDS]].to_dict("records")
    spec = replace(FeatureSpec(), sentences=SENTENCES, meaning=True)
    parents = tuple(one.parent for one in weak.types)
    recipe = Recipe(spec, learn_meaning(plain_texts(reviews)), Model(), "multilabel", SEED, parents)
    names = {group: n for n, group in enumerate(sorted(set(groups)))}
    fold = np.random.default_rng(SEED).permutation(len(names))[[names[group] for group in groups]] % N_FOLDS
    margins = np.zeros(weak.probability.shape)
    for k in range(N_FOLDS):
        inside, rest = np.flatnonzero(fold == k), np.flatnonzero(fold != k)
        model = fit(count([records[i] for i in rest], spec), yes[rest], recipe)
        margins[inside] = model.margins([records[i] for i in inside])[0]
        told(f"classifier, fold {k}")
    return {
        RULES: met,
        MAJORITY: majority(weak.votes) >= 0.5,
        WEAK: yes,
        TAUGHT: as_often(margins, yes),
        BOTH: as_often((squashed(margins) + weak.probability) / 2, yes),
    }


def squashed(margins: NDArray[Any]) -> NDArray[Any]:
    """Return margins between 0 and 1."""
    return np.asarray(1 / (1 + np.exp(-3 * margins)))


def as_often(scores: NDArray[Any], types: Mask) -> Mask:
    """Return the types whose score passes one threshold, said as often as ``types`` are."""
    return np.asarray(scores >= np.quantile(scores, 1 - types.mean()))


def figures(title: str, chosen: Mapping[str, Mask], targets: Mask, rows: Rows, groups: list[str]) -> None:
    """Print micro and macro F1, precision and recall of each way on some rows."""
    print(f"\n{title}, {targets[rows].sum() / len(rows):.2f} types a row")
    for name, mask in chosen.items():
        said, held = mask[rows], targets[rows]

        def measure(at: Rows, said: Mask = said, held: Mask = held) -> dict[str, float]:
            return {"micro_f1": f1(said[at], held[at])}

        micro = bootstrap(measure, [groups[i] for i in rows], SEED)["micro_f1"]
        hits, used = (said & held).sum(), held.any(axis=0)
        by_type = 2 * (said & held).sum(axis=0) / np.maximum(said.sum(axis=0) + held.sum(axis=0), 1)
        print(
            f"  {name:26} micro F1 {micro['value']:.3f} [{micro['low']:.3f} {micro['high']:.3f}]"
            f"  macro F1 {by_type[used].mean():.3f}  precision {hits / max(said.sum(), 1):.3f}"
            f"  recall {hits / held.sum():.3f}",
            flush=True,
        )


def f1(said: Mask, held: Mask) -> float:
    """Return micro F1."""
    return float(2 * (said & held).sum() / max(said.sum() + held.sum(), 1))


def verdict(chosen: Mapping[str, Mask], targets: Mask, rows: Rows, groups: list[str]) -> None:
    """Print the bars, met or missed, on all labelled rows."""
    weak = f1(chosen[WEAK][rows], targets[rows])
    print(f"\nbar: weak labels alone, micro F1 >= {BAR:.2f}: {weak:.3f}, {'met' if weak >= BAR else 'missed'}")
    ours = [groups[i] for i in rows]
    for name, others in {WEAK: (RULES, MAJORITY), TAUGHT: (RULES, WEAK), BOTH: (RULES, WEAK)}.items():
        for other in others:
            found = significance(chosen[name][rows], chosen[other][rows], targets[rows], ours, SEED)["micro_f1"]
            gain = found["difference"]
            bar = f", bar: {'met' if gain['value'] > 0 else 'missed'}" if (name, other) == (TAUGHT, RULES) else ""
            print(
                f"{name} minus {other}: {gain['value']:+.3f} [{gain['low']:+.3f} {gain['high']:+.3f}] {found['verdict']}{bar}"
            )


if __name__ == "__main__":
    main()
