"""Reviews to features: the numpy code counts what plain Python counts."""

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.language.normalize import words
from reviewmine.router.features import (
    MAX_CHARS,
    TEXT_FIELDS,
    FeatureSpec,
    Vocabulary,
    as_number,
    extract,
    is_missing,
    known_share,
    vectorize,
    word_columns,
)
from reviewmine.router.hashing import CHARS, EXTRAS, MEANING, N_BUCKETS, WORDS, WordTable

REVIEWS = [
    {"text": "Курьер опоздал, курьер не извинился!!! Опоздал на 3 часа"},
    {"pros": "цена", "cons": "цена за доставку, шнур", "comment": "цена и шнур"},
    {"title": "Ужас", "text": ""},
    {},
    {"text": "а"},
    {"text": "配送太慢 👍 don’t ооочень"},
    {"cons": "слово" * 40},
]
SPEC = FeatureSpec(char_ngrams=(2, 5))
LOW, SIZE = (
    {WORDS: 0, CHARS: 1 << 19, MEANING: (7 << 17) - (1 << 13), EXTRAS: (1 << 20) - (1 << 13)},
    {WORDS: 1 << 19, CHARS: (3 << 17) - (1 << 13), MEANING: 1 << 17, EXTRAS: 1 << 13},
)
MASK = (1 << 64) - 1
BASE = 0x9E3779B97F4A7C15
SALTS = {"pros": 0xD6E8FEB86659FD93, "cons": 0xA0761D6478BD642F}


