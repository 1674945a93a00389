"""Which words of a review spoke for a type, and how loudly."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from reviewmine.language.normalize import token_spans
from reviewmine.router.decision import Span, WordWeight
from reviewmine.router.features import MAX_CHARS, TEXT_FIELDS
from reviewmine.router.hashing import F32

_MAX_SPANS = 3

Found = Sequence[Span]
"""Field, start and end of each word of a review, in the order of reading."""


def found_words(review: Mapping[str, Any]) -> Found:
    """Return field, start and end of every word of a review, in the order of reading."""
    return [
        (name, start, end)
        for name in TEXT_FIELDS
        if review.get(name)
        for start, end in token_spans(review[name][:MAX_CHARS])
    ]


def evidence(found: Found, pushes: Sequence[float]) -> tuple[Span, ...]:
    """Return up to three spans of neighbouring words that push above the mean of all, the strongest first."""
    if not found:
        return ()
    bar = max(sum(pushes) / len(pushes), 0.0)
    runs: list[tuple[float, Span]] = []
    previous = -2
    for i, value in enumerate(pushes):
        if value > bar:
            name, start, end = found[i]
            if i == previous + 1 and runs[-1][1][0] == name:
                before, (_, start, _) = runs.pop()
                value += before
            runs.append((value, (name, start, end)))
            previous = i
    runs.sort(key=lambda run: -run[0])
    return tuple(span for _, span in runs[:_MAX_SPANS])


def loudest(found: Found, push: F32) -> tuple[WordWeight, ...]:
    """Return the words that say something, whether for the type or against it, the loudest first."""
    order: Iterable[int] = map(int, np.argsort(-np.abs(push), kind="stable"))
    return tuple(WordWeight(*found[i], round(float(push[i]), 4)) for i in order if abs(push[i]) >= 5e-5)
