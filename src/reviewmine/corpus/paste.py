"""Reviews pasted as plain text, one after another: stars or a blank line open the next one."""

import re
from collections.abc import Iterator
from typing import Any

_STARS = re.compile(r"^[ \t]*(?P<stars>[★⭐]{1,5}[☆]{0,4})\s*", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n\s*")
_DELIVERY = re.compile(r"Способ покупки:[^\n/]{0,60}(?:/|\n|$)")


def pasted_reviews(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    r"""Yield ``(line, review)`` for the reviews of a page of text.

    Where lines open with stars, each such line begins a review and gives its rating; elsewhere blank lines part them.

    >>> [row["rating"] for _, row in pasted_reviews("★★☆☆☆ Долго везли\n★★★★★ Всё отлично")]
    ['2', '5']
    """
    text = text.replace("\r\n", "\n")
    starts = [match.start() for match in _STARS.finditer(text)]
    if not starts:
        starts = [0, *(match.end() for match in _BLANK.finditer(text))]
    elif text[: starts[0]].strip():
        starts.insert(0, 0)
    line = 1
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        piece, first = text[start:end], line
        line += piece.count("\n")
        if not piece.strip():
            continue
        stars = _STARS.match(piece)
        body = _DELIVERY.sub("", piece[stars.end() :] if stars else piece).strip()
        rating = str(len(re.findall("[★⭐]", stars["stars"]))) if stars else ""
        yield first, {"text": body, "rating": rating}
