"""Labels given under an earlier version of a taxonomy, re-expressed under a later one; what cannot be is listed.

A label is a statement about a type. Where a type was renamed or moved it is still true; where types became one, "yes" to
either is "yes" to the whole, but only "no" to each of them is "no"; where one was split, "no" holds for every part and
"yes" for some part unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from reviewmine.errors import ReviewmineError
from reviewmine.labels.store import WITHDRAWN, Label, in_force, name_of
from reviewmine.taxonomy.lineage import Relation, deprecated_ends, relation
from reviewmine.taxonomy.model import Taxonomy
from reviewmine.taxonomy.versions import as_of, parts

LEFT_COLUMNS = ("review", "type", "verdict", "who", "when", "why", "into")


@dataclass(frozen=True)
class Left:
    """A label that says nothing under the new version: why (split, merge, deleted, unknown), and the ids it went into."""

    label: Label
    why: str
    into: tuple[str, ...] = ()


@dataclass(frozen=True)
class Migrated:
    """Labels of the new version, in the order of the old ones, and those that were left."""

    labels: tuple[Label, ...]
    left: tuple[Left, ...]


def migrated(labels: Iterable[Label], new: Taxonomy, old: Taxonomy | None = None) -> Migrated:
    """Return ``labels`` under ``new``; who said what and when stays.

    The types of each version are those that the lineage of ``new`` remembers; ``old`` is needed where labels are of a
    later version than ``new``, or of one that its lineage does not know. Raises ``ReviewmineError`` for labels of another
    taxonomy, or of a later version without ``old``.
    """
    labels = list(labels)
    ways = {name: _way(name, new, old) for name in sorted({one.taxonomy for one in labels})}
    sources: dict[tuple[str, str], set[str]] = {}
    for name, way in ways.items():
        for source, ends in way.items():
            if len(ends) == 1:
                sources.setdefault((name, ends[0]), set()).add(source)
    agreed = _agreed(labels, ways, sources)
    kept: list[Label] = []
    left: list[Left] = []
    for one in labels:
        ends = ways[one.taxonomy].get(one.type, ())
        if not ends:
            left.append(Left(one, "deleted" if one.type in ways[one.taxonomy] else "unknown"))
        elif len(ends) > 1 and one.verdict not in ("no", WITHDRAWN):  # a "no" that was taken back is so for every part
            left.append(Left(one, "split", ends))
        elif (
            len(ends) == 1
            and len(sources[one.taxonomy, ends[0]]) > 1
            and agreed.get(_merger(one, ends[0])) != one.verdict
        ):
            left.append(Left(one, "merge", ends))
        else:
            kept += [replace(one, type=end, taxonomy=name_of(new)) for end in ends]
    return Migrated(tuple(kept), tuple(left))


def left_table(left: Iterable[Left]) -> pd.DataFrame:
    """Return what was left as a table, a row each; ids it went into are joined by ``|``."""
    rows = [
        (
            one.label.review,
            one.label.type,
            one.label.verdict,
            one.label.who,
            one.label.when,
            one.why,
            "|".join(one.into),
        )
        for one in left
    ]
    return pd.DataFrame(rows, columns=list(LEFT_COLUMNS))


def _way(name: str, new: Taxonomy, old: Taxonomy | None) -> Relation:
    """Return for each id of the version ``name`` the ids in which it goes on."""
    title, _, version = name.rpartition(" ")
    known = {one.taxonomy: one for one in (new, *([old] if old else []))}
    if title not in known:
        expected = " or ".join(sorted(known))
        raise ReviewmineError(f"labels of the taxonomy {title!r}", expected=expected, do="name their own taxonomy")
    if version == new.version and title == new.taxonomy:
        before = new
    elif old is not None and parts(old.version) >= parts(version):
        before = as_of(old, version)
    elif parts(version) > parts(new.version):
        do = "name the taxonomy of that version with --from"
        raise ReviewmineError(f"labels of {name}", expected=f"{new.version} or earlier", do=do)
    else:
        before = as_of(new, version)
    return {**deprecated_ends(before, new), **relation(before, new)}


def _merger(one: Label, end: str) -> tuple[object, ...]:
    """Return what a label speaks of once its type has become ``end``."""
    return one.review, end, one.who, one.span, one.taxonomy


def _agreed(
    labels: Iterable[Label], ways: Mapping[str, Relation], sources: Mapping[tuple[str, str], set[str]]
) -> dict[tuple[object, ...], str]:
    """Return what each labeller's last words on the types that became one say of that one; nothing where it is unknown."""
    told: dict[tuple[object, ...], dict[str, str]] = {}
    for one in in_force(labels):
        ends = ways[one.taxonomy].get(one.type, ())
        if len(ends) == 1:
            told.setdefault(_merger(one, ends[0]), {})[one.type] = one.verdict
    found = {}
    for key, verdicts in told.items():
        said = set(verdicts.values())
        if "yes" in said or "unsure" in said:
            found[key] = "yes" if "yes" in said else "unsure"
        elif set(verdicts) == sources[str(key[4]), str(key[1])]:
            found[key] = "no"
    return found
