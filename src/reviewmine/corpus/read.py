"""Any export to a frame of reviews. Every row is kept, or rejected with file, row number and reason."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from reviewmine.corpus.columns import recognise
from reviewmine.corpus.formats import READERS, read_rows
from reviewmine.corpus.review import REVIEW_COLUMNS, review_schema
from reviewmine.corpus.values import parse_date, parse_rating, rating_scale, to_five
from reviewmine.errors import ReviewmineError
from reviewmine.router import TEXT_FIELDS

_WORDS_COLUMNS = ("channel", "product", "group")


@dataclass(frozen=True)
class Reading:
    """What came of reading: ``len(reviews) + len(rejects)`` is the number of rows met."""

    reviews: pd.DataFrame
    rejects: pd.DataFrame
    columns: Mapping[str, Mapping[str, str]]
    """File to our field to their column."""
    notes: Sequence[str] = field(default_factory=tuple)
    """What was kept but not understood: a rating in words, a date without a year."""

    @property
    def n_read(self) -> int:
        """Return the number of rows met."""
        return len(self.reviews) + len(self.rejects)


def read_reviews(source: str | Path | Sequence[str | Path], mapping: Mapping[str, str] | None = None) -> Reading:
    """Return the reviews of a file, several files or a folder.

    ``mapping`` gives our field to their column where names do not tell. Ratings are brought to 1..5 by the scale of
    their file. A row without an id gets one from its content; equal ids are told apart by a suffix. Columns that are
    no field of ours are kept as text.
    """
    files = _files([source] if isinstance(source, str | Path) else source)
    frames, rejects, columns, notes = [], [], {}, []
    for file in files:
        kept, rejected = _rows_of(file)
        rejects.extend(rejected)
        if not kept:
            continue
        names = list(dict.fromkeys(name for _, row in kept for name in row))
        columns[file] = recognise(names, mapping, where=file)
        frame, empty, said = _frame(kept, columns[file], file)
        frames.append(frame)
        rejects.extend(empty)
        notes.extend(said)
    if not any(map(len, frames)):
        reason = rejects[0]["reason"] if rejects else "no rows"
        raise ReviewmineError(
            f"no reviews ({reason})", expected="at least one", where=", ".join(files)[:200], do="check the export"
        )
    reviews = _with_ids(pd.concat(frames, ignore_index=True))
    return Reading(
        review_schema().validate(reviews),
        pd.DataFrame(rejects, columns=["file", "row", "reason"]),
        columns,
        tuple(notes),
    )


def _files(sources: Iterable[str | Path]) -> list[str]:
    """Return the files that ``sources`` name, folders opened, in a fixed order."""
    files: list[str] = []
    for source in sources:
        path = Path(source)
        if not path.is_dir():
            files.append(str(source))
            continue
        inside = sorted(
            str(entry)
            for entry in path.rglob("*")
            if entry.is_file() and Path(entry.name.removesuffix(".gz")).suffix.lower() in READERS
        )
        if not inside:
            raise ReviewmineError(
                "no file of reviews in the folder",
                expected=f"one of {', '.join(sorted(READERS))}",
                where=str(path),
                do="check the path",
            )
        files.extend(inside)
    return files


def _rows_of(file: str) -> tuple[list[tuple[int, dict[str, Any]]], list[dict[str, Any]]]:
    """Return the rows of a file and its rejects."""
    kept: list[tuple[int, dict[str, Any]]] = []
    rejected: list[dict[str, Any]] = []
    for number, row in read_rows(file):
        if isinstance(row, str):
            rejected.append({"file": file, "row": number, "reason": row})
        else:
            kept.append((number, row))
    return kept, rejected


def _frame(
    rows: Sequence[tuple[int, dict[str, Any]]], columns: Mapping[str, str], file: str
) -> tuple[pd.DataFrame, list[dict[str, Any]], list[str]]:
    """Return the reviews of one file, the rows without text as rejects, and notes on values not understood."""
    texts = {
        name: [_string(row.get(columns[name])) if name in columns else "" for _, row in rows]
        for name in (*TEXT_FIELDS, *_WORDS_COLUMNS)
    }
    taken = {columns[name] for name in columns if name in (*TEXT_FIELDS, *_WORDS_COLUMNS, "id", "date")}
    kept = set(columns.values()) if "rating" not in columns else set(columns.values()) - {columns["rating"]}
    others = dict.fromkeys(name for _, row in rows for name in row if name not in taken and name not in kept)
    data: dict[str, Any] = {
        "id": [_string(row.get(columns["id"])) if "id" in columns else "" for _, row in rows],
        **texts,
    }
    ratings, rating_note = _ratings([row.get(columns["rating"]) if "rating" in columns else None for _, row in rows])
    dates = [_or_none(parse_date, row.get(columns["date"])) if "date" in columns else None for _, row in rows]
    unread = [
        number
        for (number, row), moment in zip(rows, dates, strict=True)
        if "date" in columns and moment is None and _string(row.get(columns["date"]))
    ]
    data |= {"rating": pd.Series(ratings, dtype=float), "date": pd.Series(dates, dtype="datetime64[us]")}
    for name in others:  # a column with one of our names that the map gave to no field is kept under a name of its own
        own = f"{name} (source)" if name in REVIEW_COLUMNS else name
        data[own] = [_string(row.get(name)) for _, row in rows]
    frame = pd.DataFrame(data)
    has_text = frame[list(TEXT_FIELDS)].ne("").any(axis=1).to_numpy()
    empty = [
        {"file": file, "row": number, "reason": "no text in it"}
        for (number, _), kept in zip(rows, has_text, strict=True)
        if not kept
    ]
    notes = [f"{file}: {rating_note}"] if rating_note else []
    if unread:
        notes.append(f"{file}: {len(unread)} dates not understood, the first in row {unread[0]}; left empty")
    return frame[has_text], empty, notes


def _ratings(cells: Sequence[Any]) -> tuple[list[float | None], str]:
    """Return ratings on 1..5 and a note on cells that give none."""
    numbers = [_or_none(parse_rating, cell) for cell in cells]
    scale = rating_scale([number for number in numbers if number is not None])
    if scale is None:
        return [None] * len(cells), "ratings fit no scale from 0 to 100; left empty"
    numbers = [number if number is not None and scale[0] <= number <= scale[1] else None for number in numbers]
    unread = [_string(cell) for number, cell in zip(numbers, cells, strict=True) if number is None and _string(cell)]
    note = (
        f"{len(unread)} ratings not understood on {scale[0]}..{scale[1]}, such as {unread[0][:20]!r}" if unread else ""
    )
    return [None if number is None else to_five(number, scale) for number in numbers], note and f"{note}; left empty"


def _or_none(parse: Any, cell: Any) -> Any:
    """Return the parsed cell; an empty cell is None."""
    return parse(cell) if _string(cell) else None


def _string(cell: Any) -> str:
    """Return a cell as text that every file format can hold: no lone surrogates, no NUL, whole floats without a point."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).replace("\0", "")
    return text.encode("utf-8", "replace").decode() if text.strip() else ""


def _with_ids(reviews: pd.DataFrame) -> pd.DataFrame:
    """Return ``reviews`` with an id in every row and no id twice."""
    missing = reviews["id"] == ""
    if missing.any():
        content = reviews.loc[missing, list(TEXT_FIELDS)].agg("\x1f".join, axis=1)
        reviews.loc[missing, "id"] = [f"r{hashlib.sha256(text.encode()).hexdigest()[:12]}" for text in content]
    for name in reviews.columns.difference([*REVIEW_COLUMNS]):
        reviews[name] = reviews[name].fillna("").astype(str)
    # equal ids are told apart in the order of their content, so that the order of rows does not matter
    twice = reviews["id"].duplicated().any()
    order = reviews[sorted(reviews.columns)].map(str).agg("\x1f".join, axis=1) if twice else None
    while order is not None and reviews["id"].duplicated().any():  # «7-2» may itself be an id of the file
        again = order.groupby(reviews["id"]).rank(method="first").astype(int)
        reviews["id"] = reviews["id"].where(again == 1, reviews["id"] + "-" + again.astype(str))
    return reviews
