"""People's names in a text: capitals and a dictionary propose, context rules and natasha's entity recogniser decide."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from reviewmine.errors import missing_extra
from reviewmine.language.lemmas import lemma, parse, readings

Span = tuple[int, int]

MAX_READ = 10_000
"""Characters of one text that the recogniser reads; behind them every likely name and unknown word with a capital is taken."""
AROUND = 60
"""Characters before and after a possible name that the recogniser reads."""
CERTAIN, LIKELY, POSSIBLE = 0.95, 0.5, 0.05
"""Share of the dictionary's readings that are names: for a word alone, at the start of a sentence, and inside one."""

_CAPITAL = re.compile(r"(?<![\w-])[А-ЯЁ](?:[а-яё]{1,24}(?:-[А-ЯЁ][а-яё]{1,24})?|[А-ЯЁ]{2,24})(?!-?\w|@)")
_BEFORE = re.compile(r"(?i)(?P<word>[а-яёa-z-]{1,30})(?P<dot>\.?)[ \xa0]{0,2}[,:«\"(–—-]?[ \xa0]{0,2}$")
_HOUSE = re.compile(r",?[ \xa0]{0,2}\d")
_START = re.compile(r"(?:^|[.!?…\n:;)(*•+=\"«»/-])\s{0,8}$")
_INITIALS_BEFORE = re.compile(r"(?<!\w)[А-ЯЁ]\.[ \xa0]?[А-ЯЁ]\.[ \xa0]?$")
_INITIALS_AFTER = re.compile(r"[ \xa0][А-ЯЁ]\.(?:[ \xa0]?[А-ЯЁ]\.)?(?!\w)")
_SURNAME = re.compile(r"[ \xa0]{1,2}([А-ЯЁ][а-яё]{2,24})(?!-?\w|@)")
_GAP = re.compile(r"[ \xa0]{1,3}")
_TRADE = re.compile(r"банк|маркет|карт[аоуые]|мебел|фуд|шоп")
_CAPS = re.compile(r"(?<!\w)[А-ЯЁ]{2,}(?!\w)")

# whoever serves, writes or is spoken of: what follows with a capital is a name
ROLES = frozenset(
    """
    администратор бабушка барышня бригадир брат водитель врач господин госпожа гражданин гражданка грузчик девочка девушка
    дедушка директор диспетчер доктор доставщик друг жена замерщик звать зваться имя кассир клиент клиентка кладовщик консультант
    консультантка коллега курьер курьерша мальчик мама мастер менеджер монтажник муж мужчина начальник оператор операторша
    отправитель охранник папа парень партнер подруга покупатель покупательница получатель приемщик приемщица продавец продавщица
    работник работница руководитель сборщик сестра сотрудник сотрудница специалист супервизор сын технолог тетя товаровед
    товарищ тренер уважение установщик фамилия фио женщина дочь дочка дядя упаковщик упаковщица экспедитор юрист
    """.split()
)
# a name right after one of these is the name of a thing, a place or a pet
THINGS = frozenset(
    """
    альбом антивирус ассистент ботинок бренд город диван духи игрушка издательство книга колбаса колонка коллекция комод конфета
    кошка кот кофе кресло крем кровать кукла кафе лак линия магазин марка матрас мебель метро модель мультик мультфильм мыло
    набор наволочка одеяло парфюм пес песня питомец площадь повесть подушка порода портрет постель проспект пудра пылесос пьеса
    ресторан робот роман салат сапог салон серия собака сказка собачка соус сорт станция стих стол стул сумка сыр театр торт туфля ул улица
    ул. пр. им. пл. фирма фильм чай шампунь шкаф шоколад щенок щенка цвет чемпионат рецепт вино теория закон метод лампа люстра сад парк
    """.split()
)
# a likely name right after one of these is somebody thanked or greeted
GREETINGS = frozenset(
    "спасибо благодарность благодарить благодарю здравствуйте здравствовать привет уважаемый дорогой".split()
)
# in the street of that name, when a house follows
_PLACES = frozenset("на по возле около угол у до от".split())
# assistants, dishes, dolls: a person only when a role stands before
PRODUCTS = frozenset(
    "алиса маруся афина джой барби тедди шанель диор наполеон цезарь оливье мороз бетховен санта линда".split()
)
# readings of the dictionary that no review means
NEVER = frozenset("изи кака маркет мило мини сандали сони фаст".split())
# names that are words too: at the start of a sentence they are the word
WORDS = frozenset("август валя лев лилия мороз роза черри слава вера надежда любовь роман марс че".split())
# openings of marketplaces, shops and makers that no dictionary knows
_BRANDS = tuple(
    """
    авито алиэкс ашан боксбер вайлд валбер валдб велбер вилдб вкусвил гугл даркстор деливер дикси днс икеа кухонн леново леруа мвидео
    мегамаркет мерлен омега ригла рингер самокат самсунг сбер сдэк ситилинк спортмаст сяоми тинько филипс хуавей эпл юлмарт яндекс
    """.split()
)


