"""The tensors of a bundle: a safetensors file read in place and without trust, as it comes from elsewhere.

The library of that name copies what it reads; here an array is a view of the mapped file, and only the pages of the weights
that are asked for are ever read. The layout is that of https://github.com/huggingface/safetensors (Format).
"""

import mmap
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.errors import BundleError
from reviewmine.router.sealed import Buffer, strict_json

DTYPES: Mapping[str, tuple[str, ...]] = {
    "buckets": ("U32",),
    "idf": ("F32",),
    "intercept": ("F32",),
    "weights": ("F16", "F32"),
}
"""The tensors of a bundle and the types that each may have."""
_NUMPY: Mapping[str, np.dtype[Any]] = {"F16": np.dtype("<f2"), "F32": np.dtype("<f4"), "U32": np.dtype("<u4")}
_MAX_HEADER = 1 << 12
_PIECE = 1 << 20  # numbers looked at in one go


def to_bytes(tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """Return ``tensors`` as the bytes of a safetensors file. Raises ``BundleError`` on what ``from_buffer`` would refuse."""
    from safetensors.numpy import save  # noqa: PLC0415 who loads does not need it

    data: bytes = save({name: np.ascontiguousarray(array) for name, array in tensors.items()})
    try:
        from_buffer(data)
    except ValueError as error:
        raise BundleError(str(error), expected="numbers that a reader takes", do="train on other settings") from error
    return data


def from_buffer(data: Buffer) -> dict[str, NDArray[Any]]:
    """Return the tensors in ``data`` as read-only views of it.

    Raises ``ValueError`` when the header is not that of a bundle's tensors, when they do not fill the file exactly, or when
    a number is not finite or beyond half precision.
    """
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= size <= min(_MAX_HEADER, len(data) - 8):
        raise _odd(f"a header of {size} bytes in a file of {len(data)}")
    header = strict_json(data[8 : 8 + size])
    if not isinstance(header, dict) or header.keys() != DTYPES.keys():
        raise _odd(f"not the tensors {', '.join(DTYPES)}")
    found, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: _begin(item[1])):
        found[name], end = _tensor(data, 8 + size, name, entry, end)
    if 8 + size + end != len(data):
        raise _odd(f"tensors of {end} bytes in {len(data) - 8 - size}")
    for name, array in found.items():
        if name != "buckets" and not _in_range(array, data):
            raise _odd(f"{name} has a number that is not finite or beyond half precision")
    return found


def _begin(entry: Any) -> int:
    """Return where a tensor says that it begins."""
    begin = entry["data_offsets"][0] if isinstance(entry, dict) and entry.get("data_offsets") else None
    if type(begin) is not int:
        raise _odd("a tensor without offsets")
    return begin


def _tensor(data: Buffer, start: int, name: str, entry: Mapping[str, Any], begin: int) -> tuple[NDArray[Any], int]:
    """Return a tensor that has to begin at ``begin`` after ``start``, and where it ends."""
    dtype, shape, offsets = (entry.get(key) for key in ("dtype", "shape", "data_offsets"))
    if dtype not in DTYPES[name] or len(entry) != 3:
        raise _odd(f"{name} of type {dtype!r:.40}")
    if not isinstance(shape, list) or len(shape) > 2 or not all(type(n) is int and 0 <= n < 1 << 32 for n in shape):
        raise _odd(f"{name} of shape {shape!r:.80}")
    kind, count = _NUMPY[str(dtype)], 1
    for n in shape:
        count *= n
    end = begin + count * kind.itemsize
    if offsets != [begin, end] or start + end > len(data) or begin % kind.itemsize:
        raise _odd(f"{name} of shape {shape} at {offsets!r:.80}")
    return np.frombuffer(data, kind, count, start + begin).reshape(shape), end


def _in_range(array: NDArray[Any], data: Buffer) -> bool:
    """Return whether every number is finite and within half precision, by its bits.

    ``array`` is a view of ``data``, whose pages are given back piece by piece, so that a large file never lies in memory.
    """
    bits = 8 * array.itemsize
    top = 0x7C00 if bits == 16 else 0x4780_0000  # the bits of infinity, and of 65536
    flat = array.reshape(-1)
    signed, unsigned = flat.view(f"<i{array.itemsize}"), flat.view(f"<u{array.itemsize}")
    for i in range(0, len(flat), _PIECE):
        if signed[i : i + _PIECE].max() >= top or unsigned[i : i + _PIECE].max() >= top + (1 << (bits - 1)):
            return False
        if isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            data.madvise(mmap.MADV_DONTNEED)
    return True


def _odd(found: str) -> ValueError:
    return ValueError(f"weights.safetensors: {found}")
