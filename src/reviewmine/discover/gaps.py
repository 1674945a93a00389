"""A taxonomy against what customers say: new types, splits, merges, conflicts and dead types, each with its operation."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from reviewmine.corpus.privacy import mask_many, without_masks
from reviewmine.discover.fit import Fit, fit_taxonomy
from reviewmine.discover.misfits import Kind, Misfit, find_misfits
from reviewmine.discover.naming import name_topics
from reviewmine.discover.topics import Topics
from reviewmine.embed.domain import content_lemmas
from reviewmine.intervals import Figure, wilson
from reviewmine.taxonomy.model import Taxonomy, Type
from reviewmine.taxonomy.operations import AnyOperation, operations_data, operations_text, parse_operations
from reviewmine.taxonomy.versions import former_codes, ids_ever, next_id

MAX_PROPOSALS: Final = 60
N_EVIDENCE: Final = 20
N_EXAMPLES: Final = 5
_MAX_SHOWN = 200  # characters of an example
_NAMED = 200  # reviews of a proposal that its name is drawn from
_BACKGROUND = 2_000  # other reviews that a name has to tell it from
_WORDS = 12
_MAX_EXCLUDES = 200
_ORDER = ("edit", "add", "split", "merge", "deprecate")
"""What an operations file does first: what names a type before what ends it."""


@dataclass(frozen=True)
class Proposal:
    """A change of the taxonomy, and what speaks for it.

    ``types`` are the codes concerned; ``n`` reviews of ``of`` are a share with its 95 % interval (Wilson, 1927): of all
    reviews, for a split of those of the type; for a dead type only the upper end tells. ``reviews`` are the ids of
    all of them, ``evidence`` the most central 20, ``examples`` masked texts. ``score`` is the expected number of reviews
    that get a better place, less for doubt. ``operation`` is plain data as ``taxonomy apply`` takes it.
    """

    kind: Kind
    title: str
    types: tuple[str, ...]
    n: int
    share: Figure
    score: float
    note: str
    evidence: tuple[str, ...]
    examples: tuple[str, ...]
    operation: Mapping[str, Any]
    reviews: tuple[str, ...]


@dataclass(frozen=True)
class Gaps:
    """Proposals, the best first; ``n_unknown`` reviews carry a code that the taxonomy does not have."""

    proposals: tuple[Proposal, ...]
    n_reviews: int
    n_labelled: int
    n_unknown: int
    by_people: bool

    def operations(self) -> tuple[AnyOperation, ...]:
        """Return the operations of all proposals in an order in which they can be applied together."""
        data = [dict(one.operation) for one in self.proposals]
        return parse_operations(sorted(data, key=lambda one: _ORDER.index(one["op"])))

    def operations_text(self) -> str:
        """Return the operations as the YAML file that ``taxonomy apply`` takes."""
        return operations_text(self.operations())

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return asdict(self) | {"operations": operations_data(self.operations())}


def find_gaps(
    units: pd.DataFrame,
    taxonomy: Taxonomy,
    types: Mapping[str, Sequence[str]] | None = None,
    topics: Mapping[str, str] | None = None,
    *,
    encoder: str = "domain",
    seed: int = 13,
) -> Gaps:
    """Return what to change in ``taxonomy`` so that it fits ``units``, a frame with ``review_id`` and ``text``.

    ``types`` are codes by review, of people or of a model that was sure; without any, types are known by their title,
    definition, examples and patterns. ``topics`` are those of an earlier discovery by review; ``rest`` is none. The
    order of rows does not matter. Raises ``ReviewmineError`` for fewer than 20 reviews.
    """
    fit = fit_taxonomy(units, taxonomy, types, topics, encoder=encoder, seed=seed)
    found = find_misfits(fit, seed)[:MAX_PROPOSALS]
    shown = _masked(fit, found)
    names = _names(fit, found, shown)
    fresh = _fresh_codes(taxonomy)
    proposals = tuple(_proposal(fit, one, name, taxonomy, fresh, shown) for one, name in zip(found, names, strict=True))
    return Gaps(proposals, len(fit.ids), int(fit.labelled.sum()), fit.n_unknown, fit.by_people)


def _masked(fit: Fit, found: Sequence[Misfit]) -> dict[int, str]:
    """Return the masked texts of the rows that candidates are shown and named by."""
    rows = {row for one in found for row in one.rows[:_NAMED]}
    step = max(1, len(fit.ids) // _BACKGROUND)
    chosen = sorted(rows | set(range(0, len(fit.ids), step)))
    return dict(zip(chosen, mask_many([fit.written[row] for row in chosen]), strict=True))


def _names(fit: Fit, found: Sequence[Misfit], shown: Mapping[int, str]) -> list[str]:
    """Return a name for each new type, and for the part that a split takes out; the other kinds have none."""
    named = [number for number, one in enumerate(found) if one.kind in {"new", "split"}]
    pairs = [(row, place) for place, number in enumerate(named) for row in found[number].rows[:_NAMED]]
    inside = {row for row, _ in pairs}
    pairs += [(row, len(named)) for row in sorted(shown) if row not in inside]
    texts = [without_masks(shown[row]) for row, _ in pairs]
    topic = np.asarray([place for _, place in pairs], dtype=np.int64)
    n_topics = len(named) + 1
    drawn = name_topics(texts, topic, Topics(_key_words(texts, topic, n_topics), (-1,) * n_topics))
    names = [""] * len(found)
    for place, number in enumerate(named):
        names[number] = drawn[place]
    return names


def _key_words(texts: Sequence[str], topic: Any, n_topics: int) -> tuple[tuple[tuple[str, float], ...], ...]:
    """Return the words of each topic that stand in more of its texts than elsewhere."""
    counts = [Counter[str]() for _ in range(n_topics)]
    for text, number in zip(texts, topic, strict=True):
        counts[number].update(set(content_lemmas(text)))
    total = sum(counts, Counter[str]())
    weighed = [{word: n * n / total[word] for word, n in own.items()} for own in counts]
    return tuple(tuple(sorted(own.items(), key=lambda pair: (-pair[1], pair[0]))[:_WORDS]) for own in weighed)


def _fresh_codes(taxonomy: Taxonomy) -> Iterator[str]:
    """Yield codes for new types that no type ever had."""
    ids, taken = ids_ever(taxonomy), set(former_codes(taxonomy)) | {one.code for one in taxonomy.types}
    while True:
        name = next_id(ids)
        ids.add(name)
        code = f"draft-{name.lower()}"
        if code not in taken:
            yield code


def _proposal(
    fit: Fit, one: Misfit, name: str, taxonomy: Taxonomy, fresh: Iterator[str], shown: Mapping[int, str]
) -> Proposal:
    """Return a candidate in words, with its operation."""
    share = wilson(one.n, one.of)
    listed = (" ".join(shown[row].split())[:_MAX_SHOWN] for row in one.rows[:N_EVIDENCE])
    examples = tuple(dict.fromkeys(text for text in listed if text))[:N_EXAMPLES]
    reviews = tuple(fit.ids[row] for row in one.rows)
    concerned = [taxonomy.type(code) for code in one.types]
    titles = [kind.title for kind in concerned]
    title = {
        "new": name,
        "split": f"{titles[0]} -> {name}" if titles else name,
        "merge": " + ".join(titles),
        "conflict": " / ".join(titles),
        "dead": "".join(titles),
    }[one.kind]
    operation = _operation(one, name, concerned, reviews[:N_EVIDENCE], examples, fresh)
    score, evidence = round(one.score, 2), reviews[:N_EVIDENCE]
    return Proposal(one.kind, title, one.types, one.n, share, score, one.note, evidence, examples, operation, reviews)


def _operation(
    one: Misfit,
    name: str,
    concerned: Sequence[Type],
    reviews: Sequence[str],
    examples: Sequence[str],
    fresh: Iterator[str],
) -> dict[str, Any]:
    """Return the lineage operation of a candidate, as plain data."""
    reason = f"{one.n} / {one.of}: {one.note}"
    if one.kind in {"new", "split"}:
        evidence = {"n": one.n, "reviews": list(reviews), "examples": list(examples)}
        made = {"code": next(fresh), "title": name, "status": "draft", "include": list(examples), "evidence": evidence}
        if one.kind == "new":
            return {"op": "add", "type": made, "reason": reason}
        return {"op": "split", "type": one.types[0], "into": [one.types[0], made], "reason": reason}
    if one.kind == "merge":
        return {"op": "merge", "types": list(one.types[:1]), "into": one.types[1], "reason": reason}
    if one.kind == "dead":
        return {"op": "deprecate", "type": one.types[0], "reason": reason}
    apart = [f"{text.replace('->', '→')} -> {one.types[1]}" for text in examples[:1]]
    excludes = list(dict.fromkeys([*concerned[0].exclude, *apart]))[:_MAX_EXCLUDES]
    return {"op": "edit", "type": one.types[0], "set": {"exclude": excludes}, "reason": reason}
