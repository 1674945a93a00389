"""What to do before going on: warnings in plain Russian out of a profile, each with its figure, the worst first.

A rule looks at the profile and yields a kind, a weight from 0 to 1 and a sentence; the weight alone decides the order.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reviewmine.report.russian import number, percent

Profile = Mapping[str, Any]
Warned = tuple[str, float, str]

ALARM = 0.4
"""Weight from which a warning is grave."""
FEW_REVIEWS = 300
"""Reviews below which shares and topics are shaky."""
FEW_ANSWERS = 30
"""Reviews with a part below which nothing is said of the part."""

_NAMES = {"pros": "Достоинства", "cons": "Недостатки"}
REASONS = {"no text in it": "нет текста"}
"""The commonest reason of a rejected row in words of the page; the others are told as the reader tells them."""

REPEATS = {
    "products": "под разными товарами",
    "hour": "за один час",
    "day": "за один день",
    "ratings": "с разными оценками",
}
"""Why a repeat is one, in words."""
MASKS = {
    "name": "имена",
    "phone": "телефоны",
    "email": "почта",
    "address": "адреса",
    "card": "карты",
    "order": "номера заказов",
    "account": "счета",
    "document": "документы",
    "handle": "ники",
    "plate": "номера машин",
}
"""Kinds of personal data by their Russian names."""


def warnings_of(profile: Profile) -> list[dict[str, Any]]:
    """Return the warnings of a profile as ``profile_reviews`` gives it: ``kind``, ``weight`` and ``text``, the worst first.

    A profile without reviews has one warning; of what a profile lacks nothing is said.
    """
    if profile.get("rows") and not profile["rows"]["kept"]:
        return [{"kind": "empty", "weight": 1.0, "text": "Ни одного отзыва: проверьте, что выгружено."}]
    found = [warned for rule, parts in RULES if all(map(profile.get, parts)) for warned in rule(profile)]
    found.sort(key=lambda warned: (-warned[1], warned[0], warned[2]))
    return [{"kind": kind, "weight": round(min(1.0, weight), 4), "text": text} for kind, weight, text in found]


def share(value: float) -> str:
    """Return a share as per cent: whole from ten on, else with one digit.

    >>> [share(value).replace("\u202f", " ") for value in (0.344, 0.0123, 0.02, 0.0001)]
    ['34 %', '1,2 %', '2 %', 'меньше 0,1 %']
    """
    if 0 < value < 0.0005:
        return f"меньше {percent(0.001)}"
    whole = value >= 0.0995 or round(100 * value, 1).is_integer()
    return percent(value, 0 if whole else 1)


def place(found: Mapping[str, Any]) -> str:
    """Return where a rejected row stands; row 0 is the file as a whole.

    >>> place({"file": "отзывы.csv", "row": 17}), place({"file": "битый.gz", "row": 0})
    ('отзывы.csv, строка 17', 'битый.gz')
    """
    return f"{found['file']}, строка {found['row']}" if found["row"] else str(found["file"])


def _rows(profile: Profile) -> Iterator[Warned]:
    """Warn of rejected rows and of too few."""
    rows = profile["rows"]
    if rows["rejected"]:
        part = rows["rejected"] / rows["read"]
        reason = rows["reasons"][0]
        why = REASONS.get(reason["reason"], reason["reason"])
        yield (
            "rejected",
            0.1 + part * 4,
            f"Отвергнуто строк: {number(rows['rejected'])} ({share(part)} прочитанных). Чаще всего: «{why}», "
            f"например {place(reason['places'][0])}.",
        )
    if rows["kept"] < FEW_REVIEWS:
        yield "few", 0.6, f"Отзывов всего {number(rows['kept'])}: доли и темы будут шаткими, смотрите на интервалы."


def _notes(profile: Profile) -> Iterator[Warned]:
    """Warn of what the reader remarked."""
    yield "notes", 0.15, f"Замечаний при чтении: {number(len(profile['notes']))}; они перечислены ниже."


def _ids(profile: Profile) -> Iterator[Warned]:
    """Warn of ids that are missing or stand twice."""
    ids, n = profile["ids"], profile["rows"]["kept"]
    if not ids["given"]:
        yield (
            "no-ids",
            0.12,
            "Столбца с номером отзыва нет: номера построены по содержанию, одинаковые строки различены.",
        )
    elif ids["doubled"]:
        part = ids["doubled"] / n
        yield (
            "doubled-ids",
            0.2 + part,
            f"Номер отзыва повторяется в {number(ids['doubled'])} строках ({share(part)}): к номеру дописано, который он по счёту.",
        )


def _dates(profile: Profile) -> Iterator[Warned]:
    """Warn of what hinders trends."""
    dates = profile["dates"]
    if not dates["n"]:
        yield "no-dates", 0.7, "Дат нет: тренды не посчитать."
        return
    if dates["missing_share"]:
        part = dates["missing_share"]
        yield "dates-missing", 0.1 + 0.6 * part, f"Нет даты в {share(part)} отзывов: в тренды они не войдут."
    if dates["future"]:
        told = f"Дат в будущем: {number(dates['future'])}, последняя {dates['last']}: проверьте порядок дня и месяца."
        yield "dates-future", 0.4, told
    if len(dates["months"]) == 1:
        yield "one-month", 0.5, "Все даты в одном месяце: тренды не посчитать."
    if dates["holes"]:
        part, (year, month) = len(dates["holes"]) / len(dates["months"]), dates["holes"][0].split("-")
        yield (
            "holes",
            0.15 + part / 2,
            f"Месяцев без отзывов внутри периода: {len(dates['holes'])} из {len(dates['months'])}, первый {month}.{year}: "
            "выгрузка неполна или период взят с запасом.",
        )


def _ratings(profile: Profile) -> Iterator[Warned]:
    """Warn of ratings that are missing or all alike."""
    ratings = profile["ratings"]
    if not ratings["n"]:
        yield "no-ratings", 0.5, "Оценок нет: не сказать, какие жалобы стоят рядом с низкой оценкой."
        return
    if ratings["missing_share"]:
        yield (
            "ratings-missing",
            0.05 + ratings["missing_share"] / 2,
            f"Нет оценки в {share(ratings['missing_share'])} отзывов.",
        )
    star, times = max(ratings["counts"].items(), key=lambda pair: (pair[1], pair[0]))
    part = times / ratings["n"]
    if part == 1:
        yield "one-rating", 0.65, f"Оценки только {star}: выгрузка отобрана, о доле недовольных по ней не судить."
    elif part >= 0.9:
        yield (
            "one-rating",
            0.4,
            f"{share(part)} оценок — {star}: похоже, отзывы отобраны; доля недовольных занижена или завышена.",
        )


def _copies(profile: Profile) -> Iterator[Warned]:
    """Warn of copies, of rows exported twice and of repeats like a bot's."""
    copies, compared = profile["copies"], profile["measured"]["compared"]
    if copies["extra_share"] >= 0.005:
        yield (
            "copies",
            0.1 + 3 * copies["extra_share"],
            f"{share(copies['extra_share'])} строк повторяют другие: слово в слово {number(copies['exact'])}, почти "
            f"{number(copies['near'])}; каждая посчитается в долях ещё раз.",
        )
    if copies["doubled"]:
        part = copies["doubled"] / compared
        yield (
            "doubled",
            0.1 + 3 * part,
            f"Строк, выгруженных дважды: {number(copies['doubled'])} ({share(part)}): уберите лишние.",
        )
    if copies["n_repeats"]:
        reasons = dict.fromkeys(reason for group in copies["repeats"] for reason in group["reasons"])
        yield (
            "repeats",
            0.15 + 3 * copies["n_repeat_rows"] / compared,
            f"Похоже на накрутку или вставку под копирку: одинаковых текстов {number(copies['n_repeats'])}, строк с ними "
            f"{number(copies['n_repeat_rows'])} ({', '.join(REPEATS.get(reason, reason) for reason in reasons)}).",
        )


