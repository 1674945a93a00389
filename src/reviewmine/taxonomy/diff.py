"""What changed between two versions: the operations that lead from one to the other, for machines and for people."""

from collections.abc import Iterable, Iterator
from typing import Any

from reviewmine.taxonomy.lineage import relation, repointed
from reviewmine.taxonomy.model import Taxonomy, Type
from reviewmine.taxonomy.operations import SHARED, AnyOperation, Wording, operations_data, parse_operations

_WORDING = tuple(name for name in Wording.model_fields if name not in ("title", "status"))
_NEW = ("code", "title", "parent", *_WORDING, "status")


def diff_taxonomies(old: Taxonomy, new: Taxonomy) -> tuple[AnyOperation, ...]:
    """Return the operations that lead from ``old`` to ``new``, by ids; applied to ``old`` they give the content of ``new``.

    Splits and merges are known by the lineage of the later version. A type that is gone from the file is deprecated.
    """
    goes_on = relation(old, new)
    before = {one.id: one for one in old.types if one.status != "deprecated"}
    after = {one.id: one for one in new.types if one.status != "deprecated"}
    made: set[str] = set()
    data: list[dict[str, Any]] = [
        *_defined(old, new),
        *_splits(goes_on, before, after, made),
        *_merges(goes_on, before, after, made),
        *(
            {"op": "add", "type": _described(one)}
            for name, one in after.items()
            if name not in before and name not in made
        ),
        *({"op": "deprecate", "type": name} for name, ends in goes_on.items() if not ends),
        *_renames(before, after),
    ]
    arrows = {before[name].code: after[ends[0]].code for name, ends in goes_on.items() if len(ends) == 1}
    arrows = {code: new_code for code, new_code in arrows.items() if code != new_code}
    for name, one in after.items():
        if name in before:
            exclude = repointed(before[name].exclude, arrows, one.code)
            data += _changes(before[name].model_copy(update={"exclude": exclude}), one)
    return parse_operations([*data, *_dropped(old, new)], f"{old.version} -> {new.version}")


def describe(operations: Iterable[AnyOperation], old: Taxonomy, new: Taxonomy, language: str = "ru") -> list[str]:
    """Return a line for each operation in plain Russian (``ru``) or English (any other ``language``)."""
    titles = {one.id: f"«{one.title}» ({one.code})" for one in (*new.types, *old.types)}
    words = _RUSSIAN if language == "ru" else _ENGLISH
    return [_told(fields, titles, words) for fields in operations_data(list(operations))]


def _splits(
    goes_on: dict[str, tuple[str, ...]], before: dict[str, Type], after: dict[str, Type], made: set[str]
) -> Iterator[dict[str, Any]]:
    """Yield a split for each type that goes on as several."""
    for name, ends in goes_on.items():
        if len(ends) > 1:
            fresh = [end for end in ends if end not in before and end not in made]
            made.update(fresh)
            parts = {end: _described(after[end]) | _unlike(before[name], after[end]) for end in fresh}
            yield {"op": "split", "type": name, "into": [parts.get(end, end) for end in ends]}


def _unlike(source: Type, part: Type) -> dict[str, Any]:
    """Return in what a part differs from the type it comes from: what it does not say it would inherit."""
    had, has = source.model_dump(mode="json", include=set(SHARED)), part.model_dump(mode="json", include=set(SHARED))
    return {name: has[name] for name in SHARED if has[name] != had[name]}


def _merges(
    goes_on: dict[str, tuple[str, ...]], before: dict[str, Type], after: dict[str, Type], made: set[str]
) -> Iterator[dict[str, Any]]:
    """Yield a merge for each type into which others went."""
    for name in after:
        sources = [source for source, ends in goes_on.items() if ends == (name,) and source != name]
        if sources:
            fresh = name not in before and name not in made
            made.add(name)
            yield {"op": "merge", "types": sources, "into": _described(after[name]) if fresh else name}


def _renames(before: dict[str, Type], after: dict[str, Type]) -> Iterator[dict[str, Any]]:
    """Yield a rename for each type with another code or title; codes that pass from one type to another stay last."""
    for name, one in after.items():
        was = before.get(name)
        if was is None:
            continue
        names = {
            field: getattr(one, field) for field in ("code", "title") if getattr(one, field) != getattr(was, field)
        }
        if names:
            yield {"op": "rename", "type": name} | names


