"""Whether a workbook is safe to open: a zip that unpacks without end, or two cells a world apart, would fill the memory."""

import re
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

from reviewmine.errors import ReviewmineError

MAX_UNPACKED = 2 << 30
"""Bytes that the parts of a workbook may unpack to."""
MAX_AREA = 40_000_000
"""Cells from the first to the last one of a sheet; empty ones between them take memory, too."""

_DEFLATE = 1032  # the most that a packed byte can become
_BLOCK = 1 << 20
_CELL = re.compile(rb"<(?:\w+:)?c[ >/]")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row(?:\s[^>]{0,200}?\br="(\d{1,7})")?')


def check_workbook(file: BinaryIO, where: str) -> None:
    """Raise ``ReviewmineError`` when a zipped workbook is too large or too wide to open; any other file passes."""
    file.seek(0)
    if not zipfile.is_zipfile(file):
        file.seek(0)
        return
    with zipfile.ZipFile(file) as parts:
        infos = parts.infolist()
        size = sum(max(info.file_size, info.compress_size) for info in infos)
        if size > MAX_UNPACKED:
            raise _too_large(where, f"it unpacks to {size >> 20} MiB", f"up to {MAX_UNPACKED >> 20} MiB")
        for info in infos:
            if "worksheets/" in info.filename:
                _check_area(*_span(_blocks(parts, info)), where)
            elif info.filename == "content.xml":
                _check_area(*_open_document_span(_blocks(parts, info)), where)
            elif info.compress_size * _DEFLATE > MAX_UNPACKED:
                for _ in _blocks(parts, info):
                    pass  # its stated size may be a lie: reading it to the end finds out
    file.seek(0)


def _blocks(parts: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with parts.open(info) as part:
        while block := part.read(_BLOCK):
            yield block


def _check_area(n_rows: int, n_columns: int, where: str) -> None:
    if n_rows * n_columns > MAX_AREA:
        found = f"a sheet of {n_rows} rows by {n_columns} columns"
        raise _too_large(where, found, f"up to {MAX_AREA} cells")


def _span(blocks: Iterator[bytes]) -> tuple[int, int]:
    """Return the last row and the last column of a sheet of Excel."""
    last_row = n_rows = n_cells = n_placed = 0
    letters: set[bytes] = set()
    for block in blocks:
        n_cells += len(_CELL.findall(block))
        references = _REFERENCE.findall(block)
        rows = _ROW.findall(block)
        n_placed += len(references)
        n_rows += len(rows)
        letters.update(column for column, _ in references)
        last_row = max(last_row, *(int(row) for _, row in references), *(int(row or 0) for row in rows), n_rows)
    last_column = max(map(_column, letters), default=0)
    if n_cells > n_placed + n_cells // 100:  # cells without a place follow each other
        last_column = max(last_column, min(n_cells - n_placed, 1 << 14))
    return last_row, last_column


def _open_document_span(blocks: Iterator[bytes]) -> tuple[int, int]:
    """Return the last row and the last column of the sheets of OpenDocument, where cells and rows may be repeated."""
    span = _Span()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = span.start, span.end
    for block in blocks:
        parser.Parse(block)
    return span.last_row, span.last_column


class _Span:
    """Where the filled cells of a sheet of OpenDocument end, while its elements come in."""

    def __init__(self) -> None:
        self.last_row = self.last_column = self._row = self._column = self._filled = 0
        self._repeated = 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "table":
            self._row = 0
        elif kind == "table-row":
            self._repeated = _times(attributes, "table:number-rows-repeated")
            self._column = self._filled = 0
        elif kind in {"table-cell", "covered-table-cell"}:
            self._column += _times(attributes, "table:number-columns-repeated")
        if kind == "p" or "office:value-type" in attributes:
            self._filled = self._column

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] == "table-row":
            self._row += self._repeated
            if self._filled:
                self.last_row = max(self.last_row, self._row)
                self.last_column = max(self.last_column, self._filled)


def _times(attributes: dict[str, Any], name: str) -> int:
    """Return how often a cell or a row is repeated."""
    said = attributes.get(name, "1")
    return int(said) if said.isdecimal() and len(said) < 10 else 1


def _column(letters: bytes) -> int:
    """Return the number of a column, A being 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _too_large(where: str, found: str, expected: str) -> ReviewmineError:
    return ReviewmineError(found, expected=expected, where=where, do="save the sheet of reviews alone, or as CSV")
