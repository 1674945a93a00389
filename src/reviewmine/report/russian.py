"""Figures, months and counted nouns as a Russian reader expects them."""

import calendar
import re
from collections.abc import Mapping, Sequence
from typing import Any

THIN = "\u202f"
"""The narrow space that does not break: between thousands and before the per cent sign."""
NONE = "—"

_MONTHS = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
]
_SHORT = ["янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def is_number(value: Any) -> bool:
    """Return whether ``value`` is a figure; a flag is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: Any, digits: int = 0) -> str:
    """Return a figure with a decimal comma and thin spaces; a dash where there is none.

    >>> number(1569).replace(THIN, " "), number(-0.8, 2), number(None)
    ('1 569', '−0,80', '—')
    """
    if not is_number(value):
        return NONE
    text = f"{abs(value):,.{digits}f}"
    minus = "−" if value < 0 and any(digit in text for digit in "123456789") else ""
    return minus + text.replace(",", THIN).replace(".", ",")


def signed(value: Any, digits: int = 1) -> str:
    """Return a difference with its sign, so that a gain does not look like a level."""
    text = number(value, digits)
    return f"+{text}" if is_number(value) and value > 0 and text.strip("0,") else text


def rating(value: Any) -> str:
    """Return a rating without an idle fraction: 5, but 4,5."""
    return number(value, 0 if is_number(value) and value == int(value) else 1)


def percent(value: Any, digits: int = 1) -> str:
    """Return a share as per cent.

    >>> percent(0.1236).replace(THIN, " ")
    '12,4 %'
    """
    return f"{number(100 * value, digits)}{THIN}%" if is_number(value) else NONE


def percent_interval(low: Any, high: Any, digits: int = 1) -> str:
    """Return two shares as one interval; empty where one is unknown."""
    return f"{number(100 * low, digits)}–{percent(high, digits)}" if is_number(low) and is_number(high) else ""


def number_interval(low: Any, high: Any, digits: int = 1) -> str:
    """Return two figures as one interval; empty where one is unknown."""
    return f"{number(low, digits)}–{number(high, digits)}" if is_number(low) and is_number(high) else ""


def plural(n: Any, one: str, few: str, many: str) -> str:
    """Return the form of a noun that goes with ``n``.

    >>> [plural(n, "отзыв", "отзыва", "отзывов") for n in (1, 3, 11, 21, 25)]
    ['отзыв', 'отзыва', 'отзывов', 'отзыв', 'отзывов']
    """
    if not is_number(n) or n != int(n):
        return few
    last, tens = int(n) % 10, int(n) % 100
    if last == 1 and tens != 11:
        return one
    return few if 2 <= last <= 4 and not 12 <= tens <= 14 else many


def counted(n: Any, one: str, few: str, many: str) -> str:
    """Return ``n`` with its noun, on one line; a fraction is rounded."""
    return f"{number(n)}\u00a0{plural(round(n) if is_number(n) else n, one, few, many)}"


def month_of(name: Any) -> tuple[str, int]:
    """Return year and number of a month such as 2025-11; number 0 for what is no month."""
    found = _MONTH.fullmatch(str(name))
    return (found[1], int(found[2])) if found else ("", 0)


def month(name: Any) -> str:
    """Return a month in full; what is no month comes back as it is.

    >>> month("2025-11")
    'ноябрь 2025'
    """
    found = _MONTH.fullmatch(str(name))
    return f"{_MONTHS[int(found[2]) - 1]} {found[1]}" if found else str(name)


def short_month(name: Any) -> tuple[str, str]:
    """Return three letters of a month and its year, for the foot of a chart."""
    found = _MONTH.fullmatch(str(name))
    return (_SHORT[int(found[2]) - 1], found[1]) if found else (str(name)[:4], "")


def months_span(names: Sequence[Any]) -> str:
    """Return the first and the last month as a period."""
    if not names:
        return ""
    first, last = month(names[0]), month(names[-1])
    if first == last:
        return last
    same_year = first[-5:] == last[-5:]
    return f"{first[:-5] if same_year else first} — {last}"


def days_in(names: Sequence[Any]) -> int:
    """Return the number of calendar days in the months together."""
    found = [match for name in names if (match := _MONTH.fullmatch(str(name)))]
    return sum(calendar.monthrange(int(match[1]), int(match[2]))[1] for match in found)


def date(text: Any) -> str:
    """Return a date as 31.12.2025; what is no date comes back as it is."""
    found = _DATE.fullmatch(str(text or ""))
    return f"{found[3]}.{found[2]}.{found[1]}" if found else str(text or "")


FILTERS: Mapping[str, Any] = {
    "number": number,
    "signed": signed,
    "rating": rating,
    "percent": percent,
    "counted": counted,
    "plural": plural,
    "month": month,
    "date": date,
}
"""What the template may call by name."""
