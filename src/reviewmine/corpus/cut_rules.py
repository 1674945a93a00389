"""Rules of the statement cutter: each looks at a text and yields the places where it cuts. The order does not matter."""

import re
from collections.abc import Callable, Iterator

from reviewmine.corpus.cut_tables import (
    BEFORE_NAMES,
    BULLETS,
    DOMAINS,
    JOINING,
    LOOSE_BULLETS,
    NEVER_SENTENCE,
    SHORTENED,
    TURNS,
    TURNS_AFTER_COMMA,
    UNFINISHED,
    UNITS,
)
from reviewmine.language.normalize import words

Rule = Callable[[str], Iterator[int]]

MIN_CLAUSE_WORDS = 2
"""Words that both sides of a clause cut must have; «хороший, но дорогой» stays whole."""

_NEAR = 200  # characters around a place that are looked at
_CLOSERS = "»\"'”’)]("
_STOP = re.compile(rf"(?:!!+1{{1,3}}(?!\d)|[.!?…]+)(?P<closers>[{re.escape(_CLOSERS)}]*)")
_EMOJI = "[\u2600-\u27bf\u2b50\U0001f1e6-\U0001faff][\u200d\ufe0f\u2600-\u27bf\U0001f1e6-\U0001faff]*"
_SMILE = re.compile(
    rf"[)]{{2,}}|[(]{{2,}}|(?<![\w:;=])[:;=]['’]?-?[)(DdРрPp]+(?![^\W\d_])|\^_*\^|{_EMOJI}(?:\s*{_EMOJI})*"
)
_PAREN = re.compile(r"[()]")
# A run of spaces is entered at its beginning alone, or a long one would be scanned from each of its places.
_LINE = re.compile(r"(?:(?P<before>[^\r\n \t])[ \t]*|(?<![^\r\n])[ \t]*)?[\r\n\u2028\u2029\x85]\s*|;(?=\s)")
_ITEM = re.compile(
    r"(?:^|(?<=[\s.;,!?:)]))(?:(?P<number>\d{1,2})[.)](?=\s?[^\W\d_«\"])"
    r"|(?P<letter>[а-жa-f])\)(?=\s?[^\W_])"
    r"|(?P<dash>[-–—−])(?=\s{0,2}[^\W_])"
    rf"|(?P<loose>[{LOOSE_BULLETS}])(?=\s{{0,2}}[^\W_]))"
    rf"|(?P<bullet>[{BULLETS}])\ufe0f?(?=\s{{0,2}}[^\W_])",
    re.MULTILINE,
)
_URL = re.compile(r"(?:https?://|www\.)\S*[^\s.,!?…)»\"]")
_TURN = re.compile(
    rf"(?:,|\s[-–—]+)\s*(?=(?:{'|'.join((*TURNS, *TURNS_AFTER_COMMA))})\b)|\s(?=(?:{'|'.join(TURNS)})\b)", re.IGNORECASE
)
_WORD_BEFORE = re.compile(r"[^\W\d_]+$")
_WORD_AFTER = re.compile(r"[^\W\d_]+")
_NUMBER_BEFORE = re.compile(r"\d[\d.,]*[ \xa0]{0,2}$")
_LAST_WORD = re.compile(r"([^\W\d_]+)[ \t]*$")


def stops(text: str) -> Iterator[int]:
    """Cut after signs that end a sentence; not after «2 ч.», «6.5», an initial or the number of a list."""
    numbers = {match.end() for match in list_marks(text)}
    if "http" in text or "www." in text:
        text = _URL.sub(lambda url: "x" * len(url[0]), text)
    for match in _STOP.finditer(text):
        if match.end() in numbers or text[match.start() - 1 : match.start()] == "(":
            continue
        signs = match.group().rstrip(_CLOSERS)
        if match["closers"] and text[match.end() : match.end() + 3].lstrip()[:1].islower():
            continue  # «(дёшево!) и рад»; a smiley there is for another rule
        if signs == ".":
            if not _ends_sentence(text, match.start(), match.end()):
                continue
        elif not signs.strip(".…") and not _both_sides(text, match.start(), match.end()):
            continue  # a pause inside a thought: «ну… не знаю»
        yield match.end()


def _ends_sentence(text: str, point: int, end: int) -> bool:
    """Return whether the single point at ``point`` ends a sentence."""
    before = _WORD_BEFORE.search(text, max(0, point - 14), point)
    after = text[end : end + 1]
    rest = text[end : end + 12].lstrip()
    if not after:
        return True
    if not after.isspace() and not _glued_sentence(text, point, end, after):
        return False
    if before is None:
        return not (text[point - 1 : point].isdigit() and rest[:1].isdigit()) or after.isspace()
    word = before.group().lower()
    if len(word) == 1 and before.group().isupper() and rest[:1].isupper():
        return False  # an initial
    return not _is_short(word, text, before.start(), rest)


def _glued_sentence(text: str, point: int, end: int, after: str) -> bool:
    """Return whether a sentence begins right after the point: «плохо.Верните», «плохо.верните», but not «shop.ru»."""
    following = _WORD_AFTER.match(text, end)
    if following is None:
        return after in "«\"'(-–—•"
    if after.isupper():
        return not text[point - 1 : point].isupper() or len(following.group()) > 2
    before = _WORD_BEFORE.search(text, max(0, point - 14), point)
    return (
        before is not None
        and len(before.group()) > 1
        and len(following.group()) > 1
        and following.group().lower() not in DOMAINS
        and "а" <= after.lower() <= "я"
    )


