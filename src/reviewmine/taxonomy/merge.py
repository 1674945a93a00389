"""A machine's new draft merged into the file that people curate: it only ever adds."""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reviewmine.corpus.privacy import mask_many
from reviewmine.errors import ReviewmineError
from reviewmine.language.lemmas import lemmas
from reviewmine.language.lexicon import STOP_WORDS
from reviewmine.language.normalize import normalize
from reviewmine.taxonomy.edit import plain_data, with_data
from reviewmine.taxonomy.model import Evidence, Proposal, Taxonomy, Type, checked
from reviewmine.taxonomy.versions import bumped, ids_ever, last_id, next_id

ALIKE: Final = 0.5
"""Two types are taken for one when they share this part of the key words of the one with fewer, and at least two.

A word counts by its rarity among the types: «доставка», which stands in many, says little.
"""
TOPICS: Final = "draft.topics.json"
"""Beside a draft into which a run was merged: topic of that run to code of the draft."""
N_SHOWN: Final = 5
N_REVIEWS: Final = 20
_NUMBERED: Final = re.compile(r"^topic-\d+$")  # the number of one run, another topic in the next


@dataclass(frozen=True)
class Merged:
    """A curated taxonomy after a draft was merged in.

    ``added`` holds the ids of new proposals, ``known`` draft code to the code of the type that it is, ``declined`` draft
    code to the title of the proposal that a person once deleted or a type that was deprecated.
    """

    text: str
    taxonomy: Taxonomy
    added: tuple[str, ...]
    known: Mapping[str, str]
    declined: Mapping[str, str]


@dataclass(frozen=True)
class _Sign:
    """By what a type is recognised, and what becomes of a draft type that is the same."""

    words: frozenset[str]
    titles: frozenset[str]
    code: str
    name: str
    in_use: bool


def merge_draft(
    text: str, draft: Taxonomy, evidence: Mapping[str, Evidence] | None = None, where: str = "the curated taxonomy"
) -> Merged:
    """Return the curated ``text`` with the types of ``draft`` that it does not have yet, as ``status: draft``.

    Nothing that stands in ``text`` changes but the version (minor), ``last_id`` and ``proposals``; without a new type it
    comes back as it is. A draft type is known when its title, its words or one of its examples are those of a type, under
    the words of today or those it was proposed with. What a person deleted or deprecated is not proposed again.
    ``evidence`` is by draft code.
    """
    data = plain_data(text, where)
    curated = checked(data, where)
    signs = list(_signs(curated))
    weights = _weights(curated)
    fresh: list[Type] = []
    known: dict[str, str] = {}
    declined: dict[str, str] = {}
    for one in draft.types:
        if one.status == "deprecated":
            continue
        found = _recognised(one, signs, weights)
        if found is None:
            fresh.append(one)
        elif found.in_use:
            known[one.code] = found.code
        else:
            declined[one.code] = found.name
    if not fresh:
        return Merged(text, curated, (), known, declined)
    parents = _parents(draft, curated, known)
    ids, codes = ids_ever(curated), {one.code for one in curated.types} | _old_codes(curated)
    added = []
    for one in fresh:
        name = next_id(ids)
        ids.add(name)
        code = _code(one, name, codes)
        codes.add(code)
        added.append(_proposed(one, name, code, parents.get(one.parent, ""), (evidence or {}).get(one.code)))
    version = bumped(curated.version, "minor")
    for row in added:
        row["lineage"] = [{"op": "add", "version": version}]
    notes = [_remembered(one, row["id"]).model_dump(mode="json") for row, one in zip(added, fresh, strict=True)]
    new = data | {"version": version, "types": [*data["types"], *added], "last_id": last_id(ids)}
    new["proposals"] = [*(data.get("proposals") or []), *notes]
    result = with_data(text, new, where)
    taxonomy = checked(plain_data(result, where), where)
    return Merged(result, taxonomy, tuple(row["id"] for row in added), known, declined)


def remembering(draft: Taxonomy) -> Taxonomy:
    """Return a draft that remembers its types as proposals, so that what a person deletes from it does not come back."""
    known = {one.id for one in draft.proposals}
    proposals = tuple(_remembered(one, one.id) for one in draft.types if one.id not in known)
    return draft.model_copy(update={"last_id": last_id(ids_ever(draft)), "proposals": (*draft.proposals, *proposals)})


def _remembered(one: Type, name: str) -> Proposal:
    """Return what is remembered of a proposed type under the id ``name``."""
    return Proposal(id=name, title=one.title, words=tuple(sorted(_words(one))))


def _signs(curated: Taxonomy) -> Iterator[_Sign]:
    """Yield by what each type and each remembered proposal is recognised, types in use first."""
    now = {one.id: one for one in curated.types}
    for one in sorted(curated.types, key=lambda one: one.status == "deprecated"):
        texts = frozenset(normalize(text) for text in (one.title, *one.include))
        yield _Sign(_words(one), texts, one.code, one.title, one.status != "deprecated")
    for old in curated.proposals:
        kept = now.get(old.id)
        in_use = kept is not None and kept.status != "deprecated"
        code = kept.code if kept else ""
        yield _Sign(frozenset(old.words), frozenset([normalize(old.title)]), code, old.title, in_use)


def _weights(curated: Taxonomy) -> dict[str, float]:
    """Return what each word of the types counts: the logarithm of how rare it is (Spärck Jones, 1972).

    Types that a redraft brought do not count, else a proposal would change what the next draft is recognised by.
    """
    proposed = {one.id for one in curated.proposals}
    brought = {one.id for one in curated.types if one.id in proposed and any(step.op == "add" for step in one.lineage)}
    texts = [_words(one) for one in curated.types if one.id not in brought]
    counts = Counter(word for words in texts for word in words)
    return {word: math.log((1 + len(texts)) / n) for word, n in counts.items()}


