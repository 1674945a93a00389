"""Paths and folders to the files that hold reviews, in a fixed order."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from reviewmine.corpus.formats.dialect import looks_tabular
from reviewmine.corpus.formats.encoding import guess_encoding
from reviewmine.corpus.formats.paste import looks_pasted
from reviewmine.corpus.formats.stored import is_ours
from reviewmine.errors import ReviewmineError

REJECTS_HEADER = b"file,row,reason"
"""The first line of a file of rejects, which is no file of reviews."""

_HEAD = 1 << 16


class Files(NamedTuple):
    """What there is to read."""

    paths: list[str]
    left_out: list[str]
    """A line for each file of a folder that might hold reviews and is not read, with the reason."""


def split_source(source: str) -> tuple[Path, str]:
    """Return the path and the part of ``path::part``; a file whose name has such a sign is a path.

    >>> split_source("a.xlsx::Лист1")[1]
    'Лист1'
    """
    path = Path(source)
    if "::" not in source or os.path.lexists(path):
        return path, ""
    name, _, part = source.partition("::")
    return Path(name), part


def ending_of(path: Path) -> str:
    """Return the ending that tells the format, in lower case; the one before .gz.

    >>> ending_of(Path("отзывы.CSV.gz"))
    '.csv'
    """
    return Path(path.stem if path.suffix.lower() == ".gz" else path.name).suffix.lower()


def list_files(sources: Iterable[str | Path], endings: Sequence[str]) -> Files:
    """Return the files of ``sources``; folders are opened with all inside them, and read by path.

    A file that is named is taken as it is. Raises ``ReviewmineError`` for a folder without any file of reviews.
    """
    files = Files([], [])
    for source in map(str, sources):
        path, _ = split_source(source)
        if not path.is_dir():
            files.paths.append(source)
            continue
        found = list(_inside(path, endings))
        if not any(not reason for _, reason in found):
            because = "".join(f"; {one}: {reason}" for one, reason in found[:1])
            raise ReviewmineError(
                "no file of reviews in the folder",
                expected=f"one of {', '.join(endings)}, or any of them with .gz",
                where=source,
                do=f"check the path{because}",
            )
        files.paths.extend(str(one) for one, reason in found if not reason)
        files.left_out.extend(f"{one}: left out, {reason}" for one, reason in found if reason)
    return Files(list(dict.fromkeys(files.paths)), files.left_out)


def _inside(folder: Path, endings: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Yield the files of a folder that have an ending of ours, each with why it is left out, or ''."""
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        inner = path.relative_to(folder).parts
        if any(part.startswith((".", "~$")) for part in inner) or not path.is_file():
            continue
        ending = ending_of(path)
        if ending not in endings or path.name.lower().endswith(".manifest.json"):
            continue
        yield path, _reason(path, ending)


def _reason(path: Path, ending: str) -> str:
    """Return why a file of a folder holds no reviews to read; '' when it may."""
    if ending == ".csv" and _head(path).startswith(REJECTS_HEADER):
        return "it lists rejected rows"
    if ending == ".parquet" and is_ours(path):
        return "reviewmine wrote it"
    if path.suffix.lower() == ".txt":
        head = _head(path)
        text = head.decode(guess_encoding(head), "replace")
        if not looks_pasted(text) and not looks_tabular(text):
            return "it does not look like pasted reviews; name it to read it"
    return ""


def _head(path: Path) -> bytes:
    """Return the first bytes of a file; none when it cannot be opened, which reading will say."""
    try:
        with path.open("rb") as file:
            return file.read(_HEAD).removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return b""
