"""An edit changes the lines it is about; every other character stays."""

import difflib

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.edit import plain_data, read_source, with_data, write_source


def changes(old: str, new: str) -> list[str]:
    """Return the lines that went and came."""
    lines = difflib.unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def edited(text, change):
    data = yaml.safe_load(text)
    change(data)
    return with_data(text, data)


def first(data):
    return data["types"][0]


ONE_LINE = [
    (lambda d: d.update(version="2.0.0"), ["-version: 1.4.0", "+version: 2.0.0"]),
    (
        lambda d: first(d).update(title="Опоздание курьера"),
        ['-    title: "Опоздание"        # спорили долго', '+    title: "Опоздание курьера"        # спорили долго'],
    ),
    (lambda d: first(d).update(severity=5), ["-    severity: 3", "+    severity: 5"]),
    (lambda d: first(d).update(sla_hours=24), ["+    sla_hours: 24"]),
    (
        lambda d: first(d)["patterns"].append("задержка"),
        [
            "-    patterns: [опоздать, 'не привезти в срок']",
            "+    patterns: [опоздать, 'не привезти в срок', задержка]",
        ],
    ),
    (
        lambda d: first(d)["patterns"].pop(0),
        ["-    patterns: [опоздать, 'не привезти в срок']", "+    patterns: ['не привезти в срок']"],
    ),
    (lambda d: first(d)["exclude"].append("перенесли день -> slow"), ["+      - перенесли день -> slow"]),
    (lambda d: first(d)["exclude"].pop(), ["-      - не привезли вовсе -> lost"]),
    (lambda d: d["types"][1]["include"].insert(1, "полтора месяца"), ["+    - полтора месяца"]),
    (lambda d: d["types"][1]["include"].insert(0, "вечность"), ["+    - вечность"]),
    (lambda d: d["owners"].update(care={"title": "Забота"}), ["+  care: {title: Забота}"]),
    (lambda d: d["owners"].pop("logistics"), ["-  logistics: {title: Логистика}"]),
    (
        lambda d: d["owners"]["service"].update(title="Мастерская"),
        ['-    title: "Сервис"', '+    title: "Мастерская"'],
    ),
    (
        lambda d: d["groups"].pop("delivery"),
        [
            "-groups: {delivery: {title: Доставка}, quality: {title: 'Качество'}}",
            "+groups: {quality: {title: 'Качество'}}",
        ],
    ),
    (
        lambda d: d["groups"].pop("quality"),
        [
            "-groups: {delivery: {title: Доставка}, quality: {title: 'Качество'}}",
            "+groups: {delivery: {title: Доставка}}",
        ],
    ),
    (
        lambda d: d["types"][2].update(severity=4),
        [
            "-  - {id: T003, code: lost, title: Заказ пропал, parent: delivery, owner: logistics, patterns: [пропасть, потерять]}",
            "+  - {id: T003, code: lost, title: Заказ пропал, parent: delivery, owner: logistics, patterns: [пропасть, потерять],"
            " severity: 4}",
        ],
    ),
    (
        lambda d: d["types"].append({"id": "T010", "code": "x", "title": "Икс: да", "include": ["да"]}),
        ["+  - id: T010", "+    code: x", "+    title: 'Икс: да'", "+    include: [да]"],
    ),
    (lambda d: d.update(last_id="T009"), ["+last_id: T009"]),
]


@pytest.mark.parametrize(("change", "expected"), ONE_LINE, ids=[expected[-1].strip() for _, expected in ONE_LINE])
def test_only_the_lines_of_a_change_change(curated, change, expected):
    assert changes(curated, edited(curated, change)) == expected


def test_a_folded_text_gives_way_to_a_line_and_its_blank_line_stays(curated):
    new = edited(curated, lambda d: first(d).update(definition="Коротко."))
    assert changes(curated, new) == [
        "-    definition: >",
        "-      Привезли позже, чем обещали",
        "-      при заказе.",
        "+    definition: Коротко.",
    ]


def test_a_list_in_lines_that_is_emptied(curated):
    new = edited(curated, lambda d: d["types"][1].update(include=[]))
    assert "    include: []\n    exclude" in new


def test_a_key_without_a_value_gets_one():
    assert edited("a:   # пока пусто\nb: 1\n", lambda d: d.update(a="да ну")) == "a: да ну   # пока пусто\nb: 1\n"


