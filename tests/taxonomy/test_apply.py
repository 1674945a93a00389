"""Operations: each leaves lineage, points what pointed at it anew, and fits or changes nothing."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.apply import apply_operations
from reviewmine.taxonomy.edit import read_source
from reviewmine.taxonomy.operations import load_operations, operations_text, parse_operations
from taxonomy.histories import OPERATIONS


def done(text, *operations):
    return apply_operations(text, parse_operations(list(operations)), "home.yaml")


def steps(taxonomy, code):
    return [step.model_dump(by_alias=True, exclude_defaults=True) for step in taxonomy.type(code).lineage]


def test_add_takes_the_next_id_and_never_one_that_was(curated):
    once = done(curated, {"op": "add", "type": {"code": "noise", "title": "Шум"}, "reason": "жалуются на гул"})
    assert once.done == ("add T010 noise: Шум",)
    assert once.taxonomy.version == "1.5.0"
    assert steps(once.taxonomy, "noise") == [{"op": "add", "version": "1.5.0", "reason": "жалуются на гул"}]
    by_hand = once.text[: once.text.index("  - id: T010")] + "last_id: T010\n"
    again = done(by_hand, {"op": "add", "type": {"code": "hum", "title": "Гул"}})
    assert again.taxonomy.type("hum").id == "T011"


def test_rename_keeps_the_old_code_and_moves_the_arrows(curated):
    got = done(
        curated,
        {"op": "rename", "type": "slow", "code": "delivery-slow", "title": "Долго везут", "reason": "единый вид"},
    )
    assert got.taxonomy.version == "2.0.0"
    assert got.taxonomy.type("delivery-slow").title == "Долго везут"
    assert steps(got.taxonomy, "delivery-slow") == [
        {"op": "rename", "from": "slow", "version": "2.0.0", "reason": "единый вид"}
    ]
    assert got.taxonomy.type("late").exclude[0] == "долго, но в обещанный срок -> delivery-slow"
    assert "      - долго, но в обещанный срок -> delivery-slow   # граница\n" in got.text


def test_a_title_alone_is_wording(curated):
    got = done(curated, {"op": "rename", "type": "T002", "title": "Долго везут", "reason": "короче"})
    assert got.taxonomy.version == "1.4.1"
    assert steps(got.taxonomy, "slow") == [{"op": "edit", "from": "title", "version": "1.4.1", "reason": "короче"}]
    assert done(curated, {"op": "rename", "type": "T002", "title": "Долго"}).taxonomy.type("slow").lineage == ()


def test_merge_into_one_of_them(curated):
    got = done(curated, {"op": "merge", "types": ["slow", "late"], "into": "late"})
    assert got.taxonomy.type("slow").status == "deprecated"
    assert steps(got.taxonomy, "slow") == [{"op": "merge", "to": "T001", "version": "2.0.0"}]
    assert steps(got.taxonomy, "late") == [{"op": "merge", "from": ("T001", "T002"), "version": "2.0.0"}]
    # an arrow that would now point at the type itself is gone
    assert got.taxonomy.type("late").exclude == ("не привезли вовсе -> lost",)


def test_merge_into_a_new_one_stands_after_its_sources(curated):
    got = done(curated, {"op": "merge", "types": ["slow", "lost"], "into": {"code": "waiting", "title": "Ждать"}})
    assert [one.code for one in got.taxonomy.types] == ["late", "slow", "lost", "waiting", "broken", "smell"]
    assert got.taxonomy.type("waiting").id == "T010"
    assert [text.rpartition("-> ")[2] for text in got.taxonomy.type("late").exclude] == ["waiting", "waiting"]


def test_split_inherits_what_it_does_not_say(curated):
    cracked = {"code": "cracked", "title": "Треснуло", "severity": 4}
    got = done(curated, {"op": "split", "type": "broken", "into": ["broken", cracked], "reason": "разные отделы"})
    assert got.taxonomy.version == "1.5.0"
    one = got.taxonomy.type("cracked")
    assert (one.parent, one.owner, one.severity, one.status, one.definition) == ("quality", "service", 4, "active", "")
    assert got.taxonomy.type("broken").status == "active"
    assert steps(got.taxonomy, "broken")[0]["to"] == ("T007", "T010")
    gone = done(
        curated, {"op": "split", "type": "broken", "into": [cracked, {"code": "dead", "title": "Не включается"}]}
    )
    assert gone.taxonomy.type("broken").status == "deprecated"
    assert [one.code for one in gone.taxonomy.types][3:6] == ["broken", "cracked", "dead"]


def test_move_deprecate_edit_and_sections(curated):
    got = done(
        curated,
        {"op": "define", "what": "group", "code": "air", "title": "Воздух"},
        {"op": "define", "what": "owner", "code": "lab", "title": "Лаборатория"},
        {"op": "define", "what": "stage", "code": "вернул"},
        {"op": "move", "type": "smell", "parent": "air", "reason": "пахнет не товар"},
        {"op": "edit", "type": "smell", "set": {"owner": "lab", "stage": "вернул"}, "reason": "замеры"},
        {"op": "deprecate", "type": "lost"},
        {"op": "drop", "what": "stage", "code": "получил"},
    )
    one = got.taxonomy.type("smell")
    assert (one.parent, one.owner, one.stage) == ("air", "lab", "вернул")
    assert [step.op for step in one.lineage] == ["move", "edit"]
    assert one.lineage[0].sources == ("quality",)
    assert one.lineage[1].sources == ("owner", "stage")
    assert got.taxonomy.stages == ("ждал", "пользуется", "вернул")
    assert "lost" not in got.taxonomy.codes
    assert len(got.done) == 7


def test_steps_of_one_file_build_on_each_other(curated):
    got = done(
        curated,
        {"op": "add", "type": {"code": "a", "title": "А"}},
        {"op": "rename", "type": "a", "code": "b"},
        {"op": "merge", "types": ["b"], "into": "smell"},
    )
    assert got.taxonomy.version == "2.0.0"
    assert [step.op for step in got.taxonomy.type("b").lineage] == ["add", "rename", "merge"]


REFUSED = [
    ({"op": "deprecate", "type": "gone"}, r"home\.yaml, operation 2 \(deprecate\): no type 'gone'"),
    ({"op": "deprecate", "type": "late-old"}, r"no type 'late-old'; it is 'late' now"),
    ({"op": "add", "type": {"code": "late-old", "title": "x"}}, "'late-old' was that of T001"),
    ({"op": "rename", "type": "smell", "code": "late-old"}, "'late-old' was that of T001"),
    ({"op": "add", "type": {"code": "slow", "title": "x"}}, "code 'slow' stands twice"),
    ({"op": "add", "type": {"id": "T003", "code": "x", "title": "x"}}, "id 'T003' was used before"),
    ({"op": "rename", "type": "late", "code": "slow"}, "code 'slow' stands twice"),
    ({"op": "merge", "types": ["late"], "into": "late"}, "nothing to merge"),
    ({"op": "split", "type": "late", "into": ["slow", "T002"]}, "the same type stands twice under into"),
    ({"op": "move", "type": "late", "parent": "delivery"}, "is in 'delivery' already"),
    ({"op": "move", "type": "late", "parent": "nowhere"}, "parent 'nowhere' is not among the groups"),
    ({"op": "edit", "type": "late", "set": {"owner": "nobody"}}, "owner 'nobody' is not among the owners"),
    ({"op": "drop", "what": "group", "code": "delivery"}, "group 'delivery' is still that of late"),
    ({"op": "drop", "what": "owner", "code": "nobody"}, "no owner 'nobody'"),
    ({"op": "drop", "what": "stage", "code": "ждал"}, "stage 'ждал' is still that of late"),
]


@pytest.mark.parametrize(("operation", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_does_not_fit_names_the_operation_and_does_nothing(curated, operation, words):
    text = curated.replace("    severity: 3\n", "    lineage: [{op: rename, from: late-old, version: 1.2.0}]\n")
    with pytest.raises(ReviewmineError, match=words):
        done(text, {"op": "edit", "type": "smell", "set": {"severity": 1}}, operation)


def test_a_deprecated_type_is_not_worked_on(curated):
    with pytest.raises(
        ReviewmineError, match=r"operation 2 \(move\): type 'lost' is deprecated, expected a type in use"
    ):
        done(curated, {"op": "deprecate", "type": "lost"}, {"op": "move", "type": "lost", "parent": "quality"})


MISREAD = [
    ("- {op: fly, type: late}", r"ops\.yaml: operation 1: .*'fly'"),
    ("- {op: move, type: late}", r"operation 1, move\.parent: Field required"),
    ("- {op: move, type: late, parent: x, why: y}", r"operation 1, move\.why: Extra inputs"),
    ("- {op: rename, type: late}", "a rename needs a code or a title"),
    ("- {op: edit, type: late, set: {code: x}}", r"edit\.set\.code: Extra inputs"),
    ("- {op: rename, type: late, code: 017}", r"rename\.code: .*string"),
    ("op: move", "the list: Input should be a valid tuple"),
    ("- [a", "not readable as YAML"),
    ("- &a {op: move}\n- *a", "line 2: an alias"),
    ("- !!python/name:os.system x", "a tag"),
]


@pytest.mark.parametrize(("text", "words"), MISREAD, ids=[words for _, words in MISREAD])
def test_files_of_operations_that_are_none(tmp_path, text, words):
    (tmp_path / "ops.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ReviewmineError, match=words):
        load_operations(tmp_path / "ops.yaml")


def test_no_file_of_operations(tmp_path):
    with pytest.raises(ReviewmineError, match="no such file, expected a list of operations"):
        load_operations(tmp_path / "no.yaml")


def test_operations_read_back_as_they_were_written(tmp_path):
    operations = parse_operations(
        [
            {"op": "merge", "types": ["a", "017"], "into": {"code": "x", "title": "да: нет"}, "reason": "одно и то же"},
            {"op": "split", "type": "a", "into": ["b", {"code": "y", "title": "т", "include": ["раз, два"]}]},
            {"op": "move", "type": "a", "parent": ""},
        ]
    )
    (tmp_path / "ops.yaml").write_text(operations_text(operations), encoding="utf-8")
    assert load_operations(tmp_path / "ops.yaml") == operations
    assert operations_text(operations).count("\n") == 3
    assert parse_operations([]) == ()
    assert operations_text([]) == "[]\n"


def test_no_operations_change_nothing(curated):
    assert apply_operations(curated, ()).text == curated


@settings(max_examples=100, deadline=None, report_multiple_bugs=False)
@given(st.lists(OPERATIONS, min_size=1, max_size=8))
def test_whatever_is_done_ids_stay_comments_stay_and_the_version_rises(curated, operations):
    before, text = apply_operations(curated, ()).taxonomy, curated
    ids = {one.id for one in before.types}
    for operation in operations:
        try:
            got = done(text, operation)
        except ReviewmineError:
            continue
        now = {one.id for one in got.taxonomy.types}
        assert ids <= now
        assert tuple(map(int, got.taxonomy.version.split("."))) > tuple(map(int, before.version.split(".")))
        for comment in (
            "# имя не менять",
            "# сервис переедет в новый отдел",
            "# --- Качество ---",
            "# спорили долго",
            "# конец",
        ):
            assert comment in got.text
        text, before, ids = got.text, got.taxonomy, now


def test_the_operations_of_the_document_fit_the_shipped_file():
    root = Path(__file__).parents[2]
    (block,) = re.findall(
        r"```yaml\n(.*?)```", (root / "docs/taxonomy.md").read_text(encoding="utf-8"), flags=re.DOTALL
    )
    text = read_source(root / "data/taxonomies/marketplace-ru.yaml")
    got = apply_operations(text, parse_operations(yaml.safe_load(block)))
    assert {one.split()[0] for one in got.done} == {one["op"] for one in yaml.safe_load(block)}
    assert len(got.done) == 9
