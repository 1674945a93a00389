"""Counts under one version become counts under another, and come back."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.apply import apply_operations
from reviewmine.taxonomy.crosswalk import ADDED, crosswalk
from reviewmine.taxonomy.operations import parse_operations
from reviewmine.taxonomy.shares import split_counts
from reviewmine.taxonomy.versions import as_of
from taxonomy.histories import OPERATIONS

CODES = ["late", "slow", "lost", "broken", "smell"]
SPLIT = {
    "op": "split",
    "type": "broken",
    "into": [{"code": "dead", "title": "Мёртв"}, {"code": "cracked", "title": "Треснул"}],
}


def versions(text, *operations):
    return apply_operations(text, ()).taxonomy, apply_operations(text, parse_operations(list(operations))).taxonomy


def counts(frame, column="types"):
    weight = frame["weight"] if "weight" in frame else pd.Series(1.0, index=frame.index)
    found = {}
    for cell, n in zip(frame[column], weight, strict=True):
        for code in filter(None, cell.split("|")):
            found[code] = found.get(code, 0.0) + n
    return {code: round(n, 6) for code, n in found.items() if n > 1e-9}


ROWS = pd.DataFrame(
    {
        "id": list("abcdef"),
        "month": ["05", "05", "06", "06", "07", "07"],
        "types": ["late", "slow|lost", "broken", "", "smell|late", "неведомое"],
    }
)
EXACT = {
    "rename": ({"op": "rename", "type": "late", "code": "overdue"}, {"overdue": 2, "slow": 1, "lost": 1}),
    "merge": ({"op": "merge", "types": ["late", "lost"], "into": "late"}, {"late": 3, "slow": 1}),
    "merge in one row": (
        {"op": "merge", "types": ["slow", "lost"], "into": {"code": "w", "title": "в"}},
        {"late": 2, "w": 1},
    ),
    "move": ({"op": "move", "type": "smell", "parent": ""}, {"late": 2, "slow": 1, "lost": 1}),
}


@pytest.mark.parametrize("name", EXACT)
def test_exact_ways_and_the_way_back(curated, name):
    operation, expected = EXACT[name]
    old, new = versions(curated, operation)
    there = crosswalk(ROWS, old, new).frame
    assert counts(there) == expected | {"broken": 1, "smell": 1, "неведомое": 1}
    assert list(there.columns) == [*ROWS.columns, *ADDED]
    back = crosswalk(there, new, old).frame
    assert counts(back) == counts(ROWS)
    assert sorted(set(back["id"])) == list("abcdef")


def test_a_split_goes_by_the_probabilities(curated):
    old, new = versions(curated, SPLIT)
    p = [{"dead": 0.6, "cracked": 0.2, "late": 0.2}, {"dead": 0.0, "cracked": 0.5}]
    rows = pd.DataFrame({"id": ["1", "2"], "types": "broken", "probabilities": [json.dumps(one) for one in p]})
    found = crosswalk(rows, old, new)
    assert counts(found.frame) == {"dead": 0.75, "cracked": 1.25}
    assert set(found.frame["crosswalk"]) == {"split"}
    assert counts(crosswalk(found.frame, new, old).frame) == {"broken": 2.0}
    (split,) = found.summary["splits"]
    assert split["by"] == {"probability": 2, "equal shares": 0}
    assert split["into"]["dead"]["low"] <= 0.75 <= split["into"]["dead"]["high"]


BLIND = [
    None,
    "",
    "не JSON",
    "[]",
    '{"dead": 1}',
    '{"dead": 0, "cracked": 0}',
    '{"dead": -1, "cracked": 2}',
    '{"dead": NaN, "cracked": 1}',
]


@pytest.mark.parametrize("cell", BLIND, ids=str)
def test_without_probabilities_of_the_parts_the_shares_are_equal_and_marked(curated, cell):
    old, new = versions(curated, SPLIT)
    rows = pd.DataFrame({"id": ["1"], "type": ["broken"], "probabilities": pd.Series([cell], dtype=object)})
    found = crosswalk(rows, old, new)
    assert counts(found.frame, "type") == {"dead": 0.5, "cracked": 0.5}
    assert set(found.frame["crosswalk"]) == {"split-equal"}
    interval = found.summary["splits"][0]["into"]["dead"]
    assert interval["low"] < 0.1
    assert interval["high"] > 0.9


def test_a_deprecated_type_gives_way_to_its_group(curated):
    old, new = versions(curated, {"op": "deprecate", "type": "lost"}, {"op": "deprecate", "type": "smell"})
    text = curated.replace("code: smell\n    title: Запах\n    parent: quality", "code: smell\n    title: Запах")
    orphan, later = versions(text, {"op": "deprecate", "type": "smell"})
    found = crosswalk(ROWS, old, new)
    assert counts(found.frame) == {"late": 2, "slow": 1, "broken": 1, "delivery": 1, "quality": 1, "неведомое": 1}
    assert found.summary["ways"] == {"parent": 2, "same": 5, "unknown": 1}
    assert counts(crosswalk(found.frame, new, old).frame) == counts(ROWS)
    alone = crosswalk(ROWS, orphan, later)
    assert alone.summary["ways"]["none"] == 1
    assert alone.summary["after"]["none"] == 2
    assert len(alone.frame) == len(crosswalk(ROWS, orphan, orphan).frame)


def test_back_from_a_merge_rows_of_the_new_version_are_shared_out(curated):
    old, new = versions(curated, {"op": "merge", "types": ["late", "slow"], "into": {"code": "w", "title": "в"}})
    native = pd.DataFrame({"id": ["1"], "types": ["w"], "probabilities": ['{"late": 0.1, "slow": 0.3}']})
    assert counts(crosswalk(native, new, old).frame) == {"late": 0.25, "slow": 0.75}


def test_old_codes_in_the_rows_are_known(curated):
    _, new = versions(
        curated,
        {"op": "rename", "type": "late", "code": "overdue"},
        {"op": "merge", "types": ["slow"], "into": "lost"},
    )
    rows = pd.DataFrame({"id": ["1", "2", "3"], "types": ["late", "slow", "overdue"]})
    assert counts(crosswalk(rows, new, new).frame) == {"overdue": 2, "lost": 1}


def test_an_earlier_version_is_known_by_the_lineage_alone(curated):
    old, new = versions(curated, SPLIT, EXACT["rename"][0], EXACT["merge in one row"][0])
    assert counts(crosswalk(ROWS, as_of(new, "1.4.0"), new).frame) == counts(crosswalk(ROWS, old, new).frame)


def test_kind_and_owner_follow_the_type(curated):
    old, new = versions(curated, {"op": "edit", "type": "smell", "set": {"owner": "logistics", "kind": "question"}})
    rows = pd.DataFrame({"id": ["1"], "kind": "complaint", "type": "smell", "types": "smell|late", "owner": "service"})
    found = crosswalk(rows, old, new).frame
    assert found[["type", "types", "owner", "kind"]].to_numpy().tolist() == [
        ["late", "late", "logistics", "complaint"],
        ["smell", "smell", "logistics", "question"],
    ]


def test_three_versions_and_home(curated):
    """The origin is that of the first version, so that the way home needs no stop between."""
    one = apply_operations(curated, ())
    two = apply_operations(curated, parse_operations([SPLIT]))
    three = apply_operations(two.text, parse_operations([{"op": "merge", "types": ["dead"], "into": "smell"}]))
    there = crosswalk(crosswalk(ROWS, one.taxonomy, two.taxonomy).frame, two.taxonomy, three.taxonomy).frame
    assert counts(there)["smell"] == 1.5
    assert counts(crosswalk(there, three.taxonomy, one.taxonomy).frame) == counts(ROWS)


def test_no_step_at_the_version_boundary(curated):
    """Half a year under the old version and half under the new one: the monthly count of a merged type stays level."""
    old, new = versions(curated, {"op": "merge", "types": ["late", "slow"], "into": {"code": "w", "title": "в"}})
    history = pd.DataFrame({"types": ["late", "slow", "late|slow", "smell"] * 30, "month": np.repeat(range(6), 20)})
    now = pd.DataFrame({"types": ["w", "w", "w", "smell"] * 30, "month": np.repeat(range(6, 12), 20), "weight": 1.0})
    both = pd.concat([crosswalk(history, old, new).frame, now])
    monthly = both[both["types"] == "w"].groupby("month")["weight"].sum()
    assert monthly.tolist() == [15.0] * 12


REFUSED = [
    (ROWS.drop(columns="types"), "no column 'types' among id, month; name it with --column"),
    (ROWS.assign(weight=2.0), "a column 'weight' that no crosswalk wrote"),
    (ROWS.assign(taxonomy_version="0.9.0"), r"rows of version '0\.9\.0', expected 1\.4\.0"),
    (ROWS.assign(types="чужое"), r"no type of warm-home 1\.4\.0 among the rows"),
]


@pytest.mark.parametrize(("rows", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_refusals(curated, rows, words):
    old, new = versions(curated, SPLIT)
    with pytest.raises(ReviewmineError, match=words):
        crosswalk(rows, old, new)


def test_no_rows(curated):
    old, new = versions(curated, SPLIT)
    found = crosswalk(ROWS.iloc[:0], old, new)
    assert (len(found.frame), found.summary["after"]) == (0, {})


def test_intervals_narrow_with_what_is_known_and_do_not_depend_on_the_order():
    sure = [("a", ("b", "c"), (0.98, 0.02))] * 200
    torn = [("a", ("b", "c"), (0.5, 0.5))] * 200
    blind = [("a", ("b", "c"), None)] * 200

    def width(rows):
        (split,) = split_counts(rows)
        return split.parts["b"]["high"] - split.parts["b"]["low"]

    assert width(sure) < width(torn) < width(blind)
    mixed = sure + torn + blind + [("z", ("y", "x"), None)]
    assert split_counts(mixed) == split_counts(mixed[::-1])
    assert [split.source for split in split_counts(mixed)] == ["a", "z"]


def test_the_interval_holds_the_true_count():
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(60):
        p = rng.beta(2, 2, 150)
        true = int((rng.random(150) < p).sum())
        (split,) = split_counts([("a", ("b", "c"), (one, 1 - one)) for one in p])
        held += split.parts["b"]["low"] <= true <= split.parts["b"]["high"]
    assert held >= 51


cells = st.lists(st.sampled_from(CODES), max_size=3, unique=True).map("|".join)
masses = st.dictionaries(st.sampled_from([*CODES, "n1", "n2", "n3"]), st.floats(0, 1), max_size=8).map(json.dumps)


@settings(max_examples=100, deadline=None, report_multiple_bugs=False)
@given(st.lists(OPERATIONS, min_size=1, max_size=5), st.lists(st.tuples(cells, masses), min_size=1, max_size=8))
def test_there_and_back_keeps_every_count(curated, operations, rows):
    text = curated
    for operation in operations:
        try:
            text = apply_operations(text, parse_operations([operation])).text
        except ReviewmineError:
            continue
    old, new = apply_operations(curated, ()).taxonomy, apply_operations(text, ()).taxonomy
    frame = pd.DataFrame(rows, columns=["types", "probabilities"])
    there = crosswalk(frame, old, new)
    assert there.frame["weight"].between(0, 1).all()
    back = crosswalk(there.frame, new, old)
    assert counts(back.frame) == pytest.approx(counts(frame), abs=1e-6)
    split_only = crosswalk(frame, old, new).summary
    assert split_only == there.summary
