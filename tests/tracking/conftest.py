"""One tracked training run that several tests look at, and a real MLflow server on loopback."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reviewmine import workflow
from tracking.small import make_small


@pytest.fixture(scope="session")
def tracked_folder(tmp_path_factory):
    """A folder in which the small experiment was trained and tracked once; tests must not change it."""
    folder = make_small(tmp_path_factory.mktemp("tracked") / "work")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        workflow.train("x.yaml", summary=Path("summary.md"))
    return folder


@pytest.fixture
def tracked(tracked_folder, tmp_path, monkeypatch):
    """A copy of the tracked folder elsewhere, entered: a store that was moved still works."""
    folder = shutil.copytree(tracked_folder, tmp_path / "moved")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return folder


@pytest.fixture
def served(tmp_path):
    """The address of an MLflow server of its own, stopped afterwards."""
    home = tmp_path / "server"
    home.mkdir()
    store = ["--workers", "1", "--backend-store-uri", "sqlite:///s.db", "--artifacts-destination", "kept"]
    with running(["server", *store], home, "/health") as address:
        yield address


@contextmanager
def running(arguments: list[str], home: Path, asked: str, **environment: str) -> Iterator[str]:
    """Run a command of MLflow that serves, in the folder ``home``; give its address once the path ``asked`` answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # it starts helpers by their names
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "mlflow", *arguments, "--host", "127.0.0.1", "--port", str(port)],
            cwd=home,
            env=os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "PATH": path} | environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}{asked}", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGKILL)  # nothing of it is kept, and a polite end takes ten seconds
            server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen) -> None:
    """Return when ``address`` answers."""
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.4)
    pytest.fail("the server does not answer")
