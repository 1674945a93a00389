"""Groups within groups: what is refused, what is doubtful, and that every edit keeps them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.apply import apply_operations
from reviewmine.taxonomy.check import check_taxonomy
from reviewmine.taxonomy.diff import diff_taxonomies
from reviewmine.taxonomy.merge import merge_draft
from reviewmine.taxonomy.model import MAX_LEVELS, Taxonomy, Type, checked, load_taxonomy, write_taxonomy
from reviewmine.taxonomy.operations import parse_operations

DEEP = """taxonomy: deep # моё
version: 1.0.0
groups:
  orders: {title: Заказы}
  delivery: {title: Доставка, parent: orders} # курьеры и посылки
  courier: {title: Курьер, parent: delivery}
  goods: {title: Товары}
types:
  - {id: T001, code: late, title: Опоздание, parent: delivery}
  - {id: T002, code: rude, title: Курьер нагрубил, parent: courier}
  - {id: T003, code: no-show, title: Курьер не приехал, parent: courier}
  - {id: T004, code: broken, title: Товар сломан, parent: goods}
  - {id: T005, code: smell, title: Неприятный запах, parent: goods}
  - {id: T006, code: cancelled, title: Заказ отменили, parent: orders}
"""


def a_taxonomy(parents, **types):
    groups = {code: {"title": code, "parent": parent} for code, parent in parents.items()}
    rows = [{"id": f"T{i:03}", "code": code, "title": code, "parent": of} for i, (code, of) in enumerate(types.items())]
    return checked({"taxonomy": "t", "groups": groups, "types": rows}, "t.yaml")


def after(text, *operations):
    return apply_operations(text, parse_operations(list(operations)))


@pytest.fixture
def deep(tmp_path):
    (tmp_path / "deep.yaml").write_text(DEEP, encoding="utf-8")
    return load_taxonomy(tmp_path / "deep.yaml")


def test_groups_stand_in_groups(deep, tmp_path):
    assert deep.path("courier") == ("orders", "delivery", "courier")
    assert (deep.path("goods"), deep.path("")) == (("goods",), ())
    assert deep.to_json()["groups"]["courier"] == {"title": "Курьер", "parent": "delivery"}
    write_taxonomy(tmp_path / "again.yaml", deep)
    assert load_taxonomy(tmp_path / "again.yaml") == deep


def test_flat_groups_stay_as_they_were():
    flat = a_taxonomy({"a": ""}, one="a", two="a")
    assert flat.to_json()["groups"] == {"a": {"title": "a"}}


@pytest.mark.parametrize(
    ("parents", "said"),
    [
        ({"a": "x"}, "group a: parent 'x' is not among the groups"),
        ({"a": "a"}, "group a is within itself"),
        ({"a": "b", "b": "c", "c": "a"}, "group a is within itself"),
        ({"a": "", "b": "a", "c": "b", "d": "c"}, "group d is more than 3 levels deep"),
    ],
)
def test_what_no_tree_is_refused(parents, said):
    with pytest.raises(ReviewmineError, match=said):
        a_taxonomy(parents, one="a")


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["", *"abcdef"]), min_size=1))
def test_a_taxonomy_that_is_taken_has_at_most_four_levels(parents):
    try:
        taken = a_taxonomy(parents, one=min(parents))
    except ReviewmineError:
        return
    for code in parents:
        path = taken.path(code)
        assert 1 <= len(path) <= MAX_LEVELS
        assert path[-1] == code
        assert parents[path[0]] == ""
        assert [parents[inner] for inner in path[1:]] == list(path[:-1])


def test_a_group_with_one_child_and_an_empty_one_are_doubtful():
    found = {
        one.code: one.what for one in check_taxonomy(a_taxonomy({"a": "", "b": "a", "c": "b", "d": "b"}, x="c", y="c"))
    }
    assert found["a"] == "is a group with one child"
    assert found["d"] == "is an empty group"
    assert "b" not in found
    assert "c" not in found


def test_groups_are_defined_moved_and_dropped(deep):
    done = after(
        DEEP,
        {"op": "define", "what": "group", "code": "pickup", "title": "Пункт выдачи", "parent": "orders"},
        {"op": "define", "what": "group", "code": "courier", "parent": ""},
        {"op": "define", "what": "group", "code": "delivery", "title": "Доставка на дом"},
    )
    assert done.taxonomy.path("pickup") == ("orders", "pickup")
    assert done.taxonomy.path("courier") == ("courier",)
    assert done.taxonomy.groups["courier"].title == "Курьер"
    assert done.taxonomy.path("delivery") == ("orders", "delivery")
    assert "# моё" in done.text
    assert "# курьеры и посылки" in done.text


def test_a_group_that_holds_groups_is_not_dropped():
    moved = {"op": "move", "type": "late", "parent": "goods"}
    with pytest.raises(ReviewmineError, match="group 'delivery' is still that of courier; move it first"):
        after(DEEP, moved, {"op": "drop", "what": "group", "code": "delivery"})


def test_only_a_group_has_a_parent():
    with pytest.raises(ReviewmineError, match="only a group has a parent"):
        parse_operations([{"op": "define", "what": "owner", "code": "it", "parent": "orders"}])


TREES = st.sampled_from(
    [
        {"orders": "", "delivery": "orders", "courier": "delivery", "goods": ""},
        {"orders": "", "delivery": "", "courier": "orders", "goods": "courier"},
        {"goods": "", "delivery": "goods", "orders": "goods", "courier": "orders"},
        {"orders": "", "goods": "orders"},
        {"pickup": "", "courier": "pickup", "delivery": "pickup", "orders": "", "goods": "orders"},
        {"courier": "", "delivery": "courier", "orders": "delivery", "goods": "courier"},
    ]
)


@given(TREES)
def test_the_difference_of_two_trees_leads_from_one_to_the_other(parents):
    groups = {code: {"title": code} | ({"parent": parent} if parent else {}) for code, parent in parents.items()}
    old = apply_operations(DEEP, ()).taxonomy
    types = [
        one.model_dump(exclude_unset=True) | {"parent": one.parent if one.parent in groups else ""} for one in old.types
    ]
    new = checked({"taxonomy": "deep", "version": "2.0.0", "groups": groups, "types": types}, "new")
    done = apply_operations(DEEP, diff_taxonomies(old, new))
    assert {code: done.taxonomy.path(code) for code in parents} == {code: new.path(code) for code in parents}
    assert set(done.taxonomy.groups) == set(new.groups)


def test_a_draft_merged_in_leaves_the_groups_alone(deep):
    draft = Taxonomy(
        taxonomy="d", types=(Type(id="D001", code="topic-01", title="Не дозвониться", patterns=("звонок", "линия")),)
    )
    merged = merge_draft(DEEP, draft)
    assert merged.taxonomy.groups == deep.groups
    assert len(merged.added) == 1
