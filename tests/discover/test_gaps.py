"""Gaps: each kind of change is proposed where it was planted, with an operation that can be applied."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from reviewmine.cli import app
from reviewmine.discover.gaps import find_gaps
from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.apply import apply_operations
from reviewmine.taxonomy.model import load_taxonomy
from reviewmine.taxonomy.operations import parse_operations

SAID = {
    "late": ("курьер", "опоздал", "ждали", "доставка", "вечер", "приехал", "поздно", "часа"),
    "call": ("оператор", "трубку", "дозвониться", "звонок", "линия", "ответили", "поддержка", "чат"),
    "box": ("коробка", "мятая", "упаковка", "порвана", "плёнка", "вмятина", "скотч", "угол"),
    "refund": ("деньги", "возврат", "карту", "вернули", "банк", "сумма", "перевод", "чек"),
    "size": ("размер", "маломерит", "рукав", "узкое", "сетка", "примерка", "талия", "плечи"),
}
TAXONOMY = """# ведёт Марина
taxonomy: t
version: 1.2.0
types:
  - {id: T1, code: late, title: Опоздание доставки}
  - {id: T2, code: call, title: Не дозвониться до оператора}
  - {id: T3, code: box, title: Мятая упаковка}
  - {id: T4, code: refund, title: Не вернули деньги}
  - {id: T5, code: size, title: Маломерит размер}
