"""Reviews to statements. In the cases a bar stands where a statement must end."""

import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gold.sheets import half, score_cuts, statement_cases
from reviewmine.corpus.cut_rules import RULES, lines, stops
from reviewmine.corpus.fields import MARKERS
from reviewmine.corpus.statements import cut, cut_field, cut_review, cut_reviews, explain, explain_field, is_misplaced
from reviewmine.router.features import TEXT_FIELDS

CASES = [
    # sentences
    "Долго везли.| Коробка мятая.| Деньги не вернули",
    "не работает...|верну деньги",
    "плохой!!!|верните деньги",
    "Почему так долго?|Где мой заказ?!",
    "Заходил на сайт.|Не открывается",
    "Сайт shop.example завис.| Деньги списали",
    "Привезли не то… |Обидно",
    "Он сказал «ждите.» |Ждём",
    # smileys and emoji are stops
    "Отличный пылесос)))| Но шнур короткий",
    "Всё хорошо (((  |только батарея слабая",
    "Пришло быстро 😡 |упаковка порвана",
    "Понравилось :) |беру ещё",
    "Супер 👍👍👍",
    # turns
    "Звук хороший, |но басов не хватает",
    "Ткань тонкая |зато цвет яркий",
    "Доставили вовремя, |однако коробка была вскрыта",
    "Сидит отлично - |правда рукава длинные",
    "хороший, но дорогой",
    "дорого, но качественно",
    "Дорого, но качество того стоит",
    "Но звук так себе",
    # lists
    "- шумит сильно\n|- греется корпус",
    "- шумит - |греется - |пахнет",
    "1. шнур короткий |2. фильтр грязный",
    "1) шнур короткий\n|2) фильтр грязный",
    "Минусы такие:\n|1. шумит\n|2. греется",
    "• шумит • |греется",
    "Пахнет; |пачкает руки\n\n|линяет",
    "Цвет — красный, размер - большой",
    "Кол-центр - никто не отвечает",
    "Взял 5. |Все бракованные",
    # abbreviations, numbers, initials
    "держит 2 ч. |Потом разряжается",
    "держит 2 ч. и разряжается",
    "экран 6.5 дюйм. очень яркий",
    "за 500 руб. с доставкой",
    "Взял 5 шт. |Все бракованные",
    "Кабель USB 3.0 не подошёл",
    "Мастер А. С. Иванов опоздал",
    "и т.д. и т.п. надоело",
    # other languages
    "Great kettle! |The lid broke.",
    "配送太慢了",
]
MARKS = " \t\r\n,;–—-•*+"


def bare(part):
    part = part.strip(MARKS)
    return part[2:].strip() if part[:2] in {"1.", "2.", "1)", "2)"} else part


@pytest.mark.parametrize("case", CASES)
def test_cut(case):
    text = case.replace("|", "")
    assert [text[start:end] for start, end in cut(text)] == [bare(part) for part in case.split("|")]


SAID = ["шнур", "короткий", " но ", ", зато ", "2 ч.", "Плюсы: ", "минусы:", "нет"]
SIGNS = [". ", "...", "!!!", ")))", ":) ", "😡", "\n", "- ", "1. ", "2) ", "• ", "; ", " ", "\ud800"]
PIECES = st.sampled_from(SAID + SIGNS)
TEXTS = st.lists(PIECES, max_size=25).map("".join) | st.text(st.characters(exclude_categories=()), max_size=60)


@given(TEXTS)
def test_statements_slice_the_field_and_never_overlap(text):
    end = 0
    for one in cut_review({"text": text}):
        assert one.text == text[one.start : one.end] != ""
        assert end <= one.start < one.end
        end = one.end


@given(TEXTS)
def test_no_letter_is_lost(text):
    spans = cut(text)
    kept = {i for start, end in spans for i in range(start, end)}
    assert not [char for i, char in enumerate(text) if char.isalpha() and i not in kept]


