"""What stands behind each topic: its share, months, ratings, fields, products and channels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from reviewmine.discover.cluster import REST, Clusters
from reviewmine.intervals import wilson

_TOP = 5  # products and channels named
_SPAN = 3  # months compared with as many before them
_FEWEST = 8  # statements in the months compared, under which nothing is said of a trend


def profile_topics(
    units: pd.DataFrame, reviews: pd.DataFrame, clusters: Clusters, codes: Sequence[str]
) -> list[dict[str, Any]]:
    """Return one record a topic.

    ``n`` statements in ``n_reviews`` reviews; ``share`` of all statements with its 95 % interval (Wilson, 1927); ``rating``,
    the mean of the reviews that have one, or None; ``months``, statements by month (``2026-03``) from the first month to
    the last; ``trend``, the share in the last three months over that in the three before, None where too little is known;
    ``fields``, ``products`` and ``channels``, the most frequent with their counts.
    """
    known = reviews.drop_duplicates("id").set_index("id")
    ids = units["review_id"]

    def column(name: str) -> Any:
        return ids.map(known[name]).to_numpy() if name in known.columns else np.full(len(ids), None, dtype=object)

    dates = pd.to_datetime(pd.Series(column("date")), errors="coerce", utc=True)
    frame = pd.DataFrame(
        {
            "topic": clusters.topic,
            "review": ids.to_numpy(),
            "rating": pd.to_numeric(pd.Series(column("rating")), errors="coerce"),
            "month": dates.dt.strftime("%Y-%m"),
            "field": units["field"].to_numpy(),
            "product": column("product"),
            "channel": column("channel"),
        }
    )
    months = _months(dates)
    totals = _by_month(frame["month"], months)
    parts = dict(tuple(frame[frame["topic"] != REST].groupby("topic")))
    return [
        {"code": code, **_profile(parts.get(number, frame.iloc[:0]), len(frame), months, totals)}
        for number, code in enumerate(codes)
    ]


def _profile(part: pd.DataFrame, total: int, months: Sequence[str], totals: Sequence[int]) -> dict[str, Any]:
    rating = part.drop_duplicates("review")["rating"].mean()
    counts = _by_month(part["month"], months)
    return {
        "n": len(part),
        "n_reviews": int(part["review"].nunique()),
        "share": wilson(len(part), total),
        "rating": None if pd.isna(rating) else round(float(rating), 2),
        "months": dict(zip(months, counts, strict=True)),
        "trend": _trend(counts, totals),
        **{f"{name}s": _most(part[name]) for name in ("field", "product", "channel")},
    }


def _months(dates: pd.Series) -> list[str]:
    """Return every month from the first date to the last; none without dates."""
    seen = dates.dropna()
    if seen.empty:
        return []
    span = pd.period_range(seen.min().tz_localize(None), seen.max().tz_localize(None), freq="M")
    return [str(month) for month in span]


def _by_month(found: pd.Series, months: Sequence[str]) -> list[int]:
    counts = found.value_counts()
    return [int(counts.get(month, 0)) for month in months]


def _trend(counts: Sequence[int], totals: Sequence[int]) -> float | None:
    """Return how many times larger the share of the last months is than that of the months before them."""
    now, before = slice(-_SPAN, None), slice(-2 * _SPAN, -_SPAN)
    known = len(counts) >= 2 * _SPAN and sum(totals[now]) and sum(totals[before]) and sum(counts[before])
    if not known or sum(counts[now]) + sum(counts[before]) < _FEWEST:
        return None
    return round(sum(counts[now]) / sum(totals[now]) / (sum(counts[before]) / sum(totals[before])), 2)


def _most(values: pd.Series) -> dict[str, int]:
    """Return the most frequent values with their counts; the first in the alphabet among equals."""
    counts = values[values.notna() & (values.astype(str) != "")].astype(str).value_counts()
    return {str(name): int(n) for name, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_TOP]}
