"""The words of a digest in two languages, and figures as a reader of each expects them."""

from collections.abc import Mapping
from typing import Any

from reviewmine.errors import ReviewmineError
from reviewmine.report import russian

LANGUAGES = ("ru", "en")

WORDS: Mapping[str, tuple[str, str]] = {
    "page": ("Сводка для владельца", "Owner digest"),
    "pages": ("Сводки по владельцам", "Owner digests"),
    "no_owner": ("Без владельца", "No owner"),
    "week_of": ("неделя {first} — {last}", "week of {first} — {last}"),
    "no_weeks": ("нет ни одной полной недели с датами", "no whole week with dates"),
    "first": ("С чего начать", "What to look at first"),
    "alerts": ("Открытые тревоги", "Open alerts"),
    "new": ("Новое", "New"),
    "growing": ("Растёт", "Growing"),
    "counts": ("Сколько упоминаний", "How many mentions"),
    "voices": ("Слова покупателей", "In the customers' words"),
    "emerging": ("Темы, которых нет в таксономии", "Topics the taxonomy does not have"),
    "nothing": ("О вас в отзывах ничего нет.", "The reviews say nothing about you."),
    "calm": (
        "Нового и растущего нет, открытых тревог нет.",
        "Nothing is new, nothing grows and no alert is open.",
    ),
    "lead": (
        "Открытых тревог: {alerts}. Новых жалоб: {new}. Растущих жалоб: {growing}.",
        "Open alerts: {alerts}. New complaints: {new}. Growing complaints: {growing}.",
    ),
    "weeks_said": (
        "Упоминаний жалоб за неделю: {week}, неделей раньше: {week_before}; за четыре недели: {month}, за четыре до них: "
        "{month_before}.",
        "Mentions of complaints this week: {week}, the week before: {week_before}; in four weeks: {month}, in the four "
        "before: {month_before}.",
    ),
    "routed": (
        "Обращений к вам за всё время: {n}; автоматически {auto}, с подсказкой {suggest}, к человеку {human}.",
        "Reviews that came to you in all: {n}; automatically {auto}, with a shortlist {suggest}, to a person {human}.",
    ),
    "type": ("Тип", "Type"),
    "kind": ("Вид", "Kind"),
    "week": ("Неделя", "Week"),
    "week_before": ("Прошлая неделя", "Week before"),
    "month": ("4 недели", "4 weeks"),
    "month_before": ("4 до них", "4 before"),
    "n": ("Всего", "In all"),
    "together": ("Все жалобы вместе", "All complaints together"),
    "rest": ("Ещё типов: {n}", "More types: {n}"),
    "owner": ("Владелец", "Owner"),
    "complaint": ("жалоба", "complaint"),
    "suggestion": ("пожелание", "suggestion"),
    "question": ("вопрос", "question"),
    "gratitude": ("благодарность", "gratitude"),
    "noise": ("шум", "noise"),
    "opened": ("новая", "opened"),
    "alert_growing": ("растёт", "growing"),
    "easing": ("стихает", "easing"),
    "severity_1": ("внимание", "notice"),
    "severity_2": ("серьёзно", "serious"),
    "severity_3": ("кризис", "crisis"),
    "severity_0": ("тревога", "alert"),
    "alert_said": (
        "{severity}, {state}: с {since} упоминаний {observed}, ожидалось {expected}",
        "{severity}, {state}: {observed} mentions since {since}, {expected} expected",
    ),
    "ratio": ("в {value} раза больше обычного ({low}–{high})", "{value} times the usual ({low}–{high})"),
    "segment": ("только {column}: {value}", "only {column}: {value}"),
    "reviews": ("отзывы: {ids}", "reviews: {ids}"),
    "of": ("{shown} из {n}", "{shown} of {n}"),
    "escalation": ("Через {hours} ч без решения — {to} ({by})", "After {hours} h without a solution: {to} ({by})"),
    "escalation_to": ("Через {hours} ч без решения — {to}", "After {hours} h without a solution: {to}"),
    "new_said": (
        "впервые за всё время, за четыре недели упоминаний: {month}",
        "for the first time ever, mentions in four weeks: {month}",
    ),
    "growing_said": (
        "доля выросла в {ratio} раза ({low}–{high}): за четыре недели упоминаний {now}, за четыре до них {before}",
        "its share grew {ratio} times ({low}–{high}): {now} mentions in four weeks, {before} in the four before",
    ),
    "months_said": (
        "доля выросла в {ratio} раза ({low}–{high}): за три месяца упоминаний {now}, за три до них {before}",
        "its share grew {ratio} times ({low}–{high}): {now} mentions in three months, {before} in the three before",
    ),
    "priority": ("приоритет {value} из 100", "priority {value} of 100"),
    "loss": (
        "без этой жалобы средняя оценка была бы выше на {value} ({low}–{high})",
        "without it the mean rating would be higher by {value} ({low}–{high})",
    ),
    "weighs": ("серьёзность {severity} из 5, упоминаний всего: {n}", "severity {severity} of 5, mentions in all: {n}"),
    "mentioned": ("упоминаний всего: {n}", "mentions in all: {n}"),
    "emerging_said": (
        "отзывов: {n}, с {since}; слова: {words}",
        "reviews: {n}, since {since}; words: {words}",
    ),
    "review": ("отзыв {id}", "review {id}"),
    "rated": ("оценка {rating}", "rated {rating}"),
    "foot": (
        "Считаются упоминания: отзыв с двумя типами считается у каждого. Интервалы 95 %. Личные данные в цитатах скрыты, "
        "если это не отключено. Отзывы за каждой цифрой — в mentions.csv.",
        "Mentions are counted: a review with two types counts for each. Intervals are 95 %. Personal data in quotes is masked "
        "unless that was switched off. The reviews behind every figure are in mentions.csv.",
    ),
}
"""Key to Russian and English; a phrase in braces is filled in."""


def word(language: str, key: str, **values: Any) -> str:
    """Return the words under ``key``, filled in; an unknown kind or state comes back as it is."""
    pair = WORDS.get(key)
    return pair[LANGUAGES.index(language)].format(**values) if pair else key


def check_language(language: str) -> None:
    """Raise ``ReviewmineError`` for a language that a digest is not written in."""
    if language not in LANGUAGES:
        raise ReviewmineError(
            f"language {language!r}", expected=" or ".join(LANGUAGES), where="digest", do="name one of them"
        )


def number(language: str, value: Any, digits: int = 0) -> str:
    """Return a figure as the language writes it, without idle zeros; a dash where there is none.

    >>> number("ru", 1234.5, 1).replace(russian.THIN, " "), number("en", 1234.5, 1), number("en", 3.0, 1)
    ('1 234,5', '1,234.5', '3')
    """
    if not russian.is_number(value):
        return russian.NONE
    places = 0 if round(value, digits) == int(value) else digits
    return f"{value:,.{places}f}" if language == "en" else russian.number(value, places)


def day(language: str, text: Any) -> str:
    """Return an ISO date as the language writes it."""
    return str(text or russian.NONE)[:10] if language == "en" else russian.date(str(text or russian.NONE)[:10])
