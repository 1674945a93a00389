"""One review, one answer: whichever way it takes."""

import random
import re

import pytest

from every_path import PATHS, available, differences, in_process
from reviewmine.router import Router, write_bundle
from router.conftest import bundle as bundle  # a fixture, used by name

TEXTS = (
    "Курьер опоздал на два дня, посылку задержали",
    "Чайник сломался на второй день, ручка треснула",
    "Спасибо, отличный плед, очень рада!",
    "Не сломался, но курьер не спасибо",
    "Экран треснул. Курьер опоздал. Спасибо за ничего…",
    "квазар пульсар",
    "рад, что чайник не перестала ждать",
    "задержка",
    "Заказ № 123-456 на сумму 1 890,50 руб. задержали",
    "перестал включаться ((( верните деньги!!!",
    "ОПОЗДАЛ",
    "спасибо)) рада :)",
    "It arrived late, the kettle is broken",
    "нет",
    "-",
    "0",
)
HARM = {
    "as it is": lambda text: text,
    "shouted": str.upper,
    "elongated": lambda text: text.replace("о", "ооооо"),
    "decomposed": lambda text: text.replace("й", "и\u0306").replace("ё", "е\u0308"),
    "look-alikes": lambda text: text.translate(str.maketrans("аеорсух", "aeopcyx")),
    "soft hyphens": lambda text: "\u00ad".join(text),
    "zero width": lambda text: text.replace(" ", " \u200b\u200d\ufeff"),
    "hard spaces": lambda text: text.replace(" ", "\u00a0"),
    "markup": lambda text: f"<p>{text.replace(' ', '<br/>&nbsp;')}</p>&laquo;&#1105;&raquo; <3",
    "emoji": lambda text: f"👍🏽{text}👩‍👩‍👧🇷🇺❤️",
    "right to left": lambda text: f"\u202e{text}\u202c",
    "controls": lambda text: text.replace(" ", "\x01\x02 \x04\x1c\x85\u2028"),
    "line breaks": lambda text: text.replace(" ", "\r\n\v\f"),
    "quotes": lambda text: f"\"{text}\", «{text}»; '{text}'\t|{text}|",
    "formula": lambda text: f'=HYPERLINK("https://a.ru";"{text}")',
    "json": lambda text: f'{{"text": "{text}", "id": null}}\\n\\u0000',
    "letters apart": " ".join,
    "no spaces": lambda text: text.replace(" ", ""),
    "a thousand times": lambda text: f"{text} " * 1_000,
    "wide": lambda text: text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
    "backwards": lambda text: text[::-1],
    "stressed": lambda text: re.sub("([аеиоуы])", "\\1\u0301", text),
    "hyphens": lambda text: re.sub(r"(\w)(\w)", r"\1-\2", text),
    "dots": lambda text: text.replace(" ", "..."),
    "entities": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "escaped twice": lambda text: f"&amp;lt;b&amp;gt;{text}&amp;lt;/b&amp;gt; &amp;quot;",
    "beyond the plane": lambda text: f"{text} \U0001d4d0\U00020000 \ufffe\U0010ffff",
}
SURROGATES = ["\ud83d", "сломался \udc00\ud800", "\ud83dопоздал", "спа\udfffсибо"]
"""No file in UTF-8 can hold these; what comes by JSON or from Python can."""


def nasty_texts():
    """Return texts that are hard to read, in an order that says nothing."""
    texts = [harm(text) for harm in HARM.values() for text in TEXTS]
    random.Random(13).shuffle(texts)
    return [*dict.fromkeys(texts)]


@pytest.fixture(scope="module")
def written(bundle, tmp_path_factory):
    path = tmp_path_factory.mktemp("paths") / "bundle"
    write_bundle(path, bundle)
    return path


def test_the_nasty_texts_say_something(bundle):
    answers = in_process(Router(bundle), nasty_texts())
    assert len(answers) >= 300
    assert {answer["action"] for answer in answers} == {"auto", "human"}
    assert {code for answer in answers for code in answer["types"]} == {"delivery-late", "017", "thanks"}
    assert any(len(answer["types"]) > 1 for answer in answers)


def test_a_difference_is_seen(bundle):
    answers = in_process(Router(bundle), TEXTS)
    moved = [answer | {"probabilities": {"017": answer["probabilities"]["017"] + 0.125}} for answer in answers]
    moved[3] = moved[3] | {"action": "auto" if moved[3]["action"] != "auto" else "human"}
    other, furthest = differences(answers, moved)
    assert other == [3]
    assert furthest == pytest.approx(0.125)


@pytest.mark.slow
@pytest.mark.parametrize("name", PATHS)
def test_the_same_answers_on_every_path(bundle, written, tmp_path, name):
    if not available(name):
        pytest.skip("Spark needs Java and pyspark, and they are not both there")
    by_file = name in {"local engine", "Spark"}
    texts = nasty_texts() if by_file else [*nasty_texts(), *SURROGATES, ""]
    other, furthest = differences(in_process(Router(bundle), texts), PATHS[name](written, texts, tmp_path))
    assert [texts[place] for place in other] == []
    assert furthest <= 1e-3