"""


@cache
def said(n=70):
    """Return (units, truth): ``n`` reviews of each theme, four words of it in any order."""
    rng = np.random.default_rng(5)
    rows = [(code, " ".join(rng.choice(words, 4, replace=False))) for code, words in SAID.items() for _ in range(n)]
    units = pd.DataFrame({"review_id": [f"r{i:04}" for i in range(len(rows))], "text": [text for _, text in rows]})
    return units, dict(zip(units["review_id"], [code for code, _ in rows], strict=True))


def labelled(rename, every=2):
    """Return the labels of each second review, with the codes of ``rename`` changed; None is no label."""
    _, truth = said()
    found = {review: rename.get(code, code) for i, (review, code) in enumerate(truth.items()) if i % every == 0}
    return {review: (code,) for review, code in found.items() if code}


def taxonomy_without(tmp_path, *codes):
    path = tmp_path / "t.yaml"
    path.write_text(
        "".join(line for line in TAXONOMY.splitlines(True) if not any(f"code: {c}," in line for c in codes))
    )
    return path


def test_a_type_that_is_missing_is_proposed_first(tmp_path):
    units, truth = said()
    path = taxonomy_without(tmp_path, "size")
    gaps = find_gaps(units, load_taxonomy(path), labelled({"size": None}))
    first = gaps.proposals[0]
    assert first.kind == "new"
    assert {truth[review] for review in first.evidence} == {"size"}
    assert first.n >= 60
    assert first.share["low"] < first.share["value"] < first.share["high"]
    assert len(first.evidence) == 20
    assert any(word in first.title.lower() for word in ("размер", "маломерит", "рукав", "узк", "сетк", "плеч", "тали"))


def test_a_code_that_the_taxonomy_does_not_know_is_counted_and_explains_nothing(tmp_path):
    units, _ = said()
    gaps = find_gaps(units, load_taxonomy(taxonomy_without(tmp_path, "size")), labelled({}))
    assert gaps.n_unknown == 35
    assert gaps.proposals[0].kind == "new"


def test_a_type_of_two_themes_is_split(tmp_path):
    units, truth = said()
    path = taxonomy_without(tmp_path, "box")
    gaps = find_gaps(units, load_taxonomy(path), labelled({"box": "late"}, every=1))
    splits = [one for one in gaps.proposals if one.kind == "split"]
    assert splits[0].types == ("late",)
    assert len({truth[review] for review in splits[0].reviews}) == 1
    assert splits[0].n == pytest.approx(70, abs=3)
    assert splits[0].score > 2 * max((one.score for one in splits[1:]), default=0)


def test_two_types_for_one_theme_are_merged(tmp_path):
    units, truth = said()
    path = taxonomy_without(tmp_path)
    path.write_text(TAXONOMY + "  - {id: T6, code: late-again, title: Опять опоздали}\n")
    coin = np.random.default_rng(1).random(len(truth)) < 0.5
    types = {r: ("late-again",) if c == "late" and coin[i] else (c,) for i, (r, c) in enumerate(truth.items())}
    merges = [one for one in find_gaps(units, load_taxonomy(path), types).proposals if one.kind == "merge"]
    assert [set(one.types) for one in merges] == [{"late", "late-again"}]
    assert [one for one in find_gaps(*plain(tmp_path)).proposals if one.kind == "merge"] == []


def plain(tmp_path):
    """Return reviews, a taxonomy that fits them, and labels of all."""
    return said()[0], load_taxonomy(taxonomy_without(tmp_path)), labelled({}, every=1)


def test_equal_texts_with_different_types_are_a_conflict(tmp_path):
    units, taxonomy, types = plain(tmp_path)
    twice = units.assign(
        text=["очень долго решали вопрос с заменой" if i in {3, 80} else t for i, t in enumerate(units["text"])]
    )
    found = [one for one in find_gaps(twice, taxonomy, types).proposals if one.kind == "conflict"]
    assert [(one.types, set(one.reviews)) for one in found] == [(("call", "late"), {"r0003", "r0080"})]
    assert found[0].operation["set"]["exclude"] == ["очень долго решали вопрос с заменой -> late"]


def test_patterns_that_claim_the_same_reviews_are_a_conflict(tmp_path):
    units, _ = said()
    path = taxonomy_without(tmp_path)
    text = TAXONOMY.replace("Опоздание доставки}", "Опоздание доставки, patterns: [курьер]}")
    path.write_text(text.replace("Мятая упаковка}", "Мятая упаковка, patterns: [курьеры]}"))
    found = [one for one in find_gaps(units, load_taxonomy(path)).proposals if one.kind == "conflict"]
    assert [one.types for one in found] == [("box", "late")]


def test_a_type_nobody_needs_is_dead_with_an_upper_bound(tmp_path):
    units, _, types = plain(tmp_path)
    path = taxonomy_without(tmp_path)
    path.write_text(TAXONOMY + "  - {id: T7, code: fax, title: Не прошёл факс}\n")
    dead = [one for one in find_gaps(units, load_taxonomy(path), types).proposals if one.kind == "dead"]
    assert [(one.types, one.n, one.operation["op"]) for one in dead] == [(("fax",), 0, "deprecate")]
    assert dead[0].share["low"] == 0
    assert 0 < dead[0].share["high"] < 0.02


def test_without_labels_types_are_known_by_their_words(tmp_path):
    units, truth = said()
    path = taxonomy_without(tmp_path, "size")
    text = path.read_text()
    for code, words in SAID.items():
        text = text.replace(f"code: {code},", f"code: {code}, patterns: [{', '.join(words[:4])}],")
    path.write_text(text)
    gaps = find_gaps(units, load_taxonomy(path))
    assert not gaps.by_people
    news = [one for one in gaps.proposals if one.kind == "new"]
    assert {truth[review] for review in news[0].evidence} == {"size"}


@cache
def usual():
    return find_gaps(said()[0], usual_taxonomy(), labelled({"size": None}))


@cache
def usual_taxonomy():
    from reviewmine.taxonomy.model import checked

    return checked(yaml.safe_load(TAXONOMY.replace("  - {id: T5, code: size, title: Маломерит размер}\n", "")), "t")


@settings(max_examples=4, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(random):
    units, _ = said()
    order = list(range(len(units)))
    random.shuffle(order)
    types = list(labelled({"size": None}).items())
    random.shuffle(types)
    assert find_gaps(units.iloc[order], usual_taxonomy(), dict(types)) == usual()


def test_all_operations_apply_together(tmp_path):
    units, truth = said()
    text = TAXONOMY.replace("  - {id: T5, code: size, title: Маломерит размер}\n", "")
    text += "  - {id: T6, code: late-again, title: Опять опоздали}\n  - {id: T7, code: fax, title: Не прошёл факс}\n"
    path = tmp_path / "t.yaml"
    path.write_text(text)
    change = {"size": (), "refund": ("call",)}
    types = {r: change.get(c, (c,)) for r, c in truth.items()}
    types |= {r: ("late-again",) for i, (r, c) in enumerate(truth.items()) if c == "late" and i % 2}
    gaps = find_gaps(units, load_taxonomy(path), {r: c for r, c in types.items() if c})
    assert {one.kind for one in gaps.proposals} >= {"new", "split", "merge", "dead"}
    operations = parse_operations(yaml.safe_load(gaps.operations_text()))
    applied = apply_operations(text, operations)
    assert applied.text.startswith("# ведёт Марина")
    assert len(applied.done) == len(gaps.proposals)
    new = [one for one in applied.taxonomy.types if one.status == "draft"]
    assert all(one.evidence.reviews for one in new)


def test_hostile_text_stays_text_and_personal_data_is_masked(tmp_path):
    units, truth = said()
    size = [i for i, code in enumerate(truth.values()) if code == "size"]
    texts = units["text"].tolist()
    for i in size:
        texts[i] = f'=cmd|calc <script>alert("{i}")</script> -> {texts[i]}, звоните 8 (900) 000-12-{i % 90 + 10}'
    text = TAXONOMY.replace("  - {id: T5, code: size, title: Маломерит размер}\n", "")
    gaps = find_gaps(units.assign(text=texts), usual_taxonomy(), labelled({"size": None}))
    first = gaps.proposals[0]
    assert first.examples
    assert all(one.startswith("=cmd") and "<script>" in one and "[телефон]" in one for one in first.examples)
    assert "000-12" not in json.dumps(gaps.to_json(), ensure_ascii=False)
    applied = apply_operations(text, parse_operations(yaml.safe_load(gaps.operations_text())))
    assert first.examples in {one.include for one in applied.taxonomy.types}


def test_too_few_reviews_are_refused():
    with pytest.raises(ReviewmineError, match="3 reviews to compare with the taxonomy"):
        find_gaps(said()[0].head(3), usual_taxonomy())


def written(tmp_path):
    """Write reviews with labels, and the taxonomy without one type; return both paths."""
    units, _ = said()
    types = labelled({"size": None})
    rows = units.rename(columns={"review_id": "id"}).assign(kinds=[types.get(r, ("",))[0] for r in units["review_id"]])
    rows.to_csv(tmp_path / "reviews.csv", index=False)
    return tmp_path / "reviews.csv", taxonomy_without(tmp_path, "size")


def test_the_command_writes_json_and_operations_that_apply_takes(tmp_path):
    reviews, path = written(tmp_path)
    run = CliRunner().invoke(
        app,
        ["taxonomy", "gaps", str(path), str(reviews), "--labelled-column", "kinds", "-o", str(tmp_path / "gaps.yaml")],
    )
    assert run.exit_code == 0, run.output
    assert "  1 new " in run.output
    assert "taxonomy gaps: 350 reviews, 140 with a type" in run.output
    found = json.loads((tmp_path / "gaps.json").read_text())
    assert found["proposals"][0]["kind"] == "new"
    assert found["proposals"][0]["reviews"]
    out = tmp_path / "new.yaml"
    done = CliRunner().invoke(app, ["taxonomy", "apply", str(path), str(tmp_path / "gaps.yaml"), "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert "draft-t5" in load_taxonomy(out).codes


def test_the_command_takes_a_discovery_and_scored_rows(tmp_path):
    reviews, path = written(tmp_path)
    units, truth = said()
    folder = tmp_path / "topics"
    folder.mkdir()
    topics = pd.DataFrame(
        {"review_id": units["review_id"], "topic": [truth[r] for r in units["review_id"]], "probability": 0.9}
    )
    topics.to_csv(folder / "assignments.csv", index=False)
    types = [truth[r] if truth[r] != "size" else "late" for r in units["review_id"]]
    action = ["human" if truth[r] == "size" else "auto" for r in units["review_id"]]
    pd.DataFrame({"id": units["review_id"], "types": types, "action": action}).to_csv(tmp_path / "s.csv", index=False)
    run = CliRunner().invoke(
        app,
        [
            *("taxonomy", "gaps", str(path), str(reviews), "-o", str(tmp_path / "gaps.json")),
            *("--scored", str(tmp_path / "s.csv"), "--discovery", str(folder)),
        ],
    )
    assert run.exit_code == 0, run.output
    first = json.loads((tmp_path / "gaps.json").read_text())["proposals"][0]
    assert (first["kind"], first["n"]) == ("new", 70)


def test_the_command_names_a_column_that_is_not_there(tmp_path):
    reviews, path = written(tmp_path)
    run = CliRunner().invoke(
        app, ["taxonomy", "gaps", str(path), str(reviews), "--labelled-column", "typ", "-o", str(tmp_path / "g.json")]
    )
    assert run.exit_code != 0
    assert "no column 'typ'" in run.output + str(run.exception)
