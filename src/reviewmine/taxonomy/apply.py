"""Operations carried out on a taxonomy text: all or none, with lineage and the version they make."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.edit import plain_data, with_data
from reviewmine.taxonomy.lineage import repointed
from reviewmine.taxonomy.model import Taxonomy, checked
from reviewmine.taxonomy.operations import (
    SHARED,
    Add,
    AnyOperation,
    Define,
    Deprecate,
    Drop,
    Edit,
    Merge,
    Move,
    NewType,
    Rename,
    Split,
)
from reviewmine.taxonomy.versions import Level, bumped, former_codes, highest, ids_ever, last_id, next_id

Data = dict[str, Any]
_PLACES = {"owner": "owners", "group": "groups", "stage": "stages"}


@dataclass(frozen=True)
class Applied:
    """A taxonomy after operations: its text, its content, and a line for each thing that was done."""

    text: str
    taxonomy: Taxonomy
    done: tuple[str, ...]


@dataclass
class _State:
    """The plain data while it changes, the version it will have, every id and code it has ever named."""

    data: Data
    version: str
    ids: set[str]
    old_codes: dict[str, str]

    def find(self, name: str) -> Data:
        """Return the type in use whose code or id is ``name``."""
        types: list[Data] = self.data["types"]
        found = next((one for one in types if one["code"] == name), None)
        found = found or next((one for one in types if str(one["id"]) == name), None)
        if found is None:
            was = self.old_codes.get(name)
            now = next((one["code"] for one in types if str(one["id"]) == was), None)
            raise ReviewmineError(f"no type {name!r}", do=f"it is {now!r} now" if now else "fix the code or the id")
        if found.get("status") == "deprecated":
            raise ReviewmineError(f"type {name!r} is deprecated", expected="a type in use", do="add a new type instead")
        return found

    def new(self, given: NewType, after: Data | None = None) -> Data:
        """Put a new type into the data, after the type it comes from or at the end, and return it."""
        name = given.id or next_id(self.ids)
        if name in self.ids:
            raise ReviewmineError(f"id {name!r} was used before", expected="a new id", do="leave the id out")
        owner = self.old_codes.get(given.code)
        if owner:
            raise ReviewmineError(
                f"code {given.code!r} was that of {owner}",
                expected="a code that never meant another type",
                do="change it",
            )
        fields = given.model_dump(mode="json", exclude_unset=True, exclude={"id", "lineage"})
        one = {"id": name} | fields
        types: list[Data] = self.data["types"]
        types.insert(types.index(after) + 1 if after else len(types), one)
        self.ids.add(name)
        self.data["last_id"] = last_id(self.ids)
        return one

    def note(self, one: Data, op: str, reason: str, **links: str | list[str]) -> None:
        """Add a step to the lineage of a type."""
        named = {"from" if key == "from_" else key: value for key, value in links.items() if value}
        step = {"op": op} | named | {"version": self.version} | ({"reason": reason} if reason else {})
        one["lineage"] = [*(one.get("lineage") or []), step]


def apply_operations(text: str, operations: Sequence[AnyOperation], where: str = "the taxonomy") -> Applied:
    """Return the taxonomy ``text`` after ``operations``, in order; comments and layout stay as the person wrote them.

    The version goes up once, by the greatest of the changes. Raises ``ReviewmineError`` naming the operation that does not
    fit; then nothing is done.
    """
    before = plain_data(text, where)
    taxonomy = checked(before, where)
    if not operations:
        return Applied(text, taxonomy, ())
    version = bumped(taxonomy.version, highest(map(level_of, operations)))
    state = _State(deepcopy(before), version, ids_ever(taxonomy), former_codes(taxonomy))
    done = []
    for number, operation in enumerate(operations, start=1):
        try:
            done.append(_EFFECTS[operation.op](state, operation))
            checked(state.data, "after it")
        except ReviewmineError as error:
            place = f"{where}, operation {number} ({operation.op})"
            raise ReviewmineError(error.found, expected=error.expected, where=place, do=error.do or "fix it") from error
    state.data["version"] = version
    new = with_data(text, state.data, where)
    return Applied(new, checked(plain_data(new, where), where), tuple(done))


def level_of(operation: AnyOperation) -> Level:
    """Return which part of the version an operation raises.

    Major: a code, a parent or a type that people rely on goes. Minor: a type or a name comes, or a type goes to another
    owner, kind or status. Patch: wording.
    """
    if isinstance(operation, Merge | Move | Deprecate | Drop):
        return "major"
    if isinstance(operation, Rename):
        return "major" if operation.code is not None else "patch"
    if isinstance(operation, Edit):
        return "minor" if operation.set.model_fields_set & {"owner", "kind", "status"} else "patch"
    return "minor"


def _add(state: _State, operation: Add) -> str:
    one = state.new(operation.type)
    state.note(one, "add", operation.reason)
    return f"add {one['id']} {one['code']}: {one['title']}"


def _rename(state: _State, operation: Rename) -> str:
    one = state.find(operation.type)
    old = one["code"], one["title"]
    if operation.code is not None and operation.code != one["code"]:
        owner = state.old_codes.get(operation.code)
        if owner not in (None, str(one["id"])):
            raise ReviewmineError(f"code {operation.code!r} was that of {owner}", do="choose a code never used before")
        one["code"] = operation.code
        state.old_codes.pop(operation.code, None)
        state.old_codes[old[0]] = str(one["id"])
        state.note(one, "rename", operation.reason, from_=old[0])
        _repoint(state, old[0], one)
    if operation.title is not None and operation.title != one["title"]:
        one["title"] = operation.title
        if operation.reason and one["code"] == old[0]:
            state.note(one, "edit", operation.reason, from_="title")
    return f"rename {one['id']} {old[0]} «{old[1]}» -> {one['code']} «{one['title']}»"


def _merge(state: _State, operation: Merge) -> str:
    sources = _distinct([state.find(name) for name in operation.types])
    if isinstance(operation.into, NewType):
        target, existed = state.new(operation.into, after=sources[-1]), False
    else:
        target, existed = state.find(operation.into), True
    gone = [one for one in sources if one is not target]
    if not gone:
        raise ReviewmineError("nothing to merge", expected="a type besides the one they go into", do="name the types")
    flow = [*([str(target["id"])] if existed else []), *(str(one["id"]) for one in gone)]
    state.note(target, "merge", operation.reason, from_=flow)
    for one in gone:
        one["status"] = "deprecated"
        state.note(one, "merge", operation.reason, to=str(target["id"]))
        _repoint(state, one["code"], target)
    return f"merge {', '.join(one['code'] for one in gone)} -> {target['id']} {target['code']}"


def _split(state: _State, operation: Split) -> str:
    source = state.find(operation.type)
    targets: list[tuple[Data, bool]] = []
    last = source
    for into in operation.into:
        if isinstance(into, NewType):
            last = state.new(NewType.model_validate(_like(source) | into.model_dump(exclude_unset=True)), after=last)
            targets.append((last, False))
        else:
            targets.append((state.find(into), True))
    ids = [str(one["id"]) for one, _ in targets]
    if len(set(ids)) < len(ids):
        raise ReviewmineError("the same type stands twice under into", do="name each once")
    state.note(source, "split", operation.reason, to=ids)
    for one, existed in targets:
        if one is not source:
            flow = [str(one["id"]), str(source["id"])] if existed else str(source["id"])
            state.note(one, "split", operation.reason, from_=flow)
    if str(source["id"]) not in ids:
        source["status"] = "deprecated"
    return f"split {source['id']} {source['code']} -> {', '.join(one['code'] for one, _ in targets)}"


def _move(state: _State, operation: Move) -> str:
    one = state.find(operation.type)
    old = str(one.get("parent") or "")
    if old == operation.parent:
        raise ReviewmineError(f"type {one['code']!r} is in {old!r} already", do="leave the move out")
    one["parent"] = operation.parent
    state.note(one, "move", operation.reason, from_=old)
    return f"move {one['id']} {one['code']}: {old or 'no group'} -> {operation.parent or 'no group'}"


def _deprecate(state: _State, operation: Deprecate) -> str:
    one = state.find(operation.type)
    one["status"] = "deprecated"
    state.note(one, "deprecate", operation.reason)
    return f"deprecate {one['id']} {one['code']}"


def _edit(state: _State, operation: Edit) -> str:
    one = state.find(operation.type)
    fields = operation.set.model_dump(mode="json", exclude_unset=True)
    changed = [name for name, value in fields.items() if one.get(name) != value]
    one |= {name: fields[name] for name in changed}
    if operation.reason and changed:
        state.note(one, "edit", operation.reason, from_=changed)
    return f"edit {one['id']} {one['code']}: {', '.join(changed) or 'nothing new'}"


def _define(state: _State, operation: Define) -> str:
    place = _PLACES[operation.what]
    if operation.what == "stage":
        state.data[place] = list(dict.fromkeys([*(state.data.get(place) or []), operation.code]))
    else:
        known = state.data.get(place) or {}
        was = known.get(operation.code) or {}
        parent = was.get("parent", "") if operation.parent is None else operation.parent
        title = operation.title or was.get("title") or operation.code
        state.data[place] = known | {operation.code: {"title": title} | ({"parent": parent} if parent else {})}
    return f"define {operation.what} {operation.code}"


def _drop(state: _State, operation: Drop) -> str:
    known = state.data.get(_PLACES[operation.what]) or {}
    if operation.code not in known:
        raise ReviewmineError(f"no {operation.what} {operation.code!r}", do="fix the code")
    field = "parent" if operation.what == "group" else operation.what
    using = [one["code"] for one in state.data["types"] if one.get(field) == operation.code]
    if operation.what == "group":
        using += [name for name, group in known.items() if group.get("parent") == operation.code]
    if using:
        raise ReviewmineError(f"{operation.what} {operation.code!r} is still that of {using[0]}", do="move it first")
    left = [name for name in known if name != operation.code]
    state.data[_PLACES[operation.what]] = {name: known[name] for name in left} if isinstance(known, Mapping) else left
    return f"drop {operation.what} {operation.code}"


def _like(source: Data) -> Data:
    """Return what a part of a type has in common with it until it says otherwise."""
    return {name: source[name] for name in SHARED if name in source}


def _distinct(types: Sequence[Data]) -> list[Data]:
    """Return the types without repeats."""
    return list({str(one["id"]): one for one in types}.values())


def _repoint(state: _State, code: str, target: Data) -> None:
    """Make what points at ``code`` under exclude point at ``target``."""
    for one in state.data["types"]:
        texts = [str(text) for text in one.get("exclude") or []]
        new = list(repointed(texts, {code: str(target["code"])}, str(one["code"])))
        if texts != new:
            one["exclude"] = new


_EFFECTS: dict[str, Callable[[_State, Any], str]] = {
    "add": _add,
    "rename": _rename,
    "merge": _merge,
    "split": _split,
    "move": _move,
    "deprecate": _deprecate,
    "edit": _edit,
    "define": _define,
    "drop": _drop,
}
