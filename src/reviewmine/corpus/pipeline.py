"""The spaCy door: fields, statements, null answers and lemmas as components of a blank Russian pipeline.

The components hold no model: what they need stands in the pipeline's config, so that ``nlp.to_disk`` and ``spacy.load``
bring back the same pipeline. The offsets of every span are those that ``cut_review`` gives; where a cut falls inside a
token («плохой!!!верните»), the token is split.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from reviewmine.corpus.cut_rules import RULES
from reviewmine.corpus.fields import Piece, marked_pieces
from reviewmine.corpus.nulls import null_rule
from reviewmine.corpus.statements import NOT_THE_CUSTOMER, cut, is_misplaced
from reviewmine.errors import ReviewmineError
from reviewmine.language.lemmas import lemma
from reviewmine.language.normalize import words

FIELDS, STATEMENTS = "fields", "statements"
"""Names of the span groups: ``doc.spans["statements"]``; the label of a span is its part."""


def review_pipeline() -> Language:
    """Return ``spacy.blank("ru")`` with the four components, in order.

    >>> nlp = review_pipeline()
    >>> doc = nlp("Плюсы: тихий. Минусы: шнур короткий, но хватает розетки!!!верните")
    >>> [(span.label_, span.text) for span in doc.spans["statements"]]
    [('pros', 'тихий.'), ('cons', 'шнур короткий'), ('cons', 'но хватает розетки!!!'), ('cons', 'верните')]
    """
    nlp = spacy.blank("ru")
    for name in ("review_fields", "review_statements", "review_nulls", "review_lemmas"):
        nlp.add_pipe(name)
    return nlp


class ReviewFields:
    """Marks the parts of a text by its markers: ``doc.spans["fields"]``, one span a part."""

    def __init__(self, unmarked: str = "text") -> None:
        """Call what stands before the first marker ``unmarked``."""
        self.unmarked = unmarked

    def __call__(self, doc: Doc) -> Doc:
        """Return ``doc`` with its fields marked."""
        pieces = marked_pieces(doc.text, self.unmarked)
        doc.spans[FIELDS] = _spans(doc, pieces)
        return doc


class ReviewStatements:
    """Cuts a text into statements: ``doc.spans["statements"]``; within the fields where they are marked, else in the whole."""

    def __init__(self, rules: Sequence[str], part: str = "text") -> None:
        """Cut by the rules of these names; a text without fields is of ``part``."""
        known = {rule.__name__: rule for rule in RULES}
        unknown = [name for name in rules if name not in known]
        if unknown:
            raise ReviewmineError(f"no rule {unknown[0]!r}", expected=f"some of {', '.join(known)}", where="rules")
        self.rules, self.part = [known[name] for name in rules], part

    def __call__(self, doc: Doc) -> Doc:
        """Return ``doc`` with its statements."""
        text = doc.text
        if FIELDS in doc.spans:
            pieces = [Piece(span.label_, span.start_char, span.end_char) for span in doc.spans[FIELDS]]
        else:
            pieces = [Piece(self.part, 0, len(text))] if text.strip() else []
        found: list[Piece] = []
        for part, start, end in pieces:
            said = text[start:end]
            whole = part in NOT_THE_CUSTOMER or null_rule(said, part)
            places = [(0, len(said))] if whole else cut(said, self.rules)
            found += [Piece(part, start + low, start + high) for low, high in places]
        doc.spans[STATEMENTS] = _spans(doc, found)
        return doc


def mark_nulls(doc: Doc) -> Doc:
    """Return ``doc`` whose statements say by ``span._.null`` and ``span._.misplaced`` what ``Statement`` says."""
    for span in doc.spans.get(STATEMENTS, ()):
        span._.null = NOT_THE_CUSTOMER.get(span.label_) or null_rule(span.text, span.label_)
        span._.misplaced = not span._.null and is_misplaced(span.text, span.label_)
    return doc


def set_lemmas(doc: Doc) -> Doc:
    """Return ``doc`` with a lemma for each token: of the normal form, cached per distinct word."""
    for token in doc:
        token.lemma_ = _token_lemma(token.text)
    return doc


@lru_cache(maxsize=200_000)
def _token_lemma(text: str) -> str:
    """Return the lemma of a token; signs are their own."""
    return " ".join(lemma(form) for form in words(text) if form[0].isalnum()) or text


def _spans(doc: Doc, pieces: Iterable[Piece]) -> list[Span]:
    """Return a span for each piece, after splitting the tokens that an edge falls into."""
    pieces = list(pieces)
    edges = sorted({edge for piece in pieces for edge in (piece.start, piece.end)})
    _split_tokens(doc, edges)
    starts = {token.idx: token.i for token in doc}
    ends = {token.idx + len(token): token.i + 1 for token in doc}
    return [Span(doc, starts[piece.start], ends[piece.end], label=piece.part) for piece in pieces]


def _split_tokens(doc: Doc, edges: Sequence[int]) -> None:
    """Split the tokens of ``doc`` at the edges that fall inside one."""
    inner: dict[int, list[int]] = {}
    token_ends = iter(doc)
    token: Token | None = next(token_ends, None)
    for edge in edges:
        while token is not None and token.idx + len(token) <= edge:
            token = next(token_ends, None)
        if token is not None and token.idx < edge:
            inner.setdefault(token.i, []).append(edge - token.idx)
    if not inner:
        return
    with doc.retokenize() as retokenizer:
        for i, places in inner.items():
            text = doc[i].text
            orths = [text[low:high] for low, high in zip([0, *places], [*places, len(text)], strict=True)]
            retokenizer.split(doc[i], orths, heads=[(doc[i], n) for n in range(len(orths))])


Span.set_extension("null", default="", force=True)
Span.set_extension("misplaced", default=False, force=True)


@Language.factory("review_fields", default_config={"unmarked": "text"}, assigns=["doc.spans"])
def make_fields(nlp: Language, name: str, unmarked: str) -> ReviewFields:
    """Return the component that marks fields."""
    return ReviewFields(unmarked)


@Language.factory(
    "review_statements",
    default_config={"rules": [rule.__name__ for rule in RULES], "part": "text"},
    assigns=["doc.spans"],
)
def make_statements(nlp: Language, name: str, rules: list[str], part: str) -> ReviewStatements:
    """Return the component that cuts statements."""
    return ReviewStatements(rules, part)


@Language.factory("review_nulls", requires=["doc.spans"])
def make_nulls(nlp: Language, name: str) -> object:
    """Return the component that marks null answers and misplaced statements."""
    return mark_nulls


@Language.factory("review_lemmas", assigns=["token.lemma"])
def make_lemmas(nlp: Language, name: str) -> object:
    """Return the component that sets lemmas."""
    return set_lemmas
