"""The same reviews from every format."""

import codecs
import gzip
import json
import sqlite3
from contextlib import closing

import pytest

from reviewmine.corpus import formats
from reviewmine.corpus.formats import READERS, read_rows
from reviewmine.errors import ReviewmineError

ROWS = [
    {"id": "1", "text": "Ручка отвалилась, ёлки; обидно", "rating": "1"},
    {"id": "2", "text": 'Сказали "ждите"\nи пропали', "rating": "2"},
    {"id": "3", "text": "Всё цело 👍", "rating": "5"},
]
PLAIN = [*ROWS[:2], {"id": "3", "text": "Всё цело", "rating": "5"}]  # cp1251 has no emoji


def quoted(delimiter, rows=ROWS, end="\n"):
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    return end.join(delimiter.join('"{}"'.format(cell.replace('"', '""')) for cell in line) for line in lines) + end


def xlsx(path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(list(ROWS[0]))
    for row in ROWS:
        book.active.append(list(row.values()))
    book.save(path)


def parquet(path):
    import pandas as pd

    pd.DataFrame(ROWS).to_parquet(path)


def sqlite(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute('create table "отзывы" (id text, text text, rating text)')
        database.executemany('insert into "отзывы" values (:id, :text, :rating)', ROWS)
        database.execute("create table other (id)")
        database.commit()


def as_bytes(data):
    return lambda path: path.write_bytes(data)


def jsonl(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n\n" for row in rows).encode()


def nested(rows):
    return json.dumps(
        {"meta": [{"page": 1}], "data": {"feedbacks": rows, "countries": ["RU"] * 9}, "pages": [{"n": 1}]}
    ).encode()


WRITERS = {
    "comma.csv": as_bytes(quoted(",").encode()),
    "semicolon.csv": as_bytes(quoted(";").encode()),
    "tab.csv": as_bytes(quoted("\t").encode()),
    "bar.csv": as_bytes(quoted("|").encode()),
    "reviews.tsv": as_bytes(quoted("\t").encode()),
    "windows.csv": as_bytes(quoted(",", end="\r\n").encode()),
    "bom.csv": as_bytes(codecs.BOM_UTF8 + quoted(";").encode()),
    "UPPER.CSV": as_bytes(quoted(",").encode()),
    "utf-16.csv": as_bytes(quoted(",").encode("utf-16")),
    "utf-16-be.csv": as_bytes(codecs.BOM_UTF16_BE + quoted(",").encode("utf-16-be")),
    "cp1251.csv": as_bytes(quoted(";", PLAIN).encode("cp1251")),
    "blank-lines.csv": as_bytes(("\n\n" + quoted(",")).encode()),
    "packed.csv.gz": as_bytes(gzip.compress(quoted(",").encode())),
    "packed.tsv.gz": as_bytes(gzip.compress(quoted("\t").encode())),
    "list.json": as_bytes(json.dumps(ROWS).encode()),
    "nested.json": as_bytes(nested(ROWS)),
    "packed.json.gz": as_bytes(gzip.compress(nested(ROWS))),
    "reviews.jsonl": as_bytes(jsonl(ROWS)),
    "packed.jsonl.gz": as_bytes(gzip.compress(jsonl(ROWS))),
    "reviews.xlsx": xlsx,
    "reviews.parquet": parquet,
    "reviews.db::отзывы": sqlite,
    "reviews.sqlite::отзывы": sqlite,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_rows(tmp_path, name):
    WRITERS[name](tmp_path / name.partition("::")[0])
    expected = PLAIN if name == "cp1251.csv" else ROWS
    assert [row for _, row in read_rows(str(tmp_path / name))] == expected


@pytest.mark.parametrize("name", ["reviews.xlsx", "reviews.parquet", "reviews.db::отзывы"])
def test_a_packed_file_gives_the_same_rows(tmp_path, name):
    file, _, table = name.partition("::")
    WRITERS[name](tmp_path / file)
    (tmp_path / f"{file}.gz").write_bytes(gzip.compress((tmp_path / file).read_bytes()))
    assert [row for _, row in read_rows(f"{tmp_path / file}.gz::{table}")] == ROWS


def test_every_ending_is_tried_above():
    assert {ending for ending in READERS if any(ending in name.lower() for name in WRITERS)} == set(READERS) - {".txt"}


def test_a_page_of_pasted_reviews(tmp_path):
    (tmp_path / "page.txt").write_text("★★☆☆☆ Ручка отвалилась\n★★★★★ Всё цело", encoding="utf-8")
    assert [row["text"] for _, row in read_rows(str(tmp_path / "page.txt"))] == ["Ручка отвалилась", "Всё цело"]


NUMBERED = [
    ("a.csv", 'text,rating\nодин,1\n\n"два\nстроки",2\nтри,3\n', [2, 4, 6]),
    ("a.jsonl", '{"text": "один"}\n\n{"text": "два"}\n', [1, 3]),
    ("a.json", '[{"text": "один"}, {"text": "два"}]', [1, 2]),
]


@pytest.mark.parametrize(("name", "text", "numbers"), NUMBERED, ids=[name for name, _, _ in NUMBERED])
def test_rows_carry_their_number(tmp_path, name, text, numbers):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert [number for number, _ in read_rows(str(tmp_path / name))] == numbers


REJECTED = [
    ("a.csv", "text,rating\nодин,1,лишнее\nдва,2\n", 2, "3 cells under 2 columns"),
    ("a.jsonl", '{"text": "один"}\n{"text": "дв\n', 2, "not a JSON object: Unterminated string"),
    ("a.jsonl", '{"text": "один"}\n[1]\n', 2, "not a JSON object: found list, expected an object"),
    ("a.jsonl", "[" * 100_000 + '\n{"text": "один"}', 1, "not a JSON object"),
    ("a.json", '[{"text": "один"}, 5]', 2, "found int, expected an object"),
    ("a.json", '[{"text": "один"}, ' + '{"a": ' * 60 + "1" + "}" * 60 + "]", 2, "nested deeper than 50"),
]


@pytest.mark.parametrize(("name", "text", "number", "reason"), REJECTED, ids=[reason for *_, reason in REJECTED])
def test_a_bad_row_is_given_with_its_reason(tmp_path, name, text, number, reason):
    (tmp_path / name).write_text(text, encoding="utf-8")
    rows = list(read_rows(str(tmp_path / name)))
    assert len(rows) == 2
    assert [at for at, row in rows if isinstance(row, str) and row.startswith(reason)] == [number]
    assert len([row for _, row in rows if isinstance(row, dict)]) == 1


def test_cells_beyond_the_columns_of_a_sheet_are_not_dropped(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for line in (["text", "rating"], ["один", 1, "лишнее"], [None, None], ["два", 2]):
        book.active.append(line)
    book.create_sheet("empty")
    book.create_sheet("second").append(["text"])
    book["second"].append(["три"])
    book.save(tmp_path / "a.xlsx")
    assert list(read_rows(str(tmp_path / "a.xlsx"))) == [
        (2, "3 cells under 2 columns"),
        (4, {"text": "два", "rating": 2.0}),
        (2, {"text": "три"}),
    ]


def test_a_giant_cell_is_rejected_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "MAX_CELL", 100)
    (tmp_path / "a.csv").write_text(f"text\nодин\n{'х' * 101}\n", encoding="utf-8")
    assert list(read_rows(str(tmp_path / "a.csv"))) == [
        (2, {"text": "один"}),
        (3, "not readable as CSV: field larger than field limit (100)"),
    ]


def test_inner_objects_are_flattened(tmp_path):
    item = {"text": "Шумит", "product": {"name": "Чайник", "sku": {"id": 7}}, "tags": ["шум", "кухня"], "answer": None}
    (tmp_path / "a.json").write_text(json.dumps([item]), encoding="utf-8")
    assert [row for _, row in read_rows(str(tmp_path / "a.json"))] == [
        {"text": "Шумит", "product.name": "Чайник", "product.sku.id": 7, "tags": "шум|кухня", "answer": None}
    ]


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0b", "\x1e"], ids=ascii)
def test_an_odd_line_separator_does_not_tear_a_json_line(tmp_path, sign):
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"text": f"до{sign}после"}, ensure_ascii=False) + "\r\n", encoding="utf-8", newline=""
    )
    assert list(read_rows(str(tmp_path / "a.jsonl"))) == [(1, {"text": f"до{sign}после"})]


def test_an_unnamed_column_gets_a_number(tmp_path):
    (tmp_path / "a.csv").write_text("text,,rating\nШум,x,2\n", encoding="utf-8")
    assert list(read_rows(str(tmp_path / "a.csv"))) == [(2, {"text": "Шум", "column 2": "x", "rating": "2"})]


def test_a_table_name_is_no_sql(tmp_path):
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute('create table "x""; drop table y; --" (text)')
        database.execute("""insert into "x""; drop table y; --" values ('Шум')""")
        database.commit()
    assert list(read_rows(f'{tmp_path}/a.db::x"; drop table y; --')) == [(1, {"text": "Шум"})]


BROKEN = [
    ("absent.csv", None, "absent.csv: no such file, expected a file of reviews; check the path"),
    ("empty.csv", b"", "empty.csv: the file is empty, expected reviews; export it again"),
    (
        "a.docx",
        b"x",
        r"the ending \.docx, expected one of \.csv, .*\.xlsx, or any of them with \.gz; rename or convert it",
    ),
    ("noending", b"x", "the ending is missing, expected one of"),
    ("a.csv", b"text\n\x98\xff\n", "neither UTF-8, UTF-16 nor cp1251; save it as UTF-8"),
    ("twice.csv", "Текст,Оценка,Текст\nа,1,б\n".encode(), "two columns are called 'Текст'; rename one of them"),
    ("wide.csv", b"a," * 6000 + b"\n", "6001 columns, expected up to 5000; check the delimiter"),
    ("a.json", b"{text", r"not readable as json \(JSONDecodeError"),
    ("a.json", b"[" * 200_000, r"not readable as json \(RecursionError"),
    ("a.json", b'{"text": "x"}', "no list of objects in it, expected such as"),
    ("a.xlsx", b"PK no", "not readable as xlsx"),
    ("a.parquet", b"PAR0", "not readable as parquet .*; open it and save it again"),
    ("a.db::t", b"no database at all", "not readable as db"),
    ("a.csv.gz", b"no gzip", r"not readable as csv \(BadGzipFile"),
    ("a.csv.gz", gzip.compress(b"text\n" * 999)[:-9], r"not readable as csv \(EOFError"),
]


@pytest.mark.parametrize(("name", "data", "message"), BROKEN, ids=[message[:40] for *_, message in BROKEN])
def test_a_file_that_cannot_be_read(tmp_path, name, data, message):
    if data is not None:
        (tmp_path / name.partition("::")[0]).write_bytes(data)
    with pytest.raises(ReviewmineError, match=message):
        list(read_rows(str(tmp_path / name)))


@pytest.mark.parametrize("table", ["", "::no"])
def test_a_table_that_is_not_there(tmp_path, table):
    sqlite(tmp_path / "a.db")
    with pytest.raises(
        ReviewmineError, match=r"a\.db: table '(no)?', expected one of other, отзывы; write a\.db::TABLE"
    ):
        list(read_rows(f"{tmp_path}/a.db{table}"))


def test_a_gzip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "MAX_UNPACKED", 1 << 10)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"text\n" + b"x" * (1 << 20)))
    with pytest.raises(ReviewmineError, match=r"unpacks to over .*; split the file"):
        list(read_rows(str(tmp_path / "a.csv.gz")))
