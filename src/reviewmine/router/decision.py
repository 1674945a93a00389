"""What the router says of one review."""

from dataclasses import dataclass
from typing import Any

from reviewmine.router.policy import Action

Span = tuple[str, int, int]
"""Field, start and end: ``review[field][start:end]``."""


@dataclass(frozen=True)
class WordWeight:
    """A word of the review, ``review[field][start:end]``, and what it adds to the margin of a type (below 0: against)."""

    field: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class TypeScore:
    """A type with its calibrated probability; ``evidence`` are the spans of the review that spoke for it.

    ``words`` are there when the decision was asked to explain itself.
    """

    code: str
    title: str
    probability: float
    owner: str
    evidence: tuple[Span, ...] = ()
    words: tuple[WordWeight, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain data for JSON; ``words`` only where there are some."""
        data = {**vars(self), "probability": round(self.probability, 4)}
        data.pop("words")
        return data | {"words": [vars(word) for word in self.words]} if self.words else data


@dataclass(frozen=True)
class Decision:
    """The answer for one review. ``types`` is never empty and starts with the most probable type."""

    id: str
    kind: str
    types: tuple[TypeScore, ...]
    action: Action
    owner: str
    reason: str
    alternatives: tuple[TypeScore, ...]
    novelty: float

    def to_json(self) -> dict[str, Any]:
        """Return plain data for JSON, probabilities rounded to four digits; ``words`` only where there are some."""
        return {
            **vars(self),
            "types": [score.to_json() for score in self.types],
            "alternatives": [score.to_json() for score in self.alternatives],
            "novelty": round(self.novelty, 4),
        }
