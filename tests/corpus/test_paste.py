"""Pasted pages of reviews."""

import gzip
import random
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewmine.corpus.formats import open_tables, unpack
from reviewmine.corpus.formats.paste import looks_pasted, pasted_reviews
from reviewmine.errors import ReviewmineError

CASES = [
    ("★★☆☆☆ Долго везли\n★★★★★ Всё цело", [(1, "2", "Долго везли"), (2, "5", "Всё цело")]),
    ("★\nПомят угол\nи крышка\n\n  ⭐⭐⭐ Пойдёт", [(1, "1", "Помят угол\nи крышка"), (5, "3", "Пойдёт")]),
    ("⭐️⭐️⭐️⭐️\nНормально", [(1, "4", "Нормально")]),
    ("Шумит\n\nГреется\nи пахнет\n \n\nХорошо", [(1, "", "Шумит"), (3, "", "Греется\nи пахнет"), (7, "", "Хорошо")]),
    ("Отзывы о чайнике\n★★★★★ Кипит", [(1, "", "Отзывы о чайнике"), (2, "5", "Кипит")]),
    ("★★★☆☆ Так\r\n★★★★☆ Сойдёт\r\n", [(1, "3", "Так"), (2, "4", "Сойдёт")]),
    ("Оценка ★★★★★ внутри строки", [(1, "", "Оценка ★★★★★ внутри строки")]),
    ("★★★★★", [(1, "5", "")]),
    ("\n\n \n", []),
    (
        "Оценка: 4\nТкань тонкая\n\nно цвет\nОценка: 1\nПорвалась",
        [(1, "4", "Ткань тонкая\n\nно цвет"), (5, "1", "Порвалась")],
    ),
    (
        "Рейтинг - 2/5 Молния заедает\n5 из 5\nЛучшая куртка",
        [(1, "2/5", "Молния заедает"), (2, "5 из 5", "Лучшая куртка")],
    ),
    ("5 из 5 роликов сломались", [(1, "", "5 из 5 роликов сломались")]),
    (
        "Колесо отвалилось\nОценка: 1\n\nЕдет ровно\nОценка: 5\n",
        [(1, "1", "Колесо отвалилось"), (4, "5", "Едет ровно")],
    ),
    (
        "Шумит\n\nи греется\n---\nТихий\n=====\n\nЛёгкий",
        [(1, "", "Шумит\n\nи греется"), (5, "", "Тихий"), (8, "", "Лёгкий")],
    ),
    (
        "Достоинства: цена\n\nНедостатки: шнур\n\nДостоинства: цвет\nКомментарий: беру",
        [(1, "", "Достоинства: цена\n\nНедостатки: шнур"), (5, "", "Достоинства: цвет\nКомментарий: беру")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_pasted_reviews(text, expected):
    assert [(line, row["rating"], row["text"]) for line, row in pasted_reviews(text)] == expected


def test_a_review_as_shops_show_it():
    text = (
        "★★☆☆☆ Неудачная покупка  Способ покупки: доставка / Достоинства: цвет / Недостатки: шов разошёлся / "
        "Комментарий: вернула\n★★★★★ Советую  Способ покупки: самовывоз / Достоинства: всё\n"
    )
    first, second = (row for _, row in pasted_reviews(text))
    assert first == {
        "text": "Достоинства: цвет / Недостатки: шов разошёлся / Комментарий: вернула",
        "rating": "2",
        "date": "",
        "title": "Неудачная покупка",
        "Способ покупки": "доставка",
    }
    assert (second["title"], second["text"], second["Способ покупки"]) == ("Советую", "Достоинства: всё", "самовывоз")


def test_a_text_that_stands_alone_is_no_title():
    ((_, row),) = pasted_reviews("★★★★★\nСпособ покупки: самовывоз\nХороший стул")
    assert (row["text"], row["title"], row["Способ покупки"]) == ("Хороший стул", "", "самовывоз")


def test_authors_and_dates_above_the_text():
    text = (
        "Марина К.\n11 февраля, 14:12\n★★★★☆\nПодошли по размеру\n\n"
        "Пётр\nВчера, 22:29\nОценка: 1\nПодошва треснула\nза месяц\n\n"
        "Ольга Ивановна, 01 августа 2024, 00:26\nОценка: 5\nЖенщина\n02.08.2024 не считается датой\n"
    )
    rows = [row for _, row in pasted_reviews(text)]
    assert [(row["author"], row["date"], row["rating"]) for row in rows] == [
        ("Марина К.", "11 февраля, 14:12", "4"),
        ("Пётр", "Вчера, 22:29", "1"),
        ("Ольга Ивановна", "01 августа 2024, 00:26", "5"),
    ]
    assert [row["text"] for row in rows] == [
        "Подошли по размеру",
        "Подошва треснула\nза месяц",
        "Женщина\n02.08.2024 не считается датой",
    ]


def test_dates_below_the_text():
    text = "Оценка: 2\nКрасит руки\n3 мая 2024\n\nОценка: 5\nМягкая\n2024-05-04 10:00\n"
    assert [(row["rating"], row["text"], row["date"]) for _, row in pasted_reviews(text)] == [
        ("2", "Красит руки", "3 мая 2024"),
        ("5", "Мягкая", "2024-05-04 10:00"),
    ]


LINES = st.text(max_size=20) | st.sampled_from(
    "★★☆☆☆ криво|★★★★★|Оценка: 4|5 из 5|Анна|Вчера, 22:29|Достоинства: цвет|Недостатки:|---|| |просто строка"
    "|Способ покупки: доставка / и дальше|11 февраля|Пётр С., 1.02.2024|/|ещё ★".split("|")
)


@given(st.lists(LINES, max_size=25).map("\n".join))
def test_no_word_is_lost(text):
    rows = list(pasted_reviews(text))
    told = " ".join(str(cell) for _, row in rows for cell in [*row.values(), *row])
    stars = re.compile(r"[★⭐☆✩\ufe0f]")
    for line in text.replace("\r\n", "\n").split("\n"):
        for word in re.findall(r"[^\W\d_]{3,}", stars.sub(" ", line)):
            assert word in told or word.lower().startswith(("оценка", "звезд"))
    numbers = [number for number, _ in rows]
    assert numbers == sorted(set(numbers))
    assert all(text.replace("\r\n", "\n").split("\n")[number - 1].strip() for number in numbers)


def test_a_page_is_a_table(tmp_path):
    (tmp_path / "page.txt").write_bytes("★★☆☆☆ Ручка отвалилась\r\nОценка: 5\r\nВсё цело".encode("utf-16"))
    (table,) = open_tables(str(tmp_path / "page.txt"))
    assert [row["text"] for _, row in table.rows] == ["Ручка отвалилась", "Всё цело"]


def test_a_page_too_large_for_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_PAGE", 1 << 20)
    (tmp_path / "page.txt").write_text("★★☆☆☆ Ручка отвалилась\n" * 30_000, encoding="utf-8")
    (table,) = open_tables(str(tmp_path / "page.txt"))
    with pytest.raises(
        ReviewmineError, match=r"page\.txt: a page of over 1 MiB, expected less, .*; split it into several"
    ):
        next(table.rows)


def test_a_packed_page_that_breaks_off_says_so(tmp_path):
    noise = random.Random(3)
    lines = [f"★★☆☆☆ Ручка отвалилась на {noise.random()} день\n" for _ in range(5_000)]
    (tmp_path / "page.txt.gz").write_bytes(gzip.compress("".join(lines).encode())[:-5_000])
    (table,) = open_tables(str(tmp_path / "page.txt.gz"))
    *rows, (number, reason) = table.rows
    assert 1_000 < len(rows) < 5_000
    assert number == len(rows) + 1
    assert reason.startswith("the file ends early or is damaged here")


PAGES = [
    ("★★★☆☆ Пойдёт", True),
    ("Оценка: 5", True),
    ("Название\n Минусы : скрипит", True),
    ("всё хорошо / Недостатки: нет", True),
    ("Пустой файл", False),
    ("Встреча 11 февраля, 14:12", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "expected"), PAGES)
def test_what_looks_like_pasted_reviews(text, expected):
    assert looks_pasted(text) is expected


HOSTILE = [
    "★",
    "★\n",
    "Способ покупки:",
    "Оценка: ",
    "Аа ",
    "1 февраля ",
    "Вчера",
    "-",
    "\n",
    "/ ",
    "Достоинства ",
    "5 из 5 ",
    " ",
    "1.",
]


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_hostile_text_takes_linear_time(piece):
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    rows = list(pasted_reviews(text))
    looks_pasted(text)
    assert len(rows) <= text.count("\n") + 1
    assert time.process_time() - started < 4
