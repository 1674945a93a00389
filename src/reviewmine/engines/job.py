"""Files of reviews to files of answers: read, scored in chunks by an engine, joined in the order of the input."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from reviewmine import __version__
from reviewmine.corpus.formats import files_of
from reviewmine.corpus.formats.sources import split_source
from reviewmine.corpus.part import Part
from reviewmine.corpus.stream import BATCH, ReviewStream, open_reviews
from reviewmine.engines import journal
from reviewmine.engines.chunks import Done, Job
from reviewmine.engines.columns import column_names
from reviewmine.engines.pool import n_cores, score_here_or_apart
from reviewmine.engines.writing import check_ending, fragment_name, join_fragments, sha256_of
from reviewmine.errors import ReviewmineError
from reviewmine.files import write_batches
from reviewmine.router import bundle_sha256
from reviewmine.terminal import SCORING, Progress

Engine = Literal["local", "spark"]
_PART = re.compile(r"part-\d{5}-.*\.parquet")


@dataclass(frozen=True)
class Outcome:
    """What a scoring left behind: ``n_scored + n_failed + n_rejected`` is the number of rows read."""

    n_scored: int
    n_failed: int
    n_rejected: int
    n_kept_chunks: int
    """Chunks that an earlier run had finished."""
    actions: Mapping[str, int]
    parts: Sequence[Mapping[str, Any]]
    """Name, rows and sha256 of each file of output."""
    failed: Path | None
    """Where failed and rejected rows are listed, when there are any."""
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def n_read(self) -> int:
        """Return the number of rows met."""
        return self.n_scored + self.n_failed + self.n_rejected


def score_files(
    bundle: Path,
    sources: Sequence[str],
    out: Path,
    *,
    engine: Engine = "local",
    workers: int | None = None,
    resume: bool = False,
    with_probabilities: bool = False,
    mapping: Mapping[str, str] | None = None,
    as_of: datetime | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Score reviews of any number with bounded memory into ``out``: a file by its ending, a folder without one.

    A folder gets a Parquet part for each table of the input. Work lies in a hidden folder beside ``out`` until it is done;
    with ``resume`` what is there is kept. Raises ``ReviewmineError`` when that was begun on other things.
    """
    check_out(sources, out)
    ending = out.suffix.lower() or ".parquet"
    folder = out.with_name(f".{out.name}.scoring")
    identity = bundle_sha256(bundle)
    job = Job(str(bundle), identity, str(folder), ending, with_probabilities)
    job.router()  # a bundle that does not verify is refused before anything is read
    with journal.held(folder):
        plan = {
            "bundle_sha256": identity,
            "sources": [_identified(source) for source in files_of(sources).paths],
            "map": dict(mapping) if mapping else None,
            "as_of": as_of.isoformat() if as_of else None,
            "output": f"{'file' if out.suffix else 'folder'} {ending}",
            "probabilities": with_probabilities,
            "rows in a chunk": BATCH,
            "version": __version__,
        }
        done = journal.begin(folder, plan, ending, resume=resume)
        n_kept = len(done)
        try:
            with open_reviews(list(sources), mapping, as_of, spill=folder, progress=progress) as stream:
                parts = list(stream.parts())
                for one in _scored(job, parts, done, engine, workers or n_cores(), progress):
                    journal.note(folder, one)
                    done[one.index] = one
                outcome = _finish(job, out, stream, parts, [done[index] for index in range(len(parts))], n_kept)
        except BaseException:
            if not done:  # nothing is worth keeping
                shutil.rmtree(folder, ignore_errors=True)
            raise
        shutil.rmtree(folder)
    return outcome


def _scored(
    job: Job, parts: Sequence[Part], done: Mapping[int, Done], engine: Engine, workers: int, progress: Progress | None
) -> Iterator[Done]:
    """Yield the chunks that are not done yet, once they are."""
    score = score_here_or_apart
    if engine == "spark":
        from reviewmine.engines.spark import score_on_spark as score  # noqa: PLC0415 an extra
    n_rows, n = sum(part.n_rows for part in parts), sum(one.n_rows for one in done.values())
    for one in score(job, [(index, part) for index, part in enumerate(parts) if index not in done], workers):
        yield one
        n += one.n_rows
        if progress:
            progress(SCORING, n / n_rows, n)


