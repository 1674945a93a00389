"""A workbook for people without tools: types picked from a list, nothing a formula, read back like any sheet."""

import sys

import openpyxl
import pandas as pd
import pytest

from reviewmine.corpus.read import read_reviews
from reviewmine.errors import ReviewmineError
from reviewmine.labels.store import Label, read_labels, write_labels
from reviewmine.labels.tables import read_sheet, sheet
from reviewmine.labels.workbook import write_workbook
from reviewmine.taxonomy.model import load_taxonomy
from reviewmine.workflow.labels_exchange import export_labels, import_labels

SHOP = """\
taxonomy: shop
version: 1.0.0
groups: {delivery: {title: Доставка}}
types:
  - {id: T001, code: "017", title: Опоздание, parent: delivery, definition: Позже срока, include: [ждал день, "-ждал"]}
  - {id: T002, code: =rude, title: Хамство}
  - {id: T003, code: lost, title: Потеря}
  - {id: T004, code: _x0041_, title: Брак}
  - {id: T005, code: old, title: Старый, status: deprecated}
"""
WHEN = "2026-03-01T10:00:00Z"
HOSTILE = {
    "=1+1": '=HYPERLINK("http://example.com";"приз")',
    "0017": "+7 900 000-12-34 не отвечает, @оператор хамил",
    "-": "Пришло битым\x00\ufffe, _x0041_ 🙂\r\nи поздно",
    "_x0042_": "=" + "а" * 40_000,
}


def label(review, kind, verdict="yes", who="анна"):
    return Label(review, kind, verdict, who, WHEN, "person", "shop 1.0.0")


LABELS = [
    *(label("=1+1", kind) for kind in ("T001", "T002", "T003", "T004")),
    label("0017", "T001", "unsure"),
    label("0017", "T002", "no"),
    label("_x0042_", "T004"),
    label("_x0042_", "T003", who="борис"),
]


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    write_labels(tmp_path / "a.jsonl", LABELS)
    return tmp_path


@pytest.fixture
def book(shop):
    """The path of a workbook of Anna's, as the export writes it."""
    reviews = pd.DataFrame({"id": list(HOSTILE), "text": list(HOSTILE.values()), "rating": 1.0})
    found = export_labels(
        reviews, load_taxonomy(shop / "shop.yaml"), shop / "a.xlsx", [shop / "a.jsonl"], "анна", mask=False
    )
    assert (found.n_reviews, found.n_labels, found.files) == (4, 7, (shop / "a.xlsx",))
    return shop / "a.xlsx"


def change(path, **cells):
    made = openpyxl.load_workbook(path)
    for place, text in cells.items():
        made["reviews"][place] = text
    made.save(path)


def test_what_goes_out_comes_back_and_only_what_changed_is_new(shop, book):
    taxonomy = load_taxonomy(shop / "shop.yaml")
    back = read_sheet(book, taxonomy, "анна", when=WHEN)
    assert back.rejected == ()
    assert set(back.labels) == {one for one in LABELS if one.who == "анна"}
    ids = frozenset(HOSTILE)
    assert import_labels(book, taxonomy, shop / "a.jsonl", "анна", reviews=ids).n_new == 0
    change(book, B4="lost", D4="017")  # two picks in two cells, as the list gives them
    assert import_labels(book, taxonomy, shop / "a.jsonl", "анна", reviews=ids).n_new == 2
    new = read_labels(shop / "a.jsonl")[len(LABELS) :]
    assert {(one.review, one.type, one.verdict) for one in new} == {("-", "T003", "yes"), ("-", "T001", "yes")}


def test_cells_of_labels_offer_the_codes_in_use(book):
    made = openpyxl.load_workbook(book)
    assert made.sheetnames == ["reviews", "types"]
    head = {cell.value: cell.column_letter for cell in made["reviews"][1]}
    (offered,) = made["reviews"].data_validations.dataValidation
    columns = [head[name] for name in ("types", "types 2", "types 3", "unsure", "no")]
    assert str(offered.sqref).split() == [f"{letter}2:{letter}5" for letter in columns]
    assert (offered.type, offered.formula1, offered.showErrorMessage) == ("list", "types!$A$2:$A$5", False)
    rows = [tuple(cell.value or "" for cell in row) for row in made["types"].iter_rows()]
    assert rows[0] == ("code", "title", "group", "definition", "include")
    assert rows[1] == ("017", "Опоздание", "Доставка", "Позже срока", "ждал день\n-ждал")
    assert [row[0] for row in rows[2:]] == ["=rude", "lost", "_x005F_x0041_"]  # as XLSX writes _x0041_


def test_no_cell_is_a_formula_and_every_one_is_text(book):
    cells = [cell for sheet in openpyxl.load_workbook(book) for row in sheet for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    opens = [cell for cell in cells if cell.value.startswith(("=", "+", "-", "@"))]
    assert len(opens) == 8
    assert all(cell.quotePrefix for cell in opens)


def test_what_a_cell_cannot_hold_is_shown_as_such(book):
    texts = read_reviews(book).reviews.set_index("id")["text"]
    assert texts["-"] == "Пришло битым\ufffd\ufffd, _x0041_ 🙂\nи поздно"
    assert texts["_x0042_"] == "=" + "а" * 15_998 + "…"


def test_an_id_that_would_not_come_back_is_refused(shop):
    taxonomy = load_taxonomy(shop / "shop.yaml")
    rows = sheet(pd.DataFrame({"id": ["r\x01"], "text": ["да"]}), taxonomy)
    with pytest.raises(ReviewmineError, match=r"expected an id that XLSX can hold; write \.csv"):
        write_workbook(shop / "b.xlsx", rows, taxonomy)
    assert not (shop / "b.xlsx").exists()


def test_what_is_missing_is_named(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    taxonomy = load_taxonomy(shop / "shop.yaml")
    with pytest.raises(ReviewmineError, match=r'needs openpyxl.*pip install "reviewmine\[lab\]"'):
        write_workbook(shop / "b.xlsx", sheet(pd.DataFrame({"id": ["r1"], "text": ["да"]}), taxonomy), taxonomy)
