"""What the README shows is run: every command, every Python block, every target of make."""

import re
import shlex
import sys
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from conftest import DEMO_BUNDLE, ROOT, make_workspace
from reviewmine.cli import main

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = [
    line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines() if line.startswith("reviewmine ")
]
PYTHON = [text for kind, text in BLOCKS if kind == "python"]


def test_every_make_target_in_the_readme_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) <= targets
    assert {
        "setup",
        "demo",
        "train",
        "test",
        "lint",
        "check",
        "lab",
        "notebooks",
        "mlflow",
        "bench",
        "bench-corpus",
        "clean",
    } <= targets


def test_the_help_of_make_names_every_target():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE)[1].split()
    assert [target for target in phony if not re.search(rf"^{target}:.*## ", text, flags=re.MULTILINE)] == []


def test_links_in_the_documents_lead_somewhere():
    for path in [ROOT / "README.md", *ROOT.glob("docs/*.md"), ROOT / "experiments/README.md"]:
        for link in re.findall(r"\]\((?!http)([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_the_readme_is_short():
    assert README.count("\n") < 250


def test_ci_calls_the_test_command_of_the_readme():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "\nmake test\n" in script
    assert "\nmake demo\n" in script


def test_the_experiment_shown_in_the_readme_is_valid(tmp_path):
    from reviewmine.settings import load_experiment

    (text,) = [text for kind, text in BLOCKS if kind == "yaml"]
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    assert load_experiment(tmp_path / "mine.yaml").gates == {"micro_f1": 0.6}


@pytest.mark.slow
def test_the_commands_and_blocks_of_the_readme_run_in_order(demo, tmp_path, monkeypatch, capsys):
    """On one thread, in another folder than the demo and with other hashes of texts: the same bundle, byte for byte."""
    monkeypatch.chdir(make_workspace(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    for command in COMMANDS:
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        with threadpool_limits(1):
            assert exit_code() == 0, command
        out, _ = capsys.readouterr()
        assert out.strip(), command
        for written in re.findall(r"-o (\S+)", command):
            assert Path(written).exists(), command
    assert len(COMMANDS) > 10
    assert "reviewmine train experiments/demo.yaml" in README
    for path in (demo[0] / DEMO_BUNDLE).iterdir():
        assert path.read_bytes() == (DEMO_BUNDLE / path.name).read_bytes(), path.name
    for text in PYTHON:
        run_and_compare(text)


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_the_commands_and_blocks_of_the_documents_run(path, capsys, monkeypatch):
    for kind, text in re.findall(r"```(\w+)\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL):
        if kind == "python":
            run_and_compare(text)
        for command in text.splitlines() if kind == "sh" else ():
            monkeypatch.setattr(sys, "argv", shlex.split(command))
            assert exit_code() == 0, command
            assert capsys.readouterr().out.strip(), command


def exit_code() -> object:
    """Run the command line and return the code it ends with."""
    try:
        main()
    except SystemExit as stop:
        return stop.code or 0
    return 0


def run_and_compare(text: str) -> None:
    """Run a block; where a line ends in a comment with a value in quotes, it must be what the line gives."""
    names: dict[str, object] = {}
    for line in text.splitlines():
        code, _, comment = line.partition("  # ")
        values = re.findall(r"'([^']+)'", comment)
        if comment.startswith("["):
            assert eval(code, names) == eval(comment), line
        elif values:
            assert eval(code, names) in values, line
        elif comment:
            assert eval(code, names), line
        else:
            exec(code, names)
