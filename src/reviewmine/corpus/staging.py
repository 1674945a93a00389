"""Frames of text between the two passes of reading: in memory, or in files of a folder when there may be many."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

_PREFIX = ".reading-"


@contextmanager
def spilling(folder: Path) -> Iterator[Path]:
    """Give a folder inside ``folder`` that is gone afterwards; what a killed process left behind is removed first."""
    for left in folder.glob(f"{_PREFIX}*"):
        owner = left.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not _runs(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", dir=folder) as fresh:
        yield Path(fresh)


def _runs(process: int) -> bool:
    """Return whether a process of this machine runs; on Windows, where asking would end it, always."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Stage:
    """Keeps frames with the number of the table they are of, and gives them again as often as asked, in order."""

    def __init__(self, folder: Path | None, name: str) -> None:
        """Keep frames in files of ``folder`` that begin with ``name``, or in memory without a folder."""
        self._folder, self._name = folder, name
        self._kept: list[tuple[int, pd.DataFrame | Path]] = []

    def put(self, table: int, frame: pd.DataFrame) -> None:
        """Keep one more frame."""
        if self._folder is None:
            self._kept.append((table, frame))
            return
        path = self._folder / f"{self._name}-{len(self._kept):06}.arrow"
        frame.to_feather(path, compression="lz4")
        self._kept.append((table, path))

    def frames(self) -> Iterator[tuple[int, pd.DataFrame]]:
        """Yield the frames again; each is the caller's to change."""
        for table, kept in self._kept:
            yield table, unkept(kept)

    def places(self) -> Sequence[tuple[int, pd.DataFrame | Path]]:
        """Return where the frames lie, each with the number of its table: themselves or their files, for ``unkept``."""
        return self._kept


def unkept(kept: pd.DataFrame | Path) -> pd.DataFrame:
    """Return a frame from where it lies; it is the caller's to change."""
    return pd.read_feather(kept) if isinstance(kept, Path) else kept.copy()


def text_column(cells: Sequence[Any]) -> list[str]:
    """Return cells as text that every file format can hold; a cell of spaces is empty.

    Lone surrogates become «?», NUL is dropped, whole floats lose their point.

    >>> text_column(["Шумит", None, 4.0, " ", float("nan")])
    ['Шумит', '', '4', '', '']
    """
    texts = [cell if type(cell) is str else _as_text(cell) for cell in cells]
    joined = "".join(texts)
    if "\0" in joined or not _whole(joined):
        texts = [text.replace("\0", "").encode("utf-8", "replace").decode() for text in texts]
    return [text if text and not text.isspace() else "" for text in texts]


def _whole(text: str) -> bool:
    """Return whether a text can be written in UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _as_text(cell: Any) -> str:
    """Return a cell that is no text as one."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell)
