"""Masks: what points at a person goes, what does not stays."""

import time

import pytest

from reviewmine.corpus.privacy import luhn, mask, masked

MASKED = [
    ("звоните 8 (900) 000-12-34", "звоните [телефон]"),
    ("+7 900 000-12-34 или 89000001234", "[телефон] или [телефон]"),
    ("тел.89000001234", "тел.[телефон]"),
    ("+7\u00a0900\u00a0000\u00a012\u00a034", "[телефон]"),
    ("8–900–000–12–34", "[телефон]"),
    ("8 (900) 000 - 12 - 34", "[телефон]"),
    ("мой номер +375291234567!", "мой номер [телефон]!"),
    ("пишите anna.b+x@mail.example.com.", "пишите [почта]."),
    ("почта ящик@пример.рф", "почта [почта]"),
    ("карта 4111 1111 1111 1111", "карта [карта]"),
    ("4111-1111-1111-1111, верните", "[карта], верните"),
    ("карта 4111111111111111", "карта [карта]"),
    ("4111 1111 1111 1111 12/27", "[карта] 12/27"),
    ("купил 2 4111 1111 1111 1111", "купил 2 [карта]"),
    ("4111 1111 1111 1111 5500 0000 0000 0004", "[карта] [карта]"),
    ("Заказ № 48213377 не пришёл", "Заказ № [номер] не пришёл"),
    ("заказа 1234-5678-90", "заказа [номер]"),
    ("трек-номер: 80081234567890", "трек-номер: [номер]"),
    ("Обращение номер 100200300", "Обращение номер [номер]"),
    ("order #123456", "order #[номер]"),
]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_personal_data_is_masked(text, expected):
    assert mask(text) == expected
    assert mask(expected) == expected


STAYS = [
    "4111 1111 1111 1112",
    "цена 1890 руб., размер 42-44",
    "версия 1.89000012345",
    "заказ 12 штук на 500 рублей",
    "в 2023 году за 8 900 рублей",
    "собака @ дома, ник @shop",
    "код 4006381333931",
    "артикул 4222222222222 12",
    "",
]


@pytest.mark.parametrize("text", STAYS)
def test_other_numbers_stay(text):
    assert mask(text) == text


def test_every_kind_is_counted():
    text, counts = masked("a@b.ru, c@d.ru, 89000001234, карта 4111111111111111, заказ 1234567")
    assert text == "[почта], [почта], [телефон], карта [карта], заказ [номер]"
    assert counts == {"email": 2, "phone": 1, "card": 1, "order": 1}


@pytest.mark.parametrize(
    ("number", "valid"),
    [("5500 0000 0000 0004", True), ("5500 0000 0000 0005", False), ("378282246310005", True), ("79927398713", True)],
)
def test_luhn(number, valid):
    assert luhn(number) is valid


@pytest.mark.parametrize(
    "piece", ["1 ", "1", "4111 1111 1111 1112 ", "a", "a@", "8 900 ", "заказ ", "+7", "-", "a.a@b."]
)
def test_hostile_text_takes_linear_time(piece):
    started = time.perf_counter()
    mask(piece * (100_000 // len(piece)))
    assert time.perf_counter() - started < 4
