"""What a model answered on its test part, row by row and without texts: the ground on which two models are compared."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.classify.linear import target_matrix
from reviewmine.classify.significance import significance
from reviewmine.labels.dataset import Labelled
from reviewmine.labels.splits import Parts
from reviewmine.router import Router


@dataclass(frozen=True)
class Answers:
    """Ids, groups, true and chosen types of a test part; ``sha256`` is that of its reviews and types."""

    sha256: str
    ids: tuple[str, ...]
    groups: tuple[int, ...]
    truth: tuple[tuple[str, ...], ...]
    chosen: tuple[tuple[str, ...], ...]

    def to_text(self) -> str:
        """Return the rows as JSON, the same whatever their order; ``Answers.of_text`` reads it."""
        rows = sorted(zip(self.ids, self.groups, self.truth, self.chosen, strict=True))
        named = [dict(zip(("id", "group", "truth", "chosen"), row, strict=True)) for row in rows]
        return json.dumps({"sha256": self.sha256, "rows": named}, ensure_ascii=False)

    @classmethod
    def of_text(cls, text: str) -> "Answers":
        """Return what ``to_text`` wrote."""
        data = json.loads(text)
        rows = data["rows"]
        return cls(
            str(data["sha256"]),
            tuple(str(row["id"]) for row in rows),
            tuple(int(row["group"]) for row in rows),
            tuple(tuple(row["truth"]) for row in rows),
            tuple(tuple(row["chosen"]) for row in rows),
        )

    def without(self, ids: frozenset[str]) -> "Answers":
        """Return the rows whose id is not among ``ids``."""
        kept = [i for i, name in enumerate(self.ids) if name not in ids]
        pick = [tuple(column[i] for i in kept) for column in (self.ids, self.groups, self.truth, self.chosen)]
        return Answers(self.sha256, *pick)  # type: ignore[arg-type]


def answers_on(router: Router, labelled: Labelled, rows: NDArray[np.int64]) -> Answers:
    """Return what ``router`` chooses for ``rows`` of a labelled set."""
    reviews = [labelled.reviews[i] for i in rows]
    truth = [tuple(sorted(labelled.types[i])) for i in rows]
    codes = [str(kind["code"]) for kind in router.bundle.types]
    mask = router.score(reviews).chosen if len(rows) else np.zeros((0, len(codes)), dtype=bool)
    return answers_of(reviews, truth, [labelled.groups[i] for i in rows], mask, codes)


def answers_of(
    reviews: Sequence[Any],
    truth: Sequence[tuple[str, ...]],
    groups: Sequence[str],
    chosen: NDArray[np.bool_],
    codes: Sequence[str],
) -> Answers:
    """Return answers from which of ``codes`` each review has, ``chosen`` of shape (rows, types)."""
    names = {group: n for n, group in enumerate(sorted(set(groups)))}
    content = sorted(row_sha256(review, kinds) for review, kinds in zip(reviews, truth, strict=True))
    return Answers(
        hashlib.sha256("\n".join(content).encode()).hexdigest(),
        tuple(str(review["id"]) for review in reviews),
        tuple(names[group] for group in groups),
        tuple(truth),
        tuple(tuple(sorted(codes[int(k)] for k in np.flatnonzero(row))) for row in chosen),
    )


def row_sha256(review: Any, types: Sequence[str]) -> str:
    """Return the hash of one labelled review."""
    text = json.dumps([review, sorted(types)], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def fingerprints(labelled: Labelled, parts: Parts) -> str:
    """Return a line a labelled row as JSON: id, start of its hash, part. Tells later which rows came, went or changed."""
    part_of = dict.fromkeys(range(len(labelled)), "")
    for name in ("train", "calibration", "test"):
        part_of |= dict.fromkeys(map(int, getattr(parts, name)), name)
    rows = [
        [str(labelled.reviews[i]["id"]), row_sha256(labelled.reviews[i], labelled.types[i])[:12], part_of[i]]
        for i in range(len(labelled))
    ]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in sorted(rows))


def learned_rows(logged: str) -> list[tuple[str, str, str]]:
    """Return id, start of the hash and part of each row of ``fingerprints`` that training and calibration saw."""
    rows = [tuple(map(str, json.loads(line))) for line in logged.splitlines()]
    return [(name, start, part) for name, start, part in rows if part in {"train", "calibration"}]


def agreement(truth: Sequence[tuple[str, ...]], chosen: Sequence[tuple[str, ...]]) -> NDArray[np.float64]:
    """Return for each row twice its right types and all types said and held, shape (rows, 2): micro F1 in two sums."""
    pairs = zip(truth, chosen, strict=True)
    return np.asarray([(2 * len({*a} & {*b}), len({*a}) + len({*b})) for a, b in pairs], dtype=np.float64).reshape(
        -1, 2
    )


def micro_f1(counts: NDArray[np.float64]) -> float:
    """Return the micro F1 of rows of ``agreement``."""
    right, total = counts.sum(axis=0)
    return float(right / max(1.0, total))


def compare(challenger: Answers, champion: Answers, seed: int) -> dict[str, Any]:
    """Return ``significance`` of the challenger over the champion, for answers on the same reviews.

    Rows are matched by id; both must hold the same ids.
    """
    place = {name: i for i, name in enumerate(champion.ids)}
    order = [place[name] for name in challenger.ids]
    codes = sorted(
        {code for rows in (challenger.truth, challenger.chosen, champion.chosen) for row in rows for code in row}
    )
    ours, theirs, truth = (
        target_matrix(rows, codes)
        for rows in (challenger.chosen, [champion.chosen[i] for i in order], challenger.truth)
    )
    return significance(ours, theirs, truth, [str(group) for group in challenger.groups], seed)
