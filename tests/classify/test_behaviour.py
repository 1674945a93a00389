"""What the model of the sample must do whatever its weights: clear sentences, and the same sentences written badly."""

import pytest

CLEAR = [
    ("Курьер опоздал на два дня", "delivery-late"),
    ("не дозвониться до оператора, никто не берет трубку", "callcenter-unreachable"),
    ("деньги за возврат не вернули", "refund-delayed"),
    ("Приложение вылетает при оплате", "app-crash"),
    ("пришел не тот товар", "wrong-item"),
    ("размер не подошел, маломерит", "size-mismatch"),
    ("промокод не сработал", "promo-not-applied"),
]
LOOKALIKE = str.maketrans("аеорсх", "aeopcx")
SPOILED = {
    "capitals": str.upper,
    "shouted": lambda text: f"{text}!!!!!!",
    "with emoji": lambda text: f"😡 {text} 👎👎",
    "spaced": lambda text: "  " + text.replace(" ", "   ") + "\n",
    "with ё": lambda text: text.replace("берет", "берёт").replace("пришел", "пришёл").replace("подошел", "подошёл"),
    "with soft hyphens": lambda text: text.replace("о", "о\u00ad"),
    "with zero width": lambda text: text.replace(" ", " \u200b"),
    "drawn out": lambda text: text.replace("а", "ааааа"),
    "quoted": lambda text: f"«{text}»",
    "in Latin lookalikes": lambda text: text.translate(LOOKALIKE),
    "with a link": lambda text: f"{text} https://example.com/a?b=1",
}
TYPOS = [
    ("Курьр опаздал на два дня", "delivery-late"),
    ("не дозвонится до опиратора, никто не бирет трубку", "callcenter-unreachable"),
    ("деньги за возрат не вернули", "refund-delayed"),
    ("приложение вылитает при оплате", "app-crash"),
    ("пришол не тот товар", "wrong-item"),
]


@pytest.mark.parametrize(("text", "code"), CLEAR)
def test_clear_sentences(router, text, code):
    decision = router.route(text)
    assert decision.types[0].code == code
    assert decision.types[0].probability > 0.6


@pytest.mark.parametrize("name", SPOILED)
def test_the_way_of_writing_changes_nothing(router, name):
    changed = [SPOILED[name](text) for text, _ in CLEAR]
    assert changed != [text for text, _ in CLEAR]
    got = [decision.types[0].code for decision in router.route_many(changed)]
    assert got == [code for _, code in CLEAR]


@pytest.mark.parametrize(("text", "code"), TYPOS)
def test_typos(router, text, code):
    assert router.route(text).types[0].code == code


@pytest.mark.parametrize("text", ["", "...", "qwrtp zxcvb", "配送太慢了，包装也坏了"])
def test_a_person_answers_what_says_nothing(router, text):
    assert router.route(text).action == "human"


def test_evidence_points_at_the_complaint(router):
    text = "Заказывал подарок маме. Приложение вылетает при оплате. Живу в Твери."
    best = router.route(text).types[0]
    assert best.code == "app-crash"
    field, start, end = best.evidence[0]
    assert field == "text"
    assert "вылетает" in text[start:end]


def test_the_field_does_not_hide_a_complaint(router):
    for field in ("cons", "comment", "title", "text"):
        assert router.route({field: "деньги за возврат не вернули"}).types[0].code == "refund-delayed", field


def test_denial_is_heard(router):
    said = router.route("деньги за возврат вернули быстро, спасибо").types[0].code
    assert said != router.route("деньги за возврат не вернули").types[0].code
