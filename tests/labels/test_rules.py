"""Rules look at one statement, under the field where their kind may stand."""

import pandas as pd
import pytest

from reviewmine import cut_reviews
from reviewmine.labels.rules import catches, rules_of
from reviewmine.router import TEXT_FIELDS
from reviewmine.taxonomy.model import Type

TYPES = (
    Type(id="T1", code="late", title="Опоздание", patterns=("опоздать", "не привезти в срок")),
    Type(
        id="T2",
        code="thanks",
        title="Спасибо",
        kind="gratitude",
        patterns=("спасибо", "быстрый доставка", "всё вкусно"),
    ),
    Type(id="T3", code="silent", title="Прочее", patterns=()),
)


def frame(*rows):
    empty = dict.fromkeys(TEXT_FIELDS, "")
    return pd.DataFrame([{"id": f"r{n}", **empty, **row} for n, row in enumerate(rows)])


def caught(*rows):
    statements, rules = cut_reviews(frame(*rows)), rules_of(TYPES)
    return [
        (statements["text"][one.statement], rules[one.rule].pattern.text) for one in catches(statements, TYPES, rules)
    ]


def test_rules_stand_in_the_order_of_types():
    assert [(rule.type, rule.pattern.text) for rule in rules_of(TYPES)] == [
        (0, "опоздать"),
        (0, "не привезти в срок"),
        (1, "спасибо"),
        (1, "быстрый доставка"),
        (1, "всё вкусно"),
    ]


def test_a_rule_names_the_statement_it_met():
    found = caught({"text": "Курьер опоздал. Спасибо оператору."})
    assert found == [("Курьер опоздал.", "опоздать"), ("Спасибо оператору.", "спасибо")]


def test_two_sentences_are_not_one_complaint():
    assert caught({"text": "Чек не привезли. Срок годности хороший."}) == []


@pytest.mark.parametrize(
    ("row", "patterns"),
    [
        ({"pros": "не привезли в срок"}, []),
        ({"cons": "опоздали на час"}, ["опоздать"]),
        ({"pros": "быстрая доставка"}, ["быстрый доставка"]),
        ({"cons": "всё вкусно, да мало"}, []),
        ({"pros": "всё вкусно, да мало"}, ["всё вкусно"]),
        ({"pros": "Ужасно: опоздали на час"}, ["опоздать"]),  # a complaint that is misplaced there
    ],
)
def test_the_field_has_a_say(row, patterns):
    assert [pattern for _, pattern in caught(row)] == patterns


def test_a_denied_word_is_another_word():
    assert caught({"text": "не опоздали"}) == []
