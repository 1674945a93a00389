"""The customers' own words as the page shows them: cut where they are long, with who said them."""

from collections.abc import Mapping
from typing import Any

from reviewmine.report.figures import MOST_TEXT, rows_of, text_of
from reviewmine.report.russian import date, is_number, rating
from reviewmine.report.words import joined, say

MOST_QUOTES = 12


def quotes_of(found: Any) -> list[dict[str, Any]]:
    """Return the quotes of a list, long ones cut, each with the words around its span and who said them."""
    return [_quote(quote) for quote in rows_of(found)[:MOST_QUOTES]]


def quoted_ids(found: Any) -> list[str]:
    """Return the ids of the reviews that are quoted, where no list of ids is given."""
    return list(dict.fromkeys(text_of(quote.get("review_id")) for quote in rows_of(found) if quote.get("review_id")))


def _quote(quote: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words around the span and who said them."""
    about = [say("отзыв {id}", id=text_of(quote["review_id"]))] if quote.get("review_id") else []
    about += [date(text_of(quote["date"]))] if quote.get("date") else []
    about += [say("оценка {rating}", rating=rating(quote["rating"]))] if is_number(quote.get("rating")) else []
    before, text, after = (text_of(quote.get(name), most=10**7) for name in ("before", "text", "after"))
    return {
        "before": before if len(before) <= MOST_TEXT else "…" + before[-MOST_TEXT:],
        "text": text_of(text, most=2 * MOST_TEXT),
        "after": text_of(after),
        "about": joined(about),
    }
