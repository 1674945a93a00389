"""What an owner reads on Monday: what to look at first, alerts, what is new and what grows, and who says so."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from reviewmine.errors import ReviewmineError
from reviewmine.files import finite
from reviewmine.insights.weeks import MONTH
from reviewmine.report.digest_lines import (
    Line,
    Quote,
    alert_line,
    emerging_line,
    growing_line,
    new_line,
    quote,
    weighty_line,
    worst_first,
)
from reviewmine.report.digest_types import Told, Weeks, short, told, weeks_of
from reviewmine.report.digest_words import check_language, day, number, word
from reviewmine.report.page import clean
from reviewmine.report.pains import mapping_of, rows_of, text_of

N_FIRST = 5
N_WEIGHTY = 3
"""Complaints named first for their weight alone."""
N_ROWS = 20
N_VOICES = 4
N_QUOTES = 2
SPANS = ((0, 1), (1, 2), (0, MONTH), (MONTH, 2 * MONTH))
"""The columns of the counts: week, week before, four weeks, four before, as weeks from the end."""
OPEN = ("opened", "growing", "easing")


@dataclass(frozen=True)
class Digest:
    """The content of one digest, in words: both formats are drawn from it."""

    owner: str
    title: str
    language: str
    period: str
    lead: tuple[str, ...]
    first: tuple[Line, ...]
    alerts: tuple[Line, ...]
    new: tuple[Line, ...]
    growing: tuple[Line, ...]
    emerging: tuple[Line, ...]
    head: tuple[str, ...]
    counts: tuple[tuple[str, ...], ...]
    voices: tuple[tuple[str, tuple[Quote, ...]], ...]


def digests(insights: Mapping[str, Any], week: str | None = None, *, language: str = "ru") -> dict[str, Digest]:
    """Return the digest of each owner, by the owner's code, the most alarmed first; an owner with nothing has one too.

    ``insights`` is the content of ``insights.json``, ``week`` the Monday of the week to tell of as an ISO date, by default the
    last one counted. Owners are those of the taxonomy, of types, alerts and routed reviews; what has no owner is under "".
    Raises ``ReviewmineError`` for a week that was not counted and for a language without words.
    """
    check_language(language)
    insights = clean(finite(insights))
    weeks = _up_to(weeks_of(insights), week)
    types = [told(row, insights, weeks) for row in rows_of(insights.get("types"))]
    alerts = [
        alert
        for alert in rows_of(mapping_of(insights.get("alerts")).get("alerts"))
        if alert.get("state") in OPEN and (weeks.last or text_of(alert.get("since")) <= _end(weeks).isoformat())
    ]
    emerging = rows_of(insights.get("emerging"))
    found = {
        owner: _digest(
            owner,
            title or word(language, "no_owner"),
            [kind for kind in types if kind.owner == owner],
            [alert for alert in alerts if text_of(alert.get("owner")) == owner],
            [topic for topic in emerging if text_of(topic.get("owner")) == owner],
            next((row for row in rows_of(insights.get("owners")) if text_of(row.get("owner")) == owner), {}),
            weeks,
            language,
        )
        for owner, title in _owners(insights, [*alerts, *emerging]).items()
    }
    order = sorted(
        found.values(), key=lambda one: (-len(one.alerts), -len(one.new) - len(one.growing), one.title, one.owner)
    )
    return {one.owner: one for one in order}


def _up_to(weeks: Weeks, week: str | None) -> Weeks:
    """Return the weeks up to ``week``."""
    if week is None:
        return weeks
    if week not in weeks.names:
        known = f"one of {', '.join(weeks.names)}" if weeks.names else "no week: none was counted"
        raise ReviewmineError(f"week {week!r}", expected=known, where="digest", do="name the Monday of a whole week")
    place = weeks.names.index(week) + 1
    return Weeks(weeks.names[:place], weeks.totals[:place], place == len(weeks.names))


def _end(weeks: Weeks) -> date:
    """Return the Sunday of the last week."""
    return date.fromisoformat(weeks.names[-1]) + timedelta(days=6)


def _owners(insights: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return code and title of everyone who may look for a digest."""
    named = mapping_of(mapping_of(insights.get("taxonomy")).get("owners"))
    found = {code: text_of(one.get("title") if isinstance(one, dict) else one) for code, one in named.items()}
    routed = [(text_of(row.get("owner")), text_of(row.get("title"))) for row in rows_of(insights.get("owners"))]
    own = [
        (text_of(row.get("owner")), text_of(row.get("owner_title")))
        for row in [*rows_of(insights.get("types")), *others]
    ]
    for owner, title in [*routed, *own]:
        found[owner] = found.get(owner) or title
    return {owner: short(title or owner) for owner, title in found.items()}


