"""A labelled file as records: reviews, their types, and the groups that must not be torn apart."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from reviewmine.corpus.copies import copy_groups
from reviewmine.errors import ReviewmineError
from reviewmine.router import TEXT_FIELDS
from reviewmine.settings import Data
from reviewmine.taxonomy.lineage import deprecated_ends
from reviewmine.taxonomy.model import Taxonomy
from reviewmine.taxonomy.versions import former_codes

MOST_UNLABELLED = 20_000
"""Texts without types that a training reads."""


@dataclass(frozen=True)
class Labelled:
    """Rows that carry types. ``types[i]`` are the codes of ``reviews[i]``; ``groups`` names its near copies.

    ``reread`` has the older codes that were met, each with the code that it became, and ``n_reread`` the rows with one.
    """

    reviews: Sequence[dict[str, Any]]
    types: Sequence[tuple[str, ...]]
    groups: Sequence[str]
    frame: pd.DataFrame
    n_unlabelled: int
    reread: Mapping[str, str] = field(default_factory=dict)
    n_reread: int = 0
    outside: Sequence[dict[str, Any]] = ()
    """Reviews that people said have none of the types; with ``outside_groups`` their groups."""
    outside_groups: Sequence[str] = ()
    unlabelled: Sequence[str] = ()
    """Distinct texts without types, sorted: they tell what words mean."""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.reviews)

    @property
    def sha256(self) -> str:
        """Return the hash of the content, texts without types included, whatever the order of rows."""
        lines = sorted(
            json.dumps([review, kinds], ensure_ascii=False, sort_keys=True)
            for review, kinds in zip(self.reviews, self.types, strict=True)
        )
        if self.unlabelled:
            lines.append(json.dumps(list(self.unlabelled), ensure_ascii=False))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def labelled_set(
    reviews: pd.DataFrame, data: Data, taxonomy: Taxonomy | None, where: str = "", more: Sequence[str] = ()
) -> Labelled:
    """Return the rows of ``reviews`` that name a type, sorted by id; the texts of the others, and ``more``, are unlabelled.

    A code that ``taxonomy`` renamed or merged is read as what it became. Raises ``ReviewmineError`` when the column of types
    is missing, no row has a type, or a code is not in the taxonomy, was split or was deprecated.
    """
    column = data.types.column
    for needed in (column, *data.extras.categorical, *data.extras.numeric, *([data.group] if data.group else [])):
        if needed not in reviews.columns:
            raise ReviewmineError(
                f"no column {needed!r}",
                expected=f"one of {', '.join(reviews.columns)[:300]}",
                where=where,
                do="fix the experiment",
            )
    frame = reviews.sort_values("id", kind="stable").reset_index(drop=True)
    separator = data.types.separator
    cells = [cell.split(separator) if separator else [cell] for cell in frame[column].fillna("").astype(str)]
    types = [tuple(dict.fromkeys(code.strip() for code in cell if code.strip())) for cell in cells]
    has_type = [bool(codes) for codes in types]
    untold = plain_texts(frame[[not each for each in has_type]])
    frame = frame[has_type].reset_index(drop=True)
    types = [codes for codes in types if codes]
    beyond = [bool(set(codes) & set(data.out_of_scope)) for codes in types]
    outside, frame = frame[beyond], frame[[not each for each in beyond]].reset_index(drop=True)
    types = [codes for codes, each in zip(types, beyond, strict=True) if not each]
    if not types:
        raise ReviewmineError(
            f"no row has a type in column {column!r}", where=where, do="label some rows or fix data.types"
        )
    reread = _reread(types, taxonomy, where) if taxonomy is not None else {}
    n_reread = sum(any(code in reread for code in codes) for codes in types)
    types = [tuple(dict.fromkeys(reread.get(code, code) for code in codes)) for codes in types]
    groups = copy_groups(plain_texts(pd.concat([frame, outside])))
    groups, outside_groups = groups[: len(frame)], groups[len(frame) :]
    if data.group:
        groups = _joined(groups, frame[data.group].fillna("").astype(str).tolist())
    return Labelled(
        _records(frame, data),
        types,
        groups,
        frame,
        has_type.count(False),
        reread,
        n_reread,
        _records(outside, data),
        outside_groups,
        even_sample([*untold, *more]),
    )


def plain_text(review: Mapping[str, Any]) -> str:
    """Return the text fields of a review as one text."""
    return " ".join(str(review.get(name) or "") for name in TEXT_FIELDS).strip()


def plain_texts(frame: pd.DataFrame) -> list[str]:
    """Return the ``plain_text`` of each row."""
    return [plain_text(row) for row in frame[list(TEXT_FIELDS)].to_dict("records")]


def even_sample(texts: Sequence[str]) -> tuple[str, ...]:
    """Return at most ``MOST_UNLABELLED`` of the distinct ``texts``, evenly over their order."""
    distinct = sorted({*texts} - {""})
    if len(distinct) <= MOST_UNLABELLED:
        return tuple(distinct)
    return tuple(distinct[i] for i in np.linspace(0, len(distinct) - 1, MOST_UNLABELLED).astype(int))


def _records(frame: pd.DataFrame, data: Data) -> list[dict[str, Any]]:
    """Return the rows of ``frame`` with what a router reads: id, text fields and side features."""
    kept = dict.fromkeys(["id", *TEXT_FIELDS, *data.extras.categorical, *data.extras.numeric])
    return [{str(name): value for name, value in row.items()} for row in frame[list(kept)].to_dict("records")]


def _reread(types: Sequence[tuple[str, ...]], taxonomy: Taxonomy, where: str) -> dict[str, str]:
    """Return each older code among ``types`` with the code that it became by the lineage of ``taxonomy``.

    Raises ``ReviewmineError`` for a code without exactly one successor.
    """
    now = {one.id: one.code for one in taxonomy.types}
    ends = deprecated_ends(taxonomy, taxonomy)
    ids = former_codes(taxonomy) | {code: name for name, code in now.items() if name in ends}
    old = sorted({code for codes in types for code in codes} - set(taxonomy.codes))
    became = {code: tuple(now[end] for end in ends.get(ids[code], (ids[code],))) for code in old if code in ids}
    version = f"{taxonomy.taxonomy} {taxonomy.version}"
    unknown = [code for code in old if code not in became]
    if unknown:
        found, do = f"type {unknown[0]!r} ({len(unknown)} unknown in all)", "add it to the taxonomy or fix the label"
        raise ReviewmineError(found, expected=f"a code of {version}", where=where, do=do)
    for code, after in became.items():
        if len(after) > 1:
            found, do = (
                f"type {code!r} was split into {', '.join(after)}",
                "re-express it with `reviewmine taxonomy crosswalk`",
            )
            raise ReviewmineError(
                found, expected=f"codes in use in {version}", where=where, do=f"{do}, or label the rows anew"
            )
        if not after:
            found, do = f"type {code!r} was deprecated and has no successor", "give its rows another type or none"
            raise ReviewmineError(found, expected=f"a code in use in {version}", where=where, do=do)
    return {code: after[0] for code, after in became.items()}


def single_types(reviews: pd.DataFrame, data: Data) -> dict[str, str]:
    """Return the type of each review that carries exactly one: what discovery is compared with."""
    column, separator = data.types.column, data.types.separator
    if column not in reviews.columns:
        return {}
    cells = zip(reviews["id"], reviews[column].astype(str).str.strip(), strict=True)
    return {str(review): cell for review, cell in cells if cell and not (separator and separator in cell)}


def _joined(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Return groups in which rows that share either name are together; an empty name in ``second`` is not shared."""
    parent: dict[str, str] = {}

    def find(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for a, b in zip(first, second, strict=True):
        one, other = sorted((find(f"copy {a}"), find(f"group {b}" if b else f"copy {a}")))
        parent[other] = one
    return [find(f"copy {a}") for a in first]
