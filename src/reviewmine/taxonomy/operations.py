"""The operations that change a taxonomy: closed records, read from a YAML list, written back as one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.edit import BOM
from reviewmine.taxonomy.layout import check_plain, inline
from reviewmine.taxonomy.model import MAX_BYTES, Closed, Kind, Text, Texts, Type

Name = Annotated[str, Field(strict=True, min_length=1, max_length=120)]


class Step(Closed):
    """What every operation has: why it is done."""

    reason: Text = ""


SHARED = ("parent", "kind", "owner", "stage", "severity", "sla_hours", "status")
"""What a part of a split type has in common with it until it says otherwise."""


class NewType(Type):
    """A type to be made; without an ``id`` it gets the next one."""

    id: Annotated[str, Field(pattern=r"^([A-Za-z]{0,3}\d{1,6})?$")] = ""


class Wording(Closed):
    """The fields of a type that an edit may set; id, code, parent and lineage have operations of their own."""

    title: Text = ""
    kind: Kind = "complaint"
    owner: str = ""
    stage: str = ""
    severity: Annotated[int, Field(ge=1, le=5)] = 3
    sla_hours: Annotated[int, Field(ge=1, le=10_000)] = 72
    definition: Text = ""
    include: Texts = ()
    exclude: Texts = ()
    patterns: Texts = ()
    status: Literal["draft", "active"] = "active"


class Add(Step):
    """A new type."""

    op: Literal["add"] = "add"
    type: NewType


class Rename(Step):
    """Another code, another title, or both, for ``type`` (a code or an id, as everywhere below)."""

    op: Literal["rename"] = "rename"
    type: Name
    code: Name | None = None
    title: Text | None = None

    @model_validator(mode="after")
    def _something(self) -> "Rename":
        if self.code is None and self.title is None:
            msg = "a rename needs a code or a title"
            raise ValueError(msg)
        return self


class Merge(Step):
    """``types`` go on as ``into``: a type that exists, among them or not, or a new one."""

    op: Literal["merge"] = "merge"
    types: Annotated[tuple[Name, ...], Field(min_length=1, max_length=500)]
    into: Name | NewType


class Split(Step):
    """``type`` goes on as several, new ones or such that exist; it stays in use when it is among them."""

    op: Literal["split"] = "split"
    type: Name
    into: Annotated[tuple[Name | NewType, ...], Field(min_length=2, max_length=100)]


class Move(Step):
    """``type`` gets another ``parent``; "" is no group."""

    op: Literal["move"] = "move"
    type: Name
    parent: str


class Deprecate(Step):
    """``type`` is no longer used; its id and its history stay."""

    op: Literal["deprecate"] = "deprecate"
    type: Name


class Edit(Step):
    """Other wording, owner, kind, stage, severity or term of ``type``; ``status: active`` publishes a draft."""

    op: Literal["edit"] = "edit"
    type: Name
    set: Wording


class Define(Step):
    """An owner, a group or a stage that is new, or that gets another title; a group may get another ``parent``, "" for none."""

    op: Literal["define"] = "define"
    what: Literal["owner", "group", "stage"]
    code: Name
    title: Text = ""
    parent: str | None = None

    @model_validator(mode="after")
    def _of_a_group(self) -> "Define":
        if self.parent is not None and self.what != "group":
            msg = "only a group has a parent"
            raise ValueError(msg)
        return self


class Drop(Step):
    """An owner, a group or a stage that no type needs any more."""

    op: Literal["drop"] = "drop"
    what: Literal["owner", "group", "stage"]
    code: Name


Operation = Annotated[Add | Rename | Merge | Split | Move | Deprecate | Edit | Define | Drop, Field(discriminator="op")]
AnyOperation = Add | Rename | Merge | Split | Move | Deprecate | Edit | Define | Drop
_LIST: TypeAdapter[tuple[AnyOperation, ...]] = TypeAdapter(Annotated[tuple[Operation, ...], Field(max_length=5000)])


def parse_operations(data: Any, where: str = "operations") -> tuple[AnyOperation, ...]:
    """Return the operations in plain data. Raises ``ReviewmineError`` that names the first mistake and its place."""
    try:
        return _LIST.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        number, *place = first["loc"] or ("?",)
        inner = ".".join(str(part) for part in place)
        at = f"operation {number + 1}" if isinstance(number, int) else "the list"
        raise ReviewmineError(
            f"{at}, {inner}: {first['msg']}" if inner else f"{at}: {first['msg']}",
            expected="a list such as - {op: rename, type: late, code: delivery-late, reason: …}",
            where=where,
            do="see docs/taxonomy.md",
        ) from error


def load_operations(path: str | Path) -> tuple[AnyOperation, ...]:
    """Return the operations in the YAML file at ``path``. Raises ``ReviewmineError`` when they cannot be used."""
    path = Path(path)
    if not path.is_file():
        raise ReviewmineError("no such file", expected="a list of operations", where=str(path), do="check the path")
    if path.stat().st_size > MAX_BYTES:
        raise ReviewmineError("larger than 8 MB", expected="operations", where=str(path), do="check the path")
    try:
        text = path.read_text(encoding="utf-8").removeprefix(BOM)
        check_plain(text, str(path))
        data = yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise ReviewmineError(f"not readable as YAML ({error})", where=str(path), do="fix the file") from error
    return parse_operations(data, str(path))


def operations_data(operations: Sequence[AnyOperation]) -> list[dict[str, Any]]:
    """Return operations as plain data that ``parse_operations`` reads back: what was not said is left out."""
    said = [
        one.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"op", "reason"}) for one in operations
    ]
    return [
        {"op": one.op} | fields | ({"reason": one.reason} if one.reason else {})
        for one, fields in zip(operations, said, strict=True)
    ]


def operations_text(operations: Sequence[AnyOperation]) -> str:
    """Return operations as a YAML list, one a line."""
    return "".join(f"- {inline(one)}\n" for one in operations_data(operations)) or "[]\n"
