"""A folder of results to one page of HTML: read, check, lay out, draw."""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from reviewmine.errors import ReviewmineError, missing_extra
from reviewmine.files import finite, write_text
from reviewmine.report import russian, words
from reviewmine.report.alerts import lay_out_alerts, lay_out_emerging
from reviewmine.report.figures import text_of
from reviewmine.report.journey import lay_out_journey
from reviewmine.report.made import ids_told, lay_out_made, lay_out_profile
from reviewmine.report.painmap import lay_out_first, lay_out_map, lay_out_tree
from reviewmine.report.pains import lay_out
from reviewmine.report.quality import lay_out_draft, lay_out_model
from reviewmine.report.scores import lay_out_comparison, lay_out_scores
from reviewmine.report.traffic import lay_out_traffic

INSIGHTS, CARD, DRAFT = "insights.json", "model_card.json", "discovery.json"
NEEDS = ("n_reviews", "types")
_HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, half characters, which no UTF-8 file can hold, and marks that turn the direction of text: one in a
review would turn the words of the page after it."""
_LARGEST = 2**63  # a whole number beyond is no count, and may not fit a float


def render_report(folder: Path) -> str:
    """Return the page of ``folder`` as self-contained HTML, in Russian with a switch to English.

    The folder holds ``insights.json``; ``model_card.json`` and ``discovery.json`` are shown where they are. No request,
    one script that is ours and that the page reads as well without, and every word from the files is escaped.
    """
    insights = read_insights(folder)
    card = _read(folder / CARD)
    draft = _read(folder / DRAFT)
    titles = {str(row.get("code")): str(row.get("title") or row.get("code")) for row in insights["types"]}
    page = lay_out(insights) | {
        "model": lay_out_model(card, titles) if card else None,
        "draft": lay_out_draft(draft) if draft else None,
    }
    page |= _sections(insights, page)
    style = _ours("style.css") + _ours("page.css") + "".join(map(_of_owner, range(len(page["owner_names"]))))
    return str(template("page.html.j2", bilingual=True).render(page=page, style=style, script=_ours("page.js")))


def _sections(insights: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sections beside the types; one without figures is empty or None, and is not shown."""
    pains, made = page["sections"]["pains"], lay_out_made(insights.get("made"))
    anchors = {row["code"]: row["anchor"] for row in page["rows"] if row["code"]}
    alerts = lay_out_alerts(insights.get("alerts"), anchors)
    return {
        "owner_names": list(dict.fromkeys(row["owner"] for row in pains if row["owner"])),
        "where": text_of(insights.get("where")),
        "alerts": alerts,
        "emerging": lay_out_emerging(insights.get("emerging")),
        "first": lay_out_first(alerts, pains),
        "map": lay_out_map(pains),
        "tree": lay_out_tree(page["rows"]),
        "journey": lay_out_journey(insights.get("journey")),
        "scores": lay_out_scores(insights.get("scores")),
        "traffic": lay_out_traffic(insights.get("traffic")),
        "comparison": lay_out_comparison(insights.get("comparison"), anchors),
        "profile": lay_out_profile(insights.get("profile")),
        "made": made,
        "command": text_of(made["command"]) if made else "",
    }


def _ours(name: str) -> str:
    """Return a file of this package as text."""
    return files("reviewmine.report").joinpath(name).read_text(encoding="utf-8")


def _of_owner(number: int) -> str:
    """Return the rule by which a choice of owner hides the types of all others."""
    return f".filtered:has(#owner-{number}:checked) .type:not(.of-{number}, :target) {{ display: none }}\n"


def _sha256(text: str) -> str:
    """Return the hash of an inline style or script as a content security policy names it."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def write_report(folder: Path, out: Path) -> None:
    """Write the page of ``folder`` to ``out``, whole or not at all."""
    write_text(out, render_report(folder))


def read_insights(folder: Path) -> dict[str, Any]:
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
        data = clean(finite(json.loads(path.read_text(encoding="utf-8"))))
    except (ValueError, RecursionError) as error:
        raise ReviewmineError(
            f"not JSON ({error})", expected="a JSON object in UTF-8", where=str(path), do="make the file again"
        ) from error
    if not isinstance(data, dict):
        raise ReviewmineError(
            f"a JSON {type(data).__name__}", expected="a JSON object", where=str(path), do="make the file again"
        )
    return dict(data)


def clean(data: Any) -> Any:
    """Return ``data`` whose texts can neither turn the page around nor fail to be written, nor its figures to be drawn."""
    if isinstance(data, str):
        return _HARMFUL.sub("", data)
    if isinstance(data, int) and abs(data) > _LARGEST:
        return None
    if isinstance(data, dict):
        return {clean(key): clean(value) for key, value in data.items()}
    if isinstance(data, list):
        return [clean(value) for value in data]
    return data


BILINGUAL: Mapping[str, Any] = {
    "counted": words.counted,
    "month": words.month,
    "tr": words.translated,
    "behind": ids_told,
    "raw": lambda value: value if russian.is_number(value) else "",
    "sha256": _sha256,
}
"""What the page of a report calls by name beside the Russian filters, or in place of them."""


def template(name: str, *, bilingual: bool = False) -> Any:
    """Return a template with escaping on, in two languages or in Russian; the style sheet is included, for it is ours."""
    return _environment(bilingual).get_template(name)


@lru_cache(maxsize=2)
def _environment(bilingual: bool) -> Any:
    """Return where templates are read from and what they call by name; a template read once is kept."""
    try:
        import jinja2  # noqa: PLC0415 (an extra: routing needs no page)
        import markupsafe  # noqa: PLC0415 (it comes with jinja2)
    except ImportError as error:
        raise missing_extra("jinja2", "lab", "the report") from error
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_ours),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(russian.FILTERS)
    environment.filters.update(BILINGUAL if bilingual else {})
    environment.filters.update(
        en=lambda value: markupsafe.Markup(words.english(value)),  # noqa: S704 (escaped there)
        label=lambda value: markupsafe.Markup(words.label(value)),  # noqa: S704 (escaped there)
        ours=markupsafe.Markup,
    )
    environment.globals["_"] = words.say
    return environment
