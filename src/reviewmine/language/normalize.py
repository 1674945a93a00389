"""The one path from raw text to words, shared by discovery, training and the routing service.

Two steps. ``fold`` maps characters one to one (case, ё, width, odd spaces; tags and entities are blanked out), so offsets
into the raw text survive.
``word_form`` then brings a single word to its normal form (elongation, look-alike letters, combining marks).
Pure Python with no dependency: the routing service imports this file.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from reviewmine.language.markup import INVISIBLE, without_markup

MAX_WORD = 48
"""Longer words are cut: real Russian words end long before, and a stranger may send a megabyte without a space."""

STOP = "."
"""Stands among normal forms where a sentence ends; no token has this form."""

_MOST_PIECES = 1 << 15
_MOST_CHARS = 1 << 14
_LINE_ENDS = frozenset("\n\r\v\f\x85\u2028\u2029")

_LOOKALIKE = str.maketrans("aceopxykmthb", "асеорхукмтнв")
_LOOKALIKE_BACK = str.maketrans("асеорхукмтнв", "aceopxykmthb")

# One alternation, no nested repetition: time stays linear in the length of the text.
_TOKEN = re.compile(
    r"(?P<url>(?:https?://|www\.)[^\s<>\"'«»]{1,2000})"
    r"|(?P<email>(?<![\w.+-])[\w.+-]{1,64}@[^\W_][\w-]{0,62}(?:\.[^\W_][\w-]{0,62}){1,4})"
    rf"|(?P<word>[^\W\d_](?:[^\W\d_]|[\u0300-\u036f{INVISIBLE}'’\-](?=[^\W\d_]|[\u0300-\u036f{INVISIBLE}])|[\u0300-\u036f])*)"
    r"|(?P<size>\d{1,5}(?:[.,]\d{1,3})?(?:[xх×*]\d{1,5}(?:[.,]\d{1,3})?){1,3}(?![^\W_]))"
    r"|(?P<number>\d(?:[\d.,]*\d)?)"
    r"|(?P<smile>[)]{2,}|[(]{2,}|[:;]-?[)(])"
    r"|(?P<sign>[!?]+)"
    r"|(?P<emoji>[\u2600-\u27bf\U0001f000-\U0001faff])",
)
_PIECE = re.compile(r"\S+")
_SENTENCE_END = re.compile(r"[.!?;…]")
_MASKS = {"number": "0", "size": "0x0", "url": "url", "email": "email"}
_ELONGATED = re.compile(r"(.)\1{2,}")
_COMBINING = re.compile(r"[\u0300-\u036f]")
_NO_LETTER = re.compile(r"[^\w'\-]")
_JOINTS = re.compile(r"(['\-])['\-]+")
_LATIN = re.compile(r"[a-z]")
_CYRILLIC = re.compile(r"[а-я]")


class Token(NamedTuple):
    """A word of a text: ``text[start:end]`` is its raw spelling, ``form`` the normal form."""

    start: int
    end: int
    form: str


class _Fold(dict[int, str]):
    """A translation table that is filled as characters are met; every value is one character."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = unicodedata.category(char)
        if kind == "Cf":
            folded = INVISIBLE
        elif char in _LINE_ENDS:
            folded = "\n"
        elif kind in {"Cc", "Cs", "Co", "Cn", "Zs"}:
            folded = " "
        else:
            compatible = unicodedata.normalize("NFKC", char)
            folded = (compatible if len(compatible) == 1 else char).lower()[:1]
            folded = "е" if folded == "ё" else folded
        if len(self) < _MOST_CHARS:
            self[code] = folded
        return folded


Spans = tuple[tuple[int, int], ...]
"""Start and end of each token."""


_Piece = tuple[tuple[str, ...], Spans]
"""Of a piece of text without spaces: the normal forms of its tokens with ``STOP`` where a sentence ends, and their places."""


class _Pieces(dict[str, _Piece]):
    """Pieces of text already met; bounded, since strangers choose the pieces: when it is full, it begins anew."""

    def __init__(self) -> None:
        """Know no piece yet."""
        self._spans: dict[Spans, Spans] = {}  # most pieces are a word and nothing else: one object for all of a length

    def __missing__(self, piece: str) -> _Piece:
        folded, last = piece.translate(_FOLD), 0
        spans: list[tuple[int, int]] = []
        forms: list[str] = []
        for match in _TOKEN.finditer(folded):
            if _SENTENCE_END.search(folded, last, match.start()):
                forms.append(STOP)
            last = match.end()
            form = _form_of(match.lastgroup, match.group())
            if form:
                spans.append((match.start(), last))
                forms.append(form)
            if match.lastgroup == "sign":
                forms.append(STOP)
        if _SENTENCE_END.search(folded, last):
            forms.append(STOP)
        said, where = tuple(forms), tuple(spans)
        if len(piece) > MAX_WORD:
            return said, where
        if len(self) >= _MOST_PIECES:
            self.clear()
            self._spans.clear()
        bare = self.get(forms[0]) if len(forms) == 1 else None
        if bare and bare[0] == said:
            said = bare[0]  # «Шнур,» says what «шнур» does: one text, not two equal ones
        key = forms[0] if forms == [piece] else piece
        found = self[key] = said, self._spans.setdefault(where, where)
        return found


