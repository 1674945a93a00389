"""Exports to reviews, reviews to statements: streamed from file to file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from reviewmine.corpus.cells import shown
from reviewmine.corpus.columns import BY_NAME, Columns, Match
from reviewmine.corpus.formats import files_of
from reviewmine.corpus.profile import profile_reviews
from reviewmine.corpus.read import Reading
from reviewmine.corpus.statements import cut_reviews
from reviewmine.corpus.stream import open_reviews
from reviewmine.errors import ReviewmineError
from reviewmine.files import write_batches
from reviewmine.report.profile import write_profile
from reviewmine.terminal import Progress
from reviewmine.workflow.say import Say, quiet


@dataclass(frozen=True)
class ReadResult:
    """What reading left behind: ``n_kept + n_rejected`` is the number of rows met."""

    reviews: Path
    rejects: Path
    n_kept: int
    n_rejected: int
    profile: dict[str, Any] | None = None


def read(
    sources: Sequence[str],
    out: Path,
    mapping: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    *,
    as_of: datetime | None = None,
    profile: Path | None = None,
    progress: Progress | None = None,
    say: Say = quiet,
) -> ReadResult:
    """Read any export into ``out`` with bounded memory; rejected rows go to ``rejects`` (by default beside ``out``).

    With ``profile``, a page that describes the data is written there. ``as_of`` is the day from which «вчера» counts.
    """
    where = rejects or out.with_name(f"{out.stem}.rejects.csv")
    written = [out, where, *([profile] if profile else [])]
    for path in written:
        not_over(sources, path)
    if len({path.resolve() for path in written}) < len(written):
        raise ReviewmineError("two outputs are one file", where=str(out), do="give each a path of its own")
    out.parent.mkdir(parents=True, exist_ok=True)
    with open_reviews(list(sources), mapping, as_of, spill=out.parent, progress=progress) as stream:
        write_batches(out, _watched(stream.batches(), stream.n_kept, progress))
        write_batches(where, stream.rejects())
        for line in (*told_columns(stream.columns), *stream.notes):
            say(line)
        found = None
        if profile:
            rejected = pd.concat(stream.rejects(), ignore_index=True)
            columns = {table: one.fields for table, one in stream.columns.items()}
            found = profile_reviews(stream.batches(), rejected, columns, stream.notes, today=as_of)
            write_profile(found, profile)
            say(f"profile: {profile}")
        n_kept, n_rejected = stream.n_kept, stream.n_rejected
        if stream.first_reject:
            say(rejected_line(stream.first_reject, n_rejected, stream.n_read))
    say(f"read: {n_kept + n_rejected} rows = {n_kept} kept in {out} + {n_rejected} rejected in {where}")
    return ReadResult(out, where, n_kept, n_rejected, found)


def told_columns(columns: Mapping[str, Columns]) -> list[str]:
    """Return a line for each way in which columns were taken: which column is which field, and why where it is not its name."""
    tables: dict[tuple[Match, ...], list[str]] = {}
    for table, found in columns.items():
        tables.setdefault(found.matches, []).append(table)
    return [
        f"{names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}: "
        + ", ".join(
            f"{one.field} <- {shown(one.column, 60)}{'' if one.why == BY_NAME else f' ({one.why})'}" for one in matches
        )
        for matches, names in tables.items()
    ]


def statements(
    batches: Iterable[pd.DataFrame], out: Path, *, n_reviews: int, progress: Progress | None = None, say: Say = quiet
) -> None:
    """Cut reviews, given in frames, into statements in ``out``."""
    counts: Counter[str] = Counter()

    def cut() -> Iterator[pd.DataFrame]:
        for batch in _watched(batches, n_reviews, progress):
            frame = cut_reviews(batch)
            counts["reviews"] += len(batch)
            counts["statements"] += len(frame)
            counts["null"] += int((frame["null"] != "").sum())
            counts["misplaced"] += int(frame["misplaced"].sum())
            yield frame

    write_batches(out, cut())
    say(
        f"statements: {counts['reviews']} reviews -> {counts['statements']} statements in {out}, "
        f"{counts['null']} null answers, {counts['misplaced']} misplaced"
    )


def _watched(frames: Iterable[pd.DataFrame], n_rows: int, progress: Progress | None) -> Iterator[pd.DataFrame]:
    """Yield ``frames`` and tell how far the writing is."""
    done = 0
    for frame in frames:
        yield frame
        done += len(frame)
        if progress:
            progress("writing", done / max(n_rows, 1), done)


def not_over(sources: Sequence[str], out: Path) -> None:
    """Raise ``ReviewmineError`` when ``out`` is one of the files it is made from, in a folder or not."""
    if not out.exists():
        return
    for source in files_of(sources).paths:
        if Path(source).resolve() == out.resolve() or Path(source.partition("::")[0]).resolve() == out.resolve():
            raise ReviewmineError("the output is also an input", where=str(out), do="write to another file with -o")


def said_of(reading: Reading) -> list[str]:
    """Return what to tell of reviews read on the way to something else: notes, and what was rejected."""
    rejects = reading.rejects
    return [
        *reading.notes,
        *(
            [f"{rejected_line(rejects.iloc[0], len(rejects), reading.n_read)}; `reviewmine read` lists them"]
            if len(rejects)
            else []
        ),
    ]


def rejected_line(first: Mapping[str, Any], n_rejected: int, n_read: int) -> str:
    """Return how many rows were rejected, and the first of them."""
    return f"{n_rejected} of {n_read} rows rejected, the first {first['file']}, row {first['row']}: {first['reason']}"
