"""What is in some reviews: one nested record of plain figures, for a page or a notebook, before anything is learned.

Counts are exact over all rows. What costs much is measured on a sample: rows drawn by the hash of their id, so that the
same rows come whatever their order.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import pandas as pd

from reviewmine.corpus.cells import shown
from reviewmine.corpus.copies import CopyGroup, find_copies, whole_texts
from reviewmine.corpus.letters import SCRIPTS
from reviewmine.corpus.privacy import masked
from reviewmine.corpus.review import PARTS, REVIEW_COLUMNS
from reviewmine.corpus.sampling import HashSample
from reviewmine.corpus.statements import cut_review
from reviewmine.corpus.tally import FACETS, SOURCE_MARK, Totals, extra_columns, months_between, quantiles
from reviewmine.router import TEXT_FIELDS

READ_CLOSELY = 2_000
"""Rows whose statements, null answers and masks are looked at."""
COMPARED = 50_000
"""Rows among which near copies are looked for."""

_TOP, _PLACES, _IDS = 10, 5, 20  # values, places and ids that are listed
_CATEGORIES, _CATEGORY_CHARS = 50, 40  # a column of more values, or of longer ones, is no category
_NAME_CHARS, _LINE_CHARS = 80, 500  # of a name, and of a line of the reader, that are shown
_EXTRAS = 60
_STEPS = (0, 1, 2, 3, 4, 6, 11, 21, 51, 101, 201, 501)


def profile_reviews(
    batches: Iterable[pd.DataFrame],
    rejects: pd.DataFrame,
    columns: Mapping[str, Mapping[str, str]],
    notes: Sequence[str] = (),
    *,
    today: datetime | None = None,
) -> dict[str, Any]:
    """Return the profile of reviews that come in batches, ready for JSON.

    ``rejects`` has file, row and reason; ``columns`` is table to our field to their column; ``notes`` are the lines of the
    reader. Dates after ``today`` lie in the future; without it none are counted so. Whatever stood in a file is masked:
    examples of copies, values and names of columns, products, notes. Ids and names of files stand as they are.
    """
    totals, sample = Totals(), HashSample(COMPARED)
    for batch in batches:
        totals.add(batch)
        sample.add(batch)
    compared = sample.frame
    close = compared.head(READ_CLOSELY)
    return {
        "rows": _rows(totals.n, rejects),
        "tables": [
            {"where": where, "columns": {name: shown(column, _NAME_CHARS) for name, column in fields.items()}}
            for where, fields in columns.items()
        ],
        "notes": [shown(note, _LINE_CHARS) for note in notes],
        "measured": {"rows": totals.n, "compared": len(compared), "read_closely": len(close)},
        "fields": _fields(totals),
        "words": _words(totals.counts["words"]),
        "parts": _parts(close),
        "letters": _letters(totals),
        "ratings": _ratings(totals, compared, columns),
        "dates": _dates(totals, today),
        **{name: _facet(totals.counts[name], totals.n) for name in FACETS},
        "copies": _copies(totals, compared),
        "masks": _masks(close),
        "extras": _extras(totals, compared, _written(columns)),
        "ids": {"given": any("id" in fields for fields in columns.values()), "doubled": totals.n_doubled_ids},
    }


def profile_frame(reviews: pd.DataFrame, *, today: datetime | None = None) -> dict[str, Any]:
    """Return the profile of a frame of reviews in memory."""
    nothing = pd.DataFrame({"file": [], "row": [], "reason": []})
    return profile_reviews([reviews], nothing, {"": {name: name for name in reviews.columns}}, today=today)


def _share(part: float, whole: float) -> float:
    """Return a share of four digits; 0 of nothing."""
    return round(part / whole, 4) if whole else 0.0


def _rows(n_kept: int, rejects: pd.DataFrame) -> dict[str, Any]:
    """Return rows read, kept and rejected; reasons that differ in figures only are one."""
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for file, row, reason in rejects[["file", "row", "reason"]].itertuples(index=False):
        places[re.sub(r"\d+", "N", str(reason))[:200]].append((str(file), int(row)))
    reasons = [
        {
            "reason": shown(reason, _LINE_CHARS),
            "n": len(found),
            "places": [{"file": file, "row": row} for file, row in sorted(found)[:_PLACES]],
        }
        for reason, found in places.items()
    ]
    reasons.sort(key=lambda reason: (-reason["n"], reason["reason"]))
    return {"read": n_kept + len(rejects), "kept": n_kept, "rejected": len(rejects), "reasons": reasons}


def _fields(totals: Totals) -> list[dict[str, Any]]:
    """Return for each text field how often it is filled and how long it is then."""
    counts = totals.counts
    return [
        {
            "name": name,
            "filled": counts["filled"][name],
            "share": _share(counts["filled"][name], totals.n),
            "chars": quantiles(counts[f"chars of {name}"]),
            "words": quantiles(counts[f"words of {name}"]),
        }
        for name in TEXT_FIELDS
    ]


def _words(counts: Counter[int]) -> dict[str, Any]:
    """Return how long whole reviews are: points in words, and the numbers of reviews between growing bounds."""
    lows = (*_STEPS, max(counts, default=0) + 1)
    bins = [
        {
            "from": low,
            "to": high - 1 if high in _STEPS else None,
            "n": sum(counts[n] for n in counts if low <= n < high),
        }
        for low, high in pairwise(lows)
        if high > low
    ]
    return {**quantiles(counts), "bins": bins}


def _parts(close: pd.DataFrame) -> list[dict[str, Any]]:
    """Return for each part of a review, whether a field or marked in a text, how often nothing is said in it, and why."""
    found: dict[str, Counter[str]] = {name: Counter() for name in PARTS}
    rules: dict[str, Counter[str]] = {name: Counter() for name in PARTS}
    for review in close.to_dict("records"):
        by_part = defaultdict(list)
        for statement in cut_review(review):
            by_part[statement.part].append(statement)
        for part in by_part.keys() & found.keys():
            said = by_part[part]
            silent = all(statement.null for statement in said)
            found[part].update(n=1, null=int(silent), misplaced=int(any(statement.misplaced for statement in said)))
            rules[part].update([said[0].null] if silent else [])
    return [
        {
            "name": name,
            "n": counts["n"],
            "null": counts["null"],
            "null_share": _share(counts["null"], counts["n"]),
            "rules": dict(sorted(rules[name].items(), key=lambda rule: (-rule[1], rule[0]))),
            "misplaced": counts["misplaced"],
            "misplaced_share": _share(counts["misplaced"], counts["n"]),
        }
        for name, counts in found.items()
        if counts["n"]
    ]


def _letters(totals: Totals) -> dict[str, Any]:
    """Return the scripts of the reviews and the shares of those with emoji, in capitals, with markup, broken or long."""
    scripts, signs = totals.counts["scripts"], totals.counts["signs"]
    shares = {name: _share(signs[name], totals.n) for name in ("emoji", "caps", "markup", "broken", "long")}
    counted = {name: signs[name] for name in ("broken", "long")}
    return {
        "scripts": {name: scripts[name] for name in SCRIPTS},
        "foreign": dict(_ranked(totals.counts["foreign"])[:_TOP]),
        "shares": shares,
        "counts": counted,
    }


def _ratings(totals: Totals, compared: pd.DataFrame, columns: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return the ratings to the nearest star, and the commonest of those that were written."""
    stars, n = totals.counts["stars"], totals.counts["stars"].total()
    written: Counter[str] = Counter()
    for column in _written(columns):
        if column in compared.columns:
            written.update(str(cell) for cell in compared[column] if str(cell))
    return {
        "n": n,
        "missing_share": _share(totals.n - n, totals.n),
        "mean": round(totals.counts["rating sum"]["hundredths"] / 100 / n, 2) if n else None,
        "counts": {str(star): stars[star] for star in range(1, 6)},
        "source": _top(written, 2 * _TOP, _CATEGORY_CHARS),
    }


