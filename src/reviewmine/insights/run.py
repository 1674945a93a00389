"""One file for the report and for people: shares, trends, impact on the rating, owners, queues and quotes by type."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reviewmine.errors import ReviewmineError
from reviewmine.insights.counts import WEIGHT, mean, review_parts, row_weights, total, totals_by
from reviewmine.insights.quotes import Span, choose_quotes
from reviewmine.insights.trends import by_month, change, month_names

N_QUOTES = 6
N_SEGMENTS = 5
ACTIONS = ("auto", "suggest", "human")
SCORED_NEEDS = ("id", "kind", "types", "probability", "action")

Evidence = Mapping[tuple[str, str], Sequence[Span]]
"""Review and type to the spans that spoke for it."""


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
    scored = scored.reset_index(drop=True)
    weights = row_weights(scored)
    parts = review_parts(scored["id"].astype(str), weights)
    table = reviews.set_index("id")
    mentions = _mentions(scored, table.loc[scored["id"].astype(str)], weights)
    known = table.loc[scored["id"].astype(str).unique()]
    months = month_names(known["date"])
    totals = by_month(known["date"], months)
    types = {kind["code"]: kind for kind in taxonomy["types"]}
    groups = {code: group["title"] for code, group in (taxonomy.get("groups") or {}).items()}
    owners = {code: owner["title"] for code, owner in (taxonomy.get("owners") or {}).items()}
    rows = [
        _pain(types.get(code, {"code": code}), part, known, months, totals, _quotes(code, part, known, evidence, mask))
        | _names(types.get(code, {}), groups, owners)
        for code, part in mentions.groupby("code", sort=True)
    ]
    rows.sort(key=lambda row: (-row["n"], row["code"]))
    summary = {
        "title": title,
        "taxonomy": {
            "name": taxonomy.get("taxonomy", ""),
            "version": taxonomy.get("version", ""),
            "n_types": len(types),
        },
        "n_reviews": len(known),
        "n_labelled": total(parts[scored["action"] == "labelled"]),
        "n_dated": int(known["date"].notna().sum()),
        "mean_rating": _mean(known["rating"]),
        "months": months,
        "totals": totals,
        "kinds": _counts(scored["kind"], parts),
        "types": rows,
        "owners": _owners(scored.assign(part=parts)[scored["action"].isin(ACTIONS)], owners),
        "queue": {action: total(parts[scored["action"] == action]) for action in ACTIONS},
    }
    return Insights(summary, mentions if WEIGHT in scored else mentions.drop(columns=WEIGHT))


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


def _mentions(scored: pd.DataFrame, known: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Return one row per review and type, with its weight and with what segments are made of; ``known`` is a row for a row."""
    frame = pd.DataFrame(
        {
            "review_id": scored["id"].astype(str).to_numpy(),
            "code": [str(cell).split("|") for cell in scored["types"]],
            "probability": pd.to_numeric(scored["probability"]).to_numpy(),
            "action": scored["action"].to_numpy(),
            WEIGHT: weights.to_numpy(),
            **{name: known[name].to_numpy() for name in ("date", "rating", "channel", "product", "group")},
        }
    )
    frame = frame.explode("code", ignore_index=True)
    return frame[frame["code"].notna() & (frame["code"] != "")].reset_index(drop=True)


def _pain(
    kind: Mapping[str, Any],
    part: pd.DataFrame,
    known: pd.DataFrame,
    months: Sequence[str],
    totals: Sequence[float],
    quotes: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return the figures of one type."""
    code = str(kind["code"])
    weights = part[WEIGHT]
    n = total(weights)
    monthly = by_month(part["date"], months, weights)
    low, high = _share_interval(n, len(known))
    others = known.loc[known.index.difference(part["review_id"]), "rating"]
    own_mean, others_mean = mean(part["rating"], weights), _mean(others)
    return {
        "code": code,
        "title": kind.get("title", code),
        "definition": kind.get("definition", ""),
        "kind": kind.get("kind", "complaint"),
        "severity": kind.get("severity"),
        "stage": kind.get("stage", ""),
        "n": n,
        "share": round(n / max(1, len(known)), 4),
        "share_low": low,
        "share_high": high,
        "mean_rating": own_mean,
        "rating_difference": None if own_mean is None or others_mean is None else round(own_mean - others_mean, 2),
        "monthly": monthly,
        "change": change(monthly, totals),
        "segments": {name: _counts(part[name], weights, N_SEGMENTS) for name in ("channel", "product", "group")},
        "quotes": quotes,
    }


def _quotes(code: Any, part: pd.DataFrame, known: pd.DataFrame, evidence: Evidence, mask: bool) -> list[dict[str, Any]]:
    """Return the quotes of one type."""
    spans = {review: found for review in part["review_id"] if (found := evidence.get((review, str(code))))}
    return choose_quotes(part, known, spans, N_QUOTES, mask=mask)


def _names(kind: Mapping[str, Any], groups: Mapping[str, str], owners: Mapping[str, str]) -> dict[str, str]:
    """Return parent and owner of a type with their titles."""
    parent, owner = str(kind.get("parent") or ""), str(kind.get("owner") or "")
    return {
        "parent": parent,
        "parent_title": groups.get(parent, parent),
        "owner": owner,
        "owner_title": owners.get(owner, owner),
    }


def _owners(scored: pd.DataFrame, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return how many routed reviews go to each owner, by action; what people labelled is not routed."""
    if "owner" not in scored.columns:
        return []
    rows = []
    for owner, part in scored.groupby(scored["owner"].fillna("").astype(str)):
        if owner:
            rows.append(
                {"owner": owner, "title": titles.get(str(owner), owner), "n": total(part["part"])}
                | {action: total(part["part"][part["action"] == action]) for action in ACTIONS}
            )
    return sorted(rows, key=lambda row: (-float(row["n"]), str(row["owner"])))


def _counts(values: pd.Series, weights: pd.Series, most: int = 20) -> list[dict[str, Any]]:
    """Return the values that count most, with their counts; empty ones are not counted."""
    counted = totals_by(values.astype(str), weights)
    pairs = sorted(((str(name), n) for name, n in counted.items() if name), key=lambda pair: (-pair[1], pair[0]))
    return [{"name": name, "n": n} for name, n in pairs[:most]]


def _mean(values: pd.Series) -> float | None:
    """Return the mean of the known values."""
    return mean(values, pd.Series(1.0, index=values.index))


def _share_interval(n: float, size: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    if not size:
        return 0.0, 0.0
    z, p = 1.96, min(1.0, n / size)
    centre = p + z * z / (2 * size)
    spread = z * math.sqrt(p * (1 - p) / size + z * z / (4 * size * size))
    return round((centre - spread) / (1 + z * z / size), 4), round((centre + spread) / (1 + z * z / size), 4)
