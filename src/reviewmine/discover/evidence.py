"""What a topic rests on: central, diverse and boundary statements, each with its review and span."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reviewmine.discover.cluster import Clusters
from reviewmine.embed.encoders import Vectors

MAX_SHOWN = 600
"""Characters of a statement that are shown."""


def gather(
    units: pd.DataFrame,
    shown_texts: Sequence[str],
    vectors: Vectors,
    clusters: Clusters,
    codes: Sequence[str],
    n: int,
) -> list[dict[str, Any]]:
    """Return up to ``n`` statements for each topic and role, as rows for ``evidence.jsonl``.

    ``central`` are nearest to the centre, ``diverse`` differ most from those already chosen (maximal marginal
    relevance, Carbonell and Goldstein, 1998), ``boundary`` are the least sure. Of equal texts the
    first by id is shown. ``shown_texts`` are the masked texts of ``units``, in their order.
    """
    rows: list[dict[str, Any]] = []
    texts = units["text"].to_numpy()
    by_id = np.argsort(units["statement_id"].to_numpy().astype(str), kind="stable")
    for number, code in enumerate(codes):
        members = by_id[clusters.topic[by_id] == number]
        similarity = vectors[members] @ clusters.centres[number]
        _, first = np.unique(texts[members].astype(str), return_index=True)
        order = first[np.lexsort((texts[members][first].astype(str), -similarity[first].round(6)))]
        members, similarity = members[order], similarity[order]
        roles = {"central": list(members[:n])}
        roles["diverse"] = list(_diverse(members[n:], similarity[n:], vectors, roles["central"], n))
        shown = {*roles["central"], *roles["diverse"]}
        unsure = sorted(
            (i for i in members if i not in shown), key=lambda i: (round(float(clusters.probability[i]), 6), texts[i])
        )
        roles["boundary"] = unsure[: max(1, n // 2)]
        for role, picked in roles.items():
            rows.extend(
                _row(code, role, units.iloc[int(i)], shown_texts[int(i)], float(clusters.probability[i]))
                for i in picked
            )
    return rows


def as_written(rows: Sequence[dict[str, Any]], units: pd.DataFrame) -> list[dict[str, Any]]:
    """Return evidence with the texts of ``units`` as the customers wrote them, personal data and all."""
    raw = dict(zip(units["statement_id"], units["text"], strict=True))
    return [row | {"text": str(raw[row["statement_id"]])[:MAX_SHOWN]} for row in rows]


def _diverse(
    members: np.ndarray, similarity: np.ndarray, vectors: Vectors, chosen: Sequence[int], n: int
) -> Iterator[int]:
    """Yield members that are near the centre and far from what is chosen."""
    pool, near = members[:200], similarity[:200]
    picked = list(chosen)
    for _ in range(min(n, len(pool))):
        closest = (vectors[pool] @ vectors[picked].T).max(axis=1) if picked else np.zeros(len(pool))
        best = int(np.argmax((0.6 * near - 0.4 * closest).round(6)))
        yield int(pool[best])
        picked.append(int(pool[best]))
        pool, near = np.delete(pool, best), np.delete(near, best)


def _row(code: str, role: str, unit: Any, text: str, probability: float) -> dict[str, Any]:
    """Return one line of ``evidence.jsonl``."""
    return {
        "topic": code,
        "role": role,
        "review_id": unit["review_id"],
        "statement_id": unit["statement_id"],
        "field": unit["field"],
        "start": int(unit["start"]),
        "end": int(unit["end"]),
        "text": text[:MAX_SHOWN],
        "probability": round(probability, 4),
    }
