"""Raw text to words: nothing moves, nothing is normalised twice, nothing blows up."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reviewmine.language import normalize as module
from reviewmine.language.normalize import MAX_WORD, fold, normalize, token_spans, tokens, words, words_and_stops

ANY = st.characters(exclude_categories=())  # lone surrogates and unassigned code points too
NASTY = st.sampled_from("ажyеоcтzQёЁйİıſß'’-–_\u0301\u0306\u0308\u0323\u00ad\u200b\ufdd0\u0958\ud83d 12.,;:)(!?\n/w👍½")
TEXTS = st.text(ANY, max_size=60) | st.text(NASTY, max_size=80)

SAME = [
    ("ещё тёплый плащ", "еще теплый плащ"),
    ("ЕЩЁ ТЁПЛЫЙ ПЛАЩ", "еще теплый плащ"),
    ("ёмкость", "е\u0308мкость"),
    ("йогурт скис", "и\u0306огурт скис"),
    ("курьер опоздал", "кyрьeр oпoздaл"),
    ("iphone", "iphоne"),
    ("долго ехало", "дооооолго ехалоооо"),
    ("упаковка", "упа\u00adков\u00adка"),
    ("упаковка", "упа\u200bковка"),
    ("ударение", "ударе\u0301ние"),
    ("цвет\u00a0синий", "цвет   синий"),
    ("ok", "ＯＫ"),
    ("istanbul", "İSTANBUL"),
    ("don't", "don’t"),
]


@pytest.mark.parametrize(("plain", "odd"), SAME, ids=ascii)
def test_odd_spelling_is_the_plain_word(plain, odd):
    assert plain != odd
    assert normalize(odd) == normalize(plain)


FORMS = [
    ("Верните 1 890,50 руб.", "верните 0 0 руб"),
    ("см. https://shop.example/i?id=7&x=%D0%B0 или www.shop.example", "см url или url"),
    ("пишите на a.b+c@mail.example или @ник", "пишите на email или ник"),
    ("шкаф 60х120*45 см, плитка 10x10, 4х4 привод", "шкаф 0x0 см плитка 0x0 0x0 привод"),
    ("супер))) а звук(((( ;)", "супер )) а звук (( ))"),
    ("Почему?!?! Сломан!!!", "почему ? сломан !"),
    ("кое-что по-русски - да", "кое-что по-русски да"),
    ("дождь-", "дождь"),
    ("хх масса", "хх масса"),
    ("👍 берите 👍", "👍 берите 👍"),
    ("USB-кабель", "usb-кабель"),
    ("snake_case", "snake case"),
    ("配送太慢", "配送太慢"),
    ("", ""),
    (" \t\n\u200b", ""),
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_normal_form(text, expected):
    assert normalize(text) == expected


def test_different_words_stay_different():
    assert len({normalize(word) for word in ("мел", "мель", "мёл ка", "мил", "не мел")}) == 5


@given(TEXTS)
def test_fold_keeps_the_length(text):
    assert len(fold(text)) == len(text)


def test_fold_keeps_the_length_of_every_character():
    assert all(len(fold(chr(code))) == 1 for code in range(0x110000))


@given(TEXTS)
@example("a-\u0301-b")
@example("a'\u0301'b")
@example("I\u0323\u0307 İ\u0323")
@example("\u0958\u0301")
@example("жa" * 24 + "z")
@example("ааa" * 20)
def test_normalize_twice_is_once(text):
    once = normalize(text)
    assert normalize(once) == once


@given(TEXTS)
def test_token_offsets_slice_the_raw_text(text):
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        assert words(text[token.start : token.end]) == [token.form]
        end = token.end


@given(TEXTS)
def test_words_are_the_forms_of_the_tokens(text):
    assert words(text) == [token.form for token in tokens(text)]


def test_offsets_are_of_the_raw_spelling():
    text = "Ах, ШУУУУМИТ\u00a0дос\u00adтавка!!"
    assert [text[token.start : token.end] for token in tokens(text)] == ["Ах", "ШУУУУМИТ", "дос\u00adтавка", "!!"]


@given(st.text(st.characters(exclude_categories=()), max_size=60) | st.text("ая. ,!<b>&;\n\u0301-1", max_size=40))
def test_spans_are_those_of_the_tokens(text):
    assert token_spans(text) == [(token.start, token.end) for token in tokens(text)]


def test_what_is_remembered_is_bounded_and_changes_nothing(monkeypatch):
    text = "Шнур, шнур ШНУР. Не греет!!! шнур… 3,5кг https://a.ru дорого-богато шнур,"
    wanted = list(tokens(text)), words_and_stops(text), token_spans(text)
    monkeypatch.setattr(module, "_MOST_PIECES", 3)
    monkeypatch.setattr(module, "_PIECES", module._Pieces())
    for _ in range(2):
        assert (list(tokens(text)), words_and_stops(text), token_spans(text)) == wanted
        assert 1 <= len(module._PIECES) <= 3


def test_a_word_is_cut_at_its_limit():
    assert words("абвгд" * 1000) == [("абвгд" * 20)[:MAX_WORD]]


HOSTILE = ["а", "1", "1.", "(", "а\u0301", "а-", "http://", "\u00ad", "\ud800", " ", "'", ":-"]


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_hostile_text_takes_linear_time(piece):
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    normalize(text)
    assert sum(1 for _ in tokens(text)) == len(words(text))
    assert time.process_time() - started < 3
