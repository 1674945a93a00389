"""Which column of an export is which field: by a map, by its name in Russian or English, or by its cells."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from reviewmine.corpus.cells import is_blank, shown
from reviewmine.corpus.column_names import (
    ANSWER_WORDS,
    LAST_RESORT,
    NAMES,
    NO_TEXT_NAMES,
    NO_TEXT_WORDS,
    OTHER_THINGS,
    REVIEW_WORDS,
    SELLER_WORDS,
)
from reviewmine.corpus.review import REVIEW_COLUMNS
from reviewmine.errors import ReviewmineError
from reviewmine.router import TEXT_FIELDS

_LONGEST_NAME = 200
_LONGEST_CELL = 2_000  # characters of a cell that are looked at
_PROSE_WORDS, _PROSE_LETTERS, _PROSE_DISTINCT = 3, 0.6, 0.5
_NOTED = frozenset(("pros", "cons", "comment", "text", "rating"))  # fields whose rival columns are worth a note

_CAMEL = re.compile(r"(?<=[a-zа-я])(?=[A-ZА-Я])")
_BRACKETS = re.compile(r"\([^()]{0,100}\)|\[[^\[\]]{0,100}\]")

Rows = Sequence[Mapping[str, Any]]


BY_NAME = "by its name"
"""The plain reason, which need not be told."""


@dataclass(frozen=True)
class Match:
    """A column that was taken for a field, and why."""

    field: str
    column: str
    why: str


@dataclass(frozen=True)
class Columns:
    """What was recognised; ``notes`` tell what was guessed and which columns were rivals."""

    matches: tuple[Match, ...]
    notes: tuple[str, ...] = ()
    rivals: tuple[tuple[str, str], ...] = ()
    """Text field and another column that has its name: it steps in where the chosen column is empty."""

    @cached_property
    def fields(self) -> dict[str, str]:
        """Return our field to their column."""
        return {match.field: match.column for match in self.matches}

    def joined(self, other: "Columns") -> "Columns":
        """Return these with the matches of ``other`` that take neither a field nor a column taken here."""
        new = tuple(
            match
            for match in other.matches
            if match.field not in self.fields and match.column not in self.fields.values()
        )
        notes, rivals = (
            tuple(dict.fromkeys(both)) for both in ((*self.notes, *other.notes), (*self.rivals, *other.rivals))
        )
        return Columns((*self.matches, *new), notes, rivals)


def recognise(
    columns: Iterable[str],
    mapping: Mapping[str, str] | None = None,
    where: str = "",
    sample: Rows = (),
    *,
    need_text: bool = True,
) -> Columns:
    """Return which column is which field. A column serves one field; ``mapping`` wins over all.

    With a ``sample`` of rows, a column that is empty in it loses to a filled one, and when no column is a text by its
    name, the one of the longest texts is. Raises ``ReviewmineError`` when the mapping names an unknown field or column,
    or when no column holds text and one is needed.

    >>> recognise(["Достоинства", "Оценка (1-5)", "Ответ продавца"]).fields
    {'pros': 'Достоинства', 'rating': 'Оценка (1-5)'}
    """
    columns = list(dict.fromkeys(columns))
    taken = _mapped(columns, mapping or {}, where)
    filled = _filled_in(sample)
    names = {column: _names_of(column) for column in columns}
    _by_names(taken, names, filled)
    notes = [] if mapping and "text" in mapping else _by_cells(taken, names, filled, sample)
    if need_text and not any(field in taken for field in TEXT_FIELDS):
        raise ReviewmineError(
            f"no text column among: {_listed(columns)}",
            expected="one such as Достоинства, Недостатки, Комментарий, text",
            where=where,
            do="name it with --map",
        )
    notes += _rivals(taken, names, filled, mapping or {})
    rivals = [
        (field, column)
        for field in TEXT_FIELDS
        if field in taken and field not in (mapping or {})
        for column in _named(field, 0, taken, names, None)
        if names[column][0] not in LAST_RESORT
    ]
    matches = tuple(taken[field] for field in REVIEW_COLUMNS if field in taken)
    return Columns(matches, tuple(notes), tuple(rivals))


def _listed(columns: Sequence[str]) -> str:
    """Return column names for a message, masked: the first row of a file without a header is a review."""
    return ", ".join(shown(column, 60) for column in columns[:100])[:300]


def plain(name: str) -> str:
    """Return a column name as it is compared: lower case, words only.

    >>> plain("  Дата_создания (МСК)"), plain("productValuation"), plain("№ отзыва")
    ('дата создания мск', 'product valuation', 'номер отзыва')
    """
    name = unicodedata.normalize("NFC", name[:_LONGEST_NAME].replace("№", " номер "))
    return " ".join(re.findall(r"[^\W_]+", _CAMEL.sub(" ", name).lower().replace("ё", "е")))


def _mapped(columns: Sequence[str], mapping: Mapping[str, str], where: str) -> dict[str, Match]:
    """Return the matches that a map states."""
    for field, column in mapping.items():
        if field not in REVIEW_COLUMNS:
            turned = column in REVIEW_COLUMNS and field in columns
            raise ReviewmineError(
                f"the map names the field {field!r}",
                expected=f"one of {', '.join(REVIEW_COLUMNS)}",
                where=where,
                do=f"the map looks turned round: write {column}: {field}" if turned else "fix the map",
            )
        if column not in columns:
            raise ReviewmineError(
                f"no column {column!r}", expected=f"one of {_listed(columns)}", where=where, do="fix the map"
            )
    return {field: Match(field, column, "named in the map") for field, column in mapping.items()}


def _names_of(column: str) -> tuple[str, str, str]:
    """Return the names by which a column is looked up, the surest first; '' where there is no such.

    The whole; without brackets and what follows a comma; the last part of a nested one. A seller's answer has only the
    whole, and so has a part of another thing, as ``product.rating``.

    >>> _names_of("Оценка (1-5)"), _names_of("feedback.text"), _names_of("answer.text"), _names_of("product.rating")
    (('оценка 1 5', 'оценка', ''), ('feedback text', '', 'text'), ('answer text', '', ''), ('product rating', '', ''))
    """
    whole = plain(column)
    if _is_answer(set(whole.split())):
        return whole, "", ""
    bare = plain(re.split("[,:;\n]", _BRACKETS.sub(" ", column[:_LONGEST_NAME]), maxsplit=1)[0])
    outer, _, last = column[:_LONGEST_NAME].rpartition(".")
    part = plain(last) if outer else ""
    if OTHER_THINGS & set(plain(outer).split()) and part not in (*NAMES["product"], *NAMES["group"]):
        part = ""
    return whole, bare if bare != whole else "", part


def _is_answer(words: set[str]) -> bool:
    """Return whether the words of a name say that its column holds what the seller wrote."""
    return bool(ANSWER_WORDS & words) or bool(SELLER_WORDS & words and not REVIEW_WORDS & words)


_WHY = (BY_NAME, "by its name without the note", "by its last part")


def _by_names(taken: dict[str, Match], names: Mapping[str, Sequence[str]], filled: Callable[[str, str], bool]) -> None:
    """Take columns by their names: filled ones first, then the surer kind of name, then the surer name."""
    for last_resort in (False, True):
        if last_resort and _has_text(taken, filled):
            return
        for must_be_filled in (True, False):
            for kind, why in enumerate(_WHY):
                for field in NAMES:
                    rivals = _named(field, kind, taken, names, filled if must_be_filled else None)
                    rivals = [column for column in rivals if (names[column][kind] in LAST_RESORT) == last_resort]
                    if rivals and field not in taken:
                        taken[field] = Match(field, rivals[0], why)


def _has_text(taken: Mapping[str, Match], filled: Callable[[str, str], bool]) -> bool:
    """Return whether a column with more than titles has been taken, and something stands in it."""
    return any(field in taken and filled(taken[field].column, field) for field in TEXT_FIELDS if field != "title")


def _named(
    field: str,
    kind: int,
    taken: Mapping[str, Match],
    names: Mapping[str, Sequence[str]],
    filled: Callable[[str, str], bool] | None,
) -> list[str]:
    """Return the free columns whose name of a kind is one of a field, the surest first."""
    used = {match.column for match in taken.values()}
    rank = {name: i for i, name in enumerate(NAMES[field])}
    found = [column for column in names if names[column][kind] in rank and column not in used]
    found = [column for column in found if filled is None or filled(column, field)]
    return sorted(found, key=lambda column: (rank[names[column][kind]], column))


def _filled_in(sample: Rows) -> Callable[[str, str], bool]:
    """Return what tells whether a column has something for a field in a sample; without a sample, it has."""
    known: dict[tuple[str, bool], bool] = {}

    def filled(column: str, field: str) -> bool:
        key = column, field in TEXT_FIELDS
        if key not in known:
            cells = (row.get(column) for row in sample)
            known[key] = not sample or any(
                map(_has_letters, cells) if key[1] else (not is_blank(cell) for cell in cells)
            )
        return known[key]

    return filled


def _has_letters(cell: Any) -> bool:
    """Return whether a cell is a text with a letter in it: a count of comments is no comment."""
    return isinstance(cell, str) and any(char.isalpha() for char in cell[:_LONGEST_CELL])


def _by_cells(
    taken: dict[str, Match],
    names: Mapping[str, Sequence[str]],
    filled: Callable[[str, str], bool],
    sample: Rows,
) -> list[str]:
    """Take the column of the longest texts for the text when no text is known by name, and return the note on it."""
    if _has_text(taken, filled):
        return []
    used = {match.column for match in taken.values()}
    no_text = {name for field in NAMES if field not in TEXT_FIELDS for name in NAMES[field]} | NO_TEXT_NAMES
    sizes = {
        column: _prose_size([row.get(column) for row in sample])
        for column, (whole, bare, _) in names.items()
        if column not in used and not {whole, bare} & no_text and not _holds_no_text(set(whole.split()))
    }
    column = max(sizes, key=lambda column: (sizes[column], column), default="")
    if not sizes.get(column):
        return []
    taken["text"] = Match("text", column, "by its cells: the longest texts")
    return [
        f"no column is a text by its name: took {shown(column, 60)!r}, which holds the longest texts; choose with --map"
    ]


def _holds_no_text(words: set[str]) -> bool:
    """Return whether the words of a name say that its column holds no review, however long its cells."""
    return bool(NO_TEXT_WORDS & words) or _is_answer(words)


def _prose_size(cells: Sequence[Any]) -> int:
    """Return how many characters of prose stand in a column; 0 when it is no prose.

    Prose has three words a cell and more letters than signs, and is seldom said twice.
    """
    texts = [cell[:_LONGEST_CELL].strip() for cell in cells if isinstance(cell, str)]
    texts = [text for text in texts if text]
    joined = "".join("".join(text.split()) for text in texts)
    n_words = sum(len(text.split()) for text in texts)
    if not joined or n_words < _PROSE_WORDS * len(texts) or len(set(texts)) < _PROSE_DISTINCT * len(texts):
        return 0
    return len(joined) if sum(map(str.isalpha, joined)) >= _PROSE_LETTERS * len(joined) else 0


def _rivals(
    taken: Mapping[str, Match],
    names: Mapping[str, Sequence[str]],
    filled: Callable[[str, str], bool],
    mapping: Mapping[str, str],
) -> list[str]:
    """Return a note for each field that several filled columns could be by their whole names."""
    notes = []
    for field, match in taken.items():
        rivals = _named(field, 0, taken, names, filled) if field in _NOTED and field not in mapping else []
        rivals = [column for column in rivals if names[column][0] not in LAST_RESORT]
        if rivals:
            others, chosen = ", ".join(shown(column, 60) for column in rivals)[:200], shown(match.column, 60)
            notes.append(
                f"{others} and {chosen} may both be the {field}: took {chosen}, kept {others} beside; choose with --map"
            )
    return notes


def load_map(path: Path) -> dict[str, str]:
    """Return the map in a YAML file: our field to their column."""
    import yaml  # noqa: PLC0415

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        found = f"the map is not readable ({error})"
        raise ReviewmineError(found, where=str(path), do="write lines such as text: Отзыв") from error
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ReviewmineError(
            "the map is not a list of field: column", where=str(path), do="write lines such as text: Отзыв"
        )
    return {str(key): value for key, value in data.items()}
