"""Workbooks: sheets, headers under filters, merged cells, and files that would fill the memory."""

import datetime as dt
import re
import zipfile

import openpyxl
import pytest

from corpus.fixtures import REVIEWS, open_document, workbook
from reviewmine.corpus.formats import open_tables
from reviewmine.corpus.formats import workbook as bounds
from reviewmine.errors import ReviewmineError


@pytest.fixture
def book(tmp_path):
    """Write sheets, each a list of rows, and return the path."""

    def put(**sheets):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for name, rows in sheets.items():
            made.create_sheet(name)
            for cells in rows:
                made[name].append(cells)
        made.save(tmp_path / "a.xlsx")
        return tmp_path / "a.xlsx"

    return put


def read(path):
    """Return where to rows and notes."""
    return {table.where.rpartition("::")[2]: (list(table.rows), table.notes) for table in open_tables(str(path))}


def test_every_sheet_is_a_table_with_its_own_header(book):
    path = book(Май=[["text", "rating"], ["Шумит", 2]], Пусто=[], Июнь=[["Дата", "Отзыв"], ["02.06", "Гудит"]])
    assert read(path) == {
        "Май": ([(2, {"text": "Шумит", "rating": 2.0})], []),
        "Июнь": ([(2, {"Дата": "02.06", "Отзыв": "Гудит"})], []),
    }


def test_one_sheet_may_be_asked_for(book):
    path = book(Май=[["text"], ["Шумит"]], Июнь=[["text"], ["Гудит"]])
    assert read(f"{path}::Июнь") == {"Июнь": ([(2, {"text": "Гудит"})], [])}
    with pytest.raises(ReviewmineError, match=r"no sheet 'Июль', expected one of Май, Июнь; write a\.xlsx::SHEET"):
        read(f"{path}::Июль")


def test_a_hidden_sheet_is_left_out_and_named(book):
    path = book(Отзывы=[["text"], ["Шумит"]], Списки=[["Бренд"], ["А"]])
    made = openpyxl.load_workbook(path)
    made["Списки"].sheet_state = "hidden"
    made.save(path)
    assert read(path) == {
        "Отзывы": ([(2, {"text": "Шумит"})], ["the hidden sheet 'Списки' is left out; write ::Списки to read it"])
    }
    assert list(read(f"{path}::Списки")) == ["Списки"]


FILTERS = [
    [],
    [["Отчёт по отзывам"]],
    [["Отчёт по отзывам"], [], ["Период:", "01.05.2026 – 31.05.2026"], ["Бренд:", "Все"], []],
    [[f"Фильтр {n}", "Все"] for n in range(10)],
    [["Сформирован 02.06.2026 в личном кабинете продавца, данные обновляются раз в сутки"], [None, None]],
]


@pytest.mark.parametrize("above", FILTERS, ids=len)
def test_the_header_is_found_under_titles_and_filters(tmp_path, above):
    workbook(tmp_path / "a.xlsx", above)
    ((rows, notes),) = read(tmp_path / "a.xlsx").values()
    assert rows[0][0] == len(above) + 2
    assert [{name: cell or "" for name, cell in row.items()} for _, row in rows] == REVIEWS
    told = [cells[0] for cells in above if any(cells)]
    assert notes == [] if not told else all(str(cell)[:9] in notes[0] for cell in told[:3])


def test_two_columns_under_filters_of_two_cells(book):
    path = book(Лист=[["Бренд", "Все"], ["Склад", "Тула"], ["Отзыв", "Оценка"], ["Шумит", 2], ["Тихий", 5]])
    ((rows, _),) = read(path).values()
    assert [row for _, row in rows] == [{"Отзыв": "Шумит", "Оценка": 2.0}, {"Отзыв": "Тихий", "Оценка": 5.0}]


def test_a_sheet_without_names_keeps_its_first_row(book):
    path = book(Лист=[[17, "Дверца холодильника закрывается только с пятого раза"], [18, "Тихий"], [19, "Шумит"]])
    ((rows, notes),) = read(path).values()
    assert rows[0] == (1, {"column 1": 17.0, "column 2": "Дверца холодильника закрывается только с пятого раза"})
    assert "not like column names" in notes[0]


def test_cells_are_values_and_errors_are_empty(book):
    moment = dt.datetime(2026, 5, 2, 14, 12)
    path = book(
        Лист=[["text", "when", "day", "new", "n", "bad"], ["Шумит", moment, dt.date(2026, 5, 2), True, 4.5, "#N/A"]]
    )
    ((rows, _),) = read(path).values()
    assert rows == [
        (2, {"text": "Шумит", "when": moment, "day": dt.date(2026, 5, 2), "new": True, "n": 4.5, "bad": ""})
    ]


def test_cells_beyond_the_columns_and_blank_rows(book):
    path = book(Лист=[["text", "rating"], ["один", 1, "лишнее"], [None, None], ["два", 2], [], [" "]])
    ((rows, notes),) = read(path).values()
    assert rows == [(2, "3 cells under 2 columns"), (4, {"text": "два", "rating": 2.0})]
    assert notes == ["1 rows of empty cells are passed over"]


def test_blank_rows_between_rows_are_counted_wherever_they_stand(book):
    blank = [None, None]
    rows = [
        ["text", "rating"],
        blank,
        ["один", 1],
        blank,
        blank,
        *[["да", 5]] * 80,
        blank,
        ["два", 2],
        blank,
        [" ", ""],
    ]
    ((kept, notes),) = read(book(Лист=rows)).values()
    assert [number for number, row in kept if row["text"] != "да"] == [3, 87]
    assert notes == ["4 rows of empty cells are passed over"]


