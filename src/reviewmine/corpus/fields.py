"""Fields marked inside one text, and answers that say nothing."""

import re
from itertools import islice
from typing import NamedTuple

from reviewmine.language.lexicon import ALL_GOOD, NULL_ANSWERS
from reviewmine.language.normalize import tokens

MARKERS = {
    "pros": ("достоинства", "плюсы", "преимущества", "pros", "advantages"),
    "cons": ("недостатки", "минусы", "cons", "disadvantages"),
    "comment": ("комментарий", "комментарии", "коммент", "отзыв", "comment"),
}
_PART = {name: part for part, names in MARKERS.items() for name in names}
_NAMES = "|".join(_PART)
# With a colon a marker may stand anywhere; with a dash, or alone on its line, only at the start of a line.
_MARKER = re.compile(
    rf"(?<![^\W_])(?P<colon>{_NAMES})[ \t]{{0,3}}[:：]|^[ \t]{{0,8}}(?P<line>{_NAMES})[ \t]{{0,3}}(?:[-–—=]|$)",
    re.IGNORECASE | re.MULTILINE,
)
_SPACE = re.compile(r"\s*")
_MOST_WORDS = max(len(answer.split()) for answer in NULL_ANSWERS | ALL_GOOD)


class Piece(NamedTuple):
    """A marked part of a text: ``text[start:end]`` without the marker and the spaces around."""

    part: str
    start: int
    end: int


def marked_pieces(text: str, unmarked: str = "text") -> list[Piece]:
    """Return the parts of ``text`` by its markers, in order; what stands before the first is ``unmarked``.

    >>> text = "Достоинства: цена Недостатки: нет"
    >>> [(piece.part, text[piece.start : piece.end]) for piece in marked_pieces(text)]
    [('pros', 'цена'), ('cons', 'нет')]
    """
    pieces: list[Piece] = []
    part, start = unmarked, 0
    for match in _MARKER.finditer(text):
        marked = _PART.get((match["colon"] or match["line"]).lower())
        if marked:  # ignoring case also lets in look-alikes such as «ſ» for s
            _add(pieces, part, start, match.start(), text)
            part, start = marked, match.end()
    _add(pieces, part, start, len(text), text)
    return pieces


def _add(pieces: list[Piece], part: str, start: int, end: int, text: str) -> None:
    """Append the stretch without the spaces around it, when anything is left."""
    while end > start and text[end - 1].isspace():
        end -= 1
    space = _SPACE.match(text, start, end)
    start = space.end() if space else start
    if end > start:
        pieces.append(Piece(part, start, end))


def null_rule(text: str, part: str) -> str:
    """Return the name of the rule by which ``text`` says nothing, or '' when it says something.

    ``signs``: no word in it. ``listed``: a known null answer such as «нет». ``all-good``: «всё нравится» under cons.

    >>> null_rule("-", "cons"), null_rule("Не обнаружено!", "cons"), null_rule("Шнур короткий", "cons")
    ('signs', 'listed', '')
    """
    said = (token.form for token in tokens(text) if token.form[0].isalnum())
    forms = list(islice(said, _MOST_WORDS + 1))
    if not forms:
        return "signs"
    answer = " ".join(forms)
    if answer in NULL_ANSWERS:
        return "listed"
    if part == "cons" and answer in ALL_GOOD:
        return "all-good"
    return ""
