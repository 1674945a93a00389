"""Do people mean the same by a type: agreement beyond chance, overall and per type, and the types that they take for each other."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.errors import ReviewmineError
from reviewmine.intervals import Figure, bootstrap, wilson
from reviewmine.labels.chance import F64, Values, cohen, masi
from reviewmine.labels.store import Label, latest

Said = Mapping[tuple[str, str], Mapping[str, str]]
"""Review and type to who said what."""


@dataclass(frozen=True)
class TypeAgreement:
    """How far people agree on one type.

    ``n`` reviews have a yes or a no of two or more. ``alpha`` and ``kappa`` are None where all said the same, as chance
    has no measure then; ``kappa`` is for two people. ``disputed`` are the reviews with yes and no, or with the type of
    one where another took another type; ``unsure`` those where somebody could not say.
    """

    type: str
    n: int
    n_yes: int
    agreed: Figure
    alpha: Figure | None
    kappa: Figure | None
    disputed: tuple[str, ...]
    unsure: tuple[str, ...]


@dataclass(frozen=True)
class Confused:
    """Two types of which one person took the first and another the second, and neither took both.

    ``share`` is of the reviews where somebody took either.
    """

    types: tuple[str, str]
    reviews: tuple[str, ...]
    share: Figure


@dataclass(frozen=True)
class Agreement:
    """Agreement of people. ``decisions``: on each yes and no; ``sets``: on all types of a review together (MASI).

    ``pairs`` are two people each, with kappa and the number of decisions that both took.
    """

    people: tuple[str, ...]
    n_reviews: int
    n_decisions: int
    n_rules: int
    decisions: Figure | None
    sets: Figure | None
    pairs: tuple[tuple[str, str, int, Figure | None], ...]
    types: tuple[TypeAgreement, ...]
    confused: tuple[Confused, ...]

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return asdict(self)


def agreement(labels: Sequence[Label], *, unasked_is_no: bool = False, seed: int = 13) -> Agreement:
    """Return how far people and imports agree; rules are left out and counted.

    What a labeller was not asked is unknown; ``unasked_is_no`` is for sheets where each saw every type of ``labels``.
    "unsure" takes no side. Intervals are over reviews. Raises ``ReviewmineError`` unless two labelled the same review.
    """
    told = [one for one in labels if one.how != "rule"]
    said = _said(told, unasked_is_no)
    people = tuple(sorted({who for votes in said.values() for who in votes}))
    took = _took(said)
    shared = sorted(review for review, sets in took.items() if len(sets) > 1)
    if not shared:
        raise ReviewmineError(
            f"labels of {len(people)} {'person' if len(people) == 1 else 'people'}, no review in common",
            expected="two or more who labelled the same reviews",
            do="name a file of each person, and give both a part of the same queue",
        )
    confused = _confused({review: took[review] for review in shared})
    units = _Units.of(said)
    return Agreement(
        people,
        len(shared),
        len(units.reviews),
        len(labels) - len(told),
        _overall(units, seed),
        _of_sets([list(took[review].values()) for review in shared], shared, seed),
        _pairs(said, people, seed),
        _per_type(said, units, confused, seed),
        confused,
    )


def _said(labels: Sequence[Label], unasked_is_no: bool) -> Said:
    """Return who said what of each review and type, in the order of review and type."""
    said: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for (review, kind, who), one in latest(labels).items():
        said[review, kind][who] = one.verdict
    if unasked_is_no:
        present: dict[str, set[str]] = defaultdict(set)
        for (review, _), votes in said.items():
            present[review].update(votes)
        for review, kind in product(sorted(present), sorted({kind for _, kind in said})):
            said[review, kind] = dict.fromkeys(present[review], "no") | said[review, kind]
    return {key: dict(sorted(said[key].items())) for key in sorted(said)}


def _took(said: Said) -> dict[str, dict[str, frozenset[str]]]:
    """Return the types that each labeller of a review took; none is an answer too, being unsure of all is not."""
    took: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for (review, kind), votes in said.items():
        for who, verdict in votes.items():
            if verdict != "unsure":
                took[review].setdefault(who, set()).update({kind} if verdict == "yes" else ())
    return {
        review: {who: frozenset(kinds) for who, kinds in sorted(sets.items())} for review, sets in sorted(took.items())
    }


@dataclass(frozen=True)
class _Units:
    """Reviews and types with a yes or a no of two or more: numbers of both, and the place of the type."""

    reviews: list[str]
    names: list[str]
    kind: NDArray[np.int64]
    yes: F64
    no: F64
    cells: NDArray[np.int64]
    """For two people: 0 both yes, 1 only the first, 2 only the second, 3 both no; -1 where it is not for two."""

    @classmethod
    def of(cls, said: Said) -> "_Units":
        """Return the units of ``said``."""
        pair = sorted({who for votes in said.values() for who in votes})
        reviews, kinds, yes, no, cells = [], [], [], [], []
        for (review, kind), votes in said.items():
            sure = [verdict for verdict in votes.values() if verdict != "unsure"]
            if len(sure) > 1:
                reviews.append(review)
                kinds.append(kind)
                yes.append(sure.count("yes"))
                no.append(sure.count("no"))
                cells.append(_cell(sure) if len(pair) == 2 else -1)
        names = sorted(set(kinds))
        place = {name: number for number, name in enumerate(names)}
        return cls(
            reviews,
            names,
            np.asarray([place[kind] for kind in kinds], dtype=np.int64),
            np.asarray(yes, dtype=np.float64),
            np.asarray(no, dtype=np.float64),
            np.asarray(cells, dtype=np.int64),
        )

    def figures(self, rows: NDArray[np.int64]) -> tuple[F64, F64]:
        """Return alpha and kappa of each type on ``rows``; alpha of two values is a sum over units."""
        n_types = len(self.names)

        def summed(weights: F64) -> F64:
            return np.bincount(self.kind[rows], weights[rows], n_types).astype(np.float64)

        yes, no, split = summed(self.yes), summed(self.no), summed(self.yes * self.no / (self.yes + self.no - 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            alpha = np.where(yes * no > 0, 1 - (yes + no - 1) * split / (yes * no), np.nan)
        tables = np.stack([summed((self.cells == cell).astype(np.float64)) for cell in range(4)], axis=1)
        return alpha, np.asarray([cohen(table.reshape(2, 2)) for table in tables])


def _cell(sure: Sequence[str]) -> int:
    """Return the place of what two people said in their table of four."""
    return 2 * (sure[0] == "no") + (sure[1] == "no")


def _known(figure: Figure) -> Figure | None:
    """Return a figure, None where it does not exist."""
    return None if math.isnan(figure["value"]) else figure


def _overall(units: _Units, seed: int) -> Figure | None:
    """Return alpha of all decisions together."""
    if not units.reviews:
        return None
    split = units.yes * units.no / (units.yes + units.no - 1)

    def measure(rows: NDArray[np.int64]) -> dict[str, float]:
        yes, no = float(units.yes[rows].sum()), float(units.no[rows].sum())
        return {"alpha": 1 - (yes + no - 1) * float(split[rows].sum()) / (yes * no) if yes * no else math.nan}

    return _known(bootstrap(measure, units.reviews, seed)["alpha"])


def _of_sets(sets: Sequence[Sequence[frozenset[str]]], reviews: Sequence[str], seed: int) -> Figure | None:
    """Return alpha of the types of each review taken together."""
    values = Values.of(sets, masi)
    return _known(bootstrap(lambda rows: {"alpha": values.alpha(rows)}, reviews, seed)["alpha"])


def _pairs(said: Said, people: Sequence[str], seed: int) -> tuple[tuple[str, str, int, Figure | None], ...]:
    """Return kappa of every two people on the decisions that both took."""
    found = []
    for first, second in combinations(people, 2):
        both = {
            key: {who: votes[who] for who in (first, second)}
            for key, votes in said.items()
            if {first, second} <= set(votes)
        }
        units = _Units.of(both)
        if not units.reviews:
            continue
        cells = units.cells

        def measure(rows: NDArray[np.int64], cells: NDArray[np.int64] = cells) -> dict[str, float]:
            return {"kappa": cohen(np.bincount(cells[rows], minlength=4).reshape(2, 2))}

        found.append((first, second, len(cells), _known(bootstrap(measure, units.reviews, seed)["kappa"])))
    return tuple(found)


def _per_type(said: Said, units: _Units, confused: Sequence[Confused], seed: int) -> tuple[TypeAgreement, ...]:
    """Return the agreement on each type that two people spoke of, or that stands in a confused pair."""
    unsure, disputed = defaultdict(set), defaultdict(set)
    for (review, kind), votes in said.items():
        if "unsure" in votes.values():
            unsure[kind].add(review)
        if {"yes", "no"} <= set(votes.values()):
            disputed[kind].add(review)
    for pair in confused:
        for kind in pair.types:
            disputed[kind].update(pair.reviews)

    def measure(rows: NDArray[np.int64]) -> dict[str, float]:
        alpha, kappa = units.figures(rows)
        return {f"{what} {i}": float(x) for what, xs in (("a", alpha), ("k", kappa)) for i, x in enumerate(xs)}

    figures = bootstrap(measure, units.reviews, seed) if units.reviews else {}
    place = {name: number for number, name in enumerate(units.names)}
    rows = []
    for kind in sorted({*units.names, *disputed, *(kind for kind in unsure)}):
        i = place.get(kind)
        here = units.kind == i if i is not None else np.zeros(len(units.reviews), dtype=np.bool_)
        n, one_side = int(here.sum()), int(((units.yes[here] == 0) | (units.no[here] == 0)).sum())
        rows.append(
            TypeAgreement(
                kind,
                n,
                int(units.yes[here].sum()),
                wilson(one_side, n),
                _known(figures[f"a {i}"]) if i is not None else None,
                _known(figures[f"k {i}"]) if i is not None else None,
                tuple(sorted(disputed[kind])),
                tuple(sorted(unsure[kind])),
            )
        )
    return tuple(rows)


def _confused(took: Mapping[str, Mapping[str, frozenset[str]]]) -> tuple[Confused, ...]:
    """Return the pairs of types of which one person took one and another the other, the most frequent first."""
    pairs: dict[tuple[str, str], set[str]] = defaultdict(set)
    seen: dict[str, set[str]] = defaultdict(set)
    for review, sets in took.items():
        for kind in frozenset().union(*sets.values()):
            seen[kind].add(review)
        for one, other in combinations(sets.values(), 2):
            for mine in one - other:
                for theirs in other - one:
                    first, second = sorted((mine, theirs))
                    pairs[first, second].add(review)
    order = sorted(pairs, key=lambda pair: (-len(pairs[pair]), pair))
    return tuple(
        Confused(pair, tuple(sorted(pairs[pair])), wilson(len(pairs[pair]), len(seen[pair[0]] | seen[pair[1]])))
        for pair in order
    )
