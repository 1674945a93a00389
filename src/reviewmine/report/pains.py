"""What the page says of the types: tiles, rows with pictures, growth, owners and queues."""

from collections.abc import Mapping, Sequence
from typing import Any

from reviewmine.insights.trends import MIN_COUNT, WINDOW
from reviewmine.report.figures import MOST_ROWS, MOST_TEXT, figure, mapping_of, number_of, rows_of, text_of, texts_of
from reviewmine.report.pictures import Columns, bar, by_month, spark, stacked
from reviewmine.report.russian import (
    days_in,
    is_number,
    number,
    number_interval,
    percent,
    percent_interval,
)
from reviewmine.report.verbatims import quoted_ids, quotes_of
from reviewmine.report.wording import ACTIONS, CHANGES, SEGMENTS
from reviewmine.report.words import Said, joined, month, months_span, say, translated

N_TOP = 15
"""Complaints shown before the reader asks for all of them."""
N_NEAR = 3
N_THEIRS = 2
N_RECENT = 12
"""Months in the chart of a rising type."""
MOST_TYPES = 500
"""Types that get a row; the page tells how many more there are."""
SURE = 0.025
"""Share of types without any change that an interval of 95 % still calls rising."""
MOSTLY = 0.9  # share of reviews with a date from which a count per day means something
PARTS = {
    "reach": ("охват", "", 1),
    "impact": ("влияние", "", 1),
    "trend": ("рост", "×", 2),
    "severity": ("серьёзность", "×", 2),
}
"""Parts of a priority: title, sign before the figure, and what fills the bar."""
KINDS = {"complaint": "pains", "suggestion": "wishes", "question": "wishes", "gratitude": "thanks"}
"""Where each kind is shown; all others, noise among them, stand under ``rest``."""


