"""Time and memory of discovery from statements to card and names: the number of statements is the argument, 25000 by default.

Statements come from the marketplace's reviews; where more are asked for than there are, they are repeated with noise: some
words are dropped and some have a slip of the hand, so that the copies are distinct texts of other lengths.
"""

import resource
import sys
import time

import numpy as np
import pandas as pd
from data import data_file

from reviewmine import cut_reviews, read_reviews
from reviewmine.discover.run import discover_topics
from reviewmine.settings import Discover

SEED = 13
DROPPED, SLIPPED = 0.15, 0.08  # of the words of a repeated statement


def main(n: int) -> None:
    sources = [data_file(f"{name}.csv") for name in ("marketplace/reviews", "delivery/unlabelled", "phones/rated")]
    reviews = read_reviews(sources).reviews
    statements = cut_reviews(reviews)
    statements = statements[statements["null"] == ""].reset_index(drop=True)
    statements = statements.iloc[:n] if n <= len(statements) else repeated(statements, n)
    before = peak()
    start = time.perf_counter()
    found = discover_topics(statements, reviews, Discover(about="all"), seed=SEED)
    seconds = time.perf_counter() - start
    print(
        f"discovery of {len(statements):,} statements ({statements['text'].nunique():,} distinct): {seconds:.0f} s, "
        f"peak memory {peak():.2f} GB ({before:.2f} GB before it), {found.card['n_topics']} topics, "
        f"coverage {found.card['coverage']:.1%}",
        flush=True,
    )


def repeated(statements: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return ``n`` statements: the given ones, then noisy copies of them under ids of their own."""
    rng = np.random.default_rng(SEED)
    rows = np.arange(n) % len(statements)
    frame = statements.iloc[rows].reset_index(drop=True)
    copies = np.arange(n) // len(statements)
    frame["text"] = [noisy(text, rng) if copy else text for text, copy in zip(frame["text"], copies, strict=True)]
    frame["statement_id"] = [f"{name}~{copy}" for name, copy in zip(frame["statement_id"], copies, strict=True)]
    return frame


def noisy(text: str, rng: np.random.Generator) -> str:
    """Return ``text`` with some words dropped and some letters swapped with their neighbour."""
    words = text.split()
    chance = rng.random(len(words))
    kept = [
        slipped(word, rng) if c > 1 - SLIPPED else word for word, c in zip(words, chance, strict=True) if c > DROPPED
    ]
    return " ".join(kept or words)


def slipped(word: str, rng: np.random.Generator) -> str:
    """Return ``word`` with two neighbouring letters swapped."""
    if len(word) < 4:
        return word
    at = int(rng.integers(1, len(word) - 1))
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def peak() -> float:
    """Return the largest resident memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25_000)
