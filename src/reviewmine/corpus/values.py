"""Ratings and dates as people and exports write them."""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

_NUMBER = re.compile(r"^\s*(\d{1,3}(?:[.,]\d+)?)\s*(?:/|из|of|\*|★|$)\s*(\d{1,3})?")
_RATING_WORDS = {"ужасно": 1, "плохо": 2, "удовлетворительно": 3, "нормально": 3, "хорошо": 4, "отлично": 5} | dict(
    zip(("один", "два", "три", "четыре", "пять"), range(1, 6), strict=True)
)
_SCALES = ((1, 5), (0, 5), (0, 6), (0, 10), (0, 100))

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("янв", "фев", "мар", "апр", "мая май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"), start=1
    )
    for name in names.split()
}
_FIRST_YEAR, _LAST_YEAR = 1995, 2100  # outside, a date is a slip or a default of some system
_DAY_FIRST = re.compile(r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:[ ,]+(\d{1,2}):(\d{2})(?::\d{2})?)?$")
_WORDED = re.compile(r"^(\d{1,2})\s+([а-я]{3,8})\s+(\d{4})(?:\s*г\.?)?(?:[ ,]+(\d{1,2}):(\d{2}))?$")


def parse_rating(value: Any) -> float | None:
    """Return the number a cell gives, before its scale is known; None when there is none.

    >>> [parse_rating(value) for value in ("4", "5 из 5", "★★★☆☆", "Отлично", "4,5", "6/10", "так себе")]
    [4.0, 5.0, 3.0, 5.0, 4.5, 3.0, None]
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    text = str(value).strip().lower()
    if "★" in text or "⭐" in text:
        return float(text.count("★") + text.count("⭐"))
    if text in _RATING_WORDS:
        return float(_RATING_WORDS[text])
    match = _NUMBER.match(text)
    if match is None:
        return None
    number, of = float(match[1].replace(",", ".")), int(match[2] or 0)
    return number if of in (0, 5) else 5 * number / of


def rating_scale(values: Sequence[float]) -> tuple[int, int] | None:
    """Return the narrowest usual scale that holds ``values`` but for one in fifty; None when none does.

    A slip of the finger must not move a whole file; what lies outside is for the caller to leave empty.

    >>> rating_scale([1, 5, 3]), rating_scale([0, 6]), rating_scale([9.0, 10])
    ((1, 5), (0, 6), (0, 10))
    """
    if not values:
        return (1, 5)
    slips = len(values) // 50
    ranked = sorted(values)
    for low, high in _SCALES:
        if bisect_left(ranked, low) + len(ranked) - bisect_right(ranked, high) <= slips:
            return low, high
    return None


def to_five(value: float, scale: tuple[int, int]) -> float:
    """Return ``value`` moved linearly from ``scale`` to 1..5."""
    low, high = scale
    return 1 + 4 * (value - low) / (high - low)


def parse_date(value: Any) -> datetime | None:
    """Return the moment a cell gives, without a zone; None when it is not a full date.

    >>> str(parse_date("11.02.2024 14:12")), str(parse_date("1 августа 2024, 00:26"))
    ('2024-02-11 14:12:00', '2024-08-01 00:26:00')
    """
    found = _parse_date(value)
    return found if found is not None and _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _parse_date(value: Any) -> datetime | None:
    """Return the moment a cell gives, however odd its year."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None) if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    text = str(value).strip().lower()[:40]
    try:
        if match := _DAY_FIRST.match(text):
            day, month, year = (int(part) for part in match.groups()[:3])
            year += 2000 if year < 100 else 0
            return datetime(year, month, day, int(match[4] or 0), int(match[5] or 0))
        if match := _WORDED.match(text):
            month = _MONTHS.get(match[2][:3], 0)
            return datetime(int(match[3]), month, int(match[1]), int(match[4] or 0), int(match[5] or 0))
        if re.fullmatch(r"\d{10}(\d{3})?", text):
            return datetime.fromtimestamp(int(text[:10]), UTC).replace(tzinfo=None)
        return _parse_date(datetime.fromisoformat(text.replace("/", "-").replace("z", "+00:00")))
    except (ValueError, OverflowError):
        return None
