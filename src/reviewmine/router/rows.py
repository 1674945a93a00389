"""What each feature adds, read from the file of a bundle when it is asked for, the latest remembered. numpy only.

What was looked at once in a mapped file stays in the memory of the process, and a hundred reviews have looked at all of it. So
a few rows are copied out of the file, a call of the system each; many are taken through the map.
"""

import os
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.errors import BundleError
from reviewmine.router.hashing import F32, I64
from reviewmine.router.sealed import REMEDY, Mapped

MAX_BYTES = 3 << 19
"""Bytes of rows that are remembered: 15,000 at 50 types. When they are full, the memory begins anew."""
MANY = 1_000
"""Rows from which the map is quicker; the new words and pairs of one review have fewer."""

Weights = NDArray[np.floating[Any]]


class Rows:
    """Rows of weights (features, types), each times its idf and followed by the square of it. Threads may share it."""

    def __init__(self, weights: Weights, idf: F32) -> None:
        """Know no row yet; weights that lie in no mapped file are taken where they are."""
        self._weights, self._idf = weights, idf
        file = _file_of(weights) if hasattr(os, "pread") else None
        self._descriptor = file.descriptor if file is not None else -1  # open as long as the map that ``weights`` hold
        if file is not None:
            self._start = _address(weights) - _address(np.frombuffer(file, dtype=np.uint8))
            self._most = max(MANY, min(MAX_BYTES // max(weights[:1].nbytes, 1), np.iinfo(np.int16).max))
            self._kept: Weights = np.empty((self._most, weights.shape[1]), dtype=weights.dtype)
            self._slot = np.full(len(weights), -1, dtype=np.int16)
            self._filled = 0
            self._lock = threading.Lock()

    def at(self, column: I64) -> Callable[[I64 | slice], F32]:
        """Return what gives, at places, the rows at ``column``: (…, types + 1). They may be changed."""
        if self._descriptor < 0 or len(column) > MANY:
            return lambda here: weighted(self._weights[column[here]], self._idf[column[here]])
        return weighted(self._few(column), self._idf.take(column)).__getitem__

    def _few(self, column: I64) -> Weights:
        """Return copies of a few rows."""
        with self._lock:
            slot = self._slot.take(column)
            if (slot < 0).any():
                wanted = dict.fromkeys(column[slot < 0].tolist())
                if self._filled + len(wanted) > self._most:
                    self._slot.fill(-1)
                    self._filled, wanted = 0, dict.fromkeys(column.tolist())
                self._read(list(wanted))
                slot = self._slot.take(column)
            return self._kept.take(slot, axis=0)

    def _read(self, column: list[int]) -> None:
        """Remember rows that are not remembered. Raises ``BundleError`` when the file is shorter than it was."""
        descriptor, size, stop = self._descriptor, self._kept[:1].nbytes, self._filled + len(column)
        found = b"".join([os.pread(descriptor, size, self._start + size * each) for each in column])
        if len(found) != size * len(column):
            raise BundleError("cut since it was loaded", where="weights.safetensors", do=REMEDY)
        self._kept[self._filled : stop] = np.frombuffer(found, dtype=self._kept.dtype).reshape(len(column), -1)
        self._slot[column] = np.arange(self._filled, stop)
        self._filled = stop


def weighted(rows: Weights, value: F32) -> F32:
    """Return ``rows`` times ``value``, followed by the square of the value: shape (…, types + 1)."""
    told = np.empty((*rows.shape[:-1], rows.shape[-1] + 1), dtype=np.float32)
    np.multiply(rows, value[..., None], out=told[..., :-1])
    np.square(value, out=told[..., -1])
    return told


def _file_of(weights: Weights) -> Mapped | None:
    """Return the mapped file in which whole rows of ``weights`` lie one after another, if they do."""
    holder: Any = weights
    while isinstance(holder, np.ndarray):
        holder = holder.base
    file = holder.obj if isinstance(holder, memoryview) else holder
    return file if isinstance(file, Mapped) and weights.flags.c_contiguous else None


def _address(array: NDArray[Any]) -> int:
    return int(array.__array_interface__["data"][0])
