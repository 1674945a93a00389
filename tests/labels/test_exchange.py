"""The commands by which labels go out, come in, are merged, re-expressed and become a table to train on."""

import json

import pandas as pd
import pytest

from reviewmine.cli.labels import labels_app
from reviewmine.labels.store import Label, read_labels, write_labels
from reviewmine.settings import Data
from reviewmine.taxonomy.model import load_taxonomy

SHOP = """\
taxonomy: shop
version: 1.0.0
types:
  - {id: T001, code: late, title: Опоздание}
  - {id: T002, code: rude, title: Хамство}
"""
WHEN = "2026-03-01T10:00:00Z"


def label(review="r1", kind="T001", verdict="yes", who="анна", how="person"):
    return Label(review, kind, verdict, who, WHEN, how, "shop 1.0.0")


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    rows = [
        ("r1", 1, "Курьер опоздал на день"),
        ("r2", 2, "Грубили по телефону 8 (900) 000-12-34"),
        ("r3", 5, "Всё хорошо"),
    ]
    pd.DataFrame(rows, columns=["id", "rating", "text"]).to_csv("reviews.csv", index=False)
    return tmp_path


def run(*words):
    """Run a command; return its exit code."""
    try:
        labels_app([str(word) for word in words])
    except SystemExit as ended:
        return ended.code
    return 0


def test_through_label_studio_and_back(shop, capsys):
    write_labels("a.jsonl", [label(), label("r2", "T002", how="rule", who="слово"), label("r9")])
    assert run("export", "reviews.csv", "-o", "tasks.json", "--taxonomy", "shop.yaml", "--labels", "a.jsonl") == 0
    assert (
        "3 reviews, 1 labels, 1 suggestions in tasks.json and tasks.xml; 1 labels are of other reviews"
        in capsys.readouterr().out
    )
    tasks = json.loads((shop / "tasks.json").read_text(encoding="utf-8"))
    assert "000-12-34" not in json.dumps(tasks)
    assert [len(task["predictions"]) for task in tasks] == [0, 1, 0]
    assert '<Text name="text"' in (shop / "tasks.xml").read_text(encoding="utf-8")
    for task in tasks:
        task["annotations"] = (
            [*task["annotations"], {"result": task["predictions"][0]["result"]}]
            if task["predictions"]
            else task["annotations"]
        )
        for one in task["annotations"]:
            one |= {"completed_by": 4, "updated_at": "2026-04-05T06:07:08Z"}
    (shop / "export.json").write_text(json.dumps(tasks), encoding="utf-8")
    assert run("import", "export.json", "-o", "a.jsonl", "--taxonomy", "shop.yaml", "--who", "4=вера") == 0
    assert "1 new labels in a.jsonl, 1 there already, 0 refused" in capsys.readouterr().out
    assert [(one.review, one.who, one.how) for one in read_labels("a.jsonl")][3:] == [("r2", "вера", "person")]
    assert run("import", "export.json", "-o", "a.jsonl", "--taxonomy", "shop.yaml", "--who", "4=вера") == 0
    assert len(read_labels("a.jsonl")) == 4


def test_through_a_sheet_and_back(shop, capsys):
    scored = pd.DataFrame({"id": ["r1"], "types": ["rude|late"], "probability": ["0.7"]})
    scored.to_csv("scored.csv", index=False)
    assert (
        run(
            "export", "reviews.csv", "-o", "s.csv", "--taxonomy", "shop.yaml", "--who", "анна", "--scored", "scored.csv"
        )
        == 0
    )
    text = (shop / "s.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].startswith("r1;;;;late|rude;1;")
    (shop / "s.csv").write_text(text.replace("r1;;", "r1;late;").replace("r2;;", "2;rude;"), encoding="utf-8-sig")
    assert (
        run("import", "s.csv", "-o", "a.jsonl", "--taxonomy", "shop.yaml", "--who", "анна", "--reviews", "reviews.csv")
        == 1
    )
    out = capsys.readouterr().out
    assert "review '2' is not among the reviews" in out
    assert "1 new labels in a.jsonl" in out
    assert [(one.review, one.type, one.who) for one in read_labels("a.jsonl")] == [("r1", "T001", "анна")]


def test_a_sheet_of_nobody_is_refused(shop):
    run("export", "reviews.csv", "-o", "s.csv", "--taxonomy", "shop.yaml")
    with pytest.raises(Exception, match="nobody is named; name with --who whose sheet it is"):
        run("import", "s.csv", "-o", "a.jsonl", "--taxonomy", "shop.yaml")


def test_two_files_become_one_and_then_a_table_to_train_on(shop, capsys):
    from reviewmine.corpus.read import read_reviews
    from reviewmine.labels.dataset import labelled_set

    write_labels("a.jsonl", [label(), label("r2", "T002"), label("r3", "T001", "no")])
    write_labels("b.jsonl", [label(), label("r2", "T002", "no", "борис")])
    words = ("merge", "a.jsonl", "b.jsonl", "-o", "all.jsonl", "--conflicts", "c.csv", "--taxonomy", "shop.yaml")
    assert run(*words) == 0
    assert (
        "5 labels of 2 files, 4 in all.jsonl; persons disagree on 1 types of reviews, listed in c.csv"
        in capsys.readouterr().out
    )
    assert pd.read_csv("c.csv", dtype=str).to_dict("records")[0]["code"] == "rude"
    assert run("table", "reviews.csv", "-o", "labelled.csv", "--taxonomy", "shop.yaml", "--labels", "all.jsonl") == 0
    rows = read_reviews("labelled.csv").reviews
    assert rows[["id", "types", "unsure", "no"]].values.tolist() == [
        ["r1", "late", "", ""], ["r2", "", "rude", ""], ["r3", "", "", "late"],
    ]  # fmt: skip
    assert labelled_set(rows, Data(labelled="labelled.csv"), load_taxonomy("shop.yaml")).types == [("late",)]


def test_labels_follow_the_taxonomy(shop, capsys):
    write_labels("a.jsonl", [label(), label("r2", "T002")])
    gone = "  - {id: T002, code: rude, title: Хамство, status: deprecated, lineage: [{op: deprecate, version: 2.0.0}]}"
    lines = SHOP.replace("1.0.0", "2.0.0").splitlines()
    (shop / "new.yaml").write_text("\n".join([*lines[:-1], gone]) + "\n", encoding="utf-8")
    assert run("migrate", "a.jsonl", "-o", "b.jsonl", "--taxonomy", "new.yaml") == 0
    assert "2 labels, 1 under 2.0.0 in b.jsonl; 1 left (1 deleted) in b.jsonl.left.csv" in capsys.readouterr().out
    assert [(one.type, one.taxonomy) for one in read_labels("b.jsonl")] == [("T001", "shop 2.0.0")]
    assert pd.read_csv("b.jsonl.left.csv").to_dict("records")[0]["why"] == "deleted"
