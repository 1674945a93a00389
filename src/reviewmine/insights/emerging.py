"""Emerging topics: what reviews that no type explains have begun to speak of in the latest period."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.corpus.privacy import mask_many, without_masks
from reviewmine.corpus.statements import cut_reviews
from reviewmine.discover.cluster import assign, cluster
from reviewmine.discover.naming import name_topics
from reviewmine.discover.run import select_units
from reviewmine.discover.topics import describe
from reviewmine.embed.encoders import make_encoder
from reviewmine.insights.mentions import Mentions
from reviewmine.insights.quotes import Span, choose_quotes
from reviewmine.insights.surges import daily_q, tail
from reviewmine.labels.dataset import plain_text
from reviewmine.language.normalize import normalize
from reviewmine.settings import Discover

DAYS: Final = 28
BEFORE: Final = 6
"""Periods before the latest that it is compared with."""
MIN_REVIEWS: Final = 8
N_QUOTES: Final = 3
N_IDS: Final = 50
_MOST: Final = 2_000  # reviews of the latest period, and as many before it
_OTHERS: Final = 1_000  # explained reviews that the encoder learns words from as well
_PER_TOPIC, _MOST_TOPICS = 25, 60
_MIN_DISTINCT: Final = 4  # texts, so that one message sent many times is no topic
_LETTERS: Final = 2_000  # of a review that words are learned from
_MIN_PROBABILITY = 0.02
_TIGHT = 0.25  # cohesion below which a topic is a heap of odds and ends
_MIN_RATIO, _NEW_RATIO, _FDR = 2.0, 5.0, 0.05
_N_WORDS = 8

Rows = NDArray[np.int64]
Bools = NDArray[np.bool_]


def find_emerging(
    mentions: Mentions,
    *,
    days: int = DAYS,
    until: date | None = None,
    encoder: str = "domain",
    seed: int = 13,
    mask: bool = True,
) -> list[dict[str, Any]]:
    """Return the topics of the unexplained reviews that are new or grow in the last ``days`` before ``until``, the largest first.

    Unexplained is a review without a type and one that the model leaves to a person. The latest are clustered with as many of
    the six periods before them, drawn by the hash of their ids; a topic emerges when the latest hold at least 8 of its
    reviews and twice what the others let expect (gamma-Poisson, Benjamini-Hochberg at 0.05 over all topics). ``new``: five
    times or more. The order of rows does not matter. Too few reviews give none.
    """
    pool = _pool(mentions, days, until)
    if pool is None:
        return []
    units = _units(mentions.reviews.iloc[np.concatenate([pool.fresh, pool.old])])
    about = [plain_text(review)[:_LETTERS] for review in mentions.reviews.iloc[pool.others].to_dict("records")]
    recent = units["review_id"].isin(set(mentions.reviews["id"].iloc[pool.fresh])).to_numpy(bool)
    found = _clustered(units, about, encoder, seed)
    if found is None:
        return []
    texts, topic, centres, probability = found
    kept, ratios = _grown(texts, topic, recent, pool.worth, len(centres))
    if not len(kept):
        return []
    told = _told(units, topic, centres, kept)
    table = units.assign(probability=probability, topic=topic)[recent]
    reviews = mentions.reviews.set_index("id")
    shown = [
        _row(table[table["topic"] == number], reviews, name, words, ratio, pool.n_now, mask)
        for number, (name, words), ratio in zip(kept, told, ratios, strict=True)
    ]
    return sorted(shown, key=lambda row: (-row["n"], row["id"]))


@dataclass(frozen=True)
class _Pool:
    """Rows of the reviews that are looked at: unexplained ones of the latest period and before, and explained ``others``.

    ``worth``: how many of ``fresh`` one of ``old`` lets expect, by all reviews of both times and by what was drawn of them;
    ``n_now``: the reviews of the latest period that ``fresh`` stands for.
    """

    fresh: Rows
    old: Rows
    others: Rows
    worth: float
    n_now: float


def _pool(mentions: Mentions, days: int, until: date | None) -> _Pool | None:
    """Return the reviews to look at; None where there are too few, or none before the latest period."""
    day = mentions.column("date").to_numpy().astype("datetime64[D]")
    if np.isnat(day).all():
        return None
    last = np.datetime64(until) if until is not None else day[~np.isnat(day)].max()
    now = (day > last - days) & (day <= last)
    then = (day > last - days * (1 + BEFORE)) & (day <= last - days)
    free = unexplained(mentions)
    fresh, old, others = (
        _drawn(mentions.reviews, np.flatnonzero(part)) for part in (now & free, then & free, (now | then) & ~free)
    )
    old = old[: len(fresh)]
    if len(fresh) < MIN_REVIEWS or not then.any():
        return None
    n_now = float(now.sum() * len(fresh) / (now & free).sum())
    n_then = float(then.sum() * len(old) / max(1, (then & free).sum()))
    return _Pool(fresh, old, others[:_OTHERS], n_now / n_then if n_then else 0.0, n_now)


def unexplained(mentions: Mentions) -> Bools:
    """Return which reviews no type explains: the model left them to a person, or they have none."""
    typed = np.zeros(len(mentions.reviews), dtype=bool)
    typed[mentions.review] = True
    action = mentions.reviews["action"] if "action" in mentions.reviews else pd.Series("", mentions.reviews.index)
    return ~typed | (action == "human").to_numpy(bool)


def _drawn(reviews: pd.DataFrame, rows: Rows) -> Rows:
    """Return at most 2,000 of the rows in an order that hangs on their ids alone."""
    ids = reviews["id"].iloc[rows].astype(str)
    key = [hashlib.sha256(name.encode()).digest() for name in ids]
    return rows[sorted(range(len(rows)), key=key.__getitem__)[:_MOST]]


def _units(reviews: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each review that says something, by id."""
    reviews = reviews.sort_values("id", kind="stable").reset_index(drop=True)
    units, _ = select_units(cut_reviews(reviews), reviews, Discover(unit="review", about="all"))
    return units


