"""Labels as lines: who said what of which review, appended and never rewritten, so that git shows and keeps the history."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from reviewmine.errors import ReviewmineError
from reviewmine.files import write_text
from reviewmine.router import TEXT_FIELDS
from reviewmine.taxonomy.lineage import relation
from reviewmine.taxonomy.model import Taxonomy
from reviewmine.taxonomy.versions import as_of, parts

Verdict = Literal["yes", "no", "unsure", "withdrawn"]
How = Literal["person", "rule", "import"]
Span = tuple[str, int, int]
WITHDRAWN: Final = "withdrawn"
"""Takes back what the same labeller said before of that review, type and span: it is unknown again."""
VERDICTS: Final[tuple[Verdict, ...]] = ("yes", "no", "unsure")
"""What a label can say of a type."""
WEIGHTIEST: Final[tuple[How, ...]] = ("person", "import", "rule")
"""Whose word counts: where a person spoke of a review and a type, imports and rules are not asked."""
_TYPE = re.compile(r"[A-Za-z]{0,3}\d{1,6}")
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TAXONOMY = re.compile(r"\S.* \d+\.\d+\.\d+", re.DOTALL)


@dataclass(frozen=True)
class Label:
    """What one labeller said of one review and one type; unasked is unknown."""

    review: str
    """Id of the review."""
    type: str
    """Id of the type (``T017``), never its code."""
    verdict: Verdict
    who: str
    """Person, rule or source."""
    when: str
    """UTC, to the second: ``2026-03-01T10:00:00Z``, as ``now`` gives it."""
    how: How
    taxonomy: str
    """Name and version: ``marketplace-ru 1.2.0``, as ``name_of`` gives it."""
    span: Span | None = None
    """Field, start and end in the raw field; None speaks of the whole review."""


def now() -> str:
    """Return this moment as a label keeps it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def name_of(taxonomy: Taxonomy) -> str:
    """Return the name and version of a taxonomy as a label keeps them."""
    return f"{taxonomy.taxonomy} {taxonomy.version}"


