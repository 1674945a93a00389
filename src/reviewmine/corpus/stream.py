"""Reviews of any size, in two passes over the rows.

The first pass turns rows into frames of text and learns what only the whole table tells: the scale of its ratings, the
order of day and month, ids that stand twice. The second gives the reviews. Between them the frames lie in a folder.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.corpus.columns import Columns, recognise
from reviewmine.corpus.facts import TableFacts
from reviewmine.corpus.formats import Files, Row, Table, files_of, open_tables
from reviewmine.corpus.ids import Names, UniqueIds, content_ids, row_hashes
from reviewmine.corpus.part import DATE_AS_WRITTEN, ROW_NUMBER, Part
from reviewmine.corpus.review import REVIEW_COLUMNS, review_schema
from reviewmine.corpus.staging import Stage, spilling, text_column
from reviewmine.errors import ReviewmineError
from reviewmine.router import MAX_CHARS, TEXT_FIELDS
from reviewmine.terminal import Progress

BATCH = 20_000
"""Rows worked on at once."""

NO_TEXT = "no text in it"
"""Why a row is rejected whose text fields are all empty."""


class ReviewStream:
    """The reviews of some sources, read once: counts, columns and notes are known, frames come in batches."""

    def __init__(self, folder: Path | None, files: Files, progress: Progress | None) -> None:
        """Begin with nothing; frames are kept in ``folder``, or in memory without one."""
        self._kept, self._rejected = Stage(folder, "reviews"), Stage(folder, "rejects")
        self._tables: list[TableFacts] = []
        self._ids, self._names = UniqueIds(), Names.none()
        self._extras: dict[str, None] = {}
        self._files, self._progress = files, progress or (lambda where, share, n: None)
        self.failed: list[str] = []
        self.n_kept = self.n_rejected = 0
        self._n_rows: list[int] = []

    @property
    def columns(self) -> dict[str, Columns]:
        """Return table to its recognised columns, each with the reason."""
        return {one.where: one.columns for one in self._tables if one.columns}

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what was guessed, mended or not understood, a line each."""
        said = [*self._files.left_out, *self.failed, *(note for one in self._tables for note in one.notes)]
        if self._names.n_again and any("id" in one.columns.fields for one in self._tables if one.columns):
            said.append(f"{self._names.n_again} rows carry the id of another row; a number was put after it")
        return tuple(said)

    @property
    def n_read(self) -> int:
        """Return the number of rows met."""
        return self.n_kept + self.n_rejected

    @property
    def first_reject(self) -> dict[str, Any] | None:
        """Return file, row and reason of the first rejected row, when there is one."""
        return next((frame.iloc[0].to_dict() for frame in self.rejects() if len(frame)), None)

    def batches(self) -> Iterator[pd.DataFrame]:
        """Yield the reviews in frames of the same columns, as ``review_schema`` states."""
        schema = review_schema()
        for part in self.parts():
            yield schema.validate(part.frame())

    def parts(self) -> Iterator[Part]:
        """Yield what ``batches`` yields, each frame still to be made; valid while the context of the stream lasts."""
        start = 0
        columns = (*REVIEW_COLUMNS, *self._extras)
        for (number, kept), n_rows in zip(self._kept.places(), self._n_rows, strict=True):
            facts = self._tables[number]
            assert facts.columns is not None
            fields = facts.columns.fields
            yield Part(
                kept,
                facts.where,
                start,
                n_rows,
                self._names.part(start, n_rows),
                columns,
                facts.ratings if "rating" in fields else None,
                facts.dates if "date" in fields else None,
            )
            start += n_rows

    def rejects(self) -> Iterator[pd.DataFrame]:
        """Yield the rejected rows in frames of file, row and reason; at least one frame, which may be empty."""
        yield pd.DataFrame({"file": [], "row": pd.Series([], dtype="int64"), "reason": []}).astype(
            {"file": str, "reason": str}
        )
        for _, frame in self._rejected.frames():
            yield frame

    def first_pass(
        self, table: Table, number: int, mapping: Mapping[str, str] | None, as_of: datetime | None
    ) -> ReviewmineError | None:
        """Take all rows of a table; return what is wrong with it when none of its columns can be read as text."""
        facts = TableFacts(table.where, as_of, mended=table.notes)
        self._tables.append(facts)
        rows: list[tuple[int, Row]] = []
        bad: list[tuple[int, str]] = []
        for at, row in table.rows:
            if isinstance(row, str):
                bad.append((at, row))
            else:
                rows.append((at, row))
            if len(rows) + len(bad) >= BATCH:
                self._take(facts, rows, bad, mapping)
                self._progress(
                    table.where, (number + table.done()) / len(self._files.paths), self.n_kept + self.n_rejected
                )
                rows, bad = [], []
        self._take(facts, rows, bad, mapping)
        self._progress(table.where, (number + 1) / len(self._files.paths), self.n_kept + self.n_rejected)
        return facts.error

    def _take(
        self,
        facts: TableFacts,
        rows: list[tuple[int, Row]],
        bad: list[tuple[int, str]],
        mapping: Mapping[str, str] | None,
    ) -> None:
        """Keep the rows that have text; the others are rejected with those that could not be read."""
        if rows:
            facts.learn(rows, mapping)
            frame = facts.frame(rows)
            has_text = frame[[name for name in TEXT_FIELDS if name in frame]].ne("").any(axis=1).to_numpy()
            why = facts.error.found if facts.error else NO_TEXT
            bad = [*bad, *((at, why) for (at, _), kept in zip(rows, has_text, strict=True) if not kept)]
            if has_text.any():
                numbers = np.asarray([at for at, _ in rows])[has_text]
                self._keep(facts, frame if has_text.all() else frame[has_text].reset_index(drop=True), numbers)
        self.reject(facts.where, bad)

    def _keep(self, facts: TableFacts, frame: pd.DataFrame, numbers: NDArray[np.int64]) -> None:
        """Keep a frame of rows that have text, with their numbers in the file, and learn from it."""
        assert facts.columns is not None
        for name, tally in (("rating", facts.ratings), ("date", facts.dates)):
            if name in facts.columns.fields:
                tally.add(frame[name])
        facts.n_long += int(sum(len(text) > MAX_CHARS for name in TEXT_FIELDS if name in frame for text in frame[name]))
        frame["id"] = content_ids(frame)
        self._ids.add(frame["id"].tolist(), row_hashes(frame))
        self._extras |= dict.fromkeys(frame.columns.difference(REVIEW_COLUMNS, sort=False))
        frame[ROW_NUMBER] = numbers
        self._kept.put(len(self._tables) - 1, frame)
        self._n_rows.append(len(frame))
        self.n_kept += len(frame)

    def reject(self, where: str, rows: Sequence[tuple[int, str]]) -> None:
        """Count rows as rejected, with their reasons."""
        if rows:
            numbers, reasons = zip(*sorted(rows), strict=True)
            self._rejected.put(0, pd.DataFrame({"file": where, "row": numbers, "reason": text_column(reasons)}))
            self.n_rejected += len(rows)

    def check_map(self, mapping: Mapping[str, str]) -> None:
        """Raise ``ReviewmineError`` when the map names a column that no table has; a table may lack one."""
        met = {name for one in self._tables for name in one.names}
        unmet = {field: column for field, column in mapping.items() if column not in met}
        if unmet:
            recognise(self._tables[0].names, unmet, self._tables[0].where)

    def finish(self) -> None:
        """Name the rows, once all of them are known."""
        self._names = self._ids.named(lambda: (frame["id"].tolist() for _, frame in self._kept.frames()))
        if any(one.dates.n_unread for one in self._tables):
            self._extras[DATE_AS_WRITTEN] = None


