"""What kind of day a day is: the days of the week, and public holidays as an eighth."""

from collections.abc import Collection
from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]
Country = Literal["RU", "none"]

N_KINDS: Final = 8
HOLIDAY: Final = 7
"""The kind of a public holiday, whatever its weekday; Monday is 0."""
HOLIDAYS: Final[dict[str, frozenset[tuple[int, int]]]] = {
    "RU": frozenset({*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}),
    "none": frozenset(),
}
"""Month and day of public holidays: article 112 of the Labour Code of Russia, in force since 2013, without moved days off."""


def day_kinds(days: Days, country: Country = "RU", days_off: Collection[date] = ()) -> NDArray[np.int64]:
    """Return the kind of each day, 0 (Monday) to 6, or ``HOLIDAY``; ``days_off`` are further holidays.

    >>> day_kinds(np.array(["2026-03-06", "2026-03-08", "2026-03-09"], dtype="datetime64[D]")).tolist()
    [4, 7, 0]
    """
    days = days.astype("datetime64[D]")
    kinds = (days.astype(np.int64) + 3) % 7  # the first of January 1970 was a Thursday
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    in_month = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    free = np.isin(month * 100 + in_month, [m * 100 + d for m, d in sorted(HOLIDAYS[country])])
    free |= np.isin(days, np.asarray(sorted(days_off), dtype="datetime64[D]"))
    return np.where(free, HOLIDAY, kinds)
