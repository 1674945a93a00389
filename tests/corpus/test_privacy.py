"""Masks: what points at a person goes, what does not stays."""

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reviewmine.corpus.privacy import RULES, luhn, mask, mask_many, masked, masked_many, without_masks

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
    ("тел 9001234567", "тел [телефон]"),
    ("(495) 000-45-67 или 8(48762)1-23-45", "[телефон] или [телефон]"),
    ("900 345-67-89 звоните", "[телефон] звоните"),
    ("900-345-67-89, после шести", "[телефон], после шести"),
    ("8.900.345.67.89", "[телефон]"),
    ("номер +375 29 123-45-67", "номер [телефон]"),
    ("+44 20 7946 0958 это не горячая линия", "[телефон] это не горячая линия"),
    ("звонили с 9000000001 и 9000000002", "звонили с [телефон] и [телефон]"),
    ("тел. 22-33-44", "тел. [телефон]"),
    ("вотсап 375291234567", "вотсап [телефон]"),
    ("заказ 12345678-0012", "заказ [номер]"),
    ("12345678-0012-3 так и не приехал", "[номер] так и не приехал"),
    ("номер заказа: 4567890123", "номер заказа: [номер]"),
    ("Заказ от 12.05.2024 № 4567", "Заказ от 12.05.2024 № [номер]"),
    ("заказы 1234567, 7654321 и 9999999", "заказы [номер], [номер] и [номер]"),
    ("чек № 0012345", "чек № [номер]"),
    ("по договору № 45/12-3", "по договору № [номер]"),
    ("возврат №АБ-778812", "возврат №[номер]"),
    ("посылка RA123456785RU пропала", "посылка [номер] пропала"),
    ("требуют паспорт 45 08 123456", "требуют паспорт [документ]"),
    ("серия 4508 номер 123456", "серия [документ]"),
    ("СНИЛС 112-233-445 95", "СНИЛС [документ]"),
    ("ИНН 123456789012", "ИНН [документ]"),
    ("верните на 40817810000000000001", "верните на [счёт]"),
    ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [счёт]"),
    ("курьер на машине а123вс77", "курьер на машине [госномер]"),
    ("пишите @anna_b или t.me/annab", "пишите [ник] или [ник]"),
    ("https://vk.com/id100200 его страница", "https://[ник] его страница"),
    ("ул. Ленина, д. 5, кв. 12", "[адрес]"),
    ("вез на проспект Мира 10-45", "вез на [адрес]"),
    ("Ленина 5 кв 12", "[адрес]"),
    ("г. Тула, ул. Мира, дом 3 корпус 1 квартира 7", "г. Тула, [адрес]"),
    ("дом 3 корпус 1 квартира 7", "[адрес]"),
    ("подъезд 2 этаж 5 домофон 12к", "[адрес]"),
    ("у нас 2 подъезд, 5 этаж", "у нас [адрес]"),
    ("живу: Невский проспект 10, кв. 5", "живу: [адрес]"),
    ("ул ленина 5 очень далеко", "[адрес] очень далеко"),
    ("улица Садовая дом 14а", "[адрес]"),
    ("Красноармейская улица, 8", "[адрес]"),
    ("пр-т Победы д.12 к.3", "[адрес]"),
    ("ул. 8 Марта, 5", "[адрес]"),
    ("мкр. Солнечный, 14-56", "[адрес]"),
    ("привезли в квартиру 45, а надо 54", "привезли в [адрес], а надо 54"),
    ("код домофона 45в7", "[адрес]"),
    ("ул. Лесная, 54/1-29 и ул. Лесная 30 и всё", "[адрес] и [адрес] и всё"),
    ("дом 5 Б, кв. 12 в третьем подъезде", "[адрес] в третьем подъезде"),
    ("по адресу Советская, 12, квартира 8!", "по адресу [адрес]!"),
    ("курьер из магазина приехал на ул. Лесная, 30", "курьер из магазина приехал на [адрес]"),
    ("магазин на ул. Лесная, 30, кв. 5", "магазин на [адрес]"),
    ("Меня зовут Анна, тел. 89000001234", "Меня зовут [имя], тел. [телефон]"),
]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_personal_data_is_masked(text, expected):
    assert mask(text) == expected
    assert mask(expected) == expected


STAYS = [
    "в отделении на ул. Лесная, 30 очередь",
    "пункт выдачи Озон по адресу: проспект Мира, 10",
    "магазин (ул. Садовая, дом 14а) закрыт",
    "4111 1111 1111 1112",
    "цена 1890 руб., размер 42-44",
    "версия 1.89000012345",
    "заказ 12 штук на 500 рублей",
    "в 2023 году за 8 900 рублей",
    "собака @ дома, ник @shop",
    "код 4006381333931",
    "артикул 4222222222222 12",
    "артикул 123456789, штрихкод 2000000000015",
    "код 9001234567 на коробке",
    "размеры 8 9 10 11 12 13 14",
    "100 000 000 рублей и 8 900 000 штук",
    "ждал с 12.05.2024 по 15.06.2024, 14:30-15:45",
    "чек 123456 рублей",
    "заказ 150000 рублей, заказал 120000 шт",
    "возврат 100000 руб. не пришёл",
    "модель RX-580, серия 2024 года",
    "ИНН 7707083893",
    "живу в Туле, на Ленина в пункте выдачи",
    "пункт на ул. Гагарина закрыт, метро Чкаловская",
    "поднял на 5 этаж",
    "квартира 45 метров, площадь 45 кв. м",
    "в квартире 3 комнаты",
    "шнур 5 м, дом 3 этажа, корпус 5 пластиковый",
    "улица была 5 минут, на улице минус 20",
    "ул. Мира приехал через 2 часа",
    "в 3 кв 2024 года",
    "диагональ 5 к 2, код 1234",
    "проезд 50 рублей",
    "почта @ работает, vk.com не открывается",
    "а5 б6 в7, т100 тт 5",
    "",
]


