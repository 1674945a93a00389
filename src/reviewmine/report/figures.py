"""What stands in a file of results, as the templates take it: a figure with its interval, a short text, a short list."""

from collections.abc import Mapping, Sequence
from typing import Any

from reviewmine.report.russian import NONE, THIN, is_number, number, signed

MOST_TEXT = 300
"""Characters of a name, a word of a list or a command; of a quote twice as many on each side of the span."""
MOST_ROWS = 200
"""Rows of a table."""
MOST_IDS = 50
Shown = dict[str, Any]


def rows_of(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; empty where there is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def mapping_of(value: Any) -> dict[str, Any]:
    """Return an object, or an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def text_of(*values: Any, most: int = MOST_TEXT) -> str:
    """Return the first value that says something, as text of at most ``most`` characters; empty where none does.

    >>> text_of(None, "Опоздание доставки", most=10)
    'Опоздание…'
    """
    text = next((str(value) for value in values if value), "")
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def texts_of(value: Any, most: int = MOST_IDS) -> list[str]:
    """Return the texts of a list, at most ``most``; empty where there is no list."""
    return (
        [text_of(one) for one in value[:most] if is_number(one) or isinstance(one, str)]
        if isinstance(value, list)
        else []
    )


def number_of(value: Any) -> Any:
    """Return a figure, or None where there is none."""
    return value if is_number(value) else None


def figure(found: Any, unit: str = "number", digits: int = 1, *, sign: bool = False) -> Shown:
    """Return a figure as text: ``value``, ``interval`` (empty where unknown) and ``raw``, by which a table is sorted.

    ``found`` is a mapping with ``value``, ``low`` and ``high``; ``unit`` is "percent" for a share, else "number".

    >>> figure({"value": 0.5, "low": 0.25, "high": 0.75}, "percent", 0)["interval"].replace("\u202f", " ")
    '25–75 %'
    """
    data = mapping_of(found)
    value, low, high = (number_of(data.get(name)) for name in ("value", "low", "high"))
    if value is None:
        return {"value": NONE, "interval": "", "raw": None, "low": None, "high": None}
    show = signed if sign else number
    scale, end = (100, f"{THIN}%") if unit == "percent" else (1, "")
    between = " … " if sign or (low is not None and low < 0) else "–"
    interval = (
        "" if low is None or high is None else f"{show(scale * low, digits)}{between}{show(scale * high, digits)}{end}"
    )
    return {"value": show(scale * value, digits) + end, "interval": interval, "raw": value, "low": low, "high": high}


def some(figures: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether any of the figures is known."""
    return any(one["raw"] is not None for one in figures)
