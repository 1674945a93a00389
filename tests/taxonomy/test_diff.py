"""The operations between two versions lead from the one to the other."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.apply import apply_operations
from reviewmine.taxonomy.diff import describe, diff_taxonomies
from reviewmine.taxonomy.operations import operations_data, parse_operations
from taxonomy.histories import OPERATIONS

NEW = {"code": "waiting", "title": "Ожидание"}
KINDS = {
    "add": {"op": "add", "type": {"code": "noise", "title": "Шум", "patterns": ["гудеть"]}},
    "rename": {"op": "rename", "type": "late", "code": "overdue", "title": "Просрочка"},
    "merge": {"op": "merge", "types": ["slow", "lost"], "into": NEW},
    "merge into one of them": {"op": "merge", "types": ["slow"], "into": "late"},
    "split": {
        "op": "split",
        "type": "broken",
        "into": [{"code": "dead", "title": "Не работает"}, {"code": "cracked", "title": "Треснуло"}],
    },
    "split that stays": {"op": "split", "type": "broken", "into": ["broken", {"code": "cracked", "title": "Треснуло"}]},
    "move": {"op": "move", "type": "smell", "parent": "delivery"},
    "move out": {"op": "move", "type": "smell", "parent": ""},
    "deprecate": {"op": "deprecate", "type": "lost"},
    "edit": {"op": "edit", "type": "slow", "set": {"severity": 5, "include": ["месяц"], "owner": "service"}},
    "define": {"op": "define", "what": "group", "code": "air", "title": "Воздух"},
    "stage": {"op": "define", "what": "stage", "code": "узнал"},
    "drop": {"op": "drop", "what": "stage", "code": "пользуется"},
}


def content(taxonomy):
    """Return what a taxonomy says, without history, version and order."""
    data = taxonomy.to_json() | {"version": "", "stages": sorted(taxonomy.stages)}
    data["types"] = sorted(({**one, "lineage": []} for one in data["types"]), key=lambda one: one["id"])
    return data


@pytest.mark.parametrize("name", KINDS)
def test_each_operation_is_found_again(curated, name):
    old = apply_operations(curated, ()).taxonomy
    new = apply_operations(curated, parse_operations([KINDS[name]])).taxonomy
    found = diff_taxonomies(old, new)
    assert [one.op for one in found] == [KINDS[name]["op"]]
    assert content(apply_operations(curated, found).taxonomy) == content(new)


def test_equal_taxonomies_differ_in_nothing(curated):
    old = apply_operations(curated, ()).taxonomy
    assert diff_taxonomies(old, old) == ()


def test_a_merge_of_a_fresh_part(curated):
    """T007 is split, and one part goes into another type in the same file: one split says it all."""
    split, merge = KINDS["split"], {"op": "merge", "types": ["cracked"], "into": "smell"}
    old = apply_operations(curated, ()).taxonomy
    new = apply_operations(curated, parse_operations([split, merge])).taxonomy
    (found,) = operations_data(diff_taxonomies(old, new))
    assert (found["op"], found["type"], found["into"][1]) == ("split", "T007", "T009")
    assert found["into"][0]["code"] == "dead"


def test_a_type_gone_from_the_file_was_deprecated(curated):
    old = apply_operations(curated, ()).taxonomy
    new = apply_operations(curated[: curated.index("  - id: T009")].replace("1.4.0", "2.0.0"), ()).taxonomy
    assert operations_data(diff_taxonomies(old, new)) == [{"op": "deprecate", "type": "T009"}]


LINES = {
    "ru": [
        "Заведено: группа air",
        "Разделён «Сломалось» (broken) -> «Не работает» (dead), «Треснуло» (cracked)",
        "Объединены «Долгая доставка» (slow), «Заказ пропал» (lost) -> «Ожидание» (waiting)",
        "Новый тип: «Шум» (noise)",
        "Переименован «Опоздание» (late): теперь Просрочка, overdue",
        "Перенесён «Запах» (smell): группа —",
    ],
    "en": [
        "Defined: group air",
        "Split «Сломалось» (broken) -> «Не работает» (dead), «Треснуло» (cracked)",
        "Merged «Долгая доставка» (slow), «Заказ пропал» (lost) -> «Ожидание» (waiting)",
        "New type: «Шум» (noise)",
        "Renamed «Опоздание» (late): now Просрочка, overdue",
        "Moved «Запах» (smell): group —",
    ],
}


@pytest.mark.parametrize("language", LINES)
def test_lines_for_people(curated, language):
    names = ("define", "split", "merge", "add", "rename", "move out")
    old = apply_operations(curated, ()).taxonomy
    new = apply_operations(curated, parse_operations([KINDS[name] for name in names])).taxonomy
    assert describe(diff_taxonomies(old, new), old, new, language) == LINES[language]


def test_an_edit_names_its_fields(curated):
    old = apply_operations(curated, ()).taxonomy
    new = apply_operations(curated, parse_operations([KINDS["edit"]])).taxonomy
    lines = describe(diff_taxonomies(old, new), old, new)
    assert lines == ["Изменён «Долгая доставка» (slow): владелец, тяжесть, примеры"]


SEPARATE = {"op": "add", "type": {"code": "n1", "title": "Отдельно"}}
"""A type outside the group of what is split into it: it must not inherit that group."""


@settings(max_examples=100, deadline=None, report_multiple_bugs=False)
@given(st.lists(OPERATIONS, min_size=1, max_size=8))
@example([SEPARATE, {"op": "split", "type": "late", "into": ["T010", {"code": "n2", "title": "ч"}]}])
def test_the_difference_of_any_history_leads_to_its_end(curated, operations):
    text = curated
    for operation in operations:
        try:
            text = apply_operations(text, parse_operations([operation])).text
        except ReviewmineError:
            continue
    old, new = apply_operations(curated, ()).taxonomy, apply_operations(text, ()).taxonomy
    again = apply_operations(curated, diff_taxonomies(old, new)).taxonomy

    def in_use(taxonomy):
        return [one for one in content(taxonomy)["types"] if one["status"] != "deprecated"]

    assert in_use(again) == in_use(new)
