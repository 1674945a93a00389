"""What the page says of processes by criteria: a light each, told by sign and word as well as by colour."""

from collections.abc import Mapping
from typing import Any

from reviewmine.report.figures import MOST_ROWS, figure, mapping_of, number_of, rows_of, text_of
from reviewmine.report.russian import number, percent
from reviewmine.report.words import joined, say, translated

LIGHTS = {
    "red": ("■", "плохо"),
    "yellow": ("▲", "внимание"),
    "green": ("●", "в норме"),
    "none": ("○", "мало данных"),
}
TITLES = {
    "complaints_share": "Доля жалоб",
    "mean_rating": "Средняя оценка",
    "median_rating": "Медиана оценки",
    "auto_share": "Доля без участия человека",
    "human_share": "Доля ручного разбора",
    "growth": "Рост жалоб",
}
"""Titles that criteria have of themselves; one that a user gave stays as it is."""
MOST_CRITERIA = 20
_DIGITS = {"percent": 1, "rating": 2}


def lay_out_traffic(found: Any) -> dict[str, Any] | None:
    """Return the table of lights, the processes with most red first; None without criteria or rows."""
    data = mapping_of(found)
    criteria = [_criterion(row) for row in rows_of(data.get("criteria"))[:MOST_CRITERIA]]
    units = {row["code"]: row["unit"] for row in criteria}
    rows = [_process(row, units) for row in rows_of(data.get("rows"))[:MOST_ROWS]]
    if not criteria or not rows:
        return None
    rows.sort(key=lambda row: (-row["n_red"], -row["n_yellow"]))
    return {"criteria": criteria, "rows": rows, "n_red": sum(row["n_red"] for row in rows)}


def _criterion(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a criterion with its limits in words."""
    unit, low = text_of(row.get("unit")), row.get("better") == "low"
    limits = []
    for name, word in (("green", "в норме"), ("yellow", "внимание")):
        limit = number_of(row.get(name))
        if limit is not None:
            shown = (
                percent(limit)
                if unit == "percent"
                else number(limit, _DIGITS.get(unit, 0 if limit == int(limit) else 1))
            )
            limits.append(
                say("{light} до {limit}" if low else "{light} от {limit}", light=translated(word), limit=shown)
            )
    code = text_of(row.get("code"))
    return {
        "code": code,
        "title": _title(code, text_of(row.get("title"))),
        "unit": unit,
        "limits": joined(limits, ", "),
    }


def _title(code: str, title: str) -> Any:
    """Return the title of a criterion: a phrase where nobody gave another."""
    return translated(title) if title == TITLES.get(code) else title or code


def _process(row: Mapping[str, Any], units: Mapping[str, str]) -> dict[str, Any]:
    """Return a process with a cell for every criterion, in their order."""
    given = {text_of(cell.get("criterion")): cell for cell in rows_of(row.get("cells"))}
    cells = [_cell(given.get(code, {}), unit) for code, unit in units.items()]
    return {
        "title": text_of(row.get("title"), row.get("process")),
        "n": number_of(row.get("n")),
        "cells": cells,
        "n_red": sum(cell["light"] == "red" for cell in cells),
        "n_yellow": sum(cell["light"] == "yellow" for cell in cells),
    }


def _cell(cell: Mapping[str, Any], unit: str) -> dict[str, Any]:
    """Return one light with its figure."""
    light = text_of(cell.get("light"))
    light = light if light in LIGHTS else "none"
    sign, word = LIGHTS[light]
    return figure(cell, unit, _DIGITS.get(unit, 1)) | {
        "light": light,
        "sign": sign,
        "word": translated(word),
        "unsure": cell.get("sure") is False and light != "none",
    }
