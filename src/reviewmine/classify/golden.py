"""The golden set of a bundle: texts whose answers every installation must repeat, nasty Unicode among them."""

from collections.abc import Mapping, Sequence
from typing import Any

from reviewmine.corpus.privacy import mask
from reviewmine.router import TEXT_FIELDS, Bundle, Router
from reviewmine.router.features import is_missing
from reviewmine.router.router import golden_answer

N_GOLDEN = 240
MAX_CHARS = 400

# Written for this purpose: what strangers send, by accident or not.
NASTY = (
    "",
    " ",
    "\u200b\u200d\ufeff",
    "\u0000\u0001\u001f",
    "...",
    "—",
    "👍👍👍",
    "😡" * 40,
    "👨\u200d👩\u200d👧\u200d👦 довольны",
    "🏳\ufe0f\u200d🌈",
    "не привезли",
    "НЕ ПРИВЕЗЛИ!!!",
    "н е п р и в е з л и",
    "не\u00adпри\u00adвезли",
    "неприве\u0301зли\u0301",
    "и\u0306огурт просроченныи\u0306, е\u0308лки зелёные",
    "ёжик Ёжик ежик",
    "дocтaвкa oпoздaлa нa двa дня",
    "ﬁne ﬀ ﬃ №5 ½ ㎏",
    "ＦＵＬＬ　ＷＩＤＴＨ　ТЕКСТ",
    "\u202eонтарбо\u202c текст",
    "مرحبا كيف الحال",
    "配送太慢了，包装也坏了",
    "Τὸ δῶρον ἔφθασεν",
    "İstanbul ISPARTA ıı ß ẞ",
    "ПлОхОй ТоВаР",
    "оооооооочень дооооолго",
    "аааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааа",
    "слово" * 60,
    "a\u0300\u0301\u0302\u0303\u0304\u0305" * 20,
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳",
    "<script>alert(1)</script> сломался",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE reviews; --",
    "{{7*7}} ${7*7} %s %n",
    "https://example.com/a?b=c&d=%D0%B0 и ещё www.example.com",
    "звоните +7 900 000-12-34 или a.b@example.com",
    "1 2 3 4 5 1,5 2.75 10% 1890р.",
    "1.2.3.4.5.6.7.8.9.0." * 10,
    "!!!???!?!?!",
    "(((((((((((((((",
    "))))))))))))))))",
    ":) :( :-) ;)",
    "\r\n\t \x0b\x0c строка\u2028вторая\u2029третья\x85четвёртая",
    "don’t can't l'eau",
    "кое-что как-нибудь по-русски --- - –",
    "\ufdd0\uffff\ufffe",
    "\U0010ffff\U000e0001",
    "нет",
    "Достоинства: нет\nНедостатки: всё\nКомментарий: -",
)


def golden_set(bundle: Bundle, reviews: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the golden rows of a bundle: the nasty texts, then ``reviews`` up to 240 rows, masked and shortened.

    Reviews are taken in the order given; short sets are filled up with cut versions, so that there are always 240.
    """
    rows: list[dict[str, Any]] = [{"id": f"nasty-{i}", "text": text} for i, text in enumerate(NASTY)]
    extras = (*bundle.spec.categorical, *bundle.spec.numeric)
    share = 1
    while len(rows) < N_GOLDEN:
        for review in reviews[: N_GOLDEN - len(rows)]:
            texts = {name: mask(str(review[name]))[: MAX_CHARS // share] for name in TEXT_FIELDS if review.get(name)}
            rows.append({"id": f"review-{len(rows)}", **texts, **{name: _plain(review.get(name)) for name in extras}})
        share += 1
    decisions = Router(bundle).route_many(rows)
    return [{"review": row, "answer": golden_answer(decision)} for row, decision in zip(rows, decisions, strict=True)]


def _plain(value: Any) -> Any:
    """Return a side feature as JSON can hold it: text masked, what is missing as None."""
    if is_missing(value):
        return None
    return mask(value) if isinstance(value, str) else value
