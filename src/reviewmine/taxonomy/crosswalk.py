"""History labelled or scored under one version of a taxonomy, re-expressed under another, row by row.

A row keeps where it came from in the column ``origin``, so that the way back is exact whatever happened in between.
"""

import json
import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from reviewmine.errors import ReviewmineError
from reviewmine.taxonomy.lineage import Relation, deprecated_ends, relation
from reviewmine.taxonomy.model import Taxonomy
from reviewmine.taxonomy.shares import SplitCount, split_counts
from reviewmine.taxonomy.versions import former_codes

ADDED: Final = ("row", "weight", "crosswalk", "origin", "origin_version", "taxonomy_version")
"""``row``: the number of the row it came from; ``weight``: what it counts; ``crosswalk``: how it was re-expressed;

``origin``: id and weight under the first version; the two versions."""
_DIGITS: Final = 9


@dataclass(frozen=True)
class Crosswalk:
    """Rows under the new version, one a type, and what became of them."""

    frame: pd.DataFrame
    summary: dict[str, Any]


@dataclass
class _Fragment:
    """What one row says of one type of the new version."""

    weight: float = 0.0
    how: str = ""
    origin: dict[str, float] = field(default_factory=dict)
    source: Mapping[Hashable, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Way:
    """How codes of one version become codes of another; ids are the bridge."""

    old: Taxonomy
    new: Taxonomy
    goes_on: Relation
    ids: Mapping[str, str]
    codes: Mapping[str, str]
    parents: Mapping[str, str]


def crosswalk(rows: pd.DataFrame, old: Taxonomy, new: Taxonomy, column: str | None = None) -> Crosswalk:
    """Return ``rows``, whose types are codes of ``old``, under ``new``.

    The frame has the columns of ``rows`` and those of ``ADDED``, a row for each type of a review: ``column`` (``types``, else
    ``type``) holds one code. The sum of ``weight`` is the count. Rename, merge and move are exact. A split goes by the
    probabilities of the new types in the column ``probabilities`` (JSON, code to p), else in equal shares, which
    ``crosswalk`` marks ``split-equal``. A type without a successor gives way to its group, else to "". A code that
    ``old`` does not know stays. Rows that came from ``new`` by an earlier crosswalk go back to what they were.

    Raises ``ReviewmineError`` for a frame without types or of another version than ``old``.
    """
    column = _types_column(rows, column)
    _check_version(rows, old, column)
    way = _way(old, new)
    records = rows.to_dict("records")
    numbers = [int(one) for one in rows["row"]] if "row" in rows else list(range(len(rows)))
    members: dict[int, list[dict[Hashable, Any]]] = {}
    for number, record in zip(numbers, records, strict=True):
        members.setdefault(number, []).append(record)
    out: list[dict[Hashable, Any]] = []
    splits: list[tuple[str, tuple[str, ...], tuple[float, ...] | None]] = []
    before: defaultdict[str, float] = defaultdict(float)
    for number, group in members.items():
        fragments: dict[str, _Fragment] = {}
        for record in group:
            for code, weight in _labels(record, column):
                before[code] += weight
                _express(record, code, weight, way, fragments, splits)
        out += _written(number, group[0], fragments, way, column)
    columns = [*(name for name in rows.columns if name not in ADDED), *ADDED]
    frame = pd.DataFrame(out, columns=columns)
    return Crosswalk(frame, _summary(frame, column, way, before, split_counts(splits), len(members)))


def _types_column(rows: pd.DataFrame, column: str | None) -> str:
    """Return the column of types: the one named, else ``types``, else ``type``."""
    found = next((name for name in ([column] if column else ["types", "type"]) if name in rows), None)
    if found is None:
        known = ", ".join(map(str, rows.columns))[:300]
        raise ReviewmineError(f"no column {column or 'types'!r} among {known}", do="name it with --column")
    return found


def _check_version(rows: pd.DataFrame, old: Taxonomy, column: str) -> None:
    """Raise ``ReviewmineError`` when rows say that they are of another version, or use our columns for something else."""
    if "row" not in rows and "weight" in rows:
        raise ReviewmineError("a column 'weight' that no crosswalk wrote", do="rename the column")
    if "taxonomy_version" in rows:
        other = sorted({str(one) for one in rows["taxonomy_version"]} - {old.version})
        if other:
            do = "name the taxonomy of that version first"
            raise ReviewmineError(f"rows of version {other[0]!r}", expected=old.version, do=do)
    known = {one.code for one in old.types} | set(former_codes(old))
    codes = {code for cell in rows[column].unique() for code in _codes(cell)}
    if codes and not codes & (known | set(old.groups)):
        do = "name the version under which the rows were labelled"
        raise ReviewmineError(f"no type of {old.taxonomy} {old.version} among the rows", where=column, do=do)


def _way(old: Taxonomy, new: Taxonomy) -> _Way:
    """Return the way from ``old`` to ``new``."""
    return _Way(
        old,
        new,
        relation(old, new) | deprecated_ends(old, new),
        former_codes(old) | {one.code: one.id for one in old.types},
        {one.id: one.code for one in new.types if one.status != "deprecated"},
        {one.id: one.parent for one in old.types if one.parent in new.groups},
    )


def _codes(cell: Any) -> list[str]:
    """Return the codes in a cell, joined by ``|``; none for an empty one.

    >>> _codes("late|lost"), _codes(float("nan")), _codes("")
    (['late', 'lost'], [], [])
    """
    if not isinstance(cell, str):
        return [] if cell is None or cell != cell else [str(cell)]
    return list(dict.fromkeys(code.strip() for code in cell.split("|") if code.strip()))


def _labels(record: Mapping[Hashable, Any], column: str) -> Iterator[tuple[str, float]]:
    """Yield the types of a row with what each counts; a row without one yields ""."""
    weight = float(record.get("weight", 1.0))
    for code in _codes(record[column]) or [""]:
        yield code, weight


def _express(
    record: Mapping[Hashable, Any],
    code: str,
    weight: float,
    way: _Way,
    fragments: dict[str, _Fragment],
    splits: list[tuple[str, tuple[str, ...], tuple[float, ...] | None]],
) -> None:
    """Add what one type of a row becomes to the fragments of the row."""
    name = way.ids.get(code, code)
    origin = _origin(record) or {name: weight}
    if str(record.get("origin_version", "")) == way.new.version:
        for source, part in origin.items():
            _add(fragments, way.codes.get(source, source), part, "origin", {source: part}, record)
        return
    ends = way.goes_on.get(name, ())
    if name not in way.goes_on or not ends:
        known = name in way.goes_on or code in way.ids
        target = way.parents.get(name, "") if known else code
        how = "unknown" if code and not known else "none" if not target else "parent"
        _add(fragments, target, weight, how if code else "same", origin, record)
        return
    codes = tuple(way.codes[end] for end in ends)
    shares = _posterior(record, codes) if len(ends) > 1 else (1.0,)
    how = "same" if ends == (name,) else "merge" if len(ends) == 1 else "split" if shares else "split-equal"
    if len(ends) > 1:
        splits.append((code, codes, shares))
    for target, share in zip(codes, shares or _equal(len(codes)), strict=True):
        _add(fragments, target, weight * share, how, {key: part * share for key, part in origin.items()}, record)


def _add(
    fragments: dict[str, _Fragment],
    target: str,
    weight: float,
    how: str,
    origin: Mapping[str, float],
    record: Mapping[Hashable, Any],
) -> None:
    """Add a weight to the fragment of ``target``; the least certain way names it, and a row counts a type once at most."""
    one = fragments.setdefault(target, _Fragment(source=record))
    one.weight = min(1.0, one.weight + weight)
    one.how = max(
        one.how, how, key=("", "same", "origin", "merge", "split", "split-equal", "parent", "none", "unknown").index
    )
    for source, part in origin.items():
        one.origin[source] = one.origin.get(source, 0.0) + part


def _origin(record: Mapping[Hashable, Any]) -> dict[str, float]:
    """Return the ids under the first version with their weights, as an earlier crosswalk noted them."""
    cell = record.get("origin")
    pairs = (part.rpartition(":") for part in cell.split("|")) if isinstance(cell, str) and cell else ()
    return {source: float(weight) for source, _, weight in pairs}


def _equal(n: int) -> tuple[float, ...]:
    """Return equal shares that make one."""
    return (1.0 / n,) * n


def _posterior(record: Mapping[Hashable, Any], codes: Sequence[str]) -> tuple[float, ...] | None:
    """Return the shares of ``codes`` by the probabilities of a row; None when it does not know each of them."""
    cell = record.get("probabilities")
    if not isinstance(cell, str):
        return None
    try:
        found = json.loads(cell)
        p = [float(found[code]) for code in codes]
    except (ValueError, KeyError, TypeError):
        return None
    total = math.fsum(p)
    if not all(map(math.isfinite, p)) or min(p) < 0 or total <= 0:
        return None
    return tuple(one / total for one in p)


def _written(
    number: int, first: Mapping[Hashable, Any], fragments: Mapping[str, _Fragment], way: _Way, column: str
) -> Iterator[dict[Hashable, Any]]:
    """Yield the rows of one review, in the order of the types of the new version."""
    types = {one.code: one for one in way.new.types}
    place = {code: n for n, code in enumerate(types)}
    version = str(first.get("origin_version") or way.old.version)
    for code in sorted(fragments, key=lambda code: (place.get(code, len(place)), code)):
        fragment = fragments[code]
        one = types.get(code)
        row = dict(fragment.source) | {name: code for name in ("type", "types", column) if name in fragment.source}
        if one is not None:
            row |= {name: getattr(one, name) for name in ("kind", "owner") if name in row}
        back = fragment.how == "origin"
        yield row | {
            "row": number,
            "weight": round(fragment.weight, _DIGITS),
            "crosswalk": fragment.how,
            "origin": "|".join(f"{key}:{round(part, _DIGITS):.12g}" for key, part in sorted(fragment.origin.items())),
            "origin_version": way.new.version if back else version,
            "taxonomy_version": way.new.version,
        }


def _summary(
    frame: pd.DataFrame,
    column: str,
    way: _Way,
    before: Mapping[str, float],
    splits: Sequence[SplitCount],
    n_reviews: int,
) -> dict[str, Any]:
    """Return counts by type before and after, by way of re-expression, and each split with its uncertainty."""
    return {
        "from": way.old.version,
        "to": way.new.version,
        "n_reviews": n_reviews,
        "n_rows": len(frame),
        "ways": _totals(frame, "crosswalk"),
        "before": {code or "none": round(n, 4) for code, n in sorted(before.items())},
        "after": _totals(frame, column),
        "splits": [split.to_json() for split in splits],
    }


def _totals(frame: pd.DataFrame, column: str) -> dict[str, float]:
    """Return the sum of weights for each value of a column."""
    totals = zip(frame[column], frame["weight"], strict=True)
    found: defaultdict[str, list[float]] = defaultdict(list)
    for value, weight in totals:
        found[str(value)].append(weight)
    return {value or "none": round(math.fsum(weights), 4) for value, weights in sorted(found.items())}
