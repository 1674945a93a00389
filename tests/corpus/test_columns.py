"""Columns are recognised by their names, in Russian and English; a map overrides."""

import pytest

from reviewmine.corpus.columns import NAMES, plain, recognise
from reviewmine.errors import ReviewmineError

KNOWN = [
    (["Достоинства", "Недостатки", "Комментарий"], ["pros", "cons", "comment"]),
    (["ПЛЮСЫ", "минусы", "Текст отзыва"], ["pros", "cons", "text"]),
    (["pros", "cons", "text", "productValuation", "createdDate"], ["pros", "cons", "text", "rating", "date"]),
    (["feedback_id", "advantages", "disadvantages", "stars"], ["id", "pros", "cons", "rating"]),
    (["Номер обращения", "Текст обращения", "Канал обращения", "Дата обращения"], ["id", "text", "channel", "date"]),
    (["Отзыв", "Оценка", "Название товара", "Категория"], ["text", "rating", "product", "group"]),
    (["Заголовок", "Количество звёзд"], ["title", "rating"]),
    (["review.id", "review.text"], ["id", "text"]),
]


@pytest.mark.parametrize(("columns", "fields"), KNOWN, ids=str)
def test_names_are_recognised(columns, fields):
    assert recognise(columns) == dict(zip(fields, columns, strict=True))


def test_every_listed_name_is_in_plain_form_and_found():
    for field, names in NAMES.items():
        for name in names:
            assert plain(name) == name
            assert recognise([name, "pros" if field != "pros" else "cons"])[field] == name


def test_the_surer_name_wins_whatever_the_order():
    assert recognise(["Отзыв", "Текст"])["text"] == recognise(["Текст", "Отзыв"])["text"] == "Текст"


def test_the_whole_name_wins_over_the_last_part():
    assert recognise(["answer.text", "text"])["text"] == "text"
    assert recognise(["answer.text", "pros"])["text"] == "answer.text"


def test_a_map_wins_and_its_column_serves_no_other_field():
    columns = ["Комментарий", "Отзыв", "Оценка"]
    assert recognise(columns, {"pros": "Комментарий"}) == {"pros": "Комментарий", "text": "Отзыв", "rating": "Оценка"}


def test_a_map_wins_over_a_surer_name():
    assert recognise(["Текст", "Отзыв"], {"text": "Отзыв"}) == {"text": "Отзыв"}


ERRORS = [
    (["a", "b"], {}, "x.csv: no text column among: a, b, expected one such as Достоинства, .*; name it with --map"),
    (["Оценка", "Дата"], {}, "no text column among: Оценка, Дата"),
    (["a"], {"body": "a"}, "x.csv: the map names the field 'body', expected one of id, title, pros, .*; fix the map"),
    (["a", "b"], {"text": "c"}, "x.csv: no column 'c', expected one of a, b; fix the map"),
]


@pytest.mark.parametrize(("columns", "mapping", "message"), ERRORS)
def test_errors_say_what_was_found(columns, mapping, message):
    with pytest.raises(ReviewmineError, match=message):
        recognise(columns, mapping, where="x.csv")
