"""Names: grammatical phrases that say what is wrong, told apart, in the customers' own words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.discover.clauses import content
from reviewmine.discover.naming import name_topics, name_tree
from reviewmine.discover.phrases import hurts, phrases, stem
from reviewmine.discover.topics import Topics


def shown(text):
    return {phrase.shown for phrase in phrases(text) if phrase.quality > 0}


HELD = [
    ("Деньги мне до сих пор не вернули", "деньги не вернули"),
    ("деньги так и не вернули", "деньги не вернули"),
    ("полдня не могла дозвониться до оператора", "не дозвониться до оператора"),
    ("в корзине скидка не применилась", "скидка не применилась"),
    ("третий день опоздание доставки", "опоздание доставки"),
    ("внутри не было чека", "нет чека"),
    ("прислали совсем не тот размер", "прислали не тот размер"),
    ("курьер вчера опоздал", "курьер опоздал"),
    ("а коробка вся мятая", "коробка мятая"),
    ("экран разбит с угла", "экран разбит"),
    ("очень долго собирали", "долго собирали"),
    ("пришла уже сломанная", "пришла сломанная"),
    ("отказали в возврате и ушли", "отказали в возврате"),
]


@pytest.mark.parametrize(("text", "phrase"), HELD)
def test_a_statement_holds_its_phrase(text, phrase):
    assert phrase in shown(text)


NOT_HELD = [
    ("курицу щенок не доел", "курицу щенок"),  # no strangers, no two nouns side by side
    ("отменил заказ сам", "отменил заказ"),  # of the speaker, not of what hurts
    ("мятая коробки сторона", "мятая коробки"),  # no agreement
    ("товар не пришел, деньги ждем", "не пришел деньги"),  # not across a comma
    ("не только опоздал", "не опоздал"),
    ("заказал на новый год", "новый год"),
    ("Иван Петров опоздал", "петров опоздал"),
    ("доставка доставляет долго", "доставка доставляет"),  # two lemmas alike
    ("осыпается белая краска", "осыпается белая"),  # only what came has a state
    ("говно полное", "говно полное"),
    ("купила и рекомендую", "купила рекомендую"),
]


@pytest.mark.parametrize(("text", "phrase"), NOT_HELD)
def test_what_is_no_name_is_not_held(text, phrase):
    assert phrase not in shown(text)


def test_word_order_does_not_matter_to_what_is_said():
    keys = [{p.key for p in phrases(text)} for text in ("скидка не применилась", "не применилась скидка")]
    assert keys[0] == keys[1]


def test_what_is_missing_is_not_what_is_there():
    assert content("чека нет") == content("без чека") != content("чек есть")


def test_words_that_hurt():
    assert [word for word in ("опоздать", "не_работать", "нежный", "немецкий", "неверный") if hurts(word)] == [
        "опоздать",
        "не_работать",
        "неверный",
    ]


@given(st.text(alphabet="абвгде жзийклмно прст уфхц не без и , .", max_size=80))
@settings(max_examples=60, deadline=None)
def test_phrases_of_anything_are_short_and_of_different_words(text):
    for phrase in phrases(text):
        assert len(phrase.shown.split()) <= 6
        assert len({stem(lemma) for lemma in phrase.key}) == len(phrase.key)
        assert 0 <= phrase.quality <= 1


SAID = [
    ("курьер опоздал на три часа", "курьер сильно опоздал", "снова курьер опоздал", "заказ привезли поздно"),
    ("не дозвониться до оператора", "полдня не дозвониться до оператора", "оператор молчит", "не дозвониться"),
    ("коробка мятая", "приехала мятая коробка", "мятая коробка и рваный пакет", "пакет рваный"),
]
WORDS = (
    (("курьер", 0.9), ("опоздать", 0.8), ("поздно", 0.2)),
    (("не_дозвониться", 0.9), ("оператор", 0.8), ("молчать", 0.2)),
    (("мятый", 0.9), ("коробка", 0.8), ("рваный", 0.2)),
)


def corpus(copies=1):
    texts = [text for said in SAID for text in said] * copies
    topic = np.repeat(np.arange(3), [len(said) for said in SAID])
    return texts, np.tile(topic, copies)


def test_topics_are_named_by_what_hurts():
    texts, topic = corpus()
    names = name_topics(texts, topic, Topics(WORDS, (-1, -1, -1)))
    assert names == ["Курьер опоздал", "Не дозвониться до оператора", "Мятая коробка"]


def test_copies_and_order_change_no_name():
    texts, topic = corpus(copies=3)
    order = np.random.default_rng(0).permutation(len(texts))
    topics = Topics(WORDS, (-1, -1, -1))
    assert name_topics([texts[i] for i in order], topic[order], topics) == name_topics(*corpus(), topics)


def test_topics_that_say_the_same_have_different_names():
    said = [f"{word} деньги не вернули" for word in ("вчера", "сегодня", "опять", "снова", "завтра", "зря")]
    words = ((("деньга", 0.9), ("не_вернуть", 0.8)),) * 2
    names = name_topics(said, np.asarray([0, 0, 0, 1, 1, 1]), Topics(words, (-1, -1)))
    assert len(set(names)) == 2
    assert "Деньги не вернули" in names


def test_a_topic_without_a_phrase_is_named_by_key_words():
    texts = ["сайт", "страница", "сайт", "страница"]
    names = name_topics(
        texts, np.zeros(4, dtype=int), Topics(((("год", 0.9), ("сайт", 0.8), ("страница", 0.7)),), (-1,))
    )
    assert names == ["Сайт, страница"]


def test_a_topic_of_another_language_is_named_too():
    texts = ["the parcel came late", "late parcel again", "parcel was late"]
    names = name_topics(texts, np.zeros(3, dtype=int), Topics(((("late", 0.9), ("parcel", 0.8)),), (-1,)))
    assert names == ["Late, parcel"]


def test_a_parent_is_not_called_like_a_child():
    texts, topic = corpus()
    names, parents = name_tree(texts, topic, Topics(WORDS, (0, 0, -1)))
    assert len(parents) == 1
    assert not set(parents) & set(names)
    assert name_tree(texts, topic, Topics(WORDS, (-1, -1, -1)))[1] == []


def named(*topics, words=()):
    """Return the names of topics of which each is a list of statements."""
    texts = [text for said in topics for text in said]
    numbers = np.repeat(np.arange(len(topics)), [len(said) for said in topics])
    keys = tuple(tuple((word, 0.5) for word in listed) for listed in (words or [()] * len(topics)))
    return name_topics(texts, numbers, Topics(keys, (-1,) * len(topics)))


QUEUE = ["в кассе очередь", "снова очередь в кассе", "очередь в кассе до дверей", "стоим, очередь", "очередь на улицу"]


def test_a_topic_of_two_pains_is_named_by_both():
    slips = ["задник натирает", "задник натирает до крови", "опять задник натирает", "к вечеру задник натирает"]
    tears = ["подошва скользит", "на льду подошва скользит", "подошва скользит зимой", "у нас подошва скользит"]
    other = [f"вид {word}" for word in ("серый", "бурый", "синий", "рыжий", "белый", "темный")]
    name = named(slips + tears + other * 2 + [f"{word} сапог" for word in ("левый", "правый", "зимний")] * 3, QUEUE)[0]
    assert name == "Задник натирает · Подошва скользит"


def test_what_hurts_goes_before_what_does_not():
    said = ["мягкий материал", "такой мягкий материал", "материал мягкий", "материал порвался", "порвался материал"]
    assert named(said, QUEUE)[0] == "Материал порвался"


def test_a_bare_verb_gives_way_to_what_does_it():
    said = ["не играет музыка", "музыка не играет", "совсем не играет", "не играет", "музыка давно не играет"]
    assert named(said, QUEUE)[0] in {"Не играет музыка", "Музыка не играет"}


def test_words_that_hurt_name_what_no_phrase_tells():
    said = ["тяжелый", "громкий", "и тяжелый", "очень громкий", "какой тяжелый", "какой громкий"]
    assert named(said, QUEUE, words=[["год", "тяжелый", "громкий"], ["очередь", "касса"]])[0] == "Тяжелый, громкий"


NO_NAMES = [
    ("туфли на узкую ногу", "узкую ногу"),  # the foot is not what is wrong
    ("минут не доставили", "минут не доставили"),
    ("ждать до недели", "ждать до недели"),
    ("деньги не вернем", "деньги не вернем"),  # the speaker does it
    ("банк больше", "банк больше"),
    ("пришел не тот", "пришел не тот"),
]


@pytest.mark.parametrize(("text", "phrase"), NO_NAMES)
def test_what_says_something_else_is_no_name(text, phrase):
    assert phrase not in shown(text)


def quality(text):
    return max(phrase.quality for phrase in phrases(text))


def test_denied_praise_says_what_is_wrong():
    assert quality("доставка не быстрая") > 5 * quality("быстрая доставка")


def test_what_is_denied_must_be_done_or_be_so():
    assert not hurts("не_туфля")
    assert hurts("не_играть")


def test_names_are_short_and_capital():
    for name in named(*SAID, QUEUE):
        assert 1 <= len(name.replace(" · ", " ").split()) <= 5
        assert name[0].isupper()
