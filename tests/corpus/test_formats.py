"""The door of the readers: the same reviews from every format; what breaks ends in one line."""

import gc
import gzip
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.fixtures import REVIEWS, WRITERS, read_rows, separated, write_reviews
from reviewmine.corpus import formats
from reviewmine.corpus.formats import READERS, open_tables, unpack
from reviewmine.corpus.formats.unpack import ByteSource
from reviewmine.errors import ReviewmineError


def rows_of(source):
    return list(read_rows(str(source)))


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_rows(tmp_path, name):
    (table,) = open_tables(write_reviews(tmp_path, name))
    assert [row for _, row in table.rows] == REVIEWS
    assert table.done() == 1


def test_every_ending_is_tried():
    assert {ending for ending in READERS if any(ending in name.lower() for name in WRITERS)} == set(READERS)


NOTED = [
    ("comma.csv", []),
    ("excel.csv", []),
    ("utf-16.csv", []),
    ("reviews.xlsx", []),
    ("list.json", []),
    ("nested.json", [f"the list at {one!r} is left out: 1 objects with other keys" for one in ("meta", "pages")]),
    ("cp1251.csv", ["read as cp1251"]),
    ("koi8.csv", ["read as koi8-r"]),
    ("lines.json", ["one object a line, read as JSONL"]),
    ("text-inside.xlsx", ["a text table that is called .xlsx", "read as cp1251"]),
    ("workbook-inside.csv", ["not .csv inside; read as what it is"]),
]


@pytest.mark.parametrize(("name", "notes"), NOTED)
def test_only_what_was_guessed_is_noted(tmp_path, name, notes):
    (table,) = open_tables(write_reviews(tmp_path, name))
    list(table.rows)
    assert table.notes == notes


def test_a_table_is_named_with_its_part(tmp_path):
    names = ["comma.csv", "reviews.ods", "alone.db", "reviews.db::отзывы"]
    where = [table.where for name in names for table in open_tables(write_reviews(tmp_path, name))]
    assert where == [f"{tmp_path}/{one}" for one in ("comma.csv", "reviews.ods::Отзывы", "alone.db::отзывы", names[3])]


def test_rows_are_read_when_asked_for(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + "1,Молния заедает и пахнет краской\n" * 50_000, encoding="utf-8")
    (table,) = open_tables(str(path))
    next(table.rows)
    assert 0 < table.done() < 0.9


@pytest.fixture
def opened(monkeypatch):
    """Return the sources that are opened."""
    sources = []

    class Noted(ByteSource):
        def __init__(self, path):
            super().__init__(path)
            sources.append(self)

    monkeypatch.setattr(formats, "ByteSource", Noted)
    return sources


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_is_closed_when_it_is_read(tmp_path, name, opened):
    tables = list(open_tables(write_reviews(tmp_path, name)))
    for table in tables:
        assert len(list(table.rows)) == len(REVIEWS)
    assert [one.file.closed for one in opened] == [True]


@pytest.mark.parametrize("name", ["comma.csv", "reviews.xlsx", "reviews.parquet", "alone.db", "nested.json"])
def test_a_file_is_closed_when_its_table_is_dropped(tmp_path, name, opened):
    (table,) = open_tables(write_reviews(tmp_path, name))
    del table
    table = next(open_tables(str(tmp_path / name)))
    assert next(table.rows)[1] == REVIEWS[0]
    del table
    gc.collect()
    assert [one.file.closed for one in opened] == [True, True]


def test_a_file_that_cannot_be_read_is_closed(tmp_path, opened):
    for name, data in [("a.xlsx", b"PK\x03\x04 no"), ("a.db", b"SQLite format 3\0 no"), ("a.csv", b"")]:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ReviewmineError):
            rows_of(tmp_path / name)
    assert [one.file.closed for one in opened] == [True] * 3


BROKEN = [
    ("absent.csv", None, r"absent\.csv: no such file, expected a file of reviews; check the path"),
    ("empty.csv", b"", r"empty\.csv: the file is empty, expected reviews; export it again"),
    (
        "a.docx",
        b"x",
        r"the ending \.docx, expected one of \.csv, .*\.xlsx, or any of them with \.gz; rename or convert",
    ),
    ("noending", b"x", "the ending is missing, expected one of"),
    ("wide.csv", b"a," * 1_000_000 + b"\n", "1000001 columns, expected up to 5000; check the delimiter"),
    ("a.json", b"{text", r"not readable as json \(JSONDecodeError"),
    ("a.json", b"[" * 200_000, r"not readable as json \(RecursionError"),
    ("a.json", b'{"text": "x"}', r"no list of objects in it, expected such as \[.*; check the export"),
    ("a.xlsx", b"PK no", "not readable as xlsx .*; open it and save it again, or export it in another format"),
    ("a.xlsx", b"PK\x03\x04 broken off", "not readable as xlsx"),
    ("a.xls", b"<html>\n<table><tr><td>1</td></tr></table>", r"HTML or XML that is called \.xls, expected a workbook"),
    ("a.parquet", b"PAR0", "not readable as parquet"),
    ("a.db::t", b"no database at all, but over a hundred bytes of something else" * 20, "not readable as db"),
    ("a.parquet.gz", gzip.compress(b"PAR1" * 99)[:-9], "the file ends early or is damaged here"),
]