_FOLD = _Fold()
_PIECES = _Pieces()


def fold(text: str) -> str:
    r"""Return ``text`` lower-cased and cleaned character by character; the length never changes.

    >>> fold("ЁЛКА\u00a0ＯＫ")
    'елка ok'
    """
    return without_markup(text).translate(_FOLD)


def word_form(folded: str) -> str:
    """Return the normal form of one folded word; it may be empty.

    >>> word_form("ооочень"), word_form("дocтавка")
    ('очень', 'доставка')
    """
    form = folded.replace(INVISIBLE, "").replace("’", "'")
    if _COMBINING.search(form):
        form = _NO_LETTER.sub("", unicodedata.normalize("NFC", form)).replace("ё", "е")
        form = _JOINTS.sub(r"\1", form)
    form = _ELONGATED.sub(r"\1", form)[:MAX_WORD]
    if _LATIN.search(form) and _CYRILLIC.search(form):
        form = _one_alphabet(form)
    return form.rstrip("-'")


def _one_alphabet(form: str) -> str:
    """Return a word of mixed letters in one alphabet where look-alikes allow, rather in that of most of its letters."""
    latin, cyrillic = len(_LATIN.findall(form)), len(_CYRILLIC.findall(form))
    for table in (_LOOKALIKE, _LOOKALIKE_BACK) if cyrillic >= latin else (_LOOKALIKE_BACK, _LOOKALIKE):
        whole = _ELONGATED.sub(r"\1", form.translate(table))
        if not (_LATIN.search(whole) and _CYRILLIC.search(whole)):
            return whole
    return form


def tokens(text: str) -> Iterator[Token]:
    """Yield the words, numbers, smileys, signs and emoji of ``text`` in order, with offsets into ``text``.

    >>> [token.form for token in tokens("Шуууумит, см. https://a.ru/b?c=1 за 1 890 руб.!!! ))")]
    ['шумит', 'см', 'url', 'за', '0', '0', 'руб', '!', '))']
    """
    # No token holds a space, and no pattern looks over one: pieces between spaces stand alone and can be remembered.
    for match in _PIECE.finditer(without_markup(text)):
        first = match.start()
        for start, end, form in piece_tokens(match.group()):
            yield Token(first + start, first + end, form)


def piece_tokens(piece: str) -> Iterator[Token]:
    """Yield the tokens of a piece without spaces, of a text whose markup is gone already; as many as ``words`` finds."""
    forms, spans = _PIECES[piece]
    for (start, end), form in zip(spans, (form for form in forms if form != STOP), strict=True):
        yield Token(start, end, form)


def token_spans(text: str) -> list[tuple[int, int]]:
    """Return start and end of each token of ``text``, without making tokens of them.

    >>> token_spans("Не шумит!")
    [(0, 2), (3, 8), (8, 9)]
    """
    clean, first = without_markup(text), 0
    found: list[tuple[int, int]] = []
    for piece in clean.split():
        first = clean.index(piece, first)
        for start, end in _PIECES[piece][1]:
            found.append((first + start, first + end))
        first += len(piece)
    return found


def words(text: str) -> list[str]:
    """Return the normal forms of the tokens of ``text``; the fast way when offsets are not needed.

    >>> words("Не ПРИВЕЗЛИ…не привезли")
    ['не', 'привезли', 'не', 'привезли']
    """
    return [form for form in words_and_stops(text) if form != STOP]


def words_and_stops(text: str) -> list[str]:
    """Return the normal forms of the tokens of ``text`` with ``STOP`` where a sentence or a line ends.

    >>> words_and_stops("Шумит... Не включается!")
    ['шумит', '.', 'не', 'включается', '!', '.']
    """
    pieces = without_markup(text).replace("\n", " . ").split()
    return [form for piece in pieces for form in _PIECES[piece][0]]


def normalize(text: str) -> str:
    """Return the normal forms joined by spaces. Normalising twice gives the same as once.

    >>> normalize("КлассныЙ чаЙник!!!!")
    'классный чайник !'
    """
    return " ".join(words(text))


def _form_of(group: str | None, folded: str) -> str:
    """Return the form of a token by the group of the pattern it matched."""
    if group == "word":
        return word_form(folded)
    if group is not None and group in _MASKS:
        return _MASKS[group]
    if group == "smile":
        return "))" if folded.endswith(")") else "(("
    if group == "sign":
        return "?" if "?" in folded else "!"
    return folded
