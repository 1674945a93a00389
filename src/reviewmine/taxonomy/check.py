"""What is doubtful in a taxonomy that is well formed: findings for the person who curates it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from reviewmine.language.normalize import normalize
from reviewmine.taxonomy.model import Taxonomy, Type
from reviewmine.taxonomy.versions import parts

OLD_DRAFT: Final = 3
"""A draft that was there this many minor or major versions ago waits for a decision."""


@dataclass(frozen=True)
class Finding:
    """One doubt: ``error`` breaks the contract, ``warning`` deserves a look."""

    level: Literal["error", "warning"]
    code: str
    what: str


def check_taxonomy(taxonomy: Taxonomy) -> list[Finding]:
    """Return the findings on ``taxonomy``, errors first; an empty list means none."""
    checks = (_references, _wording, _shared_texts, _idle, _history, _waiting, _elsewhere)
    found = [finding for check in checks for finding in check(taxonomy)]
    return sorted(found, key=lambda finding: (finding.level, finding.code))


def _in_use(taxonomy: Taxonomy) -> list[Type]:
    """Return the types that are not deprecated."""
    return [one for one in taxonomy.types if one.status != "deprecated"]


def _references(taxonomy: Taxonomy) -> Iterator[Finding]:
    """An exclude that names a type points at one that exists and is in use, and not at itself."""
    status = {one.code: one.status for one in taxonomy.types}
    for one in _in_use(taxonomy):
        for text in one.exclude:
            target = text.rpartition("->")[2].strip()
            if "->" in text and target not in status:
                yield Finding("error", one.code, f"exclude points at {target!r}, which is no type")
            elif "->" in text and status[target] == "deprecated":
                yield Finding("warning", one.code, f"exclude points at {target!r}, which is deprecated")
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
    """No two types in use share a title, a definition, a pattern or an include example."""
    for name in ("title", "definition", "patterns", "include"):
        owners: dict[str, list[Type]] = defaultdict(list)
        for one in _in_use(taxonomy):
            value = getattr(one, name)
            for text in {normalize(text) for text in ((value,) if isinstance(value, str) else value)} - {""}:
                owners[text].append(one)
        for text, types in sorted(owners.items()):
            if len(types) > 1:
                codes = ", ".join(one.code for one in types)
                yield Finding("warning", types[0].code, f"{name} {text[:60]!r} is shared by {codes}")


def _idle(taxonomy: Taxonomy) -> Iterator[Finding]:
    """Every owner has a type in use, every group two children at least: types in use, or groups."""
    used = _in_use(taxonomy)
    for owner in taxonomy.owners:
        if not any(one.owner == owner for one in used):
            yield Finding("warning", owner, "is an owner without types")
    parents = [one.parent for one in used] + [one.parent for one in taxonomy.groups.values()]
    for group in taxonomy.groups:
        count = parents.count(group)
        if count < 2:
            yield Finding("warning", group, "is a group with one child" if count else "is an empty group")


def _history(taxonomy: Taxonomy) -> Iterator[Finding]:
    """Lineage names types that exist and versions that have been, and a code never passes from one id to another."""
    ids = {one.id: one.code for one in taxonomy.types}
    once = {code: one for one in taxonomy.types for step in one.lineage if step.op == "rename" for code in step.sources}
    for one in taxonomy.types:
        former = once.get(one.code)
        if former is not None and former.id != one.id:
            yield Finding("error", one.code, f"the code was that of {former.id} ({former.code}) before")
        for step in one.lineage:
            named = (*(step.sources if step.op in ("merge", "split") else ()), *step.targets)
            yield from (
                Finding("warning", one.code, f"lineage names {name!r}, which is no id of a type")
                for name in sorted(set(named) - set(ids))
            )
            if parts(step.version) > parts(taxonomy.version):
                what = f"lineage names version {step.version}, later than {taxonomy.version}"
                yield Finding("warning", one.code, what)


def _waiting(taxonomy: Taxonomy) -> Iterator[Finding]:
    """A draft is decided upon before many versions have passed."""
    steps = {step.version for one in taxonomy.types for step in one.lineage} | {taxonomy.version}
    releases = {parts(version)[:2] for version in steps if parts(version)}
    for one in taxonomy.types:
        born = next((parts(step.version)[:2] for step in one.lineage if parts(step.version)), ())
        passed = sum(release > born for release in releases) if born else 0
        if one.status == "draft" and passed >= OLD_DRAFT:
            yield Finding("warning", one.code, f"has been a draft for {passed} versions")


def _elsewhere(taxonomy: Taxonomy) -> Iterator[Finding]:
    """An include example meets no pattern of several words of another type of its kind better than those of its own."""
    used = [one for one in _in_use(taxonomy) if one.status == "active" and one.patterns]
    if not any(one.include for one in used):
        return
    from reviewmine.taxonomy.patterns import Patterns  # noqa: PLC0415 (the dictionary is large)

    patterns = Patterns(used)
    for number, one in enumerate(used):
        for text in one.include:
            met = patterns.met(text)
            own = max(met.get(number, 0), 1)
            others = [used[i].code for i in sorted(met) if met[i] > own and used[i].kind == one.kind]
            if others:
                what = f"include {text[:60]!r} meets a pattern of {', '.join(others)} better than its own"
                yield Finding("warning", one.code, what)
