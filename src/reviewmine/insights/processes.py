"""Which reviews speak of which process or stage: types put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from reviewmine.insights.counts import sums, total
from reviewmine.insights.mentions import Mentions

Process = Literal["owner", "group", "stage"]


@dataclass(frozen=True)
class Spoken:
    """One entry a pair of a review and a process it speaks of: the row, the place of the process, what it counts."""

    review: NDArray[np.int64]
    process: NDArray[np.int64]
    weight: NDArray[np.float64]

    def sums(self, n: int, kept: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """Return what the entries of each of ``n`` processes count, of the reviews that ``kept`` marks or of all."""
        inside = slice(None) if kept is None else kept[self.review]
        return sums(self.process[inside], self.weight[inside], n)


def spoken(mentions: Mentions, place: NDArray[np.int64], kept: NDArray[np.bool_] | None = None) -> Spoken:
    """Return who speaks of what, where ``place`` puts every code of ``mentions`` into a process; -1 into none.

    ``kept`` marks the codes that count. A review counts once for a process however many of its types it mentions:
    the weights of its mentions are added up to one at most (a crosswalk may give it a half of each of two types).
    """
    into = place if kept is None else np.where(kept, place, -1)
    process = into[mentions.type]
    inside = process >= 0
    width = int(place.max(initial=-1)) + 1
    pair, number = np.unique(mentions.review[inside] * max(1, width) + process[inside], return_inverse=True)
    weight = np.minimum(1.0, sums(number, mentions.weight[inside], len(pair)))
    return Spoken(pair // max(1, width), pair % max(1, width), weight)


def known_types(mentions: Mentions, taxonomy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the type of every code of ``mentions``; an empty mapping for a code that is not in the taxonomy."""
    types = {str(kind["code"]): kind for kind in taxonomy["types"]}
    return [types.get(code, {}) for code in mentions.codes]


def of_kind(types: Sequence[Mapping[str, Any]], name: str) -> NDArray[np.bool_]:
    """Return which types are of a kind; one that states none is a complaint, as everywhere."""
    return np.asarray([kind.get("kind", "complaint") == name for kind in types], dtype=bool)


def places(names: Sequence[str], processes: Sequence[str]) -> NDArray[np.int64]:
    """Return the place of every name among ``processes``; -1 of one that is not there."""
    number = {name: i for i, name in enumerate(processes)}
    return np.asarray([number.get(name, -1) for name in names], dtype=np.int64)


def unplaced(mentions: Mentions, place: NDArray[np.int64]) -> dict[str, Any]:
    """Return how many mentioned types are in no process (place -1), with some of their codes and all their mentions."""
    counts = sums(mentions.type, mentions.weight, len(mentions.codes))
    left = [i for i in np.lexsort((np.arange(len(place)), -counts)) if place[i] < 0 and counts[i] > 0]
    codes = [mentions.codes[i] for i in left]
    return {"n_types": len(codes), "n": total(counts[left]), "types": codes[:20]}


def titles_of(taxonomy: Mapping[str, Any], process: Process) -> dict[str, str]:
    """Return the processes of the taxonomy with their titles, in its order."""
    if process == "stage":
        return {stage: stage for stage in stages_of(taxonomy)}
    named = taxonomy.get("owners" if process == "owner" else "groups") or {}
    upper = {code: str(one.get("title") or code) for code, one in named.items() if not one.get("parent")}
    for kind in taxonomy["types"]:  # a plain mapping may leave out what its types name
        name = process_of(kind, taxonomy, process)
        if name:
            upper.setdefault(name, name)
    return upper


def stages_of(taxonomy: Mapping[str, Any]) -> list[str]:
    """Return the stages of the journey in order; those that only types name come last."""
    named = [str(kind["stage"]) for kind in taxonomy["types"] if kind.get("stage")]
    return list(dict.fromkeys([*map(str, taxonomy.get("stages") or ()), *named]))


def process_of(kind: Mapping[str, Any], taxonomy: Mapping[str, Any], process: Process) -> str:
    """Return the process of a type, "" for none; of groups within groups the uppermost."""
    if process != "group":
        return str(kind.get(process) or "")
    groups, code = taxonomy.get("groups") or {}, str(kind.get("parent") or "")
    for _ in range(len(groups)):
        code = str(groups.get(code, {}).get("parent") or "") or code
    return code
