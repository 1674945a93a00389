"""The margins of a linear model are those of the format page, in any batch and with any memory."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.classify.matrix import count, vocabulary_of
from reviewmine.router.features import TEXT_FIELDS, FeatureSpec
from reviewmine.router.hashing import MEANING, block_of, hash_words
from reviewmine.router.linear import Linear, parts_of
from reviewmine.router.near import FEW, near_of
from router.plain import margins as by_hand

REVIEWS = [
    {"text": "Курьер опоздал, курьер не извинился!!! Опоздал на 3 часа", "channel": "app|чат", "rating": 1},
    {"pros": "цена", "cons": "цена за доставку, шнур. Не греет совсем", "comment": "цена и шнур", "channel": "app"},
    {"title": "Ужас", "text": "", "rating": 5},
    {},
    {"text": "а"},
    {"text": "配送太慢 👍 don’t ооочень. см. https://a.ru. Не приехал курьер; денег не вернули"},
    {"cons": "слово" * 40, "rating": "нет"},
    {"channel": "чат"},
    {"pros": "цена и шнур", "cons": "цена и шнур"},
]
SPECS = {
    "plain": FeatureSpec(),
    "no pairs": FeatureSpec(char_ngrams=(2, 3), word_ngrams=1),
    "all": FeatureSpec(
        categorical=("channel",),
        numeric={"rating": (3.0, 1.5)},
        block_weights=(1.0, 0.7, 0.9, 0.5),
        meaning=True,
        sentences=0.4,
        negation=True,
    ),
}


def made(spec, reviews=REVIEWS, types=3):
    """Return a linear model of random weights whose vocabulary lacks some of what the reviews have."""
    rng = np.random.default_rng(0)
    counted = count(reviews[:6], spec)
    buckets = np.unique(counted.features.indices)
    meant = buckets[block_of(buckets) == MEANING][::2]
    vocabulary = vocabulary_of(counted, 1, meant, rng.uniform(1, 2, len(meant)).astype(np.float32))
    weights = rng.normal(size=(len(vocabulary.buckets), types)).astype(np.float16)
    return Linear(spec, vocabulary, weights, rng.normal(size=types).astype(np.float32))


@pytest.mark.parametrize("name", SPECS)
def test_margins_are_those_of_plain_python(name):
    linear = made(SPECS[name])
    got, known = linear.margins(REVIEWS)
    for row, review in enumerate(REVIEWS):
        expected, share = by_hand(review, linear)
        assert got[row].tolist() == pytest.approx(expected, abs=2e-5), review
        assert known[row] == pytest.approx(share), review


LINEAR = made(SPECS["all"])
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=30),
    st.lists(st.sampled_from("не курьер опоздал шнур. греет! цена, 👍 слово\n".split(" ")), max_size=12).map(" ".join),
)


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(TEXT_FIELDS, TEXT)), max_size=6))
@settings(max_examples=50)
def test_a_batch_is_its_rows_to_the_last_bit(reviews):
    whole, known = LINEAR.margins(reviews)
    for row, review in enumerate(reviews):
        alone, share = LINEAR.margins([review])
        assert alone.tobytes() == whole[row].tobytes()
        assert share.tobytes() == known[row].tobytes()


def test_many_rows_answer_as_one_by_one():
    few, known = LINEAR.margins(REVIEWS)
    many, shares = LINEAR.margins(REVIEWS * 600)
    assert many.tobytes() == few.tobytes() * 600
    assert shares.tobytes() == known.tobytes() * 600


def test_work_is_cut_by_rows_and_by_characters():
    assert list(parts_of([])) == []
    assert [part.stop - part.start for part in parts_of([{"text": "да"}] * 4_500)] == [2_000, 2_000, 500]
    long = [{"text": "да " * 9_000, "cons": "нет" * 9_000}] * 7
    assert [part.stop - part.start for part in parts_of(long)] == [5, 2]
    assert [part.stop - part.start for part in parts_of([{"text": "д" * 10**7}] * 11)] == [10, 1]


def test_a_full_memory_answers_the_same(monkeypatch):
    monkeypatch.setattr("reviewmine.router.lexicon.MAX_BYTES", 1)
    monkeypatch.setattr("reviewmine.router.lexicon.LEAST_WORDS", 5)
    small = replace(LINEAR)
    expected = LINEAR.margins(REVIEWS)
    for _ in range(2):
        for row, review in enumerate(REVIEWS):
            assert small.margins([review])[0].tobytes() == expected[0][row].tobytes()
        assert small.margins(REVIEWS)[0].tobytes() == expected[0].tobytes()


def test_threads_share_a_memory_that_is_always_full(monkeypatch):
    monkeypatch.setattr("reviewmine.router.lexicon.MAX_BYTES", 1)
    monkeypatch.setattr("reviewmine.router.lexicon.LEAST_WORDS", 40)
    shared = replace(LINEAR)
    said = "курьер опоздал не извинился цена шнур греет совсем ужас слово доставка деньги вернули".split()
    texts = [" ".join([*said[i % 13 : i % 13 + 3], f"{said[i % 7]}{'а' * (i % 50)}"]) for i in range(400)]
    expected = [LINEAR.margins([{"text": text}])[0].tobytes() for text in texts]
    wrong = []

    def ask(start):
        for i in range(len(texts)):
            k = (start + i) % len(texts)
            if shared.margins([{"text": texts[k]}])[0].tobytes() != expected[k]:
                wrong.append(k)

    threads = [threading.Thread(target=ask, args=(start,)) for start in (0, 97, 211, 305)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_batch_makes_room_for_its_words_within_a_bound(monkeypatch):
    monkeypatch.setattr("reviewmine.router.lexicon.MAX_BYTES", 1)
    monkeypatch.setattr("reviewmine.router.lexicon.LEAST_WORDS", 10)
    for n, stays in ((12, True), (40, True), (41, False)):
        lexicon = replace(LINEAR).words
        keys = [f"слово{i}" for i in range(n)]
        first, slots = lexicon.look_up(keys)
        again, _ = lexicon.look_up(keys[:5])
        assert len(set(slots)) == n
        assert (again is first) == stays


def test_few_pairs_are_hashed_as_many():
    hashes, vocabulary = np.random.default_rng(1).integers(0, 1 << 64, FEW + 50, dtype=np.uint64), LINEAR.vocabulary
    hashes[:2] = hash_words(["не", "греет"], (2, 2))[0]
    many, few = near_of(hashes, vocabulary), near_of(hashes[:FEW], vocabulary)
    assert few.hashes == many.hashes[: FEW - 1]
    assert few.column == many.column[: FEW - 1]
    assert few.column[0] >= 0 > min(few.column)
    assert near_of(hashes[:1], vocabulary) == near_of(hashes[:0], vocabulary) == ([], [])


def test_single_precision_weights_answer_too():
    single = replace(LINEAR, weights=LINEAR.weights.astype(np.float32))
    assert single.margins(REVIEWS)[0].tobytes() == LINEAR.margins(REVIEWS)[0].tobytes()
