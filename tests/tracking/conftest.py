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

import pytest

from tracking.small import command, make_small


@pytest.fixture(scope="session")
def tracked_folder(tmp_path_factory):
    """A folder in which the small experiment was trained and tracked once; tests must not change it."""
    folder = make_small(tmp_path_factory.mktemp("tracked") / "work")
    done = command(folder, "train", "x.yaml", "--summary", "summary.md")
    assert done.returncode == 0, done.stderr
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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path / "server"
    home.mkdir()
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--backend-store-uri", "sqlite:///s.db"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *arguments, "--artifacts-destination", "kept"],
            cwd=home,
            env=os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
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
