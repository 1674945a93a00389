"""A bounded random sample of rows that come in batches, the same whatever their order."""

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.corpus.review import REVIEW_COLUMNS

U64 = NDArray[np.uint64]

_RANK = "\0rank"  # no column of a file holds a NUL


class HashSample:
    """The rows with the smallest hashes of their ids, in that order; every row is as likely to be among them."""

    def __init__(self, n: int) -> None:
        """Begin with no row; ``n`` are kept at most."""
        self._most = n
        self._kept: list[pd.DataFrame] = []

    def add(self, frame: pd.DataFrame) -> None:
        """Take one batch; what can no longer be among the smallest is let go."""
        if len(frame):
            self._kept.append(frame.assign(**{_RANK: hashes(frame["id"].astype(str))}))
        if self.n_held > 2 * self._most:
            self._kept = [self._smallest()]

    @property
    def n_held(self) -> int:
        """Return how many rows are held: between batches at most twice as many as are wanted."""
        return sum(map(len, self._kept))

    def _smallest(self) -> pd.DataFrame:
        """Return the rows to keep, with their hashes."""
        whole = pd.concat(self._kept, ignore_index=True)
        return whole.sort_values([_RANK, "id"], kind="stable").head(self._most)

    @property
    def frame(self) -> pd.DataFrame:
        """Return the rows; a frame without rows when none came."""
        if not self._kept:
            return pd.DataFrame({name: [] for name in REVIEW_COLUMNS})
        return self._smallest().drop(columns=_RANK).reset_index(drop=True)


def hashes(texts: Iterable[str]) -> U64:
    """Return a hash of 64 bits of each text, the same in every run."""
    raw = b"".join(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts)
    return np.frombuffer(raw, dtype=np.uint64)
