"""One file for the report and for people: what hurts, since when, whose it is, and the reviews behind every figure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.errors import ReviewmineError
from reviewmine.insights.alerts import find_alerts
from reviewmine.insights.counts import WEIGHT, review_parts, row_weights, sums, whole
from reviewmine.insights.emerging import find_emerging
from reviewmine.insights.impact import impacts
from reviewmine.insights.journey import find_journey
from reviewmine.insights.mentions import Mentions, find_mentions
from reviewmine.insights.pains import count_names, find_pains
from reviewmine.insights.plan import InsightsPlan
from reviewmine.insights.priority import priorities
from reviewmine.insights.quotes import Evidence
from reviewmine.insights.ratings import Ratings, find_ratings
from reviewmine.insights.scores import find_scores
from reviewmine.insights.segments import compare_segments, parse_filter
from reviewmine.insights.traffic import find_traffic
from reviewmine.insights.trends import month_names, month_numbers
from reviewmine.insights.weeks import weekly

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
    plan: InsightsPlan | None = None,
    where: str = "",
    compare: tuple[str, str, str] | None = None,
    mask: bool = True,
) -> Insights:
    """Return what ``scored`` reviews say: pains by type, alerts, emerging topics, scores, processes, the journey.

    Where the rows have weights, a review re-expressed under another version of the taxonomy in one or several rows, types are
    counted by weight and everything else by review; counts may then be fractions.
    ``taxonomy`` is the plain form of a taxonomy; ``evidence`` gives spans for quotes. Reviews that were not scored are
    not counted; scored rows without a review are an error. ``where`` keeps a segment, such as ``channel=app``;
    ``compare`` sets two values of a column beside each other. Quotes are masked unless ``mask`` is false.
    """
    _check(scored, reviews)
    plan = plan or InsightsPlan()
    mentions = find_mentions(scored, reviews)
    if where:
        mentions = mentions.where(parse_filter(mentions, where))
        scored = scored[scored["id"].astype(str).isin(set(mentions.reviews["id"].astype(str)))]
    summary = _told(mentions, taxonomy, evidence, plan, mask) | {
        "title": title,
        "where": where,
        **_decisions(scored, mentions.reviews["id"], taxonomy),
        "comparison": compare_segments(mentions, taxonomy, *compare) if compare else None,
    }
    return Insights(summary, _listed(mentions, WEIGHT in scored))


def _told(
    mentions: Mentions, taxonomy: Mapping[str, Any], evidence: Evidence, plan: InsightsPlan, mask: bool
) -> dict[str, Any]:
    """Return what is counted from the mentions alone."""
    known = mentions.reviews
    months = month_names(known["date"])
    month = month_numbers(known["date"], months)
    totals = [whole(n) for n in np.bincount(month[month >= 0], minlength=len(months))]
    rows = find_pains(mentions, taxonomy, month, totals, evidence, mask=mask)
    ratings = find_ratings(mentions, plan.scores.rating, plan.scores.scale)
    _weigh(rows, mentions, ratings)
    weeks = weekly(mentions, [row["code"] for row in rows])
    for row in rows:
        row["weekly"] = weeks["types"][row["code"]]
    owners = {code: str(owner["title"]) for code, owner in (taxonomy.get("owners") or {}).items()}
    about = {"name": taxonomy.get("taxonomy", ""), "version": taxonomy.get("version", "")}
    return {
        "taxonomy": about | {"n_types": len(taxonomy["types"]), "owners": owners},
        "n_reviews": len(known),
        "n_dated": int(known["date"].notna().sum()),
        "mean_rating": _mean(known["rating"]),
        "months": months,
        "totals": totals,
        "weekly": {name: weeks[name] for name in ("weeks", "totals")},
        "types": rows,
        "scores": find_scores(mentions, plan.scores, ratings, owners),
        "traffic": find_traffic(mentions, taxonomy, plan.traffic, ratings),
        "journey": find_journey(mentions, taxonomy, plan.journey, ratings),
        "alerts": find_alerts(mentions, taxonomy, plan.alerts, plan.escalation, evidence, mask=mask),
        "emerging": find_emerging(mentions, mask=mask),
        "profile": _profile(known),
    }


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


def _weigh(rows: Sequence[dict[str, Any]], mentions: Mentions, ratings: Ratings) -> None:
    """Give each type its impact, and from that its priority."""
    found = impacts(mentions, ratings)
    for row in rows:
        row["impact"] = found[row["code"]]
    ranked = priorities(rows, ratings.bounds)
    for row in rows:
        row["priority"] = ranked[row["code"]]


def _profile(known: pd.DataFrame) -> dict[str, Any]:
    """Return what came in, in a few figures; the whole is `reviewmine read --profile`."""
    dates, ratings = known["date"].dropna(), known["rating"].dropna()
    ends = {"first": f"{dates.min():%Y-%m-%d}", "last": f"{dates.max():%Y-%m-%d}"} if len(dates) else {}
    return {
        "rows": {"kept": len(known)},
        "dates": {"n": len(dates)} | ends,
        "ratings": {"n": len(ratings), "mean": _mean(ratings)},
    }


def _mean(values: pd.Series) -> float | None:
    """Return the mean of the known values."""
    known = pd.to_numeric(values).dropna()
    return round(math.fsum(known) / len(known), 2) if len(known) else None


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
