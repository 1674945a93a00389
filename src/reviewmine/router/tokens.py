"""The tokens of some reviews as columns: form, row, field, part, and whether a negation denies it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reviewmine.language.negation import END, denied, roles
from reviewmine.language.normalize import words
from reviewmine.router.hashing import I64


@dataclass(frozen=True)
class Tokens:
    """Columns of one length. A part is one field of one row; ``denied`` is all False where it was not asked for."""

    forms: list[str]
    row: I64
    field: I64
    part: I64
    denied: NDArray[np.bool_]

    @classmethod
    def of(cls, texts: Iterable[tuple[int, int, str]], *, with_denials: bool) -> "Tokens":
        """Return the tokens of texts given as row, field and text, in that order."""
        forms: list[str] = []
        rows: list[int] = []
        fields: list[int] = []
        ends: list[int] = [0]
        said: list[str] = []
        for row, field, text in texts:
            found = words(text)
            forms.extend(found)
            rows.append(row)
            fields.append(field)
            ends.append(len(forms))
            if with_denials:
                said.append(roles(text, found))
        part = np.repeat(np.arange(len(rows)), np.diff(ends))
        marks = _denials(END.join(said)) if with_denials else np.zeros(len(forms), dtype=np.bool_)
        row_of, field_of = np.asarray(rows, dtype=np.int64), np.asarray(fields, dtype=np.int64)
        return cls(forms, row_of[part], field_of[part], part, marks)


def _denials(said: str) -> NDArray[np.bool_]:
    """Return whether each token is denied, given the roles of all."""
    marks = np.zeros(len(said), dtype=np.bool_)
    marks[denied(said)] = True
    is_token: NDArray[np.bool_] = np.frombuffer(said.encode("ascii"), dtype=np.uint8) != ord(END)
    return marks[is_token]
