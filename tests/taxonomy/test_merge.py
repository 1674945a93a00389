"""A redraft adds proposals and loses nothing that a person wrote."""

import json

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.apply import apply_operations
from reviewmine.taxonomy.merge import merge_draft, read_evidence
from reviewmine.taxonomy.model import Evidence, Taxonomy, checked
from reviewmine.taxonomy.operations import parse_operations

MINE = ("version:", "last_id:", "proposals:")  # lines that the program may change


def draft(*types, groups=()):
    named = [
        {"id": f"D{n:03}", "code": f"topic-{n:02}", "status": "draft", **one} for n, one in enumerate(types, start=1)
    ]
    return Taxonomy.model_validate(
        {"taxonomy": "d", "groups": {name: {"title": name} for name in groups}, "types": named}
    )


LATE = {"title": "Опоздание", "patterns": ["опоздать", "срок"]}
CREAK = {
    "title": "Скрипит дверца",
    "patterns": ["скрипеть", "дверца", "петля"],
    "include": ["дверца скрипит на весь дом"],
}
PAINT = {"title": "Облезла краска", "patterns": ["облезть", "краска"], "definition": "Черновик по 12 высказываниям."}


def test_a_new_type_arrives_as_a_draft_with_evidence(curated):
    evidence = {"topic-02": Evidence(n=41, reviews=("r7", "r9"), examples=("дверца скрипит",))}
    got = merge_draft(curated, draft(LATE, CREAK), evidence)
    assert got.known == {"topic-01": "late"}
    assert (got.added, got.declined) == (("T010",), {})
    one = got.taxonomy.types[-1]
    assert (one.id, one.code, one.status, one.title) == ("T010", "draft-t010", "draft", "Скрипит дверца")
    assert one.evidence == evidence["topic-02"]
    assert [step.op for step in one.lineage] == ["add"]
    assert (got.taxonomy.version, got.taxonomy.last_id) == ("1.5.0", "T010")
    assert {"скрипеть", "дверца"} <= set(got.taxonomy.proposals[0].words)


def test_notes_for_the_curator_are_no_part_of_the_contract(curated):
    got = merge_draft(curated, draft(CREAK), {"topic-01": Evidence(n=3, examples=("скрипит",))}).taxonomy
    said = json.dumps(got.to_json(), ensure_ascii=False)
    assert [word for word in ("evidence", "proposals", "last_id") if word in said] == []


def test_the_same_draft_again_changes_nothing(curated):
    once = merge_draft(curated, draft(LATE, CREAK, PAINT))
    again = merge_draft(once.text, draft(PAINT, LATE, CREAK))
    assert again.text == once.text
    assert again.known == {"topic-01": "draft-t011", "topic-02": "late", "topic-03": "draft-t010"}


def without(text, name):
    """Return a text from which a person has cut the type ``name``."""
    start = text.index(f"  - id: {name}")
    end = min(at for at in (text.find("\n  - id:", start), text.find("\nlast_id", start)) if at > 0) + 1
    return text[:start] + text[end:]


def test_what_a_person_deleted_does_not_come_back_and_its_id_is_not_given_again(curated):
    once = merge_draft(curated, draft(CREAK))
    cut = without(once.text, "T010")
    again = merge_draft(cut, draft({**CREAK, "title": "Скрипучие дверцы"}, PAINT))
    assert again.declined == {"topic-01": "Скрипит дверца"}
    assert again.added == ("T011",)
    assert merge_draft(cut, draft(CREAK)).text == cut


def test_what_a_person_rewrote_is_still_known_by_the_words_it_came_with(curated):
    once = merge_draft(curated, draft(CREAK))
    renamed = once.text.replace("title: Скрипит дверца\n", "title: Фурнитура\n", 1)
    renamed = renamed.replace("patterns: [скрипеть, дверца, петля]", "patterns: [фурнитура]")
    renamed = renamed.replace("include: [дверца скрипит на весь дом]", "include: [ручка отвалилась]")
    assert renamed.count("Фурнитура") == 1
    got = merge_draft(renamed, draft({**CREAK, "include": []}))
    assert got.text == renamed
    assert got.known == {"topic-01": "draft-t010"}


def test_a_deprecated_type_is_not_proposed_again(curated):
    old = apply_operations(curated, parse_operations([{"op": "deprecate", "type": "smell"}])).text
    got = merge_draft(old, draft({"title": "Запах", "patterns": ["запах"]}))
    assert (got.added, got.declined) == ((), {"topic-01": "Запах"})


def test_an_example_in_common_is_enough(curated):
    assert merge_draft(curated, draft({"title": "Гарь", "include": ["Пахнет  ГАРЬЮ"]})).known == {"topic-01": "smell"}


def test_a_word_that_many_types_share_does_not_make_two_types_one(curated):
    text = curated.replace("patterns: [долго везти]", "patterns: [доставка курьер]")
    text = text.replace("patterns: [сломаться, треснуть]", "patterns: [доставка, курьер]")
    text = text.replace("include: [пахнет гарью]", "patterns: [доставка, курьер]")
    got = merge_draft(text, draft({"title": "Хамит", "patterns": ["доставка", "курьер", "хамить", "грубить", "мат"]}))
    assert got.added == ("T010",)


