"""The taxonomy as frozen records: what a taxonomy file may hold, read from YAML and written back."""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from reviewmine.errors import ReviewmineError

Kind = Literal["complaint", "suggestion", "gratitude", "question", "noise"]
Text = Annotated[str, Field(max_length=2000)]
Texts = Annotated[tuple[Text, ...], Field(max_length=200)]
MAX_BYTES = 8_000_000
MAX_LEVELS = 3
"""Groups within each other; with the types a taxonomy has up to four levels."""


class Closed(BaseModel):
    """A frozen record that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Titled(Closed):
    """An owner."""

    title: Text


class Group(Titled):
    """Types that belong together, or groups of them; ``parent`` is the group above, "" for none."""

    parent: str = ""


class Lineage(Closed):
    """One step in the history of a type, and the version that brought it.

    ``from`` holds ids (merge, split), the old code (rename), the old parent (move) or the fields that changed (edit);
    ``to`` the ids in which a type goes on after it was merged or split.
    """

    op: Literal["add", "rename", "merge", "split", "move", "deprecate", "edit"]
    from_: str | tuple[str, ...] = Field(default=(), alias="from")
    to: str | tuple[str, ...] = ()
    version: str = ""
    reason: Text = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """Return ``from`` as a tuple, whether one or several are named."""
        return _several(self.from_)

    @property
    def targets(self) -> tuple[str, ...]:
        """Return ``to`` as a tuple, whether one or several are named."""
        return _several(self.to)


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return one name or several as a tuple."""
    return value if isinstance(value, tuple) else tuple(filter(None, (value,)))


class Evidence(Closed):
    """What a proposal rests on: the number of statements, ids of reviews, masked examples."""

    n: Annotated[int, Field(ge=0)] = 0
    reviews: Texts = ()
    examples: Texts = ()


class Proposal(Closed):
    """A type that the machine once proposed; it is remembered so that what a person deletes does not come back."""

    id: str
    title: Text
    words: Texts = ()


