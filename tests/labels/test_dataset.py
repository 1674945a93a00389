"""A labelled file becomes rows with types; what has none is counted, what is unknown is refused."""

import numpy as np
import pandas as pd
import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.labels.dataset import labelled_set
from reviewmine.router.features import TEXT_FIELDS
from reviewmine.settings import Data
from reviewmine.taxonomy.model import Taxonomy

DATA = Data(labelled="x.csv", extras={"categorical": ["channel"], "numeric": ["rating"]})
TAXONOMY = Taxonomy.from_codes("small", ["late", "broken", "017"])
LONG = (
    "Заказала полку в прихожую, привезли вовремя, при сборке оказалось, что не хватает четырёх винтов и одной стойки, "
    "на горячей линии пообещали дослать недостающее за неделю, прошёл месяц, полка стоит у стены разобранная"
)
ROWS = [
    ("r3", "Курьер опоздал", "late"),
    ("r1", "Треснул экран", " broken | late |broken"),
    ("r2", "Ни о чём", ""),
    ("r4", LONG, "017"),
    ("r5", LONG.replace("за неделю", "за десять дней"), "late"),
]


def frame(rows=ROWS, **more):
    made = pd.DataFrame(rows, columns=["id", "text", "types"])
    for name in TEXT_FIELDS:
        if name not in made:
            made[name] = ""
    return made.assign(channel="app", rating=1.0, **more)


def test_rows_types_and_counts():
    got = labelled_set(frame(), DATA, TAXONOMY)
    assert [review["id"] for review in got.reviews] == ["r1", "r3", "r4", "r5"]
    assert got.types == [("broken", "late"), ("late",), ("017",), ("late",)]
    assert (len(got), got.n_unlabelled) == (4, 1)
    assert got.reviews[0] == dict.fromkeys(TEXT_FIELDS, "") | {
        "id": "r1",
        "text": "Треснул экран",
        "channel": "app",
        "rating": 1.0,
    }


@pytest.mark.parametrize("empty", [None, float("nan"), pd.NA, "", " ", "|", " | "])
def test_an_empty_cell_is_no_type(empty):
    rows = [("r1", "да", "late"), ("r2", "нет", empty)]
    got = labelled_set(frame(rows), DATA, TAXONOMY)
    assert (got.types, got.n_unlabelled) == ([("late",)], 1)


def test_without_a_separator_a_cell_is_one_type():
    data = Data(labelled="x.csv", types={"separator": None})
    got = labelled_set(frame([("r1", "да", "a|b")]), data, None)
    assert got.types == [("a|b",)]


def test_another_column_and_separator():
    data = Data(labelled="x.csv", types={"column": "темы", "separator": ";"})
    got = labelled_set(frame(темы=["late; broken", "", "", "", "017"]), data, TAXONOMY)
    assert got.types == [("late", "broken"), ("017",)]


def test_near_copies_share_a_group():
    got = labelled_set(frame(), DATA, TAXONOMY)
    assert got.groups[2] == got.groups[3]
    assert len(set(got.groups)) == 3


def test_a_group_column_joins_rows_and_their_copies():
    data = DATA.model_copy(update={"group": "shop"})
    got = labelled_set(frame(shop=["a", "b", "c", "a", ""]), data, TAXONOMY)
    by_id = dict(zip([review["id"] for review in got.reviews], got.groups, strict=True))
    assert by_id["r3"] == by_id["r4"] == by_id["r5"] != by_id["r1"]


@pytest.mark.parametrize("empty", ["", None, float("nan")])
def test_rows_without_a_group_are_not_joined(empty):
    data = DATA.model_copy(update={"group": "shop"})
    got = labelled_set(frame(shop=[empty, empty, empty, "a", "a"]), data, TAXONOMY)
    assert len(set(got.groups)) == 3


REFUSED = [
    ({"types": {"column": "тема"}}, r"a\.csv: no column 'тема', expected one of id, text, types"),
    ({"extras": {"categorical": ["city"]}}, "no column 'city'"),
    ({"extras": {"numeric": ["price"]}}, "no column 'price'"),
    ({"group": "shop"}, "no column 'shop'.*; fix the experiment"),
    ({"types": {"column": "pros"}}, "no row has a type in column 'pros'; label some rows or fix data.types"),
    ({"types": {"column": "channel"}}, r"type 'app' \(1 unknown in all\), expected a code of small 0\.1\.0"),
    ({"types": {"separator": None}}, r"type 'broken \| late \|broken'"),
]


@pytest.mark.parametrize(("settings", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_refusals(settings, words):
    with pytest.raises(ReviewmineError, match=words):
        labelled_set(frame(), Data.model_validate({"labelled": "x.csv"} | settings), TAXONOMY, where="a.csv")


def test_a_deprecated_type_is_unknown():
    old = TAXONOMY.model_copy(
        update={"types": tuple(one.model_copy(update={"status": "deprecated"}) for one in TAXONOMY.types)}
    )
    with pytest.raises(ReviewmineError, match=r"type '017' \(3 unknown in all\)"):
        labelled_set(frame(), DATA, old)


def test_the_order_of_rows_changes_nothing():
    whole = labelled_set(frame(), DATA, TAXONOMY)
    order = np.random.default_rng(0).permutation(len(ROWS))
    shuffled = labelled_set(frame().iloc[order], DATA, TAXONOMY)
    assert (shuffled.reviews, shuffled.types, shuffled.groups) == (whole.reviews, whole.types, whole.groups)
    assert shuffled.sha256 == whole.sha256


def test_the_hash_sees_texts_and_types():
    hashes = {
        labelled_set(frame([("r1", text, types), ("r2", "Да", "late")]), DATA, TAXONOMY).sha256
        for text, types in (("Нет", "late"), ("Нет", "broken"), ("Нет!", "late"))
    }
    assert len(hashes) == 3
