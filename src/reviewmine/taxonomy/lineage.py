"""Which type of one version became which of another: ids first, then the steps that lineage keeps."""

from collections.abc import Iterable, Mapping

from reviewmine.taxonomy.model import Taxonomy, Type
from reviewmine.taxonomy.versions import parts

Relation = dict[str, tuple[str, ...]]


def relation(old: Taxonomy, new: Taxonomy) -> Relation:
    """Return for the id of each type in use in ``old`` the ids under which it goes on in ``new``, in order of the file.

    No id: it was deprecated or taken away. Several: it was split. The versions may stand in either order; from a later to
    an earlier one a merged type goes back to all its sources.
    """
    if parts(old.version) > parts(new.version):
        back: dict[str, list[str]] = {one.id: [] for one in old.types if one.status != "deprecated"}
        for before, after in relation(new, old).items():
            for name in after:
                back[name].append(before)
        return {name: tuple(sources) for name, sources in back.items()}
    types = {one.id: one for one in new.types}
    place = {name: number for number, name in enumerate(types)}
    found: Relation = {}
    for one in old.types:
        if one.status != "deprecated":
            ends = _ends(types, one.id, _first_since(types.get(one.id), old.version), frozenset())
            found[one.id] = tuple(sorted(ends, key=place.__getitem__))
    return found


def deprecated_ends(old: Taxonomy, new: Taxonomy) -> Relation:
    """Return the same for the types that ``old`` has deprecated, whose codes may still stand in older rows."""
    types = {one.id: one for one in new.types}
    place = {name: number for number, name in enumerate(types)}
    found: Relation = {}
    for one in old.types:
        if one.status != "deprecated":
            continue
        later = types.get(one.id, one)
        if later.status != "deprecated":
            found[one.id] = (one.id,)
            continue
        told = later if any(step.targets for step in later.lineage) else one
        ends = _ends(types | {one.id: told}, one.id, 0, frozenset())
        found[one.id] = tuple(sorted(ends & set(types), key=place.__getitem__))
    return found


def _first_since(one: Type | None, version: str) -> int:
    """Return the number of the first step of a type that is later than ``version``."""
    steps = one.lineage if one else ()
    return next((n for n, step in enumerate(steps) if parts(step.version) > parts(version)), len(steps))


def _ends(types: Mapping[str, Type], name: str, at: int, seen: frozenset[tuple[str, int]]) -> set[str]:
    """Return the ids in use that the type ``name`` ends in when its steps from number ``at`` on are followed."""
    one = types.get(name)
    if one is None or (name, at) in seen:
        return set()
    seen = seen | {(name, at)}
    for number in range(at, len(one.lineage)):
        step = one.lineage[number]
        if step.op in ("merge", "split") and step.targets:
            ends: set[str] = set()
            for target in step.targets:
                start = number + 1 if target == name else _arrival(types.get(target), name, step.version, step.op)
                ends |= _ends(types, target, start, seen)
            return ends
    return {name} if one.status != "deprecated" else set()


def _arrival(one: Type | None, source: str, version: str, op: str) -> int:
    """Return the number of the step after the one by which ``source`` came into a type."""
    for number, step in enumerate(one.lineage if one else ()):
        if step.op == op and step.version == version and source in step.sources:
            return number + 1
    return _first_since(one, version)


def repointed(texts: Iterable[str], arrows: Mapping[str, str], own: str) -> tuple[str, ...]:
    """Return excludes whose arrows follow ``arrows``, old code to new; what would then point at ``own`` is left out.

    >>> repointed(["долго -> slow", "пропал -> lost"], {"slow": "waiting", "lost": "late"}, own="late")
    ('долго -> waiting',)
    """
    found = []
    for text in texts:
        head, arrow, target = text.rpartition("->")
        new = arrows.get(target.strip()) if arrow else None
        if new is None:
            found.append(text)
        elif new != own:
            found.append(f"{head}-> {new}")
    return tuple(found)
