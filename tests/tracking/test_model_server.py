"""The champion behind MLflow's own model server, ``mlflow models serve``: the answers are the router's."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from reviewmine.router import Router
from reviewmine.tracking import CHAMPION, move_alias
from tracking.conftest import wait_for

pytestmark = pytest.mark.long
REVIEWS = [
    {"id": "7", "cons": "Курьер опоздал на два дня", "rating": 1},
    {"id": "8", "text": "Спасибо, всё пришло целым", "rating": 5},
    {"id": "9", "comment": "👍"},
]


@pytest.fixture
def champion(tracked):
    """The address of a server of the champion."""
    move_alias("reviewmine-small", CHAMPION, "1", {})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = ["-m", "models:/reviewmine-small@champion", "--env-manager", "local"]
    store = {"MLFLOW_TRACKING_URI": "sqlite:///experiments/mlflow.db", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with Path("server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "models", "serve", *model, "--host", "127.0.0.1", "--port", str(port)],
            env=os.environ | store | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/ping", server)
            yield f"http://127.0.0.1:{port}/invocations"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)


def test_it_answers_as_the_router_does(champion):
    router = Router.load("experiments/runs/small/bundle")
    for reviews in (REVIEWS, ["Где мой заказ?", "Сломался на второй день", ""]):
        body = json.dumps({"inputs": reviews}).encode()
        request = urllib.request.Request(champion, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            answers = json.load(response)["predictions"]
        assert answers == [json.loads(json.dumps(decision.to_json())) for decision in router.route_many(reviews)]
