"""The types of an owner as a digest needs them: counts by week and month, what is new, what grows, what weighs most."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reviewmine.insights.weeks import MONTH, month_change
from reviewmine.report.pains import mapping_of, rows_of, text_of
from reviewmine.report.russian import is_number

MIN_NEW = 3
"""Mentions in four weeks from which a type that nobody spoke of before is called new."""
N_TITLE = 160


@dataclass(frozen=True)
class Weeks:
    """Mondays of the whole weeks up to the one that a digest is of, their dated reviews, and whether it is the last."""

    names: tuple[str, ...]
    totals: tuple[float, ...]
    last: bool


@dataclass(frozen=True)
class Told:
    """A type with its counts: ``counts`` a figure a week, ``growth`` of the last four weeks over the four before.

    ``growth`` and ``months`` are in the form of ``trends.change``, None where nothing can be said.
    """

    code: str
    title: str
    kind: str
    owner: str
    n: float
    counts: tuple[float, ...]
    growth: Mapping[str, Any] | None
    months: Mapping[str, Any] | None
    is_new: bool
    priority: float | None
    loss: Mapping[str, Any] | None
    severity: float
    quotes: tuple[Mapping[str, Any], ...]

    def sum(self, newest: int, oldest: int) -> float | None:
        """Return the mentions of the weeks before the end from ``oldest`` up to and without ``newest``; None if not known."""
        if len(self.counts) < oldest:
            return None
        return round(math.fsum(self.counts[len(self.counts) - oldest : len(self.counts) - newest]), 4)

    @property
    def grows(self) -> bool:
        """Return whether its share rose for sure, in four weeks or in three months."""
        return not self.is_new and any(found and found["verdict"] == "rising" for found in (self.growth, self.months))

    @property
    def weight(self) -> tuple[float, float, float, str]:
        """Return the key by which what matters most comes first: priority, else severity, then mentions."""
        known = -1.0 if self.priority is None else self.priority
        return (-known, -self.severity, -self.n, self.code)


def weeks_of(insights: Mapping[str, Any]) -> Weeks:
    """Return all weeks that were counted; without any all is empty."""
    found = mapping_of(insights.get("weekly"))
    names, totals = found.get("weeks"), found.get("totals")
    dated = isinstance(names, list) and all(map(_is_day, names))
    if not dated or not _figures(totals) or len(names) != len(totals):
        return Weeks((), (), True)
    return Weeks(tuple(names), tuple(totals), True)


def told(row: Mapping[str, Any], insights: Mapping[str, Any], weeks: Weeks) -> Told:
    """Return the type ``row`` of ``insights`` as it stood in the last of ``weeks``."""
    given = mapping_of(row.get("weekly")).get("counts")
    n_weeks = len(rows) if isinstance(rows := mapping_of(insights.get("weekly")).get("weeks"), list) else 0
    counts = tuple(given[: len(weeks.names)]) if _figures(given) and len(given) == n_weeks else ()
    change = row.get("change")
    impact = mapping_of(mapping_of(row.get("impact")).get("rating"))
    priority = mapping_of(row.get("priority")).get("value")
    return Told(
        text_of(row.get("code")),
        short(text_of(row.get("title"), row.get("code"))),
        text_of(row.get("kind")),
        text_of(row.get("owner")),
        figure(row.get("n")),
        counts,
        month_change(counts, weeks.totals),
        change if weeks.last and is_change(change) else None,
        _is_new(counts, row.get("monthly"), insights.get("months"), weeks),
        float(priority) if is_number(priority) else None,
        loss if is_interval(loss := mapping_of(impact.get("loss"))) else None,
        figure(row.get("severity")),
        tuple(rows_of(row.get("quotes"))),
    )


def is_interval(data: Mapping[str, Any]) -> bool:
    """Return whether ``data`` is a figure with its interval."""
    return all(is_number(data.get(name)) for name in ("value", "low", "high"))


def is_change(data: Any) -> bool:
    """Return whether ``data`` is a change in the form of ``trends.change``."""
    return isinstance(data, dict) and all(
        is_number(data.get(name)) for name in ("ratio", "low", "high", "now", "before")
    )


def figure(value: Any) -> float:
    """Return a count, 0 for what is none."""
    return value if is_number(value) else 0


def short(text: str, most: int = N_TITLE) -> str:
    """Return ``text`` on one line, cut at ``most`` characters."""
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else line[:most].rstrip() + "…"


def _figures(values: Any) -> bool:
    """Return whether ``values`` is a list of figures."""
    return isinstance(values, list) and all(map(is_number, values))


def _is_day(name: Any) -> bool:
    """Return whether ``name`` is an ISO date that a week can begin on."""
    try:
        return bool(date.fromisoformat(name) + timedelta(days=6))
    except (TypeError, ValueError, OverflowError):
        return False


def _is_new(counts: Sequence[float], monthly: Any, months: Any, weeks: Weeks) -> bool:
    """Return whether a type is spoken of in the last four weeks and was not before, in the weeks nor in the months."""
    if len(counts) < 2 * MONTH or math.fsum(counts[-MONTH:]) < MIN_NEW or any(counts[:-MONTH]):
        return False
    if not _figures(monthly) or not isinstance(months, list) or len(monthly) != len(months):
        return True
    begun = weeks.names[-MONTH][: len("2026-01")]
    return not any(n for n, name in zip(monthly, months, strict=True) if str(name) < begun)
