"""The local engine: reviews through the router in batches, one row of output for each."""

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd

from reviewmine.router.router import BATCH, Router, as_review

SCORED_COLUMNS = ("id", "kind", "type", "types", "probability", "action", "owner", "alternatives")


def score_reviews(router: Router, reviews: pd.DataFrame, with_probabilities: bool = False) -> pd.DataFrame:
    """Return a row for each review, in order: ``types`` joined by ``|``, ``alternatives`` as ``code:p`` joined by ``|``.

    ``with_probabilities`` adds the column ``probabilities``: a JSON object of type to probability.
    """
    codes = [str(kind["code"]) for kind in router.bundle.types]
    rows: list[dict[str, Any]] = []
    for batch in _batches(reviews):
        scores = router.score(batch)
        for i, review in enumerate(batch):
            decision = router.summary(scores, i)
            row: dict[str, Any] = {
                "id": review["id"],
                "kind": decision.kind,
                "type": decision.types[0].code,
                "types": "|".join(score.code for score in decision.types),
                "probability": round(decision.types[0].probability, 4),
                "action": decision.action,
                "owner": decision.owner,
                "alternatives": "|".join(f"{score.code}:{score.probability:.4f}" for score in decision.alternatives),
            }
            if with_probabilities:
                found = zip(codes, scores.probability[i], strict=True)
                row["probabilities"] = json.dumps({code: round(float(p), 4) for code, p in found}, ensure_ascii=False)
            rows.append(row)
    columns = [*SCORED_COLUMNS, *(["probabilities"] if with_probabilities else [])]
    return pd.DataFrame(rows, columns=columns)


def _batches(reviews: pd.DataFrame) -> Iterator[list[dict[str, Any]]]:
    """Yield the reviews as mappings, a batch at a time."""
    for start in range(0, len(reviews), BATCH):
        yield [
            as_review({str(name): value for name, value in row.items()})
            for row in reviews.iloc[start : start + BATCH].to_dict("records")
        ]
