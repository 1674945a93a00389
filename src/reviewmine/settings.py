"""The experiment file: YAML to frozen pydantic models. An unknown key is an error that names the key and its place."""

import os
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from reviewmine.errors import ReviewmineError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_DEFAULTS = {"REVIEWMINE_DATA": "../shared/data"}
Figure = Literal[
    "micro_f1", "macro_f1", "weighted_f1", "accuracy", "lrap", "p_at_1", "p_at_3", "hit_at_3", "ece", "brier", "nll",
    "aurc", "augrc", "coverage_at_1", "coverage_at_2", "coverage_at_5", "shortlist_coverage", "oos_auroc",
    "auto_share", "auto_precision", "suggest_share", "suggest_hit", "human_share",
]  # fmt: skip
Share = Annotated[float, Field(gt=0, lt=1)]
Settings = TypeVar("Settings", bound=BaseModel)


class Closed(BaseModel):
    """Frozen settings that refuse unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Extras(Closed):
    """Side features; a categorical cell may hold several values joined by ``|``."""

    categorical: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()


class TypesColumn(Closed):
    """Where the labelled file keeps the types of a row."""

    column: str = "types"
    separator: str | None = "|"


class Data(Closed):
    """The files of an experiment and their columns."""

    labelled: str | None = None
    unlabelled: str | None = None
    fields: dict[str, str] = {}
    """Our field to their column; what is not named is recognised."""
    extras: Extras = Extras()
    types: TypesColumn = TypesColumn()
    out_of_scope: tuple[str, ...] = ()
    """Codes that mean none of the taxonomy: their rows are never trained on, only measure what is seen as novel."""
    group: str | None = None
    """Rows that share a value of this column stay in one part."""
    time: str | None = None
    as_of: date | None = None
    """The day of the export: from it «вчера» and days without a year count."""

    @property
    def moment(self) -> datetime | None:
        """Return ``as_of`` as the moment that dates count from."""
        return datetime.combine(self.as_of, time()) if self.as_of else None

    @model_validator(mode="after")
    def _some_source(self) -> "Data":
        if self.labelled is None and self.unlabelled is None:
            msg = "name a file under labelled or unlabelled"
            raise ValueError(msg)
        return self


class Split(Closed):
    """How rows become the training, calibration and test parts.

    ``group`` deals whole groups (near copies always are one group) at random; ``time`` puts the newest last;
    ``column`` reads the part from a column, and a value named under two parts is shared half and half.
    """

    strategy: Literal["group", "time", "column"] = "group"
    test: Share | tuple[str, ...] = 0.2
    calibration: Share | tuple[str, ...] = 0.15
    train: tuple[str, ...] = ()
    column: str | None = None

    @model_validator(mode="after")
    def _fits_strategy(self) -> "Split":
        by_value = [isinstance(part, tuple) for part in (self.test, self.calibration)]
        if self.strategy == "column" and not (self.column and self.train and all(by_value)):
            msg = "strategy column needs column, train, calibration and test, the last three as lists of values"
            raise ValueError(msg)
        if self.strategy != "column" and (any(by_value) or self.train or self.column):
            msg = f"strategy {self.strategy} takes test and calibration as shares"
            raise ValueError(msg)
        return self


class Rename(Closed):
    """An endpoint that speaks OpenAI's chat completions and may rename topics; masked text is sent to it."""

    url: Annotated[str, Field(max_length=500)]
    """Up to and without ``/chat/completions``."""
    model: Annotated[str, Field(min_length=1, max_length=200)]
    key: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = "REVIEWMINE_RENAME_KEY"
    """The environment variable that holds the key; without one none is sent."""
    timeout: Annotated[float, Field(gt=0, le=300)] = 20
    """Seconds for one answer."""


