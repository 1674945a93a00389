"""A new policy for weights that stay: fitted on freshly labelled reviews, measured on those that did not fit it.

Temperature, thresholds, actions and shortlist are fitted anew. How novelty is computed is not: its word part needs the
training rows, which are not there; the score stays as it was and only the bar is set anew, so that novelty also means the
same before and after.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.classify.calibrate import fit_policy
from reviewmine.classify.evaluate import ROUTES, measures_of, shortlist_hit
from reviewmine.classify.novelty import false_alarm_threshold
from reviewmine.intervals import Figure, bootstrap
from reviewmine.labels.splits import deal
from reviewmine.router import Scores
from reviewmine.router.policy import NOVEL, UNFAMILIAR, Policy, novelty
from reviewmine.router.router import scores_of
from reviewmine.settings import PolicySettings

N_FOLDS = 5

F32 = NDArray[np.float32]
Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Answered:
    """What the weights say of labelled reviews, and what people said; a row without a target has no type they know.

    ``margins`` and ``targets`` are (rows, types), ``known`` is the share of known words; rows of one group stay together.
    """

    margins: F32
    known: F32
    targets: Mask
    groups: Sequence[str]

    def part(self, rows: Rows | Mask) -> "Answered":
        """Return some rows."""
        groups = np.asarray(self.groups, dtype=object)[rows]
        return Answered(self.margins[rows], self.known[rows], self.targets[rows], tuple(groups))

    @property
    def named(self) -> Mask:
        """Return which rows have a type that the weights know."""
        return np.asarray(self.targets.any(axis=1))


@dataclass(frozen=True)
class Outcome:
    """The figures behind the decisions on rows, and whose shortlist has a right type."""

    scores: Scores
    hit: Mask


def refit(rows: Answered, policy: Policy, settings: PolicySettings) -> Policy:
    """Return the policy fitted on those of ``rows`` that have a known type; the score of novelty is that of ``policy``."""
    rows = rows.part(rows.named)
    fitted = fit_policy(rows.margins, rows.targets, policy.head, settings)
    fitted = replace(
        fitted,
        novelty_margin=policy.novelty_margin,
        novelty_known=policy.novelty_known,
        novelty_shift=policy.novelty_shift,
        min_known=policy.min_known,
    )
    scores = novelty(rows.margins, rows.known, fitted)[rows.known >= fitted.min_known]
    bar = false_alarm_threshold(scores, settings.false_alarms)
    return Policy.from_json(replace(fitted, novel_threshold=bar, false_alarms=settings.false_alarms).to_json())


def routed(rows: Answered, policy: Policy) -> Outcome:
    """Return what becomes of ``rows`` under ``policy``."""
    scores = scores_of(rows.margins, rows.known, policy)
    return Outcome(scores, shortlist_hit(scores.probability, rows.targets, policy))


def cross_fitted(rows: Answered, policy: Policy, settings: PolicySettings, seed: int) -> Outcome:
    """Return what becomes of each of ``rows`` under a policy fitted on the other four of five folds of groups."""
    kinds = [tuple(str(k) for k in np.flatnonzero(held)) or ("",) for held in rows.targets]
    fold = np.asarray(deal(kinds, rows.groups, {str(k): 1 / N_FOLDS for k in range(N_FOLDS)}, seed))
    parts = [np.flatnonzero(fold == str(k)) for k in range(N_FOLDS)]
    found = [
        routed(rows.part(part), refit(rows.part(fold != str(k)), policy, settings)) for k, part in enumerate(parts)
    ]
    back = np.argsort(np.concatenate(parts), kind="stable")
    columns = {
        name: np.concatenate([getattr(one.scores, name) for one in found])[back]
        for name in ("probability", "chosen", "novelty", "known", "cause")
    }
    return Outcome(Scores(**columns), np.concatenate([one.hit for one in found])[back])


def compared(
    rows: Answered, outcomes: Mapping[str, Outcome], policy: Policy, seed: int
) -> dict[str, dict[str, Figure]]:
    """Return the figures of each outcome on the same rows, with intervals by group.

    All but two are those of ``evaluate.measures`` on rows of known types. Of the rows of no known type, ``novel_caught`` is
    the share that goes to a person as novel or unfamiliar, ``novel_auto`` the share that is answered automatically, wrongly.
    """
    named = rows.named
    place = np.cumsum(named) - 1  # row number among the rows of known types
    ways = {name: _measures(rows, one, policy) for name, one in outcomes.items()}

    def measure(drawn: Rows) -> dict[str, float]:
        inside, outside = place[drawn[named[drawn]]], drawn[~named[drawn]]
        return {
            f"{name}/{figure}": value
            for name, (of_types, of_novel) in ways.items()
            for figure, value in (of_types(inside) | of_novel(outside)).items()
        }

    found: dict[str, dict[str, Figure]] = {name: {} for name in outcomes}
    for key, figure in bootstrap(measure, rows.groups, seed).items():
        name, _, what = key.partition("/")
        found[name][what] = figure
    return found


def _measures(rows: Answered, outcome: Outcome, policy: Policy) -> tuple[Callable[[Rows], dict[str, float]], ...]:
    """Return the figures of rows of known types, and of all others, each as a function of row numbers."""
    named, cause = rows.named, outcome.scores.cause
    columns: dict[str, Any] = {name: value[named] for name, value in vars(outcome.scores).items()}
    of_types = measures_of(Scores(**columns), rows.targets[named], outcome.hit[named], policy.head)

    def of_novel(drawn: Rows) -> dict[str, float]:
        if not len(drawn):
            return {}
        caught, auto = np.isin(cause[drawn], (NOVEL, UNFAMILIAR)), ROUTES[cause[drawn]] == 0
        return {"novel_caught": float(caught.mean()), "novel_auto": float(auto.mean())}

    return of_types, of_novel
