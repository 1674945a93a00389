"""Topics to a draft taxonomy that a person can curate."""

from collections.abc import Sequence
from typing import Any

from reviewmine.discover.topics import Topics
from reviewmine.language.lexicon import COMPLAINT, PRAISE
from reviewmine.taxonomy.model import Kind, Taxonomy, Titled, Type

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
    """Return a taxonomy whose types are the topics, all of status draft, in groups named ``parents``."""
    groups = {f"group-{number:02}": Titled(title=title) for number, title in enumerate(parents, start=1)}
    types = [
        Type(
            id=f"D{number + 1:03}",
            code=code,
            title=names[number],
            parent=f"group-{topics.group[number] + 1:02}" if topics.group[number] >= 0 else "",
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


def _plain(words: Sequence[tuple[str, float]], n: int) -> tuple[str, ...]:
    """Return the first key words as people write them: «не работать», not «не_работать»."""
    return tuple(word.replace("_", " ") for word, _ in words[:n])


def _kind(words: Sequence[str]) -> Kind:
    """Return gratitude for a topic whose key words praise, else complaint; the curator decides."""
    praise = sum(word in PRAISE for word in words[:5])
    complaint = sum(word in COMPLAINT or word.startswith("не_") for word in words[:5])
    return "gratitude" if praise >= 2 and praise > complaint else "complaint"
