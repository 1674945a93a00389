"""Files to rows: each format yields ``(row number, row)``, or ``(row number, reason)`` for a row it cannot give."""

import csv
import gzip
import io
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from reviewmine.corpus.paste import pasted_reviews
from reviewmine.errors import ReviewmineError

Row = dict[str, Any]
Rows = Iterator[tuple[int, Row | str]]

MAX_CELL = 10_000_000
"""Characters in a cell; a longer one is rejected with its row."""
MAX_UNPACKED = 4 << 30
"""Bytes that a gzip file may unpack to."""
MAX_COLUMNS = 5_000
MAX_DEPTH = 50

_ENCODINGS = ("utf-8-sig", "cp1251")


def read_rows(source: str) -> Rows:
    """Return the rows of one file (``file.db::table`` for SQLite). Raises ``ReviewmineError`` when it cannot be read."""
    name, _, table = source.partition("::")
    path = Path(name)
    if not path.is_file():
        raise ReviewmineError("no such file", expected="a file of reviews", where=name, do="check the path")
    if path.stat().st_size == 0:
        raise ReviewmineError("the file is empty", expected="reviews", where=name, do="export it again")
    suffix = Path(path.stem if path.suffix.lower() == ".gz" else path.name).suffix.lower()
    reader = READERS.get(suffix)
    if reader is None:
        known = ", ".join(sorted(READERS))
        raise ReviewmineError(
            f"the ending {suffix or 'is missing'}",
            expected=f"one of {known}, or any of them with .gz",
            where=name,
            do="rename or convert it",
        )
    try:
        yield from reader(path, table)
    except ReviewmineError:
        raise
    except Exception as error:
        raise ReviewmineError(
            f"not readable as {suffix[1:]} ({type(error).__name__}: {str(error)[:200]})",
            where=name,
            do="open it and save it again, or export it in another format",
        ) from error


def _bytes(path: Path) -> bytes:
    """Return the content of a file, unpacked when it is gzip, within bounds."""
    if path.suffix.lower() != ".gz":
        return path.read_bytes()
    with gzip.open(path) as packed:
        data = packed.read(MAX_UNPACKED + 1)
    if len(data) > MAX_UNPACKED:
        raise ReviewmineError(f"unpacks to over {MAX_UNPACKED >> 30} GiB", where=str(path), do="split the file")
    return data


def _text(path: Path) -> str:
    """Return the text of a file in UTF-8, UTF-16 (by its mark) or cp1251, which old Windows exports use."""
    data = _bytes(path)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ReviewmineError("neither UTF-8, UTF-16 nor cp1251", where=str(path), do="save it as UTF-8")


