"""Columns of output to files: fragments that are written apart and joined, byte for byte the same however they were cut."""

import csv
import hashlib
import io
import os
import re
import shutil
from collections.abc import Sequence
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any, cast

from reviewmine.engines.columns import Columns
from reviewmine.errors import ReviewmineError
from reviewmine.files import OURS, safe_cell

ENDINGS = (".csv", ".jsonl", ".parquet")
_UNSAFE = re.compile(r"^[=+\-@\t]|\r", re.MULTILINE)  # may hold a cell that ``safe_cell`` changes


def check_ending(path: Path) -> None:
    """Raise ``ReviewmineError`` when the ending of a file of output is none of ours."""
    if path.suffix.lower() not in ENDINGS:
        raise ReviewmineError(
            f"the ending {path.suffix}",
            expected=f"{', '.join(ENDINGS)}, or none for a folder of Parquet files",
            where=str(path),
            do="change -o",
        )


def fragment_name(index: int, ending: str) -> str:
    """Return the file name of a fragment of output whose whole has ``ending``."""
    return f"chunk-{index:06}{'.arrow' if ending == '.parquet' else ending}"


def write_fragment(path: Path, columns: Columns, ending: str) -> str:
    """Write rows without a header, whole or not at all, and return the sha256 of the file."""
    if ending == ".parquet":
        data = _arrow_bytes(columns)
    elif ending == ".jsonl":
        data = _json_lines(columns).encode()
    else:
        data = _csv_lines(columns).encode()
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    fresh.write_bytes(data)
    os.replace(fresh, path)
    return hashlib.sha256(data).hexdigest()


def join_fragments(path: Path, fragments: Sequence[Path], names: Sequence[str], ending: str) -> str:
    """Write fragments, in order, as one table under a header and return its sha256."""
    if ending == ".parquet":
        _join_arrow(path, fragments, names)
    else:
        with path.open("wb") as out:
            if ending == ".csv":
                out.write((",".join(names) + "\n").encode())
            for fragment in fragments:
                with fragment.open("rb") as one:
                    shutil.copyfileobj(one, out, 1 << 20)
    return sha256_of(path)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _csv_lines(columns: Columns) -> str:
    """Return rows as CSV, as ``files.write_table`` writes them."""
    out = io.StringIO(newline="")
    cells = [_safe(one) if name != "probability" else one for name, one in columns.items()]
    csv.writer(out, lineterminator="\n").writerows(zip(*cells, strict=True))
    return out.getvalue()


def _safe(cells: Sequence[str]) -> Sequence[str]:
    """Return cells that no spreadsheet takes for a formula."""
    return [safe_cell(cell) for cell in cells] if _UNSAFE.search("\n".join(cells)) else cells


def _json_lines(columns: Columns) -> str:
    """Return rows as JSON, an object a line, as ``files.write_table`` writes them."""
    told: list[Sequence[str]] = []
    for name, cells in columns.items():
        key = f"{encode_basestring(name)}: "
        quoted = map(repr, cells) if name == "probability" else map(encode_basestring, cells)
        told.append([key + cell for cell in quoted])
    return "".join([f"{{{', '.join(row)}}}\n" for row in zip(*told, strict=True)])


def _schema(names: Sequence[str]) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    kinds = [(name, pa.float64() if name == "probability" else pa.string()) for name in names]
    return pa.schema(kinds, {OURS: b"table"})


def _arrow_bytes(columns: Columns) -> bytes:
    """Return rows as an Arrow file."""
    import pyarrow as pa  # noqa: PLC0415

    schema = _schema(list(columns))
    out = pa.BufferOutputStream()
    with pa.ipc.new_file(out, schema) as writer:
        writer.write_table(pa.table({name: list(cells) for name, cells in columns.items()}, schema=schema))
    return cast("bytes", out.getvalue().to_pybytes())


def _join_arrow(path: Path, fragments: Sequence[Path], names: Sequence[str]) -> None:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetWriter(path, _schema(names)) as out:
        for fragment in fragments:
            with pa.memory_map(str(fragment)) as file:
                out.write_table(pa.ipc.open_file(file).read_all())
