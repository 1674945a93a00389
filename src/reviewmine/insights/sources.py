"""Where insights come from: a model's answers, people's labels, or discovered topics, all in the form of a scored file."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reviewmine.discover.run import Discovery
from reviewmine.insights.quotes import Evidence
from reviewmine.router import Router

QUOTE_POOL = 60
"""The surest reviews of a type that quotes are chosen from."""


def routed_evidence(router: Router, scored: pd.DataFrame, reviews: pd.DataFrame) -> Evidence:
    """Return the spans that spoke for each type in its surest reviews; only these are routed once more."""
    frame = scored.assign(code=scored["types"].str.split("|"), p=pd.to_numeric(scored["probability"])).explode("code")
    pool = frame.sort_values(["p", "id"], ascending=[False, True]).groupby("code").head(QUOTE_POOL)
    picked = reviews[reviews["id"].isin(set(pool["id"].astype(str)))]
    decisions = router.route_many(
        {str(name): value for name, value in row.items()} for row in picked.to_dict("records")
    )
    return {(decision.id, kind.code): kind.evidence for decision in decisions for kind in decision.types}


def with_labels(
    scored: pd.DataFrame, learned: Mapping[str, tuple[str, ...]], taxonomy: Mapping[str, Any]
) -> pd.DataFrame:
    """Return ``scored`` with the people's types for the reviews the model learned from, under the action ``labelled``.

    A model is sure of what it has seen; its answers there would flatter shares and queues.
    """
    kinds = {kind["code"]: kind for kind in taxonomy["types"]}
    rows = scored.to_dict("records")
    for row in rows:
        types = learned.get(str(row["id"]))
        if types:
            best = kinds[types[0]]
            row |= {
                "kind": best["kind"],
                "type": types[0],
                "types": "|".join(types),
                "probability": 1.0,
                "action": "labelled",
                "owner": best["owner"],
                "alternatives": "",
            }
    return pd.DataFrame(rows, columns=scored.columns)


def topics_as_scored(found: Discovery, reviews: pd.DataFrame) -> tuple[pd.DataFrame, Evidence]:
    """Return discovered topics in the form of a scored file, with their spans: for insights before any model exists.

    A review without a topic has no type and no kind; it still counts as a review that shares are taken of.
    """
    rows = found.assignments[found.assignments["topic"] != "rest"]
    rows = rows.sort_values(["review_id", "probability", "topic"], ascending=[True, False, True])
    kinds = {kind.code: kind.kind for kind in found.draft.types}
    topics = rows.groupby("review_id")["topic"].agg(lambda values: list(dict.fromkeys(values))).to_dict()
    best = rows.groupby("review_id")["probability"].first().to_dict()
    held = [topics.get(review, []) for review in reviews["id"]]
    scored = pd.DataFrame(
        {
            "id": reviews["id"].to_numpy(),
            "kind": [kinds[codes[0]] if codes else "" for codes in held],
            "types": ["|".join(codes) for codes in held],
            "probability": [float(best.get(review, 0.0)) for review in reviews["id"]],
            "action": "",
        }
    )
    spans: dict[tuple[str, str], list[tuple[str, int, int]]] = {}
    for row in rows.itertuples():
        spans.setdefault((str(row.review_id), str(row.topic)), []).append(
            (str(row.field), int(row.start), int(row.end))
        )
    return scored, spans
