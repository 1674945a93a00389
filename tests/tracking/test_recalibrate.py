"""`reviewmine recalibrate`: the weights stay, the policy is that of the fresh labels, and what is said of it is honest."""

import json
import os
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from conftest import ROOT
from reviewmine import workflow
from reviewmine.cli import main
from reviewmine.errors import GateError, ReviewmineError
from reviewmine.router import Router, bundle_sha256, verify
from reviewmine.tracking import version_at
from reviewmine.tracking.store import open_mlflow

pytestmark = pytest.mark.slow
RUN = Path("experiments/runs/small")
BUNDLE, OUT = RUN / "bundle", Path("out/bundle")
MODEL = "reviewmine-small"
SETTINGS = {
    "name": "small",
    "data": {"labelled": "labels.csv", "extras": {"numeric": ["rating"]}},
    "taxonomy": "taxonomy.yaml",
    "split": {"strategy": "group", "test": 0.2, "calibration": 0.4},
    "model": {"multilabel": "no"},
    "policy": {"target_precision": 0.7},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a tracked model of 24 types, and as many fresh reviews of these; tests must not change it."""
    made = tmp_path_factory.mktemp("recalibrate") / "work"
    made.mkdir()
    rows = pd.read_csv(ROOT / "data/sample/reviews.csv", dtype=str, keep_default_na=False)
    rows = rows[~rows["types"].str.contains("|", regex=False)]
    rows = rows[rows["types"].isin(rows["types"].value_counts().index[:24])].reset_index(drop=True)
    rows[rows.index % 2 == 0].to_csv(made / "labels.csv", index=False)
    rows[rows.index % 2 == 1].to_csv(made / "fresh.csv", index=False)
    shutil.copy(ROOT / "data/taxonomies/marketplace-ru.yaml", made / "taxonomy.yaml")
    (made / "x.yaml").write_text(yaml.safe_dump(SETTINGS), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        workflow.train("x.yaml")
    return made


@pytest.fixture
def work(folder, tmp_path, monkeypatch):
    """A copy of the folder, entered."""
    monkeypatch.chdir(shutil.copytree(folder, tmp_path / "work"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def table(path="fresh.csv"):
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def again(**options):
    return workflow.recalibrate(BUNDLE, "fresh.csv", OUT, track=False, **options)


def test_weights_stay_and_the_policy_is_new(work):
    said = []
    result = again(say=said.append)
    assert sorted(path.name for path in OUT.iterdir()) == sorted(path.name for path in BUNDLE.iterdir())
    for name in ("weights.safetensors", "features.json", "taxonomy.json"):
        assert (OUT / name).read_bytes() == (BUNDLE / name).read_bytes()
    assert (OUT / "policy.json").read_bytes() != (BUNDLE / "policy.json").read_bytes()
    assert verify(Router.load(OUT)) == 240
    facts = json.loads((OUT / "manifest.json").read_text(encoding="utf-8"))["recalibrated"]
    assert facts["parent"] == facts["trained"] == bundle_sha256(BUNDLE) == result.parent_sha256
    assert facts["data"] == {"sha256": result.fresh.sha256, "rows": len(table()), "novel": 0}
    assert result.bundle_sha256 == bundle_sha256(OUT)
    assert said == [*result.told, result.line]
    assert "right among these: " in said[1]
    assert said[1].endswith("target 0.7")


def test_the_same_rows_in_any_order_give_the_same_bytes(work):
    first = again().bundle_sha256
    table().sample(frac=1, random_state=3).to_csv("fresh.csv", index=False)
    assert again().bundle_sha256 == first


def test_labels_that_changed_are_met_by_a_new_policy(work):
    """Annotators begin to file most reviews of 16 types under others: the old promise breaks, the new policy makes none."""
    fresh, codes = table(), sorted(set(table()["types"]))
    moved = {code: codes[(i + 1) % 24] for i, code in enumerate(codes) if i < 16}
    fresh["types"] = [moved.get(code, code) if i % 5 else code for i, code in enumerate(fresh["types"])]
    fresh.to_csv("fresh.csv", index=False)
    result = again()
    assert result.before["ece"]["low"] > 1.2 * result.after["ece"]["value"]
    assert result.before["auto_precision"]["high"] < SETTINGS["policy"]["target_precision"]
    assert result.before["auto_share"]["value"] > 0.5
    assert result.after["auto_share"]["value"] < 0.1


def test_reviews_that_the_model_learned_are_left_out(work):
    pd.concat([table(), table("labels.csv")]).to_csv("fresh.csv", index=False)
    result = again()
    card = json.loads((RUN / "model_card.json").read_text(encoding="utf-8"))
    assert result.fresh.n_learned == card["rows"]["train"] + card["rows"]["calibration"]
    assert len(result.fresh.reviews) == len(table()) - result.fresh.n_learned
    (RUN / "run.json").unlink()
    said = []
    assert again(say=said.append).fresh.n_learned == 0
    assert "what it learned is not known" in said[0]


def test_unknown_types_are_counted_and_measure_what_is_novel(work):
    fresh = table()
    fresh.loc[:19, "types"] = ["droid-lost"] * 15 + ["robot-rude"] * 5
    fresh.loc[20, "types"] += "|robot-rude"  # beside a type that the bundle knows, it tells nothing
    fresh.to_csv("fresh.csv", index=False)
    said = []
    result = again(say=said.append)
    assert dict(result.fresh.unknown) == {"droid-lost": 15, "robot-rude": 6}
    assert len(result.fresh.novel) == 20
    assert len(result.fresh.reviews) == len(fresh) - 20
    assert said[0].startswith("types that the bundle does not know: droid-lost (15), robot-rude (6); ")
    assert {"novel_caught", "novel_auto"} <= set(result.before) & set(result.after)
    assert "of 20 reviews of other types" in said[-2]
    kept = fresh.drop(range(20))
    kept.to_csv("fresh.csv", index=False)
    assert again().policy == result.policy


def test_a_code_that_was_renamed_since_is_understood(work):
    code = table()["types"][0]
    text = Path("taxonomy.yaml").read_text(encoding="utf-8")
    Path("taxonomy.yaml").write_text(text.replace(f"code: {code}\n", "code: brand-new-name\n"), encoding="utf-8")
    before = again(changes=["taxonomy=null"]).policy
    fresh = table()
    fresh["types"] = ["brand-new-name" if one == code else one for one in fresh["types"]]
    fresh.to_csv("fresh.csv", index=False)
    result = again()
    assert result.policy == before
    assert not result.fresh.unknown


def test_only_the_newest_count(work):
    result = again(latest=60)
    newest = table().sort_values("date", kind="stable").tail(60)["date"]
    assert len(result.fresh.reviews) == 60
    assert result.fresh.n_older == len(table()) - 60
    assert sorted(result.fresh.frame["date"].astype(str).str[:10])[0] == min(newest)[:10]
    with pytest.raises(ReviewmineError, match="--latest 0, expected at least 1"):
        again(latest=0)


@pytest.mark.parametrize("n", [49, 50])
def test_under_fifty_reviews_are_refused(work, n):
    table().head(n).to_csv("fresh.csv", index=False)
    if n == 50:
        assert len(again().fresh.reviews) == 50
        return
    with pytest.raises(
        ReviewmineError, match=r"fresh\.csv: 49 labelled reviews of known types .* expected at least 50"
    ):
        again()
    assert not OUT.exists()


def test_fifty_copies_are_one_review(work):
    fresh = table()
    fresh["comment"] = fresh["pros"] = fresh["cons"] = "Курьер опоздал на три дня и даже не извинился передо мной"
    fresh.to_csv("fresh.csv", index=False)
    with pytest.raises(ReviewmineError, match="1 labelled reviews of known types that are no near copies"):
        again()


def test_nothing_but_a_bundle_is_replaced(work):
    with pytest.raises(ReviewmineError, match="the output is also the input"):
        workflow.recalibrate(BUNDLE, "fresh.csv", BUNDLE / "../bundle", track=False)
    Path("notes").mkdir()
    Path("notes/plan.txt").write_text("не потерять", encoding="utf-8")
    with pytest.raises(ReviewmineError, match="notes: there is something else"):
        workflow.recalibrate(BUNDLE, "fresh.csv", "notes", track=False)
    assert Path("notes/plan.txt").exists()


def test_settings_are_asked_for_where_they_are_not(work):
    shutil.copytree(BUNDLE, "elsewhere/bundle")
    with pytest.raises(ReviewmineError, match=r"no settings, expected used\.yaml beside it"):
        workflow.recalibrate("elsewhere/bundle", "fresh.csv", OUT, track=False)
    with pytest.raises(ReviewmineError, match="settings of 'other', expected those of 'small'"):
        again(changes=["name=other"])
    result = workflow.recalibrate("elsewhere/bundle", "fresh.csv", OUT, experiment="x.yaml", track=False)
    assert result.policy == again().policy


def test_the_command_exits_with_one_below_a_gate_and_two_on_bad_input(work, monkeypatch, capsys):
    def code(*arguments):
        monkeypatch.setattr(
            sys, "argv", ["reviewmine", "recalibrate", str(BUNDLE), *arguments, "-o", str(OUT), "--no-track"]
        )
        try:
            main()
        except SystemExit as stop:
            return stop.code or 0
        return 0

    assert code("fresh.csv") == 0
    assert "recalibrate: " in capsys.readouterr().out
    assert code("fresh.csv", "--set", "gates={micro_f1: 0.99}") == 1
    out, err = capsys.readouterr()
    assert "gate failed: micro_f1 is 0." in out
    assert "train anew" in err
    assert code("nowhere.csv") == 2
    assert "nowhere.csv" in capsys.readouterr().err


def test_it_is_a_version_of_the_same_model_that_can_be_promoted(work):
    workflow.promote("small")
    result = workflow.recalibrate(BUNDLE, "fresh.csv", OUT)
    assert result.run
    challenger = version_at(MODEL, "challenger")
    assert (challenger.number, challenger.bundle_sha256) == ("2", result.bundle_sha256)
    client = open_mlflow().MlflowClient()
    version, run = client.get_model_version(MODEL, "2"), client.get_run(result.run.run_id)
    for tags in (version.tags, run.data.tags):
        assert tags["parent_bundle_sha256"] == result.parent_sha256
    assert run.data.metrics["ece"] == result.after["ece"]["value"]
    assert run.data.metrics["baseline_parent_ece_high"] == result.before["ece"]["high"]
    assert f"- {result.told[1]}" in version.description
    promotion = workflow.promote("small")
    assert promotion.n_rows == len(table())
    assert "under a policy that it did not fit" in promotion.how
    assert version_at(MODEL, "champion").number == "2"
    with pytest.raises(ReviewmineError, match=r"no settings among the artifacts; name a run of `reviewmine train`"):
        workflow.replay(result.run.run_id)


def test_a_version_below_its_gates_is_logged_and_not_registered(work):
    result = workflow.recalibrate(BUNDLE, "fresh.csv", OUT, changes=["gates={ece: 0.0001, oos_auroc: 0.99}"])
    assert result.run.model_version == ""
    assert version_at(MODEL, "challenger").number == "1"
    with pytest.raises(GateError, match=r"ece is 0\.\d+, the gate is at most 0\.0001; the weights may be out of date"):
        result.check()


def test_nothing_logged_is_a_text_or_a_folder_of_this_machine(work):
    workflow.recalibrate(BUNDLE, "fresh.csv", OUT)
    texts = [text.encode() for text in table()["comment"] if len(text) > 40]
    here = f"{Path.cwd()}{os.sep}".encode()
    for path in [*Path("experiments").rglob("*"), *OUT.iterdir()]:
        if path.is_file():
            content = path.read_bytes()
            assert here not in content, path
            assert not [text for text in texts if text in content], path


def test_a_bundle_recalibrated_twice_knows_where_it_came_from(work):
    first = workflow.recalibrate(BUNDLE, "fresh.csv", RUN / "second", track=False)
    second = workflow.recalibrate(RUN / "second", "labels.csv", OUT, track=False)
    facts = json.loads((OUT / "manifest.json").read_text(encoding="utf-8"))["recalibrated"]
    assert (facts["parent"], facts["trained"]) == (first.bundle_sha256, bundle_sha256(BUNDLE))
    assert second.fresh.n_learned > 0  # found by way of the bundle that was trained
