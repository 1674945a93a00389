"""Cells of a table that say nothing, and the count of those that could not be read."""

from typing import Any

_LONGEST_BLANK = 20
_BLANK_WORDS = frozenset(
    (
        "|none|null|nan|nat|<na>|na|n/a|#n/a|undefined|нет|н/д|пусто|нет данных|не указано|не указана|нет оценки|без оценки"
        "|не оценено|нет даты|без даты"
    ).split("|")
)


def is_blank(cell: Any) -> bool:
    """Return whether a cell of a rating or a date says nothing: empty, a dash, «не указано», a mark of a missing value.

    >>> [is_blank(cell) for cell in (None, float("nan"), " — ", "Не указано", 0, "вчера")]
    [True, True, True, True, False, False]
    """
    text = str(cell)
    if len(text) > _LONGEST_BLANK:
        return text.isspace()
    return text.strip(" \t\r\n\0\u00a0\u200b\ufeff-–—−._").lower() in _BLANK_WORDS


class Unread:
    """How many cells could not be read, with the shortest as the example, so that the order of rows changes nothing."""

    def __init__(self) -> None:
        self.n = 0
        self.example = ""

    def add(self, cell: Any) -> None:
        """Count one more cell."""
        shown = str(cell).strip()[:40]
        if not self.n or (len(shown), shown) < (len(self.example), self.example):
            self.example = shown
        self.n += 1


def counted(n: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "rating"), counted(3, "rating")
    ('1 rating', '3 ratings')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
