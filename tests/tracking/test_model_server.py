"""The champion behind MLflow's own model server, ``mlflow models serve``: the answers are the router's."""

import json
import urllib.request
from pathlib import Path

import pytest

from reviewmine.router import Router
from reviewmine.tracking import CHAMPION, move_alias
from tracking.conftest import running

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
    model = ["models", "serve", "-m", "models:/reviewmine-small@champion", "--env-manager", "local"]
    store = "sqlite:///experiments/mlflow.db"
    with running(model, Path.cwd(), "/ping", MLFLOW_TRACKING_URI=store) as address:
        yield f"{address}/invocations"


def test_it_answers_as_the_router_does(champion):
    router = Router.load("experiments/runs/small/bundle")
    for reviews in (REVIEWS, ["Где мой заказ?", "Сломался на второй день", ""]):
        body = json.dumps({"inputs": reviews}).encode()
        request = urllib.request.Request(champion, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            answers = json.load(response)["predictions"]
        assert answers == [json.loads(json.dumps(decision.to_json())) for decision in router.route_many(reviews)]
