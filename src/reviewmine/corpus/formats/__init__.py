"""Files to rows: any export of reviews as tables, read lazily. What is in a file decides; its ending only among texts."""

import weakref
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from reviewmine.corpus.formats.delimited import read_delimited
from reviewmine.corpus.formats.dialect import looks_tabular
from reviewmine.corpus.formats.encoding import guess_encoding
from reviewmine.corpus.formats.jsonlines import read_json
from reviewmine.corpus.formats.paste import read_page
from reviewmine.corpus.formats.sheets import read_sheets
from reviewmine.corpus.formats.sources import Files, ending_of, list_files, split_source
from reviewmine.corpus.formats.stored import read_parquet, read_sqlite
from reviewmine.corpus.formats.table import Reader, Row, Rows, Source, Table
from reviewmine.corpus.formats.unpack import ByteSource
from reviewmine.errors import ReviewmineError

__all__ = ["READERS", "Files", "Row", "Rows", "Table", "files_of", "open_tables"]

READERS: Mapping[str, Reader] = {
    ".csv": read_delimited,
    ".db": read_sqlite,
    ".json": read_json,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".ods": read_sheets,
    ".parquet": read_parquet,
    ".sqlite": read_sqlite,
    ".sqlite3": read_sqlite,
    ".tsv": read_delimited,
    ".txt": read_page,
    ".xls": read_sheets,
    ".xlsm": read_sheets,
    ".xlsx": read_sheets,
}
"""The ending of a file to its reader."""

_SIGNATURES: Mapping[bytes, Reader] = {
    b"PK\x03\x04": read_sheets,
    b"\xd0\xcf\x11\xe0": read_sheets,
    b"PAR1": read_parquet,
    b"SQLite format 3\0": read_sqlite,
}
_TEXTS = (read_delimited, read_json, read_page)
_LOOKED_AT = 1 << 12
_SLIPS, _MOST_CONTROL = 8, 0.02
"""Control characters that a text may hold, and their share among the first characters from which a file is no text."""


def files_of(sources: Iterable[str | Path]) -> Files:
    """Return the files of ``sources``, folders opened, and what of the folders is left out."""
    return list_files(sources, sorted(READERS))


def open_tables(source: str) -> Iterator[Table]:
    """Yield the tables of one file, ``path`` or ``path::part``: a sheet of a workbook, a table of SQLite.

    Raises ``ReviewmineError`` where nothing of it can be read, here or at the first row of a table; a file that breaks
    off later ends with a rejected row. The file is closed when its tables are asked for and read to the end, or dropped.
    """
    path, part = split_source(source)
    name = source.removesuffix(f"::{part}") if part else source
    if not path.is_file():
        raise ReviewmineError("no such file", expected="a file of reviews", where=name, do="check the path")
    ending = ending_of(path)
    if ending not in READERS:
        raise ReviewmineError(
            f"the ending {ending or 'is missing'}",
            expected=f"one of {', '.join(sorted(READERS))}, or any of them with .gz",
            where=name,
            do="rename or convert it",
        )
    content = _opened(path, ending, name)
    lease = _Lease(content)
    try:
        head = content.head(_LOOKED_AT)
        if not head:
            raise ReviewmineError("the file is empty", expected="reviews", where=name, do="export it again")
        reader, note = _reader_for(ending, head, name)
        for table in reader(Source(path, name, part, content)):
            table.notes.extend([note] if note else [])
            lease.take(table.where)
            rows = _ended(table, ending, lease)
            weakref.finalize(rows, lease.give_back, table.where)  # rows that nobody begins to read
            given = Table(table.where, rows, table.done, table.notes)
            del rows, table
            yield given
            del given
    except ReviewmineError:
        raise
    except BaseException as error:
        raise _unreadable(error, ending, name) from error
    finally:
        lease.give_back()


def _opened(path: Path, ending: str, where: str) -> ByteSource:
    """Return the bytes of a file. Raises ``ReviewmineError`` when it cannot be opened."""
    try:
        return ByteSource(path)
    except OSError as error:
        raise _unreadable(error, ending, where) from error


class _Lease:
    """Keeps the bytes of a file open while its tables are asked for or read."""

    def __init__(self, content: ByteSource) -> None:
        self._content = content
        self._users: set[str] = {""}

    def take(self, user: str) -> None:
        self._users.add(user)

    def give_back(self, user: str = "") -> None:
        self._users.discard(user)
        if not self._users:
            self._content.close()


def _reader_for(ending: str, head: bytes, where: str) -> tuple[Reader, str]:
    """Return the reader for a file and a note when it is not the one of its ending."""
    reader = READERS[ending]
    inside = next((one for signature, one in _SIGNATURES.items() if head.startswith(signature)), None)
    if inside is not None and inside is not reader:
        return inside, f"not {ending} inside; read as what it is"
    if inside is None and reader is read_sheets and _is_text(head):
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            raise ReviewmineError(
                f"HTML or XML that is called {ending}",
                expected="a workbook",
                where=where,
                do="open it in a spreadsheet program and save it as .xlsx or .csv",
            )
        return read_delimited, f"a text table that is called {ending}"
    if inside is None and reader in _TEXTS and _n_control(head) > max(_SLIPS, _MOST_CONTROL * len(head)):
        raise ReviewmineError(
            f"not readable as {ending[1:]} (bytes that are no text)",
            where=where,
            do="open it and save it again, or export it in another format",
        )
    if inside is None and reader is read_page and looks_tabular(head.decode(guess_encoding(head), "replace")):
        return read_delimited, "a table parted by tabs"
    return reader, ""


def _is_text(head: bytes) -> bool:
    """Return whether bytes are lines of text."""
    text = head.decode(guess_encoding(head), "replace")
    return "\n" in text and not any(char < " " and char not in "\t\r\n" for char in text)


def _n_control(head: bytes) -> int:
    """Return how many of the first characters are control ones; not of tabs, line ends and NUL, which is dropped."""
    text = head.decode(guess_encoding(head), "replace")
    return sum(char < " " and char not in "\0\t\r\n\f\v" for char in text)


def _ended(table: Table, ending: str, lease: _Lease) -> Rows:
    """Yield the rows of a table; an error after the first of them becomes a rejected row at the end.

    Raises ``ReviewmineError`` when there is no row before the error.
    """
    number = 0
    try:
        for one in table.rows:
            number = one[0]
            yield one
    except BaseException as error:
        found = error if isinstance(error, ReviewmineError) else _unreadable(error, ending, table.where)
        if not number:
            raise found from error
        yield number + 1, found.found
    finally:
        lease.give_back(table.where)


def _unreadable(error: BaseException, ending: str, where: str) -> ReviewmineError:
    """Return what to say of an error of a library; what is no error of reading goes on as it is."""
    # a panic of the sheet library is no Exception
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    return ReviewmineError(
        f"not readable as {ending[1:]} ({type(error).__name__}: {str(error)[:200]})",
        where=where,
        do="open it and save it again, or export it in another format",
    )
