"""The pain map: the table of complaints, the picture of reach by impact, the tree of groups, and what to look at first."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reviewmine.report.figures import some
from reviewmine.report.pictures import bar
from reviewmine.report.russian import is_number, number, percent, signed
from reviewmine.report.words import joined, say

WIDTH, HEIGHT = 720, 380
"""Of the picture of reach by impact."""
LEFT, RIGHT, TOP, BOTTOM = 46, 16, 14, 34
MOST_NAMES = 9
"""Types named in the picture: the most urgent, where a name has room."""
N_FIRST = 6
_LETTER = 5.6  # mean width of a letter at the size of the names
_NAME = 26


def lay_out_map(pains: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the map of complaints; None without any."""
    if not pains:
        return None
    has = {
        "reach": any(is_number(value) for row in pains for value in row["reach"].values()),
        "impact": some([one["effect"] for row in pains for one in row["impact"]]),
        "priority": any(row["priority"] for row in pains),
        "change": any(row["change"] for row in pains),
    }
    rows = (
        sorted(pains, key=lambda row: -row["priority"]["value"] if row["priority"] else 0) if has["priority"] else pains
    )
    return {
        "rows": [row | {"rating_impact": _on_rating(row)} for row in rows],
        "has": has,
        "owners": sorted({row["owner"] for row in pains if row["owner"]}),
        "groups": sorted({row["group"] for row in pains if row["group"]}),
        "scatter": scatter(rows),
    }


def _on_rating(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the impact on the rating, where it is known."""
    return next((one for one in row["impact"] if one["name"] == "rating"), None)


def scatter(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the picture of share (log scale, to the right) by what a mention takes from the rating (upwards).

    ``rows`` come in order of urgency. None with fewer than three types whose share and impact are known.
    """
    known = [
        (row, float(row["share"]), -found["effect"]["raw"])
        for row in rows
        if (found := _on_rating(row)) and is_number(row["share"]) and row["share"] > 0
    ]
    if len(known) < 3:
        return None
    low, high = (math.log10(end) for end in (min(one[1] for one in known), max(one[1] for one in known)))
    low, high = low - 0.05, max(high, low + 0.1) + 0.05
    bottom, top = min(0.0, *(one[2] for one in known)), max(one[2] for one in known)
    top = max(top, bottom + 0.1) * 1.05

    def at(share: float, effect: float) -> tuple[float, float]:
        x = LEFT + (math.log10(share) - low) / (high - low) * (WIDTH - LEFT - RIGHT)
        y = TOP + (1 - (effect - bottom) / (top - bottom)) * (HEIGHT - TOP - BOTTOM)
        return round(x, 1), round(y, 1)

    dots = [_dot(row, *at(share, effect)) for row, share, effect in known]
    _name(dots)
    steps = [
        share for k in range(-6, 1) for share in (10.0**k, 2 * 10.0**k, 5 * 10.0**k) if low <= math.log10(share) <= high
    ]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "floor": HEIGHT - BOTTOM,
        "dots": dots[::-1],  # the most urgent are drawn last, over the others
        "across": [
            (at(share, 0)[0], percent(share, 0 if share >= 0.01 else 2 if share < 0.001 else 1)) for share in steps
        ],
        "up": [(at(0.1, level)[1], signed(-level, 1)) for level in _levels(bottom, top)],
    }


def _levels(bottom: float, top: float) -> list[float]:
    """Return a few round levels between two ends."""
    raw = (top - bottom) / 5
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next((times * unit for times in (1, 2, 5) if times * unit >= raw), 10 * unit)
    return [round(k * step, 6) for k in range(math.ceil(bottom / step), math.floor(top / step) + 1)]


