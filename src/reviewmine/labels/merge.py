"""Files of several people made one: nothing lost, nothing twice, and where two persons disagree said so."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from reviewmine.labels.store import Label, latest
from reviewmine.taxonomy.model import Taxonomy

CONFLICT_COLUMNS = ("review", "type", "code", "yes", "no", "unsure")


@dataclass(frozen=True)
class Conflict:
    """A review and a type on which persons disagree: the last word of each, sorted by who."""

    review: str
    type: str
    yes: tuple[Label, ...]
    no: tuple[Label, ...]
    unsure: tuple[Label, ...]


@dataclass(frozen=True)
class Merged:
    """The labels of all stores in the order in which they were given, and where persons disagree."""

    labels: tuple[Label, ...]
    conflicts: tuple[Conflict, ...]


def merged(*stores: Iterable[Label]) -> Merged:
    """Return the union of stores, oldest first, whatever the order of the stores; what they share stands once.

    A label that one store holds twice (yes, no, yes again within a second) is kept twice: it is that store's history.
    """
    blocks: dict[tuple[str, str], list[Label]] = {}
    for store in stores:
        told: dict[tuple[str, str], list[Label]] = {}
        for one in store:
            told.setdefault((one.when, one.who), []).append(one)
        for key, lines in told.items():
            known = blocks.setdefault(key, [])
            spare = Counter(known)
            for one in lines:
                if spare[one]:
                    spare[one] -= 1
                else:
                    known.append(one)
    labels = tuple(one for key in sorted(blocks) for one in blocks[key])
    return Merged(labels, tuple(conflicts_of(labels)))


def conflicts_of(labels: Iterable[Label]) -> list[Conflict]:
    """Return the reviews and types to which one person says yes and another no, sorted; rules and imports have no say."""
    told: dict[tuple[str, str], list[Label]] = {}
    for (review, kind, _), one in sorted(latest(labels).items()):
        if one.how == "person":
            told.setdefault((review, kind), []).append(one)
    found = []
    for (review, kind), words in told.items():
        yes, no, unsure = (tuple(one for one in words if one.verdict == verdict) for verdict in ("yes", "no", "unsure"))
        if yes and no:
            found.append(Conflict(review, kind, yes, no, unsure))
    return found


def conflict_table(conflicts: Sequence[Conflict], taxonomy: Taxonomy | None = None) -> pd.DataFrame:
    """Return conflicts as a table, a row each: who said yes, no and unsure, joined by ``|``; codes by ``taxonomy``."""
    codes = {one.id: one.code for one in taxonomy.types} if taxonomy else {}
    rows = [
        (
            one.review,
            one.type,
            codes.get(one.type, ""),
            *("|".join(x.who for x in side) for side in (one.yes, one.no, one.unsure)),
        )
        for one in conflicts
    ]
    return pd.DataFrame(rows, columns=list(CONFLICT_COLUMNS))
