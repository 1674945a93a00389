"""Seconds to fit 25,000 rows of 150 types, ours beside the peers. The bar for ours is 20 s on two quiet cores.

Rows are made from the intents (one type a row) and, apart, from a mixture of 100 intents and the 50 delivery types (several
a row): texts are repeated, each time with some words dropped and two neighbours swapped.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from data import data_file
from numpy.typing import NDArray
from peers import BALANCED, FT, fasttext, installed, one_against_rest, tfidf
from threadpoolctl import threadpool_limits

from reviewmine import Experiment, Taxonomy
from reviewmine.classify.linear import fit_linear, target_matrix
from reviewmine.classify.matrix import count, matrix_of, vocabulary_of
from reviewmine.classify.meaning import NO_MEANING
from reviewmine.classify.train import train_model
from reviewmine.labels.dataset import labelled_set
from reviewmine.router import TEXT_FIELDS
from reviewmine.router.features import FeatureSpec
from reviewmine.router.policy import Head

N_ROWS = 25_000
N_TYPES = 150
DROP = 0.1  # share of words that a repeat loses
BAR = 20  # seconds
SEED = 13


@dataclass(frozen=True)
class Made:
    """Texts and types of rows made for timing."""

    name: str
    texts: Sequence[str]
    types: Sequence[tuple[str, ...]]


def main() -> None:
    print(f"load of the machine at the start {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    for made in (one_type(), several_types()):
        n_types = len({code for types in made.types for code in types})
        length = sum(map(len, made.texts)) / len(made.texts)
        print(f"\n{made.name}: {len(made.texts)} rows x {n_types} types, {length:.0f} characters a text")
        ours(made)
        if not any(len(types) > 1 for types in made.types):
            theirs(made)


def one_type() -> Made:
    """Return noisy repeats of the intents, 150 types."""
    table = intents()
    return repeated("one type a row", table["text"].tolist(), [(code,) for code in table["type"]])


def several_types() -> Made:
    """Return noisy repeats of 100 intents and of the delivery reviews with their 50 types, in equal numbers of rows a type."""
    table, reviews = intents(), pd.read_csv(data_file("delivery/labelled.csv"), dtype=str, keep_default_na=False)
    own = sorted({code for cell in reviews["types"] for code in cell.split("|")})
    table = table[table["type"].isin(sorted(set(table["type"]))[: N_TYPES - len(own)])]
    reviews = reviews.sample(len(table) * len(own) // (N_TYPES - len(own)), replace=True, random_state=SEED)
    texts = [*table["text"], *reviews["text"]]
    types = [*((code,) for code in table["type"]), *(tuple(cell.split("|")) for cell in reviews["types"])]
    return repeated("several types a row", texts, types)


def intents() -> pd.DataFrame:
    """Return the training rows of the intents."""
    table = pd.read_csv(data_file("intents/labelled.csv"), dtype=str, keep_default_na=False)
    return table[table["split"] == "train"]


def repeated(name: str, texts: Sequence[str], types: Sequence[tuple[str, ...]]) -> Made:
    """Return ``N_ROWS`` rows: each text in turn, again and again, noisy from the second time on."""
    rng = np.random.default_rng(SEED)
    order = rng.permutation(len(texts))
    places = [int(order[i % len(order)]) for i in range(N_ROWS)]
    made = [texts[place] if i < len(order) else noisy(texts[place], rng) for i, place in enumerate(places)]
    return Made(name, made, [types[place] for place in places])


def noisy(text: str, rng: np.random.Generator) -> str:
    """Return ``text`` with a tenth of its words dropped, at least one word left, and two neighbours swapped."""
    words = np.asarray(text.split(), dtype=object)
    kept = words[rng.random(len(words)) >= DROP]
    kept = list(kept if len(kept) else words[:1])
    if len(kept) > 1:
        i = int(rng.integers(len(kept) - 1))
        kept[i], kept[i + 1] = kept[i + 1], kept[i]
    return " ".join(kept)


def ours(made: Made) -> None:
    """Print the seconds of the features, of the linear head, and of the whole training without baselines."""
    experiment = Experiment.model_validate({"name": "scale", "seed": SEED, "data": {"labelled": "made"}})
    codes = sorted({code for types in made.types for code in types})
    targets = target_matrix(made.types, codes)
    head: Head = "multilabel" if (targets.sum(axis=1) > 1).any() else "multiclass"
    with threadpool_limits(1):
        rows, features = timed(lambda: features_of(made.texts, experiment.model.min_count))
        fit = timed(lambda: fit_linear(rows, targets, experiment.model.c, SEED, head))[1]
    print(
        f"  reviewmine, features and head  {features + fit:6.1f} s ({features:.1f} features, {fit:.1f} head), bar {BAR} s"
    )
    labelled = labelled_set(frame_of(made), experiment.data, None)
    whole = timed(lambda: train_model(labelled, Taxonomy.from_codes("scale", codes), experiment, compared=False))[1]
    print(f"  reviewmine, train_model        {whole:6.1f} s (with policy, card and golden set)", flush=True)


def features_of(texts: Sequence[str], min_count: int) -> Any:
    """Return the weighted features of all rows."""
    counted = count([{"text": text} for text in texts], FeatureSpec())
    return matrix_of(counted, vocabulary_of(counted, min_count, NO_MEANING.buckets, NO_MEANING.length))


def frame_of(made: Made) -> pd.DataFrame:
    """Return the rows as reviews that were read."""
    frame = pd.DataFrame(dict.fromkeys(TEXT_FIELDS, ""), index=range(len(made.texts)))
    ids = [f"{i:05}" for i in range(len(frame))]
    return frame.assign(id=ids, text=made.texts, types=["|".join(types) for types in made.types])


def theirs(made: Made) -> None:
    """Print the seconds of TF-IDF, of a linear SVC on it, and of fastText."""
    codes = sorted({code for types in made.types for code in types})
    targets: NDArray[np.bool_] = target_matrix(made.types, codes)
    (rows, _), features = timed(lambda: tfidf(made.texts))
    fit = timed(lambda: one_against_rest(BALANCED, rows, targets))[1]
    print(
        f"  {'TF-IDF + LinearSVC, balanced':30} {features + fit:6.1f} s ({features:.1f} features, {fit:.1f} head)",
        flush=True,
    )
    if not installed(FT):
        print(f"  {FT}: not installed")
        return
    seconds = fasttext(made.texts, [np.flatnonzero(row).tolist() for row in targets], [], len(codes), threads=2)[
        "seconds"
    ]
    print(f"  {FT + ', two threads':30} {seconds:6.1f} s", flush=True)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what ``work`` returns and the seconds that it took."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


if __name__ == "__main__":
    main()