class Discover(Closed):
    """How topics are found."""

    encoder: Annotated[str, Field(pattern=r"^(domain|navec|sentence:.+)$")] = "domain"
    """``domain``, ``navec``, or ``sentence:<hub id or folder>``."""
    cache: bool = True
    """Whether vectors are kept beside the topics, so that the next run encodes only new texts."""
    types: Literal["auto"] | Annotated[int, Field(ge=2, le=1000)] = "auto"
    unit: Literal["review", "statement"] = "statement"
    about: Literal["pains", "all"] = "pains"
    """``pains`` leaves out praise and the words of happy customers; ``all`` takes every statement."""
    min_probability: Annotated[float, Field(ge=0, lt=1)] = 0.02
    """A statement whose topic is less probable goes to ``rest``."""
    evidence: Annotated[int, Field(ge=1, le=100)] = 8
    guide: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """A taxonomy file whose types seed the topics; only what fits none becomes new. ``taxonomy``: that of the experiment."""
    rename: Rename | None = None
    """Off by default: names are found in the reviews themselves."""


def _as_word(value: Any) -> Any:
    """Return ``yes`` or ``no`` for what YAML makes of these words when they stand without quotes."""
    return ("yes" if value else "no") if isinstance(value, bool) else value


class Model(Closed):
    """The classifier."""

    head: Literal["linear"] = "linear"
    multilabel: Annotated[Literal["auto", "yes", "no"], BeforeValidator(_as_word)] = "auto"
    hierarchy: Annotated[Literal["auto", "no"], BeforeValidator(_as_word)] = "auto"
    """``auto``: where types have groups, what tells a group speaks for its types as well; rare types gain most."""
    c: Annotated[float, Field(gt=0)] = 0.2
    """Inverse regularisation of the linear SVC."""
    min_count: Annotated[int, Field(ge=1)] = 1
    """Reviews a feature must stand in."""
    encoder: Literal["domain", "none"] = "domain"
    """``domain``: what texts without types and word vectors know of words is folded into the weights (extra ``lab``)."""
    sentences: Annotated[Literal["auto", "yes", "no"], BeforeValidator(_as_word)] = "auto"
    """Whether each sentence is answered for beside the whole; ``auto``: where a review may have several types."""
    negation: bool = False
    """Whether a denied word is another word: «не привезли» is not «привезли»."""
    folds: Annotated[int, Field(ge=0, le=20)] = 5
    """Folds by which the policy is cross-fitted; with 0, many rows or a split by time the calibration part alone is asked."""
    taxonomy_rows: Annotated[Literal["auto", "no"], BeforeValidator(_as_word)] = "auto"
    """``auto``: titles, definitions, include examples and patterns of the taxonomy are training rows beside the reviews."""
    precision: Literal["half", "single"] = "half"
    """Of the weights in the bundle; ``single`` doubles its size and changes no answer that anyone would notice."""
    teacher: Annotated[str, Field(min_length=1, max_length=500)] = "none"
    """Who gives types to texts without: ``none``, ``self``, or a sentence-transformers encoder (hub id or folder)."""


class Costs(Closed):
    """What each outcome costs, in any unit: a wrong automatic answer, a choice from a shortlist, a reading from scratch."""

    wrong_auto: Annotated[float, Field(gt=0)]
    suggest: Annotated[float, Field(ge=0)]
    human: Annotated[float, Field(gt=0)]


class PolicySettings(Closed):
    """What the fitted policy aims at."""

    target_precision: Annotated[float, Field(gt=0, le=1)] = 0.95
    costs: Costs | None = None
    """With costs the actions are those of least cost, and ``target_precision`` is only reported."""
    shortlist: Annotated[int, Field(ge=1, le=10)] = 3
    coverage: Share = 0.95
    """Share of reviews whose shortlist is to hold a right type."""
    coverage_of: Literal["all", "type"] = "all"
    """Whether the coverage is kept over all reviews or for each type."""
    false_alarms: Share = 0.02
    """Share of reviews of known types that may go to a person as novel."""
    monthly: Annotated[int, Field(ge=1)] = 25_000
    """Messages a month, for what the card says of the work left to people."""