@pytest.mark.parametrize("text", STAYS)
def test_other_numbers_stay(text):
    assert mask(text) == text


def test_every_kind_is_counted():
    text, counts = masked("a@b.ru, c@d.ru, 89000001234, карта 4111111111111111, заказ 1234567")
    assert text == "[почта], [почта], [телефон], карта [карта], заказ [номер]"
    assert counts == {"email": 2, "phone": 1, "card": 1, "order": 1}


def test_kinds_have_a_rule_and_an_example():
    seen = sum((masked(text)[1] for text, _ in MASKED), start=masked("")[1])
    assert set(seen) == {rule.kind for rule in RULES} | {"name"}


def test_many_texts_are_masked_as_one_by_one():
    texts = [text for text, _ in MASKED] + STAYS + ["курьер Алексей", "курьер Алексей"]
    assert mask_many(texts) == [mask(text) for text in texts]
    assert mask_many(texts[::-1]) == mask_many(texts)[::-1]
    assert masked_many(["тел. 89000001234", "тел. 89000001234", "да"])[1] == {"phone": 2}
    assert mask_many([]) == []


def test_key_words_do_not_hear_a_mask():
    assert without_masks("[телефон] занят, [имя] грубит") == "… занят, … грубит"
    assert without_masks("[телефона] нет") == "[телефона] нет"


DIGIT = st.sampled_from("0123456789")
GAP = st.sampled_from(["", " ", "-", "\u00a0"])
WORDS = st.lists(
    st.sampled_from("дважды звонил и жду очень плохо, верните деньги! нет . заказ (мало) за 500 руб. 2 дня".split(" ")),
    max_size=6,
).map(" ".join)


def digits(n):
    return st.text(DIGIT, min_size=n, max_size=n)


PHONES = st.builds(
    lambda start, gaps, a, b, c, d: f"{start}{gaps[0]}{a}{gaps[1]}{b}{gaps[2]}{c}{gaps[3]}{d}",
    st.sampled_from(["8", "+7", "7", "8 ", "+7 ("]),
    st.lists(GAP, min_size=4, max_size=4),
    digits(3),
    digits(3),
    digits(2),
    digits(2),
)
EMAILS = st.builds(
    "{}@{}.{}".format,
    st.text("abcxyz01._-", min_size=3, max_size=12),
    st.text("abcxyz01", min_size=3, max_size=9),
    st.sampled_from(["ru", "com", "example.org", "рф"]),
)
ORDERS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["заказ ", "Заказ № ", "номер заказа: ", "обращение №", "трек-номер "]),
    digits(6),
    digits(4),
)


def with_check(number):
    return next(number + last for last in "0123456789" if luhn(number + last))


CARDS = st.builds(
    lambda number, gap: gap.join([number[:4], number[4:8], number[8:12], number[12:]]), digits(15).map(with_check), GAP
)


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=200)
@given(WORDS, st.one_of(PHONES, EMAILS, ORDERS, CARDS), WORDS)
@example("500", "8000 4373 0405 0005", "")
def test_no_piece_of_a_secret_survives(before, secret, after):
    around = mask(f"{before} {after}")
    shown = mask(f"{before} {secret} {after}")
    assert sum(char.isdigit() for char in shown) <= sum(char.isdigit() for char in around)
    assert "@" not in shown


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=200)
@given(WORDS)
def test_text_without_secrets_stays_equal(text):
    assert masked(text) == (text, {})


PIECES = (
    [text for text, _ in MASKED]
    + STAYS
    + ["Анна", "Роза Ким", "\u0000", "курьер", "8", "900", "@", "кв. 5", "№", "Мамедов", ", "]
)


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=300)
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=8),
    st.sampled_from(["", " ", ", ", "\n"]),
)
def test_masking_twice_is_masking_once(pieces, joint):
    once = mask(joint.join(pieces))
    assert mask(once) == once


@pytest.mark.parametrize(
    ("number", "valid"),
    [("5500 0000 0000 0004", True), ("5500 0000 0000 0005", False), ("378282246310005", True), ("79927398713", True)],
)
def test_luhn(number, valid):
    assert luhn(number) is valid


@pytest.mark.parametrize(
    "piece",
    "1 |1|4111 1111 1111 1112 |a|a@|8 900 |заказ |+7|-|a.a@b.|заказ № |чек|тел|+1 2|ул. |ул. а |ул. Мира д|дом 5 |кв |кв 5 "
    "|5 этаж |а |А1-|№|vk.com/|12-й Мира |[номер] |паспорт |0|9 |(1|DE89|t.me/a|@ab|а123|звон 9".split("|"),
)
def test_hostile_text_takes_linear_time(piece):
    started = time.process_time()
    mask(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 4
