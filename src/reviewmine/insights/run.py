"""One file for the report and for people: shares, trends, impact on the rating, owners, queues and quotes by type."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reviewmine.errors import ReviewmineError
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

    ``taxonomy`` is the plain form of a taxonomy; ``evidence`` gives spans for quotes. Reviews that were not scored are
    not counted; scored rows without a review are an error. Quotes are masked unless ``mask`` is false.
    """
    _check(scored, reviews)
    known = reviews.set_index("id").loc[scored["id"].astype(str)]
    mentions = _mentions(scored, known)
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
        "n_reviews": len(scored),
        "n_labelled": int((scored["action"] == "labelled").sum()),
        "n_dated": int(known["date"].notna().sum()),
        "mean_rating": _mean(known["rating"]),
        "months": months,
        "totals": totals,
        "kinds": _counts(scored["kind"]),
        "types": rows,
        "owners": _owners(scored[scored["action"].isin(ACTIONS)], owners),
        "queue": {action: int((scored["action"] == action).sum()) for action in ACTIONS},
    }
    return Insights(summary, mentions)


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


def _mentions(scored: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return one row per review and type, with what segments are made of."""
    frame = pd.DataFrame(
        {
            "review_id": scored["id"].astype(str).to_numpy(),
            "code": [str(cell).split("|") for cell in scored["types"]],
            "probability": pd.to_numeric(scored["probability"]).to_numpy(),
            "action": scored["action"].to_numpy(),
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
    totals: Sequence[int],
    quotes: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return the figures of one type."""
    code = str(kind["code"])
    monthly = by_month(part["date"], months)
    low, high = _share_interval(len(part), len(known))
    others = known.loc[known.index.difference(part["review_id"]), "rating"]
    mean, mean_others = _mean(part["rating"]), _mean(others)
    return {
        "code": code,
        "title": kind.get("title", code),
        "definition": kind.get("definition", ""),
        "kind": kind.get("kind", "complaint"),
        "severity": kind.get("severity"),
        "stage": kind.get("stage", ""),
        "n": len(part),
        "share": round(len(part) / max(1, len(known)), 4),
        "share_low": low,
        "share_high": high,
        "mean_rating": mean,
        "rating_difference": None if mean is None or mean_others is None else round(mean - mean_others, 2),
        "monthly": monthly,
        "change": change(monthly, totals),
        "segments": {name: _counts(part[name], N_SEGMENTS) for name in ("channel", "product", "group")},
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
                {"owner": owner, "title": titles.get(str(owner), owner), "n": len(part)}
                | {action: int((part["action"] == action).sum()) for action in ACTIONS}
            )
    return sorted(rows, key=lambda row: (-int(row["n"]), str(row["owner"])))


def _counts(values: pd.Series, most: int = 20) -> list[dict[str, Any]]:
    """Return the most frequent values with their counts; empty ones are not counted."""
    counted = values[values.astype(str) != ""].astype(str).value_counts()
    pairs = sorted(counted.items(), key=lambda pair: (-int(pair[1]), str(pair[0])))
    return [{"name": str(name), "n": int(n)} for name, n in pairs[:most]]


def _mean(values: pd.Series) -> float | None:
    """Return the mean of the known values."""
    known = values.dropna()
    return round(float(known.mean()), 2) if len(known) else None


def _share_interval(n: int, total: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    if not total:
        return 0.0, 0.0
    z, p = 1.96, n / total
    centre = p + z * z / (2 * total)
    spread = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    return round((centre - spread) / (1 + z * z / total), 4), round((centre + spread) / (1 + z * z / total), 4)
