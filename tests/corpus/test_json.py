"""JSON lines and documents: nested, mislabelled, cut, hostile."""

import json
import time

import pytest

from reviewmine.corpus.formats import open_tables, unpack
from reviewmine.corpus.formats.document import reviews_in
from reviewmine.corpus.formats.flat import flat_row
from reviewmine.errors import ReviewmineError


@pytest.fixture
def read(tmp_path):
    def rows_of(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
        (table,) = open_tables(str(tmp_path / name))
        return list(table.rows)

    return rows_of


def test_inner_objects_are_flattened():
    item = {
        "text": "Шумит",
        "product": {"name": "Чайник", "sku": {"id": 7}},
        "tags": ["шум", None, 3],
        "answers": [{"text": "Жаль", "by": "продавец"}],
        "photos": [],
        "answer": None,
        "product.name": "Кружка",
    }
    assert flat_row(item) == {
        "text": "Шумит",
        "product.name": "Чайник",
        "product.sku.id": 7,
        "tags": "шум||3",
        "answers": '[{"text":"Жаль","by":"продавец"}]',
        "photos": "",
        "answer": None,
        "product.name (2)": "Кружка",
    }


REVIEWS = [{"text": "Шов разошёлся", "rate": 1}, {"text": "Сидит отлично", "rate": 5}]
WITH_ANSWERS = [{"text": "Да", "answers": [{"text": "Здравствуйте! Спасибо за тёплый отзыв и оценку"}]} for _ in "ab"]
WITH_PHOTOS = [{"text": "Да", "photos": [{"url": f"https://img.example/{n}"} for n in range(9)]}]
DOCUMENTS = [
    (REVIEWS, REVIEWS),
    ({"feedbacks": REVIEWS}, REVIEWS),
    ({"data": {"feedbacks": REVIEWS, "sizes": [{"n": n} for n in range(50)]}}, REVIEWS),
    ({"names": [{"name": "А"}] * 9, "data": [{"x": {"body": "Ремень порвался на второй день"}}]}, None),
    ([{"page": 1, "items": REVIEWS}, {"page": 2, "items": REVIEWS}], REVIEWS * 2),
    ([{"status": "ok", "items": REVIEWS * 3}], REVIEWS * 3),
    ({"result": {"pages": [{"items": REVIEWS}, {"items": REVIEWS}]}}, REVIEWS * 2),
    (WITH_ANSWERS, WITH_ANSWERS),
    ({"feedbacks": WITH_PHOTOS}, WITH_PHOTOS),
    ([[REVIEWS[0]], [REVIEWS[1]]], REVIEWS),
    ({"p1": REVIEWS[:1], "p2": REVIEWS}, REVIEWS[:1] + REVIEWS),
    ({"answered": REVIEWS[:1], "unanswered": REVIEWS * 2}, REVIEWS[:1] + REVIEWS * 2),
    ({"reviews": {"1": REVIEWS[0], "2": REVIEWS[1]}}, REVIEWS),
    ({"reviews": {"1": REVIEWS[0]}}, REVIEWS[:1]),
    ({"new": REVIEWS, "old": {"data": {"list": {"17": REVIEWS[0]}}}}, [*REVIEWS, REVIEWS[0]]),
    ({"a": {"page": 1, "items": REVIEWS}, "b": {"page": 2, "items": REVIEWS[:1]}}, [*REVIEWS, REVIEWS[0]]),
    ({"a": {"t": "Да", "items": REVIEWS}, "b": {"t": "Нет", "items": REVIEWS[:1]}}, [*REVIEWS, REVIEWS[0]]),
    ({"reviews": REVIEWS, "authors": [{"name": "Анна", "about": "мастер"}] * 2}, REVIEWS),
    ({"x": [{"n": 1, "items": REVIEWS}], "y": [{"n": 2, "items": REVIEWS}]}, REVIEWS * 2),
    ({"r": REVIEWS, "q": [{"q": "Греет ли он воду?", "answers": [{"text": "Да"}]}]}, REVIEWS),
    ({"text": "один"}, []),
    (["a", "b"], []),
    (5, []),
]


@pytest.mark.parametrize(("document", "expected"), DOCUMENTS, ids=lambda value: str(value)[:40])
def test_the_list_of_reviews_is_found(document, expected):
    assert reviews_in(document) == (document["data"] if expected is None else expected)


def test_what_is_joined_and_what_is_left_out_is_noted():
    notes = []
    document = {"a": REVIEWS, "tags": {"all": [{"n": 1}, {"n": 2}]}, "b": {"7": REVIEWS[0]}, "who": [{"name": "Анна"}]}
    assert reviews_in(document, notes) == [*REVIEWS, REVIEWS[0]]
    assert notes == [
        "2 lists of objects are read as one: 'a' (2), 'b' (1)",
        "the list at 'tags.all' is left out: 2 objects with other keys",
        "the list at 'who' is left out: 1 objects with other keys",
    ]


def test_what_stands_around_pages_is_noted():
    notes = []
    assert reviews_in([{"status": "ok", "items": REVIEWS * 2}], notes) == REVIEWS * 2
    assert notes == ["what stands around the lists in the 1 objects at the top is left out"]


def test_many_lists_left_out_are_few_notes():
    notes = []
    document = {f"list{n}": [{"n": n}] for n in range(5_000)} | {"reviews": REVIEWS}
    assert reviews_in(document, notes) == REVIEWS
    assert len(notes) == 21
    assert notes[-1] == "4980 more lists are left out: 4980 objects with other keys"


NUMBERED = [
    ("a.jsonl", '{"text": "один"}\n\n{"text": "два"}\n', [1, 3]),
    ("a.json", '{"text": "один"}\n\n{"text": "два"}\n', [1, 3]),
    ("a.json", '[{"text": "один"},\n\n {"text": "два"}]', [1, 2]),
    ("a.jsonl", '[\n {"text": "один"},\n {"text": "два"}\n]\n', [1, 2]),
    ("a.jsonl", '{\n "feedbacks": [\n  {"text": "один"}, {"text": "два"}]\n}\n', [1, 2]),
]


@pytest.mark.parametrize(("name", "text", "numbers"), NUMBERED)
def test_rows_carry_their_number(read, name, text, numbers):
    assert read(name, text) == [(numbers[0], {"text": "один"}), (numbers[1], {"text": "два"})]


REJECTED = [
    ("a.jsonl", '{"text": "один"}\n{"text": "дв\n', 2, "not a JSON object: Unterminated string"),
    ("a.jsonl", '{"text": "один"}\n[1]\n', 2, "not a JSON object: found list, expected an object"),
    ("a.jsonl", '{"text": "один"}\n{"text": "дв', 2, "the file ends early: the last line is not a whole object"),
    ("a.jsonl", "[" * 100_000 + '\n{"text": "один"}', 1, "not a JSON object"),
    ("a.jsonl", '{"text": "один"}\n{"n": ' + "9" * 9_999 + "}\n", 2, "not a JSON object: Exceeds the limit"),
    ("a.json", '[{"text": "один"}, 5]', 2, "found int, expected an object"),
    ("a.json", '[{"text": "один"}, ' + '{"a": ' * 60 + "1" + "}" * 60 + "]", 2, "nested deeper than 50"),
    ("a.json", '[{"text": "один"}, {"text": "дв', 2, "the file ends early or is damaged here: Unterminated string"),
    ("a.json", '[{"text": "один"}, ' + "[" * 100_000, 2, "the file ends early or is damaged here"),
]


@pytest.mark.parametrize(("name", "text", "number", "reason"), REJECTED, ids=[reason for *_, reason in REJECTED])
def test_a_bad_row_is_given_with_its_reason(read, name, text, number, reason):
    rows = read(name, text)
    assert [at for at, row in rows if isinstance(row, str) and row.startswith(reason)] == [number]
    assert [row for _, row in rows if isinstance(row, dict)] == [{"text": "один"}]
    assert len(rows) == 2


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0b", "\x1e"], ids=ascii)
def test_an_odd_line_separator_does_not_tear_a_json_line(read, sign):
    text = json.dumps({"text": f"до{sign}после"}, ensure_ascii=False) + "\r\n"
    assert read("a.jsonl", text) == [(1, {"text": f"до{sign}после"})]


def test_a_document_too_large_to_stand_in_memory(read, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_WHOLE", 1 << 10)
    with pytest.raises(
        ReviewmineError, match=r"one JSON document of over 0 MiB, expected less, .*; convert it to JSONL"
    ):
        read("a.json", json.dumps(REVIEWS * 100))


def test_a_lone_surrogate_is_no_error(read):
    assert read("a.jsonl", '{"text": "\\ud800 шумит"}\n') == [(1, {"text": "\ud800 шумит"})]


HOSTILE = ["[", "{", '{"a":', '[{"a":', "[{},", '"', "[[],", "{}\n", "[1,\n", '{"a":[{"b":1}]},']


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_hostile_text_takes_linear_time(read, name, piece):
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    try:
        rows = read(name, text)
    except ReviewmineError:
        rows = []
    assert len(rows) <= len(text)
    assert time.process_time() - started < 4
