"""What the first pass over a table learns of it: its columns, the scale of its ratings, the order of its dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from reviewmine.corpus.columns import Columns, recognise
from reviewmine.corpus.dates import DateTally
from reviewmine.corpus.formats import Row
from reviewmine.corpus.ratings import RatingTally
from reviewmine.corpus.review import REVIEW_COLUMNS
from reviewmine.corpus.staging import text_column
from reviewmine.errors import ReviewmineError
from reviewmine.router import MAX_CHARS, TEXT_FIELDS

_SAMPLE = 200  # rows by which the columns are recognised


@dataclass
class TableFacts:
    """What the first pass learns of one table."""

    where: str
    as_of: datetime | None
    columns: Columns | None = None
    names: dict[str, None] = field(default_factory=dict)
    ratings: RatingTally = field(default_factory=RatingTally)
    dates: DateTally = field(default_factory=DateTally)
    n_long: int = 0
    mended: Sequence[str] = ()
    error: ReviewmineError | None = None

    def learn(self, rows: Sequence[tuple[int, Row]], mapping: Mapping[str, str] | None) -> None:
        """Recognise the columns of the first rows; later rows may bring columns that the first did not have."""
        new = dict.fromkeys(name for _, row in rows for name in row if name not in self.names)
        self.names |= new
        usable = {field: column for field, column in (mapping or {}).items() if column in self.names}
        if self.columns is None:
            sample = [row for _, row in rows[:_SAMPLE]]
            self.columns = self._recognised(usable, mapping, sample)
            self.ratings = RatingTally(self.columns.fields.get("rating", ""))
            self.dates = DateTally(self.as_of)
        elif new:
            self.columns = self.columns.joined(recognise(self.names, usable, self.where, need_text=False))
        if any(field in self.columns.fields for field in TEXT_FIELDS):
            self.error = None

    def _recognised(
        self, usable: Mapping[str, str], mapping: Mapping[str, str] | None, sample: Sequence[Row]
    ) -> Columns:
        """Return the columns of the first rows; that none of them is a text is an error only if none comes later."""
        try:
            return recognise(self.names, usable, self.where, sample)
        except ReviewmineError as error:
            self.error = error
        if len(usable) < len(mapping or {}):  # what the map names and the table lacks says more
            try:
                recognise(self.names, mapping, self.where, sample)
            except ReviewmineError as error:
                self.error = error
        return recognise(self.names, usable, self.where, sample, need_text=False)

    def own_names(self) -> dict[str, str]:
        """Return the columns that are kept beside the fields, with the names they get; none is the name of a field.

        A column whose original already stands beside it under «… (source)», as in a file written here, is not kept twice.
        """
        assert self.columns is not None
        fields = self.columns.fields
        taken = {column for field, column in fields.items() if field != "rating"}  # a rating is kept as written, too
        named: dict[str, str] = {}
        for name in self.names:
            own = f"{name} (source)" if name in REVIEW_COLUMNS else str(name)
            if name not in taken and (own == name or own not in self.names):
                named[name] = own
        return named

    def frame(self, rows: Sequence[tuple[int, Row]]) -> pd.DataFrame:
        """Return rows as a frame of text: the fields the table has as they were written, then its columns that are none.

        Where the column of a text field is empty, a rival column of that field that is not steps in for the row.
        """
        assert self.columns is not None

        def column(name: str) -> list[str]:
            return text_column([row.get(name) for _, row in rows])

        fields = self.columns.fields
        data = {name: column(fields[name]) for name in REVIEW_COLUMNS if name in fields}
        own_names = self.own_names()
        data |= {own: column(name) for name, own in own_names.items()}
        for name, rival in self.columns.rivals:
            if rival in own_names and "" in data[name]:
                data[name] = [cell or other for cell, other in zip(data[name], data[own_names[rival]], strict=True)]
        return pd.DataFrame(data, index=range(len(rows)), dtype=object)

    @property
    def notes(self) -> list[str]:
        """Return what to tell of the table, a line each."""
        said = [*self.mended, *(self.columns.notes if self.columns else ()), self.ratings.note, self.dates.note]
        if self.n_long:
            texts = "1 text is" if self.n_long == 1 else f"{self.n_long} texts are"
            said.append(f"{texts} over {MAX_CHARS} characters; statements and routing read the beginning")
        return [f"{self.where}: {note}" for note in said if note]