@given(TEXTS)
def test_explain_names_every_cut_and_its_rule(text):
    names = {rule.__name__ for rule in RULES}
    found = explain(text)
    assert all(0 < place < len(text) and name in names for place, name in found)
    starts = [start for start, _ in cut(text)][1:]
    assert all(any(place <= start for place, _ in found) for start in starts)


def test_explain_names_the_rules():
    text = "Тихий))) Шнур короткий, но хватает сил. Беру\n- ещё"
    assert explain(text) == [(8, "smiles"), (24, "turns"), (39, "stops"), (45, "lines")]


def test_rules_may_be_chosen():
    text = "Шумит. Греется\nПахнет"
    assert len(cut(text, [lines])) == len(cut(text, [stops])) == 2
    assert cut(text, []) == [(0, len(text))]


def test_signs_alone_belong_to_what_they_follow():
    text = "Шумит! !! ... Греется"
    assert [text[start:end] for start, end in cut(text)] == ["Шумит! !! ...", "Греется"]


def told(review):
    return [(one.field, one.part, one.text, one.null, one.misplaced) for one in cut_review(review)]


def test_fields_stand_in_order_and_null_answers_are_named():
    review = {"comment": "Беру. Советую", "cons": "Нет", "pros": "-", "title": "Фен", "text": None}
    assert told(review) == [
        ("title", "title", "Фен", "", False),
        ("pros", "pros", "-", "signs", False),
        ("cons", "cons", "Нет", "none", False),
        ("comment", "comment", "Беру.", "", False),
        ("comment", "comment", "Советую", "", False),
    ]


def test_a_marked_text_has_parts_and_offsets_of_the_field():
    text = "Купил маме. Достоинства: тихий. НЕДОСТАТКИ: всё нравится"
    found = cut_review({"text": text})
    assert [(one.part, one.text, one.null) for one in found] == [
        ("text", "Купил маме.", ""),
        ("pros", "тихий.", ""),
        ("cons", "всё нравится", "all-good"),
    ]
    assert all(one.field == "text" and text[one.start : one.end] == one.text for one in found)


def test_a_null_statement_inside_a_field_is_named():
    said = {"cons": "Шнур короткий. Больше кнопок нет. Минусов больше нет. Не обнаружил"}
    assert [one.null for one in cut_review(said)] == ["", "", "none", "none"]


MISPLACED = [
    ("Отличный звук", "cons", True),
    ("Всем довольна, рекомендую", "cons", True),
    ("Сломался через день", "pros", True),
    ("Хамит продавец", "pros", True),
    ("Отличный звук", "pros", False),
    ("Сломался через день", "cons", False),
    ("Не понравился запах", "cons", False),
    ("Не сломался", "pros", False),
    ("Хороший, но сломался", "cons", False),
    ("Хороший, но сломался", "pros", False),
    ("Отличный звук", "text", False),
    ("Шнур", "cons", False),
]


@pytest.mark.parametrize(("text", "part", "expected"), MISPLACED)
def test_misplaced_praise_and_complaint(text, part, expected):
    assert is_misplaced(text, part) is expected


def test_misplaced_is_marked_on_the_statement():
    found = told({"cons": "Шнур короткий. Отличный звук", "pros": "Брак"})
    assert [(text, misplaced) for _, _, text, _, misplaced in found] == [
        ("Брак", True),
        ("Шнур короткий.", False),
        ("Отличный звук", True),
    ]


def test_frames_of_statements_lead_back_to_the_reviews():
    blank = dict.fromkeys(TEXT_FIELDS, "")
    reviews = pd.DataFrame(
        [blank | {"id": "7", "cons": "Шумит. Греется"}, blank | {"id": "8"}, blank | {"id": "9", "text": "нет"}]
    )
    frame = cut_reviews(reviews)
    assert frame["statement_id"].tolist() == ["7:0", "7:1", "9:0"]
    assert frame["review_id"].tolist() == ["7", "7", "9"]
    assert frame["null"].tolist() == ["", "", "none"]
    for row in frame.to_dict("records"):
        field = reviews.set_index("id").loc[row["review_id"], row["field"]]
        assert field[row["start"] : row["end"]] == row["text"]


