"""A draft taxonomy written again and again by the machine; what a person edited is never overwritten."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from reviewmine.errors import ReviewmineError
from reviewmine.files import write_json, write_text
from reviewmine.taxonomy.edit import read_source, write_source
from reviewmine.taxonomy.merge import TOPICS, Merged, merge_draft, remembering, run_evidence
from reviewmine.taxonomy.model import Taxonomy, write_taxonomy

DRAFT, NEW_DRAFT = "draft.yaml", "draft.new.yaml"
_NOTE = ".draft.sha256"  # of the draft as the machine wrote it
_HEAD = "Черновик по отзывам. Правьте названия, объединяйте и удаляйте типы; status: active, когда тип готов."


@dataclass(frozen=True)
class Redraft:
    """Where the draft lies, and what was merged into it; ``merged`` is None when it was written whole."""

    path: Path
    merged: Merged | None = None

    @property
    def line(self) -> str:
        """Return what to tell of a merge; "" when the draft was written whole."""
        if self.merged is None:
            return ""
        one = self.merged
        return (
            f"{self.path} was edited by hand and is kept: {len(one.added)} new types added to it as drafts, "
            f"{len(one.known)} known, {len(one.declined)} declined before"
        )


def write_draft(folder: Path, taxonomy: Taxonomy) -> Redraft:
    """Write a draft as ``draft.yaml`` into ``folder``, merged into the one there when a person has edited it.

    A person's edits win: see ``merge_draft``; ``draft.topics.json`` then says under which code each topic of this draft
    stands. The evidence of proposals is that of the run in ``folder``. A file that cannot be edited is left alone:
    ``ReviewmineError`` names the place, and the draft is kept as ``draft.new.yaml``.
    """
    draft = folder / DRAFT
    if draft.is_file() and not _as_written(draft):
        return _merged_into(draft, taxonomy)
    write_taxonomy(draft, remembering(taxonomy), head=_HEAD)
    (folder / TOPICS).unlink(missing_ok=True)
    write_text(folder / _NOTE, _sha256(draft))
    return Redraft(draft)


def _merged_into(draft: Path, taxonomy: Taxonomy) -> Redraft:
    """Merge ``taxonomy`` into the edited file ``draft``."""
    try:
        text = read_source(draft)
        merged = merge_draft(text, taxonomy, run_evidence(draft.parent), str(draft))
    except ReviewmineError as error:
        kept = draft.with_name(NEW_DRAFT)
        write_taxonomy(kept, remembering(taxonomy), head=_HEAD)
        do = f"{error.do or 'fix the file'} and discover again; the new draft is kept in {kept}"
        raise ReviewmineError(error.found, expected=error.expected, where=error.where, do=do) from error
    if merged.text != text:
        write_source(draft, merged.text)
    write_json(draft.with_name(TOPICS), _codes(taxonomy, merged))
    return Redraft(draft, merged)


def _codes(draft: Taxonomy, merged: Merged) -> dict[str, str]:
    """Return draft code to the code of the merged file, for the types that it has."""
    told = {*merged.known, *merged.declined}
    fresh = [one.code for one in draft.types if one.status != "deprecated" and one.code not in told]
    codes = {one.id: one.code for one in merged.taxonomy.types}
    return dict(merged.known) | {code: codes[name] for code, name in zip(fresh, merged.added, strict=True)}


def _as_written(draft: Path) -> bool:
    """Return whether the draft is still what the machine wrote."""
    note = draft.with_name(_NOTE)
    return note.is_file() and note.read_text(encoding="utf-8") == _sha256(draft)


def _sha256(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
