"""The note beside a scored file: which reviews went in and which bundle answered."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewmine.errors import ReviewmineError
from reviewmine.files import write_json
from reviewmine.router import bundle_sha256


@dataclass(frozen=True)
class Noted:
    """What ``score`` noted beside its output: where the reviews came from and which bundle answered."""

    sources: tuple[str, ...] = ()
    bundle: Path | None = None
    bundle_sha256: str = ""
    map_path: Path | None = None
    as_of: str | None = None


def note_sources(
    scored: Path,
    bundle: Path,
    sources: Sequence[str],
    map_path: Path | None,
    as_of: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write ``<scored>.manifest.json``, so that insights find the reviews again; ``facts`` are noted with it.

    A relative path is noted as seen from the folder of the note: a folder that holds it all may be moved.
    """
    here = scored.parent
    noted = {
        "bundle": _from(here, str(bundle)),
        "bundle_sha256": bundle_sha256(bundle),
        "sources": [_from(here, source) for source in sources],
        "map": _from(here, str(map_path)) if map_path else None,
        "as_of": as_of,
        "relative_to": "this file",
    }
    write_json(_note_path(scored), noted | dict(facts or {}))


def noted_sources(scored: Path) -> Noted:
    """Return what was noted beside a scored file; nothing when it was moved alone."""
    path = _note_path(scored)
    if not path.is_file():
        return Noted()
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ReviewmineError(f"not JSON ({error})", where=str(path), do="score again") from error
    here = scored.parent if "relative_to" in facts else Path()
    mapped = Path(_at(here, facts["map"])) if facts["map"] else None
    sources = tuple(_at(here, source) for source in facts["sources"])
    return Noted(sources, Path(_at(here, facts["bundle"])), facts["bundle_sha256"], mapped, facts.get("as_of"))


def _from(here: Path, path: str) -> str:
    """Return a relative path as seen from the folder ``here``; an absolute one as it is."""
    return path if Path(path).is_absolute() else Path(os.path.relpath(path, here)).as_posix()


def _at(here: Path, path: str) -> str:
    """Return a path noted in the folder ``here`` as seen from the working folder."""
    return path if Path(path).is_absolute() else os.path.normpath(here / path)


def _note_path(scored: Path) -> Path:
    """Return where the note of a scored file stands."""
    return scored.with_name(f"{scored.name}.manifest.json")
