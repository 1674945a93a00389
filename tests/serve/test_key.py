"""Beyond loopback a key is needed; with one, only who shows it is answered."""

import os
from pathlib import Path

import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.serve import serve
from serve.conftest import running

KEY = "ключ-7f3a"


@pytest.fixture(scope="module")
def locked(written):
    with running(written, key=KEY) as service:
        yield service


@pytest.mark.parametrize("path", ["/route", "/route/batch", "/model", "/metrics", "/openapi.json", "/nothing"])
@pytest.mark.parametrize("shown", [{}, {"x_api_key": "wrong"}, {"authorization": "Basic abc"}, {"x_api_key": ""}])
def test_without_the_key_nothing_is_told(locked, path, shown):
    answer = locked.ask(path, **shown)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.error == "no valid key, expected the header X-API-Key, or Authorization: Bearer; send it"


def test_both_headers_take_the_key_and_probes_need_none(locked):
    key = KEY.encode().decode("latin-1")
    assert locked.ask("/route", "Опоздал", x_api_key=key).status == 200
    assert locked.ask("/route", "Опоздал", authorization=f"bearer {key}").status == 200
    assert [locked.ask(path).status for path in ("/healthz", "/readyz")] == [200, 200]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "shop.example"])
@pytest.mark.parametrize("key", [None, "", "  "])
def test_it_does_not_start_exposed_without_a_key(written, monkeypatch, host, key):
    monkeypatch.delenv("REVIEWMINE_API_KEY", raising=False)
    if key is not None:
        monkeypatch.setenv("REVIEWMINE_API_KEY", key)
    with pytest.raises(ReviewmineError, match="REVIEWMINE_API_KEY is not set, expected a key that clients must show"):
        serve(Path(written), host, 0)
    assert "REVIEWMINE_BUNDLE" not in os.environ
