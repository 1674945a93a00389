"""Files written whole or not at all; tables in the format of their ending, formulas in CSV neutralised."""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from reviewmine.errors import ReviewmineError

OURS = b"reviewmine"
"""Key in the metadata of a Parquet file that this program wrote: such a file in a folder of exports is not read back."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONE_RETURN = re.compile(r"\r(?!\n)")  # the csv module of Python 3.11 does not quote it: the rest would be a new row


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Call ``write`` with a temporary neighbour of ``path`` and rename it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new{path.suffix}")
    try:
        write(fresh)
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` in UTF-8."""
    write_whole(path, lambda fresh: fresh.write_text(text, encoding="utf-8") and None)


def write_json(path: Path, data: Any) -> None:
    """Write ``data`` as readable JSON; figures that are no numbers become null."""
    write_text(path, json.dumps(finite(data), ensure_ascii=False, indent=2) + "\n")


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object a line."""
    write_text(path, "".join(map(_json_line, rows)))


def _json_line(row: Mapping[str, Any]) -> str:
    """Return a row as one line of JSON."""
    return json.dumps(finite(row), ensure_ascii=False) + "\n"


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as .csv, .jsonl or .parquet by the ending of ``path``."""
    write_batches(path, [frame])


def write_batches(path: Path, frames: Iterable[pd.DataFrame]) -> None:
    """Write frames of the same columns as one table, one after another; at least one, which may have no rows."""
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ReviewmineError(
            f"the ending {path.suffix or 'is missing'}",
            expected=".csv, .jsonl or .parquet",
            where=str(path),
            do="change -o",
        )
    write_whole(path, lambda fresh: write(fresh, frames))


def _write_csv(path: Path, frames: Iterable[pd.DataFrame]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        for number, frame in enumerate(frames):
            neutral(frame).to_csv(out, index=False, header=number == 0, lineterminator="\n")


def _write_jsonl(path: Path, frames: Iterable[pd.DataFrame]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(_json_line(row) for frame in frames for row in frame.to_dict("records"))


def _write_parquet(path: Path, frames: Iterable[pd.DataFrame]) -> None:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    parts = iter(frames)
    first = pa.Table.from_pandas(next(parts), preserve_index=False)
    fields = [
        pa.field(one.name, pa.string()) if pa.types.is_null(one.type) else one for one in first.schema
    ]  # no rows yet
    schema = pa.schema(fields, {**(first.schema.metadata or {}), OURS: b"table"})
    with pq.ParquetWriter(path, schema) as out:
        out.write_table(first.cast(schema))
        for frame in parts:
            out.write_table(pa.Table.from_pandas(frame, schema=schema, preserve_index=False))


_WRITERS: dict[str, Callable[[Path, Iterable[pd.DataFrame]], None]] = {
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}


def read_table(path: Path) -> pd.DataFrame:
    """Return a frame written by ``write_table``, or the Parquet parts of a folder in their order; text columns stay text."""
    if path.is_dir() and (parts := sorted(path.glob("part-*.parquet"))):
        return pd.concat(map(pd.read_parquet, parts), ignore_index=True)
    if not path.is_file():
        raise ReviewmineError("no such file", where=str(path), do="check the path")
    if path.suffix.lower() == ".parquet":
        return pd.read_parquet(path)
    if path.suffix.lower() == ".jsonl":
        return pd.DataFrame(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame.map(lambda cell: cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell)


def neutral(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose texts no spreadsheet takes for a formula: an apostrophe is put before ``= + - @``."""
    safe = frame.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = [safe_cell(cell) for cell in safe[name]]
    return safe.rename(columns=safe_cell)


def safe_cell(cell: Any) -> Any:
    """Return ``cell`` with an apostrophe before a text that opens like a formula, and no line end that goes unquoted."""
    if not isinstance(cell, str):
        return cell
    return _LONE_RETURN.sub("\n", f"'{cell}" if cell.startswith(_FORMULA) else cell)


def finite(data: Any) -> Any:
    """Return ``data`` for JSON: figures that are no numbers and unknown dates as None, dates as text."""
    if isinstance(data, datetime):
        return data.isoformat(sep=" ") if data == data else None
    if isinstance(data, float):
        return data if data == data and abs(data) != float("inf") else None
    if isinstance(data, Mapping):
        return {str(key): finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [finite(value) for value in data]
    return data