def _digest(
    owner: str,
    title: str,
    types: Sequence[Told],
    alerts: Sequence[Mapping[str, Any]],
    emerging: Sequence[Mapping[str, Any]],
    routed: Mapping[str, Any],
    weeks: Weeks,
    language: str,
) -> Digest:
    """Return the digest of one owner."""
    pains = sorted((kind for kind in types if kind.kind == "complaint"), key=lambda kind: kind.weight)
    ranked = worst_first(alerts, {kind.code: kind for kind in types})
    new, growing = [kind for kind in pains if kind.is_new], [kind for kind in pains if kind.grows]
    lines = {kind.code: new_line(kind, language) for kind in new} | {
        kind.code: growing_line(kind, language) for kind in growing
    }
    first = _first(ranked, [*new, *growing], pains, lines, language)
    head, counts = _counts(types, weeks, language)
    return Digest(
        owner,
        title,
        language,
        _period(weeks, language),
        _lead(types, routed, pains, (len(ranked), len(new), len(growing), len(emerging)), weeks, language),
        tuple(line for _, line in first),
        tuple(alert_line(alert, language) for alert in ranked),
        tuple(lines[kind.code] for kind in new),
        tuple(lines[kind.code] for kind in growing),
        tuple(emerging_line(topic, language) for topic in emerging),
        head,
        counts,
        _voices([code for code, _ in first], ranked, types, emerging, language),
    )


def _first(
    alerts: Sequence[Mapping[str, Any]],
    moved: Sequence[Told],
    pains: Sequence[Told],
    lines: Mapping[str, Line],
    language: str,
) -> list[tuple[str, Line]]:
    """Return code and reason of what to look at first: alerts, then what is new or grows, then what weighs most."""
    found = [(text_of(alert.get("code")), replace(alert_line(alert, language), more=())) for alert in alerts[:N_FIRST]]
    named = {code for code, _ in found}
    for kind in sorted((kind for kind in moved if kind.code not in named), key=lambda kind: kind.weight):
        found.append((kind.code, lines[kind.code]))
    named = {code for code, _ in found}
    rest = [kind for kind in pains if kind.code not in named][:N_WEIGHTY]
    return [*found, *((kind.code, weighty_line(kind, language)) for kind in rest)][:N_FIRST]


def _period(weeks: Weeks, language: str) -> str:
    """Return the week that a digest tells of."""
    if not weeks.names:
        return word(language, "no_weeks")
    return word(language, "week_of", first=day(language, weeks.names[-1]), last=day(language, _end(weeks).isoformat()))


def _lead(
    types: Sequence[Told],
    routed: Mapping[str, Any],
    pains: Sequence[Told],
    sizes: tuple[int, int, int, int],
    weeks: Weeks,
    language: str,
) -> tuple[str, ...]:
    """Return the first sentences: how much there is, or that there is nothing. ``sizes``: alerts, new, growing, emerging."""
    n_alerts, n_new, n_growing, _ = sizes
    if not types and not routed and not any(sizes):
        return (word(language, "nothing"),)
    calm = not (n_alerts or n_new or n_growing)
    said = [word(language, "calm") if calm else word(language, "lead", alerts=n_alerts, new=n_new, growing=n_growing)]
    if pains and weeks.names:
        sums = [_together(pains, *span) for span in SPANS]
        values = dict(zip(("week", "week_before", "month", "month_before"), sums, strict=True))
        said.append(word(language, "weeks_said", **{name: number(language, n, 1) for name, n in values.items()}))
    if routed:
        names = ("n", "auto", "suggest", "human")
        said.append(word(language, "routed", **{name: number(language, routed.get(name), 1) for name in names}))
    return tuple(said)


def _counts(types: Sequence[Told], weeks: Weeks, language: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the head and the rows of the table of counts: the most spoken of in four weeks first, the rest as one row."""
    spans = SPANS if weeks.names else ()
    names = ("week", "week_before", "month", "month_before")[: len(spans)]
    head = tuple(word(language, name) for name in ("type", "kind", *names, "n"))

    def row(title: str, kind: str, some: Sequence[Told]) -> tuple[str, ...]:
        figures = [*(_together(some, *span) for span in spans), math.fsum(each.n for each in some)]
        return (title, kind, *(number(language, figure, 1) for figure in figures))

    ranked = sorted(types, key=lambda kind: (-(kind.sum(0, MONTH) or 0), -kind.n, kind.code))
    rows = [row(kind.title, word(language, kind.kind), [kind]) for kind in ranked[:N_ROWS]]
    if rest := ranked[N_ROWS:]:
        rows.append(row(word(language, "rest", n=len(rest)), "", rest))
    if pains := [kind for kind in types if kind.kind == "complaint"]:
        rows.append(row(word(language, "together"), "", pains))
    return head, tuple(rows)


def _together(types: Sequence[Told], newest: int, oldest: int) -> float | None:
    """Return the mentions of all ``types`` in some weeks; None where those weeks were not counted."""
    sums = [n for kind in types if (n := kind.sum(newest, oldest)) is not None]
    return math.fsum(sums) if sums else None


def _voices(
    codes: Sequence[str],
    alerts: Sequence[Mapping[str, Any]],
    types: Sequence[Told],
    emerging: Sequence[Mapping[str, Any]],
    language: str,
) -> tuple[tuple[str, tuple[Quote, ...]], ...]:
    """Return quotes of what is named first, those of its alert where there are any, then of emerging topics."""
    by_code = {text_of(alert.get("code")): rows_of(alert.get("quotes")) for alert in reversed(alerts)}
    known = {kind.code: kind for kind in types}
    sources = [
        (known[code].title, by_code.get(code) or known[code].quotes) for code in dict.fromkeys(codes) if code in known
    ]
    sources += [(short(text_of(one.get("title"), one.get("id"))), rows_of(one.get("quotes"))) for one in emerging]
    return tuple((title, tuple(quote(row, language) for row in rows[:N_QUOTES])) for title, rows in sources if rows)[
        :N_VOICES
    ]
