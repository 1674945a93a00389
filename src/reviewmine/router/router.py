"""The router: a bundle in memory that answers for reviews. The same code serves training, scoring and the service."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewmine.errors import BundleError, ReviewmineError
from reviewmine.router.bundle import Bundle, read_bundle
from reviewmine.router.decision import Decision, Span, TypeScore, WordWeight
from reviewmine.router.explain import evidence, found_words, loudest
from reviewmine.router.features import TEXT_FIELDS, is_missing, no_text, read_text
from reviewmine.router.hashing import F32
from reviewmine.router.linear import parts_of
from reviewmine.router.policy import (
    ACTION_OF,
    Policy,
    causes,
    chosen,
    novelty,
    ordered,
    probabilities,
    reason,
    shortlist,
)


@dataclass(frozen=True)
class Scores:
    """The figures behind the decisions on a batch; each row is a review, each column of ``probability`` a type."""

    probability: F32
    chosen: NDArray[np.bool_]
    novelty: F32
    known: F32
    cause: NDArray[np.int8]
    """Place in ``policy.CAUSES`` of what decides the action of each row."""


class Router:
    """Answers which types a review has, whose they are and what to do. Holds no state but the bundle: thread-safe."""

    def __init__(self, bundle: Bundle) -> None:
        """Take a bundle already read; ``Router.load`` is the usual way."""
        self.bundle = bundle
        self._types = [(str(kind["code"]), str(kind["title"]), str(kind["owner"])) for kind in bundle.types]
        self._kinds = [str(kind["kind"]) for kind in bundle.types]

    @classmethod
    def load(cls, path: str | Path, key: str | Path | None = None) -> "Router":
        """Return the router of the bundle at ``path``. Raises ``BundleError`` when it does not verify.

        With ``key``, a file with an Ed25519 public key in PEM, the bundle must be signed by its owner.
        """
        return cls(read_bundle(path, key))

    def route(self, review: str | Mapping[str, Any], explain: bool = False) -> Decision:
        """Return the decision on one review: a text, or a mapping with pros, cons, comment, title, text and extras.

        With ``explain`` each type also has every word with what it adds to the margin of the type.
        """
        return self._decided([as_review(review)], explain)[0]

    def route_many(self, reviews: Iterable[str | Mapping[str, Any]]) -> list[Decision]:
        """Return the decisions on ``reviews``, in their order."""
        if isinstance(reviews, str | bytes | Mapping) or not isinstance(reviews, Iterable):
            raise ReviewmineError(
                f"reviews are {type(reviews).__name__}", expected="a list", do="pass one review to `route`"
            )
        checked = [as_review(review) for review in reviews]
        return [decision for part in parts_of(checked) for decision in self._decided(checked[part], explain=False)]

    def _decided(self, reviews: Sequence[Mapping[str, Any]], explain: bool) -> list[Decision]:
        """Return the decisions on a part of reviews, with evidence."""
        answers = self.bundle.answers(reviews)
        scores = scores_of(answers.margins, answers.known, self.bundle.policy)
        decisions = []
        for row, review in enumerate(reviews):
            order = ordered(scores.probability[row])
            picked = _picked(scores, row, order)
            found, pushes = found_words(review), answers.pushes(row, picked)
            spans = [evidence(found, push) for push in pushes.T.tolist()]
            words = [loudest(found, push) for push in pushes.T] if explain else ()
            decisions.append(self._decide(str(review["id"]), scores, row, order, picked, spans, words))
        return decisions

    def score(self, reviews: Sequence[Mapping[str, Any]]) -> Scores:
        """Return the figures for ``reviews`` without evidence: the fast way for millions."""
        return scores_of(*self.margins(reviews), self.bundle.policy)

    def margins(self, reviews: Sequence[Mapping[str, Any]]) -> tuple[F32, F32]:
        """Return margins (rows, types) and the share of known words (rows,): what the policy decides on."""
        return self.bundle.margins(reviews)

    def summary(self, scores: Scores, row: int) -> Decision:
        """Return the decision on one row of ``scores``, without evidence."""
        order = ordered(scores.probability[row])
        return self._decide("", scores, row, order, _picked(scores, row, order))

    def _decide(
        self,
        review_id: str,
        scores: Scores,
        row: int,
        order: Sequence[int],
        picked: Sequence[int],
        spans: Sequence[tuple[Span, ...]] = (),
        words: Sequence[tuple[WordWeight, ...]] = (),
    ) -> Decision:
        """Return the decision on one row; ``order`` has the types, the most probable first, ``picked`` those it has."""
        probability = scores.probability[row]
        policy, cause, top = self.bundle.policy, int(scores.cause[row]), order[0]
        bar = policy.auto_thresholds[top] if policy.auto_thresholds else policy.auto_threshold
        known, novel = float(scores.known[row]), float(scores.novelty[row])
        nothing: list[tuple[()]] = [()] * len(picked)
        found = zip(picked, spans or nothing, words or nothing, strict=True)
        return Decision(
            id=review_id,
            kind=self._kinds[picked[0]],
            types=tuple(self._scored(k, probability, spoke, loud) for k, spoke, loud in found),
            action=ACTION_OF[cause],
            owner=self._types[picked[0]][2],
            reason=reason(cause, float(probability[top]), bar, known, novel, policy),
            alternatives=tuple(self._scored(k, probability) for k in shortlist(probability, policy, order)),
            novelty=novel,
        )

    def _scored(
        self, k: int, probability: F32, spans: tuple[Span, ...] = (), words: tuple[WordWeight, ...] = ()
    ) -> TypeScore:
        code, title, owner = self._types[k]
        return TypeScore(code, title, float(probability[k]), owner, spans, words)


def _picked(scores: Scores, row: int, order: Sequence[int]) -> list[int]:
    """Return the types that a row has, in the given order."""
    has = scores.chosen[row].tolist()
    return [k for k in order if has[k]]


def scores_of(margins: F32, known: F32, policy: Policy) -> Scores:
    """Return the figures behind the decisions: margins (rows, types) and the share of known words under ``policy``."""
    probability, novel = probabilities(margins, policy), novelty(margins, known, policy)
    return Scores(probability, chosen(probability, policy), novel, known, causes(probability, known, novel, policy))


def as_review(review: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return ``review`` as a mapping whose text fields are strings. Raises ``ReviewmineError`` on anything else."""
    if not isinstance(review, str | Mapping):
        raise ReviewmineError(
            f"a review is {type(review).__name__}", expected="a text or a mapping of fields", do="pass a str or a dict"
        )
    try:
        return {"id": "", "text": str(review)} if isinstance(review, str) else _cleaned(dict(review))
    except ReviewmineError:
        raise
    except Exception as error:
        raise ReviewmineError(
            f"a review that cannot be read ({type(error).__name__})",
            expected="a text or a mapping of fields",
            do="pass a str or a dict",
        ) from error