class Type(Closed):
    """A leaf of the taxonomy. ``id`` never changes and is never used again; ``code`` is what models and routers say."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z]{0,3}\d{1,6}$")]
    code: Annotated[
        str, Field(strict=True, min_length=1, max_length=120)
    ]  # YAML reads an unquoted 017 as the number 15
    title: Text
    parent: str = ""
    kind: Kind = "complaint"
    owner: str = ""
    stage: str = ""
    severity: Annotated[int, Field(ge=1, le=5)] = 3
    sla_hours: Annotated[int, Field(ge=1, le=10_000)] = 72
    definition: Text = ""
    include: Texts = ()
    exclude: Texts = ()
    patterns: Texts = ()
    status: Literal["draft", "active", "deprecated"] = "active"
    lineage: tuple[Lineage, ...] = ()
    evidence: Evidence | None = None


class Taxonomy(Closed):
    """Types with their owners, stages and groups, under a name and a version.

    ``last_id`` and ``proposals`` are the program's memory: the highest id ever given, and every type ever proposed.
    """

    taxonomy: Annotated[str, Field(min_length=1, max_length=120)]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")] = "0.1.0"
    language: str = "ru"
    stages: Texts = ()
    owners: dict[str, Titled] = {}
    groups: dict[str, Group] = {}
    types: Annotated[tuple[Type, ...], Field(min_length=1, max_length=5000)]
    last_id: str = ""
    proposals: Annotated[tuple[Proposal, ...], Field(max_length=20_000)] = ()

    @model_validator(mode="after")
    def _grouped(self) -> "Taxonomy":
        for code, group in self.groups.items():
            if group.parent and group.parent not in self.groups:
                msg = f"group {code}: parent {group.parent!r} is not among the groups"
                raise ValueError(msg)
        for code in self.groups:
            if len(self.path(code)) > MAX_LEVELS:
                again = len(set(self.path(code))) < len(self.path(code))
                what = "within itself" if again else f"more than {MAX_LEVELS} levels deep"
                msg = f"group {code} is {what}"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _whole(self) -> "Taxonomy":
        for name, values in (("id", [one.id for one in self.types]), ("code", [one.code for one in self.types])):
            twice = (
                sorted({value for value in values if values.count(value) > 1}) if len(set(values)) < len(values) else []
            )
            if twice:
                msg = f"{name} {twice[0]!r} stands twice"
                raise ValueError(msg)
        for one in self.types:
            if one.owner and one.owner not in self.owners:
                msg = f"type {one.code}: owner {one.owner!r} is not among the owners"
                raise ValueError(msg)
            if one.parent and one.parent not in self.groups:
                msg = f"type {one.code}: parent {one.parent!r} is not among the groups"
                raise ValueError(msg)
            if one.stage and self.stages and one.stage not in self.stages:
                msg = f"type {one.code}: stage {one.stage!r} is not among the stages"
                raise ValueError(msg)
        return self

    @property
    def codes(self) -> list[str]:
        """Return the codes of the types that are in use, in the order of the file."""
        return [one.code for one in self.types if one.status != "deprecated"]

    def path(self, group: str) -> tuple[str, ...]:
        """Return the codes of a group and of those above it, the uppermost first; nothing for no group."""
        path: tuple[str, ...] = ()
        while group in self.groups and len(path) <= MAX_LEVELS:  # one more than there may be tells that it is too deep
            path, group = (group, *path), self.groups[group].parent
        return path

    def type(self, code: str) -> Type:
        """Return the type with ``code``. Raises ``ReviewmineError`` when there is none."""
        found = next((one for one in self.types if one.code == code), None)
        if found is None:
            raise ReviewmineError(
                f"no type {code!r}",
                expected="a code of the taxonomy",
                where=f"{self.taxonomy} {self.version}",
                do="add the type or fix the code",
            )
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the contract as plain data in the order of the fields, what is empty included.

        Notes for the curator (evidence, proposals, the last id) are no part of it: they reach no model and no router.
        """
        notes: Any = {"last_id": True, "proposals": True, "types": {"__all__": {"evidence"}}}
        data = self.model_dump(mode="json", by_alias=True, exclude_defaults=False, exclude=notes)
        flat = {"title": True} if not any(group.parent for group in self.groups.values()) else None
        return data | {"groups": {code: one.model_dump(include=flat) for code, one in self.groups.items()}}

    def sha256(self) -> str:
        """Return the hash of the content, whatever the layout of the file."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @classmethod
    def from_codes(cls, name: str, codes: Iterable[str]) -> "Taxonomy":
        """Return a bare taxonomy whose types are ``codes``, sorted; for labelled data that has none."""
        types = tuple(
            Type(id=f"T{number:03}", code=code, title=code) for number, code in enumerate(sorted(codes), start=1)
        )
        return cls(taxonomy=name, types=types)


def load_taxonomy(path: str | Path) -> Taxonomy:
    """Return the taxonomy in the YAML file at ``path``. Raises ``ReviewmineError`` that names the place of a mistake."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ReviewmineError("larger than 8 MB", expected="a taxonomy", where=str(path), do="check the path")
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReviewmineError(
            "no such file", expected="a taxonomy", where=str(path), do="see data/taxonomies/"
        ) from None
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise ReviewmineError(f"not readable as YAML ({error})", where=str(path), do="fix the file") from error
    if not isinstance(data, dict):
        raise ReviewmineError(
            "not a mapping",
            expected="keys such as taxonomy, owners, types",
            where=str(path),
            do="see data/taxonomies/marketplace-ru.yaml",
        )
    return checked(data, str(path))


def checked(data: Any, where: str) -> Taxonomy:
    """Return the taxonomy that plain ``data`` holds. Raises ``ReviewmineError`` that names the first mistake."""
    try:
        return Taxonomy.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ReviewmineError(
            f"{place or 'the taxonomy'}: {first['msg']}", where=where, do=_remedy(first["type"])
        ) from error


def _remedy(problem: str) -> str:
    """Return what to do about a kind of pydantic problem."""
    return 'put it in quotes, such as code: "017"' if problem == "string_type" else "fix the file"


def write_taxonomy(path: Path, taxonomy: Taxonomy, head: str = "") -> None:
    """Write ``taxonomy`` as YAML that people can edit, after ``head`` as a comment; empty fields are left out."""
    data = taxonomy.model_dump(mode="json", by_alias=True, exclude_unset=True)
    data["types"] = [
        {key: value for key, value in one.items() if value not in ("", [], (), None)} for one in data["types"]
    ]
    body = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)
    comment = "".join(f"# {line}\n" for line in head.splitlines())
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(comment + body, encoding="utf-8")
    os.replace(fresh, path)
