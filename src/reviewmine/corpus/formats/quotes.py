"""Cells of a line: as the csv module cuts them, and where it gives up, for quotes not doubled or never closed."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_RUNS = re.compile('"+')
_RUNS_ESCAPED = re.compile(r'\\.|"+', re.DOTALL)


@dataclass(frozen=True)
class Dialect:
    """How a file parts its cells: the sign between them, whether a backslash escapes a quote, the usual number of cells."""

    delimiter: str
    escaped: bool = False
    width: int = 0
    spaced: bool = False
    """Whether a space stands between a delimiter and a quote."""


def strict_reader(lines: Iterable[str], dialect: Dialect) -> Any:
    """Return the reader of the csv module, which raises ``csv.Error`` where a quote has gone astray."""
    escape = "\\" if dialect.escaped else None
    return csv.reader(
        lines, delimiter=dialect.delimiter, escapechar=escape, skipinitialspace=dialect.spaced, strict=True
    )


class Scanner:
    """Cuts lines into cells. A quote closes its cell only before a delimiter or a line end; any other is a letter."""

    def __init__(self, dialect: Dialect) -> None:
        """Begin a record."""
        self._delimiter, self._escaped = dialect.delimiter, dialect.escaped
        self._spaced = dialect.spaced
        self._runs = _RUNS_ESCAPED if dialect.escaped else _RUNS
        self._open: list[str] = []
        self.cells: list[str] = []
        self.size = 0

    @property
    def is_open(self) -> bool:
        """Return whether the record goes on in the next line."""
        return bool(self._open)

    def feed(self, line: str) -> None:
        """Add the next line of the record."""
        self.size += len(line)
        end = len(line.rstrip("\n")) if not line.endswith("\r\n") else len(line) - 2
        at = 0
        if self._open:
            at = self._quoted(line, 0, end)
        while 0 <= at <= end:
            while self._spaced and line.startswith(" ", at, end):
                at += 1
            if line.startswith('"', at, end):
                self._open.append("")
                at = self._quoted(line, at + 1, end)
            else:
                stop = line.find(self._delimiter, at, end)
                stop = end if stop < 0 else stop
                self.cells.append(self._plain(line[at:stop]))
                at = stop + 1

    def rest(self) -> str:
        """Return what has been read of the quoted cell that is open."""
        return "".join(self._open)

    def _quoted(self, line: str, at: int, end: int) -> int:
        """Read on in a quoted cell and return where the next cell begins; -1 when the line ends within it."""
        for run in self._runs.finditer(line, at, end):
            after = run.end()
            closes = run[0][0] == '"' and len(run[0]) % 2 and (after == end or line[after] == self._delimiter)
            if closes:
                self._open.append(line[at : after - 1])
                self.cells.append(self._plain(self.rest().replace('""', '"')))
                self._open.clear()
                return after + 1
        self._open.append(line[at:])
        return -1

    def _plain(self, cell: str) -> str:
        return re.sub(r"\\(.)", r"\1", cell, flags=re.DOTALL) if self._escaped and "\\" in cell else cell


def literal(line: str, dialect: Dialect) -> list[str]:
    r"""Return the cells of one line; a quote that never closes is a letter.

    >>> literal('1,"плохой товар,5\n', Dialect(","))
    ['1', '"плохой товар', '5']
    """
    scanner = Scanner(dialect)
    scanner.feed(line)
    if not scanner.is_open:
        return scanner.cells
    return [*scanner.cells, *('"' + scanner.rest().rstrip("\r\n")).split(dialect.delimiter)]


def is_open(line: str, dialect: Dialect) -> bool:
    """Return whether a record that begins with a line goes on in the next one."""
    scanner = Scanner(dialect)
    scanner.feed(line)
    return scanner.is_open
