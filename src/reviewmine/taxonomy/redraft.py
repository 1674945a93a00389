"""A draft taxonomy written again and again by the machine; what a person edited is never overwritten."""

import hashlib
from pathlib import Path

from reviewmine.files import write_text
from reviewmine.taxonomy.model import Taxonomy, write_taxonomy

DRAFT, NEW_DRAFT = "draft.yaml", "draft.new.yaml"
_NOTE = ".draft.sha256"  # of the draft as the machine wrote it
_HEAD = "Черновик по отзывам. Правьте названия, объединяйте и удаляйте типы; status: active, когда тип готов."


def write_draft(folder: Path, taxonomy: Taxonomy) -> Path:
    """Write a draft into ``folder`` and return where: ``draft.new.yaml`` when a person has edited ``draft.yaml``."""
    draft = folder / DRAFT
    if draft.is_file() and not _as_written(draft):
        write_taxonomy(folder / NEW_DRAFT, taxonomy, head=_HEAD)
        return folder / NEW_DRAFT
    write_taxonomy(draft, taxonomy, head=_HEAD)
    write_text(folder / _NOTE, _sha256(draft))
    return draft


def _as_written(draft: Path) -> bool:
    """Return whether the draft is still what the machine wrote."""
    note = draft.with_name(_NOTE)
    return note.is_file() and note.read_text(encoding="utf-8") == _sha256(draft)


def _sha256(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