def _is_short(word: str, text: str, start: int, rest: str) -> bool:
    """Return whether a word before a point is an abbreviation after which the sentence goes on."""
    counted = _NUMBER_BEFORE.search(text, max(0, start - 12), start) is not None
    opens = rest[:1].isupper()
    if counted and word in UNITS:
        return not opens
    if len(word) == 1 and text[max(0, start - 2) : start].rstrip().endswith("."):  # second half of «т. д.», «т.к.»
        return not opens or word in JOINING
    if word in BEFORE_NAMES or word in NEVER_SENTENCE:
        return not counted or not opens
    if word in SHORTENED or word in UNITS:
        return not opens
    return False


def _both_sides(text: str, start: int, end: int) -> bool:
    """Return whether a pause parts two things said: a capital follows, or two words stand on each side."""
    rest = text[end : end + 40].lstrip()
    if not rest or rest[0].isupper():
        return True
    return (
        len(words(text[max(0, start - 40) : start])) >= MIN_CLAUSE_WORDS
        and len(words(text[end : end + 60])) >= MIN_CLAUSE_WORDS
    )


def smiles(text: str) -> Iterator[int]:
    """Cut after a smiley or emoji, also a bracket that closes nothing; not where the sentence goes on with a comma."""
    for end in sorted({*(match.end() for match in _SMILE.finditer(text)), *_lone_brackets(text)}):
        if text[end : end + 3].lstrip()[:1] not in {",", ".", "!", "?", ")", ";", ":", "…"}:
            yield end


def _lone_brackets(text: str) -> Iterator[int]:
    """Yield the ends of single brackets that have no partner and stand after a word: «спасибо)», «сломалось(»."""
    opened: list[int] = []
    for match in _PAREN.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if match.group() == "(":
            opened.append(match.end())
        elif opened:
            opened.pop()
        elif _stands_after_word(text, match.start(), before):
            yield match.end()
    for end in opened:
        if text[end : end + 1].isspace() and text[end - 2 : end - 1].strip():
            yield end


def _stands_after_word(text: str, place: int, before: str) -> bool:
    """Return whether a bracket follows a word or a sign, and not the letter or number of a list item."""
    if not before or before.isspace() or before.isdigit():
        return False
    return not (before.isalpha() and (place < 2 or text[place - 2].isspace()))


def lines(text: str) -> Iterator[int]:
    """Cut at line ends and semicolons; not where the line is unfinished («привезли в⏎понедельник»)."""
    for match in _LINE.finditer(text):
        if match["before"] is not None and _goes_on(text, match):
            continue
        yield match.end()


def _goes_on(text: str, match: re.Match[str]) -> bool:
    """Return whether a line ends in a word or sign after which its sentence must go on."""
    if not text[match.end() : match.end() + 1].islower() or match.group().count("\n") > 1:
        return False
    if match["before"] == ",":
        return True
    last = _LAST_WORD.search(text, max(0, match.start() - 20), match.start() + 1)
    return last is not None and last[1].lower() in UNFINISHED


def items(text: str) -> Iterator[int]:
    """Cut before the items of a numbered or dashed list, when there are two or the text opens with one."""
    for match in list_marks(text):
        yield match.start()


def list_marks(text: str) -> list[re.Match[str]]:
    """Return the marks of list items, in order.

    Numbers count from 1 or open the text; dashes and bullets within a line only where one opens the text, a line or
    what follows a colon.
    """
    found = list(_ITEM.finditer(text))
    if not found:
        return []
    opening = [match for match in found if _opens_list(text, match.start())]
    kept = {"number": any(match["number"] and (match["number"] == "1" or match.start() == 0) for match in found)}
    kept["letter"] = any(match["letter"] in {"а", "a"} for match in found)
    kept["loose"] = any(match["loose"] for match in opening)
    kept["dash"] = any(match["dash"] or match["loose"] == "+" for match in opening)
    kept["bullet"] = True
    marks = [match for match in found if kept[str(match.lastgroup)]]
    return marks if len(marks) > 1 or (marks and marks[0].start() == 0) else []


def _opens_list(text: str, place: int) -> bool:
    """Return whether a mark stands at the beginning of the text or of a line, or after a colon."""
    before = text[max(0, place - 4) : place].rstrip(" \t")
    return before[-1:] in {"", "\n", "\r", ":"} if place else True


def turns(text: str) -> Iterator[int]:
    """Cut before «но», «зато», «однако» where both sides say enough."""
    previous = 0
    for match in _TURN.finditer(text):
        before = text[max(previous, match.start() - _NEAR) : match.start()]
        after = text[match.end() : match.end() + _NEAR]
        if (
            len(words(before)) >= MIN_CLAUSE_WORDS
            and len(words(after)) > MIN_CLAUSE_WORDS
            and not _paired(before, after)
        ):
            yield match.end()
            previous = match.end()


_NOT_ONLY = re.compile(r"\bне только\b", re.IGNORECASE)
_BUT_ALSO = re.compile(r"но\s+и\b", re.IGNORECASE)


def _paired(before: str, after: str) -> bool:
    """Return whether the turn is half of «не только …, но и …»."""
    return _BUT_ALSO.match(after) is not None and _NOT_ONLY.search(before) is not None


RULES: tuple[Rule, ...] = (lines, stops, smiles, items, turns)
