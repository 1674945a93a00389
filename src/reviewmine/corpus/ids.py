"""Ids of reviews: one for every row, none twice, the same whatever the order of the rows."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.router import TEXT_FIELDS

U64 = NDArray[np.uint64]
Batches = Callable[[], Iterable[Sequence[str]]]


def content_ids(frame: pd.DataFrame) -> list[str]:
    """Return the id of each row: its own, or one made from its texts and its date as written where it has none.

    A column that is not there is an empty one.
    """
    ids: list[str] = frame["id"].tolist() if "id" in frame else [""] * len(frame)
    without = [row for row, given in enumerate(ids) if not given]
    parts = [
        [cells[row] for row in without] if cells else [""] * len(without)
        for cells in (frame[name].tolist() if name in frame else [] for name in (*TEXT_FIELDS, "date"))
    ]
    for row, *cells in zip(without, *parts, strict=True):
        ids[row] = f"r{hashlib.sha256(chr(31).join(cells).rstrip(chr(31)).encode()).hexdigest()[:12]}"
    return ids


def row_hashes(frame: pd.DataFrame) -> U64:
    """Return a hash of the content of each row; columns in any order, an empty cell like an absent column."""
    total = np.zeros(len(frame), dtype=np.uint64)
    for name in frame.columns:
        cells = frame[name].to_numpy(dtype=object)
        total += np.where(cells == "", np.uint64(0), _hashed(cells) * (_hashed([name]) | np.uint64(1)))
    return total


def _hashed(texts: Sequence[str] | NDArray[np.object_]) -> U64:
    """Return the hash of each text; the same in every process."""
    return pd.util.hash_array(np.asarray(texts, dtype=object), categorize=False)


class UniqueIds:
    """Finds which ids stand twice, holding a few bytes a row; fed in the order in which ``named`` is asked."""

    def __init__(self) -> None:
        """Begin with no rows."""
        self._ids: list[U64] = []
        self._contents: list[U64] = []

    def add(self, ids: Sequence[str], contents: U64) -> None:
        """Take the ids of the next rows and the hashes of their content."""
        self._ids.append(_hashed(ids))
        self._contents.append(contents)

    def named(self, batches: Batches) -> "Names":
        """Return the names of all rows and forget them; ``batches()`` gives the ids once more, as they were added."""
        none = np.zeros(0, dtype=np.uint64)
        ids, contents = np.concatenate([none, *self._ids]), np.concatenate([none, *self._contents])
        self._ids.clear()
        self._contents.clear()
        rank, taken = _ranks(ids, contents)
        if len(taken) == len(ids):
            return Names(rank, {})
        del ids, contents
        made = np.concatenate([_hashed([name for _, name in rows]) for rows in _again(batches, rank)])
        made.sort()
        twice = made[1:][made[1:] == made[:-1]]
        crowded = set(np.concatenate([twice, made[_among(made, taken)]]).tolist())
        return Names(rank, _apart(batches, rank, crowded, taken, made) if crowded else {})


def _again(batches: Batches, rank: NDArray[np.int32]) -> Iterator[list[tuple[int, str]]]:
    """Yield for each batch the rows that are not the first of their id, and the name each would have: «7-2»."""
    start = 0
    for batch in batches():
        found = np.flatnonzero(rank[start : start + len(batch)] > 1).tolist()
        yield [(start + i, f"{batch[i]}-{rank[start + i]}") for i in found]
        start += len(batch)


def _apart(batches: Batches, rank: NDArray[np.int32], crowded: set[int], taken: U64, made: U64) -> dict[int, str]:
    """Return other names for the few rows whose «7-2» is itself an id of the file, or the name of another row."""
    rows = [
        (name.rsplit("-", 1)[0], int(rank[row]), row)
        for found in _again(batches, rank)
        for (row, name), mark in zip(found, _hashed([name for _, name in found]).tolist(), strict=True)
        if mark in crowded
    ]
    used: set[int] = set()
    names: dict[int, str] = {}
    for given, number, row in sorted(rows):
        mark = _hashed([f"{given}-{number}"])
        while int(mark[0]) in used or _among(mark, taken)[0] or (int(mark[0]) not in crowded and _among(mark, made)[0]):
            number += 1
            mark = _hashed([f"{given}-{number}"])
        used.add(int(mark[0]))
        names[row] = f"{given}-{number}"
    return names


def _among(marks: U64, ordered: U64) -> NDArray[np.bool_]:
    """Return for each mark whether it is among ``ordered``, which rise."""
    place = np.minimum(np.searchsorted(ordered, marks), len(ordered) - 1)
    return np.asarray(ordered[place] == marks)


class Names:
    """The name of each row: its id where it is the first of that id, else the id with a number."""

    def __init__(self, rank: NDArray[np.int32], others: dict[int, str]) -> None:
        """Take the place of each row among the rows of its id, and the names that had to be others."""
        self._rank, self._others = rank, others

    @classmethod
    def none(cls) -> "Names":
        """Return the names of no rows."""
        return cls(np.zeros(0, dtype=np.int32), {})

    @property
    def n_again(self) -> int:
        """Return how many rows carry an id that another row has too."""
        return int((self._rank > 1).sum())

    def part(self, start: int, n_rows: int) -> "Names":
        """Return the names of ``n_rows`` rows from ``start`` on, small enough to be sent to another process."""
        rank = self._rank[start : start + n_rows]
        again = np.flatnonzero(rank > 1).tolist() if self._others else []
        return Names(rank, {i: self._others[start + i] for i in again if start + i in self._others})

    def of(self, ids: Sequence[str], start: int = 0) -> list[str]:
        """Return the names of the rows from ``start`` on, whose ids are ``ids``."""
        named = list(ids)
        rank = self._rank[start : start + len(ids)]
        for i in np.flatnonzero(rank > 1).tolist():
            named[i] = self._others.get(start + i, f"{ids[i]}-{rank[i]}")
        return named


def _ranks(ids: U64, contents: U64) -> tuple[NDArray[np.int32], U64]:
    """Return the place of each row among the rows of its id, from 1, in the order of their content; and the distinct ids.

    Written to hold little at once: the arrays are as long as the file has rows.
    """
    order = np.lexsort((contents, ids))
    ordered = ids[order]
    first = np.ones(len(ids), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    taken = ordered[first]
    del ordered
    place = np.arange(len(ids), dtype=np.int32)
    opened = np.where(first, place, np.int32(0))
    np.maximum.accumulate(opened, out=opened)
    place -= opened
    place += 1
    rank = np.empty(len(ids), dtype=np.int32)
    rank[order] = place
    return rank, taken
