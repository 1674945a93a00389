"""The figures of parts of the traffic: by channel, product group, length, rating and month."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.corpus.dates import parse_date
from reviewmine.intervals import bootstrap
from reviewmine.router import TEXT_FIELDS

SMALL = 30
"""A slice of fewer rows is marked: its figures are hints."""
_MOST = 20  # slices a column, the largest first
_LENGTHS = (50, 150, 400, 1000)  # characters
_FIGURES = ("p_at_1", "micro_f1", "auto_share", "auto_precision")
_N_RESAMPLES = 100

Measure = Callable[[NDArray[np.int64]], dict[str, float]]


def slices(frame: pd.DataFrame, measure: Measure, groups: Sequence[str], seed: int) -> list[dict[str, Any]]:
    """Return a row for each slice of ``frame``: column, value, n, whether it is small, and figures with intervals.

    ``measure`` takes row numbers. Columns that are missing or hold one value only are left out.
    """
    found = []
    for column, values in slice_columns(frame).items():
        counts = pd.Series(values).value_counts()
        names = sorted(counts.index, key=lambda name: (-counts[name], name))[:_MOST]
        if len(counts) > 1:
            found += [
                _slice(column, name, np.flatnonzero(values == name), measure, groups, seed) for name in sorted(names)
            ]
    return found


def _slice(
    column: str, name: str, rows: NDArray[np.int64], measure: Measure, groups: Sequence[str], seed: int
) -> dict[str, Any]:
    """Return the figures of one slice."""

    def inside(drawn: NDArray[np.int64]) -> dict[str, float]:
        figures = measure(rows[drawn])
        return {name: figures[name] for name in _FIGURES}

    figures = bootstrap(inside, [groups[i] for i in rows], seed, _N_RESAMPLES)
    return {"column": column, "value": name, "n": len(rows), "small": len(rows) < SMALL, **figures}


def slice_columns(frame: pd.DataFrame) -> Mapping[str, NDArray[Any]]:
    """Return for each way to slice the value of every row as text; '' where it is not known."""
    columns: dict[str, NDArray[Any]] = {}
    for name in ("channel", "group", "rating"):
        if name in frame.columns:
            columns[name] = np.asarray([_text(value) for value in frame[name]], dtype=object)
    texts = [name for name in TEXT_FIELDS if name in frame.columns]
    if texts:
        sizes = frame[texts].fillna("").astype(str).apply(lambda column: column.str.len()).sum(axis=1)
        columns["length"] = np.asarray([_length(int(size)) for size in sizes], dtype=object)
    if "date" in frame.columns:
        moments = [parse_date(value) for value in frame["date"]]
        columns["month"] = np.asarray([f"{day:%Y-%m}" if day else "" for day in moments], dtype=object)
    return {name: values for name, values in columns.items() if any(values)}


def _text(value: Any) -> str:
    """Return a cell as text, whole numbers without a fraction."""
    if pd.isna(value):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _length(size: int) -> str:
    """Return the bucket of a length in characters.

    >>> _length(10), _length(400), _length(5000)
    ('up to 50', '151 to 400', 'over 1000')
    """
    for low, high in zip((-1, *_LENGTHS), _LENGTHS, strict=False):
        if size <= high:
            return f"up to {high}" if low < 0 else f"{low + 1} to {high}"
    return f"over {_LENGTHS[-1]}"
