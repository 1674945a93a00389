"""One file for the report and for people: what hurts, since when, whose it is, and the reviews behind every figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.errors import ReviewmineError
from reviewmine.insights.counts import WEIGHT, review_parts, row_weights, sums, whole
from reviewmine.insights.mentions import Mentions, find_mentions
from reviewmine.insights.pains import Evidence, count_names, find_pains
from reviewmine.insights.trends import month_names, month_numbers

ACTIONS = ("auto", "suggest", "human")
SCORED_NEEDS = ("id", "kind", "types", "probability", "action")
N_KINDS = 20


@dataclass(frozen=True)
class Insights:
    """``summary`` is the content of ``insights.json``; ``mentions`` lists the reviews behind every figure."""

    summary: dict[str, Any]
    mentions: pd.DataFrame


def find_insights(
    scored: pd.DataFrame,
    reviews: pd.DataFrame,
    taxonomy: Mapping[str, Any],
    evidence: Evidence,
    title: str = "",
    *,
    mask: bool = True,
) -> Insights:
    """Return what ``scored`` reviews say by type.

    Where the rows have weights, a review re-expressed under another version of the taxonomy in one or several rows, types are
    counted by weight and everything else by review; counts may then be fractions.
    ``taxonomy`` is the plain form of a taxonomy; ``evidence`` gives spans for quotes. Reviews that were not scored are
    not counted; scored rows without a review are an error. Quotes are masked unless ``mask`` is false.
    """
    _check(scored, reviews)
    mentions = find_mentions(scored, reviews)
    known = mentions.reviews
    months = month_names(known["date"])
    month = month_numbers(known["date"], months)
    totals = [whole(n) for n in np.bincount(month[month >= 0], minlength=len(months))]
    rating = pd.to_numeric(known["rating"]).dropna()
    summary = {
        "title": title,
        "taxonomy": {
            "name": taxonomy.get("taxonomy", ""),
            "version": taxonomy.get("version", ""),
            "n_types": len(taxonomy["types"]),
        },
        "n_reviews": len(known),
        "n_dated": int(known["date"].notna().sum()),
        "mean_rating": round(float(rating.mean()), 2) if len(rating) else None,
        "months": months,
        "totals": totals,
        **_decisions(scored, known["id"], taxonomy),
        "types": find_pains(mentions, taxonomy, month, totals, evidence, mask=mask),
    }
    return Insights(summary, _listed(mentions, WEIGHT in scored))


def _check(scored: pd.DataFrame, reviews: pd.DataFrame) -> None:
    """Raise ``ReviewmineError`` unless the two frames fit each other."""
    missing = [name for name in SCORED_NEEDS if name not in scored.columns]
    if missing:
        raise ReviewmineError(
            f"the scored file has no column {missing[0]!r}",
            expected=", ".join(SCORED_NEEDS),
            do="make it with `reviewmine score`",
        )
    lost = set(scored["id"].astype(str)) - set(reviews["id"])
    if lost:
        found = f"{len(lost)} scored ids are not among the reviews, such as {min(lost)!r}"
        raise ReviewmineError(found, do="give the reviews that were scored with --reviews")


def _listed(mentions: Mentions, weighted: bool) -> pd.DataFrame:
    """Return one row per review and type, in the order of the scored rows: what ``mentions.csv`` holds."""
    known, review = mentions.reviews, mentions.review
    names = ("date", "rating", "channel", "product", "group")
    columns: dict[str, Any] = {
        "review_id": known["id"].astype(str).to_numpy()[review],
        "code": np.asarray(mentions.codes, dtype=object)[mentions.type] if mentions.codes else [],
        "probability": mentions.probability,
        "action": known["action"].to_numpy()[review],
        **({WEIGHT: mentions.weight} if weighted else {}),
        **{name: known[name].to_numpy()[review] for name in names},
    }
    return pd.DataFrame(columns)


def _decisions(scored: pd.DataFrame, ids: pd.Series, taxonomy: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was decided, by review: kinds, queues, owners, and how many were labelled by people."""
    row = pd.Index(ids.astype(str)).get_indexer(scored["id"].astype(str))
    parts = review_parts(row, row_weights(scored).to_numpy(float))
    action = scored["action"].to_numpy()
    return {
        "n_labelled": _sum(parts, action == "labelled"),
        "kinds": count_names(scored["kind"].fillna(""), parts, N_KINDS),
        "owners": _owners(scored, parts, taxonomy),
        "queue": {name: _sum(parts, action == name) for name in ACTIONS},
    }


def _owners(scored: pd.DataFrame, parts: NDArray[np.float64], taxonomy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return how many routed reviews go to each owner, by action; what people labelled is not routed."""
    if "owner" not in scored.columns:
        return []
    titles = {code: owner["title"] for code, owner in (taxonomy.get("owners") or {}).items()}
    number, names = pd.factorize(scored["owner"].fillna("").astype(str))
    counted = {name: sums(number, parts * (scored["action"] == name).to_numpy(), len(names)) for name in ACTIONS}
    rows = []
    for k, owner in enumerate(names):
        by_action = {name: whole(counted[name][k]) for name in ACTIONS}
        n = whole(sum(counted[name][k] for name in ACTIONS))
        if owner and n:
            rows.append({"owner": owner, "title": titles.get(owner, owner), "n": n} | by_action)
    return sorted(rows, key=lambda one: (-float(one["n"]), str(one["owner"])))


def _sum(values: NDArray[np.float64], kept: NDArray[np.bool_]) -> int | float:
    """Return the sum of the values that are kept, whatever their order."""
    chosen = values[kept]
    return whole(sums(np.zeros(len(chosen), np.int64), chosen, 1)[0])
