"""A labelled file becomes rows with types; what has none is counted, what is unknown is refused."""

import numpy as np
import pandas as pd
import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.labels.dataset import labelled_set
from reviewmine.router.features import TEXT_FIELDS
from reviewmine.settings import Data
from reviewmine.taxonomy.apply import apply_operations
from reviewmine.taxonomy.model import Taxonomy
from reviewmine.taxonomy.operations import parse_operations

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


def test_a_deprecated_type_is_refused():
    old = TAXONOMY.model_copy(
        update={"types": tuple(one.model_copy(update={"status": "deprecated"}) for one in TAXONOMY.types)}
    )
    with pytest.raises(ReviewmineError, match=r"type '017' was deprecated and has no successor"):
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


def moved_on(*operations):
    """Return the taxonomy after operations that people carried out on it."""
    text = "taxonomy: small\nversion: 1.0.0\ntypes:\n" + "".join(
        f"  - {{id: T00{n}, code: {code}, title: {code}}}\n"
        for n, code in enumerate(["late", "broken", "slow"], start=1)
    )
    return apply_operations(text, parse_operations(list(operations))).taxonomy


OLD_ROWS = [
    ("r1", "Ждали две недели", "slow"),
    ("r2", "Опоздали, ещё и долго везли", "late|slow"),
    ("r3", "Треснул", "broken"),
]
RENAME = {"op": "rename", "type": "slow", "code": "waiting"}
MERGE = {"op": "merge", "types": ["late", "slow"], "into": "late"}
SPLIT = {
    "op": "split",
    "type": "slow",
    "into": [{"code": "slow-city", "title": "По городу"}, {"code": "slow-far", "title": "В область"}],
}


@pytest.mark.parametrize(
    ("operations", "types", "reread", "n"),
    [
        ([RENAME], [("waiting",), ("late", "waiting"), ("broken",)], {"slow": "waiting"}, 2),
        ([MERGE], [("late",), ("late",), ("broken",)], {"slow": "late"}, 2),
        ([RENAME, {**MERGE, "types": ["late", "waiting"]}], [("late",), ("late",), ("broken",)], {"slow": "late"}, 2),
        (
            [{"op": "edit", "type": "slow", "set": {"title": "Медленно"}}],
            [("slow",), ("late", "slow"), ("broken",)],
            {},
            0,
        ),
    ],
)
def test_an_older_code_is_read_as_what_it_became(operations, types, reread, n):
    got = labelled_set(frame(OLD_ROWS), DATA, moved_on(*operations))
    assert (got.types, got.reread, got.n_reread) == (types, reread, n)


def test_a_code_that_was_split_cannot_be_read():
    expected = (
        r"a\.csv: type 'slow' was split into slow-city, slow-far, expected codes in use in small \d\.\d\.\d; "
        r"re-express it with `reviewmine taxonomy crosswalk`, or label the rows anew"
    )
    with pytest.raises(ReviewmineError, match=expected):
        labelled_set(frame(OLD_ROWS), DATA, moved_on(SPLIT), where="a.csv")


def test_a_code_without_a_successor_is_refused():
    with pytest.raises(
        ReviewmineError, match=r"'broken' was deprecated and has no successor, .*; give its rows another"
    ):
        labelled_set(frame(OLD_ROWS), DATA, moved_on({"op": "deprecate", "type": "broken"}))
