"""Alerts: what is spoken of more than expected, one alert an issue, with its history, evidence, severity and escalation."""

import hashlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from reviewmine.insights.alerts_plan import AlertsPlan
from reviewmine.insights.baseline import Expected, expect
from reviewmine.insights.days import N_KINDS, day_kinds
from reviewmine.insights.episodes import Issue, find_episodes, find_issues
from reviewmine.insights.escalation import EscalationPlan, severity, steps_of
from reviewmine.insights.exposure import MOST_DAYS, Exposure, count_mentions
from reviewmine.insights.mentions import Mentions
from reviewmine.insights.quotes import Evidence, Span, choose_quotes
from reviewmine.insights.surges import Surges, find_surges, upper
from reviewmine.intervals import Figure
from reviewmine.router import TEXT_FIELDS

_WALKED: Final = 3 * 364  # days that open alerts are looked for in
N_EVIDENCE: Final = 50
N_QUOTES: Final = 3
_BEFORE, _MOST_SHOWN = 28, 90  # periods of the history before an alert, and in all
_FRESH: Final = 3  # periods in which an alert is simply open
_RECENT: Final = 7  # periods that say whether it grows
_GROWING, _EASING = 1.15, 0.7  # of the ratio three periods ago, and of the highest ratio

State = Literal["opened", "growing", "easing", "closed"]
Types = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class History:
    """Everything that was tested: counts, what was expected, surges, and the issues they make."""

    exposure: Exposure
    expected: Expected
    surges: Surges
    issues: tuple[Issue, ...]


def walk(exposure: Exposure, plan: AlertsPlan) -> History:
    """Return the issues of ``exposure``; each period is judged by what was known at its end."""
    daily = exposure.period == "day"
    kinds = day_kinds(exposure.starts, plan.holidays, plan.days_off) if daily else np.zeros(len(exposure.starts), int)
    expected = expect(exposure, kinds, N_KINDS if daily else 1)
    surges = find_surges(exposure, expected, plan.lengths, plan.fdr, plan.min_count, plan.min_ratio)
    episodes = find_episodes(surges, plan.quiet_periods)
    return History(exposure, expected, surges, tuple(find_issues(episodes, exposure, surges, plan.quiet_periods)))


def history_of(mentions: Mentions, plan: AlertsPlan, until: date | None = None, days: int = MOST_DAYS) -> History:
    """Return what was tested, of the last ``days``, in all reviews and in the segments of ``plan`` that they have a column for."""
    columns = [name for name in plan.segments if name in mentions.reviews]
    exposure = count_mentions(
        mentions, plan.period, columns, most=plan.most_segments, least=plan.min_count, until=until, days=days
    )
    return walk(exposure, plan)


def alert_history(
    mentions: Mentions, plan: AlertsPlan | None = None, until: date | None = None
) -> list[dict[str, Any]]:
    """Return every alert there ever was as of ``until`` (by default the last date): figures without evidence and quotes."""
    history = history_of(mentions, plan or AlertsPlan(), until)
    return [_figures(history, issue, plan or AlertsPlan()) for issue in history.issues]


def find_alerts(
    mentions: Mentions,
    taxonomy: Mapping[str, Any],
    plan: AlertsPlan | None = None,
    escalation: EscalationPlan | None = None,
    evidence: Evidence | None = None,
    *,
    until: date | None = None,
    mask: bool = True,
) -> dict[str, Any]:
    """Return the alerts that are open, or were closed lately, at the end of ``until`` (by default the last date).

    The worst come first: open before closed, by severity, then by their excess over the expected. Reviews without a date do
    not count. ``evidence`` gives spans for quotes; a review without one is quoted from its beginning. See docs/alerts.md.
    """
    plan, escalation = plan or AlertsPlan(), escalation or EscalationPlan()
    history = history_of(mentions, plan, until, _WALKED)
    n = len(history.exposure.starts)
    types: Types = {str(kind["code"]): kind for kind in taxonomy["types"]}
    titles = {code: str(owner["title"]) for code, owner in (taxonomy.get("owners") or {}).items()}
    listed = [one for one in history.issues if n - 1 - one.last < plan.quiet_periods + plan.closed_periods]
    alerts = []
    for issue in listed:
        figures = _figures(history, issue, plan)
        kind = types.get(figures["code"], {})
        alerts.append(
            _named(figures, kind, titles, escalation)
            | {"history": _shown(history, issue)}
            | _evidence(mentions, history, issue, evidence or {}, mask)
        )
    alerts.sort(
        key=lambda one: (one["state"] == "closed", -one["severity"], one["expected"] - one["observed"], one["id"])
    )
    tested = np.flatnonzero(history.surges.n_tested)
    return {
        "period": plan.period,
        "from": _day(history.exposure.starts[tested[0]]) if len(tested) else "",
        "to": _day(_end(history.exposure, n - 1)) if len(tested) else "",
        "n_tested": int(history.surges.n_tested[-1]) if len(tested) else 0,
        "fdr": plan.fdr,
        "alerts": alerts,
    }


