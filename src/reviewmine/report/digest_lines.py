"""What a digest says of an alert, of a new, growing or weighty complaint, in plain words with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reviewmine.insights.weeks import MONTH
from reviewmine.report.digest_types import Told, figure, is_interval, short
from reviewmine.report.digest_words import day, number, word
from reviewmine.report.pains import mapping_of, rows_of, text_of
from reviewmine.report.russian import is_number

N_IDS = 10
N_WORDS = 8
N_ESCALATIONS = 9
N_QUOTE = 400
"""Characters of each part of a quote."""


@dataclass(frozen=True)
class Line:
    """One thing to know: whose it is, why it is named, and what follows from it, a text each."""

    title: str
    text: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quote:
    """The words around the span, the span, and who said them."""

    before: str
    text: str
    after: str
    about: str


def alert_line(alert: Mapping[str, Any], language: str) -> Line:
    """Return an open alert: how many, how many expected, since when; then who is told next and which reviews say so."""
    severity = alert.get("severity")
    state = text_of(alert.get("state"))
    text = word(
        language,
        "alert_said",
        severity=word(language, f"severity_{severity if severity in (1, 2, 3) else 0}"),
        state=word(language, "alert_growing" if state == "growing" else state),
        since=day(language, alert.get("since")),
        observed=number(language, alert.get("observed"), 1),
        expected=number(language, alert.get("expected"), 1),
    )
    ratio = mapping_of(alert.get("ratio"))
    text += f", {word(language, 'ratio', **_interval(ratio, language, 1))}" if is_interval(ratio) else ""
    more = [_escalation(one, language) for one in rows_of(alert.get("escalation"))[:N_ESCALATIONS]]
    ids = ids_said(alert.get("evidence"), alert.get("n_evidence"), language)
    return Line(_alert_title(alert, language), f"{text}.", tuple(filter(None, [*more, ids])))


def new_line(kind: Told, language: str) -> Line:
    """Return a complaint that nobody had before."""
    return Line(kind.title, f"{word(language, 'new_said', month=number(language, kind.sum(0, MONTH), 1))}.")


def growing_line(kind: Told, language: str) -> Line:
    """Return a complaint whose share grows, by weeks where they tell so, else by months."""
    of_weeks = kind.growth is not None and kind.growth["verdict"] == "rising"
    change = mapping_of(kind.growth if of_weeks else kind.months)
    digits = 2 if change["low"] < 1.05 else 1  # 1,04 would read as 1,0
    values = {name: number(language, change[name], digits) for name in ("ratio", "low", "high")}
    values |= {name: number(language, change[name], 1) for name in ("now", "before")}
    return Line(kind.title, f"{word(language, 'growing_said' if of_weeks else 'months_said', **values)}.")


def weighty_line(kind: Told, language: str) -> Line:
    """Return a complaint that is named for its weight alone: its priority and what it costs, or else how grave it is."""
    reasons = []
    if kind.priority is not None:
        reasons.append(word(language, "priority", value=number(language, kind.priority)))
    if kind.loss and kind.loss["low"] > 0:
        reasons.append(word(language, "loss", **_interval(kind.loss, language, 3)))
    known = {"severity": number(language, kind.severity), "n": number(language, kind.n, 1)}
    said = "; ".join(reasons) or word(language, "weighs" if kind.severity else "mentioned", **known)
    return Line(kind.title, f"{said}.")


def emerging_line(topic: Mapping[str, Any], language: str) -> Line:
    """Return a topic that no type of the taxonomy explains."""
    given = topic.get("words")
    text = word(
        language,
        "emerging_said",
        n=number(language, topic.get("n"), 1),
        since=day(language, topic.get("since")),
        words=short(", ".join(map(str, given[:N_WORDS] if isinstance(given, list) else []))),
    )
    ids = ids_said(topic.get("review_ids"), topic.get("n"), language)
    return Line(short(text_of(topic.get("title"), topic.get("id"))), f"{text}.", (ids,) if ids else ())


def ids_said(ids: Any, n: Any, language: str) -> str:
    """Return the first review ids and how many there are; empty without any."""
    known = [short(str(one), 40) for one in ids[:N_IDS]] if isinstance(ids, list) else []
    if not known:
        return ""
    said = word(language, "reviews", ids=", ".join(known))
    more = is_number(n) and n > len(known)
    shown = word(language, "of", shown=number(language, len(known)), n=number(language, n)) if more else ""
    return f"{said} ({shown})" if shown else said


def quote(row: Mapping[str, Any], language: str) -> Quote:
    """Return the customer's words, each part cut to what a letter can hold."""
    before, span, after = (str(row.get(name) or "") for name in ("before", "text", "after"))
    about = [word(language, "review", id=short(str(row["review_id"]), 40))] if row.get("review_id") else []
    about += [day(language, row["date"])] if row.get("date") else []
    rated = row.get("rating")
    about += [word(language, "rated", rating=number(language, rated, 1))] if is_number(rated) else []
    cut = f"…{before[-N_QUOTE:]}" if len(before) > N_QUOTE else before
    return Quote(
        cut, *(text if len(text) <= N_QUOTE else f"{text[:N_QUOTE]}…" for text in (span, after)), " · ".join(about)
    )


def worst_first(alerts: Sequence[Mapping[str, Any]], types: Mapping[str, Told]) -> list[Mapping[str, Any]]:
    """Return alerts by severity, then by the priority of their type, then by how far they are from what was expected."""

    def key(alert: Mapping[str, Any]) -> tuple[Any, ...]:
        kind = types.get(text_of(alert.get("code")))
        weight = kind.weight if kind else (1.0, 0.0, 0.0, "")
        return (
            -figure(alert.get("severity")),
            weight,
            -figure(mapping_of(alert.get("ratio")).get("value")),
            text_of(alert.get("id")),
        )

    return sorted(alerts, key=key)


def _interval(data: Mapping[str, Any], language: str, digits: int) -> dict[str, str]:
    """Return value and ends in words."""
    return {name: number(language, data[name], digits) for name in ("value", "low", "high")}


def _alert_title(alert: Mapping[str, Any], language: str) -> str:
    """Return the type of an alert with its segment."""
    title = short(text_of(alert.get("title"), alert.get("code"), alert.get("id")))
    segment = mapping_of(alert.get("segment"))
    if not segment:
        return title
    named = {name: short(text_of(segment.get(name)), 60) for name in ("column", "value")}
    return f"{title} ({word(language, 'segment', **named)})"


def _escalation(one: Mapping[str, Any], language: str) -> str:
    """Return one step of the escalation plan."""
    to, by = short(text_of(one.get("to"))), short(text_of(one.get("by")))
    hours = number(language, one.get("after_hours"), 1)
    return word(language, "escalation" if by else "escalation_to", hours=hours, to=to, by=by) if to else ""
