"""Ids: one for every row, none twice, the same in any order; what holds in memory holds on disk."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.corpus.ids import UniqueIds, content_ids, row_hashes
from reviewmine.router import TEXT_FIELDS

IDS = st.lists(st.sampled_from(["7", "7-2", "7-2-2", "7-3", "8", "8-2"]), min_size=1, max_size=12)


def names(rows, size):
    """Name rows of (id, content), fed in batches of ``size``."""
    batches = [rows[start : start + size] for start in range(0, len(rows), size)]
    unique = UniqueIds()
    for batch in batches:
        frame = pd.DataFrame({"id": [id for id, _ in batch], "text": [text for _, text in batch]}, dtype=object)
        unique.add(frame["id"].tolist(), row_hashes(frame))
    found = unique.named(lambda: [[id for id, _ in batch] for batch in batches])
    start, result = 0, []
    for batch in batches:
        result += found.of([id for id, _ in batch], start)
        start += len(batch)
    return result


@given(IDS, st.integers(1, 5), st.randoms())
@settings(max_examples=150)
def test_names_are_unique_begin_with_the_id_and_do_not_depend_on_order_or_batches(ids, size, rng):
    rows = [(id, f"текст {i}") for i, id in enumerate(ids)]
    got = names(rows, size)
    assert len(set(got)) == len(rows)
    assert all(name == id or name.startswith(f"{id}-") for name, (id, _) in zip(got, rows, strict=True))
    assert [name for name, n in pd.Series(ids).value_counts().items() if n == 1 and name not in got] == []
    shuffled = rows[:]
    rng.shuffle(shuffled)
    assert dict(zip(shuffled, names(shuffled, size + 1), strict=True)) == dict(zip(rows, got, strict=True))


def test_ids_that_stand_once_stay():
    assert names([("7", "а"), ("8", "б")], 1) == ["7", "8"]


def frame(**columns):
    blank = {name: [""] * len(next(iter(columns.values()))) for name in ("id", *TEXT_FIELDS, "date")}
    return pd.DataFrame(blank | columns, dtype=object)


def test_a_row_without_an_id_is_named_by_its_texts():
    ids = content_ids(frame(text=["Шумит", "Шумит", "Греется"], cons=["", "", "да"], id=["", "", ""]))
    assert ids[0] == ids[1] != ids[2]
    assert all(id.startswith("r") and len(id) == 13 for id in ids)
    assert content_ids(frame(text=["Шумит"], id=["9"])) == ["9"]
    one, other = content_ids(frame(text=["Отлично"] * 2, id=["", ""], date=["01.04.2026", "02.04.2026"]))
    assert one != other


def test_an_absent_column_is_like_an_empty_one():
    plain = pd.DataFrame({"id": ["1", "2"], "text": ["а", "б"]}, dtype=object)
    wide = pd.DataFrame({"город": ["", "Тула"], "text": ["а", "б"], "id": ["1", "2"]}, dtype=object)
    same, other = zip(row_hashes(plain), row_hashes(wide), strict=True)
    assert same[0] == same[1]
    assert other[0] != other[1]


@pytest.mark.parametrize("texts", [("а", "б"), ("", "а"), ("а", "а ")])
def test_texts_in_other_fields_are_other_rows(texts):
    one, two = texts
    rows = pd.DataFrame({"pros": [one, two], "cons": [two, one]}, dtype=object)
    assert len(set(row_hashes(rows).tolist())) == 2
