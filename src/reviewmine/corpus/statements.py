"""Reviews to statements: each field is cut into pieces that say one thing, with offsets into the raw field.

The engine: it knows no Russian. Tables are in ``cut_tables``, rules in ``cut_rules``, markers in ``fields``, null answers
in ``nulls``.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from reviewmine.corpus.cut_rules import RULES, Rule
from reviewmine.corpus.cut_tables import BULLETS, LOOSE_BULLETS
from reviewmine.corpus.fields import Piece, find_marks, marked_pieces
from reviewmine.corpus.nulls import null_rule
from reviewmine.corpus.review import STATEMENT_COLUMNS, Statement, statement_schema
from reviewmine.language.lemmas import lemmas
from reviewmine.language.lexicon import COMPLAINT, PRAISE
from reviewmine.language.markup import INVISIBLE, without_markup
from reviewmine.router import MAX_CHARS, TEXT_FIELDS

NOT_THE_CUSTOMER = {"reply": "reply", "meta": "meta"}
"""Parts that hold no words of the customer, and the rule that their one statement names under ``null``."""

_EDGES = frozenset(f" \t\r\n\u2028\u2029\x85\xa0,;–—−-+|/{INVISIBLE}{BULLETS}{LOOSE_BULLETS}\ufe0f")
_POLARITY_CHARS = 500


def cut(text: str, rules: Sequence[Rule] = RULES) -> list[tuple[int, int]]:
    """Return the spans of ``text`` between the cuts of all ``rules``, without spaces and list marks around them.

    >>> text = "Отличный пылесос))) Но шнур короткий"
    >>> [text[start:end] for start, end in cut(text)]
    ['Отличный пылесос)))', 'Но шнур короткий']
    """
    plain = without_markup(text)
    places = sorted({0, len(text), *(place for rule in rules for place in rule(plain))})
    spans: list[tuple[int, int]] = []
    begin: int | None = None
    for low, high in pairwise(places):
        start, end = _trim(plain, low, high)
        if start == end:
            continue
        if any(char.isalnum() for char in plain[start:end]):
            spans.append((start if begin is None else begin, end))
            begin = None
        elif spans:
            spans[-1] = (spans[-1][0], end)  # signs alone belong to what they follow
        elif begin is None:
            begin = start  # or, when they open the text, to what they precede
    return spans if begin is None else [(begin, _trim(plain, begin, len(plain))[1])]


def explain(text: str) -> list[tuple[int, str]]:
    """Return each place where ``text`` is cut with the name of the rule that cuts there.

    >>> explain("Шумит. Греется")
    [(6, 'stops')]
    """
    plain = without_markup(text)
    return sorted((place, rule.__name__) for rule in RULES for place in rule(plain) if 0 < place < len(text))


def explain_field(raw: str, field: str = "text") -> list[tuple[Statement, tuple[str, ...]]]:
    """Return the statements of a field, each with the rules that made it begin where it does.

    ``marker:colon`` and its like are rules of ``find_marks``; the others those of ``cut``; none for the beginning.

    >>> [(one.text, rules) for one, rules in explain_field("Тихий. Минусы: шнур")]
    [('Тихий.', ()), ('шнур', ('marker:colon',))]
    """
    raw = raw[:MAX_CHARS]
    places = [(mark.end, f"marker:{mark.rule}") for mark in find_marks(raw)]
    for piece in marked_pieces(raw, unmarked=field):
        places += [(piece.start + at, rule) for at, rule in explain(raw[piece.start : piece.end])]
    places.sort()
    found, at = [], 0
    for one in cut_field(raw, field):
        rules: dict[str, None] = {}
        while at < len(places) and places[at][0] <= one.start:
            rules[places[at][1]] = None
            at += 1
        found.append((one, tuple(rules)))
    return found


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without spaces and list marks at its edges."""
    while start < end and text[start] in _EDGES:
        start += 1
    n_digits = next(
        (n for n in (1, 2) if text[start + n : start + n + 1] in {".", ")"} and text[start : start + n].isdigit()), 0
    )
    if (
        n_digits
        and start + n_digits + 2 < end
        and text[start + n_digits + 1 : start + n_digits + 3].lstrip()[:1].isalpha()
    ):
        start += n_digits + 1
        while start < end and text[start] in _EDGES:
            start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    return start, end


def cut_field(raw: str, field: str) -> Iterator[Statement]:
    """Yield the statements of one field, in order, none overlapping.

    A null answer («нет» under Недостатки) is one statement that names the rule; so is what is not the customer's: the
    seller's reply and the facts a page puts beside a review.
    """
    if not raw:
        return
    raw = raw[:MAX_CHARS]
    for piece in marked_pieces(raw, unmarked=field):
        text = raw[piece.start : piece.end]
        rule = NOT_THE_CUSTOMER.get(piece.part) or null_rule(text, piece.part)
        if rule:
            yield Statement(field, piece.part, piece.start, piece.end, text, rule)
        else:
            yield from _said(field, piece, text)


def _said(field: str, piece: Piece, text: str) -> Iterator[Statement]:
    """Yield the statements of a piece that says something."""
    for start, end in cut(text):
        said = text[start:end]
        rule = null_rule(said, piece.part)
        misplaced = not rule and is_misplaced(said, piece.part)
        yield Statement(field, piece.part, piece.start + start, piece.start + end, said, rule, misplaced)


def cut_review(review: Mapping[str, Any]) -> list[Statement]:
    """Return the statements of one review, a mapping of its fields, in the order of the fields."""
    return [one for field in TEXT_FIELDS for one in cut_field(review.get(field) or "", field)]


def is_misplaced(text: str, part: str) -> bool:
    """Return whether praise stands under cons or a complaint under pros, by the words of the lexicon.

    >>> is_misplaced("Отличный звук", "cons"), is_misplaced("Не понравился звук", "cons")
    (True, False)
    """
    if part not in {"pros", "cons"}:
        return False
    found = set(lemmas(text[:_POLARITY_CHARS]))
    praise = bool(found & PRAISE)
    complaint = bool(found & COMPLAINT) or any(lemma[:3] == "не_" and lemma[3:] in PRAISE for lemma in found)
    return (praise and not complaint) if part == "cons" else (complaint and not praise)


def cut_reviews(reviews: pd.DataFrame) -> pd.DataFrame:
    """Return the statements of a frame of reviews, in its order; columns as ``statement_schema`` states."""
    rows: list[tuple[Any, ...]] = []
    for review in reviews[["id", *TEXT_FIELDS]].to_dict("records"):
        for number, one in enumerate(cut_review(review)):
            rows.append(
                (
                    f"{review['id']}:{number}",
                    review["id"],
                    one.field,
                    one.part,
                    one.start,
                    one.end,
                    one.text,
                    one.null,
                    one.misplaced,
                )
            )
    frame = pd.DataFrame(rows, columns=list(STATEMENT_COLUMNS))
    kinds = {"start": "int64", "end": "int64", "misplaced": bool} | dict.fromkeys(
        ("statement_id", "review_id", "field", "part", "text", "null"), str
    )
    return statement_schema().validate(frame.astype(kinds))
