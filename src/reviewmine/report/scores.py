"""What the page says of scores: NPS, CSAT, share of complaints and mean rating, overall, by part and by month."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from reviewmine.report.figures import MOST_ROWS, figure, mapping_of, number_of, rows_of, some, text_of
from reviewmine.report.words import Said, joined, month, say, short_month, translated

MEASURES = {
    "nps": ("NPS", "number", 0, "сторонники минус критики, от −100 до 100"),
    "csat": ("CSAT", "percent", 1, "доля довольных оценок"),
    "complaints": ("С жалобой", "percent", 1, "доля отзывов с жалобой"),
    "mean_rating": ("Средняя оценка", "number", 2, "по отзывам с оценкой"),
}
"""Title, unit, digits and meaning of each score, in reading order."""
COLUMNS = {"channel": "Канал", "product": "Товар", "group": "Категория", "owner": "Ответственный", "month": "Месяц"}
STEP, CLOSE, TALL = 30, 16, 80
"""Width of a month, of one among many, and height of the line."""
MOST_LABELS = 12
MOST_MONTHS = 60


def lay_out_scores(found: Any) -> dict[str, Any] | None:
    """Return the scores; None where none are known. A measure that no row has is left out of the tables."""
    data = mapping_of(found)
    overall = _scores(mapping_of(data.get("overall")))
    by = {
        str(column): [_scores(row) for row in rows_of(rows)[:MOST_ROWS]]
        for column, rows in mapping_of(data.get("by")).items()
    }
    months = by.pop("month", [])
    measures = [name for name in MEASURES if some([row[name] for row in (overall, *months, *chain(*by.values()))])]
    if not measures:
        return None
    scale = mapping_of(data.get("scale"))
    return {
        "scale": {name: number_of(scale.get(name)) for name in ("low", "high", "top")},
        "measures": [(name, translated(MEASURES[name][0]), translated(MEASURES[name][3])) for name in measures],
        "overall": overall,
        "tables": [
            {"title": translated(COLUMNS.get(column, text_of(column))), "rows": rows}
            for column, rows in by.items()
            if rows
        ],
        "months": [
            {"title": translated(MEASURES[name][0]), "picture": line}
            for name in measures
            if (line := by_time(months[-MOST_MONTHS:], name))
        ],
    }


def _scores(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scores of one group of reviews."""
    nps = mapping_of(row.get("nps"))
    return {
        "name": named(row.get("name")),
        "joined": number_of(row.get("joined")),
        "n": number_of(row.get("n")),
        "small": row.get("small") is True,
        "parts": {name: number_of(nps.get(name)) for name in ("promoters", "passives", "detractors")},
        **{
            name: figure(row.get(name), unit, digits, sign=name == "nps")
            for name, (_, unit, digits, _) in MEASURES.items()
        },
    }


def named(name: Any) -> Any:
    """Return the name of a group; one that the insights made up is a phrase."""
    text = text_of(name)
    return {"": say("не указано"), "не указано": say("не указано"), "прочие": say("прочие"), "ранее": say("ранее")}.get(
        text, text
    )


def by_time(rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any] | None:
    """Return the picture of one score by month, each with its interval; None with fewer than two known months."""
    rows = [row for row in rows if not isinstance(row["name"], Said)]  # a month, neither the rest nor the undated
    known = [(i, row) for i, row in enumerate(rows) if row[name]["raw"] is not None]
    if len(known) < 2:
        return None
    step = STEP if len(rows) <= MOST_LABELS else CLOSE
    ends = [
        end for _, row in known if not row["small"] for end in (row[name]["low"], row[name]["high"]) if end is not None
    ]
    ends += [row[name]["raw"] for _, row in known]
    low, high = min(ends), max(ends)
    spread = (high - low) or 1.0

    def y(value: float) -> float:
        return round(TALL * min(1.1, max(-0.1, (high - value) / spread)), 1)

    points = []
    for i, row in known:
        found = row[name]
        interval = f"({found['interval']})" if found["interval"] else ""
        points.append(
            {
                "x": i * step + step / 2,
                "y": y(found["raw"]),
                "ends": None if found["low"] is None or found["high"] is None else (y(found["high"]), y(found["low"])),
                "told": joined([month(row["name"]), joined([found["value"], interval], " ")], ": "),
                "small": row["small"],
            }
        )
    feet = []
    for i, row in enumerate(rows):
        short, year = short_month(row["name"])
        if step == STEP or i % 3 == 0:
            seen = {foot[2] for foot in feet}
            feet.append((i * step + step / 2, short, "" if year in seen else year))
    return {
        "width": len(rows) * step,
        "line": " ".join(f"{one['x']},{one['y']}" for one in points),
        "points": points,
        "feet": feet,
        "least": min(known, key=lambda pair: pair[1][name]["raw"])[1][name]["value"],
        "most": max(known, key=lambda pair: pair[1][name]["raw"])[1][name]["value"],
        "last": known[-1][1][name]["value"],
    }


def lay_out_comparison(found: Any, anchors: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the comparison of two segments; None where none was asked for."""
    data = mapping_of(found)
    rows = rows_of(data.get("types"))
    if not rows:
        return None
    sides = [mapping_of(data.get(side)) for side in ("a", "b")]
    laid = [_compared(row, anchors) for row in rows]
    order = {"more": 0, "less": 0, "alike": 1}
    laid.sort(key=lambda row: (order.get(row["verdict"], 1), -abs(row["difference"]["raw"] or 0)))
    return {
        "column": translated(COLUMNS.get(text_of(data.get("column")), text_of(data.get("column")))),
        "sides": [{"value": text_of(side.get("value")), "n": number_of(side.get("n"))} for side in sides],
        "rows": laid[:MOST_ROWS],
        "n_different": sum(row["verdict"] != "alike" for row in laid),
        "n": len(laid),
    }


def _compared(row: Mapping[str, Any], anchors: Mapping[str, str]) -> dict[str, Any]:
    """Return one type in two segments."""
    verdict = row.get("verdict") if row.get("verdict") in ("more", "less") else "alike"
    words = {"more": ("▲", "чаще"), "less": ("▼", "реже"), "alike": ("=", "не различить")}
    sign, word = words[str(verdict)]
    return {
        "title": text_of(row.get("title"), row.get("code")),
        "anchor": anchors.get(str(row.get("code"))),
        "verdict": verdict,
        "sign": sign,
        "word": translated(word),
        **{side: figure(row.get(side), "percent") for side in ("a", "b")},
        "difference": figure(row.get("difference"), "percent", sign=True),
        "q": number_of(row.get("q")),
    }
