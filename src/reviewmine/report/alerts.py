"""What the page says of alerts and of topics that no type explains: state, severity, history, evidence, whom to call."""

from collections.abc import Mapping, Sequence
from typing import Any

from reviewmine.report.figures import figure, mapping_of, number_of, rows_of, text_of, texts_of
from reviewmine.report.russian import date, is_number, number
from reviewmine.report.verbatims import quotes_of
from reviewmine.report.words import counted, joined, say, translated

STATES = {
    "opened": ("●", "открыта"),
    "growing": ("▲", "растёт"),
    "easing": ("▼", "спадает"),
    "closed": ("✓", "закрыта"),
}
"""Sign and word of each state: the eye needs no colour."""
SEVERITIES = {1: ("!", "к сведению"), 2: ("!!", "серьёзно"), 3: ("!!!", "кризис")}
PERIODS = {"day": "по дням", "week": "по неделям"}
VERDICTS = {"new": "новая", "growing": "растёт"}
MOST_ALERTS = 40
MOST_EMERGING = 30
MOST_PERIODS = 70
STEP, TALL = 9, 80
"""Width of a period and height of the highest column in the picture of an alert's history."""


def lay_out_alerts(found: Any, anchors: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the alerts, the gravest open ones first; None where none were sought. ``anchors`` leads from code to type."""
    data = mapping_of(found)
    if not data:
        return None
    rows = sorted((_alert(row, anchors) for row in rows_of(data.get("alerts"))), key=_rank)
    live = [row for row in rows if not row["closed"]]
    closed = [row for row in rows if row["closed"]]
    return {
        "period": translated(PERIODS.get(text_of(data.get("period")), "")),
        "from": date(text_of(data.get("from"))),
        "to": date(text_of(data.get("to"))),
        "n_tested": number_of(data.get("n_tested")),
        "fdr": number_of(data.get("fdr")),
        "live": live[:MOST_ALERTS],
        "closed": closed[:MOST_ALERTS],
        "n_live": len(live),
        "n_left": max(0, len(live) - MOST_ALERTS) + max(0, len(closed) - MOST_ALERTS),
        "grave": any(row["severity"] == 3 for row in live),
    }


def _rank(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the place of an alert: open before closed, grave before slight, the strongest first."""
    ratio = row["ratio"]["low"] if row["ratio"]["low"] is not None else 0
    return row["closed"], -row["severity"], -ratio, str(row["title"]), row["since"]


def _alert(row: Mapping[str, Any], anchors: Mapping[str, str]) -> dict[str, Any]:
    """Return one alert."""
    state = row.get("state") if row.get("state") in list(STATES) else "opened"
    grade = row.get("severity")
    severity = int(grade) if is_number(grade) and grade in SEVERITIES else 1
    sign, word = STATES[str(state)]
    mark, name = SEVERITIES[severity]
    segment = mapping_of(row.get("segment"))
    return {
        "id": text_of(row.get("id"), most=60),
        "anchor": anchors.get(str(row.get("code"))),
        "title": text_of(row.get("title"), row.get("code"), most=200) or say("Без названия"),
        "owner": text_of(row.get("owner_title"), row.get("owner")),
        "segment": f"{text_of(segment.get('column'))}: {text_of(segment.get('value'))}" if segment else "",
        "state": state,
        "closed": state == "closed",
        "sign": sign,
        "word": translated(word),
        "severity": severity,
        "mark": mark,
        "grade": translated(name),
        "since": date(text_of(row.get("since"))),
        "last": date(text_of(row.get("last"))),
        "observed": number_of(row.get("observed")),
        "expected": number_of(row.get("expected")),
        "ratio": figure(row.get("ratio")),
        "q": number_of(row.get("q")),
        "picture": history(rows_of(row.get("history"))),
        "ids": texts_of(row.get("evidence")),
        "n_ids": number_of(row.get("n_evidence")),
        "quotes": quotes_of(row.get("quotes"))[:4],
        "steps": [_step(step) for step in rows_of(row.get("escalation"))[:8]],
        "command": text_of(row.get("command")),
    }


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    """Return one step of the escalation: after how long, to whom, how."""
    hours = step.get("after_hours")
    when = say("сразу") if not is_number(hours) or hours <= 0 else say("через {n} ч", n=number(hours))
    return {"when": when, "to": text_of(step.get("to")), "by": text_of(step.get("by"))}


def history(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the picture of counts by period with the band in which they were expected; None with fewer than two periods.

    ``rows`` have ``start``, ``observed``, ``expected`` and ``high``, the upper end of what chance explains; the last
    ``MOST_PERIODS`` are drawn. Columns above the band are marked.
    """
    rows = [row for row in rows if is_number(row.get("observed"))][-MOST_PERIODS:]
    if len(rows) < 2:
        return None
    ends = [row.get(name) for row in rows for name in ("observed", "expected", "high")]
    top = max((end for end in ends if is_number(end)), default=0) or 1
    columns = []
    for i, row in enumerate(rows):
        n, expected, high = row["observed"], number_of(row.get("expected")), number_of(row.get("high"))
        columns.append(
            {
                "x": i * STEP + 1,
                "y": _y(n, top),
                "height": round(TALL - _y(n, top), 1),
                "over": high is not None and n > high,
                "told": _told(row, expected),
                "expected": expected,
                "high": high,
            }
        )
    width = len(rows) * STEP
    band = [(one["x"] + STEP / 2 - 1, one) for one in columns if one["expected"] is not None]
    upper = [f"{x},{_y(one['high'] if one['high'] is not None else one['expected'], top)}" for x, one in band]
    return {
        "width": width,
        "columns": columns,
        "line": " ".join(f"{x},{_y(one['expected'], top)}" for x, one in band),
        "band": " ".join([*upper, *(f"{x},{TALL}" for x, _ in reversed(band))]),
        "first": date(text_of(rows[0].get("start"))),
        "last": date(text_of(rows[-1].get("start"))),
        "top": number(top),
    }


def _y(value: float, top: float) -> float:
    """Return the height of a value, from the top down."""
    return round(TALL * (1 - min(1.0, max(0.0, value / top))), 1)


def _told(row: Mapping[str, Any], expected: float | None) -> Any:
    """Return the tooltip of a column."""
    head = f"{date(text_of(row.get('start')))}: {number(row['observed'])}"
    return joined([head, say("ждали {n}", n=number(expected, 1))], ", ") if expected is not None else head


def lay_out_emerging(found: Any) -> list[dict[str, Any]]:
    """Return the topics that no type explains; empty where none were found or sought."""
    rows = rows_of(found)[:MOST_EMERGING]
    return [
        {
            "title": text_of(row.get("title"), row.get("id")) or say("Без названия"),
            "words": texts_of(row.get("words"), 12),
            "n": number_of(row.get("n")),
            "reviews": counted(number_of(row.get("n")), "отзыв", "отзыва", "отзывов"),
            "share": number_of(row.get("share")),
            "since": date(text_of(row.get("since"))),
            "verdict": translated(VERDICTS.get(text_of(row.get("verdict")), text_of(row.get("verdict")))),
            "owner": text_of(row.get("owner")),
            "ids": texts_of(row.get("review_ids")),
            "quotes": quotes_of(row.get("quotes"))[:4],
        }
        for row in rows
    ]
