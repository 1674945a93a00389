"""The encoding is found in the bytes; what is not of it never ends the reading."""

import pytest

from reviewmine.corpus.formats import open_tables
from reviewmine.corpus.formats.encoding import BLOCK, guess_encoding

TEXTS = [
    "Молния заедает, а собачка слабая. Вернула на следующий день",
    "ЗАКАЗ ВЕЗЛИ ТРИ НЕДЕЛИ, КОРОБКА ВСКРЫТА",
    "номер;отзыв\n1;Ёлка осыпалась ещё в пакете\n2;Щётка жёсткая",
    "Цена хорошая",
    "id,text,rating\n17,Wi-Fi не ловит за стеной,2\n",
]
ENCODINGS = ["utf-8", "cp1251", "koi8-r", "cp866", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", TEXTS)
def test_a_short_russian_text_tells_its_encoding(text, encoding):
    assert guess_encoding(text.encode(encoding)) == encoding


def test_the_table_is_told_by_the_first_64_kib():
    english = b"good kettle\n" * 5_000
    russian = "Молния заедает, а собачка слабая\n"
    head = english + russian.encode("koi8-r") * 250
    assert len(english) < 1 << 16 < len(head)
    assert guess_encoding(head) == "koi8-r"
    assert guess_encoding(head + russian.encode("cp1251") * 20_000) == "koi8-r"


OTHERS = [
    (b"", "ascii"),
    (b"id,text\n1,Good kettle\n", "ascii"),
    ("it’s fine — “really”, 5 € ".encode("cp1251"), "cp1251"),
    ("Отзыв".encode("utf-8-sig"), "utf-8-sig"),
    ("Отзыв".encode("utf-16"), "utf-16"),
    ("Хорошая цена, быстрая доставка".encode()[:-1], "utf-8"),
    ("Хорошая цена, быстрая доставка, буду брать ещё".encode() + b"\xff", "utf-8"),
    ("配送太慢了，包装破了".encode(), "utf-8"),
    ("good kettle, 5 stars".encode("utf-16-le"), "utf-16-le"),
]


@pytest.mark.parametrize(("data", "encoding"), OTHERS, ids=[f"{name}-{len(data)}" for data, name in OTHERS])
def test_what_else_bytes_tell(data, encoding):
    assert guess_encoding(data) == encoding


def read(path, data):
    path.write_bytes(data)
    (table,) = open_tables(str(path))
    return [row for _, row in table.rows], table.notes


def test_a_late_bad_byte_spoils_one_cell_and_is_noted(tmp_path):
    line = "Пришло вовремя,5\n".encode()
    before = b"text,rating\n" + line * (3 * BLOCK // len(line))
    rows, notes = read(tmp_path / "a.csv", before + b"\xd0\xffx,1\n" + line * 20)
    assert len(rows) == 3 * BLOCK // len(line) + 21
    assert [row["text"] for row in rows if row["rating"] == "1"] == ["\ufffd\ufffdx"]
    assert {row["text"] for row in rows if row["rating"] == "5"} == {"Пришло вовремя"}
    assert notes == ["2 bytes are not utf-8; they stand as \ufffd"]


def test_a_letter_cut_by_the_end_of_the_file_is_noted(tmp_path):
    rows, notes = read(tmp_path / "a.csv", "text,rating\nШумит,1\nГреется и пахне".encode() + b"\xd1")
    assert [row["text"] for row in rows] == ["Шумит", "Греется и пахне\ufffd"]
    assert notes == ["1 bytes are not utf-8; they stand as \ufffd"]


def test_a_bad_pair_in_utf_16_does_not_move_what_follows(tmp_path):
    data = "text,rating\nШумит,".encode("utf-16") + b"\x00\xd8" + "1\nГреется,2\n".encode("utf-16-le")
    rows, notes = read(tmp_path / "a.csv", data)
    assert rows[1] == {"text": "Греется", "rating": "2"}
    assert "are not utf-16" in notes[0]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "koi8-r"])
def test_russian_that_begins_late_is_read(tmp_path, encoding):
    head = b"id,text\n" + b"1,ok\n" * (2 * (1 << 20) // 5)
    rows, _ = read(tmp_path / "a.csv", head + "2,Обивка протёрлась за месяц\n".encode(encoding))
    assert rows[-1] == {"id": "2", "text": "Обивка протёрлась за месяц"}


def test_nul_is_dropped_and_noted(tmp_path):
    rows, notes = read(tmp_path / "a.csv", "text,rating\nШу\0мит,\0001\n".encode())
    assert rows == [{"text": "Шумит", "rating": "1"}]
    assert notes == ["2 NUL characters are dropped"]
