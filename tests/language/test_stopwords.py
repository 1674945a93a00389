"""Stop words of a trade are learned from its texts."""

import random

import pytest

from reviewmine.language.stopwords import MIN_TEXTS, learn_stop_words

ABOUT = [
    "камера мутная снимки темные",
    "экран треснул пиксели битые",
    "батарея разряжается зарядка медленная",
    "динамик хрипит микрофон глухой",
    "корпус скрипит кнопка западает",
    "сеть пропадает антенна слабая",
]


def texts(n, seed=1, word="телефон"):
    """Statements about one thing each; ``word`` stands in every second, whatever it is about."""
    rng = random.Random(seed)
    return [" ".join([word] * rng.randrange(2) + rng.sample(rng.choice(ABOUT).split(), 3)) for _ in range(n)]


def test_a_word_that_stands_beside_everything_is_learned():
    assert learn_stop_words(texts(2_000)) == {"телефон"}


def test_the_order_of_texts_does_not_matter():
    found = texts(2_000)
    assert learn_stop_words(found[::-1]) == learn_stop_words(found)


def test_few_texts_teach_nothing():
    assert learn_stop_words(texts(MIN_TEXTS - 1)) == frozenset()


@pytest.mark.parametrize("word", ["отличный", "брак", "не работает"])
def test_praise_complaint_and_denial_are_never_stop_words(word):
    assert learn_stop_words(texts(2_000, word=word)) == frozenset()


def test_the_bars_decide():
    found = texts(2_000)
    assert learn_stop_words(found, min_share=0.9) == frozenset()
    assert len(learn_stop_words(found, max_information=10)) > 10
