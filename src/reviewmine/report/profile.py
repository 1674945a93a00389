"""A profile of reviews to one page of HTML: what came in, what is wrong with it, and what to do first."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reviewmine.files import finite, write_text
from reviewmine.report.advice import ALARM, MASKS, REASONS, REPEATS, warnings_of
from reviewmine.report.figures import mapping_of, rows_of, text_of
from reviewmine.report.page import clean, template
from reviewmine.report.pictures import Columns, bar, by_month, by_step, stacked
from reviewmine.report.russian import is_number, months_span, number
from reviewmine.report.wording import FIELDS, NULL_RULES, SCRIPTS, SEGMENTS

LOSSY = 0.01
"""Share of rejected rows from which their number is."""

_MOST_MONTHS = 48  # more are drawn by year
_NULLS = ("said", "misplaced", "null")


def render_profile(profile: Mapping[str, Any]) -> str:
    """Return the page of a profile, as ``profile_reviews`` gives it, as self-contained HTML.

    No script, no request, and every word from the files is escaped. What the profile lacks is left out.
    """
    data = clean(finite(profile))
    return str(template("profile.html.j2").render(page=_lay_out(data)))


def write_profile(profile: Mapping[str, Any], out: Path) -> None:
    """Write the page of a profile to ``out``, whole or not at all."""
    write_text(out, render_profile(profile))


def _lay_out(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template draws."""
    rows, measured = mapping_of(data.get("rows")), mapping_of(data.get("measured"))
    n = rows.get("kept")
    fields = [_field(row) for row in rows_of(data.get("fields"))]
    return {
        "rows": {name: rows.get(name) for name in ("read", "kept", "rejected")},
        "reasons": [
            row | {"reason": REASONS.get(str(row.get("reason")), row.get("reason"))}
            for row in rows_of(rows.get("reasons"))
        ],
        "measured": {name: measured.get(name) for name in ("rows", "compared", "read_closely")},
        "warnings": [row | {"grave": row["weight"] >= ALARM} for row in warnings_of(data)],
        "tables": [_table(row) for row in rows_of(data.get("tables"))],
        "notes": [str(note) for note in data.get("notes") or []],
        "lossy": all(map(is_number, (rows.get("rejected"), rows.get("read"))))
        and rows["rejected"] > LOSSY * rows["read"],
        "fields": [field for field in fields if field["filled"]],
        "unfilled": [field["title"] for field in fields if not field["filled"]],
        "words": _words(mapping_of(data.get("words"))),
        "parts": [_part(row) for row in rows_of(data.get("parts")) if row.get("n")],
        "letters": _letters(mapping_of(data.get("letters")), n),
        "ratings": _ratings(mapping_of(data.get("ratings"))),
        "dates": _dates(mapping_of(data.get("dates"))),
        "facets": [facet for name, title in SEGMENTS.items() if (facet := _facet(title, mapping_of(data.get(name))))],
        "copies": _copies(mapping_of(data.get("copies"))),
        "masks": _masks(mapping_of(data.get("masks"))),
        "extras": [_extra(row) for row in rows_of(data.get("extras"))],
    }


