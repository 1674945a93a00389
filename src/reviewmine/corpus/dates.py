"""Dates as people, pages and exports write them, and the order of day and month in a table."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from numbers import Real
from typing import Any

from reviewmine.corpus.ago import last_such_day, moment_ago
from reviewmine.corpus.cells import Unread, counted, is_blank
from reviewmine.errors import ReviewmineError

_FIRST_YEAR, _LAST_YEAR = 1995, 2100  # outside, a date is a slip or a default of some system
_LONGEST = 80
_SOME_DAY = datetime(2020, 3, 1)  # by which it is seen whether a cell could be read, were the day known

_MONTH_NAMES = (
    "январь января jan january|февраль февраля feb february|март марта mar march|апрель апреля apr april"
    "|май мая may|июнь июня jun june|июль июля jul july|август августа aug august|сентябрь сентября sept september"
    "|октябрь октября oct october|ноябрь ноября nov november|декабрь декабря dec december"
)
_MONTHS = {  # every beginning of three letters or more: «сент», «дек»
    name[:length]: month
    for month, names in enumerate(_MONTH_NAMES.split("|"), start=1)
    for name in names.split()
    for length in range(3, len(name) + 1)
}
# Words that stand in a date and tell nothing.
_FILLERS = frozenset(
    "г год года в от на дата отзыв отзыва опубликовано опубликован опубликована написан добавлен создан of on at the about"
    " st nd rd th date posted reviewed пн вт ср чт пт сб вс понедельник вторник среда среду четверг пятница пятницу суббота субботу"
    " воскресенье mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday".split()
)

_BRACKETS = re.compile(r"\([^()]{0,60}\)")
_IGNORED = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?(?![\d:])"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?"
    r"(?: ?(?P<zone>z\b|(?:utc|gmt)? ?[+-]\d{2}:?\d{2}(?!\d)|(?:utc|gmt)?[+-]\d{1,2}(?![\d.:/-])|utc\b|gmt\b|мск\b|msk\b))?"
)
_TOKEN = re.compile(r"\d{1,20}|[^\W\d_]{1,20}")
_BETWEEN = re.compile(r"[\d\s,.'’/|•·;:–—-]|[^\W\d_]")  # what may stand in a date besides
_SERIAL = re.compile(r"(\d{5,19})(?:[.,](\d{1,12}))?")
_TWO_WAYS = re.compile(r"(?<!\d)(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d{2})(?!\d)")
_AMERICAN = re.compile(r"\d ?[ap]\.?m\b", re.IGNORECASE)


def parse_date(cell: Any, as_of: datetime | None = None, month_first: bool = False) -> datetime | None:
    """Return the moment a cell gives, without a zone (in UTC when it gave one); None when it is not a full date.

    ``as_of`` is the day from which «вчера» and a day without a year count: the last such day that is not after it. A
    month without a day is its first day. ``month_first`` tells how 03/04/2024 is read; with points the day is first.

    >>> str(parse_date("11.02.2024 14:12")), str(parse_date("1 авг. 2024 г., 00:26")), parse_date("31.02.2024")
    ('2024-02-11 14:12:00', '2024-08-01 00:26:00', None)
    >>> str(parse_date("Вчера, 22:29", as_of=datetime(2024, 3, 1)))
    '2024-02-29 22:29:00'
    """
    try:
        found = _parse(cell, naive(as_of) if as_of else None, month_first)
    except (ValueError, OverflowError):
        return None
    return found if found is not None and _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def parse_as_of(text: str) -> datetime:
    """Return the day that an option gives. Raises ``ReviewmineError`` when it is not a full date."""
    found = parse_date(text)
    if found is None:
        raise ReviewmineError(
            f"the day {text[:40]!r}", expected="a date such as 2024-02-29", where="--as-of", do="write it as YYYY-MM-DD"
        )
    return found


def naive(moment: datetime) -> datetime:
    """Return a moment in UTC without its zone; one without a zone stays as it is."""
    moment = moment if moment.tzinfo is None else moment.astimezone(UTC)
    return datetime(*moment.timetuple()[:6], moment.microsecond)


def _parse(cell: Any, as_of: datetime | None, month_first: bool) -> datetime | None:
    """Return the moment a cell gives, however odd its year; raises ``ValueError`` on what cannot be a date."""
    if isinstance(cell, datetime):
        return naive(cell)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, bool):
        return None
    text = f"{float(cell):.6f}" if isinstance(cell, Real | Decimal) else str(cell).strip()
    if not text or len(text) > _LONGEST:
        return None
    if match := _SERIAL.fullmatch(text):
        return _from_number(match[1], float(f"0.{match[2] or 0}"))
    if text[4:5] == "-" and text[:4].isdigit():
        try:
            return naive(datetime.fromisoformat(text))
        except ValueError:
            pass  # 2024-2-11, say
    return _from_text(text, as_of, month_first)


def _from_number(digits: str, fraction: float) -> datetime | None:
    """Return the moment of a spreadsheet's day number, of Unix time in (milli-, micro-, nano-)seconds, or of 20240211."""
    number = int(digits)
    if len(digits) == 5:
        return datetime(1899, 12, 30) + timedelta(days=number, seconds=round(fraction * 86400))
    if len(digits) in (8, 14):
        return datetime.strptime(digits, "%Y%m%d%H%M%S" if len(digits) == 14 else "%Y%m%d")
    unit = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}.get(len(digits))
    if unit is None:
        return None
    return datetime(1970, 1, 1) + timedelta(microseconds=number * 10**6 // unit + round(fraction * 10**6 / unit))


def _from_text(text: str, as_of: datetime | None, month_first: bool) -> datetime | None:
    """Return the moment of a written date: the time of day is taken out, what is left is read by one of the rules."""
    text = " ".join(_BRACKETS.sub(" ", _IGNORED.sub("", text)).lower().replace("ё", "е").split())
    text = re.sub(r"(?<=\d)t(?=\d)", " ", text)
    clock = _CLOCK.search(text)
    rest = f"{text[: clock.start()]} {text[clock.end() :]}" if clock else text
    if _BETWEEN.sub("", rest):
        return None
    words = _TOKEN.findall(rest)
    told = moment_ago(words, as_of) if as_of else None
    if told is not None:
        return _at(told, clock)
    words = [word for word in words if word not in _FILLERS]
    found = _worded(words) or _numeric(words, month_first and "." not in rest, "." in rest)
    if found is None:
        return None
    year, month, day = found
    at = datetime(year, month, day) if year else last_such_day(month, day, as_of) if as_of else None
    return _at(at, clock) if at else None


Day = tuple[int, int, int]
"""Year, month, day; the year is 0 when it is not told."""


def _worded(words: Sequence[str]) -> Day | None:
    """Return the day of «11 фев 2024», «Feb 11», «август 2024»: one month by name, the rest in digits."""
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    digits = [word for word in words if word.isdigit()]
    if len(months) != 1 or len(digits) != len(words) - 1:
        return None
    years, short = [word for word in digits if len(word) == 4], [word for word in digits if len(word) <= 2]
    match len(years), len(short), len(digits):
        case 1, 1, 2:
            return int(years[0]), months[0], int(short[0])
        case 0, 2, 2:
            return _full_year(short[1]), months[0], int(short[0])
        case 0, 1, 1:
            return 0, months[0], int(short[0])
        case 1, 0, 1:
            return int(years[0]), months[0], 1
    return None


def _numeric(words: Sequence[str], month_first: bool, points: bool) -> Day | None:
    """Return the day of 2024-02-11, 11.02.24, 02/11/2024, 02.2024 or 11.02."""
    if not all(word.isdigit() for word in words):
        return None
    numbers = [int(word) for word in words]
    match [len(word) for word in words]:
        case [4, 1 | 2, 1 | 2]:
            return numbers[0], numbers[1], numbers[2]
        case [1 | 2, 1 | 2, 2 | 4]:
            day, month = numbers[1::-1] if month_first else numbers[:2]
            if not points and month > 12 >= day:
                day, month = month, day
            return _full_year(words[2]), month, day
        case [4, 1 | 2]:
            return numbers[0], numbers[1], 1
        case [1 | 2, 4]:
            return numbers[1], numbers[0], 1
        case [2, 2] if points:
            return 0, numbers[1], numbers[0]
    return None


def _full_year(digits: str) -> int:
    """Return a year of two or four digits in full."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (1900 if year >= _FIRST_YEAR - 1900 else 2000)


def _at(day: datetime, clock: re.Match[str] | None) -> datetime:
    """Return the moment of a day at the time that was found, in UTC when a zone was found, too."""
    if clock is None:
        return day
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"] == "p" else 0)
    moment = day.replace(hour=hour, minute=int(clock["minute"]), second=int(clock["second"] or 0), microsecond=0)
    zone = clock["zone"] or ""
    if zone in ("мск", "msk"):
        return moment - timedelta(hours=3)
    sign = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", zone)
    if sign is None:
        return moment
    ahead = timedelta(hours=int(sign[2]), minutes=int(sign[3] or 0))
    return moment - ahead if sign[1] == "+" else moment + ahead


class DateTally:
    """What a table's dates are like: whether day or month stands first, and what cannot be read. Only counts are held.

    >>> tally = DateTally()
    >>> tally.add(["03/04/2024", "03/25/2024", "вчера"])
    >>> str(tally.to_date("03/04/2024")), tally.n_unread
    ('2024-03-04 00:00:00', 1)
    >>> print(tally.note)
    03/04/2024 is read month first, as 03/25/2024 tells; 1 date is relative, such as 'вчера': give --as-of YYYY-MM-DD; left empty
    """

    def __init__(self, as_of: datetime | None = None) -> None:
        """Begin with the day from which «вчера» and a day without a year count, when it is known."""
        self._as_of = as_of
        self._unread, self._relative = Unread(), Unread()
        self._day_first, self._month_first, self._either = Unread(), Unread(), Unread()
        self._n_american = 0

    def add(self, cells: Iterable[Any]) -> None:
        """Count some more dates of the table."""
        for cell in cells:
            self._weigh(cell)
            if parse_date(cell, self._as_of) is not None or is_blank(cell):
                continue
            relative = self._as_of is None and parse_date(cell, _SOME_DAY) is not None
            (self._relative if relative else self._unread).add(cell)

    def to_date(self, cell: Any) -> datetime | None:
        """Return the moment of a cell, read as the table's dates are; None when it gives none."""
        return parse_date(cell, self._as_of, self.month_first)

    @property
    def month_first(self) -> bool:
        """Return whether 03/04/2024 is in March: more cells are possible only so, or none tells and the clock has am and pm."""
        if self._day_first.n or self._month_first.n:
            return self._month_first.n > self._day_first.n
        return self._n_american > 0

    @property
    def n_unread(self) -> int:
        """Return how many dates are left empty."""
        return self._unread.n + self._relative.n

    @property
    def note(self) -> str:
        """Return one line on what was found out and what was left empty; '' when all dates were plain."""
        said = [self._order()] if self._either.n else []
        if self._unread.n:
            said.append(
                f"{counted(self._unread.n, 'date')} not understood, such as {self._unread.example!r}; left empty"
            )
        if self._relative.n:
            are = "is" if self._relative.n == 1 else "are"
            said.append(
                f"{counted(self._relative.n, 'date')} {are} relative, such as {self._relative.example!r}:"
                " give --as-of YYYY-MM-DD; left empty"
            )
        return "; ".join(filter(None, said))

    def _order(self) -> str:
        """Return what to say of the order of day and month."""
        order = "month first" if self.month_first else "day first"
        proof, against = self._day_first, self._month_first
        if self.month_first:
            proof, against = against, proof
        elif proof.n and not against.n:
            return ""  # as expected
        why = (
            f"as {proof.example} tells" if proof.n else "as am and pm suggest" if self.month_first else "no date tells"
        )
        but = f", against {against.example}" if against.n else ""
        return f"{self._either.example} is read {order}, {why}{but}"

    def _weigh(self, cell: Any) -> None:
        """Count what a cell tells of the order of day and month."""
        match = _TWO_WAYS.search(cell[:_LONGEST]) if isinstance(cell, str) else None
        if match is None or parse_date(match[0]) is None:
            return
        first, second = int(match[1]), int(match[3])
        if first != second:
            tells = self._day_first if first > 12 else self._month_first if second > 12 else self._either
            tells.add(match[0])
        self._n_american += bool(_AMERICAN.search(cell[:_LONGEST]))
