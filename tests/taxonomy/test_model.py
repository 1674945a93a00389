"""A taxonomy file is read whole or refused in words; what is written reads back the same."""

from pathlib import Path

import pytest
import yaml

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.check import check_taxonomy
from reviewmine.taxonomy.model import Lineage, Taxonomy, Type, load_taxonomy, write_taxonomy

SHIPPED = Path(__file__).parents[2] / "data/taxonomies/marketplace-ru.yaml"
SMALL = """
taxonomy: small
version: 1.2.0
stages: [ждал, получил]
owners: {logistics: {title: Логистика}}
groups: {delivery: {title: Доставка}}
types:
  - {id: T001, code: late, title: Опоздание, owner: logistics, parent: delivery, stage: ждал}
  - {id: T002, code: "017", title: Поломка, patterns: [сломаться, 5]}
"""


@pytest.fixture
def load(tmp_path):
    def from_text(text):
        path = tmp_path / "taxonomy.yaml"
        path.write_text(text, encoding="utf-8")
        return load_taxonomy(path)

    return from_text


@pytest.fixture(scope="module")
def shipped():
    return load_taxonomy(SHIPPED)


def test_the_shipped_taxonomy_is_complete(shipped):
    assert len(shipped.codes) >= 40
    assert len({one.parent for one in shipped.types}) >= 8
    empty = [
        (one.code, name)
        for one in shipped.types
        for name in ("definition", "owner", "parent", "stage", "kind", "include", "exclude")
        if not getattr(one, name)
    ]
    assert empty == []


def test_the_shipped_taxonomy_raises_no_doubt(shipped):
    assert check_taxonomy(shipped) == []


def test_the_shipped_taxonomy_has_every_kind(shipped):
    assert {one.kind for one in shipped.types} == {"complaint", "suggestion", "gratitude", "question", "noise"}


def test_a_small_file(load):
    taxonomy = load(SMALL)
    assert taxonomy.codes == ["late", "017"]
    assert taxonomy.type("late").owner == "logistics"
    assert taxonomy.type("017").patterns == ("сломаться", "5")


REFUSED = [
    ("id: T002", "id: T001", "id 'T001' stands twice"),
    ('code: "017"', "code: late", "code 'late' stands twice"),
    ("owner: logistics", "owner: nobody", "type late: owner 'nobody' is not among the owners"),
    ("parent: delivery", "parent: nowhere", "type late: parent 'nowhere' is not among the groups"),
    ("stage: ждал}", "stage: уехал}", "type late: stage 'уехал' is not among the stages"),
    ("title: Поломка", "titel: Поломка", r"types\.1\.title: Field required"),
    ("title: Поломка", "title: Поломка, colour: red", r"types\.1\.colour: Extra inputs are not permitted"),
    ("id: T002", "id: 'два'", r"types\.1\.id: String should match pattern"),
    ("version: 1.2.0", "version: новая", "version: String should match pattern"),
    (
        "title: Опоздание",
        "title: Опоздание, severity: 6",
        r"types\.0\.severity: Input should be less than or equal to 5",
    ),
    ("title: Опоздание", "title: Опоздание, kind: anger", r"types\.0\.kind: Input should be 'complaint'"),
    ("code: late", "code: ''", r"types\.0\.code: String should have at least 1 character"),
    ("taxonomy: small", "taxonomy: small\nwheels: 4", "wheels: Extra inputs are not permitted"),
    ("version: 1.2.0", "version: 2025-13-45", "not readable as YAML .month must be in 1..12"),
    ("stages: [", "stages: [[", "not readable as YAML"),
    ("stages: [", "stages: " + "[" * 4000, "not readable as YAML"),
]


@pytest.mark.parametrize(("old", "new", "words"), REFUSED, ids=[words for *_, words in REFUSED])
def test_refusals_name_place_and_reason(load, old, new, words):
    assert old in SMALL
    with pytest.raises(ReviewmineError, match=rf"taxonomy\.yaml: .*{words}") as caught:
        load(SMALL.replace(old, new))
    assert caught.value.do == "fix the file"
    assert "\n" not in str(caught.value)