def _parts(profile: Profile) -> Iterator[Warned]:
    """Warn of fields that say nothing or the contrary of their name, where enough reviews have them."""
    for part in profile["parts"]:
        name, covered = _NAMES.get(part["name"]), part["n"] / profile["measured"]["read_closely"]
        if name and part["n"] >= FEW_ANSWERS:
            weight = 0.2 + 0.4 * covered
            if part["null_share"] >= 0.1:
                told = f"В {share(part['null_share'])} отзывов под «{name}» ничего не сказано (из тех, где это поле заполнено)."
                yield "null", weight * part["null_share"], told
            if part["misplaced_share"] >= 0.03:
                other = "похвала" if part["name"] == "cons" else "жалоба"
                told = (
                    f"В {share(part['misplaced_share'])} отзывов под «{name}» стоит {other}: по имени поля не судить."
                )
                yield "misplaced", weight * part["misplaced_share"], told


def _words(profile: Profile) -> Iterator[Warned]:
    """Warn of reviews too short to hold a reason."""
    words = profile["words"]
    if words["median"] <= 3:
        yield "short", 0.45, f"Половина отзывов не длиннее слов: {words['median']}; о причинах они скажут мало."


def _letters(profile: Profile) -> Iterator[Warned]:
    """Warn of other languages and of what spoils the words."""
    letters, n = profile["letters"], profile["rows"]["kept"]
    shares, scripts = letters["shares"], letters["scripts"]
    if letters["counts"]["long"]:
        yield "long", 0.1, f"Отзывов длиннее предела: {number(letters['counts']['long'])}; читается только их начало."
    if shares["broken"]:
        yield (
            "broken",
            0.5 + shares["broken"],
            f"Сбитая кодировка в {share(shares['broken'])} отзывов: выгрузите файл заново в UTF-8.",
        )
    foreign = sum(scripts[name] for name in ("cyrillic", "latin", "mixed", "other")) / n
    if foreign >= 0.03:
        seen = ", ".join(letters["foreign"])
        told = f", среди букв {seen}" if scripts["cyrillic"] / n >= 0.01 else ""
        yield (
            "languages",
            0.1 + foreign / 2,
            f"Не по-русски или вперемешку {share(foreign)} отзывов (судя по буквам{told}).",
        )
    if scripts["none"] / n >= 0.01:
        yield (
            "wordless",
            0.1 + scripts["none"] / n,
            f"Ни одной буквы в {share(scripts['none'] / n)} отзывов: только знаки и цифры.",
        )
    if shares["markup"] >= 0.005:
        yield (
            "markup",
            0.1 + shares["markup"] / 4,
            f"Разметка HTML осталась в {share(shares['markup'])} отзывов; при разборе она пропускается.",
        )
    if shares["caps"] >= 0.05:
        yield "caps", 0.1 + shares["caps"] / 4, f"Заглавными буквами написаны {share(shares['caps'])} отзывов."


