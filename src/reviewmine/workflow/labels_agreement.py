"""Files of labels to agreement.json and a page: who agrees on what, and which definitions need mending."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reviewmine.files import finite, write_json, write_text
from reviewmine.labels.agreement import agreement
from reviewmine.labels.mend import on_types, read_proposals, to_mend
from reviewmine.labels.store import current, name_of, read_labels
from reviewmine.report.agreement import agreement_page
from reviewmine.taxonomy.model import Taxonomy, load_taxonomy


def write_agreement(
    paths: Sequence[Path],
    out: Path,
    taxonomy_path: Path | None = None,
    gaps_path: Path | None = None,
    *,
    unasked_is_no: bool = False,
) -> dict[str, Any]:
    """Write ``agreement.json`` and ``agreement.md`` to the folder ``out`` and return what the first holds.

    With a taxonomy types have codes and titles; labels whose types have changed since must be migrated first.
    """
    labels = [one for path in paths for one in read_labels(path)]
    taxonomy = load_taxonomy(taxonomy_path) if taxonomy_path else None
    if taxonomy:
        current(labels, taxonomy)
    proposals = read_proposals(gaps_path) if gaps_path else ()
    found = agreement(labels, unasked_is_no=unasked_is_no)
    codes = {one.id: one.code for one in taxonomy.types} if taxonomy else {}
    data: dict[str, Any] = {"taxonomies": sorted({one.taxonomy for one in labels})} | asdict(found)
    data["pairs"] = [dict(zip(("first", "second", "n", "kappa"), pair, strict=True)) for pair in found.pairs]
    data["types"] = [_named(asdict(one), taxonomy) for one in found.types]
    data["confused"] = [
        asdict(one) | {"codes": pair, "proposals": on_types(proposals, *pair)}
        for one in found.confused
        for pair in [[codes.get(kind, kind) for kind in one.types]]
    ]
    data["mend"] = [_named(asdict(one), taxonomy) for one in to_mend(found, codes, proposals)]
    data = finite(data)
    write_json(out / "agreement.json", data)
    write_text(out / "agreement.md", agreement_page(data, name_of(taxonomy) if taxonomy else ""))
    return data


def _named(row: Mapping[str, Any], taxonomy: Taxonomy | None) -> dict[str, Any]:
    """Return a row of a type with its code, title and definition; without a taxonomy the id is all there is."""
    one = next((one for one in taxonomy.types if one.id == row["type"]), None) if taxonomy else None
    named = (
        {"code": one.code, "title": one.title, "definition": one.definition}
        if one
        else {"code": row["type"], "title": "", "definition": ""}
    )
    return {"type": row["type"]} | named | dict(row)
