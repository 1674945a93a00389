"""Renaming by a model: a real server, a short answer is a name, anything else changes nothing."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from reviewmine.discover.rename import rename_topics
from reviewmine.errors import ReviewmineError
from reviewmine.settings import Discover, Rename

NAMES, CODES = ["Курьер опоздал", "Без чека", "Коробка"], ["topic-01", "topic-02", "topic-03"]
WORDS = [["курьер", "опоздать"], ["чек"], ["коробка"]]
EVIDENCE = [
    {"topic": "topic-01", "role": "central", "text": "курьер [имя] опоздал на час"},
    {"topic": "topic-01", "role": "counter", "text": "чужое высказывание"},
    {"topic": "topic-02", "role": "central", "text": "а" * 5000},
]


@pytest.fixture
def endpoint():
    """Return a server whose answers a test sets, and the requests it got."""
    asked, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, self.headers.get("Authorization"), body))
            status, text = answers[min(len(asked), len(answers)) - 1]
            data = (
                text if isinstance(text, bytes) else json.dumps({"choices": [{"message": {"content": text}}]}).encode()
            )
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", asked, answers
    server.shutdown()
    server.server_close()
    thread.join()


def ask(url, **other):
    return rename_topics(NAMES, CODES, WORDS, EVIDENCE, Rename(url=url, model="m", timeout=5, **other))


def test_it_is_off_by_default():
    assert Discover().rename is None


def test_short_answers_become_names(endpoint, monkeypatch):
    url, asked, answers = endpoint
    answers[:] = [(200, "«Опоздание доставки»."), (200, "чек не положили"), (200, "Мятая коробка")]
    monkeypatch.setenv("MY_KEY", "secret")
    got = ask(url, key="MY_KEY")
    assert (got.names, got.n, got.problem) == (["Опоздание доставки", "Чек не положили", "Мятая коробка"], 3, "")
    assert {(path, key, body["model"]) for path, key, body in asked} == {("/v1/chat/completions", "Bearer secret", "m")}
    sent = [body["messages"][1]["content"] for *_, body in asked]
    assert "курьер [имя] опоздал на час" in sent[0]
    assert "чужое" not in sent[0]
    assert max(map(len, sent)) < 1000


def test_without_a_key_none_is_sent(endpoint, monkeypatch):
    url, asked, answers = endpoint
    monkeypatch.delenv("REVIEWMINE_RENAME_KEY", raising=False)
    answers[:] = [(200, "Имя")]
    ask(url)
    assert {key for _, key, _ in asked} == {None}


@pytest.mark.parametrize(
    "answer", ["", "две\nстроки", "слово " * 9, "а" * 90, "<script>alert(1)</script>", "Без чека", "=1+1"]
)
def test_what_is_no_name_changes_nothing(endpoint, answer):
    url, _, answers = endpoint
    answers[:] = [(200, answer)]
    assert ask(url).names == NAMES


@pytest.mark.parametrize(
    "answer", [(500, "x"), (302, "x"), (200, b"no json"), (200, b'{"choices": []}'), (200, b"[1]")]
)
def test_a_failing_endpoint_is_left_alone(endpoint, answer):
    url, asked, answers = endpoint
    answers[:] = [answer]
    got = ask(url)
    assert (got.names, got.n, len(asked)) == (NAMES, 0, 2)
    assert got.problem.endswith("at topic-02")


def test_nobody_listens():
    got = ask("http://127.0.0.1:9/v1")
    assert got.names == NAMES
    assert "topic-02" in got.problem


def test_only_http():
    with pytest.raises(ReviewmineError, match=r"discover\.rename\.url: the address 'file:///etc'.*expected http"):
        ask("file:///etc")
