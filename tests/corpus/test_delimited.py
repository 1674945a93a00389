"""CSV and TSV: delimiters, quotes and slips."""

import csv
import io
import re
import sys

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewmine.corpus.formats import delimited, lines, open_tables, records
from reviewmine.corpus.formats.dialect import guess_dialect
from reviewmine.corpus.formats.quotes import Dialect, strict_reader
from reviewmine.errors import ReviewmineError
from reviewmine.files import write_table


def read(path, text):
    """Return numbers, rows and notes."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
    (table,) = open_tables(str(path))
    return list(table.rows), table.notes


@pytest.fixture
def csv_of(tmp_path):
    return lambda text: read(tmp_path / "a.csv", text)


def cells_of(rows):
    return [list(row.values()) if isinstance(row, dict) else row for _, row in rows]


DELIMITERS = [
    ("id;text\n1;Хорошо, тихо, ярко\n2;Дорого, но красиво, и тепло\n", ";", 2),
    ("id;цена;text\n1;4,5;Шумит\n2;3,9;Греется\n3;5,0;Пахнет\n", ";", 3),
    ("id,text\n1,Хорошо; тихо\n2,Дорого; но красиво\n", ",", 2),
    ("id\ttext\n1\tХорошо, тихо\n2\tДорого, громко\n", "\t", 2),
    ("id|text|rating\n1|Хорошо, тихо; да|5\n", "|", 3),
    ('id,text\n1,"Хорошо; тихо; ярко"\n2,"да; нет; да"\n', ",", 2),
    ("id,text\n", ",", 2),
    ("id,text,rating\n1,Хорошо, тихо, ярко,5\n2,Да,4\n3,Нет,3\n", ",", 3),
    ("Отчёт за май\nдата;отзыв;оценка\n1.05;Шумит;2\n2.05;Тихий;5\n3.05;Мигает;3\n4.05;Да;4\n", ";", 3),
]


@pytest.mark.parametrize(("text", "delimiter", "width"), DELIMITERS)
def test_the_delimiter_is_found(text, delimiter, width):
    found = guess_dialect(text.splitlines(keepends=True))
    assert (found.delimiter, found.width) == (delimiter, width)


def test_a_table_of_one_column_is_not_cut_at_commas(csv_of):
    rows, _ = csv_of("Отзыв\nХорошо, но дорого\nТихий; лёгкий\nДа, нет, да\n")
    assert cells_of(rows) == [["Хорошо, но дорого"], ["Тихий; лёгкий"], ["Да, нет, да"]]


def test_spaces_before_quotes(csv_of):
    rows, _ = csv_of('id, text, rating\n1, "Шумит, греется", 2\n2, Тихий, 5\n3, "Экран 6" мал, увы", 3\n')
    assert cells_of(rows) == [["1", "Шумит, греется", "2"], ["2", "Тихий", "5"], ["3", 'Экран 6" мал, увы', "3"]]


def test_the_line_of_excel_is_obeyed(csv_of):
    rows, _ = csv_of("sep=|\r\nтекст|оценка\r\nШумит; гудит|2\r\n")
    assert rows == [(3, {"текст": "Шумит; гудит", "оценка": "2"})]


def test_rows_carry_the_number_of_their_first_line(csv_of):
    rows, _ = csv_of('text,rating\nодин,1\n\n"два\nстроки",2\nтри,3\n')
    assert [number for number, _ in rows] == [2, 4, 6]


def test_ragged_rows(csv_of):
    rows, _ = csv_of("text,rating\nодин,1,лишнее\nдва\nтри,3,,\nчетыре,4\n")
    assert cells_of(rows) == ["3 cells under 2 columns", ["два", ""], ["три", "3"], ["четыре", "4"]]


def test_blank_rows_are_counted_in_one_note(csv_of):
    rows, notes = csv_of("text,rating\n,\nШумит,1\n , \n,\n\nТихий,5\n")
    assert cells_of(rows) == [["Шумит", "1"], [" ", " "], ["Тихий", "5"]]
    assert notes == ["2 rows of empty cells are passed over"]


INSIDE = ["a\rb", "a\r\nb", "a\nb", "a\u2028b", "a\x85b", "a\x0bb", 'a "b" c', '"', "a,b;c\td|e", "\u202eסדר", "👍🏽"]


@pytest.mark.parametrize("cell", INSIDE, ids=ascii)
def test_a_cell_keeps_what_is_in_it(csv_of, cell):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["id", "text"], ["1", cell], ["2", "да"]])
    rows, _ = csv_of(text.getvalue())
    assert cells_of(rows) == [["1", cell], ["2", "да"]]


def test_a_lone_return_in_a_bare_cell(csv_of):
    rows, _ = csv_of("id,text\n1,Шумит\rгудит\n2,да\n")
    assert cells_of(rows) == [["1", "Шумит\rгудит"], ["2", "да"]]


def test_lines_that_end_in_a_return_alone(csv_of):
    rows, _ = csv_of("id,text\r1,Шумит\r2,Греется\r")
    assert rows == [(2, {"id": "1", "text": "Шумит"}), (3, {"id": "2", "text": "Греется"})]


GOOD = "2,Хорошо,5\n3,Тихий,4\n4,Мягкий,5\n"
SLIPS = [
    ('1,"Плохой товар,2\n' + GOOD, '"Плохой товар'),
    ('1,"Плохой товар,2\n' + GOOD + '5,"Так, сойдёт",3\n', '"Плохой товар'),
    ('1,"Плохой товар,2\n' + GOOD + '5,экран 12",3\n', '"Плохой товар'),
    ('1,"Плохой товар,2\n2,"Хорошо,5\n3,"Тихий,4\n', '"Плохой товар'),
    ('1,"Кабель 3" короткий",2\n' + GOOD, 'Кабель 3" короткий'),
    ('1,"Кабель 3" короткий\nи, увы, жёсткий",2\n' + GOOD, 'Кабель 3" короткий\nи, увы, жёсткий'),
    ('1,Экран 15" тусклый,2\n' + GOOD, 'Экран 15" тусклый'),
    ('1,"Шумит\n2 раза, 3 дня",2\n' + GOOD, "Шумит\n2 раза, 3 дня"),
    ('1,"Сказали: ""ждите""\n\nи, конечно, пропали",2\n' + GOOD, 'Сказали: "ждите"\n\nи, конечно, пропали'),
]


@pytest.mark.parametrize(("text", "cell"), SLIPS)
def test_a_stray_quote_swallows_no_line(csv_of, text, cell):
    rows, _ = csv_of("id,text,rating\n" + text)
    kept = [row for _, row in rows]
    assert kept[0] == {"id": "1", "text": cell, "rating": "2"}
    assert [row["id"] for row in kept] == [str(n + 1) for n in range(len(kept))]
    assert [row["rating"] for row in kept[1:3]] == ["5", "4"]


def test_a_stray_quote_in_a_long_file_costs_one_cell(csv_of):
    body = [f"{n},Отзыв номер {n} и ещё немного слов,{n % 5 + 1}\n" for n in range(40_000)]
    body[7] = '7,"Открылась и не закрылась,3\n'
    body[20_000] = '20000,"И ещё одна,1\n'
    rows, _ = csv_of("id,text,rating\n" + "".join(body))
    assert [row["id"] for _, row in rows] == [str(n) for n in range(40_000)]
    assert rows[7][1]["text"] == '"Открылась и не закрылась'


CUT = [
    ('id,text\n1,Шумит\n2,"Греется, и', ["the file ends early, inside a quoted cell"]),
    ('id,text,rating\n1,Шумит,2\n2,"Греется\nсильно, и\n', ["the file ends early, inside a quoted cell"]),
    ('id,text,rating\n1,Шумит,2\n2,"Греется,1\n', []),
]


@pytest.mark.parametrize(("text", "reasons"), CUT)
def test_a_file_cut_inside_quotes_loses_one_row(csv_of, text, reasons):
    rows, _ = csv_of(text)
    assert rows[0][1]["text"] == "Шумит"
    assert [row for _, row in rows if isinstance(row, str)] == reasons


def good(first, last):
    return "".join(f"{n},Отзыв номер {n},{n % 5 + 1}\n" for n in range(first, last))


STRAY = '10,"Плюсы: тихий\nМинусы: шнур,5\n'
NEVER_CLOSES = [
    (good(11, 3011), 3010),
    (good(11, 100) + '100,"Тихий, лёгкий",5\n' + good(101, 300), 299),
    (good(11, 100) + '100,Экран 15",5\n' + good(101, 300), 299),
    (good(11, 100) + '100,"Две\nстроки",5\n' + good(101, 300), 299),
    ("".join(f'{n},"Сказали: ""да"",\nи молчат",2\n' for n in range(11, 60)), 59),
    (good(11, 12), 11),
    (good(11, 13).rstrip("\n"), 12),
    (good(11, 60_000), 59_999),
]


@pytest.mark.parametrize(("after", "last"), NEVER_CLOSES)
def test_a_quote_over_a_line_end_that_never_closes_costs_one_row(csv_of, after, last):
    rows, _ = csv_of("id,text,rating\n" + good(1, 10) + STRAY + after)
    assert [row["id"] for _, row in rows if isinstance(row, dict)] == [str(n) for n in range(1, last + 1) if n != 10]
    assert [one for one in rows if isinstance(one[1], str)] == [(11, records.UNCLOSED)]
    assert rows[10][0] == 13


def test_a_quote_that_never_closes_in_a_table_of_words(csv_of):
    words = [f"р{n},Шумит,плохо\n" for n in range(60)]
    rows, _ = csv_of("id,text,verdict\n" + "".join(words[:9]) + 'р9,"Плюсы\nМинусы,так\n' + "".join(words[10:]))
    assert [row["id"] for _, row in rows if isinstance(row, dict)] == [f"р{n}" for n in range(60) if n != 9]
    assert [row for _, row in rows if isinstance(row, str)] == [records.UNCLOSED]


def test_records_go_on_after_an_endless_cell(csv_of):
    text = '10,"' + "Тихий и лёгкий\n" * 100_000
    rows, _ = csv_of("id,text,rating\n" + good(1, 10) + text + good(11, 200))
    assert [row for _, row in rows if isinstance(row, str)] == [records.UNCLOSED]
    assert len(rows) == 199


INNER = [
    "Список:\n1, шнур\n2, вилка\n3, ручка\n4, крышка\n5, кнопка\n6, фильтр",
    "а, б, в\nг, д, е\nё, ж, з\nи, к, л\nм, н, о\nп, р, с\nт, у, ф",
    "Шумит\n\n" * 40,
    'Сказали: "ждите",\nа потом, увы,\n"забыли", и, 5\n' * 5,
]


@pytest.mark.parametrize("cell", INNER, ids=len)
def test_a_tall_cell_is_one_cell(csv_of, cell):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["id", "text", "rating"], ["1", "да", "2"], ["2", cell, "3"], ["3", "нет", "4"]])
    rows, _ = csv_of(text.getvalue())
    assert cells_of(rows) == [["1", "да", "2"], ["2", cell, "3"], ["3", "нет", "4"]]


def test_the_limit_of_the_csv_module_stays_as_it_is(csv_of):
    before = csv.field_size_limit()
    rows, _ = csv_of(f'id,text,rating\n1,{"х" * 200_000},2\n2,"{"х, " * 100_000}",3\n3,да,4\n')
    assert [len(row["text"]) for _, row in rows] == [200_000, 300_000, 2]
    assert csv.field_size_limit() == before


@pytest.mark.parametrize("limit", [50, 20_000_000])
def test_any_limit_of_the_csv_module_does(csv_of, limit):
    before = csv.field_size_limit(limit)
    try:
        rows, _ = csv_of(f"id,text,rating\n1,{'у' * 99},2\n2,{'х' * 1_000_001},3\n3,да,4\n")
    finally:
        csv.field_size_limit(before)
    assert cells_of(rows) == [["1", "у" * 99, "2"], f"a cell of over {records.MAX_CELL} characters", ["3", "да", "4"]]


@pytest.fixture
def n_fed(monkeypatch):
    """Return a list whose sum is the number of lines that the csv module was given."""
    counts = []

    def reader(lines, dialect):
        counts.append(len(lines))
        return strict_reader(lines, dialect)

    monkeypatch.setattr(records, "strict_reader", reader)
    return counts


def test_a_cell_over_many_windows_is_looked_at_a_few_times(n_fed):
    windows = [['1,"начало\n'], *(["строка\n"] for _ in range(1_000)), ['конец",5\n']]
    ((_, cells),) = records.records(windows, Dialect(",", width=3))
    assert cells[1].count("\n") == 1_001
    assert sum(n_fed) < 5 * 1_000


def test_many_slips_in_a_window_do_not_copy_it_as_many_times(n_fed):
    lines = [f'{n},"Плохой товар,{n % 5}\n' if n % 5 == 0 else f"{n},Хороший,4\n" for n in range(20_000)]
    assert len(list(records.records([lines], Dialect(",", width=3)))) == 20_000
    assert sum(n_fed) < 200 * 20_000


@pytest.mark.parametrize(
    "cell", ["х" * 10_000_000, f'"{"х" * 10_000_000}"', '"' + ("х" * 99 + "\n") * 100_000 + '"'], ids=len
)
def test_a_giant_cell_is_rejected_alone(csv_of, cell):
    rows, _ = csv_of(f"id,text,rating\n1,Шумит,2\n2,{cell},3\n3,Тихий,5\n")
    assert cells_of(rows) == [["1", "Шумит", "2"], f"a cell of over {records.MAX_CELL} characters", ["3", "Тихий", "5"]]


def test_a_line_without_end_is_passed_over(csv_of, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE", 100_000)
    rows, _ = csv_of("id,text\n1,Шумит\n2," + "х" * 3_000_000 + "\n3,Тихий\n")
    assert cells_of(rows) == [["1", "Шумит"], "a line of 3000003 characters, expected up to 100000", ["3", "Тихий"]]


def test_a_million_cells_in_a_row_are_one_reject(csv_of):
    rows, _ = csv_of("id,text\n1,Шумит\n2" + ",x" * 1_000_000 + "\n3,Тихий\n")
    assert cells_of(rows) == [["1", "Шумит"], "1000001 cells under 2 columns", ["3", "Тихий"]]


def test_equal_names_are_told_apart_and_empty_ones_numbered(csv_of):
    rows, notes = csv_of("Текст,,Текст,Текст (2)\nа,б,в,г\n")
    assert [row for _, row in rows] == [{"Текст": "а", "column 2": "б", "Текст (3)": "в", "Текст (2)": "г"}]
    assert notes == ["two columns are called 'Текст'; the second is 'Текст (3)'"]


def test_many_equal_names_are_one_note(csv_of):
    rows, notes = csv_of(",".join(["id", *["Текст"] * 4_900]) + "\n" + ",".join(["1", *["а"] * 4_900]) + "\n")
    assert list(rows[0][1])[1:4] == ["Текст", "Текст (2)", "Текст (3)"]
    assert len(rows[0][1]) == 4_901
    assert notes == ["4900 columns are called 'Текст'; the others are 'Текст (2)' to 'Текст (4900)'"]


HEADLESS = [
    "17,Кресло скрипит при каждом движении и пахнет пластиком,2\n18,Удобное,5\n19,Так себе,3\n",
    "17,Скрипит,2\n18,Удобное,5\n19,Так себе,3\n",
    "Кресло скрипит при каждом движении и пахнет пластиком\nУдобное\n",
    "1,2,3\n4,5,6\n",
]


@pytest.mark.parametrize("text", HEADLESS)
def test_a_table_without_names_keeps_its_first_row(csv_of, text):
    rows, notes = csv_of(text)
    assert [",".join(cells) for cells in cells_of(rows)] == text.splitlines()
    assert next(iter(rows[0][1])) == "column 1"
    assert notes[0].startswith("the first row looks like data, not like column names")


def test_questions_of_a_survey_are_names(csv_of):
    rows, notes = csv_of("№,Что вам больше всего не понравилось в работе нашего магазина?\n1,Цены\n2,Очереди\n")
    assert [list(row)[1][:9] for _, row in rows] == ["Что вам б"] * 2
    assert notes == []


def test_titles_above_the_header_are_left_out_and_named(csv_of):
    rows, notes = csv_of("Отзывы покупателей;;\nПериод: май;;\nДата;Отзыв;Оценка\n01.05;Шумит;2\n02.05;Тихий;5\n")
    assert rows[0] == (4, {"Дата": "01.05", "Отзыв": "Шумит", "Оценка": "2"})
    assert notes == ["2 rows above the header are left out: Отзывы покупателей / Период: май"]


@given(st.lists(st.lists(st.sampled_from(["а", "б в", "", "7"]), min_size=1, max_size=6), max_size=30), st.booleans())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_kept_and_rejected_are_all_records(tmp_path, table, quoted):
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows([["id", "text", "rating"], *table])
    rows, notes = read(tmp_path / "a.csv", text.getvalue())
    n_blank = sum(not any(cells) for cells in table)
    told = sum(int(note.split()[0]) for note in notes if note.endswith("are passed over"))
    assert len(rows) == len(table) - n_blank
    assert told == n_blank
    wide = [cells for cells in table if any(cells[3:])]
    assert len([row for _, row in rows if isinstance(row, str)]) == len(wide)


CELLS = st.text(st.sampled_from('абвгд ёЁ",;|\t\n\r\u2028👍«»'), max_size=12) | st.text(max_size=8).filter(
    lambda text: not set(text) & set("\0\ufeff") and text.isprintable()
)


@given(
    table=st.lists(st.tuples(CELLS, CELLS, st.sampled_from(["5", "4,5", ""])), min_size=1, max_size=20),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    end=st.sampled_from(["\r\n", "\n"]),
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_a_writer_writes_is_read_back(tmp_path, table, delimiter, quoting, end):
    table = [[f"r{n}", *cells] for n, cells in enumerate(table)]
    if end == "\n" and quoting == csv.QUOTE_MINIMAL:
        table = [[cell.replace("\r", "") for cell in cells] for cells in table]  # the writer leaves it bare
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([["id", "text", "comment", "rating"], *table])
    rows, _ = read(tmp_path / "a.csv", text.getvalue())
    assert cells_of(rows) == table


PIECES = ["слово", ",", ";", '"', '""', "\n", "\r\n", "1", " ", "\t", "\\", "sep=,", "\r"]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_word_of_a_messy_file_is_told(tmp_path, mess):
    rows, notes = read(tmp_path / "a.csv", "id,text,rating\n" + mess)
    kept = sum(str(cell).count("слово") for _, row in rows if isinstance(row, dict) for cell in row.values())
    kept += sum(note.count("слово") for note in notes)  # a row above the header
    rejected = any(isinstance(row, str) for _, row in rows)
    assert kept == mess.count("слово") or rejected
    assert [number for number, _ in rows] == sorted({number for number, _ in rows})


APOSTROPHES = [("'=1+1", "=1+1"), ("'-10 дней", "-10 дней"), ("'@a", "@a"), ("'так'", "'так'"), ("''=", "''=")]


@pytest.mark.parametrize(("cell", "expected"), APOSTROPHES)
@pytest.mark.parametrize("n_before", [0, 30_000])
def test_the_apostrophe_before_a_formula_is_taken_off(csv_of, cell, expected, n_before):
    rows, _ = csv_of("id,text\n" + "1,Шумит и греется\n" * n_before + f"2,{cell}\n")
    assert rows[-1][1] == {"id": "2", "text": expected}


# A cell of line ends and delimiters alone cannot be told from records that an unclosed quote swallowed.
OWN = st.text(st.sampled_from("=+-@\t' \"'абв,;\n5"), max_size=8).filter(
    lambda text: not re.match(r"'[=+\-@\t]", text) and not {"\n", ","} <= set(text)
)


@given(st.lists(st.tuples(OWN, OWN), min_size=1, max_size=12))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_reviewmine_writes_comes_back_the_same(tmp_path, table):
    written = [{"id": f"r{n}", "text": one, "=итог": two} for n, (one, two) in enumerate(table)]
    write_table(tmp_path / "a.csv", pd.DataFrame(written))
    (read_back,) = open_tables(str(tmp_path / "a.csv"))
    assert [row for _, row in read_back.rows] == written


HOSTILE = ['"', '""', '",', ',"', '"\n', '1,"а\n', '"а"б,', "\\", '\\"', "\r", ",", "а", '"а\n"', '1,"а,2\n', 'а,"б\n']

HOSTILE += ['1,"а\nб\n', '"а\n\n', '1,"а\n2,б,3\n', f"{STRAY}11,да,5\n12,нет,4\n"]


class Looked(list):
    """Lines that count how many characters of theirs are taken, one by one, in a part or in order; so do parts of them."""

    n = 0

    def __getitem__(self, at):
        taken = super().__getitem__(at)
        if isinstance(at, slice):
            Looked.n += len(taken)
            return Looked(taken)
        Looked.n += len(taken)
        return taken

    def __iter__(self):
        for line in super().__iter__():
            Looked.n += len(line)
            yield line

    def __add__(self, other):
        return Looked([*list.__iter__(self), *other])

    def __radd__(self, other):
        return Looked([*other, *list.__iter__(self)])


def work_of(path, text):
    """Return what reading ``text`` costs: characters of lines that were taken, and calls of functions."""
    n_calls = 0

    def called(frame, event, argument):
        nonlocal n_calls
        n_calls += event in ("call", "c_call")

    Looked.n = 0
    sys.setprofile(called)
    try:
        read(path, text)
    except ReviewmineError as error:
        assert "columns" in str(error)  # noqa: PT017 only this one may come
    finally:
        sys.setprofile(None)
    return Looked.n + n_calls


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_hostile_text_takes_linear_time(tmp_path, monkeypatch, piece):
    """Twice the text is twice the work, and none of its characters is looked at more than a few times for each line of a tall record."""
    windows = delimited.line_windows
    monkeypatch.setattr(
        delimited, "line_windows", lambda *given: (Looked(w) if isinstance(w, list) else w for w in windows(*given))
    )
    path = tmp_path / "a.csv"
    half, whole = (work_of(path, "id,text,rating\n" + piece * (n // len(piece))) for n in (10_000, 20_000))
    assert whole < 2.2 * half + 5_000
    assert whole < 400 * 20_000
