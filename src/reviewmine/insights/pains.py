"""The figures of each type: share, rating, months, segments, reach, and the customers' own words."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.insights.counts import sums, whole
from reviewmine.insights.mentions import Mentions
from reviewmine.insights.priority import reaches
from reviewmine.insights.quotes import Evidence, Span, choose_quotes
from reviewmine.insights.trends import change
from reviewmine.intervals import wilson

N_QUOTES = 6
N_SEGMENTS = 5
N_IDS = 50
SEGMENTS = ("channel", "product", "group")


def find_pains(
    mentions: Mentions,
    taxonomy: Mapping[str, Any],
    months: NDArray[np.int64],
    totals: Sequence[float],
    evidence: Evidence,
    *,
    mask: bool = True,
) -> list[dict[str, Any]]:
    """Return one row a type that is mentioned, the most frequent first.

    ``months`` has the number of the month of each review, -1 without a date; ``totals`` the reviews of each month.
    """
    types = {kind["code"]: kind for kind in taxonomy["types"]}
    counts = sums(mentions.type, mentions.weight, len(mentions.codes))
    own, others = _ratings(mentions)
    monthly = _monthly(mentions, months, len(totals))
    segments = {name: _segments(mentions, name) for name in SEGMENTS}
    reach, ids = reaches(mentions), _surest(mentions)
    quotes = find_quotes(mentions, evidence, mask=mask)
    rows = []
    for k, code in enumerate(mentions.codes):
        kind = types.get(code, {"code": code})
        share = wilson(counts[k], len(mentions.reviews))
        row = {
            "code": code,
            "title": kind.get("title", code),
            "definition": kind.get("definition", ""),
            "kind": kind.get("kind", "complaint"),
            "severity": kind.get("severity"),
            "stage": kind.get("stage", ""),
            "n": whole(counts[k]),
            "share": share["value"],
            "share_low": share["low"],
            "share_high": share["high"],
            "mean_rating": own[k],
            "rating_difference": None if own[k] is None or others[k] is None else round(own[k] - others[k], 2),
            "monthly": monthly[k],
            "change": change(monthly[k], totals),
            "segments": {name: segments[name][k] for name in SEGMENTS},
            "reach": reach[code],
            "review_ids": ids[k],
            "quotes": quotes.get(code, []),
        }
        rows.append(row | _names(kind, taxonomy))
    return sorted(rows, key=lambda row: (-row["n"], row["code"]))


def find_quotes(mentions: Mentions, evidence: Evidence, *, mask: bool = True) -> dict[str, list[dict[str, Any]]]:
    """Return quotes by type, from the reviews of which ``evidence`` has spans."""
    spans: dict[str, dict[str, Sequence[Span]]] = {}
    for (review, code), found in evidence.items():
        if found:
            spans.setdefault(str(code), {})[str(review)] = found
    ids = mentions.reviews["id"].astype(str)
    spoken = ids.isin({review for found in spans.values() for review in found}).to_numpy(bool)
    table = mentions.reviews[spoken].set_index("id")
    inside = spoken[mentions.review]
    pool = pd.DataFrame(
        {
            "review_id": ids.to_numpy()[mentions.review[inside]],
            "probability": mentions.probability[inside],
        }
    )
    kinds = mentions.type[inside]
    return {
        code: choose_quotes(pool[kinds == k], table, spans[code], N_QUOTES, mask=mask)
        for k, code in enumerate(mentions.codes)
        if code in spans
    }


def count_names(names: pd.Series, weights: NDArray[np.float64], most: int) -> list[dict[str, Any]]:
    """Return the values that count most, with their counts; empty ones are not counted."""
    number, found = pd.factorize(names.astype(str))
    counted = sums(number, weights, len(found))
    pairs = sorted(
        ((str(name), whole(n)) for name, n in zip(found, counted, strict=True) if name),
        key=lambda pair: (-pair[1], pair[0]),
    )
    return [{"name": name, "n": n} for name, n in pairs[:most]]


def _ratings(mentions: Mentions) -> tuple[list[float | None], list[float | None]]:
    """Return the mean rating of the reviews that mention a type, by weight, and of all others."""
    rating = pd.to_numeric(mentions.reviews["rating"]).to_numpy(float)
    known = ~np.isnan(rating)
    told, n_types = np.where(known, rating, 0.0), len(mentions.codes)
    weight = mentions.weight * known[mentions.review]
    own = _mean(sums(mentions.type, weight * told[mentions.review], n_types), sums(mentions.type, weight, n_types))
    pairs = pd.unique(mentions.type * len(rating) + mentions.review)
    kind, review = np.divmod(pairs, max(1, len(rating)))
    rest = told.sum() - sums(kind, told[review], n_types)
    return own, _mean(rest, known.sum() - sums(kind, known[review].astype(float), n_types))


def _mean(total: NDArray[np.float64], size: NDArray[np.float64]) -> list[float | None]:
    return [round(float(a / b), 2) if b > 0 else None for a, b in zip(total, size, strict=True)]


def _monthly(mentions: Mentions, months: NDArray[np.int64], n_months: int) -> list[list[int | float]]:
    """Return what each type counts in each month."""
    month = months[mentions.review]
    dated = month >= 0
    flat = sums((mentions.type * n_months + month)[dated], mentions.weight[dated], n_months * len(mentions.codes))
    return [[whole(n) for n in row] for row in flat.reshape(len(mentions.codes), n_months)]


def _segments(mentions: Mentions, name: str) -> list[list[dict[str, Any]]]:
    """Return the values of a column that count most for each type."""
    number, names = pd.factorize(mentions.reviews[name].astype(str), sort=True)
    n = max(1, len(names))
    value = number[mentions.review]
    kept = np.asarray(names != "", dtype=bool)[value]
    pair, place = np.unique(mentions.type[kept] * n + value[kept], return_inverse=True)
    counted = sums(place, mentions.weight[kept], len(pair))
    kind, value = np.divmod(pair, n)
    best = np.lexsort((value, -counted, kind))
    edges = np.searchsorted(kind, np.arange(len(mentions.codes) + 1))
    return [
        [{"name": str(names[value[i]]), "n": whole(counted[i])} for i in best[start : min(stop, start + N_SEGMENTS)]]
        for start, stop in pairwise(edges)
    ]


def _surest(mentions: Mentions) -> list[list[str]]:
    """Return the ids of the reviews of each type, the surest first, up to 50."""
    ids = mentions.reviews["id"].astype(str).to_numpy()
    rank = np.argsort(np.argsort(ids, kind="stable"), kind="stable")
    order = np.lexsort((rank[mentions.review], -mentions.probability, mentions.type))
    edges = np.searchsorted(mentions.type[order], np.arange(len(mentions.codes) + 1))
    return [
        list(dict.fromkeys(ids[mentions.review[order[start : min(stop, start + N_IDS)]]].tolist()))
        for start, stop in pairwise(edges)
    ]


def _names(kind: Mapping[str, Any], taxonomy: Mapping[str, Any]) -> dict[str, str]:
    """Return parent and owner of a type with their titles."""
    named = {}
    for name, table in (("parent", "groups"), ("owner", "owners")):
        code = str(kind.get(name) or "")
        entry = (taxonomy.get(table) or {}).get(code)
        named |= {name: code, f"{name}_title": entry["title"] if entry else code}
    return named
