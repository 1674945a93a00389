"""What several tests share: a workspace like a fresh clone's, and one run of the demo."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reviewmine.cli import main

ROOT = Path(__file__).parents[1]
DEMO_BUNDLE = Path("experiments/runs/demo/bundle")
DEMO = {"tests/test_docs.py", "tests/test_workflow.py", "tests/classify"}
"""Files and folders whose tests look at the run of the demo."""


def pytest_configure():
    """Under pytest-xdist the cores are taken: training fits in one process; tests of processes ask for them by name."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.setdefault("JOBLIB_MULTIPROCESSING", "0")


def group_of(nodeid: str) -> str:
    """Return what one worker runs: a folder, so that what it shares is made once; of whole chains (tests/*.py) a file.

    What looks at the run of the demo is one group.
    """
    path, _, _ = nodeid.partition("::")
    folder, _, _ = path.rpartition("/")
    return "demo" if path in DEMO or folder in DEMO else path if folder == "tests" else folder


def pytest_collection_modifyitems(items):
    """Put the demo first, then groups with slow tests, chains before all: no worker is left alone with a long one."""
    group = {item: group_of(item.nodeid) for item in items}
    slow = {group[item] for item in items if item.get_closest_marker("slow")}
    rank = {name: (name != "demo", name not in slow, not name.endswith(".py")) for name in group.values()}
    items.sort(key=lambda item: rank[group[item]])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Deal groups to workers. Groups by mark (``--dist loadgroup``) are lost: pytest 9.2 reads no id that xdist changes."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group_of(nodeid)

    return ByGroup(config, log)


def make_workspace(folder: Path) -> Path:
    """Copy what the experiments need of the repository into ``folder``."""
    shutil.copytree(ROOT / "data/sample", folder / "data/sample")
    shutil.copytree(ROOT / "data/taxonomies", folder / "data/taxonomies")
    (folder / "experiments/results").mkdir(parents=True)
    for path in [*ROOT.glob("experiments/*.yaml"), ROOT / "experiments/README.md"]:
        shutil.copy(path, folder / "experiments")
    return folder


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """An empty workspace, entered; MLflow keeps its store inside it."""
    monkeypatch.chdir(make_workspace(tmp_path / "workspace"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return Path.cwd()


def call(folder: Path, *args: str, code: int = 0, **environment: str) -> str:
    """Run a command in ``folder`` in a process of its own and return what it prints."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    done = subprocess.run(
        [sys.executable, "-m", "reviewmine.cli", *args],
        cwd=folder,
        env=clean | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A workspace in which the demo has run, once for all workers, and what it said; tests must not change its files.

    It trains in several processes where the tests do so in one, and the other way round: the README's training, which a
    test compares with it, is never its twin.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    said = shared / "demo.txt"  # written last: with it the run is complete
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            shutil.rmtree(shared / "demo", ignore_errors=True)  # of a worker that failed
            make_workspace(shared / "demo")
            several = "1" if os.environ.get("JOBLIB_MULTIPROCESSING") == "0" else "0"
            settings = {"JOBLIB_MULTIPROCESSING": several, "PYTHONHASHSEED": "7"}
            out = call(shared / "demo", "run", "experiments/demo.yaml", **settings)
            said.write_text(out, encoding="utf-8")
    return shared / "demo", said.read_text(encoding="utf-8")


@pytest.fixture
def demo_bundle(demo, tmp_path):
    """A copy of the bundle of the demo."""
    return shutil.copytree(demo[0] / DEMO_BUNDLE, tmp_path / "demo-bundle")


@pytest.fixture
def cli(monkeypatch, capsys):
    """Run a command line in this process; return (exit code, stdout, stderr)."""

    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["reviewmine", *map(str, args)])
        code: object = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return run