def _finish(
    job: Job, out: Path, stream: ReviewStream, parts: Sequence[Part], done: Sequence[Done], n_kept: int
) -> Outcome:
    """Join the fragments into ``out`` and list what failed."""
    written = _write_folder(job, out, parts, done) if not out.suffix else [_write_file(job, out, out.name, done)]
    n_failed = sum(len(one.failed) for one in done)
    failed = out.with_name(f"{out.name}.failed.csv")
    if n_failed + stream.n_rejected:
        write_batches(failed, _failures(stream, parts, done))
    else:
        failed.unlink(missing_ok=True)
    return Outcome(
        sum(one.n_scored for one in done),
        n_failed,
        stream.n_rejected,
        n_kept,
        dict(sorted(sum((Counter(one.actions) for one in done), Counter()).items())),
        written,
        failed if n_failed + stream.n_rejected else None,
        stream.notes,
    )


def _write_file(job: Job, path: Path, name: str, done: Sequence[Done]) -> dict[str, Any]:
    """Write chunks as one table and return its name, rows and sha256; the file appears when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(job.folder)
    fresh = folder / f"joined{job.ending}.new"
    fragments = [folder / fragment_name(one.index, job.ending) for one in done]
    sha256 = join_fragments(fresh, fragments, column_names(job.with_probabilities), job.ending)
    fresh.replace(path)
    return {"name": name, "rows": sum(one.n_scored for one in done), "sha256": sha256}


def _write_folder(job: Job, out: Path, parts: Sequence[Part], done: Sequence[Done]) -> list[dict[str, Any]]:
    """Write a part for each table into a folder that takes the place of ``out`` when all are whole."""
    fresh = Path(job.folder) / "parts"
    shutil.rmtree(fresh, ignore_errors=True)
    tables: dict[str, list[Done]] = {}
    for part, one in zip(parts, done, strict=True):
        tables.setdefault(part.where, []).append(one)
    written = []
    for number, (where, chunks) in enumerate(tables.items()):
        name = f"part-{number:05}-{_stem(where)}.parquet"
        written.append(_write_file(job, fresh / name, name, chunks))
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)
    return written


def _stem(where: str) -> str:
    """Return a plain name for a table: of ``a/отзывы.xlsx::Лист1`` it is ``отзывы-Лист1``."""
    path, part = split_source(where)
    name = f"{path.stem}-{part}" if part else path.stem
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:40] or "table"


def _failures(stream: ReviewStream, parts: Sequence[Part], done: Sequence[Done]) -> Iterator[pd.DataFrame]:
    """Yield what has no answer: file, row number, reason and, where it was read, the id."""
    for frame in stream.rejects():
        yield frame.assign(id="").astype({"id": str})
    for part, one in zip(parts, done, strict=True):
        if one.failed:
            rows, ids, reasons = zip(*one.failed, strict=True)
            yield pd.DataFrame({"file": part.where, "row": rows, "reason": reasons, "id": ids})


def check_out(sources: Sequence[str], out: Path) -> None:
    """Raise ``ReviewmineError`` when ``out`` cannot be written, or would take something away."""
    if out.suffix:
        check_ending(out)
        if out.is_dir():
            raise ReviewmineError("a folder", expected="a file", where=str(out), do="change -o")
        return
    if out.is_file():
        raise ReviewmineError("a file without an ending", expected="a folder", where=str(out), do="change -o")
    others = [path.name for path in out.iterdir() if not _PART.fullmatch(path.name)] if out.is_dir() else []
    if others:
        raise ReviewmineError(
            f"the folder holds {others[0]}", expected="a new folder or one of parts", where=str(out), do="change -o"
        )
    for source in files_of(sources).paths if out.is_dir() else []:
        if split_source(source)[0].resolve().is_relative_to(out.resolve()):
            raise ReviewmineError("the output is also an input", where=str(out), do="write to another folder with -o")


def _identified(source: str) -> dict[str, Any]:
    """Return what tells a source from another: its name, size and sha256."""
    path, _ = split_source(source)
    if not path.is_file():
        return {"path": source, "size": None, "sha256": None}  # reading will say what is wrong
    return {"path": source, "size": path.stat().st_size, "sha256": sha256_of(path)}
