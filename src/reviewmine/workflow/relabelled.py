"""Freshly labelled reviews in terms of a bundle that is in use: its types, and what it never learned."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.classify.answers import row_sha256
from reviewmine.corpus.dates import parse_date
from reviewmine.errors import ReviewmineError
from reviewmine.labels.dataset import Labelled, labelled_set
from reviewmine.router import Bundle
from reviewmine.settings import Experiment
from reviewmine.taxonomy.lineage import deprecated_ends
from reviewmine.taxonomy.model import load_taxonomy
from reviewmine.taxonomy.versions import former_codes
from reviewmine.workflow.say import Say
from reviewmine.workflow.training import read_labelled


@dataclass(frozen=True)
class Fresh:
    """Labelled reviews that the weights of a bundle never learned; ``targets`` (rows, types) in the order of its types.

    ``novel`` have no type that the bundle knows; ``groups`` names near copies, first of ``reviews``, then of ``novel``.
    ``unknown`` has the codes that it does not know, each with its reviews, the most frequent first.
    """

    reviews: Sequence[dict[str, Any]]
    types: Sequence[tuple[str, ...]]
    targets: NDArray[np.bool_]
    novel: Sequence[dict[str, Any]]
    groups: Sequence[str]
    frame: pd.DataFrame
    unknown: Mapping[str, int]
    sha256: str
    n_read: int
    n_unlabelled: int
    n_older: int
    n_learned: int


def fresh_rows(experiment: Experiment, bundle: Bundle, learned: frozenset[str], latest: int | None, say: Say) -> Fresh:
    """Return the labelled file of ``experiment`` as the bundle sees it, sorted by id.

    With ``latest`` only that many of the newest labelled reviews. ``learned`` are the starts of the hashes of reviews
    with their types that are left out.
    """
    where = str(experiment.data.labelled)
    read = read_labelled(experiment, say, where=where)
    kept, n_older = _latest(read, experiment, latest, where)
    labelled = labelled_set(kept, experiment.data, None, where)
    columns = _columns(labelled, experiment, bundle)
    pairs = zip(labelled.reviews, labelled.types, strict=True)
    new = [i for i, pair in enumerate(pairs) if row_sha256(*pair)[:12] not in learned]
    named = [i for i in new if any(code in columns for code in labelled.types[i])]
    other = [i for i in new if not any(code in columns for code in labelled.types[i])]
    targets = np.zeros((len(named), len(bundle.types)), dtype=bool)
    for row, i in enumerate(named):
        targets[row, [columns[code] for code in labelled.types[i] if code in columns]] = True
    unknown = Counter(code for i in new for code in labelled.types[i] if code not in columns)
    return Fresh(
        reviews=[labelled.reviews[i] for i in named],
        types=[labelled.types[i] for i in named],
        targets=targets,
        novel=[*(labelled.reviews[i] for i in other), *labelled.outside],
        groups=[*(labelled.groups[i] for i in (*named, *other)), *labelled.outside_groups],
        frame=labelled.frame.iloc[named],
        unknown=dict(sorted(unknown.items(), key=lambda item: (-item[1], item[0]))),
        sha256=_sha256(labelled, named),
        n_read=len(read),
        n_unlabelled=labelled.n_unlabelled,
        n_older=n_older,
        n_learned=len(labelled) - len(new),
    )


def _sha256(labelled: Labelled, rows: Sequence[int]) -> str:
    """Return the hash of the content of some rows."""
    lines = sorted(row_sha256(labelled.reviews[i], labelled.types[i]) for i in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _latest(reviews: pd.DataFrame, experiment: Experiment, latest: int | None, where: str) -> tuple[pd.DataFrame, int]:
    """Return reviews without those labelled ones that are not among the ``latest``, and how many these are.

    A review without a date is older than any with one; equal dates fall by id.
    """
    column, time = experiment.data.types.column, experiment.data.time or "date"
    if latest is None or column not in reviews.columns:
        return reviews, 0
    if latest < 1:
        raise ReviewmineError(
            f"--latest {latest}", expected="at least 1", do="name how many of the newest reviews count"
        )
    if time not in reviews.columns:
        raise ReviewmineError(f"no column {time!r}", where=where, do="name the column of dates under data.time")
    typed = reviews[reviews[column].fillna("").astype(str).str.strip() != ""]
    moments = pd.Series([parse_date(value) for value in typed[time]], index=typed.index, dtype="datetime64[us]")
    if len(typed) and moments.isna().all():
        raise ReviewmineError("no labelled review has a date", where=f"{where}, column {time}", do="leave out --latest")
    dated = typed.assign(moment=moments).sort_values(["moment", "id"], na_position="first", kind="stable")
    older = dated.index[: max(0, len(dated) - latest)]
    return reviews.drop(older), len(older)


def _columns(labelled: Labelled, experiment: Experiment, bundle: Bundle) -> dict[str, int]:
    """Return each code of the labels that stands for a type of the bundle, with the column of that type.

    Types are matched by their ids in the taxonomy of the experiment, so that codes renamed or merged before or after the
    model was trained are understood; without one, and for codes that it does not have, by the codes of the bundle.
    """
    of_id = {str(kind["id"]): k for k, kind in enumerate(bundle.types)}
    found = {str(kind["code"]): k for k, kind in enumerate(bundle.types)}
    if not experiment.taxonomy:
        return found
    taxonomy = load_taxonomy(experiment.taxonomy)
    ids = former_codes(taxonomy) | {one.code: one.id for one in taxonomy.types}
    ends = deprecated_ends(taxonomy, taxonomy)
    for code in {code for codes in labelled.types for code in codes}:
        after = ends.get(ids.get(code, ""), (ids.get(code, ""),))
        columns = [of_id[name] for name in (ids.get(code, ""), *(after if len(after) == 1 else ())) if name in of_id]
        if columns:
            found[code] = columns[0]
    return found