@pytest.mark.parametrize(("name", "data", "message"), BROKEN, ids=[message[:40] for *_, message in BROKEN])
def test_a_file_that_cannot_be_read(tmp_path, name, data, message):
    if data is not None:
        (tmp_path / name.partition("::")[0]).write_bytes(data)
    with pytest.raises(ReviewmineError, match=message):
        rows_of(tmp_path / name)


ENDS_EARLY = [("a.csv.gz", separated(",")), ("a.tsv.gz", separated("\t")), ("a.jsonl.gz", '{"text": "Шумит"}\n' * 200)]


@pytest.mark.parametrize(("name", "text"), ENDS_EARLY, ids=[name for name, _ in ENDS_EARLY])
def test_a_gzip_that_breaks_off_gives_the_rows_before_the_break(tmp_path, name, text):
    whole = gzip.compress((text * 20).encode())
    (tmp_path / name).write_bytes(whole[:-12])
    *rows, (_, reason) = rows_of(tmp_path / name)
    assert len(rows) > 10
    assert all(isinstance(row, dict) for _, row in rows)
    assert reason.startswith("the file ends early")


def test_a_damaged_gzip_gives_the_rows_before_the_damage(tmp_path):
    noise = random.Random(5)
    text = "id,text\n" + "".join(f"{i},Отзыв {noise.random()}\n" for i in range(50_000))
    data = bytearray(gzip.compress(text.encode()))
    data[len(data) // 2 :] = b"\xff" * 100
    (tmp_path / "a.csv.gz").write_bytes(bytes(data))
    *rows, (_, reason) = rows_of(tmp_path / "a.csv.gz")
    assert len(rows) > 10_000
    assert [row for _, row in rows if isinstance(row, str)] == []
    assert "ends early or is damaged here" in reason


def test_a_gzip_that_unpacks_without_end_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_UNPACKED", 1 << 20)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"text\n" + b"a line\n" * 1_000_000))
    *rows, (_, reason) = rows_of(tmp_path / "a.csv.gz")
    assert 100_000 < len(rows) < 500_000
    assert reason == "the file unpacks to over 1 MiB; split the file"


def test_a_gzip_of_an_absurd_ratio_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "RATIO_FROM", 1 << 16)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"text\n" + bytes(30_000_000)))
    assert [row for _, row in rows_of(tmp_path / "a.csv.gz")] == [
        "the file unpacks to over 500 times its size, as no table of reviews does"
    ]


def test_a_workbook_too_large_for_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_WHOLE", 1 << 10)
    with pytest.raises(ReviewmineError, match="over 0 MiB to be read as a whole, expected less; unpack the file first"):
        rows_of(write_reviews(tmp_path, "packed.xlsx.gz"))


@given(data=st.binary(max_size=300), ending=st.sampled_from(sorted(READERS)), packed=st.booleans())
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_give_rows_or_one_error(tmp_path, data, ending, packed):
    heads = {".xlsx": b"PK\x03\x04", ".parquet": b"PAR1", ".db": b"SQLite format 3\0", ".xls": b"\xd0\xcf\x11\xe0"}
    for content in (data, heads.get(ending, b'[{"text": "') + data):
        path = tmp_path / f"a{ending}"
        path.write_bytes(gzip.compress(content)[: -len(data) or None] if packed else content)
        try:
            assert all(isinstance(row, dict | str) and number > 0 for number, row in rows_of(path))
        except ReviewmineError as error:
            line = str(error)
        else:
            line = str(path)
        assert str(path) in line
        assert "\n" not in line


@given(cut=st.integers(1, 4000), name=st.sampled_from(sorted(name for name in WRITERS if "::" not in name)))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_file_cut_anywhere_gives_rows_or_one_error(tmp_path, cut, name):
    path = tmp_path / name
    path.unlink(missing_ok=True)
    WRITERS[name](path)
    path.write_bytes(path.read_bytes()[:cut])
    try:
        rows = rows_of(path)
    except ReviewmineError:
        return
    assert len([row for _, row in rows if isinstance(row, str)]) <= 2
