"""Patterns: words in any form near each other, either of several, a word denied, a word that must not be said."""

import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.notation import REACH, places_of, read_pattern, spelled_out

MET = [
    ("долго/медленно везти", "Везли очень медленно"),
    ("долго/медленно везти", "долго, конечно, везёте"),
    ("не привезти в срок", "В обещанный срок заказ не привезли"),
    ("не_привезти/не_доставить срок", "к сроку не доставили"),
    ("курьер отменить -скидка", "курьер сам отменил заказ"),
    ("без причина", "отказали без причины"),
]
UNMET = [
    ("долго/медленно везти", "везли быстро"),
    ("не привезти в срок", "привезли точно в срок"),
    ("везти", "ещё не везут"),
    ("курьер отменить -скидка", "курьер отменил заказ, скидка пропала"),
    ("без причина", "причина понятна"),
    ("долго везти", "долго " + "и " * REACH + "нудно везли"),
]


@pytest.mark.parametrize(("pattern", "text"), MET)
def test_a_pattern_is_met(pattern, text):
    assert read_pattern(pattern).met(places_of(text))


@pytest.mark.parametrize(("pattern", "text"), UNMET)
def test_a_pattern_is_not_met(pattern, text):
    assert not read_pattern(pattern).met(places_of(text))


def test_a_word_said_twice_counts_wherever_it_stands_near():
    assert read_pattern("долго везти").met(places_of("долго " + "и " * REACH + "нудно, долго везли"))


@pytest.mark.parametrize("text", ["", "в на", "-раньше", "/", "не"])
def test_a_pattern_without_words_is_an_error(text):
    with pytest.raises(ReviewmineError, match="no word to look for"):
        read_pattern(text)


def test_choices_are_spelled_out_and_bounded():
    assert spelled_out(read_pattern("не_везти/не_ехать заказ -раньше")) == ["не везти заказ", "не ехать заказ"]
    many = "/".join(f"слово{chr(1072 + i)}" for i in range(20))
    assert len(spelled_out(read_pattern(f"{many} {many}"))) == 200
