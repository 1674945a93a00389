"""Topics to a draft taxonomy that a person can curate."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from reviewmine.discover.topics import Topics
from reviewmine.language.lexicon import COMPLAINT, PRAISE
from reviewmine.taxonomy.model import Group, Kind, Taxonomy, Type
from reviewmine.taxonomy.versions import ids_ever, next_id

_EXAMPLES = 3
_PATTERNS = 6


def topic_codes(n_topics: int) -> list[str]:
    """Return the codes of the topics, in order of size: ``topic-01`` is the largest."""
    width = max(2, len(str(n_topics)))
    return [f"topic-{number:0{width}}" for number in range(1, n_topics + 1)]


def draft_taxonomy(
    name: str,
    codes: Sequence[str],
    names: Sequence[str],
    parents: Sequence[str],
    topics: Topics,
    sizes: Sequence[int],
    evidence: Sequence[dict[str, Any]],
) -> Taxonomy:
    """Return a taxonomy whose types are the topics, all of status draft, in groups named ``parents``, the uppermost last."""
    above = [number + len(topics.upper) if number >= 0 else -1 for number in topics.upper]
    groups = {
        _group_code(number): Group(title=title, parent=_group_code(above[number] if number < len(above) else -1))
        for number, title in enumerate(parents)
    }
    types = [
        Type(
            id=f"D{number + 1:03}",
            code=code,
            title=names[number],
            parent=_group_code(topics.group[number]),
            kind=_kind([word for word, _ in topics.words[number]]),
            definition=f"Черновик по {sizes[number]} высказываниям; слова: {', '.join(_plain(topics.words[number], 8))}.",
            include=tuple(row["text"][:200] for row in evidence if row["topic"] == code and row["role"] == "central")[
                :_EXAMPLES
            ],
            patterns=_plain(topics.words[number], _PATTERNS),
            status="draft",
        )
        for number, code in enumerate(codes)
    ]
    return Taxonomy(taxonomy=f"{name}-draft", groups=groups, types=tuple(types))


def _group_code(number: int) -> str:
    """Return the code of a group; "" for none."""
    return f"group-{number + 1:02}" if number >= 0 else ""


def guided_codes(codes: Sequence[str], taken: AbstractSet[str]) -> list[str]:
    """Return ``codes`` with a code in place of each "": ``topic-01`` and so on in their order, none that is ``taken``.

    >>> guided_codes(["late", "", ""], {"late", "lost", "topic-01"})
    ['late', 'topic-02', 'topic-03']
    """
    n_taken = sum(code.startswith("topic-") for code in taken)
    free = iter([code for code in topic_codes(codes.count("") + n_taken) if code not in taken])
    return [code or next(free) for code in codes]


def guided_draft(guide: Taxonomy, draft: Taxonomy) -> Taxonomy:
    """Return ``guide`` as it is, under the name of ``draft``, with those types of ``draft`` behind it that it does not have.

    They get the next free ids, and the group in which most of their neighbours among the known types stand.
    """
    parents = {one.code: one.parent for one in guide.types}
    around: dict[str, Counter[str]] = {}
    for one in draft.types:
        around.setdefault(one.parent, Counter()).update(filter(None, [parents.get(one.code)]))
    ids, new = ids_ever(guide), []
    for one in draft.types:
        if one.code not in parents:
            near = around[one.parent] if one.parent else Counter()
            parent = min(near, key=lambda name: (-near[name], name), default="")
            new.append(one.model_copy(update={"id": next_id(ids), "parent": parent}))
            ids.add(new[-1].id)
    return guide.model_copy(
        update={"taxonomy": draft.taxonomy, "types": (*guide.types, *new)} | ({"last_id": new[-1].id} if new else {})
    )


def _plain(words: Sequence[tuple[str, float]], n: int) -> tuple[str, ...]:
    """Return the first key words as people write them: «не работать», not «не_работать»."""
    return tuple(word.replace("_", " ") for word, _ in words[:n])


def _kind(words: Sequence[str]) -> Kind:
    """Return gratitude for a topic whose key words praise, else complaint; the curator decides."""
    praise = sum(word in PRAISE for word in words[:5])
    complaint = sum(word in COMPLAINT or word.startswith("не_") for word in words[:5])
    return "gratitude" if praise >= 2 and praise > complaint else "complaint"
