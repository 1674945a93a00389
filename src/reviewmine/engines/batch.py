"""A frame of reviews through the router: columns of output, and the rows that could not be scored with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from reviewmine.engines.columns import Columns, scored_columns
from reviewmine.router.features import TEXT_FIELDS, FeatureSpec
from reviewmine.router.linear import ROWS
from reviewmine.router.router import Router, Scores, as_review


@dataclass(frozen=True)
class Scored:
    """What came of some reviews, in their order: each is in ``columns`` or in ``failed``."""

    columns: Columns
    failed: Mapping[int, str]
    """Place of a review to the reason why it has no answer."""


def score_frame(router: Router, reviews: pd.DataFrame, with_probabilities: bool = False) -> Scored:
    """Return the columns of output for a frame of reviews; one that the router cannot answer fails alone."""
    rows = needed(reviews, router.bundle.spec)
    ids = _ids(reviews["id"].tolist() if "id" in reviews else [""] * len(reviews))
    found: list[Scores] = []
    failed: dict[int, str] = {}
    for start in range(0, len(rows), ROWS):
        found += _scores(router, rows[start : start + ROWS], start, failed)
    kept = [name for row, name in enumerate(ids) if row not in failed] if failed else ids
    return Scored(scored_columns(kept, joined(found, router), router.bundle, with_probabilities), failed)


def needed(reviews: pd.DataFrame, spec: FeatureSpec) -> list[dict[str, Any]]:
    """Return each review as a mapping of what the router looks at: its texts, and the side features of ``spec``."""
    names = [name for name in (*TEXT_FIELDS, *spec.categorical, *spec.numeric) if name in reviews]
    columns = {name: reviews[name].tolist() for name in names}
    texts = [columns[name] for name in TEXT_FIELDS if name in columns]
    clean = all(type(cell) is str for cells in texts for cell in cells)
    said = {name: cells for name, cells in columns.items() if name not in TEXT_FIELDS or any(cells)}
    if not said:
        return [{} for _ in range(len(reviews))]
    rows = [dict(zip(said, cells, strict=True)) for cells in zip(*said.values(), strict=True)]
    return rows if clean else [as_review(row) for row in rows]


def _ids(ids: Sequence[Any]) -> list[str]:
    """Return the ids as ``as_review`` has them."""
    if all(type(one) is str and one.isascii() for one in ids):
        return list(ids)
    return [as_review({"id": one})["id"] for one in ids]


def _scores(router: Router, rows: Sequence[dict[str, Any]], start: int, failed: dict[int, str]) -> list[Scores]:
    """Return the figures of rows that begin at ``start``; what cannot be scored is halved until the culprit is alone."""
    if not rows:
        return []
    try:
        return [router.score(rows)]
    except Exception as error:
        if len(rows) == 1:
            failed[start] = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            return []
        half = len(rows) // 2
        return [
            *_scores(router, rows[:half], start, failed),
            *_scores(router, rows[half:], start + half, failed),
        ]


def joined(found: Sequence[Scores], router: Router) -> Scores:
    """Return figures of several batches as those of one."""
    every = [*found] or [router.score([{"text": ""}])]
    end = None if found else 0  # without a review there are no rows, but still the types
    parts = {field.name: np.concatenate([getattr(one, field.name) for one in every])[:end] for field in fields(Scores)}
    return Scores(**parts)
