"""A folder of results to one page of HTML: read, check, lay out, draw."""

import json
import unicodedata
from importlib.resources import files
from pathlib import Path
from typing import Any

from reviewmine.errors import ReviewmineError, missing_extra
from reviewmine.files import finite, write_text
from reviewmine.report import russian
from reviewmine.report.pains import lay_out
from reviewmine.report.quality import lay_out_draft, lay_out_model

INSIGHTS, CARD, DRAFT = "insights.json", "model_card.json", "discovery.json"
NEEDS = ("n_reviews", "types")
_DROPPED = {"Cc", "Cs"}  # control characters and half characters, which no UTF-8 file can hold
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of text: one in a review would turn the words of the page after it."""


def render_report(folder: Path) -> str:
    """Return the page of ``folder`` as self-contained HTML.

    The folder holds ``insights.json``; ``model_card.json`` and ``discovery.json`` are shown where they are. No script,
    no request, and every word from the files is escaped.
    """
    insights = _insights(folder)
    card = _read(folder / CARD)
    draft = _read(folder / DRAFT)
    titles = {str(row.get("code")): str(row.get("title") or row.get("code")) for row in insights["types"]}
    page = lay_out(insights) | {
        "model": lay_out_model(card, titles) if card else None,
        "draft": lay_out_draft(draft) if draft else None,
    }
    return str(template("page.html.j2").render(page=page))


def write_report(folder: Path, out: Path) -> None:
    """Write the page of ``folder`` to ``out``, whole or not at all."""
    write_text(out, render_report(folder))


def _insights(folder: Path) -> dict[str, Any]:
    """Return the insights, or raise ``ReviewmineError`` if there is nothing a page could be made of."""
    path = folder / INSIGHTS
    data = _read(path)
    if data is None:
        raise ReviewmineError(
            f"no {INSIGHTS}",
            expected="a folder with insights",
            where=str(folder),
            do="make it with `reviewmine insights`",
        )
    missing = [name for name in NEEDS if name not in data]
    if missing:
        raise ReviewmineError(
            f"no key {missing[0]!r}",
            expected=", ".join(NEEDS),
            where=str(path),
            do="make it again with `reviewmine insights`",
        )
    if not isinstance(data["types"], list) or not all(isinstance(row, dict) for row in data["types"]):
        raise ReviewmineError(
            "types is no list of objects",
            expected="one object a type",
            where=str(path),
            do="make it again with `reviewmine insights`",
        )
    if not russian.is_number(data["n_reviews"]):
        raise ReviewmineError(
            f"n_reviews is {data['n_reviews']!r}",
            expected="a count",
            where=str(path),
            do="make it again with `reviewmine insights`",
        )
    return data


def _read(path: Path) -> dict[str, Any] | None:
    """Return the object in a JSON file, its texts clean and its figures finite; None where there is no file."""
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ReviewmineError(
            f"not JSON ({error})", expected="a JSON object in UTF-8", where=str(path), do="make the file again"
        ) from error
    if not isinstance(data, dict):
        raise ReviewmineError(
            f"a JSON {type(data).__name__}", expected="a JSON object", where=str(path), do="make the file again"
        )
    return dict(clean(finite(data)))


def clean(data: Any) -> Any:
    """Return ``data`` whose texts can neither turn the page around nor fail to be written."""
    if isinstance(data, str):
        return "".join(
            char
            for char in data
            if char in "\n\t" or (char not in _TURNS and unicodedata.category(char) not in _DROPPED)
        )
    if isinstance(data, dict):
        return {clean(key): clean(value) for key, value in data.items()}
    if isinstance(data, list):
        return [clean(value) for value in data]
    return data


def template(name: str) -> Any:
    """Return a template with escaping on; the style sheet is included, for it is ours."""
    try:
        import jinja2  # noqa: PLC0415 (an extra: routing needs no page)
    except ImportError as error:
        raise missing_extra("jinja2", "lab", "the report") from error
    ours = files("reviewmine.report")
    loader = jinja2.FunctionLoader(lambda name: ours.joinpath(name).read_text(encoding="utf-8"))
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters.update(russian.FILTERS)
    return environment.get_template(name)