def _table(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table of a source: its name, and our field beside their column."""
    columns = mapping_of(row.get("columns"))
    return {
        "where": text_of(row.get("where")),
        "columns": [(FIELDS.get(name, name), column) for name, column in columns.items()],
    }


def _field(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a text field: how often it is filled, and its length."""
    return {
        "title": FIELDS.get(str(row.get("name")), row.get("name")),
        "filled": row.get("filled"),
        "share": row.get("share"),
        "bar": bar(row.get("share"), None, None, 1),
        **{unit: _points(mapping_of(row.get(unit))) for unit in ("words", "chars")},
    }


def _points(points: Mapping[str, Any]) -> dict[str, Any]:
    """Return the points of a distribution; all are there, known or not."""
    return {name: points.get(name) for name in ("p5", "median", "p95", "max")}


def _words(words: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the chart of lengths; None when nothing is known of them."""
    bins = [row for row in rows_of(words.get("bins")) if is_number(row.get("n"))]
    filled = [i for i, row in enumerate(bins) if row["n"]]
    bins = bins[filled[0] : filled[-1] + 1] if filled else []
    names = [_bounds(row.get("from"), row.get("to")) for row in bins]
    chart = by_step([row["n"] for row in bins], names, [f"слов {name}" for name in names])
    return {"chart": chart, **_points(words)} if chart else None


def _bounds(low: Any, high: Any) -> str:
    """Return two bounds as a name: 4–5, or 501+ without an upper one."""
    return f"{number(low)}+" if not is_number(high) else number(low) if low == high else f"{number(low)}–{number(high)}"


def _part(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of a review: what says something, what stands under the wrong name, what says nothing."""
    n, null, misplaced = (row.get(name) if is_number(row.get(name)) else 0 for name in ("n", "null", "misplaced"))
    rules = mapping_of(row.get("rules"))
    return {
        "title": FIELDS.get(str(row.get("name")), row.get("name")),
        "n": n,
        "null_share": row.get("null_share"),
        "misplaced_share": row.get("misplaced_share"),
        "stack": list(zip(_NULLS, stacked([n - null - misplaced, misplaced, null], n), strict=True)),
        "rules": [(NULL_RULES.get(name, name), times) for name, times in rules.items()],
    }


def _letters(letters: Mapping[str, Any], n: Any) -> dict[str, Any]:
    """Return bars of the scripts that occur, the letters of other languages, and the shares of odd spellings."""
    scripts = mapping_of(letters.get("scripts"))
    shares = mapping_of(letters.get("shares"))
    return {
        "scripts": _bars([(SCRIPTS.get(name, name), scripts[name]) for name in scripts], n),
        "foreign": list(mapping_of(letters.get("foreign")).items()),
        "shares": {name: shares.get(name) for name in ("emoji", "caps", "markup", "broken", "long")},
    }


def _bars(counts: Sequence[tuple[Any, Any]], whole: Any, scale: float = 1.0) -> list[dict[str, Any]]:
    """Return a bar for each count that is not zero, as a share of ``whole``."""
    found = []
    for title, times in counts:
        if is_number(times) and times > 0:
            share = times / whole if is_number(whole) and whole > 0 else None
            found.append({"title": title, "n": times, "share": share, "bar": bar(share, None, None, scale)})
    return found


def _ratings(ratings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bars of the stars, five first, and of the ratings as they were written where they say more."""
    counts, n = mapping_of(ratings.get("counts")), ratings.get("n")
    written = [(row.get("name"), row.get("n")) for row in rows_of(ratings.get("source"))]
    other = {str(name) for name, _ in written} - {str(star) for star in range(1, 6)}
    return {
        "n": n,
        "mean": ratings.get("mean"),
        "missing_share": ratings.get("missing_share"),
        "stars": _bars([(star, counts.get(star)) for star in ("5", "4", "3", "2", "1")], n),
        "written": written if other else [],
    }


def _dates(dates: Mapping[str, Any]) -> dict[str, Any]:
    """Return the span of the dates and the chart of the months, or of the years when there are many."""
    months = {str(name): times for name, times in mapping_of(dates.get("months")).items() if is_number(times)}
    shown = dict(months)
    if len(months) > _MOST_MONTHS:
        shown = {}
        for name, times in months.items():
            shown[name[:4]] = shown.get(name[:4], 0) + times
    chart: Columns | None = None
    if shown:
        counts, names = list(shown.values()), list(shown)
        chart = by_month(counts, None, names) if len(months) <= _MOST_MONTHS else by_step(counts, names, names)
    return {
        **{name: dates.get(name) for name in ("n", "missing_share", "first", "last", "future")},
        "period": months_span(list(months)),
        "n_months": len(months),
        "by_year": len(months) > _MOST_MONTHS,
        "n_years": round(len(months) / 12),
        "chart": chart,
        "holes": [str(name) for name in dates.get("holes") or []],
    }


def _facet(title: str, facet: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the commonest values of a field with their bars; None when it is never filled."""
    top = [(row.get("name"), row.get("n")) for row in rows_of(facet.get("top"))]
    most = max((times for _, times in top if is_number(times)), default=0)
    if not most:
        return None
    return {
        "title": title,
        "distinct": facet.get("distinct"),
        "empty_share": facet.get("empty_share"),
        "rows": _bars(top, most),
    }


def _copies(copies: Mapping[str, Any]) -> dict[str, Any]:
    """Return the counts of copies and the groups worth seeing, with the reason in words."""
    names = (
        "exact",
        "near",
        "extra",
        "extra_share",
        "brief",
        "doubled",
        "n_groups",
        "n_repeats",
        "n_repeat_rows",
        "same_text",
    )
    groups = {
        name: [
            {
                "n": row.get("n"),
                "example": text_of(row.get("example")),
                "ids": [str(one) for one in row.get("ids") or []],
                "reasons": [REPEATS.get(str(reason), str(reason)) for reason in row.get("reasons") or []],
            }
            for row in rows_of(copies.get(name))
        ]
        for name in ("largest", "repeats")
    }
    return {name: copies.get(name) for name in names} | groups


def _masks(masks: Mapping[str, Any]) -> dict[str, Any]:
    """Return how much personal data there is, by kind."""
    kinds = [(MASKS.get(name, name), times) for name, times in mapping_of(masks.get("kinds")).items()]
    most = max((times for _, times in kinds if is_number(times)), default=0)
    return {
        "share": masks.get("share"),
        "n_with": masks.get("n_with"),
        "n": masks.get("n"),
        "kinds": _bars(kinds, most),
    }


def _extra(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a column that is no field of ours."""
    examples = [(one.get("name"), one.get("n")) for one in rows_of(row.get("examples"))]
    return {name: row.get(name) for name in ("name", "filled", "share", "distinct")} | {"examples": examples}
