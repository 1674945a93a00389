"""Moments told from a day: «вчера», «3 дня назад», a day without a year."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import datetime, timedelta

_DAY_SECONDS = 86400
_DAYS_AGO = {
    word: days for days, words in enumerate(("сегодня today", "вчера yesterday", "позавчера")) for word in words.split()
}
_NOW = frozenset(("сейчас", "только что", "now", "just now"))
_SECONDS = {
    word: seconds
    for seconds, words in {
        1: "секунду секунды секунд сек second seconds sec secs",
        60: "минуту минуты минут мин minute minutes min mins",
        3600: "час часа часов ч hour hours h hr hrs",
        1800: "полчаса",
        _DAY_SECONDS: "день дня дней дн д day days d",
        7 * _DAY_SECONDS: "неделю недели недель нед week weeks w wk wks",
    }.items()
    for word in words.split()
}
_UNIT_MONTHS = {
    word: months
    for months, words in {
        1: "месяц месяца месяцев мес month months mo mos",
        6: "полгода",
        12: "год года лет г year years y yr yrs",
    }.items()
    for word in words.split()
}
_NUMERALS = {
    word: number
    for number, words in enumerate(
        "один одну одна a an one|два две пару two|три three|четыре four|пять five|шесть six|семь seven|восемь eight"
        "|девять nine|десять ten|одиннадцать eleven|двенадцать twelve".split("|"),
        start=1,
    )
    for word in words.split()
}
_FILLERS = frozenset(("в", "около", "примерно", "about", "at"))


def last_such_day(month: int, day: int, as_of: datetime) -> datetime | None:
    """Return the last such day that is not after ``as_of``; a 29 February may lie eight years back.

    >>> last_such_day(12, 31, datetime(2024, 3, 1))
    datetime.datetime(2023, 12, 31, 0, 0)
    """
    for year in range(as_of.year, as_of.year - 9, -1):
        if day <= monthrange(year, month)[1] and (month, day) <= (
            (as_of.month, as_of.day) if year == as_of.year else (12, 31)
        ):
            return datetime(year, month, day)
    return None


def moment_ago(words: Sequence[str], as_of: datetime) -> datetime | None:
    """Return the moment of «вчера», «3 дня назад», "a week ago".

    Hours count from the time of ``as_of``; when that is midnight, only its day is known, and the day is returned.
    """
    words = [word for word in words if word not in _FILLERS]
    midnight = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    said = " ".join(words)
    if said in _NOW:
        return as_of
    if said in _DAYS_AGO:
        return midnight - timedelta(days=_DAYS_AGO[said])
    if len(words) not in (2, 3) or words[-1] not in ("назад", "ago"):
        return None
    first, unit = words[0] if len(words) == 3 else "1", words[-2]
    n = int(first) if first.isdigit() else _NUMERALS.get(first)
    if n is not None and unit in _UNIT_MONTHS:
        return _months_before(midnight, n * _UNIT_MONTHS[unit])
    if n is None or unit not in _SECONDS:
        return None
    if _SECONDS[unit] >= _DAY_SECONDS:
        return midnight - timedelta(seconds=n * _SECONDS[unit])
    return as_of if as_of == midnight else as_of - timedelta(seconds=n * _SECONDS[unit])


def _months_before(moment: datetime, n: int) -> datetime:
    """Return a moment ``n`` months before, on the last day of the month when it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - n, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