def _clustered(
    units: pd.DataFrame, about: Sequence[str], encoder: str, seed: int
) -> tuple[list[str], Rows, NDArray[np.float32], NDArray[np.float32]] | None:
    """Return normal texts, topics, centres and probabilities; None where nothing can be clustered."""
    texts = [normalize(text) for text in units["text"]]
    n_topics = max(2, min(_MOST_TOPICS, len(set(texts)) // _PER_TOPIC))
    if len(set(texts)) < 2 * _MIN_DISTINCT:
        return None
    vectors = make_encoder(encoder).fit([*texts, *map(normalize, about)]).encode(texts)
    if not vectors.any():
        return None
    found = cluster(texts, vectors, n_topics, seed, _MIN_PROBABILITY)
    tight = found.cohesion >= _TIGHT
    if not tight.any():
        return None
    topic, probability = assign(vectors, found.centres, _MIN_PROBABILITY, found.cohesion)
    topic = np.where((topic >= 0) & tight[topic], topic, -1)
    topic[~vectors.any(axis=1)] = -1
    return texts, topic, found.centres, probability


def _grown(
    texts: Sequence[str], topic: Rows, recent: Bools, worth: float, n_topics: int
) -> tuple[list[int], list[float]]:
    """Return the topics that emerge, with how many times the expected they are."""
    held = topic >= 0
    now = np.bincount(topic[held & recent], minlength=n_topics).astype(np.float64)
    then = np.bincount(topic[held & ~recent], minlength=n_topics) + 0.5
    due = np.maximum(then * worth, 0.5)
    p = tail(now, due, 1 + due / then)
    q = daily_q(np.zeros(n_topics, int), np.arange(n_topics), p, np.asarray([n_topics]), 1)
    distinct = [len({texts[row] for row in np.flatnonzero((topic == number) & recent)}) for number in range(n_topics)]
    kept = np.flatnonzero(
        (q <= _FDR) & (now >= MIN_REVIEWS) & (now >= _MIN_RATIO * due) & (np.asarray(distinct) >= _MIN_DISTINCT)
    )
    return kept.tolist(), (now[kept] / due[kept]).tolist()


def _told(
    units: pd.DataFrame, topic: Rows, centres: NDArray[np.float32], kept: Sequence[int]
) -> list[tuple[str, list[str]]]:
    """Return name and key words of the topics ``kept``, told from all the others by masked texts."""
    said = [without_masks(text) for text in mask_many(units["text"].tolist())]
    topics = describe([normalize(text) for text in said], topic, centres)
    names = name_topics(said, topic, topics)
    return [(names[i], [word.replace("_", " ") for word, _ in topics.words[i][:_N_WORDS]]) for i in kept]


def _row(
    part: pd.DataFrame, reviews: pd.DataFrame, name: str, words: list[str], ratio: float, n_now: float, mask: bool
) -> dict[str, Any]:
    """Return one topic as the report shows it."""
    part = part.sort_values(["probability", "review_id"], ascending=[False, True])
    ids = part["review_id"].astype(str).tolist()
    spans: dict[str, list[Span]] = {
        str(row.review_id): [(str(row.field), int(row.start), int(row.end))] for row in part.head(N_IDS).itertuples()
    }
    known = reviews.loc[ids]
    return {
        "id": hashlib.sha256("|".join(sorted(ids)).encode()).hexdigest()[:12],
        "title": name,
        "words": words,
        "n": len(ids),
        "share": round(len(ids) / n_now, 4),
        "since": f"{known['date'].min():%Y-%m-%d}",
        "ratio": round(ratio, 2),
        "verdict": "new" if ratio >= _NEW_RATIO else "growing",
        "owner": "",
        "review_ids": ids[:N_IDS],
        "quotes": choose_quotes(part.head(N_IDS), known, spans, N_QUOTES, mask=mask),
    }