def _recognised(one: Type, signs: Sequence[_Sign], weights: Mapping[str, float]) -> _Sign | None:
    """Return the sign that a draft type is recognised by: the same title or example, else the most words in common."""
    texts = frozenset(normalize(text) for text in (one.title, *one.include)) - {""}
    same = next((sign for sign in signs if texts & sign.titles), None)
    if same:
        return same
    words = _words(one)
    best = max(signs, key=lambda sign: _alike(words, sign.words, weights), default=None)
    return best if best and _alike(words, best.words, weights) >= ALIKE else None


def _alike(words: frozenset[str], others: frozenset[str], weights: Mapping[str, float]) -> float:
    """Return the overlap coefficient of two sets of weighted words; 0 when they share fewer than two."""
    if len(words & others) < 2:
        return 0.0
    new = math.log(1 + len(weights)) or 1.0  # a word that no type has yet
    shared, first, second = (
        math.fsum(weights.get(word, new) for word in part) for part in (words & others, words, others)
    )
    return shared / min(first, second)


def _words(one: Type) -> frozenset[str]:
    """Return the lemmas of the title and the patterns of a type, without stop words."""
    return frozenset(word for text in (one.title, *one.patterns) for word in lemmas(text) if word not in STOP_WORDS)


def _parents(draft: Taxonomy, curated: Taxonomy, known: Mapping[str, str]) -> dict[str, str]:
    """Return for each group of the draft the curated group in which most of its known types stand."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in draft.types:
        if one.code in known and one.parent:
            parent = curated.type(known[one.code]).parent
            votes[one.parent].update([parent] if parent else [])
    return {group: min(count, key=lambda name: (-count[name], name)) for group, count in votes.items() if count}


def _old_codes(curated: Taxonomy) -> set[str]:
    """Return the codes that types had before they were renamed."""
    return {code for one in curated.types for step in one.lineage if step.op == "rename" for code in step.sources}


def _code(one: Type, name: str, taken: set[str]) -> str:
    """Return the code of a proposal: its own when that means something and is free, else one made from its id."""
    if not _NUMBERED.match(one.code) and one.code not in taken:
        return one.code
    code = f"draft-{name.lower()}"
    while code in taken:
        code += "-new"
    return code


def _proposed(one: Type, name: str, code: str, parent: str, evidence: Evidence | None) -> dict[str, Any]:
    """Return a draft type as the plain data of a proposal."""
    said = one.model_dump(
        mode="json", include={"title", "kind", "severity", "sla_hours", "definition", "include", "patterns"}
    )
    data = {"id": name, "code": code, "title": said.pop("title")} | ({"parent": parent} if parent else {})
    data |= {key: value for key, value in said.items() if key in one.model_fields_set and value not in ("", [])}
    data["status"] = "draft"
    found = evidence or one.evidence
    if found:
        data["evidence"] = found.model_dump(mode="json")
    return data


def read_evidence(draft_path: Path) -> dict[str, Evidence]:
    """Return by the codes of a draft what ``evidence.jsonl`` and ``assignments.csv`` beside it say; nothing without them.

    Where ``draft.topics.json`` says under which codes the draft has the topics, several topics may be one type.
    """
    return run_evidence(draft_path.parent, _topic_codes(draft_path.with_name(TOPICS)))


def run_evidence(folder: Path, codes: Mapping[str, str] | None = None) -> dict[str, Evidence]:
    """Return by topic what the run in ``folder`` rests on, by ``codes`` of topics where they are given.

    Counts are those of all statements of a topic; without assignments, those of the evidence. Examples are masked,
    whatever the file shows.
    """
    path = folder / "evidence.jsonl"
    if not path.is_file():
        return {}
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
                code = _code_of(row["topic"], codes)
                rows[code].append({"review_id": str(row["review_id"]), "text": str(row["text"])})
            except (ValueError, KeyError, TypeError) as error:
                place = f"{path}, line {number}"
                raise ReviewmineError("not a line of evidence", where=place, do="discover again") from error
    sizes = _sizes(folder / "assignments.csv", codes)
    return {code: _evidence(found, sizes.get(code, len(found))) for code, found in sorted(rows.items()) if code}


def _code_of(topic: Any, codes: Mapping[str, str] | None) -> str:
    """Return the code of a topic; "" for one that the draft does not have."""
    return str(topic) if codes is None else codes.get(str(topic), "")


def _topic_codes(path: Path) -> dict[str, str] | None:
    """Return topic of the last run to code of the draft, as a redraft noted it; None where the draft is that of the run."""
    if not path.is_file():
        return None
    try:
        return {str(topic): str(code) for topic, code in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, AttributeError) as error:
        raise ReviewmineError("not a JSON object of codes", where=str(path), do="discover again") from error


def _sizes(path: Path, codes: Mapping[str, str] | None) -> dict[str, int]:
    """Return the number of statements of each topic, by its code in the draft."""
    if not path.is_file():
        return {}
    from reviewmine.files import read_table  # noqa: PLC0415

    frame = read_table(path)
    counts: Counter[str] = Counter()
    for topic, n in frame["topic"].value_counts().items() if "topic" in frame else ():
        counts[_code_of(topic, codes)] += int(n)
    return dict(counts)


def _evidence(rows: Sequence[Mapping[str, str]], n: int) -> Evidence:
    """Return the evidence of one topic: the first reviews and examples, none twice."""
    reviews = tuple(dict.fromkeys(row["review_id"][:2000] for row in rows))[:N_REVIEWS]
    examples = list(dict.fromkeys(" ".join(row["text"].split())[:200] for row in rows))[:N_SHOWN]
    return Evidence(n=n, reviews=reviews, examples=tuple(mask_many(examples)))
