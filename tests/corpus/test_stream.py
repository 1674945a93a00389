"""Reading in two passes: the same reviews from memory and from disk, in batches of any size, from every format."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from reviewmine.corpus import stream as module
from reviewmine.corpus.read import read_reviews
from reviewmine.corpus.stream import DATE_AS_WRITTEN, open_reviews
from reviewmine.errors import ReviewmineError


def write_csv(path, n=50):
    lines = ["id,Отзыв,Оценка,Дата,Город"]
    lines += [f"{i % 40},Отзыв номер {i},{i % 7},0{i % 9 + 1}.02.2026,Тула" for i in range(n)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("spilled", [False, True])
def test_batches_and_spilling_change_nothing(tmp_path, monkeypatch, size, spilled):
    path = write_csv(tmp_path / "a.csv")
    whole = read_reviews(path)
    monkeypatch.setattr(module, "BATCH", size)
    with open_reviews(path, spill=tmp_path if spilled else None) as stream:
        parts = list(stream.batches())
        again = list(stream.batches())
        assert (stream.n_kept, stream.n_rejected, stream.n_read) == (50, 0, 50)
        assert stream.notes == tuple(whole.notes)
        assert max(map(len, parts)) <= size
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole.reviews)
    pd.testing.assert_frame_equal(pd.concat(again, ignore_index=True), whole.reviews)
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"], "what was spilled is gone"


def test_what_was_spilled_is_gone_after_an_error(tmp_path):
    (tmp_path / "a.csv").write_text("id,rating\n1,5\n", encoding="utf-8")
    with pytest.raises(ReviewmineError, match="no text column"), open_reviews(tmp_path / "a.csv", spill=tmp_path):
        pass
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_progress_is_told_with_rising_shares(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 10)
    told = []
    files = [write_csv(tmp_path / "a.csv"), write_csv(tmp_path / "b.csv")]
    with open_reviews(files, progress=lambda *step: told.append(step)):
        pass
    assert len(told) > 10
    assert [share for _, share, _ in told] == sorted(share for _, share, _ in told)
    assert (told[-1][1], told[-1][2]) == (1.0, 100)


def test_the_whole_table_tells_the_scale(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    (tmp_path / "a.csv").write_text(
        "text,NPS\n" + "".join(f"отзыв {n},{n}\n" for n in (5, 5, 5, 10, 0)), encoding="utf-8"
    )
    assert read_reviews(tmp_path / "a.csv").reviews["rating"].tolist() == [3, 3, 3, 5, 1]


def test_a_column_that_comes_late_is_recognised(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    rows = [{"text": "шумит"}, {"text": "греется"}, {"text": "гудит", "cons": "шнур", "город": "Омск"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    reviews = read_reviews(tmp_path / "a.jsonl").reviews
    assert reviews["cons"].tolist() == ["", "", "шнур"]
    assert reviews["город"].tolist() == ["", "", "Омск"]


def test_a_broken_file_among_others_is_one_reject(tmp_path):
    good = write_csv(tmp_path / "a.csv")
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (tmp_path / "c.csv").write_text("id,rating\n1,5\n", encoding="utf-8")
    reading = read_reviews([good, tmp_path / "b.xlsx", tmp_path / "c.csv", tmp_path / "absent.csv"])
    assert len(reading.reviews) == 50
    assert reading.rejects["row"].tolist() == [0, 2, 0]
    assert [reason.split(",")[0].split("(")[0].strip() for reason in reading.rejects["reason"]] == [
        "not readable as xlsx",
        "no text column among: id",
        "no such file",
    ]
    assert reading.n_read == 53


def test_when_every_file_is_broken_the_first_error_is_raised(tmp_path):
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(ReviewmineError, match=r"b\.xlsx: not readable as xlsx"):
        read_reviews([tmp_path / "b.xlsx", tmp_path / "absent.csv"])


def test_each_sheet_has_its_own_columns(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Ozon"
    for cells in (["Достоинства", "Оценка"], ["тихий", 5], ["лёгкий", 4]):
        book.active.append(cells)
    sheet = book.create_sheet("NPS")
    for cells in (["Комментарий", "NPS"], ["шумит", 0], ["ломается", 10]):
        sheet.append(cells)
    book.create_sheet("Справка").append(["Версия"])
    book.save(tmp_path / "a.xlsx")
    reading = read_reviews(tmp_path / "a.xlsx")
    assert list(reading.columns) == [f"{tmp_path}/a.xlsx::Ozon", f"{tmp_path}/a.xlsx::NPS"]
    assert reading.reviews[["pros", "comment", "rating"]].values.tolist() == [
        ["тихий", "", 5.0],
        ["лёгкий", "", 4.0],
        ["", "шумит", 1.0],
        ["", "ломается", 5.0],
    ]


def test_dates_that_are_not_understood_are_kept_as_written(tmp_path):
    (tmp_path / "a.csv").write_text("text,date\nшумит,давно\nгреется,2026-02-01\n", encoding="utf-8")
    reviews = read_reviews(tmp_path / "a.csv").reviews
    assert reviews[DATE_AS_WRITTEN].tolist() == ["давно", "2026-02-01"]
    assert DATE_AS_WRITTEN not in read_reviews(write_csv(tmp_path / "b.csv")).reviews


def test_long_texts_are_kept_whole_and_told(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "шум " * 6000}) + "\n", encoding="utf-8")
    reading = read_reviews(tmp_path / "a.jsonl")
    assert len(reading.reviews["text"][0]) == 24_000
    assert "1 text is over 20000 characters; statements and routing read the beginning" in reading.notes[0]


def test_a_folder_says_what_it_left_out(tmp_path):
    write_csv(tmp_path / "a.csv")
    (tmp_path / "readme.txt").write_text("Выгрузка за май.", encoding="utf-8")
    reading = read_reviews(tmp_path)
    assert [note for note in reading.notes if "readme.txt: left out" in note]


def test_a_long_stretch_without_text_is_rejected_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 4)
    rows = [f"{i},,5" for i in range(9)] + ["10,шумит,1"]
    (tmp_path / "a.csv").write_text("id,text,rating\n" + "\n".join(rows) + "\n", encoding="utf-8")
    reading = read_reviews(tmp_path / "a.csv")
    assert (reading.reviews["id"].tolist(), len(reading.rejects)) == (["10"], 9)


@pytest.mark.parametrize("turned", [False, True])
def test_a_rival_column_steps_in_where_the_chosen_one_is_empty(tmp_path, turned):
    rows = [f"{i},шумит {i}," for i in range(300)] + [f"{i},,греется {i}" for i in range(300, 400)]
    (tmp_path / "a.csv").write_text(
        "id,text,review\n" + "\n".join(rows[::-1] if turned else rows) + "\n", encoding="utf-8"
    )
    reviews = read_reviews(tmp_path / "a.csv").reviews.set_index("id")
    assert len(reviews) == 400
    assert (reviews.loc["7", "text"], reviews.loc["333", "text"]) == ("шумит 7", "греется 333")


def test_a_text_that_comes_after_the_first_rows_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    rows = [{"id": 1}, {"id": 2}, {"id": 3, "text": "шумит"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    reading = read_reviews(tmp_path / "a.jsonl")
    assert reading.reviews["id"].tolist() == ["3"]
    assert set(reading.rejects["reason"]) == {"no text column among: id"}


def test_a_table_may_lack_a_column_of_the_map_but_not_all_may(tmp_path):
    (tmp_path / "a.csv").write_text("мнение\nшумит\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("text\nгреется\n", encoding="utf-8")
    reading = read_reviews([tmp_path / "a.csv", tmp_path / "b.csv"], {"text": "мнение"})
    assert reading.reviews["text"].tolist() == ["шумит", "греется"]
    with pytest.raises(ReviewmineError, match=r"no column 'автор', expected one of мнение; fix the map"):
        read_reviews([tmp_path / "a.csv", tmp_path / "b.csv"], {"text": "мнение", "channel": "автор"})


def test_what_a_column_was_called_and_held_is_not_lost(tmp_path):
    (tmp_path / "a.csv").write_text("text,date,Дата визита,rating\nшумит,вторник,2026-02-01,4 из 5\n", encoding="utf-8")
    (row,) = read_reviews(tmp_path / "a.csv", {"date": "Дата визита"}).reviews.to_dict("records")
    assert (str(row["date"])[:10], row["date (source)"], row["rating (source)"]) == ("2026-02-01", "вторник", "4 из 5")


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_reviews_written_and_read_again_are_the_same(tmp_path, ending):
    from reviewmine.files import write_table

    rows = ["7,- плохо везли,4,давно,x", "7,=1+1,5,2026-02-01,y", ",нет,1,,z"]
    (tmp_path / "a.csv").write_text("id,Отзыв,rating,date,город\n" + "\n".join(rows) + "\n", encoding="utf-8")
    first = read_reviews(tmp_path / "a.csv").reviews
    write_table(tmp_path / f"b{ending}", first)
    again = read_reviews(tmp_path / f"b{ending}").reviews
    assert again[first.columns].astype(str).values.tolist() == first.astype(str).values.tolist()
    assert list(again.columns) == list(first.columns)


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path):
    path = write_csv(tmp_path / "a.csv")
    code = (
        "import os, sys; from pathlib import Path; from reviewmine.corpus.stream import open_reviews\n"
        "with open_reviews(sys.argv[1], spill=Path(sys.argv[2])): os.kill(os.getpid(), 9)"
    )
    spill = tmp_path / "out"
    spill.mkdir()
    done = subprocess.run([sys.executable, "-c", code, path, spill], capture_output=True)
    assert done.returncode == -9
    assert [one.name.startswith(".reading-") for one in spill.iterdir()] == [True]
    with open_reviews(path, spill=spill) as stream:
        assert stream.n_kept == 50
    assert list(spill.iterdir()) == []