def lay_out(insights: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template draws from insights; a part without figures is empty or None."""
    names = insights.get("months")
    months = [str(name) for name in names] if isinstance(names, list) else []
    totals = insights.get("totals")
    told = sorted(enumerate(insights["types"], 1), key=lambda pair: -(number_of(pair[1].get("share")) or 0))
    rows = [_row(place, row, months, totals) for place, row in told[:MOST_TYPES]]
    rows.sort(key=lambda row: -row["share"] if is_number(row["share"]) else 0)
    sections: dict[str, list[dict[str, Any]]] = {"pains": [], "wishes": [], "thanks": [], "rest": []}
    for row in rows:
        sections[KINDS.get(row["kind"], "rest")].append(row)
    for section in sections.values():
        _scale(section)
    _name_owners(sections["pains"])
    n = insights["n_reviews"]
    return {
        "title": text_of(insights.get("title")) or say("Отзывы покупателей"),
        "taxonomy": dict.fromkeys(("name", "version", "n_types")) | mapping_of(insights.get("taxonomy")),
        "rows": rows,
        "n_left": len(told) - len(rows),
        "n_reviews": n,
        "n_dated": insights.get("n_dated"),
        "n_labelled": insights["n_labelled"] if is_number(insights.get("n_labelled")) else 0,
        "months": months,
        "period": months_span(months),
        "spark": spark(totals),
        "mean_rating": insights.get("mean_rating"),
        "complaints": _complaints(rows_of(insights.get("kinds")), n),
        "growth": _growth(rows, months, totals),
        "sections": sections,
        "n_top": N_TOP,
        "groups": _groups(sections["pains"]),
        "owners": _owners(rows_of(insights.get("owners")), sections["pains"]),
        "queue": _queue(mapping_of(insights.get("queue")), n, months, insights.get("n_dated")),
    }


def _row(place: int, row: Mapping[str, Any], months: Sequence[str], totals: Any) -> dict[str, Any]:
    """Return one type with its pictures; ``anchor`` is ours, for a code may be anything."""
    monthly = row.get("monthly")
    chart = by_month(monthly, totals, months)
    segments = mapping_of(row.get("segments"))
    return {
        "anchor": f"type-{place}",
        "title": text_of(row.get("title"), row.get("code")) or say("Без названия"),
        **{name: text_of(row.get(name), most=2 * MOST_TEXT) for name in ("code", "definition", "stage", "kind")},
        **{name: row.get(name) for name in ("n", "share", "share_low", "share_high", "mean_rating", "severity")},
        "interval": percent_interval(row.get("share_low"), row.get("share_high")),
        "difference": row.get("rating_difference"),
        "owner": text_of(row.get("owner_title"), row.get("owner")),
        "group": text_of(row.get("parent_title"), row.get("parent")),
        "change": _change(row.get("change")),
        "spark": spark(monthly, totals) if len(months) > 1 else None,
        "chart": chart,
        "monthly": monthly if chart else None,
        "recent": chart if len(months) <= N_RECENT else None,
        "peak": _peak(chart, monthly, totals, months),
        "segments": [
            _segment(translated(title), rows_of(segments.get(name))[:MOST_ROWS], row.get("n"))
            for name, title in SEGMENTS.items()
            if rows_of(segments.get(name))
        ],
        "quotes": quotes_of(row.get("quotes")),
        "reach": {name: number_of(mapping_of(row.get("reach")).get(name)) for name in ("products", "channels")},
        "impact": _impact(mapping_of(row.get("impact"))),
        "priority": _priority(mapping_of(row.get("priority"))),
        "ids": texts_of(row.get("review_ids")) or quoted_ids(row.get("quotes")),
    }


def _impact(impact: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a mention adds to the rating and to the NPS, and what all reviews lose by it; empty where unknown."""
    rows = []
    for name, title, digits in (("rating", "оценку", 2), ("nps", "NPS", 1)):
        found = mapping_of(impact.get(name))
        effect, loss = (
            figure(found.get(part), digits=d, sign=True) for part, d in (("effect", digits), ("loss", digits + 1))
        )
        if effect["raw"] is not None:
            rows.append({"name": name, "title": translated(title), "effect": effect, "loss": loss})
    return rows


def _priority(priority: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the priority with its parts, each from 0 to 1 or a factor; None where there is none."""
    if not is_number(priority.get("value")):
        return None
    parts = [
        {
            "title": translated(title),
            "text": sign + number(priority[name], 2),
            "share": bar(priority[name], None, None, top),
        }
        for name, (title, sign, top) in PARTS.items()
        if is_number(priority.get(name))
    ]
    return {"value": priority["value"], "bar": bar(priority["value"], None, None, 100), "parts": parts}


def _change(change: Any) -> dict[str, Any] | None:
    """Return the verdict in words with the ratio and its interval; None where it could not be told."""
    if not isinstance(change, dict) or not all(is_number(change.get(name)) for name in ("ratio", "low", "high")):
        return None
    digits = 1 if change["high"] < 100 else 0
    verdict = text_of(change.get("verdict"))
    verdict = verdict if verdict in CHANGES else "steady"
    # beside 1 one digit could round the very end that decides: 1,04 would read as 1,0
    digits = 2 if verdict != "steady" and min(abs(change["low"] - 1), abs(change["high"] - 1)) < 0.06 else digits
    ratio = f"×{number(change['ratio'], digits)} ({number_interval(change['low'], change['high'], digits)})"
    return {
        "verdict": verdict,
        "word": translated(CHANGES[verdict]),
        "ratio": ratio,
        "raw": change["ratio"],
        "low": change["low"],
        "now": change.get("now"),
        "before": change.get("before"),
    }


def _peak(chart: Columns | None, monthly: Any, totals: Any, months: Sequence[str]) -> Said | str:
    """Return the month with the highest column; empty where there is no chart or no mention."""
    if chart is None or len(months) < 2 or not sum(monthly):
        return ""
    highest = max(range(len(months)), key=lambda i: chart.columns[i].height)
    share = f"({percent(monthly[highest] / totals[highest])})" if chart.of_share else ""
    return joined([month(months[highest]), share], " ")


def _segment(title: Any, counts: Sequence[Mapping[str, Any]], n: Any) -> dict[str, Any]:
    """Return the values of one segment with their share of the type's mentions."""
    rows = [
        {
            "name": text_of(row.get("name")),
            "n": row.get("n"),
            "bar": bar(row.get("n"), None, None, n if is_number(n) else 0),
        }
        for row in counts
    ]
    return {"title": title, "rows": rows}


def _scale(rows: Sequence[dict[str, Any]]) -> None:
    """Give every row of a section a bar on one scale."""
    ends = [row[name] for row in rows for name in ("share", "share_high") if is_number(row[name])]
    for row in rows:
        row["bar"] = bar(row["share"], row["share_low"], row["share_high"], max(ends, default=0))


def _name_owners(pains: Sequence[dict[str, Any]]) -> None:
    """Give every complaint the number of its owner; filters of the page go by number, for a name may be anything."""
    known: dict[str, int] = {}
    for row in pains:
        row["owner_number"] = known.setdefault(row["owner"], len(known)) if row["owner"] else None


def _complaints(kinds: Sequence[Mapping[str, Any]], n: float) -> dict[str, Any] | None:
    """Return how many reviews complain and their share; None where kinds were not counted."""
    if not kinds or not n:
        return None
    count = next((row.get("n") for row in kinds if row.get("name") == "complaint"), 0)
    return {"n": count, "share": count / n if is_number(count) else None}


def _growth(rows: Sequence[dict[str, Any]], months: Sequence[str], totals: Any) -> dict[str, Any]:
    """Return what rises and falls, what is nearest to rising, and the windows compared."""
    told = [row for row in rows if row["change"]]
    for row in told:
        if row["change"]["verdict"] == "rising" and row["monthly"] and not row["recent"]:
            latest = totals[-N_RECENT:] if isinstance(totals, list) else None
            row["recent"] = by_month(row["monthly"][-N_RECENT:], latest, months[-N_RECENT:])
    by_verdict = {verdict: [row for row in told if row["change"]["verdict"] == verdict] for verdict in CHANGES}
    near = [row for row in by_verdict["steady"] if row["kind"] != "noise" and row["kind"] != "gratitude"]
    near.sort(key=lambda row: -row["change"]["low"])
    return {
        "rising": sorted(by_verdict["rising"], key=lambda row: (row["kind"] != "complaint", -row["change"]["low"])),
        "falling": by_verdict["falling"],
        "near": near[:N_NEAR],
        "n_told": len(told),
        "n_pains_told": sum(row["kind"] == "complaint" for row in told),
        "n_pains": sum(row["kind"] == "complaint" for row in by_verdict["rising"]),
        "by_chance": SURE * len(told),
        "now": months_span(months[-WINDOW:]),
        "before": months_span(months[-2 * WINDOW : -WINDOW]),
        "window": WINDOW,
        "min_count": MIN_COUNT,
    }


def _groups(pains: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return mentions of complaints by group of the taxonomy, the most frequent first; empty with fewer than two."""
    counts: dict[str, float] = {}
    for row in pains:
        if row["group"] and is_number(row["n"]):
            counts[row["group"]] = counts.get(row["group"], 0) + row["n"]
    if len(counts) < 2:
        return []
    top = max(counts.values())
    return [
        {"title": title, "n": n, "bar": bar(n, None, None, top)}
        for title, n in sorted(counts.items(), key=lambda pair: -pair[1])
    ]


def _owners(owners: Sequence[Mapping[str, Any]], pains: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return owners with the parts of their stacked bar and their most frequent complaints."""
    top = max((row["n"] for row in owners if is_number(row.get("n"))), default=0)
    laid = []
    for row in owners:
        title = text_of(row.get("title"), row.get("owner"))
        counts = {action: row.get(action) for action in ACTIONS}
        split = any(counts.values())
        parts = stacked(list(counts.values()) if split else [row.get("n")], top)
        named = zip(counts if split else ["plain"], parts, strict=True)
        theirs = [pain for pain in pains if pain["owner"] == title][:N_THEIRS]
        laid.append({"title": title, "n": row.get("n"), "counts": counts, "parts": list(named), "pains": theirs})
    return laid


def _queue(queue: Mapping[str, Any], n: float, months: Sequence[str], n_dated: Any) -> dict[str, Any] | None:
    """Return the size of each queue with its share and what a day would bring; None where nothing was routed.

    The day is the mean calendar day with all its reviews routed, those included that people labelled.
    """
    sizes = {action: float(queue[action]) if is_number(queue.get(action)) else 0.0 for action in ACTIONS}
    total = sum(sizes.values())
    if not total:
        return None
    days = days_in(months) if is_number(n_dated) and n_dated >= MOSTLY * n else 0
    tiles = []
    for action, size in sizes.items():
        title, about = map(translated, ACTIONS[action])
        daily = size / total * n / days if days else None
        tiles.append(
            {"action": action, "title": title, "about": about, "n": size, "share": size / total, "daily": daily}
        )
    return {"tiles": tiles, "days": days}
