"""Labels of an earlier version, under a later one: what is still true is carried, what is not known is listed."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.labels.migrate import left_table, migrated
from reviewmine.labels.store import Label, current, latest
from reviewmine.taxonomy.apply import apply_operations
from reviewmine.taxonomy.model import checked, load_taxonomy
from reviewmine.taxonomy.operations import parse_operations

SHOP = """\
taxonomy: shop
version: 1.0.0
types:
  - {id: T001, code: late, title: Опоздание}
  - {id: T002, code: slow, title: Долго}
  - {id: T003, code: lost, title: Пропал}
  - {id: T004, code: broken, title: Сломалось}
"""


def after(*operations):
    return apply_operations(SHOP, parse_operations(list(operations)), "shop.yaml").taxonomy


def label(kind="T001", verdict="yes", who="анна", second=0, span=None, version="1.0.0", review="r1"):
    return Label(review, kind, verdict, who, f"2026-03-01T10:00:{second:02}Z", "person", f"shop {version}", span)


def said(labels):
    return {(one.type, one.who): one.verdict for one in latest(labels).values()}


RENAME = {"op": "rename", "type": "late", "code": "overdue", "title": "Позже срока"}
MERGE = {"op": "merge", "types": ["T001", "T002"], "into": "T002"}
SPLIT = {
    "op": "split",
    "type": "broken",
    "into": [{"code": "dead", "title": "Не включается"}, {"code": "cracked", "title": "Треснуло"}],
}
DELETE = {"op": "deprecate", "type": "lost"}


def test_a_renamed_type_keeps_its_labels_and_their_history():
    new = after(RENAME)
    labels = [label(), label(verdict="no", second=4, span=("cons", 1, 5))]
    found = migrated(labels, new)
    assert found.left == ()
    assert [(one.type, one.verdict, one.when, one.span) for one in found.labels] == [
        (one.type, one.verdict, one.when, one.span) for one in labels
    ]
    assert {one.taxonomy for one in found.labels} == {f"shop {new.version}"}
    current(found.labels, new)


@pytest.mark.parametrize(
    ("late", "slow", "whole"),
    [
        ("yes", "yes", "yes"),
        ("yes", "no", "yes"),
        ("no", "yes", "yes"),
        ("yes", "unsure", "yes"),
        ("no", "no", "no"),
        ("no", "unsure", "unsure"),
        ("no", None, None),
        ("yes", None, "yes"),
        ("unsure", None, "unsure"),
    ],
)
@pytest.mark.parametrize("flip", [False, True])
def test_types_that_became_one(late, slow, whole, flip):
    labels = [
        label(kind, verdict, second=n) for n, (kind, verdict) in enumerate([("T001", late), ("T002", slow)]) if verdict
    ]
    if flip:
        labels = [label(one.type, one.verdict, second=9 - n) for n, one in enumerate(labels)]
    found = migrated(labels, after(MERGE))
    assert said(found.labels).get(("T002", "анна")) == whole
    assert len(found.labels) + len(found.left) == len(labels)
    assert {one.why for one in found.left} <= {"merge"}


def test_a_split_type_is_unknown_and_listed_but_no_holds_for_its_parts():
    new = after(SPLIT)
    parts = {one.id for one in new.types if one.code in ("dead", "cracked")}
    labels = [label("T004"), label("T004", "unsure", "борис"), label("T004", "no", "вера")]
    found = migrated(labels, new)
    assert {(one.type, one.who, one.verdict) for one in found.labels} == {(part, "вера", "no") for part in parts}
    assert [(one.label.who, one.why, set(one.into)) for one in found.left] == [
        ("анна", "split", parts),
        ("борис", "split", parts),
    ]
    row = left_table(found.left).to_dict("records")[0]
    assert (row["review"], row["type"], row["verdict"], set(row["into"].split("|"))) == ("r1", "T004", "yes", parts)


def test_a_deleted_type_and_one_that_never_was_are_listed():
    found = migrated([label("T003"), label("T099"), label()], after(DELETE))
    assert [(one.label.type, one.why) for one in found.left] == [("T003", "deleted"), ("T099", "unknown")]
    assert [one.type for one in found.labels] == ["T001"]


def test_labels_of_several_versions_at_once():
    new = after(RENAME, MERGE)
    found = migrated([label(), label("T002", version=new.version, second=1)], new)
    assert [(one.type, one.taxonomy) for one in found.labels] == [("T002", f"shop {new.version}")] * 2
    assert migrated(found.labels, new).labels == found.labels


def test_back_to_an_earlier_version_needs_the_later_file():
    new, old = after(RENAME), checked(yaml.safe_load(SHOP), "shop.yaml")
    later = [label(version=new.version)]
    with pytest.raises(ReviewmineError, match="name the taxonomy of that version with --from"):
        migrated(later, old)
    assert migrated(later, old, new).labels == (label(),)


def test_another_taxonomy_is_refused():
    strange = Label("r1", "T001", "yes", "анна", "2026-03-01T10:00:00Z", "person", "clinic 1.0.0")
    with pytest.raises(ReviewmineError, match="labels of the taxonomy 'clinic', expected shop"):
        migrated([strange], after(RENAME))


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.sampled_from([RENAME, MERGE, SPLIT, DELETE]), max_size=4, unique_by=lambda one: one["op"]),
    st.lists(
        st.builds(
            label,
            kind=st.sampled_from(["T001", "T002", "T003", "T004"]),
            verdict=st.sampled_from(["yes", "no", "unsure"]),
            who=st.sampled_from(["анна", "борис"]),
            second=st.integers(0, 3),
            span=st.sampled_from([None, ("cons", 0, 4)]),
        ),
        max_size=8,
    ),
)
def test_every_label_is_carried_or_listed(operations, labels):
    new = after(*sorted(operations, key=lambda one: one is not RENAME))  # it is gone once it is merged
    found = migrated(labels, new)
    current(found.labels, new)
    n_parts = 2 if SPLIT in operations else 1
    carried = sum(
        n_parts if one.type == "T004" and one.verdict == "no" else 1
        for one in labels
        if one not in {x.label for x in found.left}
    )
    assert len(found.labels) == carried


def test_the_taxonomy_of_the_repository_takes_its_own_labels():
    taxonomy = load_taxonomy(Path(__file__).parents[2] / "data/taxonomies/marketplace-ru.yaml")
    labels = [
        Label("r1", one.id, "yes", "анна", "2026-03-01T10:00:00Z", "person", f"{taxonomy.taxonomy} {taxonomy.version}")
        for one in taxonomy.types
    ]
    assert migrated(labels, taxonomy).labels == tuple(labels)


def test_a_no_that_was_taken_back_stays_so_for_every_part():
    labels = [label("T004", "no"), label("T004", "withdrawn", second=1)]
    assert said(migrated(labels, after(SPLIT)).labels) == {}
