"""Ratings as people and exports write them, and the scale that a table's ratings are on."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from numbers import Real
from typing import Any

from reviewmine.corpus.cells import Unread, counted, is_blank

Scale = tuple[int, int]

USUAL_SCALES: tuple[Scale, ...] = ((1, 5), (0, 5), (0, 6), (0, 10), (0, 100))
"""Narrowest first."""

_LONGEST = 80
_ENDLESS = 1e9  # larger numbers are no ratings, whatever the scale
_SLIPS = 50  # one in so many ratings may lie outside a scale
_ENOUGH_ONES = 10  # so many ones and no zero: the scale of ten begins at 1

# Answers in words, ё as е, by the stars they stand for.
_WORDS = {
    word: stars
    for stars, words in {
        1: "ужасно|ужасный|ужасная|ужасное|ужас|кошмар|отвратительно|очень плохо|хуже некуда|единица|единичка|кол|terrible|awful"
        "|very bad|very poor|horrible|отрицательно|отрицательный|отрицательная|отрицательное|негатив|негативный|негативная|negative"
        "|дизлайк|dislike|очень недоволен|очень недовольна|совсем недоволен|полностью недоволен|very dissatisfied",
        2: "плохо|плохой|плохая|плохое|неудовлетворительно|неуд|двойка|двоечка|bad|poor|недоволен|недовольна|скорее недоволен"
        "|скорее плохо|dissatisfied",
        3: "нормально|нормальный|нормальная|норм|норма|средне|средний|средняя|удовлетворительно|удовл|уд|тройка|троечка|average"
        "|ok|okay|fair|neutral|нейтрально|нейтральный|нейтральная|нейтральное",
        4: "хорошо|хороший|хорошая|хорошее|хор|четверка|четверочка|good|доволен|довольна|скорее доволен|скорее хорошо|satisfied",
        5: "отлично|отличный|отличная|отличное|отл|прекрасно|великолепно|превосходно|очень хорошо|пятерка|пятерочка|excellent|great"
        "|very good|perfect|положительно|положительный|положительная|положительное|позитив|позитивный|позитивная|positive|лайк|like"
        "|очень доволен|очень довольна|полностью доволен|полностью довольна|very satisfied",
    }.items()
    for word in words.split("|")
}
_PICTURES = {
    char: stars
    for stars, chars in {1: "👎😡😠🤬", 2: "🙁☹😞", 3: "😐😑", 4: "🙂😊", 5: "👍😍🤩❤"}.items()
    for char in chars
}
_NUMERALS = {
    word: str(number)
    for number, words in enumerate(
        ("ноль zero", "один одна one", "два две two", "три three", "четыре four", "пять five")
    )
    for word in words.split()
}
_LABELS = frozenset(
    "оценка|моя оценка|общая оценка|рейтинг|балл|баллы|звезд|звезды|ставлю|rating|rated|score|grade|stars|nps".split(
        "|"
    )
)

_IGNORED = re.compile("[\ufe0e\ufe0f\u20e3\u200b-\u200f\u2060\ufeff\U0001f3fb-\U0001f3ff]")
_STARS = re.compile(r"(?P<full>[★⭐🌟✭✮✯]{1,10})(?P<hollow>[☆✩✰⚝]{0,10})(?![★⭐🌟✭✮✯☆✩✰⚝])")
_UNIT = r"%|\*{1,5}|★|⭐|зв(?:езд[а-я]{0,3})?\b|stars?\b|балл[а-я]{0,3}\b|points?\b"
_RATING = re.compile(
    r"(?:(?P<label>[^\W\d_]{2,20}(?: [^\W\d_]{2,20}){0,2}) ?[:=–—(-]{0,2} ?|[★⭐] ?)?"
    r"(?P<number>\d{1,3}(?:[.,]\d{1,9})?)"
    rf"(?: ?(?P<unit>{_UNIT}))?"
    rf"(?: ?(?:/|\\|из|of|out of) ?(?P<of>[1-9]\d{{0,2}})(?![\d.,/])(?: ?(?:{_UNIT}))?)?"
    r"\+{0,3}(?: ?[-–—:(),.!;] ?\D{0,60})?"
)

# What the name of a column tells.
_NAMED_SCALES: dict[str, Scale] = {"nps": (0, 10), "csat": (1, 5), "csi": (1, 5), "ces": (1, 7)} | dict.fromkeys(
    ("звезды", "звезд", "звездность", "stars", "star"), (1, 5)
)
_NAMED_RANGE = re.compile(r"(?<![\d.])([01]) ?(?:-|–|—|\.{2,3}|до|to) ?(\d{1,3})(?![\d.])")
_NAMED_TOP = re.compile(
    r"(?:(?:из|of|/) ?(?P<of>\d{1,3})|(?P<points>\d{1,3})[ -]?(?:ти[ -]?)?балл|(?P<word>пяти|десяти|сто)балл)"
)
_TOPS = {"пяти": 5, "десяти": 10, "сто": 100}


def parse_rating(cell: Any) -> tuple[float, int] | None:
    """Return the number a cell gives and the top of its scale, 0 when the cell does not state one; None without a number.

    Stars, thumbs and words are on a scale of 5. What says too little («так себе») is not understood.

    >>> [parse_rating(cell) for cell in ("4,5", "5 из 5", "★★★☆☆", "Отлично", "6/10", "87 %", "так себе")]
    [(4.5, 0), (5.0, 5), (3.0, 5), (5.0, 5), (6.0, 10), (87.0, 100), None]
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, Real | Decimal):
        try:
            number = float(cell) + 0.0  # no minus zero
        except (ValueError, OverflowError):
            return None
        return (number, 0) if 0 <= number < _ENDLESS else None
    text = str(cell)
    return _parse_text(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _parse_text(text: str) -> tuple[float, int] | None:
    """Return what a written rating gives; files repeat few of them."""
    text = " ".join(_IGNORED.sub("", text).lower().replace("ё", "е").split())
    stars = _stars_of(text)
    if stars:
        return float(stars), 5
    first, _, rest = text.partition(" ")
    match = _RATING.fullmatch(f"{_NUMERALS.get(first, first)} {rest}".strip())
    if match is None or (match["label"] and match["label"] not in _LABELS and match["label"] not in _WORDS):
        return _drawn(text)
    number = float(match["number"].replace(",", "."))
    of = int(match["of"]) if match["of"] else _top_of(match["unit"] or "", number)
    return (number, of) if of == 0 or max(3, number) <= of <= 100 else None


def _top_of(unit: str, number: float) -> int:
    """Return the top of the scale that goes with a unit; 0 when it tells none, as «баллов»."""
    if unit == "%":
        return 100
    return 5 if unit[:1] in {"*", "★", "⭐", "з", "s"} and number <= 5 else 0


def _stars_of(text: str) -> int:
    """Return the stars a word or a picture stands for; 0 when it is neither."""
    known = _WORDS.get(text.strip(" .!?,()\"'«»"))
    if known:
        return known
    meant = {_PICTURES.get(char, 0) for char in text.replace(" ", "")}
    return meant.pop() if len(meant) == 1 else 0


def _drawn(text: str) -> tuple[float, int] | None:
    """Return the rating that is drawn in stars at the start of a text."""
    match = _STARS.match(text.replace("★ ", "★").replace("⭐ ", "⭐").replace("☆ ", "☆"))
    if match is None:
        return None
    full, shown = len(match["full"]), len(match["full"]) + len(match["hollow"])
    return float(full), 5 if shown <= 5 else 10


class RatingTally:
    """What a table's ratings are on: fed batch by batch, then asked. Only counts are held.

    >>> tally = RatingTally("NPS")
    >>> tally.add(["9", "3", "затрудняюсь"])
    >>> tally.scale, tally.to_five("9"), tally.note
    ((0, 10), 4.6, "ratings on 0..10 (NPS), brought to 1..5; 1 rating not understood, such as 'затрудняюсь'; left empty")
    """

    def __init__(self, column: str = "") -> None:
        """Begin with the name of the column, which may tell the scale: NPS, CSAT, «Звёзды», «Оценка (0-10)»."""
        self._named, self._label = _named_scale(column)
        self._counts: defaultdict[int, Counter[float]] = defaultdict(Counter)  # by the stated top
        self._least, self._most = math.inf, -math.inf
        self._unread = Unread()
        self._scales: dict[int, Scale | None] = {}

    def add(self, cells: Iterable[Any]) -> None:
        """Count some more ratings of the table."""
        self._scales.clear()
        for cell in cells:
            parsed = parse_rating(cell)
            if parsed is not None:
                number, of = parsed
                # All scales begin and end at whole numbers, so a fraction need not be kept exactly.
                whole = number if number.is_integer() else math.floor(number) + 0.5
                self._counts[of][min(whole, 1000.0)] += 1
                if not of:
                    self._least, self._most = min(self._least, number), max(self._most, number)
            elif not is_blank(cell):
                self._unread.add(cell)

    @property
    def scale(self) -> Scale | None:
        """Return the scale of the ratings that state none; (1, 5) without any, None when no usual scale holds them.

        It is the one that the column's name tells, else the narrowest usual one, if it holds all but one in fifty. A
        scale of ten begins at 1 when ten ratings or more are 1 and none is 0.
        """
        return self._scale(0)

    def to_five(self, cell: Any) -> float | None:
        """Return a rating moved linearly to 1..5: by the scale it states, else by the table's; None when it is on neither."""
        parsed = parse_rating(cell)
        if parsed is None:
            return None
        number, of = parsed
        scale = self._scale(of)
        if scale is None or not scale[0] <= number <= scale[1]:
            return None
        low, high = scale
        return number if scale == (1, 5) else 1 + 4 * (number - low) / (high - low)

    @property
    def note(self) -> str:
        """Return one line on what was found out and what was left empty; '' when the ratings are on 1..5 and all understood."""
        said = []
        if self.scale not in (None, (1, 5)) and self._counts[0]:
            low, high = self.scale or (1, 5)
            label = f" ({self._label})" if self.scale == self._named else ""
            said.append(f"ratings on {low}..{high}{label}, brought to 1..5")
        said += [self._left_out(), self._not_understood()]
        return "; ".join(filter(None, said))

    def _left_out(self) -> str:
        """Return what to say of ratings that are on no scale."""
        counts, scale = self._counts[0], self.scale
        if scale is None:
            return f"ratings on no usual scale (from {self._least:g} to {self._most:g}); left empty"
        n = sum(n for number, n in counts.items() if not scale[0] <= number <= scale[1])
        example = self._most if self._most > scale[1] else self._least
        zeros = self._counts[5][0.0] if self._scale(5) == (1, 5) else 0
        if not n and not zeros:
            return ""
        example, bounds = (example, scale) if n else (0, (1, 5))
        return f"{counted(n + zeros, 'rating')} outside {bounds[0]}..{bounds[1]}, such as {example:g}; left empty"

    def _not_understood(self) -> str:
        """Return what to say of cells that give no number."""
        if not self._unread.n:
            return ""
        return f"{counted(self._unread.n, 'rating')} not understood, such as {self._unread.example!r}; left empty"

    def _scale(self, of: int) -> Scale | None:
        """Return the scale of the ratings that state ``of`` as its top; 0 for those that state none."""
        if of not in self._scales:
            usual = {0: USUAL_SCALES, 5: USUAL_SCALES[:2]}.get(of, ((0, of),))
            named = (self._named,) if self._named and not of else ()
            self._scales[of] = _narrowest(self._counts[of], (*named, *usual), self._named)
        return self._scales[of]


def _narrowest(counts: Counter[float], scales: Iterable[Scale], named: Scale | None) -> Scale | None:
    """Return the first of ``scales`` that holds all but one in fifty.

    Zeros do not speak against a ``named`` scale that begins at 1: nobody gives no stars, so they mean no rating.
    """
    slips = counts.total() // _SLIPS
    for scale in scales:
        low, high = 0 if scale == named else scale[0], scale[1]
        if sum(n for number, n in counts.items() if not low <= number <= high) <= slips:
            from_one = scale == (0, 10) != named and counts[1.0] >= _ENOUGH_ONES and not counts[0.0]
            return (1, 10) if from_one else scale
    return None


def _named_scale(column: str) -> tuple[Scale | None, str]:
    """Return the scale that a column's name tells, and the words that tell it.

    >>> _named_scale("Оценка (от 1 до 10)"), _named_scale("NPS"), _named_scale("Оценка")
    (((1, 10), '1 до 10'), ((0, 10), 'NPS'), (None, ''))
    """
    name = column[:200].lower().replace("ё", "е")
    if (match := _NAMED_RANGE.search(name)) and 3 <= int(match[2]) <= 100:
        return (int(match[1]), int(match[2])), match[0]
    if match := _NAMED_TOP.search(name):
        top = _TOPS.get(match["word"] or "") or int(match["of"] or match["points"])
        if 3 <= top <= 100:
            return (1 if top == 5 else 0, top), match[0]
    for word in re.findall(r"[^\W\d_]+", name):
        if word in _NAMED_SCALES:
            return _NAMED_SCALES[word], word.upper() if word.isascii() else word
    return None, ""
