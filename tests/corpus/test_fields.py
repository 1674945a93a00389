"""Fields marked inside one text, and answers that say nothing."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reviewmine.corpus.fields import marked_pieces, null_rule

CASES = [
    ("Достоинства: цена Недостатки: шнур Комментарий: беру", [("pros", "цена"), ("cons", "шнур"), ("comment", "беру")]),
    ("ДОСТОИНСТВА:цена\nнЕдОсТаТкИ : шнур", [("pros", "цена"), ("cons", "шнур")]),
    ("Купила маме. Плюсы: тихий. Минусы: тяжёлый", [("text", "Купила маме."), ("pros", "тихий."), ("cons", "тяжёлый")]),
    ("Плюсы\nтихий\nМинусы\nтяжёлый", [("pros", "тихий"), ("cons", "тяжёлый")]),
    ("Плюсы - тихий\nМинусы — тяжёлый", [("pros", "тихий"), ("cons", "тяжёлый")]),
    ("Pros: quiet\nCons: heavy\nComment: ok", [("pros", "quiet"), ("cons", "heavy"), ("comment", "ok")]),
    ("Недостатки:\n\nДостоинства: цвет", [("pros", "цвет")]),
    ("плюсы есть - и минусы есть", [("text", "плюсы есть - и минусы есть")]),
    ("сплошные минусы", [("text", "сплошные минусы")]),
    ("суперплюсы: да", [("text", "суперплюсы: да")]),
    ("Недостатки： нет", [("cons", "нет")]),
    ("proſ: a, dısadvantages: b", [("text", "proſ: a, dısadvantages: b")]),
    ("  ", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_marked_pieces(text, expected):
    assert [(piece.part, text[piece.start : piece.end]) for piece in marked_pieces(text)] == expected


def test_what_stands_before_the_first_marker_is_of_the_field():
    assert marked_pieces("Ок. Минусы: шум", unmarked="comment")[0] == ("comment", 0, 3)


@given(
    st.lists(
        st.sampled_from(["Плюсы:", "минусы", " - ", "\n", "шум", " ", "CONS:", "ſ", "Отзыв:", "\u00a0", "\ud800"]),
        max_size=20,
    ).map("".join)
)
@example("плюсыminus:" * 3)
def test_pieces_stand_in_order_and_have_no_spaces_around(text):
    end = 0
    for piece in marked_pieces(text):
        assert end <= piece.start < piece.end <= len(text)
        assert text[piece.start : piece.end].strip() == text[piece.start : piece.end]
        end = piece.end


NULLS = [
    ("-", "cons", "signs"),
    ("😊 ))) !!!", "pros", "signs"),
    ("", "text", "signs"),
    ("—" * 500, "cons", "signs"),
    ("НЕТ!!!", "cons", "listed"),
    ("Их нет :)", "cons", "listed"),
    ("не обнаружил(", "cons", "listed"),
    ("Нееееет", "cons", "listed"),
    ("N/A", "comment", "listed"),
    ("0", "pros", "listed"),
    ("Всё нравится", "cons", "all-good"),
    ("всё ОТЛИЧНО 👍", "cons", "all-good"),
    ("Всё нравится", "pros", ""),
    ("Нет кнопки питания", "cons", ""),
    ("Шнур короткий", "cons", ""),
    ("!" * 300 + " кнопка западает", "cons", ""),
    ("Нет" + " " * 300 + "инструкции", "cons", ""),
]


@pytest.mark.parametrize(("text", "part", "rule"), NULLS, ids=lambda value: value[:20])
def test_null_rule(text, part, rule):
    assert null_rule(text, part) == rule


@pytest.mark.parametrize("piece", ["плюсы:", "плюсы ", " ", "\n", "минусы\n", "-"])
def test_hostile_text_takes_linear_time(piece):
    text = piece * (100_000 // len(piece))
    started = time.perf_counter()
    assert len(marked_pieces(text)) <= len(text)
    null_rule(text, "cons")
    assert time.perf_counter() - started < 3
