"""Labels that nobody gave: sources that see a review each in its own way, weighed by how far they agree.

*phrases* and *words* are the patterns of the taxonomy and rules of tokens, of several words and of one. *similar* is nearness
to what a type says of itself. *rating* and *field* are views of the kind alone: they can deny a complaint or a gratitude, never
name one. Praise beside a complaint is courtesy («всё хорошо, но…»): it is no gratitude, unless it stands under Достоинства.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.corpus.statements import cut_reviews
from reviewmine.errors import ReviewmineError
from reviewmine.labels.label_model import Fitted, Votes, fit_label_model
from reviewmine.labels.rules import PAINS, Catch, Rule, catches, rules_of
from reviewmine.labels.similar import nearness
from reviewmine.labels.store import Label, Span, name_of
from reviewmine.labels.token_rules import TokenRule
from reviewmine.taxonomy.model import Taxonomy, Type

SOURCES = ("phrases", "words", "similar", "rating", "field")
WHO = "weak labels"
YES, UNSURE = 0.7, 0.3
"""Probabilities from which a weak label says "yes" and "unsure"; below, nothing is said: a silent rule is no "no"."""
_NEAR = 0.5  # cosine from which the nearest type is a vote
_FAR = 0.2  # share of the types that may be meant; the others are denied by *similar*


@dataclass(frozen=True)
class Weak:
    """What the sources said: ``votes`` (reviews, types, sources), what they are worth, and what each rule caught.

    ``row`` has the number of the review of each statement, ``near`` the nearness of each review to each type.
    """

    reviews: pd.DataFrame
    statements: pd.DataFrame
    row: NDArray[np.int64]
    taxonomy: Taxonomy
    types: tuple[Type, ...]
    rules: tuple[Rule, ...]
    caught: tuple[Catch, ...]
    near: NDArray[np.float32]
    votes: Votes
    fitted: Fitted

    @property
    def probability(self) -> NDArray[np.float64]:
        """Return how probable each type is for each review, (reviews, types)."""
        return self.fitted.probability


def weak_labels(reviews: pd.DataFrame, taxonomy: Taxonomy, tokens: Sequence[TokenRule] = ()) -> Weak:
    """Return what the sources say of ``reviews`` and the types in use, and what they are worth together.

    ``tokens`` are rules beside the patterns of the taxonomy. No label is read. Raises ``ReviewmineError`` when no type in
    use has a pattern, a definition or an example, and there is no rule.
    """
    types = tuple(one for one in taxonomy.types if one.status != "deprecated")
    if not tokens and not any(one.patterns or one.definition or one.include for one in types):
        raise ReviewmineError(
            "no type in use says what it means",
            expected="patterns, a definition or include examples",
            where=name_of(taxonomy),
            do="write patterns for the types that matter most",
        )
    reviews = reviews.reset_index(drop=True)
    statements = cut_reviews(reviews)
    row = pd.Index(reviews["id"]).get_indexer(statements["review_id"]).astype(np.int64)
    rules = rules_of(types, tokens)
    caught = tuple(catches(statements, types, rules))
    near = np.zeros((len(reviews), len(types)), dtype=np.float32)
    told = np.flatnonzero(statements["null"].to_numpy() == "")
    if len(told):
        np.maximum.at(near, row[told], nearness(statements["text"].iloc[told].tolist(), types))
    phrases, words = _rule_votes(near.shape, row, rules, caught)
    polite = courtesy(types, np.asarray((phrases | words) > 0), _under_pros(statements, row, len(reviews)))
    similar = similar_votes(near)
    votes = np.stack(
        [
            np.where(polite, 0, phrases),
            np.where(polite, 0, words),
            np.where(polite, -np.abs(similar), similar),
            _denied(types, *_by_rating(reviews["rating"].to_numpy(dtype=float))),
            _denied(types, *_by_field(statements.iloc[told], row[told], len(reviews))),
        ],
        axis=2,
    )
    return Weak(reviews, statements, row, taxonomy, types, rules, caught, near, votes, fit_label_model(votes))


def similar_votes(near: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return yes for the nearest type where it is near enough, no for all but the nearest fifth, (reviews, types)."""
    votes = np.zeros(near.shape, dtype=np.int8)
    rank = np.argsort(np.argsort(-near, axis=1, kind="stable"), axis=1, kind="stable")
    votes[rank >= max(1, round(_FAR * near.shape[1]))] = -1
    votes[(rank == 0) & (near >= _NEAR)] = 1
    votes[near.max(axis=1) <= 0] = 0
    return votes