_NAME_POS = frozenset(("NOUN", "ADJF", ""))  # as what an unknown name is read; the rest are verbs misspelt


class _Reading(NamedTuple):
    """What the dictionary says of a word: the share of its readings that are names (and first names), whether it knows the word."""

    share: float
    known: bool
    first: float
    patronymic: bool


class _Word(NamedTuple):
    """A capitalised word that may be a name; ``opens`` when a sentence begins with it, ``before`` is the lemma before it."""

    start: int
    end: int
    form: str
    reading: _Reading
    opens: bool
    before: str

    @property
    def likely(self) -> bool:
        """Whether the word alone is enough."""
        return self.reading.share >= LIKELY and self.form not in WORDS and self.form not in PRODUCTS


def find_names(text: str, *, read: bool = True) -> Iterator[Span]:
    """Yield where people are named in ``text``: neighbouring words of a name are one span, initials with them.

    A word is a name when a role stands before it («курьер Алексей»), when it is a first name and nothing else, when a
    patronymic or two initials stand beside it, or when the recogniser takes it for a person; with ``read`` false, every
    word that may be a name is one. Raises ``ReviewmineError`` when the recogniser is needed and natasha is not installed.
    Names in lower case and names of things («кукла Маша») are not found.

    >>> text = "Звонила менеджер Ольга С., но роза завяла"
    >>> [text[start:end] for start, end in find_names(text)]
    ['Ольга С.']
    """
    words = _candidates(text)
    if not words:
        return
    sure = [not read or _told(text, word) for word in words]
    if read and not all(sure):
        people = _people_in(text, [word for word, known in zip(words, sure, strict=True) if not known])
        sure = [known or _seen(text, word, people) for word, known in zip(words, sure, strict=True)]
    yield from _joined(text, words, sure)


def _candidates(text: str) -> list[_Word]:
    """Return the words with a capital that may be a name where they stand."""
    found = []
    for match in _CAPITAL.finditer(text):
        form = match[0].lower().replace("ё", "е")
        reading = _reading(form)
        if form in NEVER or (reading.known and not reading.share):
            continue
        before = text[max(0, match.start() - 40) : match.start()]
        opens = _START.search(before) is not None
        word = _Word(*match.span(), form, reading, opens, _lemma_before(before))
        if _possible(word, match[0].isupper()):
            found.append(word)
    return found


def _possible(word: _Word, capitals: bool) -> bool:
    """Return whether a word may be a name: what shouts needs a likely reading, what opens a sentence a known one."""
    if capitals:
        return word.reading.share >= LIKELY
    if word.reading.known:
        return word.reading.share >= POSSIBLE or word.before in ROLES
    if word.form.startswith(_BRANDS) or _TRADE.search(word.form):
        return False
    return word.before in ROLES or (not word.opens and parse(word.form).pos in _NAME_POS)


@lru_cache(maxsize=200_000)
def _reading(form: str) -> _Reading:
    """Return what the dictionary says of a word; of a double name, of its first part."""
    found = readings(form) or readings(form.partition("-")[0])
    names = [(tag, share) for tag, share in found if re.search("Name|Surn|Patr", tag)]
    first = sum(share for tag, share in names if "Surn" not in tag)
    return _Reading(sum(share for _, share in names), bool(found), first, any("Patr" in tag for tag, _ in names))


def _lemma_before(before: str) -> str:
    """Return the lemma of the word right before a name, through a colon or a quote, or that word with its full stop."""
    match = _BEFORE.search(before)
    if not match:
        return ""
    form = match["word"].lower().replace("ё", "е")
    return form + "." if match["dot"] else lemma(form)


def _told(text: str, word: _Word) -> bool:
    """Return whether the words around say that this is a person."""
    if word.before in ROLES or (word.reading.patronymic and word.reading.share >= LIKELY):
        return True
    if word.likely and word.before not in THINGS and (word.before in GREETINGS or word.reading.first >= CERTAIN):
        return True
    initials = _INITIALS_AFTER.match(text, word.end)
    before = _INITIALS_BEFORE.search(text[max(0, word.start - 6) : word.start])
    return before is not None or (initials is not None and initials[0].count(".") == 2)


