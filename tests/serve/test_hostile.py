"""Requests made from the service's own API page, valid and broken: always an answer of the page, never a 5xx."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

pytestmark = pytest.mark.slow
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
MODES = schemathesis.GenerationMode


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("/route", MODES.POSITIVE),
        ("/route", MODES.NEGATIVE),
        ("/route/batch", MODES.POSITIVE),
        ("/route/batch", MODES.NEGATIVE),
    ],
)
def test_every_answer_is_one_of_the_page(service, path, mode):
    page = schemathesis.openapi.from_url(f"http://127.0.0.1:{service.port}/openapi.json")
    statuses = set()

    @given(st.data())
    @settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def send(data):
        case = data.draw(page[path]["POST"].as_strategy(generation_mode=mode))
        response = case.call(timeout=30)
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    send()
    assert statuses & ({200} if mode is MODES.POSITIVE else {400, 415, 422})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/model", "/metrics"])
def test_what_takes_nothing_answers_as_its_page_says(service, path):
    page = schemathesis.openapi.from_url(f"http://127.0.0.1:{service.port}/openapi.json")
    case = page[path]["GET"].Case()
    case.validate_response(case.call(timeout=30), checks=CHECKS)


# any JSON that a client could send, also such as the API page does not allow
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    LEAVES | st.text(st.characters(codec=None)), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)
FIELDS = st.sampled_from(["id", "pros", "cons", "comment", "title", "text", "rating", "channel", "date"])


@given(VALUES | st.dictionaries(FIELDS, VALUES))
@settings(max_examples=200, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_any_json_is_answered_or_refused(service, value):
    for path, data in (("/route", value), ("/route/batch", [value])):
        answer = service.ask(path, raw=json.dumps(data).encode())
        assert answer.status in {200, 422}, answer.body
        assert answer.json