HOSTILE = [", но ", ", но" + " " * 210, "- ", "1. а ", ".", "))", "\n", "а", "«", ", ", " -", "А. "]


@pytest.mark.parametrize("piece", HOSTILE, ids=lambda piece: ascii(piece[:6]))
def test_hostile_text_takes_linear_time(piece):
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    cut(text)
    cut_review({"text": text})
    assert time.process_time() - started < 4


def test_every_statement_of_a_field_names_the_rule_that_opened_it():
    found = explain_field("Тихий))) Минусы - шнур короткий, но хватает розетки\n- греется", "comment")
    assert [(one.part, one.text, rules) for one, rules in found] == [
        ("comment", "Тихий)))", ()),
        ("cons", "шнур короткий", ("marker:line",)),
        ("cons", "но хватает розетки", ("turns",)),
        ("cons", "греется", ("lines",)),
    ]


@given(TEXTS)
def test_only_the_first_statement_of_a_field_begins_without_a_rule(text):
    found = explain_field(text)
    assert [one for one, _ in found] == list(cut_field(text, "text"))
    assert all(rules for _, rules in found[1:])


UNCUT = [
    "Комплект на 1,5 сп. кровать",
    "см. https://shop.example/a?id=7.25&x=1 и верните деньги",
    "привезли без(!) коробки",
    "ну... не знаю",
    "не только шумит, но и греется",
    "Брал за 500 р. и не жалею",
]


@pytest.mark.parametrize("text", UNCUT)
def test_what_stays_whole(text):
    assert cut(text) == [(0, len(text))]


CUT_BY_SIGNS = [
    ("Деньги списали!!1Поддержка молчит", ["Деньги списали!!1", "Поддержка молчит"]),
    ("Щенку зашло ^_^ Съел всё", ["Щенку зашло ^_^", "Съел всё"]),
    ("плохо.верните деньги", ["плохо.", "верните деньги"]),
    ("Спасибо) буду брать ещё", ["Спасибо)", "буду брать ещё"]),
    ("Сломалось( жаль деньги", ["Сломалось(", "жаль деньги"]),
    ("✅ мягкий ✅ не линяет", ["мягкий", "не линяет"]),
    ("а) шумит б) греется", ["а) шумит", "б) греется"]),
    ("привезли в\nпонедельник", ["привезли в\nпонедельник"]),
    ("<p>Шумит</p><p>Греется</p>", ["Шумит", "Греется"]),
]


@pytest.mark.parametrize(("text", "expected"), CUT_BY_SIGNS)
def test_signs_as_people_type_them(text, expected):
    assert [text[start:end] for start, end in cut(text)] == expected


def test_the_gold_sheet_is_met():
    cases = statement_cases()
    assert score_cuts(cases, lambda text: (start for start, _ in cut(text))).f1 >= 0.93
    held = half(cases, "held out")
    assert score_cuts(held, lambda text: (start for start, _ in cut(text))).f1 >= 0.93


def test_the_seller_and_the_page_are_not_the_customer():
    told = [
        (one.part, one.null) for one in cut_review({"text": "Способ покупки: доставка\nШумит.\nОтвет продавца: Жаль!"})
    ]
    assert told == [("meta", "meta"), ("text", ""), ("reply", "reply")]


def test_frames_hold_every_part_that_a_text_may_have():
    texts = [f"{names.split('|')[0]}: шнур короткий" for names in MARKERS.values()]
    blank = dict.fromkeys(TEXT_FIELDS, "")
    reviews = pd.DataFrame([blank | {"id": str(i), "text": text} for i, text in enumerate(texts)])
    assert set(cut_reviews(reviews)["part"]) == set(MARKERS)
