"""A review as another tool shows it: masked texts with one kind of line end, facts, and the way of a span there and back."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reviewmine.corpus.privacy import NAME, RULES
from reviewmine.corpus.privacy import mask as masked

_MASK = re.compile("|".join(re.escape(word) for word in sorted({*(rule.shown for rule in RULES), NAME})))
_RETURN = re.compile(r"\r\n?")  # a browser shows it as one sign

FACTS = ("rating", "date", "channel", "product")
"""What is shown of a review beside its texts."""

Edit = tuple[int, int, int, int]
"""Start and end of a replaced piece as it is shown, then in the raw text."""


def cell_text(cell: Any) -> str:
    """Return a cell as text; empty for none. A spreadsheet program turns a code or an id of digits into a number.

    >>> cell_text(17.0), cell_text(float("nan")), cell_text("017")
    ('17', '', '017')
    """
    if cell is None or cell != cell:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


@dataclass(frozen=True)
class Shown:
    """A text for the eyes of others; ``edits`` are the pieces in which it is not the raw text, in order."""

    text: str
    edits: tuple[Edit, ...] = ()


def shown(text: str, *, mask: bool = True) -> Shown:
    r"""Return ``text`` with personal data masked and line ends as ``\n``.

    >>> shown("Курьер Алексей опоздал").edits
    ((7, 12, 7, 14),)
    """
    parts: list[str] = []
    edits: list[Edit] = []
    at = there = 0
    for piece, raw in _pieces(text, masked(text) if mask else text):
        if piece != raw:
            edits.append((there, there + len(piece), at, at + len(raw)))
        parts.append(piece)
        at, there = at + len(raw), there + len(piece)
    return Shown("".join(parts), tuple(edits))


def shown_span(start: int, end: int, edits: Iterable[Sequence[int]]) -> tuple[int, int]:
    """Return a span of the raw text as it is shown; a piece that was replaced is taken whole."""
    return _carried(start, end, [(one[2], one[3], one[0], one[1]) for one in edits])


def raw_span(start: int, end: int, edits: Iterable[Sequence[int]]) -> tuple[int, int]:
    """Return a span of what is shown in the raw text; a piece that was replaced is taken whole.

    >>> edits = shown("Курьер Алексей опоздал").edits
    >>> shown_span(15, 22, edits), raw_span(13, 20, edits), raw_span(8, 20, edits)
    ((13, 20), (15, 22), (7, 22))
    """
    return _carried(start, end, [(one[0], one[1], one[2], one[3]) for one in edits])


def _carried(start: int, end: int, edits: Sequence[Edit]) -> tuple[int, int]:
    """Return a span carried over ``edits``, from their first pair of offsets to their second."""
    found = [start, end]
    for low, high, other_low, other_high in edits:
        for which, offset in enumerate((start, end)):
            if offset >= high:
                found[which] = offset + other_high - high
            elif offset > low:
                found[which] = other_high if which else other_low
    return found[0], found[1]


def _pieces(raw: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a masked text, each with the piece of the raw text that it stands for.

    What is not masked stands in both; each such piece is looked for after the one before, as a pattern with stars is.
    """
    plain, masks = _MASK.split(text), _MASK.findall(text)
    yield from _one_line_end(plain[0])
    at = len(plain[0])
    for n, (instead, following) in enumerate(zip(masks, plain[1:], strict=True)):
        if raw.startswith(instead + following, at) and n < len(masks) - 1:
            end = at + len(instead)  # written so by the customer
        else:
            end = raw.find(following, at + 1) if n < len(masks) - 1 else len(raw) - len(following)
        yield instead, raw[at:end]
        yield from _one_line_end(following)
        at = end + len(following)


def _one_line_end(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a text in which only line ends are shown otherwise."""
    at = 0
    for match in _RETURN.finditer(text):
        yield text[at : match.start()], text[at : match.start()]
        yield "\n", match[0]
        at = match.end()
    yield text[at:], text[at:]