NO_TAXONOMY = [("", "not a mapping"), ("- a\n- b", "not a mapping"), ("taxonomy: x\ntypes: []", "at least 1 item")]


@pytest.mark.parametrize(("text", "words"), NO_TAXONOMY)
def test_a_file_that_is_no_taxonomy(load, text, words):
    with pytest.raises(ReviewmineError, match=words):
        load(text)


def test_a_missing_file(tmp_path):
    with pytest.raises(ReviewmineError, match=r"none\.yaml: no such file, expected a taxonomy; see data/taxonomies/"):
        load_taxonomy(tmp_path / "none.yaml")


def test_a_file_in_another_encoding(tmp_path):
    path = tmp_path / "cp1251.yaml"
    path.write_bytes(SMALL.encode("cp1251"))
    with pytest.raises(ReviewmineError, match=r"cp1251\.yaml: not readable as YAML"):
        load_taxonomy(path)


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * 8_000_001)
    with pytest.raises(ReviewmineError, match="larger than 8 MB"):
        load_taxonomy(path)


def test_yaml_tags_build_no_objects(load):
    with pytest.raises(ReviewmineError, match="could not determine a constructor"):
        load("taxonomy: !!python/object/apply:os.getcwd []\n")


def test_an_unknown_code(load):
    with pytest.raises(ReviewmineError, match=r"small 1\.2\.0: no type 'lost', expected a code of the taxonomy"):
        load(SMALL).type("lost")


def test_deprecated_types_are_not_in_use(load):
    taxonomy = load(SMALL.replace("title: Поломка", "title: Поломка, status: deprecated"))
    assert taxonomy.codes == ["late"]
    assert taxonomy.type("017").title == "Поломка"


@pytest.mark.parametrize("name", ["shipped", "with history", "bare"])
def test_what_is_written_reads_back(tmp_path, shipped, name):
    history = (Lineage(**{"op": "split", "from": "T003", "version": "1.2.0"}),)
    taxonomy = {
        "shipped": shipped,
        "with history": Taxonomy(taxonomy="x", types=(Type(id="1", code="a", title="да", lineage=history),)),
        "bare": Taxonomy.from_codes("codes", ["b", "a"]),
    }[name]
    path = tmp_path / "new" / "out.yaml"
    write_taxonomy(path, taxonomy, head="первая\nвторая")
    assert path.read_text(encoding="utf-8").startswith("# первая\n# вторая\ntaxonomy:")
    assert load_taxonomy(path).to_json() == taxonomy.to_json()
    assert [file.name for file in path.parent.iterdir()] == ["out.yaml"]


def test_what_is_written_is_short(tmp_path, load):
    path = tmp_path / "out.yaml"
    write_taxonomy(path, load(SMALL))
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert written["types"][1] == {"id": "T002", "code": "017", "title": "Поломка", "patterns": ["сломаться", "5"]}


def test_the_hash_is_that_of_the_content(load):
    whole = load(SMALL).sha256()
    assert load("# замечание\n" + yaml.safe_dump(yaml.safe_load(SMALL), sort_keys=True)).sha256() == whole
    assert load(SMALL.replace("Поломка", "Поломки")).sha256() != whole


def test_from_codes_sorts_and_numbers():
    taxonomy = Taxonomy.from_codes("codes", {"b", "a", "017"})
    assert [(one.id, one.code, one.title) for one in taxonomy.types] == [
        ("T001", "017", "017"),
        ("T002", "a", "a"),
        ("T003", "b", "b"),
    ]
    assert taxonomy.sha256() == Taxonomy.from_codes("codes", ["a", "b", "017"]).sha256()


def test_a_record_cannot_be_changed(load):
    with pytest.raises(ValueError, match="Instance is frozen"):
        load(SMALL).types[0].code = "other"


def test_a_code_that_yaml_reads_as_a_number_is_refused_with_the_mend(tmp_path):
    (tmp_path / "t.yaml").write_text("taxonomy: t\ntypes: [{id: T1, code: 017, title: Опоздание}]\n", encoding="utf-8")
    with pytest.raises(ReviewmineError, match=r'types\.0\.code: .*string.*; put it in quotes, such as code: "017"'):
        load_taxonomy(tmp_path / "t.yaml")
