"""What a reader gives: a table of rows, read once and lazily, with what was guessed on the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reviewmine.corpus.formats.unpack import ByteSource

Row = dict[str, Any]
"""Column name to raw cell."""
Rows = Iterator[tuple[int, Row | str]]
"""The number of a row in its file with the row, or with the reason why it is rejected."""


@dataclass(frozen=True)
class Source:
    """A file to read: its name as it was given, the part of it that is asked for (a sheet or a table), its bytes."""

    path: Path
    name: str
    part: str
    content: ByteSource


@dataclass(frozen=True)
class Table:
    """Rows under one set of column names. ``rows`` can be read once; ``done`` and ``notes`` change while it is read."""

    where: str
    """What a person calls it: ``a.csv``, ``a.xlsx::Лист1``, ``a.db::reviews``."""
    rows: Rows
    done: Callable[[], float]
    """Returns the share of the source read so far, 0..1."""
    notes: list[str] = field(default_factory=list)
    """What was guessed or mended, a line each."""


Reader = Callable[[Source], Iterator[Table]]