def test_a_cell_merged_over_rows_stands_in_each(book):
    path = book(Лист=[["Товар", "Отзыв"], ["Чайник", "Шумит"], [None, "Течёт"], [None, "Тихий"], ["Утюг", "Греет"]])
    made = openpyxl.load_workbook(path)
    made["Лист"].merge_cells("A2:A4")
    made.save(path)
    ((rows, _),) = read(path).values()
    assert [row["Товар"] for _, row in rows] == ["Чайник", "Чайник", "Чайник", "Утюг"]


def test_inline_strings_are_read(book, tmp_path):
    path = book(Лист=[["text", "rating"], ["Шумит", 2]])
    texts = {b"0": "text", b"1": "rating", b"2": "Шумит"}
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as inline:
        for info in parts.infolist():
            data = parts.read(info)
            if info.filename.startswith("xl/worksheets/"):
                data = re.sub(
                    rb't="s"><v>(\d)</v>',
                    lambda found: f't="inlineStr"><is><t>{texts[found[1]]}</t></is>'.encode(),
                    data,
                )
            inline.writestr(info.filename, data)
    ((rows, _),) = read(tmp_path / "b.xlsx").values()
    assert rows == [(2, {"text": "Шумит", "rating": 2.0})]


@pytest.mark.parametrize("cell", ["XFD1048576", "ZZ900000"])
def test_two_cells_a_world_apart_are_refused(book, cell):
    path = book(Лист=[["text"], ["Шумит"]])
    made = openpyxl.load_workbook(path)
    made["Лист"][cell] = "x"
    made.save(path)
    with pytest.raises(
        ReviewmineError, match=r"a sheet of \d+ rows by \d+ columns, expected up to 40000000 cells; save"
    ):
        read(path)


def test_cells_without_a_place_are_counted(book, tmp_path):
    path = book(Лист=[["text"], ["Шумит"]])
    wide = "<row>" + "<c><v>1</v></c>" * 16_000 + "</row>"
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as made:
        for info in parts.infolist():
            data = parts.read(info)
            if info.filename.startswith("xl/worksheets/"):
                data = data.replace(b"</sheetData>", (wide + "<row/>" * 5_000 + "</sheetData>").encode())
            made.writestr(info.filename, data)
    with pytest.raises(ReviewmineError, match="a sheet of 5003 rows by 16000 columns"):
        read(tmp_path / "b.xlsx")


def test_repeated_cells_of_open_document_are_refused(tmp_path):
    cell = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="9999"/>'
    open_document(tmp_path / "a.ods", f'<table:table-row table:number-rows-repeated="99999">{cell}</table:table-row>')
    with pytest.raises(ReviewmineError, match="a sheet of 100012 rows by 9999 columns"):
        read(tmp_path / "a.ods")


def test_empty_rows_of_open_document_may_be_repeated(tmp_path):
    cell = '<table:table-cell table:number-columns-repeated="16384"/>'
    open_document(tmp_path / "a.ods", f'<table:table-row table:number-rows-repeated="1048563">{cell}</table:table-row>')
    ((rows, _),) = read(tmp_path / "a.ods").values()
    assert [row for _, row in rows] == REVIEWS


def test_a_zip_that_unpacks_without_end_is_refused(book, tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "MAX_UNPACKED", 10 << 20)
    path = book(Лист=[["text"], ["Шумит"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/media/image.bin", bytes(20 << 20))
    with pytest.raises(ReviewmineError, match="it unpacks to 20 MiB, expected up to 10 MiB; save the sheet of reviews"):
        read(path)


def test_a_zip_that_lies_about_its_size_is_refused(book, monkeypatch):
    monkeypatch.setattr(bounds, "MAX_UNPACKED", 1 << 20)
    path = book(Лист=[["text"], ["Шумит"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/media/image.bin", bytes(20 << 20))
    size = (20 << 20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (99).to_bytes(4, "little")))
    with pytest.raises(ReviewmineError, match="not readable as xlsx"):
        read(path)


SHORT_EXPORT = [
    [
        "Дата",
        "Артикул продавца",
        "Бренд",
        "Кол-во звёзд",
        "Текст отзыва",
        "Достоинства",
        "Недостатки",
        "Ответ продавца",
    ],
    ["02.04.2026", "KT-1", "Дом", 2, None, "лёгкий", "крышка люфтит", "Здравствуйте!"],
    ["03.04.2026", "KT-1", "Дом", 5, "Брала маме, спасибо", None, "нет", None],
]


@pytest.mark.parametrize(
    "above",
    [
        [["Отзывы покупателей"], ["Период: 01.04.2026 - 30.04.2026"], []],
        [["Период", "апрель"], ["Магазин", "Дом"], []],
        [["Отчёт"]] * 9,
        [],
    ],
    ids=["titles", "filters", "nine titles", "nothing"],
)
def test_a_short_export_below_titles_and_filters(tmp_path, above):
    import openpyxl

    book = openpyxl.Workbook()
    for cells in (*above, *SHORT_EXPORT):
        book.active.append(cells)
    book.save(tmp_path / "a.xlsx")
    (table,) = open_tables(str(tmp_path / "a.xlsx"))
    rows = [row for _, row in table.rows]
    assert [row["Недостатки"] for row in rows] == ["крышка люфтит", "нет"]
    assert list(rows[0]) == SHORT_EXPORT[0]
