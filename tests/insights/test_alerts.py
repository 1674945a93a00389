"""One issue is one alert, from the day it opens to the day it is closed, with what a person needs to act on it."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

from reviewmine.insights.alerts import alert_history, find_alerts
from reviewmine.insights.alerts_plan import AlertsPlan
from reviewmine.insights.escalation import SCHEMA, EscalationPlan, severity, webhook_body
from reviewmine.insights.mentions import Mentions

N_DAYS, START, LENGTH = 52 * 7, 300, 12
BASE = N_DAYS * 60
FIRST = np.datetime64("2025-01-06")
CODES = ("courier-rude", "delivery-late", "thanks")
TAXONOMY = {
    "types": [
        {
            "code": "delivery-late",
            "title": "Опоздание доставки",
            "kind": "complaint",
            "owner": "logistics",
            "severity": 4,
        },
        {"code": "courier-rude", "title": "Грубый курьер", "kind": "complaint", "owner": "logistics"},
        {"code": "thanks", "title": "Спасибо", "kind": "gratitude", "owner": "care"},
    ],
    "owners": {"logistics": {"title": "Логистика"}, "care": {"title": "Забота"}},
}
LATE = "Курьер опоздал на три часа, звонил с 8 900 000-12-34, {} раз за неделю жду заказ"


def day(number):
    return str(FIRST + number)


def given(more=120, channel=None, seed=1, code=1):
    """Return a year of 60 reviews a day, 6 of each type, and ``more`` of one type in ``LENGTH`` days from ``START`` on."""
    rng = np.random.default_rng(seed)
    when = np.concatenate([rng.integers(0, N_DAYS, BASE), START + np.arange(more) % LENGTH])
    kind = np.concatenate([rng.integers(0, 10, BASE), np.full(more, code)])
    channels = rng.choice(["app", "site", "shop"], BASE + more).astype(object)
    if channel:
        channels[BASE:] = channel
    reviews = pd.DataFrame(
        {
            "id": [f"r{i:05}" for i in range(BASE + more)],
            "date": pd.Series(FIRST + when).astype("datetime64[us]") + pd.Timedelta(hours=9),
            "rating": 1.0,
            "text": [LATE.format(i) for i in range(BASE + more)],
            "channel": channels,
        }
    )
    typed = np.flatnonzero(kind < len(CODES))
    return Mentions(reviews, CODES, typed, kind[typed], np.ones(len(typed)), np.where(typed < BASE, 0.5, 0.9))


QUICK = AlertsPlan(fdr=1e-4)  # nothing but the surge, whatever the seed


def alerts_at(number, mentions=None, plan=QUICK, **more):
    until = date.fromisoformat(day(number))
    return find_alerts(mentions or given(), TAXONOMY, plan, until=until, **more)


@pytest.fixture(scope="module")
def lasting():
    return alerts_at(START + 4)


def test_an_alert_says_what_how_much_and_whose(lasting):
    assert lasting["n_tested"] == 4 * 3 * 6  # all reviews and three channels, three types, six windows
    assert lasting["from"] == "2025-03-10"
    assert lasting["to"] == day(START + 4)
    (alert,) = lasting["alerts"]
    assert (alert["code"], alert["title"], alert["segment"]) == ("delivery-late", "Опоздание доставки", None)
    assert (alert["owner"], alert["owner_title"], alert["kind"]) == ("logistics", "Логистика", "complaint")
    assert alert["last"] == day(START + 4)
    assert day(START - 3) <= alert["since"] <= day(START + 1)
    assert alert["ratio"]["low"] < alert["ratio"]["value"] < alert["ratio"]["high"]
    assert alert["ratio"]["value"] == pytest.approx(alert["observed"] / alert["expected"], abs=1e-3)
    assert alert["p"] < alert["q"] <= 1e-4
    assert sum(row["observed"] for row in alert["history"] if row["start"] >= alert["since"]) == alert["observed"]
    assert all(row["expected"] < row["high"] for row in alert["history"])
    assert json.loads(json.dumps(lasting, allow_nan=False)) == lasting


def test_evidence_is_reviews_of_the_type_in_those_days(lasting):
    (alert,) = lasting["alerts"]
    assert alert["n_evidence"] == alert["observed"]
    assert len(alert["evidence"]) == min(50, alert["n_evidence"])
    assert alert["evidence"][0] >= f"r{BASE:05}"  # the surest first
    assert alert["quotes"]
    assert all("8 900" not in str(quote) for quote in alert["quotes"])
    assert "[телефон]" in str(alert["quotes"])


def test_quotes_are_at_the_spans_of_the_evidence():
    spans = {(f"r{i:05}", "delivery-late"): [("text", 0, 14)] for i in range(BASE + 120)}
    (alert,) = alerts_at(START + 4, evidence=spans)["alerts"]
    assert alert["quotes"][0]["text"] == "Курьер опоздал"


def test_one_issue_is_one_alert_from_day_to_day():
    mentions = given()
    states, ids = {}, set()
    for number in [*range(START - 1, START + 3), *range(START + 3, START + LENGTH + 45, 4)]:
        listed = alerts_at(number, mentions)["alerts"]
        assert len(listed) <= 1
        if listed:
            states.setdefault(listed[0]["state"], number)
            ids.add(listed[0]["id"])
    assert len(ids) == 1
    assert next(iter(states)) == "opened"
    assert list(states)[-2:] == ["easing", "closed"]
    assert START <= states["opened"] <= START + 4
    assert START + LENGTH < states["closed"] <= START + LENGTH + 24
    assert alerts_at(START + LENGTH + 60, mentions)["alerts"] == []


def test_what_grows_says_so():
    mentions = given(0)
    more = np.repeat(START + np.arange(12), 5 * np.arange(1, 13))
    extra = pd.DataFrame(
        {
            "id": [f"x{i}" for i in range(len(more))],
            "date": pd.Series(FIRST + more).astype("datetime64[us]"),
            "rating": 1.0,
            "text": "Опять ждал курьера весь день",
            "channel": "app",
        }
    )
    n = len(mentions.reviews)
    grown = Mentions(
        pd.concat([mentions.reviews, extra], ignore_index=True),
        CODES,
        np.append(mentions.review, n + np.arange(len(more))),
        np.append(mentions.type, np.full(len(more), 1)),
        np.ones(len(mentions.type) + len(more)),
        np.ones(len(mentions.type) + len(more)),
    )
    assert [one["state"] for one in alerts_at(START + 9, grown)["alerts"]] == ["growing"]


def test_a_surge_of_one_segment_names_it():
    (alert,) = alerts_at(START + 5, given(60, "app"))["alerts"]
    told = [alert["segment"], *({k: one[k] for k in ("column", "value")} for one in alert["drivers"])]
    assert {"column": "channel", "value": "app"} in told
    assert {"column": "channel", "value": "shop"} not in told


def test_a_segment_alone_is_an_alert_of_that_segment():
    mentions = given(0)
    day_of = mentions.reviews["date"].to_numpy().astype("datetime64[D]")
    moved = (day_of >= FIRST + START) & (day_of < FIRST + START + LENGTH)
    late = np.isin(np.arange(len(day_of)), mentions.review[mentions.type == 1])
    channel = mentions.reviews["channel"].mask(moved & late, "app")  # as many as ever, all in one channel
    shifted = replace(mentions, reviews=mentions.reviews.assign(channel=channel))
    (alert,) = alerts_at(START + 8, shifted)["alerts"]
    assert alert["segment"] == {"column": "channel", "value": "app"}
    assert "--where channel=app" in alert["command"]
    ids = set(shifted.reviews["id"][channel == "app"])
    assert set(alert["evidence"]) <= ids


def test_the_order_of_rows_changes_nothing(lasting):
    mentions = given()
    order = np.random.default_rng(8).permutation(len(mentions.reviews))
    reviews = mentions.reviews.iloc[order].reset_index(drop=True)
    shuffled = replace(mentions, reviews=reviews, review=np.argsort(order)[mentions.review])
    assert alerts_at(START + 4, shuffled) == lasting


def test_half_weights_are_half_mentions(lasting):
    mentions = given()
    halved = Mentions(
        mentions.reviews,
        CODES,
        np.repeat(mentions.review, 2),
        np.repeat(mentions.type, 2),
        np.full(2 * len(mentions.type), 0.5),
        np.repeat(mentions.probability, 2),
    )
    assert alerts_at(START + 4, halved)["alerts"][0]["observed"] == lasting["alerts"][0]["observed"]
    assert alerts_at(START + 4, halved)["alerts"][0]["n_evidence"] == lasting["alerts"][0]["n_evidence"]


def test_by_weeks():
    mentions = given(160)
    plan = AlertsPlan(period="week", fdr=1e-4, segments=())
    (alert,) = alerts_at(START + 7, mentions, plan)["alerts"]
    assert pd.Timestamp(alert["since"]).day_name() == "Monday"
    assert alert["code"] == "delivery-late"


def test_the_history_keeps_what_is_over():
    told = alert_history(given(), QUICK)
    assert [(one["code"], one["state"]) for one in told] == [("delivery-late", "closed")]


def test_nothing_dated_and_a_short_past():
    mentions = given()
    bare = replace(mentions, reviews=mentions.reviews.assign(date=pd.NaT))
    empty = {"period": "day", "from": "", "to": "", "n_tested": 0, "fdr": 0.01, "alerts": []}
    assert find_alerts(bare, TAXONOMY) == empty
    assert alerts_at(40, plan=AlertsPlan()) == empty


def test_without_a_type_nothing_is_tested():
    mentions = given(0)
    none = replace(mentions, review=mentions.review[:0], type=mentions.type[:0], weight=mentions.weight[:0])
    assert find_alerts(replace(none, probability=none.weight), TAXONOMY)["n_tested"] == 0


def test_the_documented_plan_is_the_default_and_the_documented_body_is_sent(lasting):
    text = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    said = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, flags=re.DOTALL)[1])
    plan = AlertsPlan.model_validate(said["alerts"])
    usual = AlertsPlan()
    assert (plan.lengths, plan.quiet_periods, plan.closed_periods) == (
        usual.lengths,
        usual.quiet_periods,
        usual.closed_periods,
    )
    named = {"windows", "quiet", "closed", "days_off"}
    assert plan.model_dump(exclude=named) == usual.model_dump(exclude=named)
    assert EscalationPlan.model_validate(said["escalation"]).default == EscalationPlan().default
    body = json.loads(re.search(r"```json\n(.*?)```", text, flags=re.DOTALL)[1])
    assert list(body) == list(webhook_body(lasting["alerts"][0]))
    keys = set(re.findall(r"`(\w+)`", re.search(r"\| key \|(.*?)\n\n", text, flags=re.DOTALL)[1]))
    assert set(lasting["alerts"][0]) <= keys


@pytest.mark.parametrize(
    ("kind", "own", "ratio", "excess", "level"),
    [
        ("complaint", None, 1.6, 10, 1),
        ("complaint", 3, 2.5, 30, 2),
        ("complaint", 1, 2.5, 30, 1),
        ("complaint", 4, 5.0, 30, 3),
        ("complaint", 3, 5.0, 200, 3),
        ("suggestion", 5, 50.0, 999, 1),
    ],
)
def test_severity(kind, own, ratio, excess, level):
    assert severity(kind, own, ratio, excess) == level


PLAN = EscalationPlan.model_validate(
    {
        "default": {1: [{"after_hours": 8}], 2: [{"to": "{owner_title}"}]},
        "owners": {"logistics": {2: [{"to": "дежурный", "by": "phone"}, {"after_hours": 3, "to": "{owner}"}]}},
    }
)


def test_the_plan_of_an_owner_comes_before_the_default(lasting):
    (alert,) = alerts_at(START + 4, escalation=PLAN)["alerts"]
    assert alert["severity"] == 2
    assert alert["escalation"] == [
        {"after_hours": 0, "to": "дежурный", "by": "phone"},
        {"after_hours": 3, "to": "logistics", "by": "email"},
    ]
    (praise,) = alerts_at(START + 4, given(code=2), escalation=PLAN)["alerts"]
    assert (praise["severity"], praise["escalation"]) == (1, [{"after_hours": 8, "to": "Забота", "by": "email"}])


@pytest.mark.parametrize(
    ("plan", "data", "words"),
    [
        (EscalationPlan, {"default": {2: [{"after_hours": 5}, {"after_hours": 1}]}}, "must not fall"),
        (EscalationPlan, {"default": {4: []}}, "1, 2 or 3"),
        (EscalationPlan, {"default": {1: [{"whom": "x"}]}}, "not permitted"),
        (AlertsPlan, {"windows": [7, 7]}, "stands twice"),
        (AlertsPlan, {"fdr": 0}, "greater than 0"),
        (AlertsPlan, {"holidays": "FR"}, "'RU' or 'none'"),
        (AlertsPlan, {"window": [7]}, "not permitted"),
    ],
)
def test_a_plan_that_is_none(plan, data, words):
    with pytest.raises(ValidationError, match=words):
        plan.model_validate(data)


def test_the_body_of_a_webhook_is_small_and_has_no_personal_data():
    (alert,) = alerts_at(START + 4, mask=False)["alerts"]
    assert "8 900" in str(alert["quotes"])
    body = webhook_body(alert)
    assert body["schema"] == SCHEMA == "reviewmine.alert/1"
    assert (body["id"], body["severity"], body["owner"]) == (alert["id"], 2, "logistics")
    assert len(body["evidence"]) == 10
    assert len(body["quotes"]) <= 2
    shown = json.dumps(body, ensure_ascii=False)
    assert "8 900" not in shown
    assert "[телефон]" in shown
    assert len(shown) < 4000
