"""Masks for what points at a person: an ordered table of finders, applied before anything is shown or stored."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from reviewmine.corpus.names import find_names

Span = tuple[int, int]

_ROUNDS = 12  # a list of numbers is masked one by one
"""A mask may bring out its neighbour («тел. …, …»); in the last round every possible name goes, so that rounds end."""

_S = r"[ \xa0\u2009\u202f]"  # spaces people and programs put between digits
_DIGITS = re.compile(r"(?<!\d)\d(?:[ \xa0-]?\d){14,60}(?!\d)")
_SHORTEST, _LONGEST = 15, 19  # digits of a card
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_HANDLE = re.compile(
    r"(?i)(?<![\w@.])@[a-z]\w{4,31}\b"
    r"|\b(?:t\.me|telegram\.me|wa\.me|vk\.com|vk\.ru|ok\.ru/profile|instagram\.com|facebook\.com)/\+?@?[\w.-]{2,64}"
)

_ACCOUNT = re.compile(
    rf"(?<!\d)(?:40[78]|42\d|30[12])\d{{2}}{_S}?\d{{3}}{_S}?\d{{12}}(?!\d)"  # Bank of Russia, 20 digits
    rf"|\b[A-Z]{{2}}\d{{2}}(?:{_S}?[A-Z\d]{{4}}){{3,7}}(?:{_S}?[A-Z\d]{{1,3}})?\b"  # IBAN, ISO 13616
)
_DOCUMENT = re.compile(
    rf"(?i)\b(?:паспорт|сери)[а-я]{{0,3}}[^\d\n]{{0,20}}(?P<it>\d{{2}}{_S}?\d{{2}}[^\d\n]{{0,12}}\d{{6}})(?!\d)"
    rf"|(?<![\d-])(?P<snils>\d{{3}}-\d{{3}}-\d{{3}}[ -]?\d{{2}})(?![\d-])"
    rf"|\b(?:снилс|инн)[^\d\n]{{0,10}}(?P<inn>\d{{11,12}})(?!\d)"
)

_J = r"[ \xa0\u2009\u202f–—‑.-]{0,3}"  # between the groups of a phone
_PHONE = re.compile(
    rf"(?<!\d)(?<!\d[.,])(?:\+7|\b[78]){_J}[(]?{_J}\d{{3}}{_J}[)]?{_J}\d{{3}}{_J}\d{{2}}{_J}\d{{2}}(?!\d)"
    rf"|(?<!\d)(?:(?:\+7|\b8){_J})?[(](?:\d{{3}}[)]{_J}\d{{3}}|\d{{4}}[)]{_J}\d{{2}}|\d{{5}}[)]{_J}\d){_J}\d{{2}}{_J}\d{{2}}(?!\d)"
    rf"|(?<![\d.,-])9\d{{2}}[ \xa0-]\d{{3}}[ \xa0-]\d{{2}}[ \xa0-]?\d{{2}}(?![\d-])"
    r"|(?<!\d)\+\d{10,14}(?!\d)"
)
_PHONE_ABROAD = re.compile(r"(?<!\d)\+\d{1,3}[ \xa0(-]{1,2}\d{1,4}(?:[ \xa0)-]{1,2}\d{2,4}){1,4}(?!\d)")
_PHONE_SAID = re.compile(
    r"(?i)(?:\bтел|звон|\bмоб|номер|сотов|whats?app|в[ао][тц]{1,2}с?ап|viber|вайбер|telegram|телеграм|\bтг\b|\bсмс\b|\bsms\b|контакт)"
    r"[^\d\n]{0,25}(?<![\d.,-])(?P<it>9\d{9}|(?:37[45]|380|99[2-8])\d{7,9})(?![\d-])"
    r"|(?i:\bтел[.:]|\bпо тел|звон|\bмоб[.:])[^\d\n]{0,25}(?<![\d.,-])(?P<local>\d{2,3}-\d{2}-\d{2})(?![\d-])"
)

_PAPER = r"(?:заказ|order|трек|накладн|обращени|заявк|претензи|заявлени|чек|договор|квитанци|отправлени|посылк|возврат|доставк)"
_LONG = r"(?:\d[\d-]{7,24}+(?![\d-])|\d[\d-]{5,6}+(?![\d-]|\s{0,2}(?:руб|р\b|₽|тыс|шт|тг\b|тенге|сом|\$|€)))"  # 6 or 7 digits may be a sum
_ORDER = re.compile(
    r"(?i)\b(?:заказ\w{0,4}|order|трек\w{0,8}|накладн\w{0,4}|обращени\w{0,3}|заявк\w{1,3}|претензи\w{1,3}|квитанци\w{1,3}"
    rf"|отправлени\w{{1,2}}|чек\w{{0,3}}|договор\w{{0,3}})\s{{0,3}}(?:номер|№|#|n|no|:|-){{0,3}}\s{{0,3}}(?P<it>{_LONG})"
    rf"|\b{_PAPER}\w{{0,8}}(?:\s{{1,2}}от\s{{1,2}}\d{{1,2}}[.]\d{{1,2}}(?:[.]\d{{2,4}})?(?:\s?г\.?)?)?[^\d\n№#]{{0,20}}"
    rf"(?:№|#|номер\w{{0,3}}:?)\s{{0,3}}(?P<sign>(?:[a-zа-я]{{1,4}}-?)?\d[\d/-]{{3,24}}+)"
    rf"|\[номер\](?:\s{{0,2}}[,;/]\s{{0,2}}|\s{{1,2}}(?:и\s{{1,2}})?)(?P<next>{_LONG})"
    r"|(?<![\w-])(?P<ozon>\d{7,10}-\d{4}(?:-\d{1,3})?)(?![\w-])"
    r"|\b(?P<post>[a-z]{2}\d{9}[a-z]{2})\b"  # UPU S10
)
_PLATE = re.compile(r"(?i)(?<![\w-])[авекмнорстух] ?\d{3} ?[авекмнорстух]{2} ?\d{2,3}(?![\w-])")

# An address is a house number with a street, or a flat; a street or a city alone says where it hurts and stays.
_UNIT = (
    r"(?![\d%]|[.,]\d|\s{0,2}(?:мин|час|ч\b|сут|дн|день|лет|год|раз|мес|нед|руб|р\b|₽|тыс|шт|к?м\b|см\b|мм\b|метр|кг|град|кв\.? ?м"
    r"|чел|эт|комн|°))"
)
_SHORT = r"(?:ул\b\.?|просп\.|пр-к?т\b\.?|пер\.|ш\.|б-р\b|наб\.|мкр\b\.?|пл\.)"
_KIND = (
    rf"(?:{_SHORT}|улиц[аеуы]\b|проспект[аеу]?\b|переул(?:ок|к[аеу])\b|шоссе\b|бульвар[аеу]?\b|набережн(?:ая|ой|ую)\b"
    r"|проезд[аеу]?\b|микрорайон[аеу]?\b|площад[ьи]\b|тупик[аеу]?\b|тракт[аеу]?\b)"
)
_LETTER = r"(?:[а-я]\b|[ ](?-i:[АБВГДЕЖ])\b)?"  # small and apart it is a word: «дом 5 и подъезд»
_NUMBER = rf"\d{{1,4}}{_LETTER}(?:[ ]?[/-][ ]?\d{{1,4}}{_LETTER}){{0,2}}"
_AT = rf"[.:]?[ \xa0]{{0,2}}№?[ \xa0]?\d{{1,4}}{_LETTER}(?!\w)"
_ENTRANCE = (
    rf"(?:(?:кв(?:артир[аеу]|-ра|\b)|под(?:ъезд|ьезд|езд|\b)|эт(?:аж|\b)|домофон|код(?: домофона)?){_AT}"
    r"|\d{1,3}(?:-?[йя])?[ \xa0](?:подъезд|этаж)\b)"
)
_DOOR = rf"(?:{_ENTRANCE}|(?:корп(?:ус|\b)|к|стр(?:оение|\b)|лит(?:ера?|\b)|п|оф(?:ис|\b)|ком(?:ната|н?\b)){_AT})"
_DOORS = rf"(?:[, \xa0]{{1,3}}{_DOOR}|{_DOOR}){{0,6}}"
_FLAT = rf"кв(?:артир[аеу]\b|-ра\b|\b)\.?[ \xa0]{{0,2}}№?[ \xa0]?(?!20\d\d)\d{{1,4}}{_LETTER}(?!\w){_UNIT}"
_WORD = r"(?:\d{1,3}(?:-[а-я]{1,3})?[ \xa0])?[а-яё][а-яё-]{1,30}\.?"
_TITLE = r"(?-i:(?:\d{1,3}(?:-[а-я]{1,6})?[ \xa0])?[А-ЯЁ][а-яё-]{0,30}\.?)"
_HOUSE = rf"{_NUMBER}(?!\w){_UNIT}{_DOORS}"
_MARK = r",?[ \xa0]{0,2}\b(?:д(?:ом\b|\.|\b)|№)[ \xa0]{0,2}"
_ADDRESS = re.compile(
    rf"(?i)\b{_KIND}[ \xa0]{{0,2}}{_WORD}(?:[ \xa0]{_WORD}){{0,2}}?{_MARK}{_HOUSE}"
    rf"|\b{_KIND}[ \xa0]{{0,2}}{_TITLE}(?:(?:[ \xa0][а-яё-]{{2,30}}){{0,2}},[ \xa0]?|(?:[ \xa0]{_TITLE}){{0,2}}[ \xa0]{{1,2}}){_HOUSE}"
    rf"|\b{_SHORT}[ \xa0]{{0,2}}{_WORD},?[ \xa0]{{1,2}}{_HOUSE}"
    rf"|\b{_WORD}[ \xa0]{_KIND}{_MARK}{_HOUSE}"
    rf"|\b{_TITLE}(?:[ \xa0][а-яё-]{{2,30}})?[ \xa0]{_KIND},?[ \xa0]{{1,2}}{_HOUSE}"
    rf"|(?:\b{_TITLE}(?:[ \xa0]{_TITLE})?,?[ \xa0])?\b(?:д(?:ом\b|\.|\b)[ \xa0]{{0,2}})?"
    rf"{_NUMBER}(?!\w){_UNIT}{_DOORS}[, \xa0]{{1,3}}{_FLAT}{_DOORS}"
    rf"|\b{_ENTRANCE}(?:[, \xa0]{{1,3}}{_ENTRANCE}){{1,6}}"
    r"|\bкод (?:от )?(?:домофона|подъезда|двери)[ :№-]{0,3}\d[\dа-я#*]{1,7}"
    rf"|\b(?:кв\.|квартир[ау])[ \xa0]{{0,2}}№?[ \xa0]?\d{{1,4}}(?=[ ]{{0,2}}(?:[,.;!?)\n]|$))"
)
# «в отделении на », «пункт выдачи Озон по адресу: », «магазин («
_BUSINESS = re.compile(
    r"(?i)(?:пункт\w{0,3}(?: выдачи)?|пвз|отделени\w{1,3}|магазин\w{0,3}|офис\w{0,2}|филиал\w{0,2}|салон\w{0,2}"
    r"|постамат\w{0,2}|банкомат\w{0,2}|аптек\w{1,2}|склад\w{0,2}|терминал\w{0,2})(?-i:[ \xa0][А-ЯЁA-Z]\w{1,20}){0,2}"
    r"[ \xa0]?[,(:]?[ \xa0]?(?:на|по адресу:?|с|у|в)?[ \xa0]?$"
)
_ANY_FLAT = re.compile(r"(?i)\bкв|подъезд|этаж|домофон")


class Rule(NamedTuple):
    """One kind of personal data: how it is counted, the word shown in its place, and where it stands in a text."""

    kind: str
    shown: str
    find: Callable[[str], Iterator[Span]]


def _by(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    """Return a finder of what the named groups of ``pattern`` match; without groups, of its whole matches."""

    def find(text: str) -> Iterator[Span]:
        return (match.span(match.lastgroup or 0) for match in pattern.finditer(text))

    return find


def _cards(text: str) -> Iterator[Span]:
    """Yield the cards in runs of groups of digits; a date or a number may stand beside the card.

    Where two may be meant, since a number before a card has its check sum by chance, both are one span.
    """
    for run in _DIGITS.finditer(text):
        groups = [match.span() for match in re.finditer(r"\d+", run[0])]
        found: list[Span] = []
        for i, (start, _) in enumerate(groups):
            end = next(_card_ends(run[0], groups[i:]), None)
            if end is None:
                continue
            if found and start < found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], end))
            else:
                found.append((start, end))
        yield from ((run.start() + start, run.start() + end) for start, end in found)


def _card_ends(run: str, groups: Sequence[Span]) -> Iterator[int]:
    """Yield where a card that starts with the first group may end."""
    n_digits = 0
    for low, high in groups:
        n_digits += high - low
        if n_digits > _LONGEST:
            return
        if n_digits >= _SHORTEST and luhn(run[groups[0][0] : high]):
            yield high


def _abroad(text: str) -> Iterator[Span]:
    """Yield phones that begin with a plus: 10 to 15 digits in any groups (ITU-T E.164)."""
    for match in _PHONE_ABROAD.finditer(text):
        if 10 <= sum(char.isdigit() for char in match[0]) <= 15:
            yield match.span()


def _addresses(text: str) -> Iterator[Span]:
    """Yield addresses of homes; that of a shop or a pick-up point says where it hurts and stays, unless a flat is in it."""
    for match in _ADDRESS.finditer(text):
        business = _BUSINESS.search(text, max(0, match.start() - 60), match.start())
        if business is None or _ANY_FLAT.search(match[0]):
            yield match.span()


RULES = (
    Rule("email", "[почта]", _by(_EMAIL)),
    Rule("handle", "[ник]", _by(_HANDLE)),
    Rule("account", "[счёт]", _by(_ACCOUNT)),
    Rule("card", "[карта]", _cards),
    Rule("document", "[документ]", _by(_DOCUMENT)),
    Rule("phone", "[телефон]", _by(_PHONE)),
    Rule("phone", "[телефон]", _abroad),
    Rule("order", "[номер]", _by(_ORDER)),
    Rule("phone", "[телефон]", _by(_PHONE_SAID)),
    Rule("plate", "[госномер]", _by(_PLATE)),
    Rule("address", "[адрес]", _addresses),
)
"""In this order; all but the address need a digit or an @, so that most texts are not searched at all."""
NAME = "[имя]"
_HINT = re.compile(r"[\d@]|\.(?:com|me|ru)/")
_MASK = re.compile("|".join(re.escape(shown) for shown in sorted({*(rule.shown for rule in RULES), NAME})))


def mask(text: str) -> str:
    """Return ``text`` with personal data replaced by what it was; masking twice gives the same as once.

    >>> mask("Заказ № 48213377, звоните 8 (900) 000-12-34 или a.b@example.com")
    'Заказ № [номер], звоните [телефон] или [почта]'
    >>> mask("Курьер Алексей ждал на ул. Ленина, д. 5, кв. 12")
    'Курьер [имя] ждал на [адрес]'
    """
    return masked(text)[0]


def mask_many(texts: Sequence[str]) -> list[str]:
    """Return every text masked; equal texts are read once."""
    return masked_many(texts)[0]


def masked(text: str) -> tuple[str, Counter[str]]:
    """Return the masked text and how many of each kind were masked.

    Kinds: email, handle, account, card, document, phone, order, plate, address, name. Raises ``ReviewmineError`` when a
    name has to be looked for and natasha is not installed.
    """
    counts: Counter[str] = Counter()
    for n_round in range(_ROUNDS):
        before = text
        text = _once(text, counts, read=n_round < _ROUNDS - 1)
        if text == before:
            break
    return text, counts


def masked_many(texts: Sequence[str]) -> tuple[list[str], Counter[str]]:
    """Return every text masked, and how many of each kind were masked in all of them together."""
    found = {text: masked(text) for text in dict.fromkeys(texts)}
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(found[text][1])
    return [found[text][0] for text in texts], counts


def without_masks(text: str) -> str:
    """Return a masked text with each mask as a gap in the sentence, for key words: a mask is not what a customer said.

    >>> without_masks("Курьер [имя] опоздал")
    'Курьер … опоздал'
    """
    return _MASK.sub("…", text)


def luhn(number: str) -> bool:
    """Return whether the digits of ``number`` have the check sum of a bank card (ISO/IEC 7812-1).

    >>> luhn("4111 1111 1111 1111"), luhn("4111 1111 1111 1112")
    (True, False)
    """
    digits = [int(char) for char in number if char.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _once(text: str, counts: Counter[str], *, read: bool) -> str:
    """Return ``text`` after every rule; what was found is added to ``counts``."""
    if _HINT.search(text):
        for rule in RULES:
            text = _replaced(text, list(rule.find(text)), rule.kind, rule.shown, counts)
    return _replaced(text, list(find_names(text, read=read)), "name", NAME, counts)


def _replaced(text: str, spans: Sequence[Span], kind: str, shown: str, counts: Counter[str]) -> str:
    """Return ``text`` with the spans, which are in order and apart, shown by one word."""
    if not spans:
        return text
    counts[kind] += len(spans)
    pieces, behind = [], 0
    for start, end in spans:
        pieces += [text[behind:start], shown]
        behind = end
    return "".join([*pieces, text[behind:]])
