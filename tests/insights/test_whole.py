"""The labels of the sample, told as insights: every part is there, segments and plans reach it, files lead to reviews."""

import json

import pandas as pd
import pytest

from conftest import ROOT
from reviewmine.corpus.read import read_reviews
from reviewmine.errors import ReviewmineError
from reviewmine.insights.plan import InsightsPlan, load_plan
from reviewmine.insights.run import find_insights
from reviewmine.taxonomy.model import load_taxonomy
from reviewmine.workflow import insights, make_digests, make_report


@pytest.fixture(scope="module")
def taxonomy():
    return load_taxonomy(ROOT / "data/taxonomies/marketplace-ru.yaml").to_json()


@pytest.fixture(scope="module")
def reviews():
    return read_reviews(ROOT / "data/sample/reviews.csv").reviews


@pytest.fixture(scope="module")
def scored(reviews, taxonomy):
    kinds = {kind["code"]: kind for kind in taxonomy["types"]}
    first = [kinds[cell.split("|")[0]] for cell in reviews["types"]]
    return pd.DataFrame(
        {
            "id": reviews["id"],
            "kind": [kind["kind"] for kind in first],
            "types": reviews["types"],
            "probability": 1.0,
            "action": "labelled",
            "owner": [kind["owner"] for kind in first],
        }
    )


@pytest.fixture(scope="module")
def found(scored, reviews, taxonomy):
    return find_insights(scored, reviews, taxonomy, {}, "Выборка")


def test_every_part_tells_something(found, taxonomy, scored):
    told = found.summary
    pains = [row for row in told["types"] if row["kind"] == "complaint"]
    assert all(0 <= row["priority"]["value"] <= 100 for row in pains)
    assert sum(row["priority"]["value"] > 10 for row in pains) > 20
    assert {row["priority"] for row in told["types"] if row["kind"] != "complaint"} == {None}
    assert sum(row["impact"] is not None for row in pains) > 50
    assert [stage["stage"] for stage in told["journey"]["stages"]] == taxonomy["stages"]
    assert told["scores"]["overall"]["n"] == told["n_reviews"] == len(scored)
    assert len(told["traffic"]["rows"]) == len(taxonomy["owners"])
    assert told["alerts"]["to"] == told["profile"]["dates"]["last"]
    assert len(told["weekly"]["weeks"]) == 13
    for row in told["types"]:
        assert row["reach"]["reviews"] == row["n"] >= len(row["review_ids"]) > 0
        assert set(row["review_ids"]) <= set(found.mentions.loc[found.mentions["code"] == row["code"], "review_id"])
    json.dumps(told, allow_nan=False)


def test_a_segment_is_told_as_if_it_came_alone(found, scored, reviews, taxonomy):
    part = find_insights(scored, reviews, taxonomy, {}, "Выборка", where="channel=app").summary
    kept = reviews["channel"] == "app"
    alone = find_insights(scored[kept], reviews[kept], taxonomy, {}, "Выборка").summary
    assert part == alone | {"where": "channel=app"}
    assert part["n_reviews"] < found.summary["n_reviews"]


def test_a_plan_reaches_its_parts(scored, reviews, taxonomy, tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(
        "alerts: {period: week, fdr: 0.05}\nscores: {by: [group]}\ntraffic: {process: stage}\n"
        "journey: {expectation: {ждал: 4.5}}\n",
        encoding="utf-8",
    )
    told = find_insights(scored, reviews, taxonomy, {}, plan=load_plan(path)).summary
    assert (told["alerts"]["period"], told["alerts"]["fdr"]) == ("week", 0.05)
    assert list(told["scores"]["by"]) == ["group"]
    assert [row["process"] for row in told["traffic"]["rows"]] == taxonomy["stages"]
    waited = next(stage for stage in told["journey"]["stages"] if stage["stage"] == "ждал")
    assert waited["expectation"]["value"] == 4.5
    assert load_plan(None) == InsightsPlan()


def test_a_plan_with_an_unknown_key(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("alerts: {colour: red}\n", encoding="utf-8")
    with pytest.raises(
        ReviewmineError, match=r"plan\.yaml, alerts: unknown key 'colour', expected one of closed, days_off"
    ):
        load_plan(path)


def test_files_lead_to_the_reviews(scored, reviews, taxonomy, tmp_path):
    said = []
    compare = ("channel", "app", "site")
    made = {"command": "reviewmine insights scored.csv -o out"}
    told = insights(scored, reviews, taxonomy, {}, tmp_path, compare=compare, made=made, say=said.append)
    assert json.loads((tmp_path / "insights.json").read_text(encoding="utf-8")) == told
    assert json.loads((tmp_path / "alerts.json").read_text(encoding="utf-8")) == told["alerts"]
    bodies = (tmp_path / "webhooks.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(body)["id"] for body in bodies] == [alert["id"] for alert in told["alerts"]["alerts"]]
    listed = pd.read_csv(tmp_path / "mentions.csv", dtype=str)
    assert listed["code"].value_counts().to_dict() == {row["code"]: row["n"] for row in told["types"]}
    assert (told["comparison"]["a"]["n"], told["comparison"]["b"]["n"]) == (850, 639)
    assert "open alerts" in said[0]
    make_report(tmp_path, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "reviewmine insights scored.csv -o out" in page
    make_digests(tmp_path, tmp_path / "digests")
    assert {path.stem for path in (tmp_path / "digests").glob("*.html")} == {*taxonomy["owners"], "index"}