def test_a_proposal_stands_in_the_group_of_its_neighbours(curated):
    types = ({**LATE, "parent": "group-01"}, {**CREAK, "parent": "group-01"}, {**PAINT, "parent": "group-02"})
    got = merge_draft(curated, draft(*types, groups=("group-01", "group-02")))
    assert [got.taxonomy.type(code).parent for code in ("draft-t010", "draft-t011")] == ["delivery", ""]


def test_a_code_that_means_something_is_kept_when_it_is_free(curated):
    got = merge_draft(curated, draft({**CREAK, "code": "creak"}, {**PAINT, "code": "smell"}))
    assert [one.code for one in got.taxonomy.types[-2:]] == ["creak", "draft-t011"]


def test_evidence_is_read_from_beside_the_draft(tmp_path):
    rows = [
        {"topic": "topic-01", "review_id": f"r{n % 3}", "text": f"дверца   скрипит {n}", "role": "central"}
        for n in range(9)
    ]
    (tmp_path / "evidence.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
    found = read_evidence(tmp_path / "draft.yaml")
    assert found["topic-01"].n == 9
    assert found["topic-01"].reviews == ("r0", "r1", "r2")
    assert found["topic-01"].examples == tuple(f"дверца скрипит {n}" for n in range(5))
    (tmp_path / "assignments.csv").write_text("review_id,topic\n" + "r,topic-01\n" * 30, encoding="utf-8")
    assert read_evidence(tmp_path / "draft.yaml")["topic-01"].n == 30
    (tmp_path / "evidence.jsonl").write_text('{"topic": "x"}\n', encoding="utf-8")
    with pytest.raises(ReviewmineError, match=r"evidence\.jsonl, line 1: not a line of evidence; discover again"):
        read_evidence(tmp_path / "draft.yaml")
    assert read_evidence(tmp_path / "elsewhere" / "draft.yaml") == {}


WORDS = st.sampled_from("скрип петля краска опоздать срок ручка шнур запах гарь дверца крышка кнопка".split())
HUMAN = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=10)
DRAFTS = st.lists(
    st.builds(
        lambda title, patterns, include: {"title": title, "patterns": patterns, "include": include},
        st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
        st.lists(WORDS, max_size=4, unique=True),
        st.lists(HUMAN, max_size=2),
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def edits(draw):
    """Draw what a person does to a file between two redrafts: comments, blank lines, values of every kind, deleted types."""

    def change(text):
        lines = text.split("\n")
        for _ in range(draw(st.integers(0, 4))):
            at = draw(st.sampled_from([n for n, line in enumerate(lines) if line.startswith("  - ")]))
            note = draw(HUMAN)
            lines[at:at] = draw(st.sampled_from([[""], [f"  # {note}"], ["", f"# {note}"]]))
        text = "\n".join(lines)
        data = yaml.safe_load(text)
        one = draw(st.sampled_from([n for n, kind in enumerate(data["types"]) if "\n  - id: " + kind["id"] in text]))
        name = data["types"][one]["id"]
        said = draw(HUMAN).replace("'", "’")
        field = draw(
            st.sampled_from(["stage: ждал", "severity: 5", "sla_hours: 7", f"# {said}", "kind: question", "delete"])
        )
        if field == "delete" and len(data["types"]) > 2 and name > "T009":
            return without(text, name)
        key = field.split(":")[0]
        if key in data["types"][one] or field == "delete":
            return text
        return text.replace(f"  - id: {name}\n", f"  - id: {name}\n    {field}   # {said}\n", 1)

    return change


@settings(max_examples=60, deadline=None, report_multiple_bugs=False, phases=[Phase.reuse, Phase.generate])
@given(st.lists(st.tuples(DRAFTS, edits()), min_size=1, max_size=4))
def test_no_human_edit_is_ever_lost(curated, rounds):
    text, given_ids = curated, {one["id"] for one in yaml.safe_load(curated)["types"]}
    for types, edit in rounds:
        text = edit(text)
        before = checked(yaml.safe_load(text), "the file")
        got = merge_draft(text, draft(*types))
        # every line of the person's file is there, in order, but those that the program keeps for itself
        new = iter(got.text.split("\n"))
        assert [line for line in text.split("\n") if not line.startswith(MINE) and line not in new] == []
        # every field of every type is what it was
        assert got.taxonomy.types[: len(before.types)] == before.types
        assert (got.taxonomy.owners, got.taxonomy.groups, got.taxonomy.stages) == (
            before.owners,
            before.groups,
            before.stages,
        )
        # ids are new for ever, deleted ones too
        assert given_ids.isdisjoint(got.added)
        given_ids |= set(got.added)
        assert merge_draft(got.text, draft(*types)).text == got.text
        text = got.text