def _day(moment: Any) -> str:
    return str(np.datetime64(moment, "D"))


def _end(exposure: Exposure, period: int) -> Any:
    """Return the last day of a period."""
    return exposure.starts[period] + np.timedelta64(0 if exposure.period == "day" else 6, "D")


def _figures(history: History, issue: Issue, plan: AlertsPlan) -> dict[str, Any]:
    """Return what is known of an issue in figures, from its first period to its last."""
    exposure, expected, series = history.exposure, history.expected, issue.lead.series
    span = slice(issue.since, issue.last + 1)
    observed = float(exposure.counts[series, span].sum())
    due = float(np.nansum(expected.mean[series, span]))
    best = min(issue.lead.tests, key=lambda test: (history.surges.p[test], test))
    code = exposure.codes[issue.code]
    return {
        "id": hashlib.sha256(f"{code}|{_day(exposure.starts[issue.since])}".encode()).hexdigest()[:12],
        "code": code,
        "segment": _segment(exposure, series),
        "state": _state(history, issue, plan),
        "since": _day(exposure.starts[issue.since]),
        "opened": _day(_end(exposure, issue.opened)),
        "last": _day(_end(exposure, issue.last)),
        "observed": round(observed, 4),
        "expected": round(due, 4),
        "ratio": _ratio(observed, due, expected, series, issue.last),
        "p": float(f"{history.surges.p[best]:.3g}"),
        "q": float(f"{history.surges.q[best]:.3g}"),
        "drivers": _drivers(history, issue, span),
    }


def _segment(exposure: Exposure, series: int) -> dict[str, str] | None:
    named = exposure.segments[exposure.segment[series]]
    return None if named is None else {"column": named[0], "value": named[1]}


def _ratio(observed: float, due: float, expected: Expected, series: int, period: int) -> Figure:
    """Return observed over expected; the interval has the scatter of the count and the doubt of the rate (log method)."""
    due = max(due, 1e-6)
    spread = float(expected.dispersion[series, period])
    error = 1.96 * np.sqrt(spread / max(observed, 0.5) + spread * float(expected.doubt[series, period]))
    ratio = observed / due
    return {
        "value": round(ratio, 4),
        "low": round(ratio * float(np.exp(-error)), 4),
        "high": round(ratio * float(np.exp(error)), 4),
    }


def _drivers(history: History, issue: Issue, span: slice) -> list[dict[str, Any]]:
    """Return the other segments that surge in the issue, the largest excess first."""
    rows = []
    for series in sorted({part.series for part in issue.parts} - {issue.lead.series}):
        segment = _segment(history.exposure, series)
        if segment is not None:
            observed = float(history.exposure.counts[series, span].sum())
            due = float(np.nansum(history.expected.mean[series, span]))
            rows.append({**segment, "observed": round(observed, 4), "expected": round(due, 4)})
    return sorted(rows, key=lambda row: (row["expected"] - row["observed"], row["column"], row["value"]))


def _state(history: History, issue: Issue, plan: AlertsPlan) -> State:
    """Return where an issue stands at the end: closed, easing, growing, or simply open."""
    now = history.exposure.counts.shape[1] - 1
    if now - issue.last >= plan.quiet_periods:
        return "closed"
    if now - issue.opened < _FRESH:
        return "opened"
    first = max(0, issue.opened - _RECENT + 1)
    seen = history.exposure.counts[issue.lead.series, first : now + 1]
    due = np.nan_to_num(history.expected.mean[issue.lead.series, first : now + 1])
    size = np.arange(_RECENT, len(seen) + 1)
    sums, dues = np.append(0, np.cumsum(seen)), np.append(0, np.cumsum(due))
    ratios = (sums[size] - sums[size - _RECENT] + 0.5) / (dues[size] - dues[size - _RECENT] + 0.5)
    if len(ratios) and ratios[-1] <= _EASING * ratios.max():
        return "easing"
    if len(ratios) > _FRESH and ratios[-1] >= _GROWING * ratios[-1 - _FRESH]:
        return "growing"
    return "opened"


