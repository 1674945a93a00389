"""The lines of the classifier benchmark: figures with intervals, differences, and what a policy keeps of its promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from peers import FT, Answers, Task, installed

from reviewmine.classify.ranking import ranked
from reviewmine.classify.reliability import expected_error
from reviewmine.classify.significance import significance
from reviewmine.intervals import Figure, bootstrap

OURS = "reviewmine"
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Routed:
    """What our policy does with some rows: whether each is automatic, right, in the shortlist, and the coverage promised."""

    auto: NDArray[np.bool_]
    right: NDArray[np.bool_]
    hit: NDArray[np.bool_]
    promised: NDArray[np.float64]
    target: float


def measured(answers: Answers, task: Task) -> dict[str, Figure]:
    """Return the figures of all rows with intervals; calibration only of what says probabilities."""
    ranking = ranked(answers.scores.astype(np.float32), answers.chosen, task.targets)
    top, right = answers.scores.max(axis=1), ranking.first

    def measure(rows: Rows) -> dict[str, float]:
        ece = {"ece": expected_error(top[rows], right[rows])} if answers.probable else {}
        return ranking.figures(rows) | ece

    return bootstrap(measure, task.groups, 13)


def table(
    title: str, found: Mapping[str, Answers], task: Task, names: Sequence[str], bars: Sequence[float | None]
) -> None:
    """Print a row for each model."""
    print(f"\n{title}")
    print(f"  {'':20}" + "".join(f"{name:>21}" for name in names))
    for model, answers in found.items():
        figures = measured(answers, task)
        print(f"  {model:20}" + "".join(f"{cell(figures.get(name)):>21}" for name in names))
    if not installed(FT):
        print(f"  {FT}: not installed")
    shown_bars = [f"{bar:.3f}" if bar is not None else "" for bar in (*bars, *[None] * (len(names) - len(bars)))]
    print(f"  {'bar':20}" + "".join(f"{bar:>21}" for bar in shown_bars), flush=True)


def verdicts(found: Mapping[str, Answers], task: Task) -> None:
    """Print ours minus each peer on the same rows, by a paired bootstrap over groups."""
    for name in found:
        if name not in (OURS, "majority"):
            told_of = significance(found[OURS].chosen, found[name].chosen, task.targets, task.groups)
            parts = [f"{each} {cell(one['difference'], sign='+')} {one['verdict']}" for each, one in told_of.items()]
            print(f"  ours minus {name}: " + "; ".join(parts), flush=True)


def promises(name: str, routed: Routed, groups: Sequence[str]) -> None:
    """Print the precision of automatic answers beside its target, and the coverage of the shortlist beside what is promised."""

    def measure(rows: Rows) -> dict[str, float]:
        hits = routed.right[rows][routed.auto[rows]]
        return {
            "share": float(routed.auto[rows].mean()),
            "precision": float(hits.mean()) if len(hits) else float("nan"),
            "coverage": float(routed.hit[rows].mean()),
        }

    found = bootstrap(measure, groups, 13)
    print(f"  {name}")
    print(f"    automatic {cell(found['share'])} at precision {cell(found['precision'])}, target {routed.target:.3f}")
    print(
        f"    shortlist holds a right type {cell(found['coverage'])}, promised {routed.promised.mean():.3f}", flush=True
    )


def cell(figure: Figure | None, sign: str = "") -> str:
    """Return a figure with its interval, without the zeros before the point."""
    if figure is None:
        return "–"
    value, low, high = (f"{figure[name]:{sign}.3f}".replace("0.", ".", 1) for name in ("value", "low", "high"))  # type: ignore[literal-required]
    return f"{value} [{low} {high}]"
