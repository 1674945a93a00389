"""How the page was made, and what came in: versions, hashes, the command, the profile of the data in small."""

from collections.abc import Mapping
from typing import Any

from reviewmine.report.figures import MOST_ROWS, MOST_TEXT, mapping_of, number_of, rows_of, text_of
from reviewmine.report.russian import date, is_number, number, percent
from reviewmine.report.words import Said, say

HASHES = (("bundle_sha256", "Модель, sha256"), ("scored_sha256", "Разобранный файл, sha256"))
VERSIONS = (("reviewmine", "reviewmine"), ("python", "Python"))


def lay_out_made(found: Any) -> dict[str, Any] | None:
    """Return the command, versions, hashes and sources; None where nothing is known."""
    data = mapping_of(found)
    facts = [
        {"title": say(title), "value": text_of(data.get(name))}
        for name, title in (*VERSIONS, *HASHES)
        if data.get(name)
    ]
    taxonomy = mapping_of(data.get("taxonomy"))
    named = " ".join(filter(None, (text_of(taxonomy.get(name)) for name in ("name", "version"))))
    named = named or ("" if taxonomy else text_of(data.get("taxonomy")))
    facts += [{"title": say("Классификатор"), "value": named}] if named else []
    sources = [
        {"name": text_of(row.get("name")), "sha256": text_of(row.get("sha256")), "rows": number_of(row.get("rows"))}
        for row in rows_of(data.get("sources"))[:MOST_ROWS]
    ]
    command = text_of(data.get("command"), most=2 * MOST_TEXT)
    return {"command": command, "facts": facts, "sources": sources} if command or facts or sources else None


def lay_out_profile(found: Any) -> list[dict[str, Any]]:
    """Return the profile of the data in a few figures, each with a remark; what the profile lacks is left out."""
    data = {name: mapping_of(part) for name, part in mapping_of(found).items()}
    rows, dates, ratings, copies, masks, words = (
        data.get(name, {}) for name in ("rows", "dates", "ratings", "copies", "masks", "words")
    )
    facts = [
        _fact("Прочитано строк", rows.get("read"), _rejected(rows)),
        _fact("Отзывов", rows.get("kept"), ""),
        _fact("С датой", dates.get("n"), _between(dates)),
        _fact("С оценкой", ratings.get("n"), _mean(ratings)),
        _fact("Слов в отзыве, медиана", words.get("median"), ""),
        _share("Лишних копий", copies.get("extra_share"), ""),
        _share("С личными данными", masks.get("share"), say("показаны под масками")),
    ]
    return [fact for fact in facts if fact]


def _fact(title: str, value: Any, told: Any) -> dict[str, Any] | None:
    """Return a count; None where it is unknown."""
    return {"title": say(title), "value": number(value), "told": told} if is_number(value) else None


def _share(title: str, value: Any, told: Any) -> dict[str, Any] | None:
    """Return a share; None where it is unknown."""
    return {"title": say(title), "value": percent(value), "told": told} if is_number(value) else None


def _rejected(rows: Mapping[str, Any]) -> Any:
    """Return how many rows were rejected."""
    n = rows.get("rejected")
    return say("отвергнуто: {n}", n=number(n)) if is_number(n) else ""


def _between(dates: Mapping[str, Any]) -> str:
    """Return the first and the last date."""
    ends = [date(text_of(dates.get(name))) for name in ("first", "last")]
    return " — ".join(ends) if all(ends) else ""


def _mean(ratings: Mapping[str, Any]) -> Any:
    """Return the mean rating."""
    return say("в среднем {n}", n=number(ratings["mean"], 2)) if is_number(ratings.get("mean")) else ""


def ids_told(shown: int, n: Any) -> Said:
    """Return the heading of a list of review ids, of which there are ``n`` in all."""
    if is_number(n) and n > shown:
        return say("Номера отзывов: {shown} из {n}", shown=number(shown), n=number(n))
    return say("Номера отзывов: {shown}", shown=number(shown))
