"""What a negation denies: «не привезли» is not «привезли», «запаха нет» is not «запаха».

A text becomes a string of roles, a letter a token and a dot where a clause ends, and a pattern over it says which tokens
are denied. The scope is one word, as the particle «не» has it in Russian: the word right after a negation, or the word
right before «нет» that ends its clause. Pure Python: the routing service imports this file.
"""

import re
from collections.abc import Sequence

from reviewmine.language.markup import without_markup
from reviewmine.language.normalize import MAX_WORD, piece_tokens

DENYING = frozenset(
    """
    не ни без нельзя никогда никто ничто ничего никому никем никак нигде никуда
    никакой никакая никакое никакого никакую никаким никакие никаких никакими
    not no never without cannot nor neither none nothing nobody
    don't doesn't didn't isn't aren't wasn't weren't haven't hasn't hadn't can't couldn't won't wouldn't shouldn't
    """.split()
)
ABSENT = frozenset(("нет", "нету"))
"""The word after one of these is denied, or the word before it where it ends a clause."""
_JOINING = frozenset("и а но или либо что чтобы если когда хотя зато and but or if because that when".split())

END = "."
_WORD, _DENYING, _ABSENT, _OTHER = "wnxo"
_DENIED = re.compile(r"w(?:(?<=[nx]w)|(?=x(?:[.o]|$)))")
_CLAUSE_END = re.compile(r"[.,;:…()\n\"«»/|–—]|^-+$")
_ANY = DENYING | ABSENT
_MOST_PIECES = 1 << 13


class _Roles(dict[str, str]):
    """Roles of the tokens in pieces of text already met; bounded, since strangers choose the pieces: when it is full, it begins anew."""

    def __missing__(self, piece: str) -> str:
        found, last = "", 0
        for token in piece_tokens(piece):
            found += _ends(piece[last : token.start]) + _role(token.form)
            last = token.end
        found += _ends(piece[last:])
        if len(self) >= _MOST_PIECES:
            self.clear()
        if len(piece) <= MAX_WORD:
            self[piece] = found
        return found


_ROLES = _Roles()


def roles(text: str, forms: Sequence[str]) -> str:
    """Return a letter for each token of ``text``: w a word, n a negation, x «нет», o another; a dot where a clause ends.

    ``forms`` are the normal forms of the tokens. Where none of them denies, all are others: a quick answer to most texts.

    >>> roles("Не шумит, запаха нет!", ["не", "шумит", "запаха", "нет", "!"])
    'nw.wxo'
    """
    if _ANY.isdisjoint(forms):
        return _OTHER * len(forms)
    return "".join([_ROLES[piece] for piece in without_markup(text).replace("\n", " . ").split()])


def denied(roles: str) -> list[int]:
    """Return the places of the denied words in the roles of some texts.

    >>> denied("nw.wxo")
    [1, 3]
    """
    return [match.start() for match in _DENIED.finditer(roles)]


def denied_tokens(text: str, forms: Sequence[str]) -> list[int]:
    """Return the places of the denied words among the tokens of ``text``, whose normal forms are ``forms``.

    >>> denied_tokens("Не шумит, запаха нет!", ["не", "шумит", "запаха", "нет", "!"])
    [1, 2]
    """
    said = roles(text, forms)
    return [place - said.count(END, 0, place) for place in denied(said)]


def _ends(between: str) -> str:
    """Return a dot when what stands between two tokens ends a clause."""
    return END if _CLAUSE_END.search(between) else ""


def _role(form: str) -> str:
    """Return the role of a token."""
    if form in _ANY:
        return _ABSENT if form in ABSENT else _DENYING
    return _WORD if form[0].isalpha() and form not in _JOINING else _OTHER