def _named(
    figures: dict[str, Any], kind: Mapping[str, Any], titles: Mapping[str, str], escalation: EscalationPlan
) -> dict[str, Any]:
    """Return the figures with the names of type and owner, the severity, the escalation and the command."""
    owner = str(kind.get("owner") or "")
    told = str(kind.get("kind") or "complaint")
    excess = figures["observed"] - figures["expected"]
    level = severity(told, kind.get("severity"), figures["ratio"]["value"], excess)
    where = figures["segment"]
    only = shlex.quote(f"{where['column']}={where['value']}") if where else ""
    return figures | {
        "title": str(kind.get("title") or figures["code"]),
        "kind": told,
        "owner": owner,
        "owner_title": titles.get(owner, owner),
        "severity": level,
        "escalation": steps_of(escalation, level, owner, titles.get(owner, owner)),
        "command": f"reviewmine insights SCORED -o DIR --where {only}" if only else "reviewmine insights SCORED -o DIR",
    }


def _shown(history: History, issue: Issue) -> list[dict[str, Any]]:
    """Return the counts of the periods around an issue beside what was expected, the newest 90 at most."""
    exposure, expected, series = history.exposure, history.expected, issue.lead.series
    end = min(exposure.counts.shape[1], issue.last + 1 + _RECENT)
    start = max(0, issue.since - _BEFORE, end - _MOST_SHOWN)
    mean = expected.mean[series, start:end]
    spread = expected.dispersion[series, start:end] * (1 + np.nan_to_num(mean) * expected.doubt[series, start:end])
    high = upper(np.nan_to_num(mean), spread)
    return [
        {
            "start": _day(exposure.starts[start + i]),
            "observed": round(float(exposure.counts[series, start + i]), 4),
            "expected": None if np.isnan(mean[i]) else round(float(mean[i]), 4),
            "high": None if np.isnan(mean[i]) else round(float(high[i]), 4),
        }
        for i in range(end - start)
    ]


def _evidence(mentions: Mentions, history: History, issue: Issue, evidence: Evidence, mask: bool) -> dict[str, Any]:
    """Return the reviews of an issue, the surest first, and quotes from them."""
    exposure = history.exposure
    day = mentions.reviews["date"].to_numpy().astype("datetime64[D]")
    inside: NDArray[np.bool_] = (day >= exposure.starts[issue.since]) & (day <= _end(exposure, issue.last))
    segment = exposure.segments[exposure.segment[issue.lead.series]]
    if segment is not None:
        inside &= (mentions.reviews[segment[0]].astype("string").fillna("").str.strip() == segment[1]).to_numpy(bool)
    own = np.flatnonzero((mentions.type == issue.code) & inside[mentions.review])
    rows = mentions.review[own]
    found = mentions.reviews.iloc[rows][["id"]].assign(probability=mentions.probability[own], row=rows)
    found = found.sort_values(["probability", "id"], ascending=[False, True]).drop_duplicates("id")
    shown = found.head(N_EVIDENCE).rename(columns={"id": "review_id"})
    reviews = mentions.reviews.iloc[shown["row"]].set_index("id")
    code = exposure.codes[issue.code]
    spans = {str(name): evidence.get((str(name), code)) or _beginning(reviews.loc[name]) for name in reviews.index}
    quotes = choose_quotes(shown, reviews, spans, N_QUOTES, mask=mask)
    return {"evidence": shown["review_id"].astype(str).tolist(), "n_evidence": len(found), "quotes": quotes}


def _beginning(review: Any) -> list[Span]:
    """Return the beginning of the first text of a review as its span; nothing where it has none."""
    for field in TEXT_FIELDS:
        text = review.get(field)
        if isinstance(text, str) and text.strip():
            return [(field, 0, 0)]
    return []
