"""A sheet for people without tools: opened by a spreadsheet program, filled by hand, read back without loss."""

import csv
import dataclasses

import openpyxl
import pandas as pd
import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.labels.store import Label, latest
from reviewmine.labels.tables import read_sheet, sheet, write_sheet
from reviewmine.taxonomy.model import Taxonomy

TAXONOMY = Taxonomy.from_codes("shop", ["017", "=late", "lost", "нет товара"])
IDS = {one.code: one.id for one in TAXONOMY.types}
WHEN = "2026-03-01T10:00:00Z"
REVIEWS = pd.DataFrame(
    {
        "id": ["=1+1", "0017", "-", "r; «4»", "r5"],
        "rating": [2.0, float("nan"), 5.0, 1.0, 3.0],
        "text": [
            '=HYPERLINK("http://example.com";"приз")',
            "Звоните 8 (900) 000-12-34, курьер хамил",
            'Сказал: "жди";\r\nне дождался 🙂',
            "+ быстро\t- дорого",
            "@все",
        ],
    }
)


def label(review, code, verdict="yes", who="анна", how="person"):
    return Label(review, IDS[code], verdict, who, WHEN, how, "shop 0.1.0")


LABELS = [
    label("=1+1", "017"),
    label("=1+1", "=late"),
    label("=1+1", "lost", "no"),
    label("0017", "=late", "unsure"),
    label("-", "нет товара"),
    label("r; «4»", "lost", who="борис"),
]


def filled(tmp_path, labels=LABELS, who="анна", change=None, **more):
    frame = sheet(REVIEWS, TAXONOMY, who, labels, **more)
    if change:
        for (row, column), text in change.items():
            frame.loc[row, column] = text
    write_sheet(tmp_path / "a.csv", frame)
    return tmp_path / "a.csv"


def cells(path):
    return list(csv.reader(path.open(encoding="utf-8-sig", newline=""), delimiter=";"))


def test_what_is_written_reads_back_as_it_was(tmp_path):
    found = read_sheet(filled(tmp_path), TAXONOMY, "анна", when=WHEN)
    assert found.rejected == ()
    assert sorted(map(repr, found.labels)) == sorted(repr(one) for one in LABELS if one.who == "анна")


def test_a_sheet_that_nobody_touched_says_nothing_new(tmp_path):
    assert read_sheet(filled(tmp_path), TAXONOMY, "анна", LABELS).labels == ()


def test_only_what_a_person_changed_becomes_labels(tmp_path):
    path = filled(tmp_path, change={(0, "types"): "017 | lost", (0, "no"): "", (4, "types"): "lost"})
    found = read_sheet(path, TAXONOMY, "анна", LABELS, WHEN)
    assert {(one.review, one.type, one.verdict) for one in found.labels} == {
        ("=1+1", IDS["=late"], "unsure"),  # taken away
        ("=1+1", IDS["lost"], "yes"),
        ("r5", IDS["lost"], "yes"),
    }
    assert latest([*LABELS, *found.labels])["=1+1", IDS["017"], "анна"].verdict == "yes"


def test_no_cell_is_a_formula_and_excel_is_told_the_encoding(tmp_path):
    path = filled(tmp_path, suggested=[label("r5", "=late", how="rule")])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert [cell for row in cells(path) for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert [row[4] for row in cells(path)] == ["suggested", "", "", "", "", "'=late"]


def test_texts_are_masked_unless_told(tmp_path):
    assert "[телефон]" in filled(tmp_path).read_text(encoding="utf-8")
    assert "000-12-34" not in filled(tmp_path).read_text(encoding="utf-8")
    assert "000-12-34" in filled(tmp_path, mask=False).read_text(encoding="utf-8")


def test_a_workbook_that_a_person_saved_is_read(tmp_path):
    book = openpyxl.Workbook()
    for row in [["id", "types", "unsure", "no", "text"], ["r5", "017|lost", None, "=late", "да"], [17, 17, "", "", ""]]:
        book.active.append(row)
    book.active["D2"].data_type = "s"
    book.save(tmp_path / "a.xlsx")
    taxonomy = Taxonomy.from_codes("shop", ["017", "17", "=late", "lost"])
    codes = {one.id: one.code for one in taxonomy.types}
    found = read_sheet(tmp_path / "a.xlsx", taxonomy, "анна", when=WHEN)
    assert [(one.review, codes[one.type], one.verdict) for one in found.labels] == [
        ("r5", "017", "yes"), ("r5", "lost", "yes"), ("r5", "=late", "no"), ("17", "17", "yes"),
    ]  # fmt: skip


def test_a_sheet_of_a_russian_spreadsheet_program_is_read(tmp_path):
    (tmp_path / "a.csv").write_bytes("id;types;unsure;no;text\r\nr5;нет товара;;;да\r\n".encode("cp1251"))
    assert [one.type for one in read_sheet(tmp_path / "a.csv", TAXONOMY, "анна").labels] == [IDS["нет товара"]]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({(4, "types"): "017|нету"}, "row 7: types has 'нету', which is no code in use"),
        ({(4, "types"): "lost", (4, "no"): "lost"}, "row 7: lost stands in two columns"),
        ({(4, "id"): " ", (4, "types"): "lost"}, "row 7: no id"),
        ({(4, "id"): "0017", (4, "types"): "lost"}, "row 7: a second row of review '0017'"),
    ],
)
def test_a_row_that_cannot_be_read_is_rejected_with_its_number_and_the_rest_is_kept(tmp_path, change, reason):
    found = read_sheet(filled(tmp_path, change=change), TAXONOMY, "анна", when=WHEN)
    (line,) = found.rejected
    assert line.endswith(reason)
    assert len(found.labels) == len(LABELS) - 1
    assert found.n_rows == 5


def test_another_table_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("review,label\nr1,late\nr2,lost\n", encoding="utf-8")
    with pytest.raises(ReviewmineError, match=r"a\.csv: the columns review, label, expected the columns id, types"):
        read_sheet(tmp_path / "a.csv", TAXONOMY, "анна")


def test_a_code_that_a_cell_cannot_hold_is_refused():
    for code in ("a|b", " a", "'=a"):
        with pytest.raises(ReviewmineError, match="expected codes without"):
            sheet(REVIEWS, Taxonomy.from_codes("shop", [code]))


def test_labels_of_another_version_are_refused():
    stale = dataclasses.replace(LABELS[0], taxonomy="shop 2.0.0")
    with pytest.raises(ReviewmineError, match="labels migrate"):
        sheet(REVIEWS, TAXONOMY, "анна", [stale])


def test_only_csv_is_written(tmp_path):
    with pytest.raises(ReviewmineError, match=r"the ending \.xlsx, expected \.csv"):
        write_sheet(tmp_path / "a.xlsx", sheet(REVIEWS, TAXONOMY))
