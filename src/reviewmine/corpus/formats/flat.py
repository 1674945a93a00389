"""Nested values to flat rows: inner keys joined by a dot, plain lists by ``|``, lists of objects as compact JSON."""

import json
from typing import Any

from reviewmine.corpus.formats.table import Row

MAX_DEPTH = 50


def flat_row(item: Any) -> Row:
    """Return an object as one flat row. Raises ``ValueError`` for another value, or one that is nested too deep.

    >>> flat_row({"text": "Шумит", "product": {"id": 7}, "tags": ["шум", "кухня"], "answers": [{"text": "Жаль"}]})
    {'text': 'Шумит', 'product.id': 7, 'tags': 'шум|кухня', 'answers': '[{"text":"Жаль"}]'}
    """
    if not isinstance(item, dict):
        msg = f"found {type(item).__name__}, expected an object"
        raise ValueError(msg)
    row: Row = {}
    _flatten(item, "", 0, row)
    return row


def _flatten(item: dict[Any, Any], prefix: str, depth: int, row: Row) -> None:
    if depth > MAX_DEPTH:
        msg = f"nested deeper than {MAX_DEPTH}"
        raise ValueError(msg)
    for key, value in item.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            _flatten(value, f"{name}.", depth + 1, row)
            continue
        again = 2
        while name in row:  # {"a.b": 1, "a": {"b": 2}}
            name, again = f"{prefix}{key} ({again})", again + 1
        row[name] = _plain_list(value) if isinstance(value, list | tuple) else _plain(value)


def _plain_list(values: list[Any] | tuple[Any, ...]) -> str:
    """Return a list as text."""
    if not any(isinstance(value, dict | list | tuple) for value in values):
        return "|".join("" if value is None else str(_plain(value)) for value in values)
    try:
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str)
    except RecursionError as error:
        msg = f"nested deeper than {MAX_DEPTH}"
        raise ValueError(msg) from error


def _plain(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
