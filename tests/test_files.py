"""A file is written whole or not at all; tables come back; no cell is a formula."""

import json

import pandas as pd
import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.files import (
    OURS,
    finite,
    neutral,
    read_table,
    write_batches,
    write_json,
    write_jsonl,
    write_table,
    write_text,
    write_whole,
)

FRAME = pd.DataFrame({"id": ["007", "r2"], "text": ["ёлка, «да»\nнет", ""], "n": [1, 2], "p": [0.5, float("nan")]})


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "старое")

    def half(fresh):
        fresh.write_text("нов", encoding="utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(path, half)
    assert path.read_text(encoding="utf-8") == "старое"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_folders_are_made(tmp_path):
    write_text(tmp_path / "a" / "b" / "c.txt", "да")
    assert (tmp_path / "a/b/c.txt").read_text(encoding="utf-8") == "да"


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet", ".CSV"])
def test_tables_come_back(tmp_path, ending):
    path = tmp_path / f"t{ending}"
    write_table(path, FRAME)
    back = read_table(path)
    assert list(back.columns) == list(FRAME.columns)
    assert back["id"].tolist() == ["007", "r2"]
    assert back["text"].tolist() == FRAME["text"].tolist()
    assert pd.to_numeric(back["n"]).tolist() == [1, 2]


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_dates_come_back(tmp_path, ending):
    path = tmp_path / f"t{ending}"
    write_table(path, pd.DataFrame({"date": pd.to_datetime(["2026-03-05 07:30", None])}))
    back = pd.to_datetime(read_table(path)["date"])
    assert back[0] == pd.Timestamp("2026-03-05 07:30")
    assert pd.isna(back[1])


@pytest.mark.parametrize("ending", ["", ".xls", ".txt"])
def test_an_unknown_ending(tmp_path, ending):
    with pytest.raises(ReviewmineError, match=r"expected \.csv, \.jsonl or \.parquet; change -o"):
        write_table(tmp_path / f"t{ending}", FRAME)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_table(tmp_path):
    with pytest.raises(ReviewmineError, match=r"none\.csv: no such file; check the path"):
        read_table(tmp_path / "none.csv")


@pytest.mark.parametrize("cell", ["=1+1", "+7 900", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_or_heading_is_a_formula(tmp_path, cell):
    frame = pd.DataFrame({"text": [cell, "a=b"], cell: ["x", "y"]})
    write_table(tmp_path / "t.csv", frame)
    back = pd.read_csv(tmp_path / "t.csv", dtype=str, keep_default_na=False)
    assert back["text"].tolist() == [f"'{cell}".replace("\r", "\n"), "a=b"]
    assert back.columns[1] == f"'{cell}".replace("\r", "\n")
    assert frame["text"][0] == cell


@pytest.mark.parametrize("line_end", ["\r", "\n", "\r\n"])
def test_a_line_end_opens_no_row(tmp_path, line_end):
    write_table(tmp_path / "t.csv", pd.DataFrame({"text": [f"да{line_end}=1+1", "нет"]}))
    back = read_table(tmp_path / "t.csv")["text"].tolist()
    assert [text.split() for text in back] == [["да", "=1+1"], ["нет"]]


def test_numbers_are_no_formulas():
    frame = pd.DataFrame({"n": [-1, 2], "p": [-0.5, 1.0], "flag": [True, False]})
    assert neutral(frame).equals(frame)


FINITE = [
    (float("nan"), None),
    (float("-inf"), None),
    (1.5, 1.5),
    (pd.NaT, None),
    (pd.Timestamp("2026-03-05 07:30"), "2026-03-05 07:30:00"),
    ({1: [float("inf"), ("a", float("nan"))]}, {"1": [None, ["a", None]]}),
    ("NaN", "NaN"),
]


@pytest.mark.parametrize(("data", "expected"), FINITE)
def test_finite(data, expected):
    assert finite(data) == expected


def test_json_is_strict_and_readable(tmp_path):
    write_json(tmp_path / "a.json", {"да": float("nan")})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "да": null\n}\n'


def test_jsonl_has_an_object_a_line(tmp_path):
    rows = [{"a": "две\nстроки\u2028"}, {"a": float("inf")}]
    write_jsonl(tmp_path / "a.jsonl", rows)
    with (tmp_path / "a.jsonl").open(encoding="utf-8", newline="\n") as lines:
        assert [json.loads(line) for line in lines] == [rows[0], {"a": None}]


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_batches_make_one_table(tmp_path, ending):
    whole, parts = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    write_table(whole, FRAME)
    write_batches(parts, [FRAME.iloc[:0], FRAME.iloc[:1], FRAME.iloc[1:]])
    assert read_table(parts).to_csv() == read_table(whole).to_csv()


def test_a_parquet_file_says_who_wrote_it(tmp_path):
    import pyarrow.parquet as pq

    write_table(tmp_path / "a.parquet", FRAME)
    assert OURS in pq.read_schema(tmp_path / "a.parquet").metadata


def test_a_folder_of_parts_is_read_in_order(tmp_path):
    for number, text in enumerate(("да", "нет")):
        write_table(tmp_path / f"part-0000{number}-x.parquet", pd.DataFrame({"id": [str(number)], "text": [text]}))
    (tmp_path / "note.txt").write_text("not a part")
    assert read_table(tmp_path).to_dict("list") == {"id": ["0", "1"], "text": ["да", "нет"]}
