"""What a topic rests on: central, diverse, boundary and counter-example statements, each with its review and span."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.discover.cluster import REST, Clusters
from reviewmine.embed.encoders import Vectors

MAX_SHOWN = 600
"""Characters of a statement that are shown."""
REST_CODE = "rest"
_POOL = 200  # statements nearest to the centre that the diverse ones are chosen from

Rows = NDArray[np.int64]


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
    relevance, Carbonell and Goldstein, 1998), ``boundary`` (half of ``n``) lie nearest to another topic, ``counter``
    (half of ``n``) are the most similar statements that the topic does not hold. ``other`` names the other topic of the
    last two. Of equal texts the first by id is shown. ``shown_texts`` are the masked texts of ``units``, in their order.
    """
    texts = units["text"].to_numpy(
        dtype=object
    )  # a string array of fixed width would hold the longest text a million times
    by_id = np.argsort(units["statement_id"].to_numpy(dtype=object), kind="stable")
    _, first = np.unique(texts[by_id], return_index=True)
    distinct = by_id[first]  # rows of distinct texts, in the order of the texts
    points, topic = vectors[distinct], clusters.topic[distinct]
    rows: list[dict[str, Any]] = []
    few = max(1, n // 2)
    for number, code in enumerate(codes):
        near = (points @ clusters.centres[number]).round(6)
        nearest_first = np.argsort(-near, kind="stable")
        own = topic[nearest_first] == number
        inside = distinct[nearest_first[own]]
        outside = nearest_first[~own][:few]
        central = inside[:n]
        diverse = np.asarray(list(_diverse(inside[n:], vectors, clusters.centres[number], central, n)), dtype=np.int64)
        boundary, other = _boundary(
            inside[~np.isin(inside, [*central, *diverse])], vectors, clusters.centres, number, few
        )
        counter = distinct[outside[near[outside] > 0]]
        roles = (
            ("central", central, [""] * len(central)),
            ("diverse", diverse, [""] * len(diverse)),
            ("boundary", boundary, [codes[i] if i != REST else "" for i in other]),
            ("counter", counter, [codes[i] if i != REST else REST_CODE for i in clusters.topic[counter]]),
        )
        for role, picked, others in roles:
            for i, beside in zip(picked, others, strict=True):
                row = _row(code, role, units.iloc[int(i)], shown_texts[int(i)], float(clusters.probability[i]))
                rows.append(row | {"other": beside})
    return rows


def as_written(rows: Sequence[dict[str, Any]], units: pd.DataFrame) -> list[dict[str, Any]]:
    """Return evidence with the texts of ``units`` as the customers wrote them, personal data and all."""
    raw = dict(zip(units["statement_id"], units["text"], strict=True))
    return [row | {"text": str(raw[row["statement_id"]])[:MAX_SHOWN]} for row in rows]


def _diverse(members: Rows, vectors: Vectors, centre: Vectors, chosen: Rows, n: int) -> Iterator[int]:
    """Yield members that are near the centre and far from what is chosen."""
    pool = members[:_POOL]
    near = vectors[pool] @ centre
    picked = list(chosen)
    for _ in range(min(n, len(pool))):
        closest = (vectors[pool] @ vectors[picked].T).max(axis=1) if picked else np.zeros(len(pool))
        best = int(np.argmax((0.6 * near - 0.4 * closest).round(6)))
        yield int(pool[best])
        picked.append(int(pool[best]))
        pool, near = np.delete(pool, best), np.delete(near, best)


def _boundary(members: Rows, vectors: Vectors, centres: Vectors, number: int, n: int) -> tuple[Rows, Rows]:
    """Return the members whose next topic is nearest beside their own, and the numbers of those topics."""
    if not len(members) or len(centres) < 2:
        return members[:n], np.full(len(members[:n]), REST)
    similarity = vectors[members] @ centres.T
    own = similarity[:, number].copy()
    similarity[:, number] = -2
    other = similarity.argmax(axis=1)
    order = np.argsort((own - similarity.max(axis=1)).round(6), kind="stable")[:n]
    return members[order], other[order]


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
