"""Every way that a review can take to its decision, each in processes of its own; for tests and benchmarks.

A path is a function from a bundle, texts and a folder to work in to an answer a text.
"""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import reviewmine
from reviewmine.router import Router

SOURCE = Path(reviewmine.__file__).parents[1]
BATCH = 500  # reviews of one request

Answer = dict[str, Any]
"""The codes under ``types``, action and owner, and the probability of each type that the path tells."""
Run = Callable[[Path, Sequence[str], Path], list[Answer]]


def in_process(router: Router, texts: Sequence[str]) -> list[Answer]:
    """Return what the scorer of millions says in this process: the figures that all others are held against."""
    scores = router.score([{"text": text} for text in texts])
    found = []
    for row in range(len(texts)):
        answer = answer_of(router.summary(scores, row).to_json())
        probabilities = dict(zip([kind["code"] for kind in router.bundle.types], scores.probability[row], strict=True))
        found.append(answer | {"probabilities": probabilities})
    return found


def numpy_alone(bundle: Path, texts: Sequence[str], folder: Path) -> list[Answer]:
    """Answer in a Python that sees numpy, safetensors and this package, and nothing else that is installed."""
    packages = folder / "packages"
    packages.mkdir()
    for name in ("numpy", "numpy.libs", "safetensors"):
        place = Path(find_spec(name.partition(".")[0]).submodule_search_locations[0]).with_name(name)
        if place.is_dir():
            (packages / name).symlink_to(place)
    (packages / "reviewmine").symlink_to(SOURCE / "reviewmine")
    return _asked(["-S", "-c", NUMPY_ALONE, bundle], texts, folder, PYTHONPATH=str(packages))


NUMPY_ALONE = """
import json, sys
from importlib.util import find_spec
from reviewmine.router import Router, verify
assert not any(map(find_spec, ("scipy", "sklearn", "pandas", "typer", "mlflow", "pyarrow")))
router = Router.load(sys.argv[1])
verify(router)
print(json.dumps([decision.to_json() for decision in router.route_many(json.load(sys.stdin))]))
"""


def pyfunc(bundle: Path, texts: Sequence[str], folder: Path) -> list[Answer]:
    """Answer by the model that MLflow has logged and loads."""
    kept = shutil.copytree(bundle, folder / "logged")
    return _asked(["-c", PYFUNC, kept], texts, folder)


PYFUNC = """
import json, sys
from pathlib import Path
from reviewmine.tracking.registry import log_router
from reviewmine.tracking.store import open_mlflow
mlflow = open_mlflow()
with mlflow.start_run():
    uri = log_router(mlflow, Path(sys.argv[1])).model_uri
model = mlflow.pyfunc.load_model(uri)
print(json.dumps(model.predict(json.load(sys.stdin))))
"""


def local_engine(bundle: Path, texts: Sequence[str], folder: Path) -> list[Answer]:
    """Answer by `reviewmine score` on a file, in two processes."""
    return _scored("local", bundle, texts, folder)


def spark_engine(bundle: Path, texts: Sequence[str], folder: Path) -> list[Answer]:
    """Answer by `reviewmine score` on a file, on Spark in local mode."""
    return _scored("spark", bundle, texts, folder)


def service(bundle: Path, texts: Sequence[str], folder: Path) -> list[Answer]:
    """Answer by `reviewmine serve` over loopback: in batches, and every tenth text once more alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "reviewmine.cli", "serve", str(bundle), "--port", str(port), "--workers", "1"]
    with (folder / "log").open("wb") as log:
        served = subprocess.Popen(command, cwd=folder, env=_clean(), stdout=log, stderr=log)
    try:
        _wait(port, served)
        reviews = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
        batches = [reviews[start : start + BATCH] for start in range(0, len(reviews), BATCH)]
        found = [decision for batch in batches for decision in _posted(port, "/route/batch", batch)]
        for i in range(0, len(reviews), 10):
            assert _posted(port, "/route", reviews[i]) == found[i], texts[i]
    finally:
        served.terminate()
        served.wait(30)
    return [answer_of(decision) for decision in found]


PATHS: dict[str, Run] = {
    "numpy alone": numpy_alone,
    "pyfunc": pyfunc,
    "local engine": local_engine,
    "Spark": spark_engine,
    "service": service,
}


def available(name: str) -> bool:
    """Return whether a path is there."""
    return name != "Spark" or bool(shutil.which("java") and find_spec("pyspark"))


def differences(wanted: Sequence[Answer], found: Sequence[Answer]) -> tuple[list[int], float]:
    """Return the places of answers with other types, action or owner, and the largest difference of a probability."""
    assert len(wanted) == len(found)
    other, furthest = [], 0.0
    for place, (one, another) in enumerate(zip(wanted, found, strict=True)):
        if any(one[name] != another[name] for name in ("kind", "types", "action", "owner")):
            other.append(place)
        assert another["probabilities"]
        for code, probability in another["probabilities"].items():
            furthest = max(furthest, abs(float(one["probabilities"][code]) - probability))
    return other, furthest


def answer_of(decision: dict[str, Any]) -> Answer:
    """Return the answer in a decision as JSON has it."""
    scores = [*decision["types"], *decision["alternatives"]]
    return {
        "kind": decision["kind"],
        "types": [score["code"] for score in decision["types"]],
        "action": decision["action"],
        "owner": decision["owner"],
        "probabilities": {score["code"]: score["probability"] for score in scores},
    }


def _scored(engine: str, bundle: Path, texts: Sequence[str], folder: Path) -> list[Answer]:
    """Write the texts to a file, score it and read the answers."""
    source, out = folder / "texts.jsonl", folder / "scored.jsonl"
    lines = [json.dumps({"id": str(i), "text": text}) + "\n" for i, text in enumerate(texts)]
    source.write_text("".join(lines), encoding="utf-8")
    command = ["-m", "reviewmine.cli", "score", bundle, source, "-o", out, "--probabilities"]
    _run([*command, "--engine", engine, "--workers", "2"], folder)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    by_id = {str(row["id"]): row for row in rows}
    found = []
    for i in range(len(texts)):
        row = by_id[str(i)]
        told = row["probabilities"]
        told = json.loads(told) if isinstance(told, str) else told
        types = row["types"].split("|")
        assert row["probability"] == told[types[0]]
        found.append({**row, "types": types, "probabilities": told})
    return found


def _asked(arguments: Sequence[Any], texts: Sequence[str], folder: Path, **environment: str) -> list[Answer]:
    """Run Python on reviews given as JSON; it prints a list of decisions last."""
    printed = _run(arguments, folder, json.dumps([{"text": text} for text in texts]), **environment)
    return [answer_of(decision) for decision in json.loads(printed.splitlines()[-1])]


def _run(arguments: Sequence[Any], folder: Path, given: str = "", **environment: str) -> str:
    """Return what Python prints, run in ``folder``."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        input=given,
        cwd=folder,
        env=_clean() | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def _clean() -> dict[str, str]:
    """Return the environment without what would point elsewhere."""
    leading = ("MLFLOW", "REVIEWMINE", "SPARK", "PYSPARK")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(leading)}
    return kept | {"PYTHONPATH": str(SOURCE)}


def _wait(port: int, served: subprocess.Popen[bytes]) -> None:
    """Wait until the service has its bundle."""
    for _ in range(600):
        assert served.poll() is None, "the service did not start"
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("the service was not ready in a minute")


def _posted(port: int, path: str, value: Any) -> Any:
    """Return the JSON that the service answers to ``value``."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", path, json.dumps(value), {"content-type": "application/json"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status == 200, body[:300]
    return json.loads(body)
