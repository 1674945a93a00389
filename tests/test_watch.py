"""`reviewmine evaluate`: drift of scored files and of reviews, in figures and plain words; figures on labelled reviews."""

import csv
import json
import random
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from reviewmine import workflow
from reviewmine.classify.watch import Seen, reference_of
from reviewmine.cli import main
from reviewmine.errors import GateError, ReviewmineError
from reviewmine.router import Router, write_bundle
from reviewmine.router.bundle import canonical, sha256
from router.conftest import bundle  # noqa: F401 a fixture

LATE = "курьер опоздал|посылку задержали|опоздал на день|задержали ещё, курьер молчит"
BROKEN = "чайник сломался|экран треснул|перестал включаться|сломался и треснул"
THANKS = "спасибо|отличный плед|очень рада|рада, отличный чайник"
NEW = "списали бонусы дважды|промокод недействителен|кешбэк сгорел без предупреждения"
TYPES = {"delivery-late": LATE, "017": BROKEN, "thanks": THANKS}


def write(path, n, seed, shares=(5, 3, 2, 1)):
    """Write ``n`` reviews with their types; of the last share are reviews that no type explains, which have none."""
    rng = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(["id", "text", "types"])
        for number in range(n):
            code = rng.choices([*TYPES, ""], shares)[0]
            texts = (TYPES | {"": NEW})[code].split("|")
            table.writerow([f"r{seed}-{number}", f"{' '.join(rng.choices(texts, k=rng.randint(2, 5)))} {number}", code])
    return path


