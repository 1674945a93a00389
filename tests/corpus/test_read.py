"""Any export to reviews: every row is kept, or rejected with file, row and reason."""

import csv
import json
import math

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.fixtures import REVIEWS, WRITERS, write_reviews
from reviewmine.corpus.read import read_reviews
from reviewmine.errors import ReviewmineError


@pytest.fixture
def write(tmp_path):
    def put(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return put


def test_a_review_with_every_field(write):
    path = write(
        "a.csv",
        "ID,Достоинства,Недостатки,Комментарий,Оценка,Дата,Канал,Товар,Категория,Регион\n"
        "7,Тихий,Шнур короткий,Беру второй,4 из 5,11.02.2024 14:12,сайт,Фен,Техника,Тула\n",
    )
    reading = read_reviews(path)
    (row,) = reading.reviews.to_dict("records")
    assert row | {"date": str(row["date"])} == {
        "id": "7",
        "title": "",
        "pros": "Тихий",
        "cons": "Шнур короткий",
        "comment": "Беру второй",
        "text": "",
        "rating": 4.0,
        "date": "2024-02-11 14:12:00",
        "channel": "сайт",
        "product": "Фен",
        "group": "Техника",
        "Оценка": "4 из 5",
        "Регион": "Тула",
    }
    assert reading.columns[str(path)]["cons"] == "Недостатки"
    assert (reading.n_read, len(reading.rejects), reading.notes) == (1, 0, ())


def test_kept_and_rejected_are_what_was_read(write):
    path = write("a.csv", "id,text,rating\n1,Шумит,2\n2,,5\n3,a,b,c\n4,\u00a0 \n5,Греется,1\n")
    reading = read_reviews(path)
    assert reading.reviews["id"].tolist() == ["1", "5"]
    assert sorted(reading.rejects.to_dict("records"), key=lambda row: row["row"]) == [
        {"file": str(path), "row": 3, "reason": "no text in it"},
        {"file": str(path), "row": 4, "reason": "4 cells under 3 columns"},
        {"file": str(path), "row": 5, "reason": "no text in it"},
    ]
    assert reading.n_read == 5


def test_several_files_each_with_its_names_and_scale(write):
    first = write("a.csv", "Отзыв;Оценка\nШумит;5\nТихий;1\n")
    second = write(
        "b.json",
        json.dumps({"feedbacks": [{"id": 9, "body": "Греется", "stars": 10, "город": "Омск"}, {"id": 10, "body": ""}]}),
    )
    reading = read_reviews([first, second])
    assert reading.reviews["text"].tolist() == ["Шумит", "Тихий", "Греется"]
    assert reading.reviews["rating"].tolist() == [5, 1, 5]
    assert reading.reviews["город"].tolist() == ["", "", "Омск"]
    assert reading.rejects["file"].tolist() == [str(second)]
    assert reading.n_read == 4


def test_a_folder_is_its_files_in_order(write, tmp_path):
    write("in/b.csv", "text\nвторой\n")
    write("in/a.jsonl", '{"text": "первый"}\n')
    write("in/notes.md", "не отзыв")
    assert read_reviews(tmp_path / "in").reviews["text"].tolist() == ["первый", "второй"]


def test_a_file_of_rejects_beside_a_good_one(write):
    bad, good = write("a.jsonl", "{\n"), write("b.jsonl", '{"text": "Шумит"}\n')
    reading = read_reviews([bad, good])
    assert (len(reading.reviews), reading.rejects["row"].tolist()) == (1, [1])


def test_a_map_gives_the_columns(write):
    path = write("a.csv", "a,b\nШумит,2\n")
    (row,) = read_reviews(path, {"cons": "a", "rating": "b"}).reviews.to_dict("records")
    assert (row["cons"], row["text"], row["rating"]) == ("Шумит", "", 2.0)


def test_a_review_without_an_id_is_named_by_its_content(write):
    first = read_reviews(write("a.csv", "text\nШумит\nГреется\nШумит\n")).reviews
    again = read_reviews(write("b.csv", "text,rating\nГреется,1\nШумит,2\n")).reviews
    ids = dict(zip(first["text"], first["id"], strict=True))
    assert again["id"].tolist() == [first["id"][1], first["id"][0]]
    assert first["id"][2] == first["id"][0] + "-2"
    assert len(ids) == 2


@pytest.mark.parametrize(
    "ids", [["7", "7", "7"], ["7", "7", "7-2"], ["7-2", "7", "7", "7-2", "7-2-2"], ["", "7", "7"]], ids=str
)
def test_equal_ids_are_told_apart(write, ids):
    path = write("a.csv", "id,text\n" + "".join(f"{id},Отзыв {i}\n" for i, id in enumerate(ids)))
    got = read_reviews(path).reviews["id"].tolist()
    assert len(set(got)) == len(ids)
    assert all(new.startswith(old) for new, old in zip(got, ids, strict=True))


def test_what_is_not_understood_is_noted(write):
    path = write("a.csv", "text,rating,date\nШумит,так себе,вчера\nГреется,4,2024-01-02\n")
    reading = read_reviews(path)
    assert [math.isnan(value) for value in reading.reviews["rating"]] == [True, False]
    assert reading.reviews["date"].isna().tolist() == [True, False]
    assert reading.notes == (
        f"{path}: 1 rating not understood, such as 'так себе'; left empty",
        f"{path}: 1 date is relative, such as 'вчера': give --as-of YYYY-MM-DD; left empty",
    )


def test_ratings_of_no_scale_are_left_empty(write):
    reading = read_reviews(write("a.csv", "text,rating\nШумит,500\nГреется,4\n"))
    assert reading.reviews["rating"].isna().all()
    assert "ratings on no usual scale (from 4 to 500); left empty" in reading.notes[0]


def test_hostile_cells_are_kept_as_text(write):
    cells = ["\ud800 шумит", "\0греется\0", "=cmd|' /C calc'!A0", "  пробелы  "]
    reading = read_reviews(write("a.jsonl", "".join(json.dumps({"text": cell}) + "\n" for cell in cells)))
    assert reading.reviews["text"].tolist() == ["? шумит", "греется", cells[2], cells[3]]


def test_numbers_in_text_and_ids_are_written_whole(tmp_path):
    pd.DataFrame({"id": [1.0, 2.5], "text": [5, None]}).to_parquet(tmp_path / "a.parquet")
    reading = read_reviews(tmp_path / "a.parquet")
    assert reading.reviews[["id", "text"]].values.tolist() == [["1", "5"]]
    assert reading.rejects["row"].tolist() == [2]


ERRORS = [
    ("a.csv", "id,text\n", r"a\.csv: no reviews \(no rows\), expected at least one; check the export"),
    ("a.csv", "id,text\n1,\n2,\n", r"no reviews \(no text in it\), expected at least one"),
    ("a.jsonl", "{\n", r"no reviews \(not a JSON object"),
    ("a.csv", "id,rating\n1,5\n", "no text column among: id, rating, expected one such as Достоинства"),
    ("a.csv", "", "the file is empty"),
]


@pytest.mark.parametrize(("name", "text", "message"), ERRORS, ids=[message[:30] for *_, message in ERRORS])
def test_errors(write, name, text, message):
    with pytest.raises(ReviewmineError, match=message):
        read_reviews(write(name, text))


def test_a_folder_without_reviews(tmp_path):
    with pytest.raises(ReviewmineError, match=r"no file of reviews in the folder, expected one of \.csv"):
        read_reviews(tmp_path)


def test_one_slip_does_not_move_the_ratings_of_a_file(write):
    rows = "".join(f"Отзыв номер {i},{i % 5 + 1}\n" for i in range(99))
    reading = read_reviews(write("a.csv", f"text,rating\n{rows}Опечатка,55\n"))
    assert reading.reviews["rating"].dropna().tolist() == [float(i % 5 + 1) for i in range(99)]
    assert "1 rating outside 1..5, such as 55; left empty" in reading.notes[0]


def test_a_date_of_another_age_is_left_empty(write):
    reading = read_reviews(write("a.csv", "text,date\nШумит,0001-01-01\nГреется,9999-01-01\nГудит,31-01-24\n"))
    assert reading.reviews["date"].isna().tolist() == [True, True, False]
    assert reading.reviews["date"][2].year == 2024
    assert "2 dates not understood" in reading.notes[0]


def test_equal_ids_get_the_same_names_in_any_order(write):
    rows = ["7,Шумит\n", "7,Греется\n", "7,Гудит\n", "8,Скрипит\n"]
    first, again = (
        read_reviews(write(name, "id,text\n" + "".join(lines))).reviews
        for name, lines in (("a.csv", rows), ("b.csv", rows[::-1]))
    )
    assert dict(zip(first["id"], first["text"], strict=True)) == dict(zip(again["id"], again["text"], strict=True))


def test_a_column_that_the_map_passes_over_is_kept(write):
    path = write("a.csv", "text,Отзыв\nслужебное,Шумит\n")
    (row,) = read_reviews(path, {"text": "Отзыв"}).reviews.to_dict("records")
    assert (row["text"], row["text (source)"]) == ("Шумит", "служебное")


def test_a_title_above_the_header_of_a_sheet(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for cells in (["Отчёт за май"], [], ["Дата", "Отзыв"], ["02.05.2026", "Шумит"]):
        book.active.append(cells)
    book.save(tmp_path / "a.xlsx")
    reading = read_reviews(tmp_path / "a.xlsx")
    assert (reading.reviews["text"].tolist(), len(reading.rejects)) == (["Шумит"], 0)


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_reviews(tmp_path, name):
    reading = read_reviews(write_reviews(tmp_path, name))
    assert len(reading.rejects) == 0
    found = reading.reviews[["id", "pros", "cons", "comment", "rating", "date"]]
    assert [
        (row.id, row.pros, row.cons, row.comment, row.rating, f"{row.date:%Y-%m-%d}") for row in found.itertuples()
    ] == [
        (
            row["Номер"],
            row["Достоинства"],
            row["Недостатки"],
            row["Комментарий"],
            float(row["Оценка"]),
            row["Дата"],
        )
        for row in REVIEWS
    ]


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_kept_or_rejected(tmp_path, rows):
    rows = [["1", "Шумит", "2"], *rows]
    with (tmp_path / "any.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow(["id", "text", "rating"])
        writer.writerows(rows)
    reading = read_reviews(tmp_path / "any.csv")
    assert reading.n_read == len(reading.reviews) + len(reading.rejects)
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(filled) <= reading.n_read <= len(rows)
    assert len(reading.reviews) == len([row for row in rows if len(row) > 1 and row[1].strip() and not any(row[3:])])


def test_short_rows_lack_no_column(write):
    with pytest.raises(ReviewmineError, match=r"no reviews \(no text in it\)"):
        read_reviews(write("a.csv", "id,text,rating\n1\n2\n"))
