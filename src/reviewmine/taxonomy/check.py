"""What is doubtful in a taxonomy that is well formed: findings for the person who curates it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reviewmine.language.normalize import normalize
from reviewmine.taxonomy.model import Taxonomy, Type


@dataclass(frozen=True)
class Finding:
    """One doubt: ``error`` breaks the contract, ``warning`` deserves a look."""

    level: Literal["error", "warning"]
    code: str
    what: str


def check_taxonomy(taxonomy: Taxonomy) -> list[Finding]:
    """Return the findings on ``taxonomy``, errors first; an empty list means none."""
    found = [finding for check in (_references, _wording, _shared_texts, _idle) for finding in check(taxonomy)]
    return sorted(found, key=lambda finding: (finding.level, finding.code))


def _references(taxonomy: Taxonomy) -> Iterator[Finding]:
    """An exclude that names a type points at one that exists, and not at itself."""
    codes = {one.code for one in taxonomy.types}
    for one in taxonomy.types:
        for text in one.exclude:
            target = text.rpartition("->")[2].strip()
            if "->" in text and target not in codes:
                yield Finding("error", one.code, f"exclude points at {target!r}, which is no type")
            if target == one.code:
                yield Finding("error", one.code, "exclude points at the type itself")


def _wording(taxonomy: Taxonomy) -> Iterator[Finding]:
    """A type in use says what it means, and whose it is."""
    for one in taxonomy.types:
        if one.status != "active":
            continue
        missing = [name for name in ("definition", "owner", "include") if not getattr(one, name)]
        if missing:
            yield Finding("warning", one.code, f"has no {', '.join(missing)}")


def _shared_texts(taxonomy: Taxonomy) -> Iterator[Finding]:
    """No two types share a title, a definition, a pattern or an include example."""
    for name in ("title", "definition", "patterns", "include"):
        owners: dict[str, list[Type]] = defaultdict(list)
        for one in taxonomy.types:
            value = getattr(one, name)
            for text in {normalize(text) for text in ((value,) if isinstance(value, str) else value)} - {""}:
                owners[text].append(one)
        for text, types in sorted(owners.items()):
            if len(types) > 1:
                codes = ", ".join(one.code for one in types)
                yield Finding("warning", types[0].code, f"{name} {text[:60]!r} is shared by {codes}")


def _idle(taxonomy: Taxonomy) -> Iterator[Finding]:
    """Every owner has a type, every group at least two."""
    for owner in taxonomy.owners:
        if not any(one.owner == owner for one in taxonomy.types):
            yield Finding("warning", owner, "is an owner without types")
    for group in taxonomy.groups:
        count = sum(one.parent == group for one in taxonomy.types)
        if count < 2:
            yield Finding("warning", group, f"is a group with {count} types")
