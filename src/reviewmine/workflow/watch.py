"""Drift: a scored file, or reviews that the bundle answers now, beside the answers that the bundle was measured on."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import islice
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reviewmine.classify.watch import ACTIONS, MIXES, Seen, compare, moved, seen_in_columns, seen_in_scores
from reviewmine.corpus.columns import load_map
from reviewmine.corpus.dates import parse_as_of
from reviewmine.corpus.stream import ReviewStream, open_reviews
from reviewmine.engines.batch import needed
from reviewmine.engines.noted import noted_sources
from reviewmine.errors import ReviewmineError
from reviewmine.files import write_json
from reviewmine.labels.dataset import plain_text
from reviewmine.router import Bundle, Router
from reviewmine.router.bundle import read_bundle
from reviewmine.workflow.say import Say, quiet
from reviewmine.workflow.watched import Watched

LEAST = 50
"""Answers on either side below which no verdict is given."""

_NEEDS = ("type", "probability", "action")
_LABELLED = "labelled"  # the action of rows whose types are people's
_BATCH = 200_000


def watch(
    bundle: str | Path,
    sources: Sequence[str],
    *,
    against: str | None = None,
    out: Path | None = None,
    map_path: Path | None = None,
    as_of: str | None = None,
    say: Say = quiet,
) -> Watched:
    """Compare answers of today with the reference in the bundle, or with earlier answers named by ``against``.

    ``sources`` are scored files (or a folder of parts), whose actions, types and probabilities are compared, or reviews
    as ``score`` reads them: the bundle answers these, and novelty, known words and lengths are compared as well. So it is with
    ``against``. With ``out`` all figures are written there as JSON. Raises ``ReviewmineError`` for fewer than 50 answers on
    either side, for a file that another bundle scored, and for a bundle without a reference.
    """
    path, read = Path(bundle), read_bundle(bundle)
    reading = (load_map(map_path) if map_path else None, parse_as_of(as_of) if as_of else None)
    then, of = (_seen([against], read, *reading, say)[0], against) if against else _reference(path, read)
    now, n_labelled = _seen(sources, read, *reading, say)
    for seen, where in ((now, ", ".join(sources)), (then, of)):
        if seen.rows < LEAST:
            raise ReviewmineError(
                f"{seen.rows} answers", expected=f"at least {LEAST}", where=where, do="compare a longer time"
            )
    checks = compare(now, then)
    found = Watched(
        ", ".join(sources),
        now.rows,
        n_labelled,
        of,
        then.rows,
        checks,
        {one.name: moved(now, then, one.name) for one in checks if one.drifted and one.name in MIXES},
        {str(kind["code"]): str(kind["title"]) for kind in read.types},
        path,
        read.sha256,
    )
    if out:
        write_json(out, found.to_json())
    for line in (*found.told, found.line + (f"; figures in {out}" if out else "")):
        say(line)
    return found


def _reference(path: Path, bundle: Bundle) -> tuple[Seen, str]:
    """Return the reference of a bundle, and of which reviews it is."""
    facts = bundle.manifest.get("reference")
    if facts is None:
        found, do = "the bundle holds no reference for drift", "train it again, or name earlier answers with --against"
        raise ReviewmineError(found, where=f"{path}/manifest.json", do=do)
    try:
        return Seen.of_json(facts), str(facts["of"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReviewmineError(
            f"the reference for drift does not have the documented form ({error!r})",
            where=f"{path}/manifest.json",
            do="train the bundle again",
        ) from error


def _seen(sources: Sequence[str], bundle: Bundle, mapping: Any, as_of: Any, say: Say) -> tuple[Seen, int]:
    """Return the answers in ``sources`` counted, and how many rows are people's and not counted."""
    files = [_scored_files(Path(source)) for source in sources]
    if not any(files):
        return _answered(sources, bundle, mapping, as_of, say), 0
    if not all(files):
        strange = next(source for source, found in zip(sources, files, strict=True) if not found)
        raise ReviewmineError(
            "no scored file", expected="scored files alone", where=strange, do="give either kind alone"
        )
    for source in sources:
        _same_bundle(source, bundle)
    codes = [str(kind["code"]) for kind in bundle.types]
    counted = [_counted(frame, codes, str(path)) for paths in files for path in paths for frame in _frames(path)]
    return reduce(add, (seen for seen, _ in counted)), sum(n for _, n in counted)


