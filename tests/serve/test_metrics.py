"""What is counted and what is logged: every request, every decision, no word of a review."""

import json
import logging
import re

from reviewmine.router import bundle_sha256
from reviewmine.serve.log import JsonLines
from serve.conftest import running

REVIEWS = ["Курьер опоздал", "Спасибо, отличный плед", "zzz qqq", {"id": "7" * 100, "cons": "Сломался и треснул"}]


def figures(page: bytes, name: str) -> dict[tuple[str, ...], float]:
    """Return the figures of a family by the values of their labels."""
    found = re.findall(rf"^{name}{{(.*)}} (\S+)$", page.decode(), flags=re.MULTILINE)
    return {tuple(re.findall(r'"([^"]*)"', labels)): float(value) for labels, value in found}


def test_decisions_are_counted_by_type_and_action(written):
    with running(written) as service:
        decisions = service.router().route_many(REVIEWS)
        for review in REVIEWS:
            service.ask("/route", review)
        service.ask("/route/batch", REVIEWS)
        service.ask("/route", 5)
        service.ask("/nothing")
        page = service.ask("/metrics")
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    counted = figures(page.body, "reviewmine_decisions_total")
    for decision in decisions:
        key = (decision.action, decision.types[0].code)
        same = [other for other in decisions if (other.action, other.types[0].code) == key]
        assert counted[key] == 2 * len(same)
    assert sum(counted.values()) == 2 * len(REVIEWS)
    human = sum(value for (action, _), value in counted.items() if action == "human")
    assert human == 2 * sum(decision.action == "human" for decision in decisions) > 0
    assert figures(page.body, "reviewmine_requests_total") == {
        ("/route", "200"): 4,
        ("/route", "422"): 1,
        ("/route/batch", "200"): 1,
        ("other", "404"): 1,
    }
    assert figures(page.body, "reviewmine_request_seconds_count")[("/route",)] == 5
    assert figures(page.body, "reviewmine_bundle_info") == {(bundle_sha256(written), "made-by-hand"): 1}
    assert figures(page.body, "reviewmine_bundle_loads_total") == {("ok",): 1}


def test_a_request_is_logged_without_its_text(service, log):
    for path, data in (("/route", REVIEWS[3]), ("/route/batch", REVIEWS), ("/route", {"id": "9", "text": ["тайна"]})):
        service.ask(path, data)
    service.ask("/тайна".encode().decode("latin-1").encode("unicode_escape").decode().replace("\\", "%"))
    service.ask("/healthz")
    lines = [record.msg for record in log]
    assert [(line["path"], line["status"]) for line in lines] == [
        ("/route", 200),
        ("/route/batch", 200),
        ("/route", 422),
        ("other", 404),
    ]
    decision = service.router().route(REVIEWS[3])
    assert lines[0].items() >= {"id": "7" * 64, "action": decision.action, "type": "017"}.items()
    assert lines[0]["ms"] > 0
    assert lines[1]["reviews"] == len(REVIEWS)
    written = " ".join(JsonLines().format(record) for record in log)
    assert [word for word in ("Сломался", "треснул", "опоздал", "плед", "тайна") if word in written] == []


def test_a_log_line_is_one_json_object():
    try:
        raise ValueError("отзыв:\nсломался")
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("uvicorn", logging.ERROR, "", 1, "%s failed\nbadly", ("it",), info)
    line = JsonLines().format(record)
    assert "\n" not in line
    facts = json.loads(line)
    assert (facts["level"], facts["event"], facts["error"]) == ("error", "it failed\nbadly", "ValueError")
    assert facts["place"].startswith("test_metrics.py:")
    assert "сломался" not in facts.values()
