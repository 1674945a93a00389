"""Masks for what points at a person: phones, e-mails, cards, order numbers. Applied before anything is shown or stored."""

import re
from collections import Counter
from collections.abc import Callable

_DIGITS = re.compile(r"(?<!\d)\d(?:[ \xa0-]?\d){14,60}(?!\d)")
_SHORTEST, _LONGEST = 15, 19  # digits of a card
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(
    r"(?<!\d)(?<!\d[.,])(?:\+7|\b[78])[ \xa0(–-]{0,3}\d{3}[ \xa0)–-]{0,3}\d{3}[ \xa0–-]{0,3}\d{2}[ \xa0–-]{0,3}\d{2}(?!\d)"
    r"|(?<!\d)\+\d{10,14}(?!\d)"
)
_ORDER = re.compile(
    r"(?i)(заказ\w{0,4}|order|трек\w{0,8}|накладн\w{0,4}|обращени\w{0,3})(\s{0,3}(?:номер|№|#|n|no|:|-){0,3}\s{0,3})(\d[\d-]{5,24})"
)


def mask(text: str) -> str:
    """Return ``text`` with personal data replaced by what it was.

    >>> mask("Заказ № 48213377, звоните 8 (900) 000-12-34 или a.b@example.com")
    'Заказ № [номер], звоните [телефон] или [почта]'
    """
    return masked(text)[0]


def masked(text: str) -> tuple[str, Counter[str]]:
    """Return the masked text and how many of each kind were masked."""
    counts: Counter[str] = Counter()

    def put(kind: str, found: str) -> str:
        counts[kind] += 1
        return found

    text = _EMAIL.sub(lambda _: put("email", "[почта]"), text)
    text = _DIGITS.sub(lambda match: _without_cards(match[0], put), text)
    text = _PHONE.sub(lambda _: put("phone", "[телефон]"), text)
    text = _ORDER.sub(lambda match: put("order", f"{match[1]}{match[2]}[номер]"), text)
    return text, counts


def _without_cards(run: str, put: Callable[[str, str], str]) -> str:
    """Return a run of groups of digits with its cards masked; a date or a number may stand beside the card."""
    groups = [match.span() for match in re.finditer(r"\d+", run)]
    for i, (start, _) in enumerate(groups):
        n_digits = 0
        for low, high in groups[i:]:
            n_digits += high - low
            if n_digits > _LONGEST:
                break
            if n_digits >= _SHORTEST and luhn(run[start:high]):
                return run[:start] + put("card", "[карта]") + _without_cards(run[high:], put)
    return run


def luhn(number: str) -> bool:
    """Return whether the digits of ``number`` have the check sum of a bank card (ISO/IEC 7812-1).

    >>> luhn("4111 1111 1111 1111"), luhn("4111 1111 1111 1112")
    (True, False)
    """
    digits = [int(char) for char in number if char.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