def _answered(sources: Sequence[str], bundle: Bundle, mapping: Any, as_of: Any, say: Say) -> Seen:
    """Return what the bundle answers on reviews, counted batch by batch; what reading noted is said."""
    router, codes = Router(bundle), [str(kind["code"]) for kind in bundle.types]
    found: list[Seen] = []
    with (
        tempfile.TemporaryDirectory() as spill,
        open_reviews(list(sources), mapping, as_of, spill=Path(spill)) as stream,
    ):
        for line in (*stream.notes, *_rejected(stream)):
            say(line)
        for frame in stream.batches():
            rows = needed(frame, bundle.spec)
            found.append(seen_in_scores(router.score(rows), codes, [plain_text(row) for row in rows]))
    return reduce(add, found)


def _rejected(stream: ReviewStream) -> list[str]:
    """Return a line on the rows without an answer; none when there is no such row."""
    first = stream.first_reject
    if not first:
        return []
    return [
        f"{stream.n_rejected} of {stream.n_read} rows are no reviews, the first {first['file']}, row {first['row']}: {first['reason']}"
    ]


def _scored_files(source: Path) -> list[Path]:
    """Return the scored files at ``source``: itself, or the parts in a folder; none when it holds reviews."""
    if source.is_dir():
        parts = sorted(source.glob("part-*.parquet"))
        return parts if parts and all(_scored_files(part) for part in parts) else []
    if not source.is_file() or source.suffix.lower() not in (".csv", ".jsonl", ".parquet"):
        return []
    return [source] if {*_NEEDS} <= {*_names(source)} else []


def _names(path: Path) -> list[str]:
    """Return the names of the columns of a file; none when it is nothing that ``score`` writes."""
    try:
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq  # noqa: PLC0415

            return list(pq.read_schema(path).names)
        with path.open(encoding="utf-8") as lines:
            first = lines.readline(1 << 20)
        return list(json.loads(first)) if path.suffix.lower() == ".jsonl" else first.rstrip("\r\n").split(",")
    except (ValueError, TypeError):
        return []


def _frames(path: Path) -> Iterator[pd.DataFrame]:
    """Yield what is needed of a scored file, in parts."""
    needs = list(_NEEDS)
    if path.suffix.lower() == ".parquet":
        import pyarrow.parquet as pq  # noqa: PLC0415

        with pq.ParquetFile(path) as file:
            for part in file.iter_batches(_BATCH, columns=needs):
                yield part.to_pandas()
    elif path.suffix.lower() == ".csv":
        yield from pd.read_csv(path, usecols=needs, dtype=str, keep_default_na=False, chunksize=_BATCH)
    else:
        with path.open(encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines if line.strip())
            while batch := [{name: row.get(name) for name in needs} for row in islice(rows, _BATCH)]:
                yield pd.DataFrame(batch)


def _counted(frame: pd.DataFrame, codes: Sequence[str], where: str) -> tuple[Seen, int]:
    """Return the answers of a part of a scored file counted, and how many of its rows are people's."""
    ours = frame[frame["action"] != _LABELLED]
    probability = pd.to_numeric(ours["probability"], errors="coerce").to_numpy(float)
    bad = np.flatnonzero(~((probability >= 0) & (probability <= 1)))
    if len(bad):
        found = f"probability is {ours['probability'].iloc[bad[0]]!r}"
        raise ReviewmineError(found, expected="0 to 1", where=where, do="make it with `reviewmine score`")
    safe = {f"'{code}": k for k, code in enumerate(codes)}  # as CSV keeps what a spreadsheet would run
    places = safe | {code: k for k, code in enumerate(codes)}
    types = _placed(ours["type"], places, "the types of the bundle", where)
    actions = _placed(ours["action"], {name: k for k, name in enumerate(ACTIONS)}, ", ".join(ACTIONS), where)
    return seen_in_columns(actions, types, probability, codes), len(frame) - len(ours)


def _placed(cells: pd.Series, places: dict[str, int], expected: str, where: str) -> Any:
    """Return the place of each cell. Raises ``ReviewmineError`` on a cell that has none."""
    found = cells.astype(str).map(places)
    if found.isna().any():
        strange = f"{cells.name} is {cells[found.isna()].iloc[0]!r}"
        raise ReviewmineError(strange, expected=expected, where=where, do="name the bundle that scored it")
    return found.to_numpy(dtype=np.int64)


def _same_bundle(source: str, bundle: Bundle) -> None:
    """Raise ``ReviewmineError`` when the note beside a scored file names another bundle."""
    noted = noted_sources(Path(source)).bundle_sha256
    if noted and noted != bundle.sha256:
        found, expected = f"scored by the bundle {noted[:12]}…", f"by {bundle.sha256[:12]}…"
        raise ReviewmineError(
            found, expected=expected, where=source, do="name the bundle that scored it, or score again"
        )
