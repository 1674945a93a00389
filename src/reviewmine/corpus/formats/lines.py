"""Text to whole lines, in lists of a few thousand; no line is longer than memory bears."""

import io
from collections.abc import Iterator

from reviewmine.corpus.formats.encoding import text_blocks
from reviewmine.corpus.formats.unpack import ByteSource

MAX_LINE = 16_000_000
"""Characters in a line; a longer one is passed over."""

Window = list[str] | int
"""Some whole lines with their ends, or the length of one line that is too long."""


def line_windows(source: ByteSource, notes: list[str]) -> Iterator[Window]:
    r"""Yield the lines of a file in order. What follows the last line end of a damaged file is no line.

    Lines end in ``\n`` or ``\r\n``, in ``\r`` when there is no ``\n``; other separators of Unicode are text.
    """
    tail: list[str] = []
    n_tail = 0
    for text in _plain(text_blocks(source, notes), notes):
        end = text.rfind("\n") + 1
        if not end:
            n_tail += len(text)
            if n_tail <= MAX_LINE:
                tail.append(text)
            else:
                tail.clear()  # its length is remembered
            continue
        if n_tail > MAX_LINE:
            rest = text.index("\n") + 1
            yield n_tail + rest
            text, end = text[rest:], end - rest
        tail.append(text[:end])
        yield list(io.StringIO("".join(tail), newline="\n"))
        tail = [text[end:]]
        n_tail = len(tail[0])
    if n_tail and not source.broken:
        yield n_tail if n_tail > MAX_LINE else ["".join(tail)]


def _plain(blocks: Iterator[str], notes: list[str]) -> Iterator[str]:
    r"""Yield blocks without NUL, and with ``\n`` for the ``\r`` of files that have no other line end."""
    n_nul, old_mac = 0, None
    for text in blocks:
        if "\0" in text:
            n_nul += text.count("\0")
            text = text.replace("\0", "")
        if old_mac is None and ("\n" in text or "\r" in text[:-1]):
            old_mac = "\n" not in text
        yield text.replace("\r", "\n") if old_mac else text
    if n_nul:
        notes.append(f"{n_nul} NUL characters are dropped")
