"""Paths and folders to files, in a fixed order; what is left out is named."""

import pandas as pd
import pytest

from corpus.fixtures import parquet, workbook
from reviewmine.corpus.formats import files_of, open_tables
from reviewmine.errors import ReviewmineError
from reviewmine.files import OURS


@pytest.fixture
def folder(tmp_path):
    def put(name, data=b"text\n1\n"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    put.path = tmp_path / "in"
    return put


def names(files, folder):
    return [path.removeprefix(f"{folder.path}/") for path in files.paths]


def test_a_folder_is_opened_with_all_inside_it_in_order(folder):
    for name in ("б.csv", "май/2.jsonl", "май/1.csv.gz", "а.TSV", "апрель/x.db"):
        folder(name)
    workbook(folder.path / "я.xlsx")
    assert names(files_of([folder.path]), folder) == [
        "а.TSV",
        "апрель/x.db",
        "б.csv",
        "май/1.csv.gz",
        "май/2.jsonl",
        "я.xlsx",
    ]


def test_what_is_no_export_is_left_out(folder):
    for name in ("a.csv", ".hidden.csv", ".git/b.csv", "~$a.xlsx", "photo.jpg", "notes.md", "run.manifest.json"):
        folder(name)
    assert (names(files_of([folder.path]), folder), files_of([folder.path]).left_out) == (["a.csv"], [])


def test_rejected_rows_of_an_earlier_run_are_left_out_and_named(folder):
    folder("a.csv")
    folder("bad.csv", b"file,row,reason\na.csv,7,no text in it\n")
    files = files_of([folder.path])
    assert names(files, folder) == ["a.csv"]
    assert files.left_out == [f"{folder.path}/bad.csv: left out, it lists rejected rows"]


def test_a_table_that_reviewmine_wrote_is_left_out_and_named(folder):
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder("a.csv")
    parquet(folder.path / "theirs.parquet")
    table = pa.Table.from_pandas(pd.DataFrame({"text": ["Шумит"]}))
    pq.write_table(table.replace_schema_metadata({OURS: b"1"}), folder.path / "reviews.parquet")
    files = files_of([folder.path])
    assert names(files, folder) == ["a.csv", "theirs.parquet"]
    assert files.left_out == [f"{folder.path}/reviews.parquet: left out, reviewmine wrote it"]
    assert len(files_of([folder.path / "reviews.parquet"]).paths) == 1  # whoever names it wants it


def test_only_a_page_that_looks_like_reviews_is_taken_from_a_folder(folder):
    folder("page.txt", "★★☆☆☆ Замок сломался\n".encode("cp1251", "replace") + b"\n5 \xe8\xe7 5\n")
    folder("fields.txt", "Достоинства: цвет\nНедостатки: маркая\n".encode())
    folder("export.txt", "Дата\tОтзыв\n1.05\tШумит\n".encode())
    folder("contract.txt", "Поставщик обязуется отгрузить товар в срок.\n".encode())
    files = files_of([folder.path])
    assert names(files, folder) == ["export.txt", "fields.txt", "page.txt"]
    assert files.left_out == [
        f"{folder.path}/contract.txt: left out, it does not look like pasted reviews; name it to read it"
    ]


def test_files_are_taken_as_named_and_once(folder):
    folder("a.csv")
    one, part = str(folder.path / "a.csv"), f"{folder.path}/b.db::отзывы"
    assert files_of([part, one, folder.path, "absent.csv"]).paths == [part, one, "absent.csv"]


def test_a_file_whose_name_has_the_sign_of_a_part(folder):
    folder("a::b.csv", "text\nШумит\n".encode())
    (table,) = open_tables(f"{folder.path}/a::b.csv")
    assert list(table.rows) == [(2, {"text": "Шумит"})]


def test_a_folder_without_reviews(folder):
    folder("notes.md")
    with pytest.raises(
        ReviewmineError, match=r"in: no file of reviews in the folder, expected one of \.csv, .*; check the path$"
    ):
        files_of([folder.path])
    folder("contract.txt", b"Nothing of the kind\n")
    with pytest.raises(ReviewmineError, match=r"check the path; .*contract\.txt: it does not look like pasted reviews"):
        files_of([folder.path])
