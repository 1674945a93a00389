"""The command itself, in processes of its own: several workers that count together, and reasons not to start."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

from serve.conftest import Service


def started(bundle, *options, **environment):
    """Start the command and return its process and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("REVIEWMINE", "PROMETHEUS"))}
    command = [sys.executable, "-m", "reviewmine.cli", "serve", str(bundle), "--port", str(port), *options]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=clean | environment), port


@pytest.mark.parametrize(
    ("spoil", "options", "line"),
    [
        (None, ["--host", "0.0.0.0"], "0.0.0.0 can be reached by others and REVIEWMINE_API_KEY is not set"),
        ("policy.json", [], "policy.json: altered since it was written"),
    ],
)
def test_it_says_why_it_does_not_start(written, tmp_path, spoil, options, line):
    bundle = shutil.copytree(written, tmp_path / "bundle")
    if spoil:
        (bundle / spoil).write_bytes((bundle / spoil).read_bytes().replace(b"1", b"2"))
    process, _ = started(bundle, *options)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert line in err
    assert err.count("\n") == 1
    assert out == ""


@pytest.mark.slow
def test_workers_answer_count_together_and_leave_nothing_behind(written, tmp_path):
    process, port = started(written, "--workers", "2", REVIEWMINE_API_KEY="abc", TMPDIR=str(tmp_path))
    service = Service(port, written)
    try:
        ready(service, process)
        for _ in range(40):
            assert service.ask("/route", "Курьер опоздал", x_api_key="abc").status == 200
        assert service.ask("/route", "Курьер опоздал").status == 401
        pages = {service.ask("/metrics", x_api_key="abc").body.decode() for _ in range(10)}
        for page in pages:
            assert 'reviewmine_requests_total{path="/route",status="200"} 40.0' in page
            assert len(re.findall(r"^reviewmine_bundle_info{.*} 1.0$", page, flags=re.MULTILINE)) == 1
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert out.startswith("serve: ")
    assert list(tmp_path.iterdir()) == []
    lines = [json.loads(line) for line in err.splitlines()]
    assert len([line for line in lines if line["event"] == "request" and line["status"] == 200]) >= 40
    assert len([line for line in lines if line["event"] == "bundle loaded"]) == 2
    assert "опоздал" not in err


def ready(service, process):
    """Return when the service is ready."""
    for _ in range(600):
        assert process.poll() is None, process.stderr.read()
        try:
            if service.ask("/readyz").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail("the service does not answer")
