"""Key words of each topic: BERTopic's class-based TF-IDF over the counts of its lemmas."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from reviewmine.discover.tree import arrange, arrange_above
from reviewmine.embed.domain import content_lemmas
from reviewmine.embed.encoders import Vectors
from reviewmine.errors import missing_extra

N_WORDS = 12


@dataclass(frozen=True)
class Topics:
    """Key words and places of topics.

    ``words``: for each topic its key lemmas with weights; ``group``: for each topic the number of its parent, or -1;
    ``upper``: for each parent the number of the group above it, or -1.
    """

    words: tuple[tuple[tuple[str, float], ...], ...]
    group: tuple[int, ...]
    upper: tuple[int, ...] = ()

    def upper_of(self, topic: int) -> int:
        """Return the number of the group above the parent of a topic, or -1."""
        parent = self.group[topic]
        return self.upper[parent] if 0 <= parent < len(self.upper) else -1


def describe(texts: Sequence[str], topic: NDArray[np.int64], centres: Vectors) -> Topics:
    """Return the key words and groups of the topics of ``texts``; a topic is never a group of its own.

    Class-based TF-IDF (Grootendorst, 2022): the texts of a topic count as one document, frequent words less.
    """
    words = _key_words([content_lemmas(text) for text in texts], topic)
    group = arrange(centres, words)
    return Topics(words, group, arrange_above(centres, words, group))


def _key_words(lemmas: Sequence[Sequence[str]], topic: NDArray[np.int64]) -> tuple[tuple[tuple[str, float], ...], ...]:
    """Return for each topic its lemmas of most weight; the first in the alphabet among equals."""
    transformer = _class_tfidf()
    counts: list[Counter[str]] = [Counter() for _ in range(int(topic.max()) + 1)]
    for number, listed in zip(topic.tolist(), lemmas, strict=True):
        if number >= 0:
            counts[number].update(listed)
    names = sorted(set().union(*counts))
    if not names:
        return ((),) * len(counts)
    place = {name: i for i, name in enumerate(names)}
    table = csr_matrix(
        (
            np.asarray([n for listed in counts for n in listed.values()], dtype=np.float64),
            np.asarray([place[name] for listed in counts for name in listed], dtype=np.int64),
            np.cumsum([0, *map(len, counts)]),
        ),
        shape=(len(counts), len(names)),
    )
    table.sort_indices()
    weights = transformer(reduce_frequent_words=True).fit_transform(table).tocsr()
    return tuple(_heaviest(weights[number], names) for number in range(len(counts)))


def _class_tfidf() -> Any:
    """Return BERTopic's class-based TF-IDF, from the one file that holds it where there is such a file.

    The package around it imports torch, numba and a plotting library: fifteen seconds of a processor for a formula.
    """
    try:
        package = find_spec("bertopic")
        for folder in (package and package.submodule_search_locations) or ():
            spec = spec_from_file_location("bertopic_ctfidf", Path(folder) / "vectorizers/_ctfidf.py")
            if spec and spec.loader and Path(str(spec.origin)).is_file():
                module = module_from_spec(spec)
                spec.loader.exec_module(module)
                return module.ClassTfidfTransformer
        from bertopic.vectorizers import ClassTfidfTransformer  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("bertopic", "lab", "describing topics") from error
    return ClassTfidfTransformer


def _heaviest(row: csr_matrix, names: Sequence[str]) -> tuple[tuple[str, float], ...]:
    pairs = [(names[i], round(float(weight), 6)) for i, weight in zip(row.indices, row.data, strict=True) if weight > 0]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:N_WORDS])
