"""Gaps in a real taxonomy made by hand: types hidden, types merged; are they proposed among the first ten?

``hide``: five types are taken out of the taxonomy, their codes are stripped from the labelled rows, and rows that carried
no other go to the unlabelled ones; in the harder case three tenths of all other rows too. A proposal counts for a hidden
type when it is the most common hidden one among the rows of the proposal that people labelled, and at least half of these
carry it. ``merge``: two types become one; counted when its split is proposed.
"""

import warnings

import numpy as np
import pandas as pd
from data import data_file

from reviewmine import cut_reviews, read_reviews
from reviewmine.discover.gaps import Gaps, find_gaps
from reviewmine.discover.run import select_units
from reviewmine.settings import Discover
from reviewmine.taxonomy.model import Taxonomy, Type

SEEDS = range(8)
N_HIDDEN = 5
UNASKED = 0.3  # in the harder case: of the rows with visible types, taken as unlabelled too
N_FIRST = 10
ALIKE = (("0", "1"), ("2", "3"), ("12", "36"), ("15", "11"), ("14", "40"), ("8", "10"))
"""Types of the delivery set that mean nearly the same: a split may well not be seen."""

Gold = dict[str, tuple[str, ...]]


def main() -> None:
    warnings.filterwarnings("ignore")
    units, gold, titles = delivery()
    print(f"delivery: {len(units)} reviews, {len(gold)} labelled, {len(titles)} types")
    for least, unasked in ((40, 0.0), (40, UNASKED), (15, 0.0)):
        found = [hidden(units, gold, titles, seed, least, unasked) for seed in SEEDS]
        how = f"types of >= {least} rows hidden, {unasked:.0%} of the other rows unlabelled"
        print(f"{how}: {float(np.mean(found)):.2f} of {N_HIDDEN} found, mean of {len(found)} draws", flush=True)
    ranks = [merged(units, gold, titles, random_pair(gold, seed)) for seed in SEEDS]
    print(f"two types merged: split among the first {N_FIRST} in {sum(ranks)} of {len(ranks)}", flush=True)
    ranks = [merged(units, gold, titles, pair) for pair in ALIKE]
    print(f"two types alike merged: split among the first {N_FIRST} in {sum(ranks)} of {len(ranks)}")


def delivery() -> tuple[pd.DataFrame, Gold, dict[str, Type]]:
    """Return the reviews, one row each, the types people gave, and the taxonomy of the set."""
    reviews = read_reviews([data_file("delivery/labelled.csv"), data_file("delivery/unlabelled.csv")]).reviews
    cells = zip(reviews["id"].astype(str), reviews["types"].fillna("").astype(str), strict=True)
    gold = {review: tuple(cell.split("|")) for review, cell in cells if cell}
    units, _ = select_units(cut_reviews(reviews), reviews, Discover(unit="review", about="all"))
    rows = pd.read_csv(data_file("delivery/types.csv"), dtype=str).fillna("")
    titles = {
        row.trend_id: Type(
            id=f"T{int(row.trend_id) + 1:03}", code=row.trend_id, title=row.trend, definition=row.explanation[:2000]
        )
        for row in rows.itertuples()
    }
    return units, gold, titles


def frequent(gold: Gold, least: int) -> list[str]:
    """Return the codes that at least so many rows carry."""
    counts = pd.Series([code for codes in gold.values() for code in codes]).value_counts()
    return sorted(counts[counts >= least].index)


def random_pair(gold: Gold, seed: int) -> tuple[str, str]:
    """Return two types of at least 60 rows that are not listed as alike."""
    rng = np.random.default_rng(seed)
    while True:
        one, other = (str(code) for code in rng.choice(frequent(gold, 60), 2, replace=False))
        if not {(one, other), (other, one)} & set(ALIKE):
            return one, other


def hidden(units: pd.DataFrame, gold: Gold, titles: dict[str, Type], seed: int, least: int, unasked: float) -> int:
    """Return how many of five random types are found again, and print which."""
    rng = np.random.default_rng(seed)
    away = set(rng.choice(frequent(gold, least), N_HIDDEN, replace=False).tolist())
    taxonomy = Taxonomy(taxonomy="delivery", types=tuple(one for code, one in titles.items() if code not in away))
    left = {review: tuple(code for code in codes if code not in away) for review, codes in gold.items()}
    asked = dict(zip(sorted(left), rng.random(len(left)) >= unasked, strict=True))
    gaps = find_gaps(units, taxonomy, {review: codes for review, codes in left.items() if codes and asked[review]})
    found = found_types(gaps, gold, away)
    kinds = " ".join(one.kind[0] for one in gaps.proposals[:N_FIRST])
    print(f"  seed {seed}: {len(found)} of {N_HIDDEN} [{kinds}] missed {sorted(away - found, key=int)}", flush=True)
    return len(found)


def found_types(gaps: Gaps, gold: Gold, away: set[str]) -> set[str]:
    """Return the hidden types that the first proposals bring back."""
    found = set()
    for one in gaps.proposals[:N_FIRST]:
        rows = [gold[review] for review in one.reviews if review in gold] if one.kind == "new" else []
        counts = pd.Series([code for codes in rows for code in codes if code in away], dtype=str).value_counts()
        if len(counts) and counts.iloc[0] >= 0.5 * len(rows):
            found.add(str(counts.index[0]))
    return found


def merged(units: pd.DataFrame, gold: Gold, titles: dict[str, Type], pair: tuple[str, str]) -> bool:
    """Return whether the split of two merged types is proposed among the first, and print its rank."""
    one, other = pair
    taxonomy = Taxonomy(taxonomy="delivery", types=tuple(kind for code, kind in titles.items() if code != other))
    types = {review: tuple(dict.fromkeys(one if c == other else c for c in codes)) for review, codes in gold.items()}
    gaps = find_gaps(units, taxonomy, types)
    ranks = [n for n, found in enumerate(gaps.proposals, 1) if found.kind == "split" and found.types == (one,)]
    rank = ranks[0] if ranks else None
    kinds = " ".join(found.kind[0] for found in gaps.proposals[:N_FIRST])
    print(f"  {titles[one].title} + {titles[other].title}: rank {rank} [{kinds}]", flush=True)
    return rank is not None and rank <= N_FIRST


if __name__ == "__main__":
    main()
