"""One JSON document to rows: the list of reviews is found in it, however deep it lies."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from reviewmine.corpus.formats import unpack
from reviewmine.corpus.formats.flat import MAX_DEPTH, flat_row
from reviewmine.corpus.formats.lines import Window
from reviewmine.corpus.formats.table import Rows, Source
from reviewmine.errors import ReviewmineError

_AN_ITEM = 3  # inner objects to an outer one from which the outer ones are pages, not reviews


@dataclass
class _Objects:
    """All lists of objects that stand at one path of a document, as one list."""

    outer: str | None
    items: list[Any] = field(default_factory=list)

    @property
    def n_text(self) -> int:
        """Return the number of characters of text right in the objects; addresses are no text."""
        return sum(map(_text_in, self.items))


def document_rows(windows: Iterable[Window], source: Source) -> Rows:
    """Yield the rows of the document that ``windows`` make up. Raises ``ReviewmineError`` when there is no list in it.

    A list that breaks off gives the objects before the break, then one rejected row.
    """
    pieces: list[str] = []
    size = 0
    for window in windows:
        piece = "".join(window) if isinstance(window, list) else ""
        size += len(piece.encode("utf-8", "replace")) if piece else unpack.MAX_WHOLE + 1
        if size > unpack.MAX_WHOLE:
            raise ReviewmineError(
                f"one JSON document of over {unpack.MAX_WHOLE >> 20} MiB",
                expected="less, for it is read as a whole",
                where=source.name,
                do="convert it to JSONL, one object a line",
            )
        pieces.append(piece)
    text = "".join(pieces)
    pieces.clear()
    try:
        items, end = reviews_in(json.loads(text)), source.content.broken
    except (ValueError, RecursionError):
        items, end = _before_the_break(text)
        if not items:
            raise
    if not items:
        raise ReviewmineError(
            "no list of objects in it", expected='such as [{"text": "…"}]', where=source.name, do="check the export"
        )
    number = 0
    for number, item in enumerate(items, start=1):
        try:
            row = flat_row(item)
        except ValueError as error:
            yield number, str(error)
        else:
            yield number, row
    if end:
        yield number + 1, end


def _before_the_break(text: str) -> tuple[list[Any], str]:
    """Return the whole items of a list that breaks off, and what to say of the rest."""
    decoder, items = json.JSONDecoder(), list[Any]()
    at = len(text) - len(text.lstrip()) + 1
    if text[at - 1 : at] != "[":
        return [], ""
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            return items, f"the file ends early or is damaged here: {str(error)[:100]}"
        items.append(item)


def reviews_in(document: Any) -> list[Any]:
    """Return the list of reviews in a document: of the lists of objects the one with most text.

    Lists at the same path are one list, so pages of reviews come out as reviews. What lies inside a review, such as
    answers, is not taken for reviews.

    >>> reviews_in({"data": {"feedbacks": [{"pros": "Тихий"}]}, "tags": [{"n": 1}]})
    [{'pros': 'Тихий'}]
    """
    found: dict[str, _Objects] = {}
    for path, outer, items in _lists(document):
        found.setdefault(path, _Objects(outer)).items.extend(items)
    tops = [path for path, one in found.items() if one.outer is None]
    if not tops:
        return []
    best = max(tops, key=lambda path: (found[path].n_text, len(found[path].items)))
    while inner := [path for path, one in found.items() if one.outer == best and _are_pages(found[best], one)]:
        best = max(inner, key=lambda path: found[path].n_text)
    return found[best].items


def _are_pages(outer: _Objects, inner: _Objects) -> bool:
    many = len(inner.items) >= _AN_ITEM * len(outer.items) or not outer.n_text
    return many and inner.n_text > outer.n_text


def _lists(document: Any) -> Iterator[tuple[str, str | None, list[Any]]]:
    """Yield the lists of objects with their path and the path of the list around them, in the order of the document."""
    stack: list[tuple[Any, str, str | None, int]] = [(document, "", None, 0)]
    while stack:
        value, path, outer, depth = stack.pop()
        if depth > MAX_DEPTH or not isinstance(value, dict | list):
            continue
        if isinstance(value, list):
            if any(isinstance(item, dict) for item in value):
                yield path, outer, value
                outer = path
            parts = [(item, f"{path}[]") for item in value if isinstance(item, dict | list)]
        else:
            parts = [(part, f"{path}.{key}") for key, part in value.items() if isinstance(part, dict | list)]
        stack.extend((part, name, outer, depth + 1) for part, name in reversed(parts))


def _text_in(item: Any) -> int:
    """Return the number of characters of text in an object, its inner objects included, its lists not."""
    stack, n_text = [(item, 0)], 0
    while stack:
        value, depth = stack.pop()
        if isinstance(value, str):
            n_text += len(value) if "://" not in value and any(map(str.isalpha, value)) else 0
        elif isinstance(value, dict) and depth <= MAX_DEPTH:
            stack.extend((part, depth + 1) for part in value.values())
    return n_text
