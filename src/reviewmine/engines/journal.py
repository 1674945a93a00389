"""The folder of a scoring under way: its plan, its fragments and the journal of finished chunks. Survives ``kill -9``.

A fragment is renamed into place before its line is added to the journal; a line counts only when the fragment it names
has the sha256 it says. A torn last line, a fragment without a line, a file cut by a power failure: scored again.
"""

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reviewmine.engines.chunks import Done
from reviewmine.engines.writing import fragment_name, sha256_of
from reviewmine.errors import ReviewmineError
from reviewmine.files import write_json

PLAN, LINES, LOCK = "plan.json", "journal.jsonl", "lock"


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process. Raises ``ReviewmineError`` when another one that lives has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            import fcntl  # noqa: PLC0415 not on Windows, where nothing is held

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except OSError as error:
            raise ReviewmineError(
                "another process is scoring into this output", where=str(folder), do="wait for it or write elsewhere"
            ) from error
        yield


def begin(folder: Path, plan: Mapping[str, Any], ending: str, *, resume: bool) -> dict[int, Done]:
    """Return the finished chunks by number; without ``resume``, or with nothing to resume, forget all and write ``plan``.

    Raises ``ReviewmineError`` with what differs when the folder holds another plan.
    """
    path = folder / PLAN
    if resume and path.is_file():
        differs = _differing(json.loads(path.read_text(encoding="utf-8")), json.loads(json.dumps(plan)))
        if differs:
            raise ReviewmineError(
                f"what was begun differs from what is asked: {'; '.join(differs)[:600]}",
                where=str(folder),
                do="restore it, or score without --resume to begin anew",
            )
        for left in folder.glob("*.new"):
            left.unlink(missing_ok=True)
        return _finished(folder, ending)
    path.unlink(missing_ok=True)  # first, so that no half of the old state can be resumed
    for left in folder.iterdir():
        if left.name != LOCK:
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    write_json(path, plan)
    return {}


def note(folder: Path, done: Done) -> None:
    """Add a finished chunk to the journal."""
    with (folder / LINES).open("a", encoding="utf-8") as out:
        out.write(json.dumps(done.to_json(), ensure_ascii=False) + "\n")


def _finished(folder: Path, ending: str) -> dict[int, Done]:
    """Return the chunks of the journal whose fragments are whole; the journal is written anew with these."""
    path = folder / LINES
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.is_file() else []
    found: dict[int, Done] = {}
    for line in lines:
        try:
            done = Done.from_json(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        fragment = folder / fragment_name(done.index, ending)
        if fragment.is_file() and sha256_of(fragment) == done.sha256:
            found[done.index] = done
    fresh = folder / f"{LINES}.new"
    fresh.write_text(
        "".join(json.dumps(one.to_json(), ensure_ascii=False) + "\n" for one in found.values()), encoding="utf-8"
    )
    fresh.replace(path)
    return found


def _differing(begun: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """Return a line for each part of a plan that is not the same: what was begun, what is asked."""
    said = []
    for name in dict.fromkeys([*begun, *asked]):
        one, two = begun.get(name), asked.get(name)
        if one == two:
            continue
        if name == "sources" and isinstance(one, list) and isinstance(two, list):
            before, now = ({each["path"]: each for each in every} for every in (one, two))
            paths = [path for path in dict.fromkeys([*before, *now]) if before.get(path) != now.get(path)]
            said += [f"{path} is not the same file" for path in paths] or ["the order of the sources"]
        else:
            said.append(f"{name} was {_short(one)}, now {_short(two)}")
    return said


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"