@contextmanager
def open_reviews(
    sources: str | Path | Sequence[str | Path],
    mapping: Mapping[str, str] | None = None,
    as_of: datetime | None = None,
    *,
    spill: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[ReviewStream]:
    """Read files and folders and give their reviews in batches while the context lasts.

    ``mapping`` gives our field to their column where names do not tell; ``as_of`` is the day from which «вчера» counts.
    With ``spill``, an existing folder, memory stays bounded: rows wait in a temporary folder inside it. A file that
    cannot be read is a reject of its own; raises ``ReviewmineError`` when there is no review at all.
    """
    files = files_of([sources] if isinstance(sources, str | Path) else sources)
    where = spilling(spill) if spill else nullcontext()
    with where as folder:
        stream = ReviewStream(folder, files, progress)
        errors = [
            error
            for number, file in enumerate(files.paths)
            for error in _read_file(stream, file, number, mapping, as_of)
        ]
        if not stream.n_kept:
            raise errors[0] if errors else _nothing(stream, files.paths)
        stream.check_map(mapping or {})
        stream.finish()
        yield stream


def _read_file(
    stream: ReviewStream, file: str, number: int, mapping: Mapping[str, str] | None, as_of: datetime | None
) -> Iterator[ReviewmineError]:
    """Read all tables of a file and yield what was wrong with it as a whole; the stream holds each as a reject."""
    tables = open_tables(file)
    where = file
    while True:
        try:
            table = next(tables, None)
            if table is None:
                return
            where = table.where
            error = stream.first_pass(table, number, mapping, as_of)
            if error:
                yield error
        except ReviewmineError as error:
            short = ReviewmineError(error.found, expected=error.expected, do=error.do)
            stream.reject(where, [(0, str(short))])
            stream.failed.append(str(error))
            yield error


def _nothing(stream: ReviewStream, files: Sequence[str]) -> ReviewmineError:
    """Return the error for sources that hold no review."""
    first = stream.first_reject
    return ReviewmineError(
        f"no reviews ({first['reason'] if first else 'no rows'})",
        expected="at least one",
        where=", ".join(files)[:200],
        do="check the export",
    )
