"""Cells of a table that say nothing, cells as they are shown, and the count of those that could not be read."""

from typing import Any

from reviewmine.corpus.privacy import mask

_LONGEST_BLANK = 20
_EXAMPLE = 40  # characters of an example
_MASKED = 2_000  # characters of a text that are masked before it is cut: no number is cut before it is seen
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
        """Begin with no cell."""
        self.n = 0
        self._shortest = ""

    def add(self, cell: Any) -> None:
        """Count one more cell."""
        text = str(cell).strip()[:_MASKED]
        if not self.n or (len(text), text) < (len(self._shortest), self._shortest):
            self._shortest = text
        self.n += 1

    @property
    def example(self) -> str:
        """Return the shortest cell for showing: masked, and cut where it is long."""
        return shown(self._shortest, _EXAMPLE)


def shown(text: str, most: int) -> str:
    """Return a text of a customer's file for showing: masked, then cut to ``most`` characters.

    >>> shown("Курьер Алексей, 8 (900) 000-12-34, не приехал", 30)
    'Курьер [имя], [телефон], не…'
    """
    plain = "".join(char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in text[:_MASKED])
    return shortened(" ".join(mask(plain).split()), most)


def shortened(text: str, most: int) -> str:
    """Return the beginning of a text, cut at a space where one is near.

    >>> shortened("Привезли быстро и без сколов", 18)
    'Привезли быстро и…'
    """
    if len(text) <= most:
        return text
    cut = text.rfind(" ", most // 2, most)
    return text[: cut if cut > 0 else most - 1].rstrip() + "…"


def counted(n: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "rating"), counted(3, "rating")
    ('1 rating', '3 ratings')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
