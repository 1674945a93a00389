"""A draft written anew: what a person made of the last one stays, whatever the machine finds."""

import json

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.merge import read_evidence
from reviewmine.taxonomy.model import Taxonomy, load_taxonomy
from reviewmine.taxonomy.redraft import write_draft


def drafted(*titles, patterns=()):
    """Return a draft with one type a title, numbered as a run numbers its topics."""
    types = [
        {"id": f"D{n:03}", "code": f"topic-{n:02}", "title": title, "status": "draft", "patterns": list(patterns)}
        for n, title in enumerate(titles, start=1)
    ]
    return Taxonomy.model_validate({"taxonomy": "bank-draft", "types": types})


def edit(folder, old, new):
    path = folder / "draft.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def blocks(text):
    """Return the head of a draft, its types and its tail."""
    head, _, rest = text.partition("types:\n")
    body, mark, tail = rest.partition("last_id:")
    parts = ["- id: " + part for part in body.split("- id: ")[1:]]
    return head + "types:\n", parts, mark + tail


def without(text, title):
    """Return a draft from which a person has cut the type with ``title``."""
    head, parts, tail = blocks(text)
    return head + "".join(part for part in parts if f"title: {title}\n" not in part) + tail


def test_an_untouched_draft_is_written_whole(tmp_path):
    assert write_draft(tmp_path, drafted("Долго везли", "Хамит курьер")).line == ""
    again = write_draft(tmp_path, drafted("Не работает чат"))
    assert (again.path, again.line) == (tmp_path / "draft.yaml", "")
    assert [one.title for one in load_taxonomy(again.path).types] == ["Не работает чат"]


def test_an_edited_draft_keeps_the_edits_and_gains_the_new_types(tmp_path):
    write_draft(tmp_path, drafted("Долго везли", "Хамит курьер"))
    edit(tmp_path, "title: Долго везли", "title: Опоздание  # спросить логистику")
    got = write_draft(tmp_path, drafted("Хамит курьер", "Вскрыта упаковка", "Долго везли"))
    assert got.line.endswith("is kept: 1 new types added to it as drafts, 2 known, 0 declined before")
    text = got.path.read_text(encoding="utf-8")
    assert "title: Опоздание  # спросить логистику" in text
    assert [(one.title, one.status) for one in load_taxonomy(got.path).types] == [
        ("Опоздание", "draft"),
        ("Хамит курьер", "draft"),
        ("Вскрыта упаковка", "draft"),
    ]
    assert not (tmp_path / "draft.new.yaml").exists()
    write_draft(tmp_path, drafted("Хамит курьер", "Вскрыта упаковка", "Долго везли"))
    assert got.path.read_text(encoding="utf-8") == text


def test_a_merged_draft_still_counts_as_edited(tmp_path):
    write_draft(tmp_path, drafted("Долго везли", "Хамит курьер"))
    edit(tmp_path, "title: Долго везли", "title: Опоздание")
    for title in ("Вскрыта упаковка", "Списали дважды"):
        write_draft(tmp_path, drafted(title))
    titles = [one.title for one in load_taxonomy(tmp_path / "draft.yaml").types]
    assert titles == ["Опоздание", "Хамит курьер", "Вскрыта упаковка", "Списали дважды"]


def test_a_type_that_a_person_deleted_does_not_come_back(tmp_path):
    write_draft(tmp_path, drafted("Долго везли", "Хамит курьер"))
    path = tmp_path / "draft.yaml"
    path.write_text(without(path.read_text(encoding="utf-8"), "Хамит курьер"), encoding="utf-8")
    got = write_draft(tmp_path, drafted("Хамит курьер", "Долго везли"))
    assert got.merged.declined == {"topic-01": "Хамит курьер"}
    assert [one.title for one in load_taxonomy(path).types] == ["Долго везли"]


def run_files(folder, **said):
    """Write the evidence and the assignments of a run, one statement a topic and three assigned."""
    rows = [
        {"topic": code.replace("_", "-"), "review_id": f"r-{code}", "text": text, "role": "central"}
        for code, text in said.items()
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "evidence.jsonl").write_text(lines, encoding="utf-8")
    table = "".join(f"r,{row['topic']}\n" * 3 for row in rows)
    (folder / "assignments.csv").write_text("review_id,topic\n" + table, encoding="utf-8")


def test_proposals_carry_the_evidence_of_their_own_run_masked(tmp_path):
    write_draft(tmp_path, drafted("Долго везли", "Хамит курьер"))
    edit(tmp_path, "title: Долго везли", "title: Опоздание")
    run_files(tmp_path, topic_01="коробку вскрыли, звоните +7 921 555-12-34", topic_02="ждали три недели")
    write_draft(tmp_path, drafted("Вскрыта упаковка", "Долго везли"))
    new = load_taxonomy(tmp_path / "draft.yaml").types[-1]
    assert (new.code, new.evidence.n, new.evidence.reviews) == ("draft-d003", 3, ("r-topic_01",))
    assert "коробку вскрыли" in new.evidence.examples[0]
    assert "555" not in new.evidence.examples[0]
    # topic-01 of the file is not topic-01 of the run: evidence beside the file goes by the codes of the file
    beside = read_evidence(tmp_path / "draft.yaml")
    assert {code: one.examples[0][:7] for code, one in beside.items()} == {
        "draft-d003": "коробку",
        "topic-01": "ждали т",
    }
    assert {code: one.n for code, one in beside.items()} == {"draft-d003": 3, "topic-01": 3}