def _changes(was: Type, one: Type) -> Iterator[dict[str, Any]]:
    """Yield the move and the edit that bring a type to what it is now."""
    if was.parent != one.parent:
        yield {"op": "move", "type": one.id, "parent": one.parent}
    now = one.model_dump(mode="json")
    fields = {name: now[name] for name in (*_WORDING, "status") if getattr(was, name) != getattr(one, name)}
    if fields:
        yield {"op": "edit", "type": one.id, "set": fields}


def _described(one: Type) -> dict[str, Any]:
    """Return what a new type is made from: its id, and all that it says."""
    data = one.model_dump(mode="json", include={"id", *_NEW})
    return {
        name: data[name] for name in ("id", *_NEW) if name in one.model_fields_set or name in ("id", "code", "title")
    }


def _sections(taxonomy: Taxonomy) -> dict[str, dict[str, dict[str, str]]]:
    """Return what is said of owners, groups and stages, by what they are; a group stands behind the one it is in."""
    groups = sorted(taxonomy.groups, key=lambda code: len(taxonomy.path(code)))
    return {
        "owner": {code: one.model_dump() for code, one in taxonomy.owners.items()},
        "group": {code: taxonomy.groups[code].model_dump() for code in groups},
        "stage": {code: {} for code in taxonomy.stages},
    }


def _defined(old: Taxonomy, new: Taxonomy) -> Iterator[dict[str, Any]]:
    """Yield what defines owners, groups and stages that came, have another title or, groups, another parent."""
    before = _sections(old)
    for what, names in _sections(new).items():
        for code, said in names.items():
            was = before[what].get(code)
            if was != said:
                moved = {"parent": said["parent"]} if said.get("parent", "") != (was or {}).get("parent", "") else {}
                title = {"title": said["title"]} if said.get("title") else {}
                yield {"op": "define", "what": what, "code": code} | title | moved


def _dropped(old: Taxonomy, new: Taxonomy) -> Iterator[dict[str, Any]]:
    """Yield what drops owners, groups and stages that are gone, unless a type that is no longer in use stays in them."""
    after = _sections(new)
    used = {one.id for one in new.types if one.status != "deprecated"}
    idle = [one for one in old.types if one.id not in used]
    for what, names in _sections(old).items():
        stay = {code for one in idle for code in (old.path(one.parent) if what == "group" else [getattr(one, what)])}
        kept = {*after[what], *stay}
        inner_first = reversed(names)
        yield from ({"op": "drop", "what": what, "code": code} for code in inner_first if code not in kept)


def _told(fields: dict[str, Any], titles: dict[str, str], words: dict[str, str]) -> str:
    """Return an operation as a line for people."""

    def shown(part: Any) -> str:
        if isinstance(part, dict):
            return f"«{part['title']}» ({part['code']})"
        return titles.get(str(part), str(part))

    into = fields.get("into")
    several = into if isinstance(into, list) else [into]
    parts = {
        "type": shown(fields.get("type")),
        "types": ", ".join(map(shown, fields.get("types", ()))),
        "into": ", ".join(map(shown, several)),
        "names": ", ".join(str(fields[name]) for name in ("title", "code") if name in fields),
        "parent": fields.get("parent") or "—",
        "fields": ", ".join(words.get(name, name) for name in fields.get("set", ())),
        "what": words.get(fields.get("what", ""), ""),
        "code": fields.get("code", ""),
    }
    return words[f"op {fields['op']}"].format(**parts)


_RUSSIAN = {
    "op add": "Новый тип: {type}",
    "op rename": "Переименован {type}: теперь {names}",
    "op merge": "Объединены {types} -> {into}",
    "op split": "Разделён {type} -> {into}",
    "op move": "Перенесён {type}: группа {parent}",
    "op deprecate": "Выведен из употребления {type}",
    "op edit": "Изменён {type}: {fields}",
    "op define": "Заведено: {what} {code}",
    "op drop": "Убрано: {what} {code}",
    "owner": "владелец",
    "group": "группа",
    "stage": "этап",
    "kind": "вид",
    "severity": "тяжесть",
    "sla_hours": "срок ответа",
    "definition": "определение",
    "include": "примеры",
    "exclude": "исключения",
    "patterns": "шаблоны",
    "status": "статус",
}
_ENGLISH = {
    "op add": "New type: {type}",
    "op rename": "Renamed {type}: now {names}",
    "op merge": "Merged {types} -> {into}",
    "op split": "Split {type} -> {into}",
    "op move": "Moved {type}: group {parent}",
    "op deprecate": "Deprecated {type}",
    "op edit": "Edited {type}: {fields}",
    "op define": "Defined: {what} {code}",
    "op drop": "Dropped: {what} {code}",
    "owner": "owner",
    "group": "group",
    "stage": "stage",
}