def bucket(value, block):
    """Return the bucket of a hash, in plain integers: a bundle written today must be read by tomorrow's code."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return LOW[block] + ((((value ^ (value >> 31)) >> 32) * SIZE[block]) >> 32)


def word_hash(form):
    return sum(ord(char) * pow(BASE, i + 1, 1 << 64) for i, char in enumerate(f"\1{form}\1")) & MASK


def gram_hash(gram):
    return (
        sum(ord(char) * pow(BASE, i, 1 << 64) for i, char in enumerate(gram)) + pow(BASE, 65 + len(gram), 1 << 64)
    ) & MASK


def counted(review, spec):
    """Return bucket to count for one review, word by word."""
    counts = Counter()
    for name in TEXT_FIELDS:
        forms = words(review.get(name) or "")
        for form in forms:
            counts[bucket(word_hash(form), WORDS)] += 1
            if name in SALTS:
                counts[bucket(word_hash(form) ^ SALTS[name], WORDS)] += 1
            edged = f"\1{form}\1"
            for n in range(spec.char_ngrams[0], spec.char_ngrams[1] + 1):
                counts.update(bucket(gram_hash(edged[i : i + n]), CHARS) for i in range(len(edged) - n + 1))
        if spec.word_ngrams > 1:
            counts.update(bucket((word_hash(a) * BASE + word_hash(b)) & MASK, WORDS) for a, b in pairwise(forms))
    return counts


def as_counts(raw, row):
    here = raw.row == row
    return dict(zip(raw.bucket[here].tolist(), raw.count[here].tolist(), strict=True))


@pytest.mark.parametrize(
    "spec", [SPEC, FeatureSpec(char_ngrams=(3, 4)), FeatureSpec(char_ngrams=(2, 2), word_ngrams=1)]
)
def test_counts_are_those_of_plain_python(spec):
    raw = extract(REVIEWS, spec)
    for row, review in enumerate(REVIEWS):
        assert as_counts(raw, row) == counted(review, spec)


def test_rows_are_weighted_as_plain_python_weighs_them():
    raw = extract(REVIEWS, SPEC)
    vocabulary = Vocabulary.fit(raw, min_count=2)
    rows = vectorize(raw, vocabulary, SPEC)
    naive = [counted(review, SPEC) for review in REVIEWS]
    frequency = Counter(found for counts in naive for found in counts)
    assert vocabulary.buckets.tolist() == sorted(found for found, n in frequency.items() if n >= 2)
    for row, counts in enumerate(naive):
        idf = {
            found: math.log((1 + len(REVIEWS)) / (1 + frequency[found])) + 1
            for found in counts
            if frequency[found] >= 2
        }
        weights = {found: (1 + math.log(counts[found])) * idf[found] for found in idf}
        expected = {}
        for block in (WORDS, CHARS):
            part = {found: value for found, value in weights.items() if LOW[block] <= found < LOW[block] + SIZE[block]}
            length = math.sqrt(sum(value**2 for value in part.values()))
            expected |= {found: value / length for found, value in part.items()}
        low, high = rows.indptr[row], rows.indptr[row + 1]
        got = dict(
            zip(vocabulary.buckets[rows.indices[low:high]].tolist(), rows.values[low:high].tolist(), strict=True)
        )
        assert got == pytest.approx(expected, abs=1e-5)


def test_each_block_has_the_length_of_its_weight():
    spec = FeatureSpec(
        categorical=("channel",), numeric={"rating": (3.0, 1.0)}, block_weights=(1.0, 0.7, 0.9, 0.5), meaning=True
    )
    reviews = [
        {"text": "курьер опоздал", "channel": "app", "rating": 1},
        {"text": "курьер приехал", "channel": "app", "rating": "5"},
    ]
    raw = extract(reviews, spec)
    meant = np.unique(raw.bucket[(raw.bucket >= LOW[MEANING]) & (raw.bucket < LOW[EXTRAS])])
    vocabulary = Vocabulary.fit(raw, min_count=1).with_words(meant, np.linspace(1, 2, len(meant), dtype=np.float32))
    rows = vectorize(raw, vocabulary, spec)
    for row in range(2):
        entries = slice(rows.indptr[row], rows.indptr[row + 1])
        found = vocabulary.buckets[rows.indices[entries]]
        for block, weight in zip((WORDS, CHARS, MEANING, EXTRAS), spec.block_weights, strict=True):
            inside = (found >= LOW[block]) & (found < LOW[block] + SIZE[block])
            assert np.linalg.norm(rows.values[entries][inside]) == pytest.approx(weight, abs=1e-6)


@given(
    st.lists(
        st.fixed_dictionaries(
            {}, optional={name: st.text(st.characters(exclude_categories=()), max_size=30) for name in TEXT_FIELDS}
        ),
        max_size=6,
    )
)
@settings(max_examples=50)
def test_a_batch_is_its_rows(reviews):
    whole = extract(reviews, SPEC)
    assert whole.n_rows == len(reviews)
    assert (np.diff(whole.row * N_BUCKETS + whole.bucket) > 0).all()
    for row, review in enumerate(reviews):
        assert as_counts(whole, row) == as_counts(extract([review], SPEC), 0)


def test_a_word_under_cons_is_not_the_word_under_pros():
    raw = extract([{name: "шнур"} for name in ("pros", "cons", "comment", "text")], SPEC)
    pros, cons, comment, text = (set(as_counts(raw, row)) for row in range(4))
    assert comment == text == pros & cons
    assert len(pros - text) == len(cons - text) == 1
    assert pros != cons


def test_words_of_two_fields_make_no_pair():
    spec = FeatureSpec(char_ngrams=(2, 2))
    raw = extract([{"comment": "шнур", "text": "короткий"}, {"text": "шнур короткий"}], spec)
    pairs = set(as_counts(raw, 1)) - set(as_counts(raw, 0))
    assert len(pairs) == 1


def test_a_field_is_read_up_to_its_limit():
    long = "да " * (MAX_CHARS // 3 + 1)
    same = extract([{"text": long[:MAX_CHARS]}, {"text": long + "нет"}], SPEC)
    assert as_counts(same, 0) == as_counts(same, 1)


def test_many_rows_are_counted_as_one_by_one():
    """Rows are worked on in blocks; no value may depend on where a block ends."""
    spec = FeatureSpec(categorical=("channel",), numeric={"rating": (3.0, 1.0)})
    few = [{**review, "channel": "app|чат", "rating": 4} for review in REVIEWS] + [{"rating": 1}, {"channel": "app"}]
    many = extract(few * 600, spec)
    vocabulary = Vocabulary.fit(many)
    rows = vectorize(many, vocabulary, spec)
    alone = vectorize(extract(few, spec), vocabulary, spec)
    assert (np.diff(many.row * N_BUCKETS + many.bucket) > 0).all()
    assert len(rows) == 600 * len(few)
    assert rows.indices.tolist() == alone.indices.tolist() * 600
    assert rows.values.tolist() == alone.values.tolist() * 600
    assert np.diff(rows.indptr).tolist() == np.diff(alone.indptr).tolist() * 600


def test_extras_follow_the_words_of_their_row():
    spec = FeatureSpec(categorical=("channel",))
    raw = extract([{"text": "шнур", "channel": "app"}, {"channel": "чат"}, {"text": "шнур"}], spec)
    for row, review in enumerate(({"text": "шнур", "channel": "app"}, {"channel": "чат"}, {"text": "шнур"})):
        words_alone = counted(review, SPEC)
        assert as_counts(raw, row) == {**words_alone, **extras(review, categorical=("channel",), only=True)}


def test_a_word_table_that_is_full_answers_the_same(monkeypatch):
    monkeypatch.setattr("reviewmine.router.hashing.MAX_WORDS", 3)
    table = WordTable((2, 4))
    for forms in (["шнур", "чехол"], ["шнур", "экран", "чек"], ["а", "б", "в", "г", "шнур"], ["чехол", "чехол"]):
        alone = [WordTable((2, 4)).look_up([form]) for form in forms]
        for got, expected in zip(table.look_up(forms), zip(*alone, strict=True), strict=True):
            assert got.tolist() == np.concatenate(expected).tolist()


def test_the_vectors_of_the_format_page():
    """Whoever writes a router in another language checks it by these; the plain integers of this file are their source."""
    page = (Path(__file__).parents[2] / "docs/bundle.md").read_text(encoding="utf-8").split("## Hash vectors")[1]
    told = {row[1].strip(): row[2].strip() for line in page.splitlines() if len(row := line.split("|")) > 3}
    no, cord = word_hash("не"), word_hash("шнур")
    grams = ["\1не\1"[i : i + n] for n in (2, 3, 4) for i in range(5 - n)]
    assert told["`не` as a word"] == str(bucket(no, WORDS))
    assert told["`шнур` as a word"] == str(bucket(cord, WORDS))
    assert told["`не шнур` as a pair"] == str(bucket((no * BASE + cord) & MASK, WORDS))
    assert told["`шнур` under `pros`"] == str(bucket(cord ^ SALTS["pros"], WORDS))
    assert told["`шнур` under `cons`"] == str(bucket(cord ^ SALTS["cons"], WORDS))
    assert told["n-grams of `не`, n = 2, 3, 4"] == ", ".join(str(bucket(gram_hash(gram), CHARS)) for gram in grams)
    assert told["`channel=app` as an extra"] == str(bucket(word_hash("channel=app"), EXTRAS))


def extras(review, only=False, **spec):
    review = {name: value for name, value in review.items() if not (only and name in TEXT_FIELDS)}
    raw = extract([review], FeatureSpec(**spec))
    assert (raw.bucket >= LOW[EXTRAS]).all()
    return dict(zip(raw.bucket.tolist(), raw.count.tolist(), strict=True))


def test_categories_are_values_joined_by_a_bar():
    one, two = (extras({"channel": value}, categorical=("channel",)) for value in ("App", "chat"))
    assert extras({"channel": " chat | app|app|"}, categorical=("channel",)) == one | two
    assert len(one) == len(two) == 1
    assert one != two
    assert one != extras({"tag": "app"}, categorical=("tag",))


@pytest.mark.parametrize("value", [None, "", float("nan"), "|", np.nan])
def test_an_empty_category_adds_nothing(value):
    assert extras({"channel": value}, categorical=("channel",)) == {}


def test_a_category_of_zero_is_a_category():
    assert extras({"tag": 0}, categorical=("tag",)) == extras({"tag": "0"}, categorical=("tag",)) != {}


def test_a_number_is_squeezed_around_its_mean():
    weight = {
        value: list(extras({"rating": value}, numeric={"rating": (3.0, 2.0)}).values()) for value in (1, 3, "5", 10**9)
    }
    assert weight[3] == [0.0]
    assert weight[1][0] == -weight["5"][0] < 0
    assert weight["5"][0] == pytest.approx(math.tanh(2 / 4) * 0.999)
    assert weight["5"][0] < weight[10**9][0] < 1


NUMBERS = [
    ("4.5", 4.5),
    (True, 1.0),
    (None, None),
    ("много", None),
    (float("inf"), None),
    (float("nan"), None),
    ([1], None),
    (10**400, None),
    ("1e999", None),
]


@pytest.mark.parametrize(("value", "expected"), NUMBERS)
def test_as_number(value, expected):
    assert as_number(value) == expected


def test_what_is_missing():
    pandas = pytest.importorskip("pandas")
    assert all(is_missing(value) for value in (None, float("nan"), np.float64("nan"), pandas.NA, pandas.NaT))
    assert not any(is_missing(value) for value in ("", 0, "nan", [], False))


def test_known_share_counts_words_that_training_saw():
    vocabulary = Vocabulary.fit(extract([{"text": "курьер"}, {"text": "опоздал"}], SPEC), min_count=1)
    raw = extract([{"text": "курьер"}, {"text": "чайник"}, {}, {"text": "курьер опоздал"}], SPEC)
    assert known_share(raw, vocabulary).tolist() == pytest.approx([1, 0, 0, 2 / 3])  # their pair is new


def test_unknown_words_and_no_reviews_give_empty_rows():
    vocabulary = Vocabulary.fit(extract([{"text": "курьер"}], SPEC), min_count=1)
    assert vectorize(extract([{"text": "жжж"}, {}], SPEC), vocabulary, SPEC).indptr.tolist() == [0, 0, 0]
    assert len(vectorize(extract([], SPEC), vocabulary, SPEC)) == 0


def test_min_count_leaves_rare_features_out():
    raw = extract(
        [{"text": "шнур шнур шнур"}, {"text": "чехол"}, {"text": "чехол"}],
        FeatureSpec(char_ngrams=(2, 2), word_ngrams=1),
    )
    kept = set(Vocabulary.fit(raw, min_count=2).buckets.tolist())
    assert bucket(word_hash("чехол"), WORDS) in kept
    assert bucket(word_hash("шнур"), WORDS) not in kept


def test_word_columns_are_the_features_of_each_word():
    raw = extract([{"text": "курьер опоздал"}], SPEC)
    vocabulary = Vocabulary.fit(raw, min_count=1)
    ptr, columns = word_columns(["опоздал", "жжж", "курьер"], vocabulary, SPEC)
    for i, form in enumerate(("опоздал", "жжж", "курьер")):
        alone = counted({"text": form}, SPEC)
        assert set(vocabulary.buckets[columns[ptr[i] : ptr[i + 1]]].tolist()) == set(alone) & set(raw.bucket.tolist())


def test_the_spec_survives_its_json():
    spec = FeatureSpec((2, 4), 1, ("tags",), {"score": (1.5, 0.25)}, (1.0, 0.5, 0.75, 0.25), True, 0.4, True)
    assert FeatureSpec.from_json(spec.to_json()) == spec