def test_a_damaged_note_of_topics_is_named(tmp_path):
    run_files(tmp_path, topic_01="ждали три недели")
    (tmp_path / "draft.topics.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ReviewmineError, match=r"draft\.topics\.json: not a JSON object of codes; discover again"):
        read_evidence(tmp_path / "draft.yaml")


def test_a_draft_written_whole_has_its_own_topics(tmp_path):
    (tmp_path / "draft.topics.json").write_text("{}", encoding="utf-8")
    write_draft(tmp_path, drafted("Долго везли"))
    run_files(tmp_path, topic_01="ждали три недели")
    assert list(read_evidence(tmp_path / "draft.yaml")) == ["topic-01"]


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ("types: [\n", r"draft\.yaml: not readable as YAML .*line \d+"),
        ("types: &all\nagain: *all\n", r"draft\.yaml, line 2: an alias"),
        ("taxonomy: a\ntypes: []\n", r"draft\.yaml: types: "),
        ("taxonomy: a\ntypes:\n- {id: D001, code: a, title: А, colour: red}\n", r"draft\.yaml: types\.0\.colour: "),
        ("", r"draft\.yaml: not a mapping"),
    ],
)
def test_a_broken_file_is_left_alone_and_nothing_is_lost(tmp_path, broken, place):
    write_draft(tmp_path, drafted("Долго везли"))
    (tmp_path / "draft.yaml").write_text(broken, encoding="utf-8")
    with pytest.raises(ReviewmineError, match=place + r".*discover again; the new draft is kept in .*draft\.new\.yaml"):
        write_draft(tmp_path, drafted("Вскрыта упаковка"))
    assert (tmp_path / "draft.yaml").read_text(encoding="utf-8") == broken
    assert [one.title for one in load_taxonomy(tmp_path / "draft.new.yaml").types] == ["Вскрыта упаковка"]


SUBJECTS = "курьер оператор банкомат приложение упаковка возврат чек скидка терминал подписка".split()
TROUBLES = "хамить зависать опоздать потерять списать сломать обмануть молчать".split()
DRAFTS = st.lists(
    st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(TROUBLES)).map(" ".join), min_size=1, max_size=5, unique=True
)
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs")), min_size=1, max_size=10)


@st.composite
def human_edit(draw):
    """Draw one thing that a person does to a draft."""
    kind = draw(st.sampled_from(["title", "code", "delete", "status", "comment", "reorder"]))
    word, at = draw(WORDS), draw(st.integers(0, 20))

    def change(text):
        head, parts, tail = blocks(text)
        at_type = at % len(parts)
        one = yaml.safe_load(parts[at_type])[0]
        if kind == "title":
            new = "«" + word.replace("'", "’") + "»"
            parts[at_type] = parts[at_type].replace(f"title: {one['title']}\n", f"title: {new}\n", 1)
        elif kind == "code" and f"code: человек-{at}\n" not in text:
            parts[at_type] = parts[at_type].replace(f"code: {one['code']}\n", f"code: человек-{at}\n", 1)
        elif kind == "status":
            status = ("active", "deprecated")[at % 2]
            parts[at_type] = parts[at_type].replace(f"status: {one['status']}\n", f"status: {status}\n", 1)
        elif kind == "comment":
            parts[at_type] = f"# {word}\n" + parts[at_type]
        elif kind == "reorder":
            parts = parts[at_type:] + parts[:at_type]
        elif kind == "delete" and len(parts) > 1:
            del parts[at_type]
        return head + "".join(parts) + tail

    return change


OURS = ("version:", "last_id:", "proposals:")


@settings(
    max_examples=60,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(DRAFTS, st.lists(st.tuples(st.lists(human_edit(), min_size=1, max_size=4), DRAFTS), min_size=1, max_size=3))
def test_every_edit_survives_every_redraft(tmp_path_factory, first, rounds):
    folder = tmp_path_factory.mktemp("draft")
    path = folder / "draft.yaml"
    write_draft(folder, drafted(*first))
    machine = path.read_bytes()
    gone = set()
    for edits, titles in rounds:
        text = path.read_bytes().decode("utf-8")
        ids = {one.id for one in load_taxonomy(path).types}
        for edit_one in edits:
            text = edit_one(text)
        if text.encode("utf-8") == machine:
            return  # nothing was edited: the machine may write it whole
        path.write_bytes(text.encode("utf-8"))
        before = load_taxonomy(path)
        gone |= ids - {one.id for one in before.types}
        got = write_draft(folder, drafted(*titles))
        after = path.read_bytes().decode("utf-8")
        new = iter(after.split("\n"))
        assert [line for line in text.split("\n") if not line.startswith(OURS) and line not in new] == []
        taxonomy = load_taxonomy(path)
        assert taxonomy.types[: len(before.types)] == before.types
        fresh = taxonomy.types[len(before.types) :]
        assert all(one.status == "draft" for one in fresh)
        assert gone.isdisjoint(one.id for one in taxonomy.types)
        assert len(got.merged.added) + len(got.merged.known) + len(got.merged.declined) == len(titles)
        write_draft(folder, drafted(*titles))
        assert path.read_bytes().decode("utf-8") == after
