"""The answers are the router's, whatever the message; what is no message is refused in one line."""

import json

import pytest

from reviewmine.router import bundle_sha256
from reviewmine.serve import Limits

REVIEWS = [
    "Курьер опоздал на два дня",
    {"id": "7", "cons": "Чайник сломался, ручка треснула", "channel": "app", "rating": 1},
    {"id": 8, "pros": "Спасибо, отличный плед", "cons": None, "comment": 5},
    "",
    "👍👍",
    "\ud800 сломался",
    {"id": "\udfff", "text": "опоздал"},
    "опоздал " * 4_000,
]


def test_it_answers_as_the_router_does(service):
    plain = [json.loads(json.dumps(decision.to_json())) for decision in service.router().route_many(REVIEWS)]
    assert [service.ask("/route", review).json for review in REVIEWS] == plain
    assert service.ask("/route/batch", REVIEWS).json == plain
    assert service.ask("/route/batch", []).json == []


def test_a_long_batch_keeps_its_order(service):
    reviews = [{"id": str(i), "text": REVIEWS[i % 2] if i % 2 == 0 else "Спасибо"} for i in range(Limits().batch)]
    assert [answer["id"] for answer in service.ask("/route/batch", reviews).json] == [str(i) for i in range(1_000)]


def test_an_answer_names_the_bundle_that_gave_it(service):
    sha256 = bundle_sha256(service.bundle)
    for answer in (service.ask("/route", "Опоздал"), service.ask("/route/batch", ["Опоздал"]), service.ask("/readyz")):
        assert answer.headers["x-bundle-sha256"] == sha256
    model = service.ask("/model").json
    assert (model["bundle_sha256"], model["name"], model["types"]) == (sha256, "made-by-hand", 3)
    assert model["golden"] == len(service.router().bundle.golden)


@pytest.mark.parametrize(
    ("path", "data", "line"),
    [
        ("/route", {"id": "7", "text": {"a": 1}}, "review 7: text is dict, expected a text; send text"),
        ("/route", 5, "a review is int, expected a text or a mapping of fields; pass a str or a dict"),
        ("/route", None, "the body is not JSON in UTF-8 (Expecting value, line 1, column 1); fix it"),
        ("/route/batch", "Опоздал", "the body is str, expected a list of reviews; send one"),
        ("/route/batch", ["Опоздал", 5], "reviews[1]: a review is int, expected a text or a mapping of fields; "),
        ("/route/batch", ["а"] * 60 + [{"title": []}], "reviews[60]: title is list, expected a text; send text"),
        ("/route/batch", ["а"] * 1_001, "1001 reviews, expected up to 1000 a batch; send them in parts"),
    ],
)
def test_what_is_no_review_is_refused(service, path, data, line):
    answer = service.ask(path, data) if data is not None else service.ask(path, raw=b"")
    assert answer.status == (400 if data is None else 422)
    assert answer.error.startswith(line)


@pytest.mark.parametrize(
    "raw",
    [
        b"NaN",
        b'{"text": Infinity}',
        b"{",
        b'"\xff\xfe"',
        b"[" * 200_000,
        b'{"text": ' * 50_000 + b"1" + b"}" * 50_000,
        b"1" * 5_000,
        "\N{ZERO WIDTH NO-BREAK SPACE}{}".encode(),
        b'"a" "b"',
    ],
    ids=["NaN", "Infinity", "open", "not UTF-8", "deep", "deep objects", "giant number", "BOM", "two values"],
)
@pytest.mark.parametrize("path", ["/route", "/route/batch"])
def test_what_is_not_json_is_refused(service, path, raw):
    answer = service.ask(path, raw=raw)
    assert answer.status == 400
    assert answer.error.startswith("the body is not JSON in UTF-8 (")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
def test_a_body_must_say_that_it_is_json(service, kind):
    answer = service.ask("/route", "Опоздал", content_type=kind)
    assert (answer.status, answer.error) == (
        415,
        f"content-type is '{kind}', expected application/json; send JSON and say so",
    )
    assert service.ask("/route", "Опоздал", content_type="Application/JSON; charset=utf-8").status == 200


def test_other_paths_and_methods_are_answered_in_json(service):
    answer = service.ask("/nothing")
    assert (answer.status, answer.error.partition(",")[0]) == (404, "no such path")
    answer = service.ask("/route")
    assert (answer.status, answer.error) == (405, "method GET, expected POST; see /openapi.json")
    assert answer.headers["allow"] == "POST"
    assert [service.ask(path).status for path in ("/docs", "/redoc", "/route/", "/%2e%2e/etc/passwd")] == [404] * 4


def test_the_api_page_has_our_examples_and_shapes(service):
    page = service.ask("/openapi.json").json
    assert set(page["paths"]) == {"/route", "/route/batch", "/healthz", "/readyz", "/metrics", "/model"}
    body = page["paths"]["/route"]["post"]["requestBody"]["content"]["application/json"]
    (example,) = body["examples"].values()
    assert service.ask("/route", example["value"]).status == 200
    answered = page["components"]["schemas"]["Decision"]
    assert set(answered["required"]) == set(service.ask("/route", example["value"]).json)
    assert {"400", "401", "408", "413", "415", "422", "503"} < set(page["paths"]["/route"]["post"]["responses"])


def test_an_error_inside_is_answered_in_json_and_logged_without_the_text(service, log, monkeypatch):
    def broken(self, review):
        raise RuntimeError(f"cannot take {review}")

    for name in ("route", "route_many"):
        monkeypatch.setattr(f"reviewmine.router.Router.{name}", broken)
    answer = service.ask("/route", "Секретный отзыв")
    assert (answer.status, answer.error) == (500, "internal error; the log has its place")
    (line,) = [record.msg for record in log if record.msg["event"] == "request"]
    assert (line["status"], line["error"]) == (500, "RuntimeError")
    assert line["place"].startswith("test_route.py:")
    assert "Секретный" not in str(line)
