"""A YAML text brought to new content by the smallest edits: every other character stays as the person wrote it."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from reviewmine.errors import ReviewmineError
from reviewmine.files import write_whole
from reviewmine.taxonomy.layout import (
    after_line,
    compose,
    end_of,
    entry,
    inline,
    is_block,
    item,
    line_break,
    line_end,
    line_start,
    start_of,
)
from reviewmine.taxonomy.model import MAX_BYTES

BOM = "\ufeff"


class Splice(NamedTuple):
    """The characters from ``start`` to ``end`` give way to ``text``."""

    start: int
    end: int
    text: str


def read_source(path: Path) -> str:
    """Return the text of a taxonomy file with its own line breaks. Raises ``ReviewmineError`` when it cannot be read."""
    if not path.is_file():
        raise ReviewmineError("no such file", expected="a taxonomy", where=str(path), do="see data/taxonomies/")
    if path.stat().st_size > MAX_BYTES:
        raise ReviewmineError("larger than 8 MB", expected="a taxonomy", where=str(path), do="check the path")
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReviewmineError(f"not readable as YAML ({error})", where=str(path), do="save it in UTF-8") from error


def write_source(path: Path, text: str) -> None:
    """Write a text with the line breaks it has."""

    def write(fresh: Path) -> None:
        fresh.write_bytes(text.encode("utf-8"))

    write_whole(path, write)


def plain_data(text: str, where: str = "the taxonomy") -> dict[str, Any]:
    """Return the content of a YAML text that can be edited. Raises ``ReviewmineError`` for one that cannot."""
    compose(text.removeprefix(BOM), where)
    try:
        data: dict[str, Any] = yaml.safe_load(text.removeprefix(BOM))
    except (yaml.YAMLError, ValueError) as error:
        raise ReviewmineError(f"not readable as YAML ({error})", where=where, do="fix the file") from error
    return data


def with_data(text: str, new: Mapping[str, Any], where: str = "the taxonomy") -> str:
    r"""Return ``text`` with the content ``new``; comments, order, quotes and blank lines elsewhere stay.

    Items of a list are matched by their ``id``, others by what they say. The result is read again: it says ``new``, or
    ``ReviewmineError`` is raised and nothing was changed.

    >>> print(with_data("a: 1   # счёт\n\nb: [x,y]\n", {"a": 2, "b": ["x", "y", "z"]}), end="")
    a: 2   # счёт
    <BLANKLINE>
    b: [x,y, z]
    """
    mark = BOM if text.startswith(BOM) else ""
    body = text.removeprefix(BOM)
    top = compose(body, where)
    splices = sorted(_changed(body, top, yaml.safe_load(body), dict(new), bracket=False), key=lambda splice: splice[:2])
    parts, at = [mark], 0
    for splice in splices:
        if splice.start < at:
            raise _beyond(where)
        parts += [body[at : splice.start], splice.text]
        at = splice.end
    result = "".join([*parts, body[at:]])
    try:
        said = yaml.safe_load(result.removeprefix(BOM))
    except (yaml.YAMLError, ValueError) as error:
        raise _beyond(where) from error
    if _content(said) != _content(dict(new)):
        raise _beyond(where)
    return result


def _beyond(where: str) -> ReviewmineError:
    """Return the error for a layout that no small edit fits."""
    return ReviewmineError(
        "a layout that cannot be edited safely",
        expected="one key or one item a line, or brackets",
        where=where,
        do="write the part in the usual layout and try again",
    )


def _content(value: Any) -> str:
    """Return a text that is equal for equal content: 1 is not true, and the order of keys does not count."""
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{_content(key)}:{_content(one)}" for key, one in value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_content, value)) + "]"
    return f"{type(value).__name__} {value!r}"


def _in_parts(node: Node, old: Any, new: Any) -> bool:
    """Return whether a change goes into the parts of a node; else the whole value gives way."""
    if isinstance(node, MappingNode):
        return isinstance(new, dict) and not set(old).isdisjoint(new)
    return isinstance(node, SequenceNode) and isinstance(new, list | tuple) and bool(old) and bool(new)


def _changed(text: str, node: Node, old: Any, new: Any, *, bracket: bool) -> Iterator[Splice]:
    """Yield the edits that turn ``old``, written at ``node``, inside a bracket or not, into ``new``."""
    if _content(old) == _content(new):
        return
    if isinstance(node, MappingNode) and _in_parts(node, old, new):
        yield from _mapping(text, node, old, new)
    elif isinstance(node, SequenceNode) and _in_parts(node, old, new):
        yield from _sequence(text, node, old, list(new))
    else:
        start, end = start_of(node), end_of(node, text)
        empty = start == end and text[start - 1 : start] in (":", "-")
        yield Splice(start, end, (" " if empty else "") + inline(new, getattr(node, "style", None), bracket=bracket))


def _mapping(text: str, node: MappingNode, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Splice]:
    """Yield the edits of a mapping: values that changed, keys that went, keys that came (after the last that stays)."""
    names = list(old)
    kept = [name in new for name in names]
    for (key, value), name in zip(node.value, names, strict=True):
        if name not in new:
            continue
        if is_block(value) and not _in_parts(value, old[name], new[name]):
            yield Splice(int(key.end_mark.index), end_of(value, text), f": {inline(new[name])}")
        else:
            yield from _changed(text, value, old[name], new[name], bracket=not is_block(node))
    spans = [(start_of(key), max(int(key.end_mark.index) + 1, end_of(value, text))) for key, value in node.value]
    yield from _removed(text, spans, kept, block=is_block(node), dash="")
    fresh = [name for name in new if name not in old]
    if not fresh:
        return
    at = spans[max(n for n, stays in enumerate(kept) if stays)][1]
    if is_block(node):
        newline, indent = line_break(text), int(node.value[0][0].start_mark.column)
        yield _below(text, at, [entry(name, new[name], indent, newline) for name in fresh], newline)
    else:
        yield Splice(at, at, "".join(f", {inline(name)}: {inline(new[name])}" for name in fresh))


def _sequence(text: str, node: SequenceNode, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Splice]:
    """Yield the edits of a sequence: items that changed, went or came, each in its place."""
    kept = [False] * len(old)
    inserted: list[tuple[int, Sequence[Any]]] = []  # after which old item
    matcher = SequenceMatcher(None, [_name(one) for one in old], [_name(one) for one in new], autojunk=False)
    for _, low, high, first, last in matcher.get_opcodes():
        pairs = min(high - low, last - first)
        for n in range(pairs):
            kept[low + n] = True
            yield from _changed(text, node.value[low + n], old[low + n], new[first + n], bracket=not is_block(node))
        if last - first > pairs:
            inserted.append((low + pairs - 1, new[first + pairs : last]))
    spans = [(start_of(one), end_of(one, text)) for one in node.value]
    yield from _removed(text, spans, kept, block=is_block(node), dash="-")
    for after, values in inserted:
        yield _insertion(text, node, spans, after, values)


def _insertion(
    text: str, node: SequenceNode, spans: Sequence[tuple[int, int]], after: int, values: Sequence[Any]
) -> Splice:
    """Return the edit that puts ``values`` after the item numbered ``after``; -1 is the head of the sequence."""
    if not is_block(node):
        if after < 0:
            return Splice(spans[0][0], spans[0][0], "".join(f"{inline(value)}, " for value in values))
        return Splice(spans[after][1], spans[after][1], "".join(f", {inline(value)}" for value in values))
    newline, indent = line_break(text), int(node.start_mark.column)
    lines = [item(value, indent, newline, like=node.value[max(after, 0)]) for value in values]
    if after < 0:
        at = line_start(text, spans[0][0])
        return Splice(at, at, "".join(line + newline for line in lines))
    return _below(text, spans[after][1], lines, newline)


def _below(text: str, at: int, lines: Sequence[str], newline: str) -> Splice:
    """Return the edit that puts ``lines`` under the line of position ``at``."""
    below = after_line(text, at)
    if below == line_end(text, at):  # the last line, which has no line break
        return Splice(below, below, "".join(newline + line for line in lines))
    return Splice(below, below, "".join(line + newline for line in lines))


def _name(value: Any) -> str:
    """Return what an item of a list is matched by."""
    return f"id {value['id']}" if isinstance(value, dict) and "id" in value else _content(value)


def _removed(
    text: str, spans: Sequence[tuple[int, int]], kept: Sequence[bool], *, block: bool, dash: str
) -> Iterator[Splice]:
    """Yield the edits that take away the parts that are not kept: whole lines of a block, with a comma in brackets."""
    for n, (start, end) in enumerate(spans):
        if kept[n]:
            continue
        alone = text[line_start(text, start) : start].strip(" ") == dash
        if block and alone:
            yield Splice(line_start(text, start), after_line(text, end), "")
        elif block:  # the first part of an item: the dash before it stays
            yield Splice(start, spans[n + 1][0] if n + 1 < len(spans) else end, "")
        elif any(kept[:n]):
            yield Splice(spans[n - 1][1], end, "")
        else:
            yield Splice(start, spans[n + 1][0] if n + 1 < len(spans) else end, "")