def read_labels(path: str | Path) -> list[Label]:
    """Return the labels of a JSONL file, in the order of its lines; empty lines are passed over.

    Raises ``ReviewmineError`` with the number of the first line that is no label.
    """
    path = Path(path)
    try:
        lines = path.read_bytes().split(b"\n")  # not splitlines: U+2028 may stand in a name
    except FileNotFoundError:
        raise ReviewmineError(
            "no such file", expected="labels, one a line", where=str(path), do="check the path"
        ) from None
    return [_parsed(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()]


def write_labels(path: str | Path, labels: Iterable[Label]) -> None:
    """Write labels, one JSON object a line with keys in a fixed order; the file is replaced whole.

    Raises ``ReviewmineError`` for a label that ``read_labels`` would refuse.
    """
    write_text(Path(path), "".join(map(_line, labels)))


def append_labels(path: str | Path, labels: Iterable[Label]) -> None:
    """Add labels after the last line of a file, which is made where there is none; they are on the disk on return."""
    path, text = Path(path), "".join(map(_line, labels)).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as out:
        if out.tell():
            out.seek(-1, os.SEEK_END)
            if out.read(1) != b"\n":  # a person's editor left the last line open
                text = b"\n" + text
        out.write(text)  # in one piece: two widgets may write to one file
        out.flush()
        os.fsync(out.fileno())


def in_force(labels: Iterable[Label]) -> list[Label]:
    """Return the last word of each labeller on each review, type and span, the oldest first.

    What was said later wins; within one second the later line. What was withdrawn is left out.
    """
    last: dict[tuple[str, str, str, Span | None], Label] = {}
    for one in sorted(labels, key=lambda one: one.when):
        key = (one.review, one.type, one.who, one.span)
        last.pop(key, None)  # a new word is put at the end
        last[key] = one
    return [one for one in last.values() if one.verdict != WITHDRAWN]


def latest(labels: Iterable[Label]) -> dict[tuple[str, str, str], Label]:
    """Return what each labeller last said of each review and type: keys are review, type, who.

    A span with "yes" speaks of its review too; with "no" or "unsure" it speaks of that piece only and is left out.
    """
    told = (one for one in in_force(labels) if one.span is None or one.verdict == "yes")
    return {(one.review, one.type, one.who): one for one in told}


@dataclass(frozen=True)
class Consensus:
    """What labellers together say of a review and a type, and how many of those that count said so."""

    verdict: Verdict
    how: How
    yes: int
    no: int
    unsure: int


def consensus(labels: Iterable[Label]) -> dict[tuple[str, str], Consensus]:
    """Return for each review and type the verdict of most of the weightiest labellers; a tie is "unsure".

    Persons are weightier than imports, and these than rules: a rule is heard where nobody else spoke.
    """
    votes: dict[tuple[str, str], dict[How, Counter[str]]] = {}
    for (review, kind, _), one in latest(labels).items():
        votes.setdefault((review, kind), {}).setdefault(one.how, Counter())[one.verdict] += 1
    return {key: _counted(found) for key, found in votes.items()}


def _counted(votes: Mapping[How, Counter[str]]) -> Consensus:
    """Return the verdict of the weightiest among ``votes``."""
    how = min(votes, key=WEIGHTIEST.index)
    yes, no, unsure = (votes[how][verdict] for verdict in VERDICTS)
    return Consensus("yes" if yes > no else "no" if no > yes else "unsure", how, yes, no, unsure)


def as_rows(labels: Sequence[Label], reviews: pd.DataFrame, taxonomy: Taxonomy) -> pd.DataFrame:
    """Return the reviews with a label as the table that ``train`` reads, in their order.

    The columns ``types``, ``unsure`` and ``no`` hold the codes of each consensus, joined by ``|``, in the order of the
    taxonomy; a type in none of the three is unknown. Raises ``ReviewmineError`` for a label whose type has become another
    in ``taxonomy``, and for one of a review that is not there.
    """
    current(labels, taxonomy)
    found = consensus(labels)
    missing = sorted({review for review, _ in found} - set(reviews["id"]))
    if missing:
        do = "name the file that was labelled"
        raise ReviewmineError(f"labels of {len(missing)} reviews that are not there, first {missing[0]!r}", do=do)
    codes = {one.id: one.code for one in taxonomy.types}
    place = {name: n for n, name in enumerate(codes)}
    cells: dict[str, dict[str, list[str]]] = {}
    for (review, kind), one in sorted(found.items(), key=lambda pair: place[pair[0][1]]):
        cells.setdefault(review, {name: [] for name in VERDICTS})[one.verdict].append(codes[kind])
    rows = reviews[reviews["id"].isin(list(cells))].reset_index(drop=True)
    columns = {"types": "yes", "unsure": "unsure", "no": "no"}
    return rows.assign(**{name: ["|".join(cells[one][key]) for one in rows["id"]] for name, key in columns.items()})


def current(labels: Iterable[Label], taxonomy: Taxonomy) -> None:
    """Raise ``ReviewmineError`` for a label whose type is not in use in ``taxonomy`` or has become another since.

    A label of an earlier version stands where its type was neither merged, nor split, nor deprecated since then.
    """
    same: dict[str, frozenset[str]] = {}
    for one in labels:
        if one.taxonomy not in same:
            same[one.taxonomy] = _unchanged(one.taxonomy, taxonomy)
        if one.type not in same[one.taxonomy]:
            raise ReviewmineError(
                f"a label of {one.taxonomy}, type {one.type}",
                expected=f"a type that is the same in {name_of(taxonomy)}",
                where=f"review {one.review}",
                do="re-express the labels with `reviewmine labels migrate`",
            )


def _unchanged(name: str, taxonomy: Taxonomy) -> frozenset[str]:
    """Return the ids of types that mean the same in the version ``name`` and in ``taxonomy``."""
    title, _, version = name.rpartition(" ")
    if title != taxonomy.taxonomy:
        return frozenset()
    if parts(version)[:2] == parts(taxonomy.version)[:2]:  # the third number is wording
        return frozenset(one.id for one in taxonomy.types if one.status != "deprecated")
    if parts(version) > parts(taxonomy.version):
        return frozenset()
    ways = relation(as_of(taxonomy, version), taxonomy)
    n_sources = Counter(end for ends in ways.values() for end in ends)
    return frozenset(one for one, ends in ways.items() if ends == (one,) and n_sources[one] == 1)


def _line(one: Label) -> str:
    """Return a label as one line. Raises ``ReviewmineError`` when it could not be read back."""
    where = f"label of review {str(one.review)[:80]!r}"
    data = {key: value for key, value in asdict(one).items() if value is not None}
    _check(data, where)
    return json.dumps(data, ensure_ascii=False) + "\n"


def _parsed(line: bytes, where: str) -> Label:
    """Return the label in a line. Raises ``ReviewmineError`` when there is none."""
    if line.startswith((b"<<<<<<<", b"=======", b">>>>>>>")):
        do = "keep the lines of both sides; `labels.jsonl merge=union` in .gitattributes does so"
        raise ReviewmineError("a conflict that git left", where=where, do=do)
    try:
        data = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        found = f"not a line of JSON ({str(error)[:120]})"
        raise ReviewmineError(found, expected="a label", where=where, do="fix or remove the line") from None
    return checked_label(data, where)


def checked_label(data: Any, where: str) -> Label:
    """Return the label that plain ``data`` holds. Raises ``ReviewmineError`` when it holds none."""
    if isinstance(data, dict) and data.get("span", 0) is None:
        data = {key: value for key, value in data.items() if key != "span"}
    _check(data, where)
    span = data.get("span")
    return Label(**data | {"span": tuple(span) if span else None})


def _check(data: Any, where: str) -> None:
    """Raise ``ReviewmineError`` for data that is no label."""
    do = "fix or remove the line"
    if not isinstance(data, dict):
        raise ReviewmineError(f"{str(data)[:80]!r}", expected="a JSON object", where=where, do=do)
    names = {one.name for one in fields(Label)}
    wrong = [*sorted(names - {"span"} - set(data)), *sorted(set(data) - names)]
    if wrong:
        expected = ", ".join(one.name for one in fields(Label))
        raise ReviewmineError(
            f"{wrong[0]!r} is {'missing' if wrong[0] in names else 'unknown'}", expected=expected, where=where, do=do
        )
    for name, (fits, expected) in _RULES.items():
        if name in data and not fits(data[name]):
            raise ReviewmineError(f"{name} is {str(data[name])[:80]!r}", expected=expected, where=where, do=do)


def _is_text(value: Any) -> bool:
    """Tell whether a value is a text that says something and that UTF-8 can hold."""
    return isinstance(value, str) and bool(value.strip()) and not re.search("[\ud800-\udfff]", value)


def _is_span(value: Any) -> bool:
    """Tell whether a value is a field with two offsets, in order."""
    if not isinstance(value, list | tuple) or len(value) != 3:
        return False
    field, start, end = value
    return field in TEXT_FIELDS and type(start) is int and type(end) is int and 0 <= start < end


def _is_moment(value: Any) -> bool:
    """Tell whether a value is a moment of the calendar, in UTC, to the second."""
    try:
        return bool(_WHEN.fullmatch(value) and datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return False


_RULES: Final = {
    "review": (_is_text, "the id of a review"),
    "type": (lambda value: isinstance(value, str) and bool(_TYPE.fullmatch(value)), "the id of a type such as T017"),
    "verdict": (lambda value: value in (*VERDICTS, WITHDRAWN), "yes, no or unsure"),
    "who": (_is_text, "a person, rule or source"),
    "when": (_is_moment, "UTC to the second such as 2026-03-01T10:00:00Z"),
    "how": (lambda value: value in WEIGHTIEST, "person, import or rule"),
    "taxonomy": (
        lambda value: _is_text(value) and bool(_TAXONOMY.fullmatch(value)),
        "name and version such as marketplace-ru 1.2.0",
    ),
    "span": (_is_span, "field, start and end in it"),
}
