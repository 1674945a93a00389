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
    write_text(path, "".join(json.dumps(finite(row), ensure_ascii=False) + "\n" for row in rows))


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as .csv, .jsonl or .parquet by the ending of ``path``."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        write_whole(path, lambda fresh: neutral(frame).to_csv(fresh, index=False, lineterminator="\n"))
    elif suffix == ".jsonl":
        write_jsonl(path, frame.to_dict("records"))
    elif suffix == ".parquet":
        write_whole(path, lambda fresh: frame.to_parquet(fresh, index=False))
    else:
        raise ReviewmineError(
            f"the ending {suffix or 'is missing'}", expected=".csv, .jsonl or .parquet", where=str(path), do="change -o"
        )


def read_table(path: Path) -> pd.DataFrame:
    """Return a frame written by ``write_table``; text columns stay text."""
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
            safe[name] = [_safe(cell) for cell in safe[name]]
    return safe.rename(columns=_safe)


def _safe(cell: Any) -> Any:
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