def test_nothing_changes_when_nothing_changes(curated):
    assert with_data(curated, yaml.safe_load(curated)) is not None
    assert edited(curated, lambda d: None) == curated


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_breaks_and_the_byte_order_mark_stay(curated, end, mark):
    text = mark + curated.replace("\n", end)
    data = plain_data(text)
    data["types"][1]["sla_hours"] = 12
    data["types"].append({"id": "T010", "code": "x", "title": "y"})
    new = with_data(text, data)
    assert new.startswith(mark + "# Жалобы")
    assert new.count("\n") == text.count("\n") + 4
    assert new.count("\r") == (new.count("\n") if end == "\r\n" else 0)


def test_a_file_without_a_last_line_break():
    assert edited("a: 1\nb: [x]", lambda d: d.update(c=2)) == "a: 1\nb: [x]\nc: 2"


REFUSED = [
    ("a: &x 1\nb: *x\n", r"line 2: an alias .*write the value out"),
    ("a: !!python/object/apply:os.getcwd []\n", r"line 1: a tag .*take the tag away"),
    ("a: !!str 1\n", "a tag"),
    ("a: 1\na: 2\n", r"line 2: the key 'a' stands twice.*keep one"),
    ("? [1, 2]\n: 3\n", "a key that is no word"),
    ("a: 1\n? b\n: 2\n", r"line 2: a key after a question mark.*write key: value"),
    ("- 1\n", "not a mapping"),
    ("a: [\n", "not readable as YAML"),
    ("a: " + "[" * 30 + "]" * 30, "more than 20 levels"),
    ("a: " + "[" * 6000, "not readable as YAML"),
    ("a: 1\n---\nb: 2\n", "not readable as YAML"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_cannot_be_edited_is_refused(text, words):
    with pytest.raises(ReviewmineError, match=words):
        plain_data(text, "t.yaml")


def test_a_bomb_of_aliases_is_refused_before_it_is_built():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(ReviewmineError, match="line 2: an alias"):
        plain_data("\n".join(lines))


def test_files_keep_their_bytes(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_bytes("a: 1\r\nб: да\r\n".encode())
    write_source(tmp_path / "new" / "t.yaml", read_source(path))
    assert (tmp_path / "new" / "t.yaml").read_bytes() == path.read_bytes()


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "cp.yaml").write_bytes("a: да".encode("cp1251"))
    (tmp_path / "big.yaml").write_bytes(b"#" * 8_000_001)
    for name, words in (("no.yaml", "no such file"), ("cp.yaml", "save it in UTF-8"), ("big.yaml", "larger than 8 MB")):
        with pytest.raises(ReviewmineError, match=words):
            read_source(tmp_path / name)


word = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=12) | st.sampled_from(
    [
        "да",
        "нет",
        "017",
        "1.5",
        "- а",
        "а: б",
        "а #б",
        "{x",
        "'",
        '"',
        "~",
        "",
        " край ",
        "две\nстроки",
        "2025-01-01",
        "=",
        "<<",
        "|",
    ]
)
value = st.recursive(
    word | st.integers(-9, 99) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(word, inner, max_size=3),
    max_leaves=6,
)


content = st.dictionaries(word, value, max_size=4).map(lambda data: {"taxonomy": "x"} | data)


@settings(max_examples=200, deadline=None, report_multiple_bugs=False)
@given(content, content, st.booleans())
def test_any_content_becomes_any_other(old, new, flow):
    text = yaml.safe_dump(old, allow_unicode=True, default_flow_style=flow, width=10_000, sort_keys=False)
    try:
        plain_data(text)
    except ReviewmineError:
        assume(False)
    said = with_data(text, new)
    assert yaml.safe_load(said) == new


@settings(max_examples=100, deadline=None, report_multiple_bugs=False)
@given(st.data())
def test_an_edit_of_one_type_leaves_the_lines_of_all_others(curated, data):
    content = yaml.safe_load(curated)
    number = data.draw(st.integers(0, len(content["types"]) - 1))
    one = content["types"][number]
    key = data.draw(st.sampled_from([*one, "stage", "lineage"]))
    one[key] = data.draw(st.lists(word, max_size=4) if isinstance(one.get(key), list) else word)
    if key == "id":
        return
    lines = with_data(curated, content).split("\n")
    cuts = [n for n, line in enumerate(curated.split("\n")) if "id: T0" in line] + [len(curated.split("\n"))]
    kept = curated.split("\n")
    assert lines[: cuts[number]] == kept[: cuts[number]]
    after = kept[cuts[number + 1] :]
    assert lines[len(lines) - len(after) :] == after
