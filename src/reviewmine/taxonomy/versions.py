"""Versions and ids: what a change makes of a version, which id comes next, what a taxonomy was at an earlier version."""

import re
from collections.abc import Iterable
from typing import Literal

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.model import Group, Taxonomy, Type

Level = Literal["patch", "minor", "major"]
LEVELS: tuple[Level, ...] = ("patch", "minor", "major")
MAX_NUMBER = 999_999
_ID = re.compile(r"^([A-Za-z]{0,3})(\d{1,6})$")
_VERSION = re.compile(r"^\d+(?:\.\d+)*$")


def parts(version: str) -> tuple[int, ...]:
    """Return a version as numbers that compare; nothing for a text that is no version.

    >>> parts("1.10.0") > parts("1.9.2"), parts("")
    (True, ())
    """
    return tuple(map(int, version.split("."))) if _VERSION.match(version) else ()


def bumped(version: str, level: Level) -> str:
    """Return the version after a change of ``level`` (semver.org).

    >>> bumped("1.4.2", "minor"), bumped("1.4.2", "major")
    ('1.5.0', '2.0.0')
    """
    major, minor, patch = parts(version)
    if level == "major":
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if level == "minor" else f"{major}.{minor}.{patch + 1}"


def highest(levels: Iterable[Level]) -> Level:
    """Return the greatest of ``levels``; patch when there is none.

    >>> highest(["minor", "patch"])
    'minor'
    """
    return max(levels, key=LEVELS.index, default="patch")


def ids_ever(taxonomy: Taxonomy) -> set[str]:
    """Return every id that a taxonomy names anywhere: in types, in lineage, among proposals, as the last one given."""
    ids = {one.id for one in taxonomy.types} | {one.id for one in taxonomy.proposals} | {taxonomy.last_id}
    for one in taxonomy.types:
        for step in one.lineage:
            ids |= {*(step.sources if step.op in ("merge", "split") else ()), *step.targets}
    return {one for one in ids if _ID.match(one)}


def last_id(ids: Iterable[str]) -> str:
    """Return the id with the highest number; "" when there is none."""
    found = [match for match in map(_ID.match, ids) if match]
    top = max(found, key=lambda match: (int(match[2]), match[1], len(match[2])), default=None)
    return top[0] if top else ""


def next_id(ids: Iterable[str]) -> str:
    """Return the id after the highest number among ``ids``, in letters and width as they are written.

    >>> next_id(["T009", "T017"]), next_id([]), next_id(["T999"])
    ('T018', 'T001', 'T1000')
    """
    top = last_id(ids) or "T000"
    letters = top.rstrip("0123456789")
    digits = top[len(letters) :]
    if int(digits) >= MAX_NUMBER:
        raise ReviewmineError(f"the id {top}", expected=f"numbers below {MAX_NUMBER}", do="give ids by hand")
    return f"{letters}{int(digits) + 1:0{len(digits)}}"


def former_codes(taxonomy: Taxonomy) -> dict[str, str]:
    """Return every code that a type once had, with the id of that type; codes in use now are left out."""
    now = {one.code for one in taxonomy.types}
    old = {
        code: one.id for one in taxonomy.types for step in one.lineage if step.op == "rename" for code in step.sources
    }
    return {code: name for code, name in old.items() if code not in now}


def as_of(taxonomy: Taxonomy, version: str) -> Taxonomy:
    """Return the taxonomy as it was at an earlier ``version``, by the lineage of its types.

    Codes, parents and which types were in use are those of then; wording is that of now, since lineage does not keep it.
    Raises ``ReviewmineError`` for a version later than that of ``taxonomy`` and when nothing was in use.
    """
    if not parts(version) or parts(version) > parts(taxonomy.version):
        raise ReviewmineError(
            f"version {version!r}",
            expected=f"one up to {taxonomy.version}",
            where=taxonomy.taxonomy,
            do="name the version under which the rows were labelled",
        )
    types = tuple(then for then in (_then(one, parts(version)) for one in taxonomy.types) if then)
    if not types:
        raise ReviewmineError(f"no type is as old as {version}", where=taxonomy.taxonomy, do="name a later version")
    parents = {one.parent for one in types if one.parent}
    groups = {name: Group(title=name) for name in sorted(parents)} | taxonomy.groups
    return taxonomy.model_copy(update={"version": version, "types": types, "groups": groups})


def _then(one: Type, version: tuple[int, ...]) -> Type | None:
    """Return a type as it was at ``version``; None when it came later."""
    since = [step for step in one.lineage if parts(step.version) > version]
    change: dict[str, object] = {"lineage": tuple(step for step in one.lineage if step not in since)}
    for step in reversed(since):
        arrived = step.op in ("merge", "split") and not step.targets
        if step.op == "add" or (arrived and one.id not in step.sources):
            return None
        if step.op == "rename" and step.sources:
            change["code"] = step.sources[0]
        elif step.op == "move":
            change["parent"] = step.sources[0] if step.sources else ""
        elif step.op == "deprecate" or (step.targets and one.id not in step.targets):
            change["status"] = "active"
    return one.model_copy(update=change)
