"""From days of surges to issues: one type that is spoken of too much is one issue, however many days and segments it has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from reviewmine.insights.exposure import Exposure
from reviewmine.insights.surges import Surges

AGAIN: Final = 14
"""Periods after the end of an issue within which the same surge is the same issue."""


@dataclass(frozen=True)
class Episode:
    """A surge of one series: ``opened`` is the period that it was found in, ``since`` the first period of that window.

    ``last`` is the last period that it went on in; ``tests`` are the places among the surges of the best test of each period that
    has any.
    """

    series: int
    opened: int
    since: int
    last: int
    tests: tuple[int, ...]


@dataclass(frozen=True)
class Issue:
    """Episodes of one type that overlap in time; ``lead`` is that of all reviews, else that of the strongest segment."""

    code: int
    opened: int
    since: int
    last: int
    lead: Episode
    parts: tuple[Episode, ...]


def find_episodes(surges: Surges, quiet: int) -> list[Episode]:
    """Return the episodes of all series, by series and time.

    An episode opens with a surge and goes on while more than usual is seen (``surges.holds``) with gaps of less than
    ``quiet`` periods; a surge within 14 periods after its end takes it up again, so that it does not flap.
    """
    found: list[Episode] = []
    for series in np.unique(surges.series):
        own = np.flatnonzero(surges.series == series)
        own = own[np.lexsort((surges.p[own], surges.period[own]))]
        best = dict(zip(surges.period[own][::-1].tolist(), own[::-1].tolist(), strict=True))  # of a day the least p
        days = np.union1d(np.flatnonzero(surges.holds[series]), surges.period[own])
        found += _walk(int(series), days.tolist(), best, surges, quiet)
    return found


def _walk(series: int, days: Sequence[int], best: dict[int, int], surges: Surges, quiet: int) -> list[Episode]:
    """Return the episodes of one series from the days on which something is seen."""
    found: list[Episode] = []
    for day in days:
        gap = day - found[-1].last if found else quiet + AGAIN + 1
        test = best.get(day)
        if gap <= quiet or (test is not None and gap <= quiet + AGAIN):
            before = found.pop()
            tests = before.tests if test is None else (*before.tests, test)
            found.append(Episode(series, before.opened, before.since, day, tests))
        elif test is not None:
            ended = found[-1].last if found else -1
            since = max(day - int(surges.window[test]) + 1, ended + 1)
            found.append(Episode(series, day, since, day, (test,)))
    return found


def find_issues(episodes: Sequence[Episode], exposure: Exposure, surges: Surges, quiet: int) -> list[Issue]:
    """Return one issue for all episodes of a type that overlap, by the day of opening and the code.

    Segments of a type that surges itself are parts of its issue: they say where it comes from.
    """
    found: list[Issue] = []
    by_code: dict[int, list[Episode]] = {}
    for one in sorted(episodes, key=lambda one: (one.opened, one.series)):
        by_code.setdefault(int(exposure.code[one.series]), []).append(one)
    for code, listed in by_code.items():
        together: list[Episode] = []
        for one in listed:
            if together and one.opened > max(part.last for part in together) + quiet:
                found.append(_issue(code, together, exposure, surges))
                together = []
            together.append(one)
        found.append(_issue(code, together, exposure, surges))
    return sorted(found, key=lambda issue: (issue.opened, issue.code))


def _issue(code: int, parts: Sequence[Episode], exposure: Exposure, surges: Surges) -> Issue:
    def strength(one: Episode) -> tuple[bool, float, int]:
        return exposure.segment[one.series] != 0, float(surges.p[list(one.tests)].min()), one.series

    lead = min(parts, key=strength)
    first = parts[0]  # what opened the issue gives it its name for good
    return Issue(code, first.opened, first.since, max(one.last for one in parts), lead, tuple(parts))
