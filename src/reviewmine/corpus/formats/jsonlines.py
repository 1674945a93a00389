"""JSON: one object a line as a stream, or one document as a whole, whatever the ending says."""

import json
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from reviewmine.corpus.formats import lines as text_lines
from reviewmine.corpus.formats.document import document_rows
from reviewmine.corpus.formats.flat import flat_row
from reviewmine.corpus.formats.lines import Window, line_windows
from reviewmine.corpus.formats.table import Rows, Source, Table
from reviewmine.corpus.formats.unpack import ByteSource

_LOOKED_AT = 20


def read_json(source: Source) -> Iterator[Table]:
    """Yield the one table of a JSON or JSONL file. Rows are numbered by line, in a document by place in its list."""
    notes: list[str] = []
    yield Table(source.name, _rows(source, notes), source.content.share, notes)


def _rows(source: Source, notes: list[str]) -> Rows:
    ending = source.path.name.lower().removesuffix(".gz").rpartition(".")[2]
    windows = line_windows(source.content, notes)
    first = list(islice(windows, 1))
    if ending != "json" and not _is_document(first):
        yield from _line_rows(chain(first, windows), source.content)
        return
    if ending == "json" and _are_lines(first):
        notes.append("one object a line, read as JSONL")
        yield from _line_rows(chain(first, windows), source.content)
        return
    yield from document_rows(chain(first, windows), source, notes)


def _line_rows(windows: Iterator[Window], content: ByteSource) -> Rows:
    """Yield a row for each line that holds an object."""
    number, line = 0, "\n"
    for window in windows:
        if isinstance(window, int):
            number += 1
            yield number, f"a line of {window} characters, expected up to {text_lines.MAX_LINE}"
            continue
        for line in window:
            number += 1
            if line.isspace():
                continue
            try:
                yield number, flat_row(json.loads(line.rstrip("\r\n")))
            except (ValueError, RecursionError) as error:
                yield number, _reason(line, error)
    if content.broken:
        yield number + 1, content.broken


def _reason(line: str, error: Exception) -> str:
    """Return why a line is no row; a last line that breaks off is told from a bad one by the missing line end."""
    if not line.endswith("\n") and isinstance(error, json.JSONDecodeError) and line.lstrip().startswith("{"):
        return f"the file ends early: the last line is not a whole object ({str(error)[:100]})"
    return f"not a JSON object: {str(error)[:100]}"


def _first_lines(first: Sequence[Window]) -> list[str]:
    lines = first[0] if first and isinstance(first[0], list) else []
    return list(islice((line for line in lines if not line.isspace()), _LOOKED_AT))


def _loaded(line: str) -> Any:
    """Return the value of a line; a ``ValueError`` or ``RecursionError`` when it is none."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return error


def _is_document(first: Sequence[Window]) -> bool:
    """Return whether a file that is called JSONL is one document: a list on one line, or objects over several."""
    lines = _first_lines(first)
    values = [_loaded(line) for line in lines]
    if not lines or any(isinstance(value, dict) for value in values[:1]):
        return False
    if isinstance(values[0], list):
        return len(lines) == 1
    if not isinstance(values[0], ValueError):
        return False
    starts = lines[0].lstrip()[:1]
    several = len(lines) > 1 and not any(isinstance(value, dict) for value in values)
    return starts == "[" or (starts == "{" and several)


def _are_lines(first: Sequence[Window]) -> bool:
    """Return whether a file that is called JSON holds an object on each line."""
    lines = _first_lines(first)
    return len(lines) > 1 and isinstance(_loaded(lines[0]), dict)