def courtesy(types: Sequence[Type], named: NDArray[np.bool_], under_pros: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where a gratitude or noise is not meant, (reviews, types): a complaint or suggestion is ``named`` beside it.

    A gratitude in a review with a field of praise, ``under_pros``, is meant all the same.
    """
    pain = np.asarray([one.kind in PAINS for one in types])
    praise = np.asarray([one.kind == "gratitude" for one in types])
    hurt = np.asarray(named[:, pain].any(axis=1))
    return np.asarray(hurt[:, None] & ~pain & ~(under_pros[:, None] & praise))


def to_labels(weak: Weak, when: str) -> list[Label]:
    """Return a label for each review and type that is probable: "yes", or "unsure"; with the first statement that a rule caught."""
    spans = _spans(weak)
    version = name_of(weak.taxonomy)
    found = []
    for review, kind in zip(*np.nonzero(weak.probability >= UNSURE), strict=True):
        yes = bool(weak.probability[review, kind] >= YES)
        name = str(weak.reviews["id"].iloc[review])
        span = spans.get((int(review), int(kind))) if yes else None
        found.append(Label(name, weak.types[kind].id, "yes" if yes else "unsure", WHO, when, "rule", version, span))
    return found


def _spans(weak: Weak) -> dict[tuple[int, int], Span]:
    """Return the first statement that speaks for each review and type, by their numbers."""
    columns = [weak.statements[name].tolist() for name in ("field", "start", "end")]
    spans: dict[tuple[int, int], Span] = {}
    for one in weak.caught:
        key = (int(weak.row[one.statement]), weak.rules[one.rule].type)
        field, start, end = (column[one.statement] for column in columns)
        spans.setdefault(key, (str(field), int(start), int(end)))
    return spans


def _rule_votes(
    shape: tuple[int, ...], row: NDArray[np.int64], rules: Sequence[Rule], caught: Sequence[Catch]
) -> list[NDArray[np.int8]]:
    """Return the votes of patterns of several words, and of those of one, each (reviews, types)."""
    phrases, words = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int8)
    for one in caught:
        rule = rules[one.rule]
        (phrases if len(rule.pattern.places) > 1 else words)[row[one.statement], rule.type] = 1
    return [phrases, words]


def _under_pros(statements: pd.DataFrame, row: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    """Return which reviews have a field of praise that says something."""
    praising = ((statements["part"] == "pros") & (statements["null"] == "")).to_numpy()
    return np.bincount(row[praising], minlength=n) > 0


def _denied(types: Sequence[Type], pleased: NDArray[np.bool_], hurt: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return no for the complaints of those who are ``pleased`` and for the gratitude of those who are ``hurt``."""
    pain = np.asarray([one.kind in PAINS for one in types])
    praise = np.asarray([one.kind == "gratitude" for one in types])
    return np.asarray(-(pleased[:, None] & pain | hurt[:, None] & praise).astype(np.int8))


def _by_rating(rating: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return whose rating is the best, and whose is among the two worst; an unknown rating is neither."""
    return rating >= 5, rating <= 2


def _by_field(statements: pd.DataFrame, row: NDArray[np.int64], n: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which reviews have pros alone, and which have cons alone."""
    said = {part: np.bincount(row[statements["part"].to_numpy() == part], minlength=n) > 0 for part in ("pros", "cons")}
    other = np.bincount(row[~statements["part"].isin(["pros", "cons"]).to_numpy()], minlength=n) > 0
    return said["pros"] & ~said["cons"] & ~other, said["cons"] & ~said["pros"] & ~other
