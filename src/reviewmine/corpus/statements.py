"""Reviews to statements: each field is cut into pieces that say one thing, with offsets into the raw field.

Tables, rules and engine stand apart: a rule looks at a text and yields the places where it cuts.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from reviewmine.corpus.fields import marked_pieces, null_rule
from reviewmine.corpus.review import STATEMENT_COLUMNS, Statement, statement_schema
from reviewmine.language.lemmas import lemma
from reviewmine.language.lexicon import COMPLAINT, NEGATIONS, PRAISE
from reviewmine.language.normalize import words
from reviewmine.router import MAX_CHARS, TEXT_FIELDS

MIN_CLAUSE_WORDS = 2
"""Words that both sides of a clause cut must have; «хороший, но дорогой» stays whole."""
_NEAR = 200  # characters around a turn that are looked at

_ABBREVIATIONS = frozenset(
    """
    г ул д кв стр корп тел руб коп шт см мм м км кг гр мл л ч мин сек т п др е к н дюйм диам разм арт мес нед тыс млн
    обл р эт вкл макс
    """.split()
)
_STOP = re.compile(r"[.!?…]+[)(»\"']*")
_SMILE = re.compile(r"[)]{2,}|[(]{2,}|[:;]-?[)(](?=\s|$)|[\u2600-\u27bf\U0001f300-\U0001faff]+")
_LINE = re.compile(r"[\r\n]+|;\s")
_ITEM = re.compile(
    r"(?:^|(?<=[\s.;,!]))(?:(?P<number>\d{1,2})[.)](?=\s?[^\W\d_])|(?P<dash>[-–—])(?=\s{0,2}[^\W\d_])|[•*+](?=\s{0,2}[^\W\d_]))",
    re.MULTILINE,
)
_TURN = re.compile(
    r"(?:,|\s[-–—])\s*(?=(?:но|зато|однако|правда|хотя|только вот|а вот|единственное)\b)|\s(?=(?:но|зато|однако)\b)",
    re.IGNORECASE,
)
_WORD_BEFORE = re.compile(r"([^\W\d_]+)$")
_EDGES = " \t\r\n,;–—-•*+"


def stops(text: str) -> Iterator[int]:
    """Cut after signs that end a sentence; not after «2 ч.», «6.5», an initial or the number of a list."""
    numbers = {match.end() for match in _marks(text)}
    for match in _STOP.finditer(text):
        if match.end() in numbers:
            continue
        after = text[match.end() : match.end() + 1]
        if match.group().startswith(".") and len(match.group()) == 1:
            before = _WORD_BEFORE.search(text, max(0, match.start() - 12), match.start())
            short = before is not None and before[1].lower() in _ABBREVIATIONS
            following = text[match.end() : match.end() + 8].lstrip()
            if short and not following[:1].isupper():
                continue
            if after and not after.isspace() and not after.isupper():
                continue
            if before is not None and len(before[1]) == 1 and before[1].isupper():
                continue
        yield match.end()


def smiles(text: str) -> Iterator[int]:
    """Cut after a smiley or emoji that something follows."""
    for match in _SMILE.finditer(text):
        yield match.end()


def lines(text: str) -> Iterator[int]:
    """Cut at line ends and semicolons."""
    for match in _LINE.finditer(text):
        yield match.end()


def items(text: str) -> Iterator[int]:
    """Cut before the items of a numbered or dashed list, when there are two or the text opens with one."""
    for match in _marks(text):
        yield match.start()


def _marks(text: str) -> list[re.Match[str]]:
    """Return the marks of list items. Numbers count from 1 or open the text; dashes within a line only in a text that a dash opens."""
    found = list(_ITEM.finditer(text))
    numbered = any(match["number"] and (match["number"] == "1" or match.start() == 0) for match in found)
    dashed = any(match["dash"] and match.start() == 0 for match in found)
    marks = [match for match in found if (numbered if match["number"] else dashed if match["dash"] else True)]
    return marks if len(marks) > 1 or (marks and marks[0].start() == 0) else []


def turns(text: str) -> Iterator[int]:
    """Cut before «но», «зато», «однако» where both sides say enough."""
    previous = 0
    for match in _TURN.finditer(text):
        before = words(text[max(previous, match.start() - _NEAR) : match.start()])
        if len(before) >= MIN_CLAUSE_WORDS and len(words(text[match.end() : match.end() + _NEAR])) > MIN_CLAUSE_WORDS:
            yield match.end()
            previous = match.end()


Rule = Callable[[str], Iterator[int]]
RULES: tuple[Rule, ...] = (lines, stops, smiles, items, turns)


def cut(text: str, rules: Sequence[Rule] = RULES) -> list[tuple[int, int]]:
    """Return the spans of ``text`` between the cuts of all ``rules``, without spaces and list marks around them.

    >>> text = "Отличный пылесос))) Но шнур короткий"
    >>> [text[start:end] for start, end in cut(text)]
    ['Отличный пылесос)))', 'Но шнур короткий']
    """
    places = sorted({0, len(text), *(place for rule in rules for place in rule(text))})
    spans: list[tuple[int, int]] = []
    for low, high in pairwise(places):
        start, end = _trim(text, low, high)
        if start == end:
            continue
        if spans and not any(char.isalnum() for char in text[start:end]):
            spans[-1] = (spans[-1][0], end)  # signs alone belong to what they follow
        else:
            spans.append((start, end))
    return spans


def explain(text: str) -> list[tuple[int, str]]:
    """Return each place where ``text`` is cut with the name of the rule that cuts there."""
    return sorted((place, rule.__name__) for rule in RULES for place in rule(text) if 0 < place < len(text))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without spaces and list marks at its edges."""
    number = re.compile(r"\d{1,2}[.)]\s?(?=[^\W\d_])")
    while start < end and text[start] in _EDGES:
        start += 1
    if match := number.match(text, start, end):
        start = match.end()
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    return start, end


def cut_review(review: Any) -> list[Statement]:
    """Return the statements of one review, a mapping of its fields, in the order of the fields.

    A null answer («нет» under Недостатки) is one statement that names the rule.
    """
    statements: list[Statement] = []
    for field in TEXT_FIELDS:
        raw = review.get(field) or ""
        for piece in marked_pieces(raw[:MAX_CHARS], unmarked=field):
            text = raw[piece.start : piece.end]
            rule = null_rule(text, piece.part)
            if rule:
                statements.append(Statement(field, piece.part, piece.start, piece.end, text, rule))
                continue
            for start, end in cut(text):
                said = text[start:end]
                rule = null_rule(said, piece.part)
                statements.append(
                    Statement(
                        field,
                        piece.part,
                        piece.start + start,
                        piece.start + end,
                        said,
                        rule,
                        not rule and is_misplaced(said, piece.part),
                    )
                )
    return statements


def is_misplaced(text: str, part: str) -> bool:
    """Return whether praise stands under cons or a complaint under pros, by the words of the lexicon."""
    if part not in {"pros", "cons"}:
        return False
    forms = words(text[:500])
    found = [lemma(form) for form in forms]
    denied = any(form in NEGATIONS for form in forms)
    praise = any(form in PRAISE for form in (*forms, *found)) and not denied
    complaint = any(form in COMPLAINT for form in (*forms, *found)) and not denied
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
