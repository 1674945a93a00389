"""The note beside a scored file: which reviews went in and which bundle answered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

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
    scored: Path, bundle: Path, sources: Sequence[str], map_path: Path | None, as_of: str | None = None
) -> None:
    """Write ``<scored>.manifest.json``, so that insights find the reviews again."""
    noted = {"bundle": str(bundle), "bundle_sha256": bundle_sha256(bundle), "sources": list(sources)}
    write_json(_note_path(scored), noted | {"map": str(map_path) if map_path else None, "as_of": as_of})


def noted_sources(scored: Path) -> Noted:
    """Return what was noted beside a scored file; nothing when it was moved alone."""
    path = _note_path(scored)
    if not path.is_file():
        return Noted()
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ReviewmineError(f"not JSON ({error})", where=str(path), do="score again") from error
    mapped = Path(facts["map"]) if facts["map"] else None
    return Noted(tuple(facts["sources"]), Path(facts["bundle"]), facts["bundle_sha256"], mapped, facts.get("as_of"))


def _note_path(scored: Path) -> Path:
    """Return where the note of a scored file stands."""
    return scored.with_name(f"{scored.name}.manifest.json")
