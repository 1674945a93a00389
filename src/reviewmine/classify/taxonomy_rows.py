"""The taxonomy as examples: what people wrote about a type teaches the model where labelled reviews are few."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reviewmine.corpus.copies import copy_groups
from reviewmine.taxonomy.model import Taxonomy, Type
from reviewmine.taxonomy.notation import in_plain_words


@dataclass(frozen=True)
class TaxonomyRows:
    """Texts of the taxonomy as reviews of one field, and the type of each: ``targets`` is (rows, types)."""

    reviews: tuple[dict[str, str], ...]
    targets: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.reviews)


def no_rows(codes: Sequence[str]) -> TaxonomyRows:
    """Return the rows of a model that learns from reviews alone."""
    return TaxonomyRows((), np.zeros((0, len(codes)), dtype=bool))


def taxonomy_rows(taxonomy: Taxonomy, codes: Sequence[str], held_out: Sequence[str]) -> TaxonomyRows:
    """Return a row for each title, definition, include example and pattern of the types ``codes``.

    They are for the training part alone, with the weight of a review. A text that is a near copy of one of the texts
    ``held_out`` (calibration and test part) is left out, as it would be among reviews. A type that says nothing of
    itself but its title adds no row: the title may be a bare code.
    """
    rows = [(text, place) for place, code in enumerate(codes) for text in type_texts(taxonomy.type(code))]
    groups = copy_groups([*held_out, *(text for text, _ in rows)])
    known = set(groups[: len(held_out)])
    kept = [row for row, group in zip(rows, groups[len(held_out) :], strict=True) if group not in known]
    targets = np.zeros((len(kept), len(codes)), dtype=bool)
    targets[np.arange(len(kept)), [place for _, place in kept]] = True
    return TaxonomyRows(tuple({"text": text} for text, _ in kept), targets)


def type_texts(one: Type) -> list[str]:
    """Return the distinct texts that say what a type means, in the order of the file.

    >>> type_texts(Type(id="T1", code="late", title="Опоздание", include=("ждал лишних три дня",)))
    ['Опоздание', 'ждал лишних три дня']
    >>> type_texts(Type(id="T1", code="late", title="Опоздание"))
    []
    """
    patterns = (said for pattern in one.patterns if pattern.strip() for said in in_plain_words(pattern))
    said = [text for text in (one.definition, *one.include, *patterns) if text.strip()]
    return list(dict.fromkeys((one.title, *said))) if said else []
