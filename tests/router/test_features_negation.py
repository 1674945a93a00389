"""A denied word is another word where the spec asks for it, and nothing else changes."""

from pathlib import Path

import numpy as np
import pytest

from reviewmine.router.features import FeatureSpec, Vocabulary, denied_words, extract, word_columns
from reviewmine.router.hashing import CHARS, WORDS, block_of

HEARD = FeatureSpec(negation=True)
ALONE = FeatureSpec(negation=True, word_ngrams=1)
SILENT = [
    {"text": "Курьер опоздал на три часа, коробка мятая!"},
    {"pros": "цена, цвет", "cons": "шнур короткий", "rating": 4},
    {"title": "Неплохо", "comment": "небольшой, зато тихий"},
    {},
]


def features(text, spec=ALONE):
    raw = extract([{"text": text}], spec)
    return dict(zip(raw.bucket.tolist(), raw.count.tolist(), strict=True))


def test_a_text_without_negation_has_the_same_features():
    plain, heard = extract(SILENT, FeatureSpec()), extract(SILENT, HEARD)
    for column in ("row", "bucket", "count"):
        assert getattr(plain, column).tobytes() == getattr(heard, column).tobytes()


def test_a_denied_word_shares_nothing_with_the_word():
    words = set(features("привезли"))
    assert words <= set(features("привезли вовремя"))
    assert words <= set(features("не привезли", FeatureSpec()))
    assert not words & set(features("не привезли"))


def test_the_words_around_a_denied_one_stay():
    for word in ("вчера", "не", "чайник"):
        assert set(features(word)) <= set(features("вчера не привезли чайник")), word


def test_every_denial_of_a_word_is_the_same():
    said = [set(features(text)) for text in ("не звонили", "никогда звонили", "без звонили")]
    shared = set.intersection(*said)
    raw = extract([{"text": "звонили"}], ALONE)
    assert len(shared) >= len(raw.bucket)
    assert set(block_of(np.asarray(sorted(shared)))) == {WORDS, CHARS}


def test_pairs_of_words_stay():
    pairs = set(features("не привезли", FeatureSpec())) - set(features("не привезли", FeatureSpec(word_ngrams=1)))
    assert len(pairs) == 1
    assert pairs <= set(features("не привезли", HEARD))


def test_the_vectors_of_the_format_page():
    """Numbers that a router in another language must reach, as docs/bundle.md gives them."""
    page = (Path(__file__).parents[2] / "docs/bundle.md").read_text(encoding="utf-8").split("## Hash vectors")[1]
    told = {row[1].strip(): row[2].strip() for line in page.splitlines() if len(row := line.split("|")) > 3}
    found = set(features("не шнур"))
    assert int(told["`шнур` when denied"]) in found
    assert int(told["`шнур` as a word"]) not in found


def test_a_denied_word_keeps_the_mark_of_its_field():
    spec = FeatureSpec(negation=True, word_ngrams=1)
    marked = [
        {name: set(extract([{name: text}], spec).bucket.tolist()) for name in ("pros", "cons", "text")}
        for text in ("не гремит", "гремит")
    ]
    denied, said = (one["cons"] - one["text"] for one in marked)
    assert len(denied) == 2
    assert len(said) == 1
    assert not denied & said


def test_a_negation_does_not_reach_into_the_next_field_or_row():
    two = extract([{"pros": "ничего", "cons": "скрипит"}, {"cons": "скрипит"}], ALONE)
    assert set(two.bucket[two.row == 1].tolist()) <= set(two.bucket[two.row == 0].tolist())
    rows = extract([{"text": "не"}, {"text": "скрипит"}], ALONE)
    assert set(rows.bucket[rows.row == 1].tolist()) == set(features("скрипит"))


def test_denied_words_are_those_of_all_fields():
    review = {"cons": "не держит заряд", "pros": "шума нет, легкий", "rating": 5}
    assert denied_words(review).tolist() == [True, False, False, False, True, False]  # pros are read before cons
    assert denied_words({}).tolist() == []


def test_word_columns_of_a_denied_word_are_its_own():
    vocabulary = Vocabulary.fit(extract([{"text": "не держит, держит"}], ALONE), min_count=1)
    forms, denied = ["не", "держит", "держит"], np.asarray([False, True, False])
    ptr, columns = word_columns(forms, vocabulary, ALONE, denied)
    _, bare, plain = (set(vocabulary.buckets[columns[ptr[i] : ptr[i + 1]]].tolist()) for i in range(3))
    assert plain == set(features("держит"))
    assert len(bare) == len(plain)
    assert not bare & plain
    assert (
        word_columns(forms, vocabulary, FeatureSpec(), denied)[1].tolist()
        == word_columns(forms, vocabulary, ALONE)[1].tolist()
    )


@pytest.mark.parametrize("negation", [True, False])
def test_the_setting_is_stored(negation):
    spec = FeatureSpec(negation=negation)
    assert spec.to_json()["negation"] is negation
    assert FeatureSpec.from_json(spec.to_json()) == spec