def _written(columns: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the columns of the frame that keep ratings as they were written."""
    named = dict.fromkeys(fields["rating"] for fields in columns.values() if "rating" in fields)
    return [f"{column}{SOURCE_MARK}" if column in REVIEW_COLUMNS else column for column in named]


def _dates(totals: Totals, today: datetime | None) -> dict[str, Any]:
    """Return the span of the dates, reviews by month, months without any, and dates in the future when today is known."""
    days, n = totals.counts["days"], totals.counts["days"].total()
    months: Counter[str] = Counter()
    for day, times in days.items():
        months[day[:7]] += times
    last_day = f"{today:%Y-%m-%d}" if today else "9999-12-31"
    past = [month for month in months if month <= last_day[:7]]
    span = months_between(min(past), max(past)) if past else []
    return {
        "n": n,
        "missing_share": _share(totals.n - n, totals.n),
        "first": min(days, default=None),
        "last": max(days, default=None),
        "months": {month: months[month] for month in span},
        "holes": [month for month in span if not months[month]],
        "future": sum(times for day, times in days.items() if day > last_day) if today else None,
    }


def _facet(counts: Counter[str], n: int) -> dict[str, Any]:
    """Return how many values a field has and the commonest of them."""
    return {
        "distinct": len(counts),
        "empty_share": _share(n - counts.total(), n),
        "top": _top(counts, _TOP, _NAME_CHARS),
    }


def _copies(totals: Totals, compared: pd.DataFrame) -> dict[str, Any]:
    """Return what is repeated: exactly over all rows, nearly among the compared ones."""
    copies = find_copies(compared)
    return {
        "same_text": totals.n_same_text,
        "same_share": _share(totals.n_same_text, totals.n),
        "exact": copies.n_exact,
        "near": copies.n_near,
        "extra": copies.n_extra,
        "extra_share": _share(copies.n_extra, len(compared)),
        "brief": copies.n_brief,
        "doubled": copies.n_doubled,
        "n_groups": len(copies.groups),
        "largest": [_group(group) for group in copies.groups[:_TOP]],
        "n_repeats": len(copies.repeats),
        "n_repeat_rows": sum(map(len, copies.repeats)),
        "repeats": [_group(group) for group in copies.repeats[:_TOP]],
    }


def _group(group: CopyGroup) -> dict[str, Any]:
    """Return a group of copies with its first ids."""
    return {
        "n": len(group),
        "reasons": list(group.reasons),
        "example": group.example,
        "ids": list(group.review_ids[:_IDS]),
    }


def _masks(close: pd.DataFrame) -> dict[str, Any]:
    """Return how many reviews hold personal data, and how often each kind of it stands in them."""
    kinds: Counter[str] = Counter()
    n_with = 0
    for text in whole_texts(close):
        counts = masked(text)[1]
        kinds.update(counts)
        n_with += bool(counts.total())
    return {"n": len(close), "n_with": n_with, "share": _share(n_with, len(close)), "kinds": dict(_ranked(kinds))}


def _extras(totals: Totals, compared: pd.DataFrame, ratings: Sequence[str]) -> list[dict[str, Any]]:
    """Return the columns that are neither a field of ours nor ``ratings`` as written; of free text no value is shown."""
    found = []
    for name in [name for name in extra_columns(compared) if name not in ratings][:_EXTRAS]:
        cells = Counter(cell for cell in compared[name].astype(str) if cell)
        is_category = len(cells) <= _CATEGORIES and 2 * len(cells) <= cells.total()
        short = is_category and all(len(cell) <= _CATEGORY_CHARS for cell in cells)
        filled = totals.counts["extras"][name]
        found.append(
            {
                "name": shown(name, _NAME_CHARS),
                "filled": filled,
                "share": _share(filled, totals.n),
                "distinct": len(cells),
                "examples": _top(cells, _TOP, _CATEGORY_CHARS) if short else [],
            }
        )
    return found


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return values by count, the commonest first; equal ones in the order of their names."""
    return sorted(((name, times) for name, times in counts.items() if times), key=lambda pair: (-pair[1], pair[0]))


def _top(counts: Counter[str], n: int, chars: int) -> list[dict[str, Any]]:
    """Return the ``n`` commonest values for showing, each with its count."""
    return [{"name": shown(name, chars), "n": times} for name, times in _ranked(counts)[:n]]
