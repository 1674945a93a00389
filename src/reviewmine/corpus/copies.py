"""Copies among reviews: equal and nearly equal texts as groups, and repeats that no two customers would write."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from reviewmine.corpus.cells import shown
from reviewmine.corpus.fields import marked_pieces
from reviewmine.corpus.nulls import null_rule
from reviewmine.corpus.shingles import near_roots
from reviewmine.language.normalize import words
from reviewmine.router import MAX_CHARS, TEXT_FIELDS

MIN_WORDS = 5
"""Shorter texts are the same without being copied: «всё отлично, спасибо»."""
PRODUCTS = 3
"""Products under which one text is a repeat."""
BURSTS = (("hour", timedelta(hours=1), 3), ("day", timedelta(days=1), 5))
"""A reason, a stretch of time, and the number of rows in it that make one text a repeat."""
RATING_SPREAD = 2.0
"""Stars between the ratings of one text that make it a repeat."""

_SHOWN = 200  # characters of an example


@dataclass(frozen=True)
class CopyGroup:
    """Rows with nearly the same text: their ids in order, and one of the texts as it was written.

    ``reasons`` say why no two customers would write so: ``products`` (under three or more), ``hour`` and ``day`` (many
    in so short a time), ``ratings`` (two stars or more apart). Without a reason it is a copy like others.
    """

    name: str
    review_ids: tuple[str, ...]
    text: str = field(repr=False)
    reasons: tuple[str, ...] = ()

    @property
    def example(self) -> str:
        """Return the text for showing: masked, and cut where it is long."""
        return shown(self.text, _SHOWN)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.review_ids)


@dataclass(frozen=True)
class Copies:
    """What a frame of reviews repeats. Groups of short and null answers are counted in ``n_brief`` alone."""

    names: tuple[str, ...]
    """The group of each row, in the order of the frame; near copies share one."""
    groups: tuple[CopyGroup, ...]
    """The groups of two rows or more whose text says enough, the largest first."""
    n_exact: int
    """Rows whose words are those of another row."""
    n_near: int
    """Further rows whose words are nearly those of another row."""
    n_brief: int
    """Rows of a few words, or of null answers, that another row has too."""
    n_doubled: int
    """Rows that would go if of rows alike in every column but the id one were kept."""

    @property
    def repeats(self) -> tuple[CopyGroup, ...]:
        """Return the groups with a reason."""
        return tuple(group for group in self.groups if group.reasons)

    @property
    def n_extra(self) -> int:
        """Return how many rows would go if each group kept one."""
        return sum(len(group) - 1 for group in self.groups)


def copy_groups(texts: Sequence[str], threshold: float = 0.8) -> list[str]:
    """Return for each text the name of its group; near copies share one.

    Two texts are near copies when the Jaccard similarity of their word pairs reaches ``threshold``. The name is the hash
    of the group's first text in sorted order, so it does not depend on the order of ``texts``.
    """
    return _named(_normal(texts), threshold)


def find_copies(reviews: pd.DataFrame, threshold: float = 0.8) -> Copies:
    """Return the copies among ``reviews``, a frame as ``review_schema`` states; the order of rows changes nothing.

    Rows alike in every column but the id are one row exported twice: they are copies, but never a reason for a repeat.

    >>> rows = [("a", "Чайник"), ("b", "Утюг"), ("c", "Фен")]
    >>> texts = dict.fromkeys(TEXT_FIELDS, "") | {"text": "Пользуюсь месяц, ни разу не завис!"}
    >>> frame = pd.DataFrame([{"id": id, "product": product, **texts} for id, product in rows])
    >>> [(len(group), group.reasons) for group in find_copies(frame).repeats]
    [(3, ('products',))]
    """
    normal = _normal(whole_texts(reviews))
    names = _named(normal, threshold)
    rows: dict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(names):
        rows[name].append(i)
    shared = {name: places for name, places in rows.items() if len(places) > 1}
    frame = reviews.reset_index(drop=True).iloc[sorted(i for places in shared.values() for i in places)]
    frame = frame.sort_values("id", kind="stable")
    doubled = set(frame.index[frame.drop(columns="id").duplicated()])
    records = dict(zip(frame.index, frame.to_dict("records"), strict=True))
    groups, said, n_brief = [], [], 0
    for name, places in shared.items():
        found = sorted(places, key=lambda i: (normal[i], str(records[i]["id"])))
        if n_said(records[found[0]]) < MIN_WORDS:
            n_brief += len(found)
            continue
        said += found
        groups.append(_group(name, [records[i] for i in found], [records[i] for i in found if i not in doubled]))
    times: dict[str, int] = defaultdict(int)
    for i in said:
        times[normal[i]] += 1
    n_exact = sum(n for n in times.values() if n > 1)
    ranked = tuple(sorted(groups, key=lambda group: (-len(group), group.name)))
    return Copies(tuple(names), ranked, n_exact, len(said) - n_exact, n_brief, len(doubled.intersection(said)))


def n_said(review: Mapping[str, Any]) -> int:
    """Return how many words of a review say something; markers, null answers and bare praise do not.

    >>> n_said({"text": "Достоинства: всё отлично Недостатки: нет", "cons": "шнур короткий"})
    2
    """
    total = 0
    for name in TEXT_FIELDS:
        raw = (review.get(name) or "")[:MAX_CHARS]
        for piece in marked_pieces(raw, unmarked=name):
            said = raw[piece.start : piece.end]
            if not null_rule(said, "cons"):
                total += sum(form[0].isalnum() for form in words(said))
    return total


def whole_texts(reviews: pd.DataFrame) -> list[str]:
    """Return the text of each review: its fields that are filled, one after another."""
    columns = [reviews[name].tolist() for name in TEXT_FIELDS]
    return [" ".join(filter(None, fields)) for fields in zip(*columns, strict=True)]


def _normal(texts: Sequence[str]) -> list[str]:
    """Return the words of each text, joined; a text that stands twice is read once."""
    known = {text: " ".join(words(text)) for text in dict.fromkeys(texts)}
    return [known[text] for text in texts]


def _named(normal: Sequence[str], threshold: float) -> list[str]:
    """Return the name of the group of each text; ``normal`` are the words of the texts."""
    distinct = sorted(set(normal))
    roots = near_roots(distinct, threshold)
    digests = {root: hashlib.sha256(distinct[root].encode()).hexdigest()[:16] for root in set(roots)}
    name = {text: digests[root] for text, root in zip(distinct, roots, strict=True)}
    return [name[text] for text in normal]


def _group(name: str, rows: Sequence[Mapping[str, Any]], single: Sequence[Mapping[str, Any]]) -> CopyGroup:
    """Return the record of a group; ``single`` are its rows without those that were exported twice."""
    text = " ".join(part for name in TEXT_FIELDS for part in rows[0][name].split())
    ids = tuple(sorted(str(row["id"]) for row in rows))
    return CopyGroup(name, ids, text, tuple(_reasons(single)))


def _reasons(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield why no two customers would write these rows, which have nearly the same text."""
    if len({row["product"] for row in rows if row.get("product")}) >= PRODUCTS:
        yield "products"
    dates = sorted(row["date"] for row in rows if isinstance(row.get("date"), datetime) and row["date"] == row["date"])
    timed = [
        date for date in dates if (date.hour, date.minute, date.second) != (0, 0, 0)
    ]  # midnight: a day without time
    for reason, stretch, least in BURSTS:
        if _most_within(timed if reason == "hour" else dates, stretch) >= least:
            yield reason
            break
    ratings = [row["rating"] for row in rows if row.get("rating") is not None and row["rating"] == row["rating"]]
    if ratings and max(ratings) - min(ratings) >= RATING_SPREAD:
        yield "ratings"


def _most_within(dates: Sequence[datetime], stretch: timedelta) -> int:
    """Return the largest number of ``dates``, sorted, that lie within one stretch of time."""
    most = start = 0
    for end, date in enumerate(dates):
        while date - dates[start] >= stretch:
            start += 1
        most = max(most, end - start + 1)
    return most
