"""The service over real HTTP on loopback: the router's answers, bounds, and errors in one line."""

import http.client
import json
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest

from conftest import trained_bundle
from reviewmine.router import Router, bundle_sha256
from reviewmine.serve import MAX_BATCH, make_app


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A running service; return its address and its bundle."""
    import uvicorn

    bundle = trained_bundle(tmp_path_factory.mktemp("served"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(make_app(bundle), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}", bundle
    server.should_exit = True
    thread.join(10)


def ask(url: str, data: object = None) -> tuple[int, object]:
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_it_answers_as_the_router_does(served):
    url, bundle = served
    router = Router.load(bundle)
    reviews = ["Курьер опоздал на два дня", {"id": "7", "cons": "не дозвониться", "channel": "app"}, "", "\ud800 👍"]
    plain = [json.loads(json.dumps(decision.to_json())) for decision in router.route_many(reviews)]
    assert ask(f"{url}/route/batch", reviews) == (200, plain)
    assert [ask(f"{url}/route", review)[1] for review in reviews] == plain


def test_it_says_which_bundle_answers(served):
    url, bundle = served
    status, model = ask(f"{url}/model")
    assert (status, model["bundle_sha256"]) == (200, bundle_sha256(bundle))
    assert ask(f"{url}/healthz") == (200, {"status": "ok"})


def test_bad_input_is_refused_in_one_line(served):
    url, _ = served
    status, answer = ask(f"{url}/route", {"id": "7", "text": {"a": 1}})
    assert (status, answer["error"]) == (422, "review 7: text is dict, expected a text; send text")
    assert ask(f"{url}/route", 5)[0] == 422
    status, answer = ask(f"{url}/route/batch", ["а"] * (MAX_BATCH + 1))
    assert (status, answer["error"]) == (422, "1001 reviews, expected up to 1000 a batch; send them in parts")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(served):
    address = served[0].removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.putrequest("POST", "/route")
    connection.putheader("Content-Length", "9000000")
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert json.load(answer)["error"].startswith("content-length is 9000000, expected up to ")
