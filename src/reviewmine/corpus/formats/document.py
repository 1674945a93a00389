"""One JSON document to rows: the reviews are found in it, however deep they lie."""

import json
from collections.abc import Iterable
from typing import Any

from reviewmine.corpus.formats import unpack
from reviewmine.corpus.formats.flat import flat_row
from reviewmine.corpus.formats.lines import Window
from reviewmine.corpus.formats.reviewlists import reviews_in
from reviewmine.corpus.formats.table import Rows, Source
from reviewmine.errors import ReviewmineError


def document_rows(windows: Iterable[Window], source: Source, notes: list[str]) -> Rows:
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
        items, end = reviews_in(json.loads(text), notes), source.content.broken
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
