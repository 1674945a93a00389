"""Fields marked inside one text: «Достоинства: …», «МИНУСЫ - …», lines of «+» and «-», the seller's reply.

Tables first, then the rules that find marks, then the engine that cuts the text between them.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from reviewmine.language.markup import INVISIBLE
from reviewmine.language.normalize import fold

# Part to the names that open it, in normal letters (lower case, ё as е).
MARKERS = {
    "pros": "достоинства|достоинство|плюсы|плюс|преимущества|преимущество|из плюсов|из достоинств|что понравилось"
    "|pros|advantages|pluses",
    "cons": "недостатки|недостаток|минусы|минус|из минусов|из недостатков|что не понравилось|cons|disadvantages|minuses",
    "comment": "комментарий|комментарии|коммент|комментарий к отзыву|общее впечатление|впечатления|отзыв|comment|comments",
    "title": "заголовок|тема отзыва|title",
    "reply": "|".join(
        f"{said} {who}"
        for said in ("ответ", "официальный ответ", "ответ от", "комментарий", "комментарий от")
        for who in (
            *"продавца магазина производителя представителя компании поддержки администрации бренда".split(),
            *("службы поддержки", "представителя бренда", "представителя магазина", "представителя компании"),
        )
    )
    + "|seller's reply|seller's response|developer response|owner response",
    "meta": "способ покупки|опыт использования|срок использования|дата покупки|способ получения",
}
"""``reply``: words of the seller, not of the customer. ``meta``: facts that a page puts beside a review."""

# Words before a marker that belong to it: «единственный минус: шнур».
_BEFORE = "единственный|единственное|главный|основной|большой|огромный|небольшой|маленький|еще один|еще"

_PART = {name: part for part, names in MARKERS.items() for name in names.split("|")}
_NAMES = "|".join(sorted(_PART, key=len, reverse=True)).replace(" ", r"[ \t]{1,3}")
_COLON = r"[ \t*_]{0,3}[:：꞉∶]+[*_]{0,3}"
_DASH = r"[ \t*_]{0,3}[-–—−=]+[ \t]{0,3}"
_WORDED = re.compile(
    rf"[*_]{{0,3}}(?:(?<![^\W_])(?:{_BEFORE})[ \t]{{1,3}})?(?P<name>{_NAMES})(?![^\W_])"
    rf"(?:(?P<colon>{_COLON})|(?P<dash>{_DASH})|(?P<alone>[ \t.*_]{{0,4}}(?=\n|$)))"
)
_SIGNED = re.compile(
    r"(?P<open>^|(?<=\n))[ \t]{0,8}(?P<sign>[+➕]{1,3}|[-–—−➖]{1,3}|\((?:\+|-|–)\))[ \t]{0,3}[:.]?(?=[ \t]{1,3}[^\W_]|[^\W\d_])"
)
# Words of every day: a dash glued to one («плюс-минус»), or its standing alone in a line, makes no marker.
_COMMON = frozenset("плюс минус достоинство недостаток преимущество отзыв впечатления".split())
_PLUS = re.compile(r"[+➕]")
_LINE_START = re.compile(r"[\n/|•][ \t*_#>«\"(]{0,4}$")
_TEXT_START = re.compile(r"(?:^|[\n/|•])[ \t*_#>«\"(]{0,4}$")
_SENTENCE_START = re.compile(r"(?:[.!?…)]|[^\w\s,;:\-–—])[ \t]{0,3}$")
_META_CHARS = 60
_META_END = re.compile(r"\n|/|(?<=\w)[ \t]{2,}")
_LAYOUT = frozenset(f" \n\t/|{INVISIBLE}")


class Piece(NamedTuple):
    """A marked part of a text: ``text[start:end]`` without the marker and the spaces around."""

    part: str
    start: int
    end: int


class Mark(NamedTuple):
    """A marker found at ``text[start:end]``, the part it opens, and the rule that took it for one."""

    start: int
    end: int
    part: str
    rule: str


def marked_pieces(text: str, unmarked: str = "text") -> list[Piece]:
    """Return the parts of ``text`` by its markers, in order; what stands before the first is ``unmarked``.

    >>> text = "Достоинства: цена Недостатки: нет"
    >>> [(piece.part, text[piece.start : piece.end]) for piece in marked_pieces(text)]
    [('pros', 'цена'), ('cons', 'нет')]
    """
    folded = fold(text)
    marks = find_marks(text, folded)
    pieces: list[Piece] = []
    part, start = unmarked, 0
    for mark in (*marks, Mark(len(text), len(text), "", "")):
        if part == "meta":  # a fact ends with its line; what follows is again of the field
            stop = _META_END.search(folded, start, min(mark.start, start + _META_CHARS))
            line_end = stop.start() if stop else mark.start if mark.start - start <= _META_CHARS else start
            pieces += _piece(part, start, line_end, folded)
            part, start = unmarked, line_end
        pieces += _piece(part, start, mark.start, folded)
        part, start = mark.part, mark.end
    return pieces


def find_marks(text: str, folded: str | None = None) -> list[Mark]:
    r"""Return the markers of ``text`` in order, none overlapping; ``rule`` says why each is one.

    ``colon``: a name and a colon, anywhere. ``line``: a name that opens a line, with a dash or alone. ``pair``: names
    with dashes inside a line, when both a plus and a minus stand so. ``sign``: lines of «+» and «-», when a line of «+»
    is there. ``folded`` is ``fold(text)`` where the caller has it.

    >>> [(mark.part, mark.rule) for mark in find_marks("+ тихий\n- тяжёлый")]
    [('pros', 'sign'), ('cons', 'sign')]
    """
    folded = fold(text) if folded is None else folded
    marks = _worded(folded, text)
    if "+" in folded or "➕" in folded:
        taken = [(mark.start, mark.end) for mark in marks]
        marks += [mark for mark in _signed(folded) if all(mark.end <= low or mark.start >= high for low, high in taken)]
        marks.sort()
    return marks


def _worded(folded: str, text: str) -> list[Mark]:
    """Return the markers that are names."""
    found: list[Mark] = []
    for match in _WORDED.finditer(folded):
        start, name = match.start(), " ".join(match["name"].split())
        if start and folded[start - 1].isalnum() and not (text[start].isupper() and text[start - 1].islower()):
            continue  # inside a word; «ценаНедостатки:» is two words
        if match["colon"] or not (name in _COMMON and (match["dash"] or "").strip() == match["dash"]):
            rule = "colon" if match["colon"] else "line" if _opens(folded, start, bool(match["dash"])) else "pair"
            if rule != "pair" or match["dash"]:
                found.append(Mark(start, match.end(), _PART[name], rule))
    both = {"pros", "cons"} <= {mark.part for mark in found}
    return [mark for mark in found if mark.rule != "pair" or (both and mark.part in {"pros", "cons"})]


def _opens(folded: str, start: int, has_dash: bool) -> bool:
    """Return whether a name stands where a line begins; one with a dash may also begin a sentence."""
    before = folded[max(0, start - 6) : start]
    return bool(
        (_LINE_START if start > 6 else _TEXT_START).search(before) or (has_dash and _SENTENCE_START.search(before))
    )


def _signed(folded: str) -> Iterator[Mark]:
    """Yield the lines that open with a sign; without a line of «+» a dash only marks an item of a list."""
    found = list(_SIGNED.finditer(folded))
    if any(_PLUS.search(match["sign"]) for match in found):
        for match in found:
            yield Mark(match.start("sign"), match.end(), "pros" if _PLUS.search(match["sign"]) else "cons", "sign")


def _piece(part: str, start: int, end: int, folded: str) -> Iterator[Piece]:
    """Yield the stretch without spaces, tags and marks of layout around it, when anything is left."""
    while end > start and folded[end - 1] in _LAYOUT:
        end -= 1
    while start < end and folded[start] in _LAYOUT:
        start += 1
    if end > start:
        yield Piece(part, start, end)
