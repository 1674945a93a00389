"""What sources and rules are worth, as a table for people: what each catches, how far others agree, and what is missed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from reviewmine.labels.weak import SOURCES, YES, Weak

COLUMNS = ("what", "type", "name", "reviews", "coverage", "overlap", "conflict", "accuracy", "examples")
"""``what`` is source, rule, silent rule or missed. Shares are of what the source or rule said; ``coverage`` of all reviews."""
N_EXAMPLES = 3


def source_rows(weak: Weak) -> pd.DataFrame:
    """Return a row for each source and answer that was given.

    ``reviews`` have such an answer on any type; of the answers, ``overlap`` is the share that another source answers too,
    ``conflict`` the share that another contradicts, ``accuracy`` the estimated share that is right.
    """
    rows = []
    spoke = (weak.votes != 0).sum(axis=2)
    for place, source in enumerate(SOURCES):
        votes = weak.votes[:, :, place]
        for answer, name in ((1, "yes"), (-1, "no")):
            said = votes == answer
            if said.any():
                against = (weak.votes == -answer).any(axis=2)
                right = weak.probability[said] if answer > 0 else 1 - weak.probability[said]
                shares = (said.any(axis=1).mean(), (spoke[said] > 1).mean(), against[said].mean(), right.mean())
                rows.append(("source", "", f"{source}: {name}", int(said.any(axis=1).sum()), *map(float, shares), ""))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def rule_rows(weak: Weak) -> pd.DataFrame:
    """Return a row for each pattern, those that caught most first within a type, and for each type that misses something.

    The examples of a rule are the statements that it caught, the least probable first: they show where it goes wrong. Those of
    a missed type are reviews nearest to it that no pattern of it met.
    """
    by_rule: defaultdict[int, dict[int, int]] = defaultdict(dict)  # rule to review to its first statement
    for catch in weak.caught:
        by_rule[catch.rule].setdefault(int(weak.row[catch.statement]), catch.statement)
    said = weak.statements["text"].tolist()
    rows = []
    for kind, one in enumerate(weak.types):
        mine = [number for number, rule in enumerate(weak.rules) if rule.type == kind]
        for number in sorted(mine, key=lambda number: (-len(by_rule[number]), number)):
            others = {review for other in mine if other != number for review in by_rule[other]}
            rows.append(_rule_row(weak, number, kind, by_rule[number], others, said))
        missed = _missed(weak, kind, {review for number in mine for review in by_rule[number]})
        if missed:
            texts = [_text_of(weak, review) for review in missed[:N_EXAMPLES]]
            share = len(missed) / len(weak.reviews)
            rows.append(("missed", one.code, one.title, len(missed), share, *[np.nan] * 3, _shown(texts)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rule_row(
    weak: Weak, number: int, kind: int, caught: dict[int, int], others: set[int], said: Sequence[str]
) -> tuple[object, ...]:
    """Return the row of one rule, whose pattern ``caught`` reviews by a statement of each."""
    code, text = weak.types[kind].code, weak.rules[number].pattern.text
    if not caught:
        return ("silent rule", code, text, 0, 0.0, *[np.nan] * 3, "")
    order = sorted(caught)
    reviews = np.asarray(order, dtype=np.int64)
    similar = weak.votes[reviews, kind, SOURCES.index("similar")]
    denied = (weak.votes[reviews, kind] < 0).any(axis=1)
    probable = weak.probability[reviews, kind]
    backed = np.asarray([review in others for review in order]) | (similar > 0)
    worst = reviews[np.argsort(probable, kind="stable")][:N_EXAMPLES]
    shares = (len(reviews) / len(weak.reviews), backed.mean(), denied.mean(), probable.mean())
    examples = _shown(said[caught[int(review)]] for review in worst)
    return ("rule", code, text, len(reviews), *map(float, shares), examples)


def _missed(weak: Weak, kind: int, caught: set[int]) -> list[int]:
    """Return the reviews that *similar* gives to a type and none of its patterns met, the nearest first."""
    nearest = weak.votes[:, kind, SOURCES.index("similar")] > 0
    order = np.argsort(-weak.near[:, kind], kind="stable")
    return [int(review) for review in order if nearest[review] and int(review) not in caught]


def _text_of(weak: Weak, review: int) -> str:
    """Return the statements of a review as one text."""
    return " · ".join(weak.statements["text"][weak.row == review])


def _shown(texts: Iterable[str]) -> str:
    """Return distinct texts on one line each."""
    return "\n".join(dict.fromkeys(" ".join(text.split()) for text in texts))


def summary(weak: Weak) -> dict[str, float]:
    """Return counts: reviews, rules, rules that met nothing, reviews with a type, types a review."""
    yes = weak.probability >= YES
    silent = len(weak.rules) - len({one.rule for one in weak.caught})
    return {
        "reviews": len(weak.reviews),
        "rules": len(weak.rules),
        "silent": silent,
        "labelled": int(yes.any(axis=1).sum()),
        "yes": int(yes.sum()),
    }
