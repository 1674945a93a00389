"""Label Studio 1.x, inwards: its JSON export becomes labels; what cannot be read is listed, never guessed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reviewmine.errors import ReviewmineError
from reviewmine.labels.shown import raw_span, shown_span
from reviewmine.labels.store import VERDICTS, Label, Span, Verdict, checked_label, name_of
from reviewmine.router import TEXT_FIELDS
from reviewmine.taxonomy.model import Taxonomy

MOST_BYTES = 1 << 30


@dataclass(frozen=True)
class Imported:
    """What an export says: its labels, what of it could not be read (a line each), and what says nothing yet."""

    labels: tuple[Label, ...]
    rejected: tuple[str, ...]
    n_tasks: int
    n_skipped: int
    """Annotations that their author cancelled, and drafts."""


@dataclass(frozen=True)
class _Author:
    """Who made an annotation, when, under which taxonomy."""

    review: str
    who: str
    when: str
    taxonomy: str


def read_export(path: str | Path) -> list[dict[str, Any]]:
    """Return the tasks of a JSON export. Raises ``ReviewmineError`` for JSON-MIN and for anything else."""
    path = Path(path)
    where, do = str(path), "export the project from Label Studio as JSON"
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ReviewmineError("larger than 1 GB", expected="an export of Label Studio", where=where, do=do)
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ReviewmineError("no such file", where=where, do="check the path") from None
    except (ValueError, RecursionError) as error:
        raise ReviewmineError(f"not readable as JSON ({str(error)[:120]})", where=where, do=do) from None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ReviewmineError("not a list of tasks", expected="the JSON export", where=where, do=do)
    if found and "annotation_id" in found[0] and "data" not in found[0]:
        raise ReviewmineError("the JSON-MIN export, which loses skipped tasks and spans", where=where, do=do)
    return found


def labels_of(
    tasks: Sequence[Mapping[str, Any]], taxonomy: Taxonomy, people: Mapping[str, str] | None = None
) -> Imported:
    """Return the labels that the annotations of ``tasks`` hold; predictions are not what a person said.

    What was exported by ``tasks`` and not changed since keeps its author, time and way; the rest was said by the one who
    completed the annotation: ``people`` gives names to e-mails or numbers of users, else it is ``studio-1`` or the e-mail.
    """
    labels: dict[Label, None] = {}
    rejected: list[str] = []
    n_skipped = 0
    for number, task in enumerate(tasks, start=1):
        n_skipped += len(task.get("drafts") or [])
        for annotation in task.get("annotations") or []:
            if annotation.get("was_cancelled"):
                n_skipped += 1
                continue
            where = f"task {task.get('id', number)}, annotation {annotation.get('id', '-')}"
            try:
                author = _author(task, annotation, taxonomy, people or {})
                labels |= dict.fromkeys(_said(task, annotation, taxonomy, author, rejected, where))
            except ReviewmineError as error:
                rejected.append(f"{where}: {error}")
    return Imported(tuple(labels), tuple(rejected), len(tasks), n_skipped)


def _author(
    task: Mapping[str, Any], annotation: Mapping[str, Any], taxonomy: Taxonomy, people: Mapping[str, str]
) -> _Author:
    """Return who made an annotation. Raises ``ReviewmineError`` where the review or the moment is not told."""
    data = task.get("data") or {}
    if not data.get("review"):
        raise ReviewmineError("no review in data", expected="a task made by `reviewmine labels export`")
    user = annotation.get("completed_by")
    user = (user.get("email") or user.get("id")) if isinstance(user, Mapping) else user
    name = people.get(str(user)) or (str(user) if isinstance(user, str) else f"studio-{user or 0}")
    told = annotation.get("updated_at") or annotation.get("created_at") or ""
    try:
        moment = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        raise ReviewmineError(f"updated_at is {str(told)[:40]!r}", expected="a moment") from None
    when = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _Author(str(data["review"]), name, when, str(data.get("taxonomy") or name_of(taxonomy)))


def _said(
    task: Mapping[str, Any],
    annotation: Mapping[str, Any],
    taxonomy: Taxonomy,
    author: _Author,
    rejected: list[str],
    where: str,
) -> Iterator[Label]:
    """Yield the labels of one annotation; what is no label is added to ``rejected``."""
    known = {one.id for one in taxonomy.types}
    results = [one for one in annotation.get("result") or [] if isinstance(one, Mapping)]
    said: dict[tuple[str, Span | None], set[Verdict]] = {}
    for result in results:
        kept = _kept(result)
        try:
            found = list(_claims(result, results, task.get("data") or {}))
        except (ReviewmineError, LookupError, TypeError, ValueError) as error:
            rejected.append(f"{where}: {str(error)[:200]}")
            continue
        for name, verdict, shown_at, span in found:
            same = [one for one in kept if _is_same(one, name, verdict, shown_at, task)]
            if same:
                yield from same
            elif name not in known:
                rejected.append(f"{where}: type {name[:40]!r} is not in {name_of(taxonomy)}")
            else:
                said.setdefault((name, span), set()).add(verdict)
    for (name, span), verdicts in said.items():
        if len(verdicts) > 1:
            rejected.append(f"{where}: type {name} is both {' and '.join(sorted(verdicts))}")
            continue
        (verdict,) = verdicts
        made = Label(author.review, name, verdict, author.who, author.when, "person", author.taxonomy, span)
        try:
            yield checked_label(asdict(made), where)
        except ReviewmineError as error:
            rejected.append(str(error))


def _claims(
    result: Mapping[str, Any], results: Sequence[Mapping[str, Any]], data: Mapping[str, Any]
) -> Iterator[tuple[str, Verdict, tuple[str, int, int] | None, Span | None]]:
    """Yield type, verdict, the span as it was shown and the span in the raw field, for what one result claims."""
    control, value = str(result.get("from_name")), result["value"]
    if control in VERDICTS:
        for path in value["taxonomy"]:
            yield str(path[-1]), control, None, None
    elif control.startswith("span_"):
        field = control.removeprefix("span_")
        if field not in TEXT_FIELDS:
            raise ReviewmineError(f"field {field[:40]!r}", expected=", ".join(TEXT_FIELDS))
        start, end = _offsets(str(data[field]), value)
        span = (field, *raw_span(start, end, (data.get("edits") or {}).get(field, ())))
        verdicts = [
            one["value"]["choices"]
            for one in results
            if one.get("from_name") == f"verdict_{field}" and one.get("id") == result.get("id")
        ]
        given: Any = verdicts[0] if verdicts else ["yes"]
        for name in value["labels"]:
            for verdict in given:
                yield str(name), verdict, (field, start, end), span
    elif not control.startswith("verdict_"):
        raise ReviewmineError(f"a result of {control[:40]!r}", expected="a control of the page that was exported")


def _offsets(text: str, value: Mapping[str, Any]) -> tuple[int, int]:
    """Return the offsets of a piece in code points, as Python counts.

    Label Studio counts so too since 1.8; before, and in other tools of its format, a sign beyond U+FFFF counts as two.
    The words that a result quotes tell which it was. Raises ``ReviewmineError`` when they are found at neither place.
    """
    start, end = int(value["start"]), int(value["end"])
    quote = value.get("text")
    units = text.encode("utf-16-le")
    in_units = [len(units[: 2 * at].decode("utf-16-le", "ignore")) for at in (start, end)]
    for low, high in ((start, end), in_units):
        if 0 <= low < high <= len(text) and (quote is None or _folded(text[low:high]) == _folded(str(quote))):
            return low, high
    raise ReviewmineError(f"no {str(quote)[:40]!r} at {start}–{end}", expected="the words that the result quotes")


def _folded(text: str) -> str:
    """Return a text without white space, which a browser shows, and Label Studio quotes, otherwise."""
    return "".join(text.replace("\\n", "\n").split())


def _kept(result: Mapping[str, Any]) -> list[Label]:
    """Return the labels that a result was made of; none for one made in Label Studio, or whose notes are no labels."""
    meta = result.get("meta")
    notes = meta.get("reviewmine") if isinstance(meta, Mapping) else None
    try:
        return [checked_label(one, "notes of a result") for one in notes or []]
    except (ReviewmineError, TypeError):
        return []


def _is_same(one: Label, name: str, verdict: str, at: tuple[str, int, int] | None, task: Mapping[str, Any]) -> bool:
    """Tell whether a result still claims what the label it was made of says."""
    if (one.type, one.verdict, one.span is None) != (name, verdict, at is None):
        return False
    if one.span is None or at is None:
        return True
    field, start, end = one.span
    edits = (task["data"].get("edits") or {}).get(field, ())
    return (field, *shown_span(start, end, edits)) == at
