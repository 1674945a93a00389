"""Which column of an export is which field, by its Russian or English name. Tables and one rule."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from reviewmine.corpus.review import REVIEW_COLUMNS
from reviewmine.errors import ReviewmineError
from reviewmine.router import TEXT_FIELDS

# Our field to their names, the surest first. Compared without case, ё, spaces and signs.
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": (
        "id",
        "review id",
        "feedback id",
        "id отзыва",
        "ид",
        "ид отзыва",
        "номер отзыва",
        "номер обращения",
        "номер",
    ),
    "pros": ("pros", "достоинства", "плюсы", "преимущества", "pos", "advantages", "положительное", "что понравилось"),
    "cons": ("cons", "недостатки", "минусы", "neg", "disadvantages", "отрицательное", "что не понравилось"),
    "comment": ("comment", "комментарий", "комментарии", "comments", "коммент", "комментарий покупателя"),
    "title": ("title", "заголовок", "тема", "subject"),
    "text": (
        "text",
        "текст",
        "текст отзыва",
        "отзыв",
        "review",
        "review text",
        "сообщение",
        "обращение",
        "текст обращения",
        "message",
        "body",
        "content",
    ),
    "rating": (
        "rating",
        "оценка",
        "рейтинг",
        "rate",
        "stars",
        "звезды",
        "количество звезд",
        "баллы",
        "score",
        "product valuation",
        "grade",
    ),
    "date": (
        "date",
        "дата",
        "дата отзыва",
        "дата создания",
        "дата обращения",
        "created date",
        "created at",
        "created",
        "published at",
        "timestamp",
        "время",
    ),
    "channel": ("channel", "канал", "канал обращения", "source", "источник", "площадка", "маркетплейс"),
    "product": (
        "product",
        "товар",
        "название товара",
        "наименование товара",
        "product name",
        "наименование",
        "название",
        "артикул",
    ),
    "group": ("group", "группа", "группа товаров", "category", "категория", "категория товара", "предмет", "раздел"),
}


def plain(name: str) -> str:
    """Return a column name as it is compared: lower case, words only.

    >>> plain("  Дата_создания (МСК)"), plain("productValuation")
    ('дата создания мск', 'product valuation')
    """
    apart = re.sub(r"(?<=[a-zа-я])(?=[A-ZА-Я])", " ", name)
    return " ".join(re.findall(r"[^\W_]+", apart.lower().replace("ё", "е")))


def recognise(columns: Iterable[str], mapping: Mapping[str, str] | None = None, where: str = "") -> dict[str, str]:
    """Return our field to their column. ``mapping`` wins over names; a column serves one field.

    Raises ``ReviewmineError`` when the mapping names an unknown field or column, or no column holds text.
    """
    columns = list(columns)
    chosen = dict(mapping or {})
    for field, column in chosen.items():
        if field not in REVIEW_COLUMNS:
            raise ReviewmineError(
                f"the map names the field {field!r}",
                expected=f"one of {', '.join(REVIEW_COLUMNS)}",
                where=where,
                do="fix the map",
            )
        if column not in columns:
            raise ReviewmineError(
                f"no column {column!r}", expected=f"one of {', '.join(columns)[:300]}", where=where, do="fix the map"
            )
    by_plain: dict[str, str] = {}
    free = [column for column in columns if column not in chosen.values()]
    for column, name in (
        *((column, column) for column in free),
        *((column, column.rsplit(".", 1)[-1]) for column in free),
    ):
        by_plain.setdefault(plain(name), column)
    for field, names in NAMES.items():
        if field not in chosen:
            match = next(
                (by_plain[name] for name in names if name in by_plain and by_plain[name] not in chosen.values()), None
            )
            if match is not None:
                chosen[field] = match
    if not any(field in chosen for field in TEXT_FIELDS):
        shown = ", ".join(columns)[:200]
        raise ReviewmineError(
            f"no text column among: {shown}",
            expected="one such as Достоинства, Недостатки, Комментарий, text",
            where=where,
            do="name it with --map",
        )
    return chosen


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
