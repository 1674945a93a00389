"""Parts keep groups whole and types in proportion, and do not depend on the order of rows."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.labels.dataset import Labelled
from reviewmine.labels.splits import PARTS, deal, split_parts
from reviewmine.settings import Split

SHARES = {"test": 0.2, "calibration": 0.15, "train": 0.65}
COLUMN = Split(strategy="column", column="part", train=("train",), calibration=("dev",), test=("dev", "final"))


def labelled(n=400, n_types=8, copies=1, seed=0, **columns):
    rng = np.random.default_rng(seed)
    types = [tuple({f"t{int(k)}" for k in rng.zipf(1.6, 2) % n_types}) for _ in range(n)]
    groups = [f"g{i // copies}" for i in range(n)]
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(n)], **columns})
    return Labelled([{"id": name} for name in frame["id"]], types, groups, frame, 0)


def names(parts, n):
    found = [""] * n
    for part in (*PARTS, "unused"):
        for row in getattr(parts, part):
            assert found[row] == ""
            found[row] = part
    return found


def test_every_row_has_one_part():
    parts = split_parts(labelled(), Split(), seed=13)
    assert Counter(names(parts, 400))[""] == 0
    assert len(parts.unused) == 0


@given(st.integers(0, 10_000), st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_groups_stay_whole_and_shares_hold(seed, copies):
    rows = labelled(300, copies=copies, seed=seed)
    dealt = deal(rows.types, rows.groups, SHARES, seed)
    assert len({*zip(rows.groups, dealt, strict=True)}) == len(set(rows.groups))
    counts = Counter(dealt)
    for part, share in SHARES.items():
        assert counts[part] / 300 == pytest.approx(share, abs=0.1)


def test_types_are_in_proportion():
    rows = labelled(1000)
    dealt = deal(rows.types, rows.groups, SHARES, 13)
    total = Counter(code for held in rows.types for code in held)
    inside = Counter((part, code) for part, held in zip(dealt, rows.types, strict=True) for code in held)
    for code, n in total.items():
        for part, share in SHARES.items():
            assert inside[part, code] == pytest.approx(share * n, abs=max(3, 0.06 * n)), (code, part)


def test_a_rare_type_reaches_every_part():
    rows = labelled(200)
    types = [("rare",) if i % 40 == 0 else held for i, held in enumerate(rows.types)]
    dealt = deal(types, rows.groups, SHARES, 13)
    assert {part for part, held in zip(dealt, types, strict=True) if held == ("rare",)} == set(SHARES)


@given(st.permutations(range(60)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_changes_nothing(order):
    rows = labelled(60, copies=2)
    dealt = deal(rows.types, rows.groups, SHARES, 13)
    again = deal([rows.types[i] for i in order], [rows.groups[i] for i in order], SHARES, 13)
    assert again == [dealt[i] for i in order]


def test_the_seed_decides():
    rows = labelled()
    assert deal(rows.types, rows.groups, SHARES, 1) != deal(rows.types, rows.groups, SHARES, 2)


DATES = {
    "day first": [f"{1 + i % 28:02}.{1 + i // 28:02}.2026" for i in range(300)],
    "datetime": list(pd.date_range("2025-01-01", periods=300)),
    "iso": [f"{day:%Y-%m-%d}" for day in pd.date_range("2025-01-01", periods=300)],
}


@pytest.mark.parametrize("style", DATES)
def test_time_puts_the_newest_last(style):
    order = np.random.default_rng(0).permutation(300)
    rows = labelled(300, when=[DATES[style][i] for i in order])
    parts = split_parts(rows, Split(strategy="time"), 13, "when")
    assert order[parts.train].max() < order[parts.calibration].min()
    assert order[parts.calibration].max() < order[parts.test].min()
    assert (len(parts.train), len(parts.calibration), len(parts.test)) == (195, 45, 60)


def test_time_keeps_a_group_where_its_newest_row_is():
    rows = labelled(100, date=pd.date_range("2025-01-01", periods=100))
    groups = ["same" if i in (0, 99) else f"g{i}" for i in range(100)]
    parts = split_parts(Labelled(rows.reviews, rows.types, groups, rows.frame, 0), Split(strategy="time"), 13)
    assert {0, 99} <= set(parts.test.tolist())


def test_rows_without_a_date_are_for_training():
    dates = [None if i < 10 else day for i, day in enumerate(pd.date_range("2025-01-01", periods=100))]
    parts = split_parts(labelled(100, date=dates), Split(strategy="time"), 13)
    assert set(range(10)) <= set(parts.train.tolist())


def test_a_value_under_two_parts_is_shared_half_and_half():
    part = ["train"] * 200 + ["dev"] * 120 + ["final"] * 30 + ["other"] * 50
    parts = split_parts(labelled(part=part), COLUMN, 13)
    assert parts.train.tolist() == list(range(200))
    assert parts.unused.tolist() == list(range(350, 400))
    assert set(range(320, 350)) <= set(parts.test.tolist())
    halves = [int(((rows >= 200) & (rows < 320)).sum()) for rows in (parts.calibration, parts.test)]
    assert sum(halves) == 120
    assert min(halves) >= 40


def test_copies_of_training_rows_are_dropped():
    rows = labelled(part=["train"] * 200 + ["dev"] * 200)
    groups = [f"g{i % 200}" if i < 210 else f"g{i}" for i in range(400)]
    parts = split_parts(Labelled(rows.reviews, rows.types, groups, rows.frame, 0), COLUMN, 13)
    assert parts.unused.tolist() == list(range(200, 210))


REFUSED = [
    (COLUMN, {"part": "train"}, "the calibration part is empty, expected rows in every part; bring more labelled rows"),
    (COLUMN, {"part": "dev"}, "the train part is empty"),
    (COLUMN, {}, r"split\.column: no column 'part'; fix the experiment"),
    (Split(strategy="time"), {}, r"data\.time: no column 'date'"),
    (Split(strategy="time"), {"date": "вчера"}, "column date: no row has a date; use strategy: group"),
    (Split(strategy="time"), {"date": "2026-01-01"}, "the calibration part is empty"),
    (Split(test=0.6, calibration=0.5), {}, "the train part is empty"),
]


@pytest.mark.parametrize(("split", "columns", "words"), REFUSED, ids=[words for *_, words in REFUSED])
def test_refusals(split, columns, words):
    with pytest.raises(ReviewmineError, match=words):
        split_parts(labelled(50, **columns), split, 13)
