"""The same twelve reviews written in every format that is read."""

import codecs
import csv
import gzip
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from html import escape

from reviewmine.corpus.formats import open_tables

COLUMNS = ("Номер", "Дата", "Оценка", "Достоинства", "Недостатки", "Комментарий")
REVIEWS = [
    dict(zip(COLUMNS, cells, strict=True))
    for cells in (
        ("101", "2024-03-01", "2", "Цвет как на фото", "Молния заедает; собачка слабая", "Вернула через пункт выдачи"),
        ("102", "2024-03-02", "5", "Тёплый, лёгкий", "", "Сын носит вторую зиму"),
        ("103", "2024-03-02", "1", "", 'Вместо "L" положили "S"', "Обмен не предложили"),
        ("104", "2024-03-04", "4", "Ткань плотная", "Нитки торчат,\nпришлось подрезать", ""),
        ("105", "2024-03-05", "3", "Цена", "Пахнет краской | не выветривается", "Курьер опоздал на 2,5 часа"),
        ("106", "2024-03-07", "5", "Всё, как в описании", "Нет", "Спасибо!"),
        ("107", "2024-03-08", "2", "", "Пуговица оторвалась в первый же день", "Ёлочный узор бледный"),
        ("108", "2024-03-09", "4", "Карманы глубокие", "Маломерит: берите на размер больше", ""),
        ("109", "2024-03-10", "1", "Быстрая доставка", "Коробка вскрыта\n\nчека нет", "Поддержка молчит"),
        ("110", "2024-03-11", "5", "Подошла идеально", "-", "Брала по акции за 1999 руб."),
        ("111", "2024-03-12", "3", "Удобный капюшон", "Шов кривой", "Звонил продавцу, трубку не берут; жду"),
        ("112", "2024-03-13", "2", "Не нашёл", "Линяет после стирки", "Деньги обещали за 10 дней"),
    )
]


def separated(delimiter, end="\n", quoting=csv.QUOTE_MINIMAL, rows=REVIEWS):
    """Return the reviews as the csv module writes them."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_bytes(data):
    return lambda path: path.write_bytes(data)


def jsonl(rows=REVIEWS):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def nested(rows=REVIEWS):
    page = {"meta": [{"page": 1}], "data": {"feedbacks": rows, "countries": ["RU"] * 9}, "pages": [{"n": 1}]}
    return json.dumps(page, ensure_ascii=False, indent=1).encode()


def workbook(path, above=(), rows=REVIEWS):
    import openpyxl

    book = openpyxl.Workbook()
    for cells in (*above, list(rows[0]), *(list(row.values()) for row in rows)):
        book.active.append(list(cells))
    book.save(path)


def open_document(path, body="", rows=REVIEWS):
    """Write the least that is a sheet of OpenDocument; ``body`` stands below the reviews."""

    def cell(text):
        inner = "".join(f"<text:p>{escape(line)}</text:p>" for line in text.split("\n"))
        return f'<table:table-cell office:value-type="string">{inner}</table:table-cell>'

    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    table = "".join(f"<table:table-row>{''.join(map(cell, cells))}</table:table-row>" for cells in lines)
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", kind, zipfile.ZIP_STORED)
        parts.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        parts.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}><office:body><office:spreadsheet>'
            f'<table:table table:name="Отзывы">{table}{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )


def parquet(path, rows=REVIEWS):
    import pandas as pd

    pd.DataFrame(rows).to_parquet(path)


def sqlite(path, rows=REVIEWS, others=("касса",)):
    names = ", ".join(f'"{name}" text' for name in rows[0])
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"create table отзывы ({names})")
        marks = ", ".join("?" * len(rows[0]))
        database.executemany(f"insert into отзывы values ({marks})", [list(row.values()) for row in rows])
        for other in others:
            database.execute(f'create table "{other}" (n)')
        database.commit()


def packed(write):
    """Return the writer of the same file under gzip."""

    def put(path):
        write(path)
        path.write_bytes(gzip.compress(path.read_bytes()))

    return put


WRITERS = {
    "comma.csv": as_bytes(separated(",").encode()),
    "semicolon.csv": as_bytes(separated(";").encode()),
    "tab.csv": as_bytes(separated("\t").encode()),
    "bar.csv": as_bytes(separated("|").encode()),
    "all-quoted.csv": as_bytes(separated(";", quoting=csv.QUOTE_ALL).encode()),
    "windows.csv": as_bytes(separated(";", end="\r\n").encode()),
    "excel.csv": as_bytes(("sep=;\r\n" + separated(";", end="\r\n")).encode("utf-8-sig")),
    "backslash.csv": as_bytes(
        separated(",", quoting=csv.QUOTE_ALL).replace('""S""', r"\"S\"").replace('""L""', r"\"L\"").encode()
    ),
    "reviews.tsv": as_bytes(separated("\t").encode()),
    "UPPER.CSV": as_bytes(separated(",").encode()),
    "bom.csv": as_bytes(separated(";").encode("utf-8-sig")),
    "utf-16.csv": as_bytes(separated(",").encode("utf-16")),
    "utf-16-be.csv": as_bytes(codecs.BOM_UTF16_BE + separated(";").encode("utf-16-be")),
    "utf-16-bare.csv": as_bytes(separated("\t").encode("utf-16-le")),
    "utf-16-be-bare.csv": as_bytes(separated(";").encode("utf-16-be")),
    "cp1251.csv": as_bytes(separated(";").encode("cp1251")),
    "koi8.csv": as_bytes(separated(",").encode("koi8-r")),
    "dos.csv": as_bytes(separated(";").encode("cp866")),
    "blank-lines.csv": as_bytes(("\n\n" + separated(",")).encode()),
    "packed.csv.gz": packed(as_bytes(separated(",").encode())),
    "packed-cp1251.tsv.gz": packed(as_bytes(separated("\t").encode("cp1251"))),
    "packed-without-saying.csv": packed(as_bytes(separated(",").encode())),
    "list.json": as_bytes(json.dumps(REVIEWS).encode()),
    "nested.json": as_bytes(nested()),
    "packed.json.gz": packed(as_bytes(nested())),
    "lines.json": as_bytes(jsonl()),
    "reviews.jsonl": as_bytes(jsonl()),
    "list.jsonl": as_bytes(json.dumps(REVIEWS).encode()),
    "nested.jsonl": as_bytes(nested()),
    "reviews.ndjson": as_bytes(jsonl()),
    "packed.jsonl.gz": packed(as_bytes(jsonl())),
    "reviews.xlsx": workbook,
    "reviews.xlsm": workbook,
    "packed.xlsx.gz": packed(workbook),
    "text-inside.xlsx": as_bytes(separated(";").encode("cp1251")),
    "text-inside.xls": as_bytes(separated("\t").encode("utf-16")),
    "workbook-inside.csv": workbook,
    "tabs.txt": as_bytes(separated("\t", end="\r\n").encode("utf-16")),
    "reviews.ods": open_document,
    "reviews.parquet": parquet,
    "packed.parquet.gz": packed(parquet),
    "reviews.db::отзывы": sqlite,
    "reviews.sqlite::отзывы": sqlite,
    "packed.sqlite3.gz::отзывы": packed(sqlite),
    "alone.db": lambda path: sqlite(path, others=()),
}
"""Name of a file (with its part) to the function that writes it at a path."""


def write_reviews(folder, name):
    """Write the reviews under ``name`` and return the source to read."""
    WRITERS[name](folder / name.partition("::")[0])
    return str(folder / name)


def read_rows(source):
    """Yield the rows of all tables of a file, one table after another."""
    for table in open_tables(source):
        yield from table.rows
