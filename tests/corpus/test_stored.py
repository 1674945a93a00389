"""Parquet and SQLite."""

import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from corpus.fixtures import sqlite
from reviewmine.corpus.formats import open_tables, stored
from reviewmine.corpus.formats.table import Source
from reviewmine.corpus.formats.unpack import ByteSource
from reviewmine.errors import ReviewmineError


def read(source):
    (table,) = open_tables(str(source))
    return list(table.rows)


@pytest.fixture
def database(tmp_path):
    def run(*commands):
        with closing(sqlite3.connect(tmp_path / "a.db")) as made:
            for command in commands:
                made.execute(command)
            made.commit()
        return tmp_path / "a.db"

    return run


def test_the_only_table_needs_no_name(database):
    path = database(
        "create table t (id integer primary key autoincrement, text)", "insert into t (text) values ('Шум')"
    )
    assert read(path) == read(f"{path}::t") == [(1, {"id": 1, "text": "Шум"})]


def test_a_view_is_read(database):
    path = database(
        "create table t (text, n)",
        "insert into t values ('Шум', 1), ('Гул', 2)",
        "create view v as select text from t where n > 1",
    )
    assert read(f"{path}::v") == [(1, {"text": "Гул"})]


@pytest.mark.parametrize(("part", "found"), [("", "2 tables"), ("::no", "no table 'no'")])
def test_several_tables_are_listed(tmp_path, part, found):
    sqlite(tmp_path / "a.db")
    with pytest.raises(ReviewmineError, match=rf"a\.db: {found}, expected one of касса, отзывы; write a\.db::TABLE"):
        read(f"{tmp_path}/a.db{part}")


def test_a_table_name_is_no_sql(database):
    path = database(
        'create table "x""; drop table y; --" (text)',
        """insert into "x""; drop table y; --" values ('Шум')""",
        "create table y (n)",
    )
    assert read(f'{path}::x"; drop table y; --') == [(1, {"text": "Шум"})]
    assert len(sqlite3.connect(path).execute("select name from sqlite_master").fetchall()) == 2


def test_a_database_is_not_written_to(database):
    path = database("create table t (text)")
    opened = stored._opened(Source(path, path.name, "", ByteSource(path)))
    with closing(opened), pytest.raises(sqlite3.OperationalError, match="readonly"):
        opened.execute("insert into t values ('Шум')")


def test_bytes_and_bad_text_are_read_as_text(database):
    path = database("create table t (a, b, c)", "insert into t values (x'd0a8', cast(x'd0ff' as text), null)")
    assert read(path) == [(1, {"a": "Ш", "b": "\ufffd\ufffd", "c": None})]


def test_equal_names_of_a_view_are_told_apart(database):
    path = database("create table t (a)", "insert into t values (1)")
    with closing(sqlite3.connect(path)) as made:
        made.execute("create view v as select a as x, a + 1 as x from t")
        made.commit()
    assert [sorted(row.values()) for _, row in read(f"{path}::v")] == [[1, 2]]


def test_a_database_damaged_inside_gives_the_rows_before(database):
    path = database("create table t (text)", *(f"insert into t values ('Отзыв {n} {'о' * 500}')" for n in range(200)))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
    path.write_bytes(bytes(data))
    *rows, (_, reason) = read(path)
    assert len(rows) > 20
    assert reason.startswith("not readable as db (DatabaseError")


def test_nested_columns_of_parquet_are_flattened(tmp_path):
    frame = pd.DataFrame(
        {
            "text": ["Шумит", None],
            "product": [{"id": 7, "name": "Чайник"}, {"id": 8, "name": None}],
            "tags": [["шум", "кухня"], []],
            "answers": [[{"text": "Жаль"}], None],
            "raw": ["Ш".encode(), b"\xff"],
        }
    )
    frame.to_parquet(tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet") == [
        (
            1,
            {
                "text": "Шумит",
                "product.id": 7,
                "product.name": "Чайник",
                "tags": "шум|кухня",
                "answers": '[{"text":"Жаль"}]',
                "raw": "Ш",
            },
        ),
        (2, {"text": None, "product.id": 8, "product.name": None, "tags": "", "answers": None, "raw": "\ufffd"}),
    ]


def test_parquet_is_read_in_batches(tmp_path):
    pd.DataFrame({"text": [f"Отзыв {n}" for n in range(20_000)]}).to_parquet(tmp_path / "a.parquet")
    (table,) = open_tables(str(tmp_path / "a.parquet"))
    for number, row in table.rows:
        assert row == {"text": f"Отзыв {number - 1}"}
        if number == 12_000:
            assert 0.4 < table.done() < 0.8
    assert (number, table.done()) == (20_000, 1)
