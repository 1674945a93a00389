"""Services over a small bundle made by hand, on loopback, and what asks them."""

import contextlib
import http.client
import json
import logging
import socket
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from reviewmine.router import Router, write_bundle
from reviewmine.serve import make_app
from router.conftest import bundle as bundle  # a fixture, used by name


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> object:
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)

    @property
    def error(self) -> str:
        assert set(self.json) == {"error"}
        assert "\n" not in self.json["error"]
        return self.json["error"]


@dataclass(frozen=True)
class Service:
    port: int
    bundle: Path

    def ask(self, path: str, data: object = None, *, raw: bytes | None = None, method: str = "", **headers) -> Answer:
        body = raw if raw is not None else None if data is None else json.dumps(data).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent = {"content-type": "application/json"} | sent
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method or ("GET" if body is None else "POST"), path, body, sent)
        response = connection.getresponse()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        connection.close()
        return answer

    def router(self) -> Router:
        return Router.load(self.bundle)

    def socket(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)


@contextlib.contextmanager
def running(bundle: Path, **options):
    """Run a service in a thread, as ``serve`` would in a process."""
    import uvicorn

    from reviewmine.serve.protocol import Bounded

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(make_app(bundle, **options), port=port, http=Bounded, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield Service(port, bundle)
    server.should_exit = True
    thread.join(30)


@pytest.fixture(scope="session")
def written(bundle, tmp_path_factory) -> Path:
    """The folder of the bundle; tests that change it copy it first."""
    path = tmp_path_factory.mktemp("served") / "bundle"
    write_bundle(path, replace(bundle, manifest={**bundle.manifest, "name": "made-by-hand"}))
    return path


@pytest.fixture(scope="session")
def service(written):
    with running(written) as service:
        yield service


@pytest.fixture
def log():
    """The records of the service, as they are made."""
    records: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record):
            records.append(record)

    logger, handler = logging.getLogger("reviewmine.serve"), Keep()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield records
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def until(true, seconds: float = 30.0):
    """Return what ``true()`` gives once it is true."""
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        found = true()
        if found:
            return found
        time.sleep(0.02)
    return pytest.fail("it did not come true")
