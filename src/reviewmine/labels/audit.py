"""Which given labels are likely wrong: those that a model which did not learn from them, and their neighbours, speak against.

Labels are ranked by out-of-fold self-confidence, as in confident learning (Northcutt, Jiang and Chuang, 2021), beside the
best rival type and the share of the nearest labelled reviews that carry the same type. How probable it is that a label is
wrong follows from how often its type is given to reviews that are confidently of another, the off-diagonal of the
confident joint.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reviewmine.embed.encoders import Vectors, unit_rows
from reviewmine.errors import ReviewmineError

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

NEIGHBOURS = 15
"""Nearest labelled reviews whose types are compared."""
_SHOWN = 3  # of them that a person is shown as evidence
_RIVAL = 0.5  # how much the log-odds of the best other type count beside those of the given one
_COMPANY = 4.0  # log-odds of a type that all neighbours carry, beside one that none carries
_LEAST = 1e-4  # probability from which log-odds are taken
_CHUNK = 1_000  # reviews compared with all others at a time


@dataclass(frozen=True)
class Doubt:
    """One given label, with what speaks against it. ``row`` is the review; ``given`` and ``rival`` are columns of types."""

    row: int
    given: int
    rival: int
    """The likeliest type that the review was not given."""
    confidence: float
    """Out-of-fold probability of the given type."""
    rival_confidence: float
    company: float
    """Share of the nearest labelled reviews with the given type, weighted by nearness."""
    neighbours: tuple[int, ...]
    """The nearest labelled reviews, the nearest first."""
    related: bool
    """Whether given type and rival stand in one group of the taxonomy."""
    wrong: float
    """Probability that the label is wrong: the expected gain, in labels, of asking a person again."""


def audit(
    probability: NDArray[np.floating],
    targets: Mask,
    vectors: Vectors,
    copies: Sequence[str],
    parents: Sequence[str] = (),
) -> list[Doubt]:
    """Return all given labels, the most doubtful first.

    ``probability`` (rows, types) is out of fold: of models that did not learn from the row, nor from its near copies;
    ``targets`` (rows, types) are the given labels, ``vectors`` (rows, dimensions) unit rows, ``copies`` the names of the
    groups of near copies and ``parents`` the group of each type in the taxonomy, "" for none. Ties keep the order of rows.
    Raises ``ReviewmineError`` for shapes that do not fit each other.
    """
    if probability.shape != targets.shape or not len(targets) == len(vectors) == len(copies):
        rows = (probability.shape, targets.shape, len(vectors), len(copies))
        found = "probabilities {}, labels {}, {} vectors, {} copies".format(*rows)
        raise ReviewmineError(found, expected="one row a review", do="pass the same reviews to all four")
    told = np.clip(probability.astype(np.float64), _LEAST, 1 - _LEAST)
    near, weight = nearest(vectors, copies)
    company = np.zeros(targets.shape)
    for k in range(near.shape[1]):
        company += weight[:, [k]] * targets[near[:, k]]
    row, given = np.nonzero(targets)
    rival = np.where(targets, -1.0, told).argmax(axis=1)[row]
    odds = np.log(told / (1 - told))
    support = odds[row, given] - _RIVAL * odds[row, rival] + _COMPANY * company[row, given]
    wrong = wrong_shares(told, targets)[given] / told[row, given]
    return [
        Doubt(
            row=int(row[i]),
            given=int(given[i]),
            rival=int(rival[i]),
            confidence=float(told[row[i], given[i]]),
            rival_confidence=float(told[row[i], rival[i]]),
            company=float(company[row[i], given[i]]),
            neighbours=tuple(int(one) for one in near[row[i], :_SHOWN]),
            related=bool(parents and parents[given[i]] and parents[given[i]] == parents[rival[i]]),
            wrong=float(min(wrong[i], 1.0)),
        )
        for i in np.argsort(support, kind="stable")
    ]


def wrong_shares(probability: Floats, targets: Mask) -> Floats:
    """Return for each type the share of reviews without it that are given it all the same, shape (types,).

    A label is confidently another's when another type, not given, is at least as probable as it is on average where it
    is given, and the given type is less probable than it is on average: a count off the diagonal of the confident joint.
    """
    held = targets.sum(axis=0)
    usual = np.where(held > 0, (probability * targets).sum(axis=0) / np.maximum(held, 1), 1.0)
    high = np.asarray(probability >= usual)
    other = np.asarray((~targets & high).any(axis=1))
    confident = targets & ~high & other[:, None]
    return np.asarray(confident.sum(axis=0) / np.maximum(len(targets) - held, 1))


def nearest(vectors: Vectors, copies: Sequence[str]) -> tuple[NDArray[np.int64], Floats]:
    """Return the nearest reviews of each, the nearest first, and their weights, both (rows, at most ``NEIGHBOURS``).

    A review is no neighbour of its near copies; weights are cosine similarities scaled to sum to one, zero where a
    neighbour has nothing in common.
    """
    n = min(NEIGHBOURS, len(vectors) - 1)
    rows = unit_rows(vectors)
    group = np.unique(np.asarray(copies, dtype=object), return_inverse=True)[1]
    near, alike = np.zeros((len(rows), n), dtype=np.int64), np.zeros((len(rows), n))
    with threadpool_limits(1):
        for start in range(0, len(rows), _CHUNK):
            part = np.round(rows[start : start + _CHUNK] @ rows.T, 6)  # not by the last bit
            part[group[start : start + _CHUNK, None] == group] = -1
            first = np.sort(np.argpartition(-part, n - 1, axis=1)[:, :n], axis=1) if n else near[start : start + _CHUNK]
            found = np.take_along_axis(part, first, axis=1)
            order = np.argsort(-found, axis=1, kind="stable")
            near[start : start + _CHUNK] = np.take_along_axis(first, order, axis=1)
            alike[start : start + _CHUNK] = np.maximum(np.take_along_axis(found, order, axis=1), 0)
    total = alike.sum(axis=1, keepdims=True)
    return near, np.divide(alike, total, out=np.zeros_like(alike), where=total > 0)


def confused(doubts: Sequence[Doubt], most: int = 10) -> list[tuple[int, int, float, bool]]:
    """Return the pairs of given type and rival among which most wrong labels are expected.

    Each has the two columns, the expected number of wrong labels, and whether the two stand in one group.
    """
    expected: dict[tuple[int, int, bool], float] = {}
    for one in doubts:
        key = (one.given, one.rival, one.related)
        expected[key] = expected.get(key, 0.0) + one.wrong
    ranked = sorted(expected.items(), key=lambda item: (-item[1], item[0]))
    return [(given, rival, total, related) for (given, rival, related), total in ranked[:most]]