class Experiment(Closed):
    """One experiment file."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}$")]
    title: str = ""
    seed: int = 13
    data: Data
    taxonomy: str | None = None
    insights: str | None = None
    """The plan of the insights: a YAML file of its own, see docs/insights.md."""
    split: Split = Split()
    discover: Discover = Discover()
    model: Model = Model()
    policy: PolicySettings = PolicySettings()
    mask: bool = True
    """Whether personal data is masked in evidence and quotes; in a bundle and in a draft it always is."""
    gates: dict[Figure, float] = {}
    """Figure of the card to the value it must reach (``ece`` and ``brier``: must not pass)."""
    record: bool = True
    """Whether ``reviewmine run`` writes experiments/results/<name>.json and the table of results."""

    @model_validator(mode="after")
    def _guide_is_there(self) -> "Experiment":
        if self.discover.guide == "taxonomy" and self.taxonomy is None:
            msg = "discover.guide: taxonomy needs a file under taxonomy"
            raise ValueError(msg)
        return self

    @property
    def discovery(self) -> Discover:
        """Return ``discover`` with the file of the experiment's taxonomy where its guide is said to be that."""
        guide = self.taxonomy if self.discover.guide == "taxonomy" else self.discover.guide
        return self.discover.model_copy(update={"guide": guide})


def load_experiment(path: str | Path, changes: list[str] | None = None) -> Experiment:
    """Return the experiment at ``path`` with ``changes`` (``key.path=value``) applied.

    Environment variables written as ``${NAME}`` are filled in.
    """
    return load_settings(path, Experiment, "experiments/demo.yaml", changes or ())


def load_settings(path: str | Path, model: type[Settings], example: str, changes: Sequence[str] = ()) -> Settings:
    """Return the YAML file at ``path`` as ``model``; ``example`` is named to who wrote something else.

    Environment variables written as ``${NAME}`` are filled in.
    """
    where = str(path)
    try:
        data = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReviewmineError("no such file", expected="a YAML file", where=where, do=f"see {example}") from None
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise ReviewmineError(f"not readable as YAML ({error})", where=where, do="fix the file") from error
    if not isinstance(data, dict):
        keys = ", ".join(list(model.model_fields)[:4])
        raise ReviewmineError("not a mapping", expected=f"keys such as {keys}", where=where, do=f"see {example}")
    for change in changes:
        _apply(data, change)
    try:
        return model.model_validate(_filled(data, where))
    except ValidationError as error:
        raise _readable(error, where, model) from error


def _apply(data: dict[str, Any], change: str) -> None:
    """Set one ``key.path=value``; the value is read as YAML."""
    key, equals, value = change.partition("=")
    if not equals:
        raise ReviewmineError(f"--set {change!r}", expected="key=value", do="write for example --set seed=7")
    *parents, last = key.split(".")
    for parent in parents:
        data = data.setdefault(parent, {})
        if not isinstance(data, dict):
            raise ReviewmineError(f"--set {change!r}: {parent} is not a mapping", do="check the path of the key")
    try:
        data[last] = yaml.safe_load(value)
    except (ValueError, yaml.YAMLError) as error:
        raise ReviewmineError(f"--set {change!r}", expected="a YAML value", do="quote the value") from error


def _filled(value: Any, where: str) -> Any:
    """Return ``value`` with ``${NAME}`` replaced by the environment in every string."""
    if isinstance(value, dict):
        return {key: _filled(part, where) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, where) for part in value]
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        found = os.environ.get(match[1], _DEFAULTS.get(match[1]))
        if found is None:
            raise ReviewmineError(f"{match[0]} is not set", where=where, do=f"export {match[1]}=…")
        return found

    return _VARIABLE.sub(fill, value)


def _readable(error: ValidationError, where: str, model: type[BaseModel]) -> ReviewmineError:
    """Return the first problem pydantic found as one line."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"]) or "the file"
    if first["type"] == "extra_forbidden":
        parent = ".".join(str(part) for part in first["loc"][:-1])
        known = ", ".join(_keys_at(model, first["loc"][:-1]))
        place = f"{where}, {parent}" if parent else where
        return ReviewmineError(
            f"unknown key {str(first['loc'][-1])!r}",
            expected=f"one of {known}",
            where=place,
            do="fix the spelling or remove it",
        )
    shown = repr(first["input"])
    return ReviewmineError(f"{key} is {shown[:80]}: {first['msg']}", where=where, do="fix the value")


def _keys_at(model: Any, loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys allowed at a place of the file."""
    for part in loc:
        field = getattr(model, "model_fields", {}).get(str(part))
        if field is None:
            break
        model = field.annotation
    return sorted(getattr(model, "model_fields", {}))
