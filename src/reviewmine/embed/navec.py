"""Navec: 250,000 Russian word vectors of 300 dimensions that come with the natasha package; no download."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from reviewmine.embed.encoders import Vectors, spread, unit_rows
from reviewmine.errors import missing_extra
from reviewmine.language.lemmas import lemmas

_FILE = "navec_news_v1_1B_250K_300d_100q.tar"


@cache
def _navec() -> Any:
    """Return the word vectors; read once."""
    try:
        from navec import Navec  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("natasha", "lab", "the Navec encoder") from error
    return Navec.load(str(files("natasha").joinpath("data/emb", _FILE)))


def word_vectors(lemma_list: Sequence[str]) -> Vectors:
    """Return the vectors of lemmas, shape (lemmas, 300), centred; unknown words are zero.

    A denied verb (``не_работать``) has the vector of the verb: word vectors do not know denial.
    """
    known = _navec()
    table = np.zeros((len(lemma_list), 300), dtype=np.float32)
    for i, word in enumerate(lemma_list):
        bare = word.removeprefix("не_")
        if bare in known:
            table[i] = known[bare]
    met = table.any(axis=1)
    if met.any():
        table[met] -= table[met].mean(axis=0)
    return table


class NavecEncoder:
    """The mean of Navec vectors, weighted by inverse document frequency."""

    def fit(self, texts: Sequence[str]) -> "NavecEncoder":
        """Learn the weights of words from ``texts``."""
        self._weights = TfidfVectorizer(analyzer=lemmas, sublinear_tf=True)
        self._weights.fit(sorted(set(texts)))
        self._table = word_vectors(self._weights.get_feature_names_out())
        return self

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row per text; a text of unknown words is zero."""
        return spread(texts, lambda distinct: unit_rows(self._weights.transform(distinct) @ self._table))
