"""The bytes of a file, unpacked when they are gzip: bounded, and as far as they go when the file is damaged."""

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from reviewmine.errors import ReviewmineError

MAX_UNPACKED = 64 << 30
"""Bytes that a gzip file may unpack to when it is read as a stream."""
MAX_WHOLE = 1 << 30
"""Bytes of a file that has to stand in memory as a whole."""
MAX_PAGE = 64 << 20
"""Bytes of a page of pasted text, which takes about ten times as much memory."""
MAX_RATIO = 500
"""Unpacked bytes to a packed byte, beyond the first ``RATIO_FROM``; tables of reviews stay under 100."""
RATIO_FROM = 256 << 20

_GZIP = b"\x1f\x8b"


class ByteSource:
    """Reads a file from its beginning once. A damaged file ends early, and ``broken`` says why."""

    def __init__(self, path: Path) -> None:
        """Open ``path``; whether it is packed shows in its first bytes, not in its name."""
        self.file = path.open("rb")
        self._size = max(path.stat().st_size, 1)
        self.packed = self.file.read(len(_GZIP)) == _GZIP
        self.file.seek(0)
        self._stream = cast("BinaryIO", gzip.GzipFile(fileobj=self.file)) if self.packed else self.file
        self._peeked = b""
        self._n_read = 0
        self.broken = ""

    def head(self, n: int) -> bytes:
        """Return the first ``n`` bytes; the next ``read`` gives them again."""
        if len(self._peeked) < n:
            self._peeked += self._next(n - len(self._peeked))
        return self._peeked[:n]

    def read(self, n: int) -> bytes:
        """Return the next bytes, at least one and about ``n``; nothing at the end or where the file breaks off."""
        if self._peeked:
            data, self._peeked = self._peeked, b""
            return data
        return self._next(n)

    def share(self) -> float:
        """Return the share of the file read so far, 0..1."""
        return 1.0 if self.file.closed else min(self.file.tell() / self._size, 1.0)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        self.file.close()

    def _next(self, n: int) -> bytes:
        if self.broken or self.file.closed:
            return b""
        if not self.packed:
            data = self.file.read(n)
            if not data:
                self.close()
            return data
        pieces, left = [], n
        try:
            while left and (piece := self._stream.read1(left)):  # type: ignore[attr-defined]
                pieces.append(piece)
                left -= len(piece)
        except (EOFError, zlib.error, OSError) as error:
            self.broken = f"the file ends early or is damaged here ({type(error).__name__}: {str(error)[:100]})"
        self._n_read += n - left
        if self._n_read > MAX_UNPACKED:
            self.broken = f"the file unpacks to over {MAX_UNPACKED >> 20} MiB; split the file"
        elif self._n_read > max(RATIO_FROM, MAX_RATIO * self.file.tell()):
            self.broken = f"the file unpacks to over {MAX_RATIO} times its size, as no table of reviews does"
        return b"".join(pieces)


def whole(source: ByteSource, where: str, do: str) -> bytes:
    """Return all bytes of a source. Raises ``ReviewmineError`` when there are more than ``MAX_WHOLE``."""
    pieces, size = [], 0
    while data := source.read(1 << 20):
        pieces.append(data)
        size += len(data)
        if size > MAX_WHOLE:
            raise ReviewmineError(
                f"over {MAX_WHOLE >> 20} MiB to be read as a whole", expected="less", where=where, do=do
            )
    return b"".join(pieces)


def seekable(source: ByteSource, where: str) -> BinaryIO:
    """Return a file that can be read from any place: the unpacked bytes when it is packed, in memory."""
    if not source.packed:
        return source.file
    data = whole(source, where, "unpack the file first")
    if source.broken:
        raise ReviewmineError(source.broken, where=where, do="fetch the file again")
    return io.BytesIO(data)
