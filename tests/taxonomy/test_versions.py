"""Versions go up by the kind of change, ids are never given twice, and lineage leads back to an earlier version."""

import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.apply import apply_operations, level_of
from reviewmine.taxonomy.operations import parse_operations
from reviewmine.taxonomy.versions import as_of, former_codes, highest, ids_ever, next_id, parts

LEVELS = [
    ({"op": "add", "type": {"code": "x", "title": "y"}}, "minor"),
    ({"op": "split", "type": "late", "into": ["slow", "lost"]}, "minor"),
    ({"op": "merge", "types": ["late"], "into": "slow"}, "major"),
    ({"op": "move", "type": "late", "parent": "quality"}, "major"),
    ({"op": "deprecate", "type": "late"}, "major"),
    ({"op": "rename", "type": "late", "title": "Позже срока"}, "patch"),
    ({"op": "rename", "type": "late", "code": "overdue"}, "major"),
    ({"op": "edit", "type": "late", "set": {"definition": "Позже срока."}}, "patch"),
    ({"op": "edit", "type": "late", "set": {"owner": "service"}}, "minor"),
    ({"op": "edit", "type": "late", "set": {"status": "draft"}}, "minor"),
    ({"op": "define", "what": "stage", "code": "узнал"}, "minor"),
    ({"op": "drop", "what": "stage", "code": "ждал"}, "major"),
]


@pytest.mark.parametrize(("operation", "level"), LEVELS, ids=[f"{one['op']} {level}" for one, level in LEVELS])
def test_which_part_of_the_version_goes_up(operation, level):
    assert level_of(parse_operations([operation])[0]) == level


def test_the_greatest_change_decides():
    assert highest(["patch", "major", "minor"]) == "major"
    assert highest([]) == "patch"
    assert parts("not a version") == ()


def test_ids_of_every_place_count(curated):
    text = curated.replace("# конец", "last_id: T031\nproposals:\n  - {id: T044, title: было}")
    text = text.replace("    include: [пахнет гарью]", "    lineage: [{op: split, from: T050, to: [T051]}]")
    taxonomy = apply_operations(text, ()).taxonomy
    assert {"T001", "T031", "T044", "T050", "T051"} <= ids_ever(taxonomy)
    assert next_id(ids_ever(taxonomy)) == "T052"


def test_ids_run_out():
    with pytest.raises(ReviewmineError, match="give ids by hand"):
        next_id(["T999999"])


HISTORY = [
    {"op": "rename", "type": "late", "code": "overdue"},
    {"op": "merge", "types": ["slow", "lost"], "into": {"code": "waiting", "title": "Ожидание"}},
    {"op": "split", "type": "broken", "into": ["broken", {"code": "cracked", "title": "Треснуло"}]},
    {"op": "move", "type": "smell", "parent": "delivery"},
    {"op": "add", "type": {"code": "noise", "title": "Шум"}},
]


def test_as_of_gives_codes_parents_and_types_of_then(curated):
    before = apply_operations(curated, ()).taxonomy
    now = apply_operations(curated, parse_operations(HISTORY)).taxonomy
    assert now.codes == ["overdue", "waiting", "broken", "cracked", "smell", "noise"]
    then = as_of(now, before.version)
    assert then.version == "1.4.0"
    assert [(one.id, one.code, one.parent, one.status) for one in then.types] == [
        (one.id, one.code, one.parent, one.status) for one in before.types
    ]
    assert as_of(now, now.version) == now
    assert former_codes(now) == {"late": "T001"}


def test_as_of_knows_a_group_that_is_gone(curated):
    steps = [{"op": "move", "type": name, "parent": "quality"} for name in ("late", "slow", "lost")]
    now = apply_operations(
        curated, parse_operations([*steps, {"op": "drop", "what": "group", "code": "delivery"}])
    ).taxonomy
    then = as_of(now, "1.4.0")
    assert then.type("late").parent == "delivery"
    assert set(then.groups) == {"delivery", "quality"}


@pytest.mark.parametrize("version", ["9.0.0", "вчера", ""])
def test_a_version_that_never_was(curated, version):
    with pytest.raises(ReviewmineError, match=r"version .*, expected one up to 1\.4\.0"):
        as_of(apply_operations(curated, ()).taxonomy, version)


def test_nothing_is_that_old(curated):
    first = (
        curated[: curated.index("  - id: T001")]
        + "  - {id: T1, code: a, title: б, lineage: [{op: add, version: 1.4.0}]}\n"
    )
    with pytest.raises(ReviewmineError, match=r"no type is as old as 1\.0\.0"):
        as_of(apply_operations(first, ()).taxonomy, "1.0.0")
