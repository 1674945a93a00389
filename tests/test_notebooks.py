"""The notebooks run from top to bottom, are paired, and keep no output."""

import shutil

import pytest

from conftest import ROOT, make_workspace

SCRIPTS = sorted(ROOT.glob("notebooks/*.py"))


def test_there_is_a_notebook():
    assert next(path.name for path in SCRIPTS).startswith("01_")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_pair_is_in_step_and_without_output(script):
    import jupytext

    pair = jupytext.read(script.with_suffix(".ipynb"))
    source = jupytext.read(script)
    assert [(cell.cell_type, cell.source) for cell in pair.cells] == [
        (cell.cell_type, cell.source) for cell in source.cells
    ]
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in pair.cells)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_defines_nothing(script):
    text = script.read_text(encoding="utf-8")
    assert "\ndef " not in text
    assert "\nclass " not in text


LONG = {"01_from_reviews_to_router", "03_labels"}  # the README's commands and `make demo` walk the first in CI


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    [pytest.param(path, marks=[pytest.mark.long] if path.stem in LONG else [], id=path.stem) for path in SCRIPTS],
)
def test_a_notebook_runs(script, tmp_path, monkeypatch):
    import jupytext
    from nbclient import NotebookClient

    folder = make_workspace(tmp_path)
    (folder / "notebooks").mkdir()
    shutil.copy(script, folder / "notebooks")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    notebook = jupytext.read(script)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder / "notebooks"}}
    ).execute()
    pictures = [
        output for cell in notebook.cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})
    ]
    assert len(pictures) >= 3