def _seen(text: str, word: _Word, people: Sequence[Span]) -> bool:
    """Return whether the recogniser saw a person in a word that may stand alone."""
    if word.before in THINGS or word.form in PRODUCTS:
        return False
    if (word.opens and not word.likely) or (word.before in _PLACES and _HOUSE.match(text, word.end)):
        return False
    nearest = bisect_right(people, (word.start, len(text)))
    return nearest > 0 and people[nearest - 1][1] >= word.end


def _people_in(text: str, words: Sequence[_Word]) -> list[Span]:
    """Return, in order, where the recogniser sees people around ``words``; behind its limit, the likely and the unknown words."""
    windows: list[list[int]] = []
    people, n_read = [], 0
    for word in words:
        low, high = max(0, word.start - AROUND), min(len(text), word.end + AROUND)
        more = high - max(low, windows[-1][1] if windows else 0)
        if n_read + more > MAX_READ:
            people += [(word.start, word.end)] if word.likely or not word.reading.known else []
            continue
        n_read += more
        if windows and low <= windows[-1][1]:
            windows[-1][1] = high
        else:
            windows.append([low, high])
    for low, high in windows:
        low, high = _word_edges(text, low, high)
        people += [(low + start, low + end) for start, end in _recognised(_calm(text[low:high]))]
    return sorted(people)


def _word_edges(text: str, low: int, high: int) -> Span:
    """Return a window without the pieces of words at its edges."""
    if low:
        low += len(re.match(r"\S{0,50}", text[low:high])[0])  # type: ignore[index]
    if high < len(text):
        high -= len(re.search(r"\S{0,50}$", text[max(low, high - 50) : high])[0])  # type: ignore[index]
    return low, high


def _calm(text: str) -> str:
    """Return ``text`` with shouted words in lower case, names among them with a capital; the length never changes."""

    def calm(match: re.Match[str]) -> str:
        form = match[0].lower()
        return form.capitalize() if _reading(form.replace("ё", "е")).share >= LIKELY else form

    return _CAPS.sub(calm, text)


@lru_cache(maxsize=20_000)
def _recognised(window: str) -> tuple[Span, ...]:
    """Return the people natasha's recogniser sees in a short text."""
    return tuple((span.start, span.stop) for span in _recogniser()(window).spans if span.type == "PER")


@cache
def _recogniser() -> Any:
    """Return slovnet's entity recogniser over the word vectors that come with natasha; loaded once, on first use."""
    home = find_spec("natasha")
    try:
        from navec import Navec  # noqa: PLC0415
        from slovnet import NER  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("natasha", "lab", "finding names of people") from error
    if home is None or not home.submodule_search_locations:
        raise missing_extra("natasha", "lab", "finding names of people")
    data = Path(home.submodule_search_locations[0]) / "data"
    recogniser = NER.load(str(data / "model/slovnet_ner_news_v1.tar"), batch_size=1)
    return recogniser.navec(Navec.load(str(data / "emb/navec_news_v1_1B_250K_300d_100q.tar")))


def _joined(text: str, words: Sequence[_Word], sure: Sequence[bool]) -> Iterator[Span]:
    """Yield runs of words that stand side by side, with initials; one sure word makes its whole run sure."""
    run: list[int] = []
    for i, word in enumerate(words):
        beside = run and _GAP.fullmatch(text, words[run[-1]].end, word.start)
        if run and not beside:
            yield from _run(text, words, run, sure)
            run = []
        run.append(i)
    yield from _run(text, words, run, sure)


def _run(text: str, words: Sequence[_Word], run: Sequence[int], sure: Sequence[bool]) -> Iterator[Span]:
    """Yield the span of a run when one of its words is surely a name."""
    if not any(sure[i] for i in run):
        return
    start, end = words[run[0]].start, words[run[-1]].end
    before = _INITIALS_BEFORE.search(text[max(0, start - 6) : start])
    after = _INITIALS_AFTER.match(text, end) or _surname_after(text, end)
    yield start - len(before[0]) if before else start, after.end() if after else end


def _surname_after(text: str, end: int) -> re.Match[str] | None:
    """Return the word after a name that must be a surname, known or not: it has a capital and is no verb."""
    match = _SURNAME.match(text, end)
    return match if match and parse(match[1].lower().replace("ё", "е")).pos in _NAME_POS else None