def _read_csv(path: Path, _: str) -> Rows:
    text = _text(path).replace("\0", "")
    header = text.lstrip("\r\n").partition("\n")[0]
    delimiter = "\t" if ".tsv" in path.name.lower() else max(",;\t|", key=header.count)
    csv.field_size_limit(MAX_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = _header(next(filter(None, lines), []), path)
    while True:
        line = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"not readable as CSV: {error}"
            continue
        if not any(cells):
            continue
        if len(cells) > len(names):
            yield line, f"{len(cells)} cells under {len(names)} columns"
            continue
        yield line, dict(zip(names, cells, strict=False))


def _header(cells: list[Any], path: Path) -> list[str]:
    """Return the column names; empty ones are numbered, equal ones are an error."""
    if len(cells) > MAX_COLUMNS:
        raise ReviewmineError(
            f"{len(cells)} columns", expected=f"up to {MAX_COLUMNS}", where=str(path), do="check the delimiter"
        )
    names = [str(cell or "").strip() or f"column {i + 1}" for i, cell in enumerate(cells)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ReviewmineError(f"two columns are called {twice[0]!r}", where=str(path), do="rename one of them")
    return names


def _read_jsonl(path: Path, _: str) -> Rows:
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, _flat(json.loads(line))
        except (ValueError, RecursionError) as error:
            yield number, f"not a JSON object: {str(error)[:100]}"


def _read_json(path: Path, _: str) -> Rows:
    for number, item in enumerate(_records(json.loads(_text(path)), path), start=1):
        try:
            yield number, _flat(item)
        except ValueError as error:
            yield number, str(error)


def _records(data: Any, path: Path) -> list[Any]:
    """Return the list of reviews: the document itself, or the longest list of objects within it."""
    found: list[list[Any]] = []
    queue = [(data, 0)]
    while queue:
        value, depth = queue.pop()
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            found.append(value)
        elif isinstance(value, dict) and depth < MAX_DEPTH:
            queue.extend((part, depth + 1) for part in value.values())
    if not found:
        raise ReviewmineError(
            "no list of objects in it", expected='such as [{"text": "…"}]', where=str(path), do="check the export"
        )
    return max(found, key=len)


def _flat(item: Any, prefix: str = "", depth: int = 0) -> Row:
    """Return a JSON object as one flat row, inner keys joined by a dot; lists of plain values are joined by ``|``."""
    if not isinstance(item, dict):
        msg = f"found {type(item).__name__}, expected an object"
        raise ValueError(msg)
    if depth > MAX_DEPTH:
        msg = f"nested deeper than {MAX_DEPTH}"
        raise ValueError(msg)
    row: Row = {}
    for key, value in item.items():
        if isinstance(value, dict):
            row |= _flat(value, f"{prefix}{key}.", depth + 1)
        elif isinstance(value, list):
            row[f"{prefix}{key}"] = "|".join(str(part) for part in value if not isinstance(part, dict | list))
        else:
            row[f"{prefix}{key}"] = value
    return row


def _read_xlsx(path: Path, _: str) -> Rows:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(_bytes(path)))
    for sheet in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        top = _header_row(rows)
        names = _header(_trim(rows[top]), path) if rows else []
        for number, cells in enumerate(rows[top + 1 :], start=top + 2):
            if not any(cell not in ("", None) for cell in cells):
                continue
            if len(_trim(cells)) > len(names):
                yield number, f"{len(_trim(cells))} cells under {len(names)} columns"
            else:
                yield number, dict(zip(names, cells, strict=False))


def _header_row(rows: list[list[Any]]) -> int:
    """Return the number of the header: the first filled row, or the first of several cells below a title of one."""
    filled = [sum(cell not in ("", None) for cell in cells) for cells in rows[:20]]
    first = next((i for i, n in enumerate(filled) if n), 0)
    return next((i for i, n in enumerate(filled) if n > 1), first)


def _trim(cells: Iterable[Any]) -> list[Any]:
    """Return the cells without the empty ones at the end."""
    kept = list(cells)
    while kept and kept[-1] in ("", None):
        kept.pop()
    return kept


def _read_parquet(path: Path, _: str) -> Rows:
    import pyarrow.parquet as pq  # noqa: PLC0415

    number = 0
    for batch in pq.ParquetFile(io.BytesIO(_bytes(path)) if path.suffix.lower() == ".gz" else path).iter_batches(
        batch_size=10_000
    ):
        for row in batch.to_pylist():
            number += 1
            yield number, row


def _read_sqlite(path: Path, table: str) -> Rows:
    packed = path.suffix.lower() == ".gz"
    with closing(sqlite3.connect(":memory:" if packed else f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        if packed:
            database.deserialize(_bytes(path))
        tables = [
            name
            for (name,) in database.execute(
                "select name from sqlite_master where type in ('table', 'view') order by name"
            )
        ]
        if table not in tables:
            raise ReviewmineError(
                f"table {table!r}",
                expected=f"one of {', '.join(tables)[:200]}",
                where=str(path),
                do=f"write {path.name}::TABLE",
            )
        rows = database.execute('select * from "{}"'.format(table.replace('"', '""')))  # noqa: S608 the name is one of the tables
        names = [column[0] for column in rows.description]
        for number, cells in enumerate(rows, start=1):
            yield number, dict(zip(names, cells, strict=True))


def _read_paste(path: Path, _: str) -> Rows:
    yield from pasted_reviews(_text(path))


READERS: dict[str, Callable[[Path, str], Rows]] = {
    ".csv": _read_csv,
    ".db": _read_sqlite,
    ".json": _read_json,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
    ".sqlite": _read_sqlite,
    ".tsv": _read_csv,
    ".txt": _read_paste,
    ".xlsx": _read_xlsx,
}
