"""What a pattern of a taxonomy says: «долго/медленно везти -раньше» is either of two words near a third, and a fourth unsaid.

Words stand for all their forms and in any order. ``/`` parts words of which one is enough; ``не`` denies the word after it,
also written ``не_везти`` among alternatives; ``-`` before a word means that it must not be said. Prepositions are passed over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from reviewmine.errors import ReviewmineError
from reviewmine.language.lemmas import lemmas

REACH = 6
"""Words between which a pattern may stretch, counted from the first of its words in the text."""
_MOST = 200
_PASSED_OVER = frozenset("в во на с со к ко по под при про из от до у о об за для".split())
_NOT = "не"


@dataclass(frozen=True)
class Pattern:
    """One of the lemmas of each of ``places`` must be said, all near each other, and none of ``unsaid`` anywhere in the text."""

    text: str
    places: tuple[frozenset[str], ...]
    unsaid: frozenset[str] = frozenset()

    def met(self, where: Mapping[str, Sequence[int]]) -> bool:
        """Return whether a text whose lemmas stand ``where`` says the pattern.

        >>> read_pattern("не привезти в срок -извиниться").met(places_of("Заказ не привезли в обещанный срок"))
        True
        """
        if not self.unsaid.isdisjoint(where):
            return False
        stands = [[at for lemma in place & where.keys() for at in where[lemma]] for place in self.places]
        return all(stands) and any(
            all(any(abs(at - first) <= REACH for at in others) for others in stands[1:]) for first in stands[0]
        )


def read_pattern(text: str) -> Pattern:
    """Return what a pattern says. Raises ``ReviewmineError`` when it has no word to look for.

    >>> [sorted(place) for place in read_pattern("долго/медленно везти").places]
    [['долго', 'медленно'], ['везти']]
    """
    places: list[frozenset[str]] = []
    unsaid: set[str] = set()
    denied = ""
    for token in text.split():
        if token == _NOT:
            denied = f"{_NOT} "
            continue
        away = token.startswith("-") and len(token) > 1
        said = [_lemma(denied + part) for part in token.removeprefix("-").split("/")]
        denied = ""
        found = frozenset(filter(None, said))
        if away:
            unsaid |= found
        elif found - _PASSED_OVER:
            places.append(found)
    if not places:
        raise ReviewmineError(
            f"pattern {text!r} has no word to look for",
            expected="words, such as «не привезти в срок»",
            do="fix or remove it",
        )
    return Pattern(text, tuple(places), frozenset(unsaid))


def spelled_out(pattern: Pattern) -> list[str]:
    """Return the texts that a pattern stands for, one for each choice of its words, at most 200.

    >>> spelled_out(read_pattern("долго/медленно везти -раньше"))
    ['долго везти', 'медленно везти']
    """
    choices = islice(product(*map(sorted, pattern.places)), _MOST)
    return [" ".join(words).replace("_", " ") for words in choices]


def in_plain_words(text: str) -> list[str]:
    """Return the texts that a pattern stands for: itself, where it has neither ``/`` nor a word that must not be said.

    >>> in_plain_words("не привезти в срок"), in_plain_words("долго/медленно везти")
    (['не привезти в срок'], ['долго везти', 'медленно везти'])
    """
    return spelled_out(read_pattern(text)) if "/" in text or " -" in text else [text]


def places_of(text: str) -> dict[str, list[int]]:
    """Return where each lemma of ``text`` stands, counted in words; a denied word is another than the word."""
    where: dict[str, list[int]] = {}
    for at, lemma in enumerate(lemmas(text)):
        where.setdefault(lemma, []).append(at)
    return where


def _lemma(word: str) -> str:
    """Return the lemma of a word of a pattern, the last where it falls into several; "" where it has no letter."""
    return next(reversed(lemmas(word.replace("_", " "))), "")
