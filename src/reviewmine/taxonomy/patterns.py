"""Which patterns of which types a text meets: all lemmas of a pattern, in any form and order; or tokens one after another."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from reviewmine.language.lemmas import lemma, lemmas
from reviewmine.language.lexicon import STOP_WORDS
from reviewmine.language.normalize import words
from reviewmine.taxonomy.model import Type
from reviewmine.taxonomy.notation import in_plain_words

_LOOKED_BACK = 2  # words: «не было опозданий», «без всяких опозданий»


class Patterns:
    """The patterns of some types, looked up by one of their words."""

    def __init__(self, types: Sequence[Type]) -> None:
        """Read the patterns of ``types``; function words count only where a pattern has nothing else."""
        self._by_word: defaultdict[str, list[tuple[int, frozenset[str]]]] = defaultdict(list)
        for number, one in enumerate(types):
            for text in (said for pattern in one.patterns for said in in_plain_words(pattern)):
                needed = frozenset(lemmas(text))
                needed = needed - STOP_WORDS or needed
                if needed:
                    self._by_word[min(needed)].append((number, needed))

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
            for number, needed in self._by_word.get(word, ()):
                if needed <= said:
                    found[number] = max(found.get(number, 0), len(needed))
        return found


def token_matcher(patterns: Sequence[Sequence[Mapping[str, Any]]]) -> Callable[[str], list[tuple[int, list[str]]]]:
    """Return what finds patterns of spaCy's Matcher in a text: the number of each with the lemmas before it, sorted.

    These are the two words before a match, on this side of a sign, in which a caller may look for a denial. A LEMMA may be
    given in any form. Raises ``ValueError`` for a pattern that spaCy does not take.

    >>> find = token_matcher([[{"LEMMA": "ждали"}, {"LIKE_NUM": True}, {"LEMMA": {"IN": ["час", "день"]}}]])
    >>> find("Итак, мы не ждали 3 часа"), find("ждали долго")
    ([(0, ['мы', 'не'])], [])
    """
    from spacy.matcher import Matcher  # noqa: PLC0415

    nlp = _lemma_pipeline()
    matcher = Matcher(nlp.vocab, validate=True)
    for number, pattern in enumerate(patterns):
        matcher.add(str(number), [[_with_lemmas(token) for token in pattern]])

    def find(text: str) -> list[tuple[int, list[str]]]:
        doc = nlp(text)
        found = {(int(nlp.vocab.strings[name]), start) for name, start, _ in matcher(doc)}
        return [(number, _before(doc, start)) for number, start in sorted(found)]

    return find


def _before(doc: Sequence[Any], start: int) -> list[str]:
    """Return the lemmas of the words before a token, back to a sign; so few that a long text takes no longer."""
    near = [doc[at] for at in range(max(start - _LOOKED_BACK, 0), start)]
    signs = [at for at, token in enumerate(near, start=1) if token.is_punct]
    return [token.lemma_ for token in near[max(signs, default=0) :]]


@cache
def _lemma_pipeline() -> Any:
    """Return the pipeline of reviews that sets lemmas alone; made once, on first use."""
    from reviewmine.corpus.pipeline import review_pipeline  # noqa: PLC0415

    nlp = review_pipeline()
    nlp.select_pipes(enable=["review_lemmas"])
    return nlp


def _with_lemmas(token: Mapping[str, Any]) -> dict[str, Any]:
    """Return a token of a pattern whose LEMMA is what the pipeline calls it."""
    said = token.get("LEMMA")
    if isinstance(said, str):
        return {**token, "LEMMA": _lemma(said)}
    if isinstance(said, Mapping):
        return {**token, "LEMMA": {how: [_lemma(word) for word in several] for how, several in said.items()}}
    return dict(token)


def _lemma(word: str) -> str:
    """Return the lemma of a word as the pipeline sets it."""
    return " ".join(lemma(form) for form in words(word) if form[0].isalnum()) or word
