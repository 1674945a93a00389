"""The customers' own words for a type: a few different quotes with the exact span, personal data masked unless told."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reviewmine.corpus.privacy import mask_many
from reviewmine.language.normalize import words

Span = tuple[str, int, int]
Evidence = Mapping[tuple[str, str], Sequence[Span]]
"""Review and type to the spans that spoke for it."""
AROUND = 160
"""Characters shown before and after the span."""
_LIKE = 0.6  # share of common words from which two quotes say the same


def choose_quotes(
    candidates: pd.DataFrame, reviews: pd.DataFrame, spans: Mapping[str, Sequence[Span]], n: int, *, mask: bool = True
) -> list[dict[str, Any]]:
    """Return up to ``n`` quotes from ``candidates`` (review_id, probability), the surest first, no two alike.

    ``reviews`` is indexed by id; ``spans`` gives the evidence of a review. A quote is ``before``, ``text`` and ``after``,
    each masked on its own, so that a mask never moves the span; without ``mask`` they are as the customer wrote them.
    """
    ranked = candidates.sort_values(["probability", "review_id"], ascending=[False, True])
    chosen: list[dict[str, Any]] = []
    seen: list[set[str]] = []
    for row in ranked.itertuples():
        review_id = str(row.review_id)
        if len(chosen) == n:
            break
        if not spans.get(review_id):
            continue
        quote = _quote(reviews.loc[review_id], review_id, spans[review_id], mask)
        said = set(words(quote["before"] + quote["text"] + quote["after"]))
        if said and all(len(said & other) < _LIKE * min(len(said), len(other)) for other in seen):
            chosen.append(quote)
            seen.append(said)
    return chosen


def _quote(review: Any, review_id: str, spans: Sequence[Span], mask: bool) -> dict[str, Any]:
    """Return one quote around the first span, widened to the spans of the same field that touch its surroundings."""
    field, start, end = spans[0]
    raw = str(review[field])
    near = [(s, e) for name, s, e in spans if name == field and s <= end + 40 and e >= start - 40]
    start, end = min(s for s, _ in near), max(e for _, e in near)
    pieces = [raw[:start], raw[start:end], raw[end:], raw]
    *sides, whole = mask_many(pieces) if mask else pieces
    if "".join(sides) != whole:  # personal data lies across an edge of the span: show the field without a span
        start, end, sides = 0, len(raw), ["", whole[: 4 * AROUND], ""]
    before, text, after = sides
    low = _word_edge(before, max(0, len(before) - AROUND), -1)
    high = _word_edge(after, min(len(after), AROUND), 1)
    return {
        "review_id": review_id,
        "date": "" if pd.isna(review["date"]) else f"{review['date']:%Y-%m-%d}",
        "rating": None if pd.isna(review["rating"]) else float(review["rating"]),
        "field": field,
        "start": int(start),
        "end": int(end),
        "before": ("…" if low else "") + before[low:],
        "text": text,
        "after": after[:high] + ("…" if high < len(after) else ""),
    }


def _word_edge(text: str, place: int, step: int) -> int:
    """Return the next place from ``place`` in the direction of ``step`` that does not split a word."""
    for _ in range(30):
        if not 0 < place < len(text) or text[place - 1].isspace() or text[place].isspace():
            break
        place += step
    return place
