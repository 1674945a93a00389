"""Stored tables: Parquet in batches, SQLite row by row."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from reviewmine.corpus.formats.flat import flat_row
from reviewmine.corpus.formats.header import column_names
from reviewmine.corpus.formats.table import Rows, Source, Table
from reviewmine.corpus.formats.unpack import seekable
from reviewmine.errors import ReviewmineError

_BATCH = 5_000


def read_parquet(source: Source) -> Iterator[Table]:
    """Yield the one table of a Parquet file; inner columns are flattened as in JSON."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    file = pq.ParquetFile(seekable(source.content, source.name), pre_buffer=False)
    notes: list[str] = []
    names = column_names(file.schema_arrow.names, source.name, notes)
    read = [0]
    n_rows = max(file.metadata.num_rows, 1)
    yield Table(source.name, _parquet_rows(file, names, read), lambda: read[0] / n_rows, notes)


def _parquet_rows(file: Any, names: list[str], read: list[int]) -> Rows:
    """Yield the rows of a Parquet file; the number read so far stands in ``read``."""
    import pyarrow as pa  # noqa: PLC0415

    nested = any(pa.types.is_nested(kind) or pa.types.is_binary(kind) for kind in file.schema_arrow.types)
    number = 0
    for batch in file.iter_batches(batch_size=_BATCH):
        for row in batch.rename_columns(names).to_pylist():
            number += 1
            try:
                yield number, flat_row(row) if nested else row
            except ValueError as error:
                yield number, str(error)
        read[0] = number


def is_ours(path: Any) -> bool:
    """Return whether a Parquet file was written by this program."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    from reviewmine.files import OURS  # noqa: PLC0415 it brings pandas

    try:
        return OURS in (pq.read_schema(path).metadata or {})
    except Exception:  # noqa: BLE001, RUF100 whatever is wrong with it, reading will say so
        return False


def read_sqlite(source: Source) -> Iterator[Table]:
    """Yield one table or view of a SQLite file: ``file.db::table``, or the only one without its name."""
    database = _opened(source)
    database.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        table = _table_of(database, source)
        n_rows = _n_rows(database, table)
    except BaseException:
        database.close()
        raise
    notes: list[str] = []
    read = [0, max(n_rows, 1)]
    rows = _sqlite_rows(database, table, source.name, notes, read)
    yield Table(f"{source.name}::{table}", rows, lambda: min(read[0] / read[1], 1.0), notes)


def _table_of(database: sqlite3.Connection, source: Source) -> str:
    """Return the table or view to read. Raises ``ReviewmineError`` when it is not there, or not the only one."""
    found = "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\'"
    tables = [name for (name,) in database.execute(f"{found} order by name")]
    table = source.part or (tables[0] if len(tables) == 1 else "")
    if table not in tables:
        raise ReviewmineError(
            f"no table {table!r}" if table else f"{len(tables)} tables",
            expected=f"one of {', '.join(tables)[:200]}",
            where=source.name,
            do=f"write {source.path.name}::TABLE",
        )
    return table


def _opened(source: Source) -> sqlite3.Connection:
    """Return the database, which cannot be written to."""
    if not source.content.packed:
        return sqlite3.connect(f"{source.path.resolve().as_uri()}?mode=ro", uri=True)
    database = sqlite3.connect(":memory:")
    database.deserialize(seekable(source.content, source.name).read())
    return database


def _quoted(table: str) -> str:
    return '"{}"'.format(table.replace('"', '""'))


def _n_rows(database: sqlite3.Connection, table: str) -> int:
    """Return about how many rows a table has, without counting them; 0 for a view."""
    try:
        (last,) = database.execute(f"select max(rowid) from {_quoted(table)}").fetchone()  # noqa: S608 a name of the file
    except sqlite3.Error:
        return 0
    return last if isinstance(last, int) else 0


def _sqlite_rows(database: sqlite3.Connection, table: str, where: str, notes: list[str], read: list[int]) -> Rows:
    """Yield the rows of a table; the number read so far stands in ``read``."""
    with closing(database):
        rows = database.execute(f"select * from {_quoted(table)}")  # noqa: S608 the name is one of the tables
        names = column_names([column[0] for column in rows.description], where, notes)
        for number, cells in enumerate(rows, start=1):
            read[0] = number
            plain = [cell.decode("utf-8", "replace") if type(cell) is bytes else cell for cell in cells]
            yield number, dict(zip(names, plain, strict=True))
