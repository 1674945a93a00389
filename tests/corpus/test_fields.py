"""Fields marked inside one text."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reviewmine.corpus.fields import find_marks, marked_pieces

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
    ("dısadvantages: b", [("text", "dısadvantages: b")]),
    ("ДОСТОИНСТВА -цена\nНЕДОСТАТКИ—шнур", [("pros", "цена"), ("cons", "шнур")]),
    ("Достоинства－цена", [("pros", "цена")]),
    ("**Достоинства:** тихий\n**Недостатки:** шнур", [("pros", "тихий"), ("cons", "шнур")]),
    ("ценаНедостатки:шнур", [("text", "цена"), ("cons", "шнур")]),
    ("Плюсы - тихий, минусы - тяжёлый", [("pros", "тихий,"), ("cons", "тяжёлый")]),
    ("Единственный минус: шнур", [("cons", "шнур")]),
    ("Хороший фен. Из минусов - шнур", [("text", "Хороший фен."), ("cons", "шнур")]),
    ("плюс-минус нормально", [("text", "плюс-минус нормально")]),
    ("берите, минус - не проблема", [("text", "берите, минус - не проблема")]),
    ("+ тихий\n+ мощный\n- шнур", [("pros", "тихий"), ("pros", "мощный"), ("cons", "шнур")]),
    ("(+) тихий\n(-) шнур", [("pros", "тихий"), ("cons", "шнур")]),
    ("- тихий\n- мощный", [("text", "- тихий\n- мощный")]),
    ("+7 900 000-00-00\nзвоните", [("text", "+7 900 000-00-00\nзвоните")]),
    ("Шумит.\nОтвет продавца: Жаль!", [("text", "Шумит."), ("reply", "Жаль!")]),
    ("Ответ от службы поддержки\nЖаль!\nМинусы: шнур", [("reply", "Жаль!"), ("cons", "шнур")]),
    ("Заголовок: Не берите\nТекст", [("title", "Не берите\nТекст")]),
    (
        "плохой магазин  Способ покупки: доставка / Достоинства: нет / Недостатки: хамят / Комментарий: жаль",
        [("text", "плохой магазин"), ("meta", "доставка"), ("pros", "нет"), ("cons", "хамят"), ("comment", "жаль")],
    ),
    ("Опыт использования: год\nШумит", [("meta", "год"), ("text", "Шумит")]),
    ("Опыт использования: " + "шумит и греется " * 5, [("text", ("шумит и греется " * 5).strip())]),
    ("<b>Плюсы:</b> тихий<br><b>Минусы:</b>&nbsp;шнур", [("pros", "тихий"), ("cons", "шнур")]),
    ("  ", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_marked_pieces(text, expected):
    assert [(piece.part, text[piece.start : piece.end]) for piece in marked_pieces(text)] == expected


RULES = [
    ("Достоинства: цена", ["colon"]),
    ("Плюсы\nтихий\nМинусы - шнур", ["line", "line"]),
    ("Плюсы - тихий, минусы - шнур", ["line", "pair"]),
    ("+ тихий\n- шнур", ["sign", "sign"]),
    ("сплошные минусы", []),
]


@pytest.mark.parametrize(("text", "rules"), RULES)
def test_each_mark_names_its_rule(text, rules):
    assert [mark.rule for mark in find_marks(text)] == rules


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


@pytest.mark.parametrize("piece", ["плюсы:", "плюсы ", " ", "\n", "минусы\n", "-"])
def test_hostile_text_takes_linear_time(piece):
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    assert len(marked_pieces(text)) <= len(text)
    assert time.process_time() - started < 3