@pytest.fixture(scope="module")
def folder(bundle, tmp_path_factory):  # noqa: F811
    """A folder with a bundle that has a reference, reviews of the same world and of another; tests must not change it."""
    made = tmp_path_factory.mktemp("watch")
    seen = pd.read_csv(write(made / "then.csv", 400, 1), dtype=str, keep_default_na=False)["text"].tolist()
    scores = Router(bundle).score([{"id": "", "text": text} for text in seen])
    codes = [kind["code"] for kind in bundle.types]
    # types have ids, as those of every trained model
    taxonomy = {**bundle.taxonomy, "types": [{**kind, "id": f"T{k}"} for k, kind in enumerate(bundle.types)]}
    facts = {
        "name": "made",
        "taxonomy": {"name": "made-by-hand", "sha256": sha256(canonical(taxonomy))},
        "reference": reference_of(scores, codes, seen, "the test part"),
    }
    write_bundle(made / "old", bundle)
    write_bundle(made / "bundle", replace(bundle, taxonomy=taxonomy, manifest={**bundle.manifest, **facts}))
    write(made / "same.csv", 600, 2)
    write(made / "other.csv", 600, 3, shares=(1, 2, 6, 6))
    settings = {"name": "made", "data": {"labelled": "x", "types": {"column": "types"}}, "gates": {"micro_f1": 0.5}}
    (made / "used.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return made


@pytest.fixture
def work(folder, monkeypatch, tmp_path):
    """The folder, entered; what a test writes goes to ``tmp_path``."""
    monkeypatch.chdir(folder)
    return tmp_path


def scored(source, out, which="bundle"):
    workflow.score_files(Path(which), [source], out, workers=1)
    return str(out)


def figures(found):
    return {one.name: one for one in found.checks}


def names(found):
    return {one.name for one in found.drifted}


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet", ""])
def test_a_scored_file_of_the_same_world_has_no_drift(work, ending):
    found = workflow.watch("bundle", [scored("same.csv", work / f"same{ending}")])
    assert found.drifted == ()
    assert found.rows == 600
    assert {*figures(found)} == {"human", "auto", "probability", "types"}
    found.check()
    assert "no drift: 600 answers of " in found.line
    assert "beside 400 of the test part differ no more than chance allows" in found.line


def test_another_world_is_told_from_scored_rows_alone(work):
    out = scored("other.csv", work / "other.csv")
    answers = pd.read_csv(out, dtype=str)
    said = []
    found = workflow.watch("bundle", [out], out=work / "drift.json", say=said.append)
    assert {"human", "types"} <= names(found)
    human = figures(found)["human"]
    assert human.value["value"] == pytest.approx((answers["action"] == "human").mean(), abs=1e-4)
    assert human.difference["low"] > 0
    assert said[-1].startswith("evaluate: drift: ")
    assert "more goes to people alone (" in said[-1]
    assert "`reviewmine taxonomy gaps`" in said[-1]
    assert "`reviewmine recalibrate bundle LABELLED -o NEW`" in said[-1]
    assert any(line.startswith("left to people alone: ") and line.endswith(": drift") for line in said)
    assert any(line.startswith("  grew: thanks Благодарность ") for line in said)
    facts = json.loads((work / "drift.json").read_text(encoding="utf-8"))
    assert facts["drift"] is True
    assert facts["reference"] == {"of": "the test part", "rows": 400}
    assert {one["name"]: one["drifted"] for one in facts["checks"]}["human"] is True
    with pytest.raises(GateError, match=r"drift: .*more goes to people alone"):
        found.check()


def test_reviews_are_answered_and_tell_more(work):
    same, other = (workflow.watch("bundle", [name]) for name in ("same.csv", "other.csv"))
    assert {*figures(same)} == {"human", "auto", "probability", "novelty", "known", "types", "length"}
    assert same.drifted == ()
    assert {"novelty", "known", "human"} <= names(other)
    assert figures(other)["novelty"].difference["low"] > 0 > figures(other)["known"].difference["high"]
    assert "more that no type explains" in other.line
    # the same rows by way of a scored file: the same shares
    way = workflow.watch("bundle", [scored("other.csv", work / "o.parquet")])
    for name in ("human", "auto", "probability", "types"):
        assert figures(way)[name].difference == figures(other)[name].difference


def test_rows_without_an_answer_are_said(work):
    (work / "x.csv").write_text("id,text\n" + "".join(f"{n},спасибо\n" for n in range(60)) + "a,\n", "utf-8")
    said = []
    assert workflow.watch("bundle", [str(work / "x.csv")], say=said.append).rows == 60
    assert any(line.startswith("1 of 61 rows are no reviews, the first ") for line in said)


def test_earlier_answers_may_be_the_reference(work):
    then, now = scored("other.csv", work / "then.csv"), scored("other.csv", work / "now.jsonl")
    found = workflow.watch("bundle", [now], against=then)
    assert found.drifted == ()
    assert found.reference == then
    assert all(one.difference["value"] == 0 for one in found.checks)
    # so an old bundle can be watched too
    assert workflow.watch("old", ["other.csv"], against="same.csv").drifted
    assert not workflow.watch("old", ["same.csv"], against="then.csv").drifted


def test_what_people_labelled_is_no_answer(work):
    frame = pd.read_csv(scored("same.csv", work / "some.csv"), dtype=str, keep_default_na=False)
    frame.loc[:99, "action"] = "labelled"
    frame.to_csv(work / "chain.csv", index=False)
    found = workflow.watch("bundle", [str(work / "chain.csv")])
    assert (found.rows, found.n_labelled) == (500, 100)
    assert "(100 rows that people labelled left out)" in found.line


REFUSED = [
    (lambda frame: frame.head(49), "49 answers, expected at least 50"),
    (lambda frame: frame.assign(type="нет такого"), "type is 'нет такого', expected the types of the bundle"),
    (lambda frame: frame.assign(action="авто"), "action is 'авто', expected auto, suggest, human"),
    (lambda frame: frame.assign(probability="1.2"), "probability is '1.2', expected 0 to 1"),
    (lambda frame: frame.assign(probability=""), "probability is '', expected 0 to 1"),
]


@pytest.mark.parametrize(("spoil", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_cannot_be_compared_is_refused(work, spoil, words):
    frame = pd.read_csv(scored("same.csv", work / "good.csv"), dtype=str, keep_default_na=False)
    spoil(frame).to_csv(work / "bad.csv", index=False)
    with pytest.raises(ReviewmineError, match=words.replace("(", r"\(")):
        workflow.watch("bundle", [str(work / "bad.csv")])


def test_a_bundle_without_a_reference_says_what_to_do(work):
    with pytest.raises(ReviewmineError, match=r"no reference for drift; train it again, or name earlier .* --against"):
        workflow.watch("old", ["same.csv"])


def test_a_file_that_another_bundle_scored_is_refused(work):
    out = scored("same.csv", work / "scored.csv", "old")
    with pytest.raises(
        ReviewmineError, match=r"scored by the bundle [0-9a-f]{12}…, expected by [0-9a-f]{12}…; name the"
    ):
        workflow.watch("bundle", [out])


def test_a_reference_that_is_none_is_refused(work, bundle):  # noqa: F811
    broken = {"of": "x", "actions": {"auto": 1, "suggest": 0, "human": 0}, "types": {}, "probability": []}
    write_bundle(work / "broken", replace(bundle, manifest={**bundle.manifest, "reference": broken}))
    with pytest.raises(ReviewmineError, match="does not have the documented form"):
        workflow.watch(work / "broken", ["same.csv"])


def run(monkeypatch, capsys, *args):
    monkeypatch.setattr(sys, "argv", ["reviewmine", "evaluate", *map(str, args)])
    code = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code or 0
    return code, *capsys.readouterr()


def test_drift_is_a_gate_only_when_asked(work, monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "bundle", "other.csv", "--drift", "-o", work / "d.json")
    assert code == 0
    assert out.splitlines()[-1].startswith("evaluate: drift: ")
    assert out.rstrip().endswith(f"figures in {work / 'd.json'}")
    code, _, err = run(monkeypatch, capsys, "bundle", "other.csv", "--drift", "--fail-on-drift")
    assert code == 1
    assert "drift: " in err
    assert run(monkeypatch, capsys, "bundle", "same.csv", "--drift", "--fail-on-drift")[0] == 0


@pytest.mark.parametrize(
    "args",
    [("same.csv", "--fail-on-drift"), ("same.csv", "other.csv"), ("same.csv", "--drift", "--set", "seed=1")],
)
def test_options_of_the_other_kind_are_refused(work, monkeypatch, capsys, args):
    code, out, err = run(monkeypatch, capsys, "bundle", *args)
    assert (code, out) == (2, "")
    assert "leave them out" in err


def test_labelled_reviews_give_the_figures_of_a_card(work, monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "bundle", "same.csv", "-o", work / "card.json")
    assert code == 0
    frame = pd.read_csv("same.csv", dtype=str, keep_default_na=False)
    card = json.loads((work / "card.json").read_text(encoding="utf-8"))
    typed = frame[frame["types"] != ""]
    router = Router.load("bundle")
    right = [router.route(text).types[0].code == code for text, code in zip(typed["text"], typed["types"], strict=True)]
    assert card["metrics"]["p_at_1"]["value"] == pytest.approx(sum(right) / len(right), abs=1e-3)
    assert card["metrics"]["p_at_1"]["low"] <= card["metrics"]["p_at_1"]["value"]
    assert {"per_type", "confusions", "reliability", "risk_coverage", "workload", "slices"} <= {*card}
    assert card["data"]["rows"] == len(typed)
    assert out.splitlines()[-1].startswith(f"evaluate: 600 reviews = {len(typed)} of known types + 0 of others + ")
    code, _, err = run(monkeypatch, capsys, "bundle", "same.csv", "--set", "gates.auto_share=1.0")
    assert code == 1
    assert "auto_share is " in err


def test_a_recalibrated_bundle_has_a_reference_of_its_own(work):
    out = work / "new"
    made = workflow.recalibrate("bundle", "same.csv", out, track=False)
    facts = Router.load(out).bundle.manifest["reference"]
    seen = Seen.of_json(facts)
    assert facts["of"] == "the reviews of its recalibration"
    assert seen.rows == len(made.fresh.reviews)
    assert seen.actions["human"] / seen.rows == pytest.approx(made.after["human_share"]["value"], abs=1e-4)
