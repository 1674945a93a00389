"""Training, calibration and test part: whole groups, types in proportion, the same whatever the order of rows."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reviewmine.corpus.dates import parse_date
from reviewmine.errors import ReviewmineError
from reviewmine.labels.dataset import Labelled
from reviewmine.settings import Split

PARTS = ("train", "calibration", "test")
_SHARED = "shared"  # named under calibration and test: dealt half and half


@dataclass(frozen=True)
class Parts:
    """Row numbers of each part; ``unused`` rows belong to none."""

    train: NDArray[np.int64]
    calibration: NDArray[np.int64]
    test: NDArray[np.int64]
    unused: NDArray[np.int64]


def split_parts(labelled: Labelled, split: Split, seed: int, time: str | None = None) -> Parts:
    """Return the parts of a labelled set. Raises ``ReviewmineError`` when a part would be empty."""
    if split.strategy == "column":
        names = _by_column(labelled, split, seed)
    elif split.strategy == "time":
        names = _by_time(labelled, split, time or "date")
    else:
        assert isinstance(split.test, float)
        assert isinstance(split.calibration, float)
        shares = {"test": split.test, "calibration": split.calibration, "train": 1 - split.test - split.calibration}
        names = deal(labelled.types, labelled.groups, shares, seed)
    found = {part: np.flatnonzero(np.asarray(names) == part) for part in (*PARTS, "")}
    for part in PARTS:
        if not len(found[part]):
            raise ReviewmineError(
                f"the {part} part is empty",
                expected="rows in every part",
                where="split",
                do="bring more labelled rows or change the shares",
            )
    return Parts(found["train"], found["calibration"], found["test"], found[""])


def deal(types: Sequence[tuple[str, ...]], groups: Sequence[str], shares: dict[str, float], seed: int) -> list[str]:
    """Return the part of each row: groups are dealt one by one, those with the rarest types first.

    Iterative stratification (Sechidis, Tsoumakas and Vlahavas, 2011) over groups: a group goes to the part that still
    wants most of its rarest type, then to the part that wants most rows. Ties fall by a hash of the seed.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        members[group].append(row)
    counts = {group: Counter(code for row in rows for code in types[row]) for group, rows in members.items()}
    total = Counter(code for codes in types for code in codes)
    wanted = {part: {code: share * n for code, n in total.items()} for part, share in shares.items()}
    rows_wanted = {part: share * len(types) for part, share in shares.items()}

    def draw(text: str) -> str:
        return hashlib.sha256(f"{seed}:{text}".encode()).hexdigest()

    def rarest(group: str) -> str:
        return min(counts[group], key=lambda code: (total[code], code))

    part_of: dict[str, str] = {}
    for group in sorted(members, key=lambda group: (total[rarest(group)], rarest(group), draw(group))):
        code = rarest(group)
        best = max(
            shares, key=lambda part: (round(wanted[part][code], 9), round(rows_wanted[part], 9), draw(group + part))
        )
        part_of[group] = best
        rows_wanted[best] -= len(members[group])
        for name, n in counts[group].items():
            wanted[best][name] -= n
    return [part_of[group] for group in groups]


def _by_column(labelled: Labelled, split: Split, seed: int) -> list[str]:
    """Return the part that a column names; a value under both calibration and test is dealt half and half."""
    assert split.column is not None
    if split.column not in labelled.frame.columns:
        raise ReviewmineError(f"no column {split.column!r}", where="split.column", do="fix the experiment")
    values = labelled.frame[split.column].astype(str).tolist()
    calibration, test = (part if isinstance(part, tuple) else () for part in (split.calibration, split.test))
    trained = {group for group, value in zip(labelled.groups, values, strict=True) if value in split.train}
    names = []
    for value, group in zip(values, labelled.groups, strict=True):
        parts = [part for part, named in (("calibration", calibration), ("test", test)) if value in named]
        if value in split.train:
            names.append("train")
        elif not parts or group in trained:  # a near copy of a training row would flatter the other parts
            names.append("")
        else:
            names.append(parts[0] if len(parts) == 1 else _SHARED)
    shared = [row for row, name in enumerate(names) if name == _SHARED]
    types, groups = [labelled.types[row] for row in shared], [labelled.groups[row] for row in shared]
    for row, half in zip(shared, deal(types, groups, {"calibration": 0.5, "test": 0.5}, seed), strict=True):
        names[row] = half
    tested = {group for group, name in zip(labelled.groups, names, strict=True) if name == "test"}
    return [
        "" if name == "calibration" and group in tested else name
        for name, group in zip(names, labelled.groups, strict=True)
    ]


def _by_time(labelled: Labelled, split: Split, column: str) -> list[str]:
    """Return parts in the order of time, the newest rows for the test; a group goes where its newest row is."""
    assert isinstance(split.test, float)
    assert isinstance(split.calibration, float)
    if column not in labelled.frame.columns:
        raise ReviewmineError(f"no column {column!r}", where="data.time", do="fix the experiment")
    moments = pd.Series([parse_date(value) for value in labelled.frame[column]], dtype="datetime64[us]")
    if moments.isna().all():
        raise ReviewmineError("no row has a date", where=f"column {column}", do="use strategy: group")
    newest = moments.groupby(np.asarray(labelled.groups)).transform("max").fillna(moments.min())
    rank = newest.rank(method="average", pct=True)
    return [
        "test" if r > 1 - split.test else "calibration" if r > 1 - split.test - split.calibration else "train"
        for r in rank
    ]