def _dot(row: Mapping[str, Any], x: float, y: float) -> dict[str, Any]:
    """Return one type of the picture; a grave type is larger."""
    severity = row["severity"] if is_number(row["severity"]) else 1
    told = say(
        "доля {share}, упоминание меняет оценку на {effect}",
        share=percent(row["share"]),
        effect=_on_rating(row)["effect"]["value"],
    )  # type: ignore[index]
    return {
        "anchor": row["anchor"],
        "title": row["title"],
        "told": joined([row["title"], told], ": "),
        "x": x,
        "y": y,
        "r": 3 + min(5.0, max(0.0, float(severity))) * 0.9,
        "rising": bool(row["change"]) and row["change"]["verdict"] == "rising",
        "name": "",
    }


def _name(dots: Sequence[dict[str, Any]]) -> None:
    """Name the first dots that leave room for it, to the right of the dot or to the left at the edge."""
    taken: list[tuple[float, float, float]] = []
    for dot in dots:
        title = str(dot["title"])
        name = title if len(title) <= _NAME else title[: _NAME - 1].rstrip() + "…"
        width, left = len(name) * _LETTER, dot["x"] + dot["r"] + 4
        end = left + width > WIDTH
        left = dot["x"] - dot["r"] - 4 - width if end else left
        if len(taken) < MOST_NAMES and not any(
            abs(dot["y"] - y) < 13 and left < r and left + width > q for q, r, y in taken
        ):
            taken.append((left, left + width, dot["y"]))
            dot |= {"name": name, "end": end, "name_x": round(left + width if end else left, 1)}


def lay_out_tree(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the groups with their types of every kind, the largest first; a type without a group comes last."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    laid = []
    for title, members in groups.items():
        top = max((row["n"] for row in members if is_number(row["n"])), default=0)
        types = [row | {"in_group": bar(row["n"], None, None, top)} for row in members]
        laid.append({"title": title, "types": types, "n": sum(row["n"] for row in members if is_number(row["n"]))})
    return sorted(laid, key=lambda group: (not group["title"], -group["n"], group["title"])) if any(groups) else []


def lay_out_first(alerts: Mapping[str, Any] | None, pains: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what to look at first, each with the reason: open alerts, then the most urgent complaints, then the rising."""
    rows = [
        {
            "href": f"alert-{place}",
            "title": alert["title"],
            "owner": alert["owner"],
            "why": joined(
                [alert["grade"], say("тревога {state}", state=alert["word"]), alert["segment"], _times(alert)]
            ),
            "grave": alert["severity"] == 3,
        }
        for place, alert in enumerate((alerts or {"live": []})["live"][:3], 1)
    ]
    named = {alert["anchor"] for alert in (alerts or {"live": []})["live"]}
    urgent = sorted((row for row in pains if row["priority"]), key=lambda row: -row["priority"]["value"])
    for row in urgent[:3]:
        if row["anchor"] not in named:
            why = joined([say("приоритет {n}", n=number(row["priority"]["value"])), _share(row), _loss(row)])
            rows.append(_pain(row, why))
            named.add(row["anchor"])
    for row in pains:
        if row["change"] and row["change"]["verdict"] == "rising" and row["anchor"] not in named:
            rows.append(_pain(row, joined([say("растёт {ratio}", ratio=row["change"]["ratio"]), _share(row)])))
    return rows[:N_FIRST]


def _pain(row: Mapping[str, Any], why: Any) -> dict[str, Any]:
    """Return a complaint to look at."""
    return {"href": row["anchor"], "title": row["title"], "owner": row["owner"], "why": why, "grave": False}


def _times(alert: Mapping[str, Any]) -> Any:
    """Return how far an alert is above the expected."""
    return say("в {n} раза чаще обычного", n=alert["ratio"]["value"]) if alert["ratio"]["raw"] is not None else ""


def _share(row: Mapping[str, Any]) -> Any:
    """Return the share of a type in words."""
    return say("{share} отзывов", share=percent(row["share"])) if is_number(row["share"]) else ""


def _loss(row: Mapping[str, Any]) -> Any:
    """Return what a type takes from the mean rating."""
    found = _on_rating(row)
    return (
        say("без неё средняя оценка {loss}", loss=found["loss"]["value"])
        if found and found["loss"]["raw"] is not None
        else ""
    )