def _facet(name: str, weight: float, told: str) -> Callable[[Profile], Iterator[Warned]]:
    """Return the rule for a field by which reviews are laid out."""

    def rule(profile: Profile) -> Iterator[Warned]:
        """Warn when the field is missing."""
        facet = profile[name]
        if not facet["distinct"]:
            yield f"no-{name}", weight, told
        elif facet["empty_share"] >= 0.05:
            missing = f"{told.split(':')[0]} в {share(facet['empty_share'])} отзывов."
            yield f"{name}-missing", weight * facet["empty_share"], missing

    return rule


def _masks(profile: Profile) -> Iterator[Warned]:
    """Warn of personal data."""
    masks = profile["masks"]
    if masks["n_with"]:
        kinds = ", ".join(f"{MASKS.get(kind, kind)} {number(times)}" for kind, times in masks["kinds"].items())
        told = f"Личные данные в {share(masks['share'])} отзывов ({kinds}): показываются под масками, но в самом файле остаются."
        yield "personal", 0.05 + masks["share"], told


RULES: tuple[tuple[Callable[[Profile], Iterator[Warned]], tuple[str, ...]], ...] = (
    (_rows, ("rows",)),
    (_notes, ("notes",)),
    (_ids, ("ids", "rows")),
    (_dates, ("dates",)),
    (_ratings, ("ratings",)),
    (_copies, ("copies", "measured")),
    (_parts, ("parts", "measured")),
    (_words, ("words",)),
    (_letters, ("letters", "rows")),
    (_facet("product", 0.25, "Товар не указан: не сказать, на что жалуются чаще."), ("product",)),
    (_facet("channel", 0.08, "Канал не указан: площадки не сравнить."), ("channel",)),
    (_facet("group", 0.05, "Категория не указана: разделы не сравнить."), ("group",)),
    (_masks, ("masks",)),
)
"""Each rule with the parts of a profile that it looks at."""
