"""Stop words of a trade, learned from its own texts: «банк» in reviews of banks, «телефон» in reviews of telephones.

A word is uninformative when the words beside it are the words of the whole corpus (Lo, He and Ounis, 2005): the relative
entropy of the one distribution against the other is then near zero.
"""

import math
from collections import Counter
from collections.abc import Iterable

from reviewmine.language.lemmas import lemmas
from reviewmine.language.lexicon import COMPLAINT, PRAISE, STOP_WORDS

MIN_TEXTS = 500
"""In fewer texts nothing is learned: any word would look special."""


def learn_stop_words(texts: Iterable[str], max_information: float = 0.2, min_share: float = 0.02) -> frozenset[str]:
    """Return the lemmas that stand in at least ``min_share`` of ``texts`` and tell less than ``max_information`` nats.

    Short texts (statements) tell more than long ones, in which everything stands beside everything. Words of praise and
    complaint, negated words and the general stop words are never among the answer. The order of texts does not matter.
    """
    documents = [found for text in texts if len(found := set(lemmas(text)) - STOP_WORDS) > 1]
    if len(documents) < MIN_TEXTS:
        return frozenset()
    frequency = Counter(word for found in documents for word in found)
    beside: dict[str, Counter[str]] = {
        word: Counter()
        for word, n in frequency.items()
        if n >= min_share * len(documents) and word not in PRAISE | COMPLAINT and not word.startswith("не_")
    }
    for found in documents:
        for word in found & beside.keys():
            beside[word].update(found)
    return frozenset(word for word, around in beside.items() if information(word, around, frequency) < max_information)


def information(word: str, around: Counter[str], frequency: Counter[str]) -> float:
    """Return the relative entropy, in nats, of the words ``around`` a word against all words.

    Corrected for the size of the sample by the number of distinct words over twice their count (Miller, 1955).
    """
    n_around = around.total() - around[word]
    n_all = frequency.total() - frequency[word]
    if not n_around:
        return math.inf
    entropy = math.fsum(
        n / n_around * math.log(n / n_around * n_all / frequency[other]) for other, n in around.items() if other != word
    )
    return entropy - (len(around) - 1) / (2 * n_around)
