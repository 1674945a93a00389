"""The words of the page in two languages: Russian as the templates have it, English by one table, ``english.yaml``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Any

from reviewmine.report import russian

_MONTHS = (
    "January February March April May June July August September October November December".split()  # in this order
)


@dataclass(frozen=True)
class Said:
    """A phrase in Russian and in English; on the page it stands in Russian, and the script swaps it for the English."""

    ru: str
    en: str

    def __str__(self) -> str:
        return self.ru

    def __bool__(self) -> bool:
        return bool(self.ru)

    def __html__(self) -> str:
        """Return the phrase for a template: escaped, and marked only where the languages differ."""
        return escape(self.ru) if self.ru == self.en else f"<span{english(self)}>{escape(self.ru)}</span>"


@lru_cache(maxsize=1)
def table() -> Mapping[str, str]:
    """Return the English of every Russian phrase of the page."""
    import yaml  # noqa: PLC0415 (an extra: routing needs no page)

    text = files("reviewmine.report").joinpath("english.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def say(text: str, **values: Any) -> Said:
    """Return a phrase of the table with ``values`` in its {places}; a phrase the table lacks stays Russian.

    ``text`` is ours, never a text from the files. A value may be a phrase too.

    >>> say("и ещё {n}", n=3)
    Said(ru='и ещё 3', en='and 3 more')
    """
    return Said(
        text.format(**{name: russian_of(value) for name, value in values.items()}) if values else text,
        table().get(text, text).format(**{name: english_of(value) for name, value in values.items()})
        if values
        else table().get(text, text),
    )


def translated(text: Any) -> Any:
    """Return ``text`` as a phrase where the table knows it; a text from the files comes back as it is."""
    return Said(text, table()[text]) if isinstance(text, str) and text in table() else text


def joined(parts: Iterable[Any], between: str = " · ") -> Said:
    """Return phrases and plain texts as one phrase; empty ones are left out."""
    kept = [part for part in parts if part]
    return Said(between.join(map(russian_of, kept)), between.join(map(english_of, kept)))


def russian_of(value: Any) -> str:
    """Return a phrase in Russian, anything else as text."""
    return value.ru if isinstance(value, Said) else str(value)


def english_of(value: Any) -> str:
    """Return a phrase in English, anything else as text."""
    return value.en if isinstance(value, Said) else str(value)


def counted(n: Any, *forms: str) -> Said:
    """Return ``n`` with its noun; ``forms`` are the three Russian ones, their English stands in the table as "one few many".

    >>> counted(1, "отзыв", "отзыва", "отзывов").en.split()
    ['1', 'review']
    """
    one, many = table().get(" ".join(forms), f"{forms[0]} {forms[-1]}").split(" ", 1)
    noun = one if russian.is_number(n) and round(n) == 1 else many
    return Said(russian.counted(n, *forms), f"{russian.number(n)}\u00a0{noun}")


def month(name: Any) -> Said:
    """Return a month in full.

    >>> month("2025-11")
    Said(ru='ноябрь 2025', en='November 2025')
    """
    year, number = russian.month_of(name)
    return Said(russian.month(name), f"{_MONTHS[number - 1]} {year}" if number else str(name))


def short_month(name: Any) -> tuple[Said, str]:
    """Return three letters of a month and its year, for the foot of a chart."""
    short, year = russian.short_month(name)
    _, number = russian.month_of(name)
    return Said(short, _MONTHS[number - 1][:3] if number else short), year


def months_span(names: Any) -> Said:
    """Return the first and the last month as a period; empty without months."""
    if not names:
        return Said("", "")
    first, last = month(names[0]).en, month(names[-1]).en
    return Said(russian.months_span(names), last if first == last else f"{first} — {last}")


def english(value: Any) -> str:
    """Return the attribute that holds the English of a phrase, with a space before it; empty for a plain text."""
    return f' data-en="{escape(value.en)}"' if isinstance(value, Said) and value.en != value.ru else ""


def label(value: Any) -> str:
    """Return the attributes that name an element in both languages."""
    text = f' aria-label="{escape(russian_of(value))}"'
    return text + (f' data-en-label="{escape(value.en)}"' if isinstance(value, Said) and value.en != value.ru else "")
