"""Features of short texts, ours beside scikit-learn's: rows a second of processor time in one thread, accuracy of a linear SVC.

Ours remember words between calls, as a service does; the first call of the process, which knows none, is printed apart.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from data import data_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from reviewmine.classify.matrix import count, matrix_of, vocabulary_of
from reviewmine.router.features import FeatureSpec, Vocabulary

SPEC = FeatureSpec()
SETS = {"delivery": ("delivery/labelled.csv", "delivery/unlabelled.csv"), "intents": ("intents/labelled.csv",)}
MOST_TEXTS = 20_000
ONE_TYPE_ROWS = 5_000  # enough for an interval of half a point, few enough for minutes
RUNS = 3


def main() -> None:
    with threadpool_limits(1):
        for name, parts in SETS.items():
            table, *more = (pd.read_csv(data_file(part), dtype=str, keep_default_na=False) for part in parts)
            texts = pd.concat([table, *more])["text"].tolist()
            speed(name, texts[:MOST_TEXTS])
            accuracy(name, *one_type_rows(table))


def ours(texts: Sequence[str]) -> Vocabulary:
    """Return our vocabulary with the weighted rows computed on the way, as training does."""
    counted = count([{"text": text} for text in texts], SPEC)
    nothing = np.zeros(0, dtype=np.int64)
    vocabulary = vocabulary_of(counted, 2, nothing, nothing.astype(np.float32))
    matrix_of(counted, vocabulary)
    return vocabulary


def ours_again(vocabulary: Vocabulary, texts: Sequence[str]) -> Any:
    return matrix_of(count([{"text": text} for text in texts], SPEC), vocabulary)


def theirs() -> FeatureUnion:
    """Return scikit-learn's features of the same kind: char_wb 2 to 5 and words 1 to 2, sublinear TF-IDF."""
    char = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True, dtype=np.float32)
    word = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, dtype=np.float32)
    return FeatureUnion([("char", char), ("word", word)])


def speed(name: str, texts: Sequence[str]) -> None:
    """Print the rows a second of fit (vocabulary and rows) and of transform."""
    length = sum(map(len, texts)) / len(texts)
    print(f"\n{name}: {len(texts)} texts of {length:.0f} characters")
    start = time.process_time()
    vocabulary = ours(texts)
    print(f"  first fit  ours {len(texts) / (time.process_time() - start):8,.0f} rows/s")
    union = theirs().fit(texts)
    work: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "fit": (lambda: ours(texts), lambda: theirs().fit_transform(texts)),
        "transform": (lambda: ours_again(vocabulary, texts), lambda: union.transform(texts)),
    }
    for what, (our_work, their_work) in work.items():
        our_time, their_time = best(our_work), best(their_work)
        rates = f"ours {len(texts) / our_time:8,.0f} rows/s  scikit-learn {len(texts) / their_time:8,.0f} rows/s"
        print(f"  {what:10} {rates}  {their_time / our_time:.1f} x")


def one_type_rows(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return texts and types of the rows that have one type, those of types with at least five such rows."""
    types = table["types" if "types" in table else "type"]
    table = table[(types != "") & ~types.str.contains("|", regex=False)]
    types = types[table.index]
    common = types.map(types.value_counts()) >= 5
    table = table[common].sample(frac=1, random_state=13).head(ONE_TYPE_ROWS)
    return table["text"].tolist(), types[table.index].tolist()


def accuracy(name: str, texts: Sequence[str], types: Sequence[str]) -> None:
    """Print the accuracy of a linear SVC over the same five folds on either kind of features."""
    scores: dict[str, list[float]] = {"ours": [], "scikit-learn": []}
    text, target = np.asarray(texts, dtype=object), np.asarray(types)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=13).split(text, target):
        union = theirs().fit(text[train])
        vocabulary = ours(text[train])
        sides = {
            "ours": [ours_again(vocabulary, text[part]) for part in (train, test)],
            "scikit-learn": [union.transform(text[part]) for part in (train, test)],
        }
        for side, (rows, held_out) in sides.items():
            model = LinearSVC(C=0.5, random_state=13).fit(rows, target[train])
            scores[side].append(float(model.score(held_out, target[test])))
    got = "  ".join(f"{side} {np.mean(values):.4f}" for side, values in scores.items())
    print(f"  accuracy of LinearSVC, {len(texts)} rows, {len(set(types))} types, 5 folds: {got}")


def best(work: Callable[[], Any]) -> float:
    """Return the shortest processor time of ``work`` in seconds."""
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


if __name__ == "__main__":
    main()
