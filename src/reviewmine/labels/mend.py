"""From agreement to words: the types whose definitions need mending, why, and what `taxonomy gaps` says of them."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reviewmine.errors import ReviewmineError
from reviewmine.labels.agreement import Agreement, Confused, TypeAgreement

TENTATIVE: Final = 0.667
"""Alpha below which a type is no basis for conclusions, even tentative ones (Krippendorff, 2004, p. 241)."""
FEWEST: Final = 3
"""Open reviews from which a definition is said to need mending."""
_UNSURE = 0.2
_DISPUTED = 1 / 3
_MOST_OTHERS = 3

Proposal = Mapping[str, Any]


@dataclass(frozen=True)
class Mend:
    """A type whose definition needs mending. ``reviews`` are disputed or unsure: what better words may settle.

    ``confused`` are the types it is taken for with the number of reviews, ``proposals`` those of ``taxonomy gaps`` on it.
    """

    type: str
    why: tuple[str, ...]
    reviews: tuple[str, ...]
    confused: tuple[tuple[str, int], ...]
    proposals: tuple[Proposal, ...] = ()


def to_mend(found: Agreement, codes: Mapping[str, str], proposals: Sequence[Proposal] = ()) -> tuple[Mend, ...]:
    """Return the types whose definitions need mending, those first whose words may settle most reviews.

    ``codes`` names ids; ``proposals`` are those of ``taxonomy gaps``. A type is listed with three open reviews and alpha
    below .667, or more than a fifth of its reviews unsure; where alpha does not exist, a third of them disputed.
    """
    listed = []
    for one in found.types:
        others = _others(one.type, found.confused)
        why = _reasons(one, [(codes.get(kind, kind), n) for kind, n in others])
        reviews = tuple(sorted({*one.disputed, *one.unsure}))
        if why and len(reviews) >= FEWEST:
            listed.append(Mend(one.type, why, reviews, others, on_types(proposals, codes.get(one.type, one.type))))
    return tuple(sorted(listed, key=lambda mend: (-len(mend.reviews), mend.type)))


def on_types(proposals: Sequence[Proposal], *codes: str) -> tuple[Proposal, ...]:
    """Return the proposals that concern all of ``codes``: a pair that people and texts both confuse is no accident."""
    return tuple(one for one in proposals if set(codes) <= set(one["types"]))


def read_proposals(path: Path) -> tuple[Proposal, ...]:
    """Return the proposals in the JSON file that ``taxonomy gaps`` writes, each with its rank."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["proposals"]
        kept = ("kind", "title", "types", "n")
        return tuple({"rank": rank} | {name: row[name] for name in kept} for rank, row in enumerate(rows, start=1))
    except FileNotFoundError:
        raise ReviewmineError("no such file", where=str(path), do="run `reviewmine taxonomy gaps` first") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ReviewmineError(
            "no proposals in it",
            expected="the .json of `reviewmine taxonomy gaps`",
            where=str(path),
            do="name that file",
        ) from None


def _others(kind: str, confused: Sequence[Confused]) -> tuple[tuple[str, int], ...]:
    """Return the types that ``kind`` is taken for in two reviews or more."""
    counts = Counter(
        {other: len(one.reviews) for one in confused if kind in one.types for other in {*one.types} - {kind}}
    )
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((other, n) for other, n in ranked[:_MOST_OTHERS] if n > 1)


def _reasons(one: TypeAgreement, others: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Return why the definition of a type needs mending; nothing when it does not."""
    seen = max(one.n, len({*one.disputed, *one.unsure}))
    why = []
    if one.alpha and one.alpha["value"] < TENTATIVE:
        why.append("alpha {value:.2f} ({low:.2f}–{high:.2f})".format(**one.alpha) + f", below {TENTATIVE}")
    elif not one.alpha and len(one.disputed) > _DISPUTED * seen:
        why.append(f"disputed in {len(one.disputed)} of {seen} reviews")
    if len(one.unsure) > _UNSURE * seen:
        why.append(f"unsure in {len(one.unsure)} of {seen} reviews")
    return (*why, *(f"taken for {code} in {n} reviews" for code, n in others)) if why else ()
