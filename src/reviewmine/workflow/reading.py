"""Exports to reviews, reviews to statements: streamed from file to file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from reviewmine.corpus.columns import BY_NAME, Columns, Match
from reviewmine.corpus.profile import profile_reviews
from reviewmine.corpus.statements import cut_reviews
from reviewmine.corpus.stream import open_reviews
from reviewmine.errors import ReviewmineError
from reviewmine.files import table_batches, write_batches
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
    for written in (out, where, *([profile] if profile else [])):
        not_over(sources, written)
    not_over([str(where)], out)
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
            found = profile_reviews(table_batches(out), rejected, columns, stream.notes)
            write_profile(found, profile)
            say(f"profile: {profile}")
        n_kept, n_rejected = stream.n_kept, stream.n_rejected
    say(f"read: {n_kept + n_rejected} rows = {n_kept} kept in {out} + {n_rejected} rejected in {where}")
    return ReadResult(out, where, n_kept, n_rejected, found)


def told_columns(columns: Mapping[str, Columns]) -> list[str]:
    """Return a line for each way in which columns were taken: which column is which field, and why where it is not its name."""
    tables: dict[tuple[Match, ...], list[str]] = {}
    for table, found in columns.items():
        tables.setdefault(found.matches, []).append(table)
    return [
        f"{names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}: "
        + ", ".join(f"{one.field} <- {one.column}{'' if one.why == BY_NAME else f' ({one.why})'}" for one in matches)
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
    """Raise ``ReviewmineError`` when ``out`` is one of the files it is made from."""
    for source in sources:
        if Path(source.partition("::")[0]).resolve() == out.resolve():
            raise ReviewmineError("the output is also an input", where=str(out), do="write to another file with -o")


def rejected_line(first: Mapping[str, Any], n_rejected: int, n_read: int) -> str:
    """Return what was rejected on the way, and how to see all of it."""
    return (
        f"{n_rejected} of {n_read} rows rejected, the first {first['file']}, row {first['row']}: "
        f"{first['reason']}; `reviewmine read` lists them"
    )