def _cleaned(review: dict[str, Any]) -> dict[str, Any]:
    """Return ``review`` with an id and text fields that are strings."""
    given = read_text(review, "id")
    review["id"] = given.encode("utf-8", "replace").decode()  # a lone surrogate would break every answer that names it
    for name in TEXT_FIELDS:
        value = review.get(name)
        if not isinstance(value, str | int | float) and not is_missing(value):
            raise no_text(review, name)
        review[name] = read_text(review, name)
    return review


def verify(router: Router) -> int:
    """Return how many golden texts the router answers as it did when the bundle was written.

    Raises ``BundleError`` at the first that differs: same types and action, probability within 0.001.
    """
    golden = router.bundle.golden
    for wanted, decision in zip(golden, router.route_many([row["review"] for row in golden]), strict=True):
        got = golden_answer(decision)
        expected = wanted["answer"]
        same = all(got[key] == expected[key] for key in ("kind", "types", "action", "owner"))
        if not same or abs(got["probability"] - expected["probability"]) > 1e-3:
            found = json.dumps(got, ensure_ascii=False)
            raise BundleError(
                f"golden text {wanted['review']['id']} is answered {found}",
                expected=json.dumps(expected, ensure_ascii=False),
                do="do not route with this installation; check the versions in manifest.json",
            )
    return len(golden)


def golden_answer(decision: Decision) -> dict[str, Any]:
    """Return the part of a decision that the golden set holds."""
    return {
        "kind": decision.kind,
        "types": [score.code for score in decision.types],
        "action": decision.action,
        "owner": decision.owner,
        "probability": round(decision.types[0].probability, 4),
    }
