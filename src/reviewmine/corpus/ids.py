"""Ids of reviews: one for every row, none twice, the same whatever the order of the rows."""

import hashlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.router import TEXT_FIELDS

U64 = NDArray[np.uint64]
Batches = Callable[[], Iterable[Sequence[str]]]


def content_ids(frame: pd.DataFrame) -> list[str]:
    """Return the id of each row: its own, or one made from its texts where it has none."""
    texts = [frame[name].tolist() for name in TEXT_FIELDS]
    return [
        given or f"r{hashlib.sha256(chr(31).join(cells).encode()).hexdigest()[:12]}"
        for given, *cells in zip(frame["id"], *texts, strict=True)
    ]


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
    """Finds which ids stand twice, holding 16 bytes a row; fed in the order in which ``named`` is asked."""

    def __init__(self) -> None:
        """Begin with no rows."""
        self._ids: list[U64] = []
        self._contents: list[U64] = []

    def add(self, ids: Sequence[str], contents: U64) -> None:
        """Take the ids of the next rows and the hashes of their content."""
        self._ids.append(_hashed(ids))
        self._contents.append(contents)

    def named(self, batches: Batches) -> "Names":
        """Return the names of all rows; ``batches()`` gives the ids once more, as they were added."""
        ids = np.concatenate(self._ids) if self._ids else np.zeros(0, dtype=np.uint64)
        rank = _ranks(ids, np.concatenate(self._contents) if self._contents else ids)
        taken = np.unique(ids)
        if len(taken) == len(ids):
            return Names(rank, {})
        again = np.flatnonzero(rank > 1)
        made = np.zeros(len(again), dtype=np.uint64)
        for start, batch in _placed(batches()):
            low, high = np.searchsorted(again, [start, start + len(batch)])
            made[low:high] = _hashed([f"{batch[row - start]}-{rank[row]}" for row in again[low:high]])
        distinct, counts = np.unique(made, return_counts=True)
        crowded = np.isin(made, taken) | np.isin(made, distinct[counts > 1])
        return Names(rank, self._apart(batches, again[crowded], rank, np.union1d(taken, distinct)))

    @staticmethod
    def _apart(batches: Batches, rows: NDArray[np.int64], rank: NDArray[np.int32], taken: U64) -> dict[int, str]:
        """Return names for the few rows whose «7-2» is itself an id of the file."""
        ids: dict[int, str] = {}
        for start, batch in _placed(batches()):
            low, high = np.searchsorted(rows, [start, start + len(batch)])
            ids |= {int(row): batch[int(row) - start] for row in rows[low:high]}
        used = set(taken.tolist())
        names: dict[int, str] = {}
        for row in sorted(ids, key=lambda row: (ids[row], int(rank[row]))):
            number = int(rank[row])
            while (mark := int(_hashed([f"{ids[row]}-{number}"])[0])) in used:
                number += 1
            used.add(mark)
            names[row] = f"{ids[row]}-{number}"
        return names


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

    def of(self, ids: Sequence[str], start: int) -> list[str]:
        """Return the names of the rows from ``start`` on, whose ids are ``ids``."""
        ranks = self._rank[start : start + len(ids)].tolist()
        return [
            given if rank == 1 else self._others.get(start + i, f"{given}-{rank}")
            for i, (given, rank) in enumerate(zip(ids, ranks, strict=True))
        ]


def _ranks(ids: U64, contents: U64) -> NDArray[np.int32]:
    """Return the place of each row among the rows of its id, from 1, in the order of their content."""
    order = np.lexsort((contents, ids))
    first = np.diff(ids[order], prepend=ids[order][:1] + np.uint64(1)) != 0
    place = np.arange(len(ids))
    rank = np.empty(len(ids), dtype=np.int32)
    rank[order] = place - np.maximum.accumulate(np.where(first, place, 0)) + 1
    return rank


def _placed(batches: Iterable[Sequence[str]]) -> Iterable[tuple[int, Sequence[str]]]:
    """Yield each batch with the number of its first row."""
    start = 0
    for batch in batches:
        yield start, batch
        start += len(batch)
