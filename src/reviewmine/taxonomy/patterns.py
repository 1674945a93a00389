"""Which patterns of which types a text meets: all lemmas of a pattern, in any form and order."""

from collections import defaultdict
from collections.abc import Sequence

from reviewmine.language.lemmas import lemmas
from reviewmine.language.lexicon import STOP_WORDS
from reviewmine.taxonomy.model import Type
from reviewmine.taxonomy.notation import in_plain_words


class Patterns:
    """The patterns of some types, looked up by one of their words."""

    def __init__(self, types: Sequence[Type]) -> None:
        """Read the patterns of ``types``; function words count only where a pattern has nothing else."""
        self._by_word: defaultdict[str, list[tuple[int, frozenset[str]]]] = defaultdict(list)
        for number, one in enumerate(types):
            for text in (said for pattern in one.patterns for said in in_plain_words(pattern)):
                words = frozenset(lemmas(text))
                words = words - STOP_WORDS or words
                if words:
                    self._by_word[min(words)].append((number, words))

    def __bool__(self) -> bool:
        """Return whether any type has a pattern."""
        return bool(self._by_word)

    def met(self, text: str) -> dict[int, int]:
        """Return for each type, by its number, of how many words the longest pattern is that ``text`` meets.

        >>> late = Type(id="T1", code="late", title="Опоздание", patterns=("опоздать", "не привезти в срок"))
        >>> Patterns([late]).met("Заказ не привезли в обещанный срок")
        {0: 2}
        """
        said = frozenset(lemmas(text))
        found: dict[int, int] = {}
        for word in said:
            for number, words in self._by_word.get(word, ()):
                if words <= said:
                    found[number] = max(found.get(number, 0), len(words))
        return found
