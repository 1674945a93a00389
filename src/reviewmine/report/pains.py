"""What the page says of the types: tiles, rows with pictures, growth, owners and queues."""

from collections.abc import Mapping, Sequence
from typing import Any

from reviewmine.insights.trends import MIN_COUNT, WINDOW
from reviewmine.report.pictures import bar, by_month, spark, stacked
from reviewmine.report.russian import (
    date,
    days_in,
    is_number,
    month,
    months_span,
    number,
    number_interval,
    percent,
    percent_interval,
    rating,
)
from reviewmine.report.wording import ACTIONS, CHANGES, SEGMENTS

N_TOP = 15
"""Complaints shown before the reader asks for all of them."""
N_NEAR = 3
N_THEIRS = 2
SURE = 0.025
"""Share of types without any change that an interval of 95 % still calls rising."""
MOSTLY = 0.9  # share of reviews with a date from which a count per day means something
KINDS = {"complaint": "pains", "suggestion": "wishes", "question": "wishes", "gratitude": "thanks"}
"""Where each kind is shown; all others, noise among them, stand under ``rest``."""


def rows_of(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; empty where there is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def mapping_of(value: Any) -> dict[str, Any]:
    """Return an object, or an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def text_of(*values: Any) -> str:
    """Return the first value that says something, as text; empty where none does."""
    return next((str(value) for value in values if value), "")


def lay_out(insights: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template draws from insights; a part without figures is empty or None."""
    names = insights.get("months")
    months = [str(name) for name in names] if isinstance(names, list) else []
    totals = insights.get("totals")
    rows = [_row(place, row, months, totals) for place, row in enumerate(insights["types"], 1)]
    rows.sort(key=lambda row: -row["share"] if is_number(row["share"]) else 0)
    sections: dict[str, list[dict[str, Any]]] = {"pains": [], "wishes": [], "thanks": [], "rest": []}
    for row in rows:
        sections[KINDS.get(row["kind"], "rest")].append(row)
    for section in sections.values():
        _scale(section)
    _name_owners(sections["pains"])
    n = insights["n_reviews"]
    return {
        "title": text_of(insights.get("title"), "Отзывы покупателей"),
        "taxonomy": dict.fromkeys(("name", "version", "n_types")) | mapping_of(insights.get("taxonomy")),
        "n_reviews": n,
        "n_dated": insights.get("n_dated"),
        "n_labelled": insights["n_labelled"] if is_number(insights.get("n_labelled")) else 0,
        "months": months,
        "period": months_span(months),
        "spark": spark(totals),
        "mean_rating": insights.get("mean_rating"),
        "complaints": _complaints(rows_of(insights.get("kinds")), n),
        "growth": _growth(rows, months),
        "sections": sections,
        "n_top": N_TOP,
        "groups": _groups(sections["pains"]),
        "owners": _owners(rows_of(insights.get("owners")), sections["pains"]),
        "queue": _queue(mapping_of(insights.get("queue")), n, months, insights.get("n_dated")),
    }


def _row(place: int, row: Mapping[str, Any], months: Sequence[str], totals: Any) -> dict[str, Any]:
    """Return one type with its pictures; ``anchor`` is ours, for a code may be anything."""
    monthly = row.get("monthly")
    segments = mapping_of(row.get("segments"))
    return {
        "anchor": f"type-{place}",
        "title": text_of(row.get("title"), row.get("code"), "Без названия"),
        **{name: text_of(row.get(name)) for name in ("code", "definition", "stage", "kind")},
        **{name: row.get(name) for name in ("n", "share", "share_low", "share_high", "mean_rating", "severity")},
        "interval": percent_interval(row.get("share_low"), row.get("share_high")),
        "difference": row.get("rating_difference"),
        "owner": text_of(row.get("owner_title"), row.get("owner")),
        "group": text_of(row.get("parent_title"), row.get("parent")),
        "change": _change(row.get("change")),
        "spark": spark(monthly, totals) if len(months) > 1 else None,
        "chart": by_month(monthly, totals, months),
        "peak": _peak(monthly, totals, months),
        "segments": [
            _segment(title, rows_of(segments.get(name)), row.get("n"))
            for name, title in SEGMENTS.items()
            if rows_of(segments.get(name))
        ],
        "quotes": [_quote(quote) for quote in rows_of(row.get("quotes"))],
    }


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
        "word": CHANGES[verdict],
        "ratio": ratio,
        "low": change["low"],
        "now": change.get("now"),
        "before": change.get("before"),
    }


def _peak(monthly: Any, totals: Any, months: Sequence[str]) -> str:
    """Return the month with the highest column; empty where there is no chart or no mention."""
    chart = by_month(monthly, totals, months)
    if chart is None or len(months) < 2 or not sum(monthly):
        return ""
    highest = max(range(len(months)), key=lambda i: chart.columns[i].height)
    return (
        f"{month(months[highest])} ({percent(monthly[highest] / totals[highest])})"
        if chart.of_share
        else month(months[highest])
    )


def _segment(title: str, counts: Sequence[Mapping[str, Any]], n: Any) -> dict[str, Any]:
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


def _quote(quote: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words around the span and who said them."""
    about = [f"отзыв {quote['review_id']}"] if quote.get("review_id") else []
    about += [date(quote["date"])] if quote.get("date") else []
    about += [f"оценка {rating(quote['rating'])}"] if is_number(quote.get("rating")) else []
    return {name: text_of(quote.get(name)) for name in ("before", "text", "after")} | {"about": " · ".join(about)}


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


def _growth(rows: Sequence[dict[str, Any]], months: Sequence[str]) -> dict[str, Any]:
    """Return what rises and falls, what is nearest to rising, and the windows compared."""
    told = [row for row in rows if row["change"]]
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
        title, about = ACTIONS[action]
        daily = size / total * n / days if days else None
        tiles.append(
            {"action": action, "title": title, "about": about, "n": size, "share": size / total, "daily": daily}
        )
    return {"tiles": tiles, "days": days}
