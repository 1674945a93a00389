"""Reviews to units, and the features of each: the numpy code finds what plain Python finds."""

from pathlib import Path

import numpy as np
import pytest

from reviewmine.router.features import MAX_CHARS, FeatureSpec
from reviewmine.router.hashing import CHARS, EXTRAS, MEANING, WORDS
from reviewmine.router.units import MAX_SENTENCES, features_of, units_of
from router.plain import BASE, MASK, SALTS, SIZE, bucket, gram_hash, unit_buckets, word_hash

SPEC = FeatureSpec(char_ngrams=(2, 5))
PAGE = Path(__file__).parents[2] / "docs/bundle.md"


def keys(review, negation=False):
    return units_of([review], FeatureSpec(negation=negation)).said[0]


def told(key, spec=SPEC):
    found = features_of([key], spec)
    return set(found.bucket.tolist())


@pytest.mark.parametrize(
    "spec", [SPEC, FeatureSpec(char_ngrams=(3, 4), meaning=True), FeatureSpec(char_ngrams=(2, 2), word_ngrams=1)]
)
def test_the_features_of_a_unit_are_those_of_plain_python(spec):
    units = [
        (form, field, denied)
        for form in ("шнур", "а", "мама", "👍", "配送太慢", "don't", "слово" * 9)
        for field in ("", "pros", "cons")
        for denied in (False, True)
    ]
    marks = {"": "", "pros": "\x02", "cons": "\x03"}
    found = features_of([("\x04" if denied else "") + marks[field] + form for form, field, denied in units], spec)
    for i, unit in enumerate(units):
        assert set(found.bucket[found.ptr[i] : found.ptr[i + 1]].tolist()) == unit_buckets(unit, spec)
    rising = np.diff(found.bucket) > 0
    assert rising[np.setdiff1d(np.arange(len(rising)), found.ptr[1:-1] - 1)].all()


def test_a_word_under_cons_is_not_the_word_under_pros():
    pros, cons, comment, text = (told(keys({name: "шнур"})[0]) for name in ("pros", "cons", "comment", "text"))
    assert comment == text == pros & cons
    assert len(pros - text) == len(cons - text) == 1
    assert pros != cons


COMPARED = FeatureSpec(sentences=0.4)


def lines(*reviews, spec=COMPARED):
    """Return each line as unit to count, and the review of each sentence."""
    found = units_of(reviews, spec)
    told = [{} for _ in found.words.size]
    for lines in (found.words, found.pairs):
        start = 0
        for line, size in zip(told, lines.size, strict=True):
            line |= dict(zip(lines.keys[start : start + size], lines.count[start : start + size], strict=True))
            start += size
    return told, found.owner


def test_units_are_words_and_pairs_with_their_counts():
    told, owner = lines({"text": "шнур и шнур и чек"})
    assert told == [{"шнур": 2, "и": 2, "чек": 1, ("шнур", "и"): 2, ("и", "шнур"): 1, ("и", "чек"): 1}]
    assert owner == []
    assert lines({"text": "шнур и"}, spec=FeatureSpec(word_ngrams=1))[0] == [{"шнур": 1, "и": 1}]


def test_sentences_end_with_signs_lines_and_fields():
    told, owner = lines({"pros": "цена", "text": "Шумит.. Не греет!\nСдал сразу"})
    assert [list(line) for line in told[1:]] == [
        ["не", "греет", "!", ("не", "греет"), ("греет", "!")],
        ["сдал", "сразу", ("сдал", "сразу")],
    ]
    assert owner == [0, 0]
    assert set(told[0]) == {"\x02цена", "шумит", *told[1], *told[2]}  # no pair over an end


def test_numbers_and_addresses_are_not_cut():
    told, _ = lines({"text": "ждал 1.5 часа, см. https://a.ru/b?c=1 и всё"})
    assert list(told[1]) == ["ждал", "0", "часа", "см", ("ждал", "0"), ("0", "часа"), ("часа", "см")]
    assert list(told[2]) == ["url", "и", "все", ("url", "и"), ("и", "все")]


def test_only_long_sentences_of_reviews_with_two_are_compared():
    told, owner = lines({"text": "а б. в"}, {}, {"cons": "г д. е ж", "text": "з и"})
    assert len(told) == 3 + 3
    assert owner == [2, 2, 2]
    assert units_of([], COMPARED).said == []
    assert lines({"text": "а б. в г"}, spec=FeatureSpec())[1] == []


def test_a_stranger_cannot_ask_for_more_than_the_most():
    told, owner = lines({"text": "курьер опоздал. " * 1_200})
    assert len(owner) == len(told) - 1 == MAX_SENTENCES
    assert told[0] == {"курьер": 1_200, "опоздал": 1_200, ("курьер", "опоздал"): 1_200}


def test_a_field_is_read_up_to_its_limit():
    long = "да " * (MAX_CHARS // 3 + 1)
    assert keys({"text": long[:MAX_CHARS]}) == keys({"text": long + "нет"})


def test_pairs_are_of_the_words_alone():
    expected = bucket((word_hash("не") * BASE + word_hash("шнур")) & MASK, WORDS)
    for review in ({"text": "не шнур"}, {"cons": "не шнур"}):
        units = units_of([review], FeatureSpec(negation=True)).pairs.keys
        assert ("не", "шнур") in units
    found = features_of(["чек", ("не", "шнур"), "не"], SPEC)
    assert found.bucket[found.ptr[1] : found.ptr[2]].tolist() == [expected]


def test_a_denied_word_shares_nothing_with_the_word():
    denied = next(key for key in keys({"text": "не привезли"}, negation=True) if "привезли" in key)
    assert denied != "привезли"
    assert not told(denied) & told("привезли")
    assert len(told(denied)) == len(told("привезли"))
    assert keys({"text": "не привезли"}) == ["не", "привезли"]


def test_only_the_denied_word_changes():
    review = {"cons": "не держит заряд", "pros": "шума нет, легкий", "rating": 5}
    plain, heard = keys(review), keys(review, negation=True)
    assert [i for i, (a, b) in enumerate(zip(plain, heard, strict=True)) if a != b] == [0, 4]
    assert heard[0] == "\x04\x02шума"  # pros are read before cons


def test_a_text_without_negation_has_the_same_units():
    review = {"text": "Курьер опоздал на три часа, коробка мятая! Неплохо", "cons": "небольшой, зато тихий"}
    assert keys(review) == keys(review, negation=True)


def test_a_negation_does_not_reach_into_the_next_field_or_row():
    assert keys({"pros": "ничего", "cons": "скрипит"}, negation=True) == ["\x02ничего", "\x03скрипит"]
    assert units_of([{"text": "не"}, {"text": "скрипит"}], FeatureSpec(negation=True)).said == [["не"], ["скрипит"]]


def test_the_vectors_of_the_format_page():
    """Whoever writes a router in another language checks it by these; the plain integers of ``plain.py`` are their source."""
    page = PAGE.read_text(encoding="utf-8").split("## Hash vectors")[1]
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
    assert told["`шнур` as a meaning"] == str(bucket(cord, MEANING))
    (denied,) = (one for one in unit_buckets(("шнур", "", True), SPEC) if one < SIZE[WORDS])
    assert told["`шнур` when denied"] == str(denied)
