"""Reviews pasted as plain text, one after another: stars, a rating, a date, a field that comes again open the next one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reviewmine.corpus.formats import lines as text_lines
from reviewmine.corpus.formats import unpack
from reviewmine.corpus.formats.lines import line_windows
from reviewmine.corpus.formats.table import Row, Rows, Source, Table
from reviewmine.errors import ReviewmineError

_RATED = r"(?:оценка|рейтинг|моя оценка|rating|stars)"
_STARS = re.compile(
    rf"(?:{_RATED}\s{{0,3}}[:–—-]\s{{0,3}})?(?P<stars>(?:[★⭐]\ufe0f?){{1,5}}[☆✩]{{0,4}})", re.IGNORECASE
)
_RATING = re.compile(
    rf"{_RATED}\s{{0,3}}[:–—-]\s{{0,3}}(?P<rating>\d{{1,2}}(?:[.,]\d)?(?:\s?(?:из|/)\s?\d{{1,3}})?)(?![\d.,]?\d)\s?(?:зв[её]зд\w{{0,2}})?[.,;]?",
    re.IGNORECASE,
)
_OUT_OF = re.compile(
    r"(?P<rating>\d{1,2}(?:[.,]\d)?\s?(?:из|/)\s?(?:5|10))\s?(?:зв[её]зд\w{0,2})?[.,;]?$", re.IGNORECASE
)
_MONTH = r"(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-я]{0,5}\.?"
_CLOCK = r"(?:,?\s{1,3}(?:в\s)?\d{1,2}:\d{2}(?::\d{2})?)?"
_DATE = (
    rf"(?P<date>(?:\d{{1,2}}\s{_MONTH}(?:,?\s\d{{4}}(?:\sг\.?)?)?|\d{{1,2}}[./]\d{{1,2}}[./](?:\d{{4}}|\d\d)"
    rf"|\d{{4}}-\d\d-\d\d|вчера|сегодня|позавчера){_CLOCK})"
)
_NAME = r"[А-ЯЁA-Z][\w.\-]{0,24}(?:\s[А-ЯЁA-Z][\w.\-]{0,24}){0,2}"
_AUTHOR = re.compile(_NAME)
_DATED = re.compile(rf"(?:(?P<author>{_NAME}),?\s{{1,3}})?(?i:{_DATE})")
_RULE = re.compile(r"[-–—=_*~]{3,}")
_WAY = re.compile(r"Способ покупки:\s{0,3}(?P<way>[^\n/]{0,60}?)\s{0,9}(?:/|\n|$)", re.IGNORECASE)
_PROS = re.compile(r"(?:достоинства|плюсы|преимущества)\s{0,3}[:：]", re.IGNORECASE)
_MARKED = re.compile(
    r"(?:^|[\n/])[ \t]{0,9}(?:достоинства|недостатки|плюсы|минусы|преимущества|комментарий)[ \t]{0,3}[:：]",
    re.IGNORECASE,
)
_LINES, _BEGIN = 3, 0.8  # a list of reviews has so many lines, and so large a share of them begin as sentences do
_LOOKED_AT = 20_000
_TITLE_WORDS = 12
_SHORT = 80  # a line of a name or a date


@dataclass
class _Review:
    """A review while its lines come in."""

    line: int = 0
    facts: Row = field(default_factory=dict)
    body: list[str] = field(default_factory=list)
    has_text: bool = False
    has_pros: bool = False

    def add(self, line: str) -> None:
        """Add a line of text; blank lines before the first one are dropped."""
        if line.strip():
            self.has_text = True
            self.has_pros = self.has_pros or _PROS.match(line.strip()) is not None
        if self.has_text:
            self.body.append(line)

    def row(self) -> Row:
        """Return the review; the way of buying and a title before the first field are told apart."""
        text = "\n".join(self.body).strip()
        facts = dict(self.facts)
        title, rest = "", text
        if match := _WAY.search(text):
            facts["Способ покупки"] = match["way"].strip()
            title, rest = text[: match.start()].strip(" /\t\n"), text[match.end() :].strip()
        elif match := _MARKED.search(text):
            title, rest = text[: match.start()].strip(), text[match.start() :].strip(" /\t\n")
        if title and rest and "\n" not in title and len(title.split()) <= _TITLE_WORDS:
            facts["title"] = title
        else:
            rest = "\n".join(part for part in (title, rest) if part)
        return {"text": rest, "rating": "", "date": "", "title": ""} | facts


def read_page(source: Source) -> Iterator[Table]:
    """Yield the one table of a page of pasted reviews. The number of a row is that of its first line.

    A page stands in memory as a whole, for its last lines tell how its reviews are parted: its first row raises
    ``ReviewmineError`` when the page is larger than ``unpack.MAX_PAGE``.
    """
    notes: list[str] = []
    yield Table(source.name, _page_rows(source, notes), source.content.share, notes)


def _page_rows(source: Source, notes: list[str]) -> Rows:
    lines: list[str] = []
    too_long: list[int] = []
    size = 0
    for window in line_windows(source.content, notes):
        if isinstance(window, int):
            too_long.append(len(lines) + 1)
            lines.append("\n")
        else:
            size += len("".join(window).encode("utf-8", "replace"))
            if size > unpack.MAX_PAGE:
                raise ReviewmineError(
                    f"a page of over {unpack.MAX_PAGE >> 20} MiB",
                    expected="less, for it is read as a whole",
                    where=source.name,
                    do="split it into several files",
                )
            lines.extend(window)
    if one_a_line(lines):
        notes.append("no stars, ratings, dates or blank lines in it: each line is taken for a review")
    yield from pasted_reviews("".join(lines))
    for number in too_long:
        yield number, f"a line of over {text_lines.MAX_LINE} characters"
    if source.content.broken:
        yield len(lines) + 1, source.content.broken


def looks_pasted(text: str) -> bool:
    """Return whether a page of text looks like pasted reviews: stars, ratings or named fields stand in it.

    >>> looks_pasted("★★★★☆ Хороший чайник"), looks_pasted("Сроки по договору: 10 дней")
    (True, False)
    """
    head = text[:_LOOKED_AT]
    lines = (line.strip() for line in head.split("\n"))
    return bool(_MARKED.search(head)) or any("rating" in _head(line)[0] for line in lines)


def one_a_line(lines: Sequence[str]) -> bool:
    """Return whether a page is a list of reviews, one a line: nothing parts them, and the lines begin as sentences do.

    >>> one_a_line(["Плохой чайник", "Хороший чайник", "Не греет"]), one_a_line(["Шумит", "и греется", "и пахнет"])
    (True, False)
    """
    said = [line.strip() for line in lines]
    while said and not said[-1]:
        said.pop()
    if len(said) < _LINES or not all(said) or any(_RULE.fullmatch(line) or _PROS.match(line) for line in said):
        return False
    if any(_head(line)[0] for line in said):
        return False
    return sum(not line[0].islower() for line in said) >= _BEGIN * len(said)


def pasted_reviews(text: str) -> Iterator[tuple[int, Row]]:
    r"""Yield ``(line, review)`` for the reviews of a page; every line that is not blank stands in one of them.

    A line of stars, a rating or a date begins a review, a second «Достоинства:» too, and a rule of dashes; on a page
    without any of them blank lines part the reviews. A title, the date and the author are told apart where they are clear.

    >>> [row["rating"] for _, row in pasted_reviews("★★☆☆☆ Долго везли\n★★★★★ Всё отлично")]
    ['2', '5']
    """
    lines = text.replace("\r\n", "\n").split("\n")
    heads = [_head(line.strip()) for line in lines]
    _add_authors(lines, heads)
    rules = any(_RULE.fullmatch(line.strip()) for line in lines)
    by_line = one_a_line(lines)
    by_blank = not (rules or any(facts for facts, _ in heads) or any(_PROS.match(line.strip()) for line in lines))
    below = _below(lines, heads)
    review = _Review()
    for number, (line, (facts, rest)) in enumerate(zip(lines, heads, strict=True), start=1):
        if by_line or _opens_next(review, line.strip(), facts, below, by_blank=by_blank):
            yield from _finished(review)
            review = _Review()
        review.line = review.line or (number if line.strip() else 0)
        review.facts |= facts
        if not _RULE.fullmatch(line.strip()):
            review.add(rest if facts else line)
        elif not review.facts:
            review.line = 0
    yield from _finished(review)


def _finished(review: _Review) -> Iterator[tuple[int, Row]]:
    if review.has_text or review.facts:
        yield review.line, review.row()


def _opens_next(review: _Review, line: str, facts: Row, below: frozenset[str], *, by_blank: bool) -> bool:
    """Return whether a line begins another review than the one so far."""
    if facts:
        again = any(name in review.facts for name in facts)
        return again or (review.has_text and not below.issuperset(facts))
    if _RULE.fullmatch(line) or (by_blank and not line):
        return True
    if not line:
        return False
    ended = review.has_text and any(name in review.facts for name in below)
    return ended or (review.has_pros and _PROS.match(line) is not None)


def _head(line: str) -> tuple[Row, str]:
    """Return what a line says of a review besides its text, and the text after it."""
    facts: Row = {}
    if match := _STARS.match(line) or _RATING.match(line) or _OUT_OF.match(line):
        found = match.groupdict()
        facts["rating"] = found.get("rating") or str(sum(map(found["stars"].count, "★⭐")))
        line = line[match.end() :].strip()
    if len(line) < _SHORT and (match := _DATED.fullmatch(line)):
        return facts | {name: value for name, value in match.groupdict().items() if value}, ""
    return facts, line


def _add_authors(lines: Sequence[str], heads: list[tuple[Row, str]]) -> None:
    """Take a line for the author where it is a name between a gap and a line of rating or date."""
    for i, line in enumerate(lines[:-1]):
        name = line.strip()
        above = lines[i - 1].strip() if i else ""
        gap = not above or _RULE.fullmatch(above) is not None
        if gap and not heads[i][0] and len(name) < _SHORT and _AUTHOR.fullmatch(name):
            facts, rest = heads[i + 1]
            if facts and "author" not in facts and not (rest and "rating" not in facts):
                heads[i] = ({"author": name}, "")


def _below(lines: Sequence[str], heads: Sequence[tuple[Row, str]]) -> frozenset[str]:
    """Return which facts stand below the text of their review on this page: the page ends with them."""
    told = [head for line, head in zip(lines, heads, strict=True) if line.strip() and not _RULE.fullmatch(line.strip())]
    if not told or told[-1][1]:
        return frozenset()
    return frozenset(set(told[-1][0]) - set(told[0][0]))
