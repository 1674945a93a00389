"""The exact part of a profile: what a batch of reviews holds, as counters that add up.

Memory grows with the distinct values that are counted, and by the hashes of a row: 8 bytes for its id, 8 for its text
when it has five words, and 8 more for an id that ends in a number.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.corpus.copies import MIN_WORDS, whole_texts
from reviewmine.corpus.letters import read_letters
from reviewmine.corpus.review import REVIEW_COLUMNS
from reviewmine.corpus.sampling import hashes
from reviewmine.language.markup import without_markup
from reviewmine.router import MAX_CHARS, TEXT_FIELDS

FACETS = ("channel", "product", "group")
SOURCE_MARK = " (source)"
"""Ends the name of a column that keeps a field as it was written."""

U64 = NDArray[np.uint64]
Counters = dict[str, Counter[Any]]


@dataclass
class Totals:
    """The sums over all batches. Of a row as such only hashes are kept, of eight bytes each."""

    n: int = 0
    counts: Counters = field(default_factory=lambda: defaultdict(Counter))
    texts: list[U64] = field(default_factory=list)
    ids: list[U64] = field(default_factory=list)
    numbered: list[U64] = field(default_factory=list)
    """Of each id «7-2» the hash of «7»: reading puts a number after an id that stands twice."""

    def add(self, frame: pd.DataFrame) -> None:
        """Add one batch, a frame as ``review_schema`` states."""
        texts = whole_texts(frame)
        self.n += len(frame)
        for part in PARTS:
            for name, counter in part(frame, texts).items():
                self.counts[name].update(counter)
        said = (" ".join(words) for text in texts if len(words := text.lower().split()) >= MIN_WORDS)
        self.texts.append(hashes(said))
        ids = frame["id"].astype(str).tolist()
        self.ids.append(hashes(ids))
        split = (text.rpartition("-") for text in ids)
        self.numbered.append(
            hashes(base for base, _, number in split if base and number.isdecimal() and number[0] != "0")
        )

    @property
    def n_same_text(self) -> int:
        """Return how many rows of five words or more have the text of another row, but for case and spaces."""
        _, times = np.unique(np.concatenate([*self.texts, np.zeros(0, np.uint64)]), return_counts=True)
        return int(times[times > 1].sum())

    @property
    def n_doubled_ids(self) -> int:
        """Return how many rows carry the id of another row, as it is or with the number that reading puts after it."""
        known, times = np.unique(np.concatenate([*self.ids, np.zeros(0, np.uint64)]), return_counts=True)
        numbered = np.concatenate([*self.numbered, np.zeros(0, np.uint64)])
        return int((times - 1).sum() + np.isin(numbered, known).sum())


def _fields(frame: pd.DataFrame, texts: Sequence[str]) -> Counters:
    """Count rows in which each field is filled, and its lengths in characters and in words."""
    counts: Counters = {"filled": Counter(), "words": Counter(len(text.split()) for text in texts)}
    for name in TEXT_FIELDS:
        cells = [cell for cell in frame[name].tolist() if cell]
        counts["filled"][name] = len(cells)
        counts[f"chars of {name}"] = Counter(map(len, cells))
        counts[f"words of {name}"] = Counter(len(cell.split()) for cell in cells)
    counts["signs"] = Counter(long=sum(any(len(cell) > MAX_CHARS for cell in row) for row in _rows(frame)))
    return counts


def _rows(frame: pd.DataFrame) -> Iterable[tuple[str, ...]]:
    """Return the text fields of each row."""
    return zip(*(frame[name].tolist() for name in TEXT_FIELDS), strict=True)


def _letters(frame: pd.DataFrame, texts: Sequence[str]) -> Counters:
    """Count scripts, the letters of other languages, and texts with emoji, in capitals, with markup or broken."""
    found = read_letters(texts)
    marked = (text[:MAX_CHARS] for text in texts if "<" in text or "&" in text)
    signs = {name: int(getattr(found, name).sum()) for name in ("emoji", "caps", "broken")}
    signs["markup"] = sum(without_markup(text) != text for text in marked)
    return {"scripts": Counter(found.script.tolist()), "foreign": found.foreign, "signs": Counter(signs)}


def _values(frame: pd.DataFrame, texts: Sequence[str]) -> Counters:
    """Count ratings to the nearest star, days, channels, products, groups, and the filled cells of other columns."""
    stars = np.floor(frame["rating"].dropna().to_numpy() + 0.5).astype(int)
    days = frame["date"].dropna().dt.strftime("%Y-%m-%d")
    counts: Counters = {"stars": Counter(stars.tolist()), "days": Counter(days.tolist())}
    counts["rating sum"] = Counter(hundredths=int(np.round(100 * frame["rating"].fillna(0)).sum()))
    counts |= {name: Counter(cell for cell in frame[name].tolist() if cell) for name in FACETS}
    counts["extras"] = Counter({name: int((frame[name].astype(str) != "").sum()) for name in extra_columns(frame)})
    return counts


PARTS: tuple[Callable[[pd.DataFrame, Sequence[str]], Counters], ...] = (_fields, _letters, _values)


def extra_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns that are no field of ours, without those that keep a field as it was written."""
    return [str(name) for name in frame.columns if name not in REVIEW_COLUMNS and not str(name).endswith(SOURCE_MARK)]


def quantiles(lengths: Mapping[int, int]) -> dict[str, int]:
    """Return median, 5 % and 95 % point and maximum of counted lengths; zeros when there are none.

    >>> quantiles({1: 9, 40: 1})
    {'median': 1, 'p5': 1, 'p95': 40, 'max': 40}
    """
    if not lengths:
        return dict.fromkeys(("median", "p5", "p95", "max"), 0)
    values = sorted(lengths)
    behind = np.cumsum([lengths[value] for value in values])
    places = {name: int(np.searchsorted(behind, share * behind[-1])) for name, share in _POINTS}
    return {name: values[place] for name, place in places.items()} | {"max": values[-1]}


_POINTS = (("median", 0.5), ("p5", 0.05), ("p95", 0.95))


def months_between(first: str, last: str) -> list[str]:
    """Return the months from one to another, both included.

    >>> months_between("2023-11", "2024-02")
    ['2023-11', '2023-12', '2024-01', '2024-02']
    """
    low, high = (12 * int(name[:4]) + int(name[5:7]) - 1 for name in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(low, high + 1)]
