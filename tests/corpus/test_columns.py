"""Columns are recognised by a map, by their names in Russian and English, or by their cells."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewmine.corpus.column_names import LAST_RESORT, NAMES
from reviewmine.corpus.columns import Columns, Match, load_map, plain, recognise
from reviewmine.corpus.review import REVIEW_COLUMNS
from reviewmine.errors import ReviewmineError
from reviewmine.router import TEXT_FIELDS

KNOWN = [
    "Достоинства=pros; Недостатки=cons; Комментарий=comment",
    "ПЛЮСЫ=pros; минусы=cons; Текст отзыва=text",
    "pros=pros; cons=cons; text=text; productValuation=rating; createdDate=date",
    "feedback_id=id; advantages=pros; disadvantages=cons; stars=rating",
    "Номер обращения=id; Текст обращения=text; Канал обращения=channel; Дата обращения=date",
    "Отзыв=text; Оценка=rating; Название товара=product; Категория=group",
    "Заголовок=title; Количество звёзд=rating",
    "review.id=id; review.text=text",
    "№ отзыва=id; Отзыв=text; Оценка (1-5)=rating; Дата создания (МСК)=date",
    "Отзыв, текст=text; Оценка, балл=; Кол-во звёзд=rating",
    "Комментарий [необязательно]=comment; NPS=rating",
    # sellers' cabinets
    "ID отзыва=id; Дата=date; Количество звезд=rating; Текст отзыва=text; Достоинства=pros; Недостатки=cons; Размер=; Цвет=;"
    " Название товара=product; Артикул WB=; Артикул продавца=; Предмет=group; Бренд=; Имя=; Ответ=; Дата ответа=; Статус отзыва=",
    "SKU=product; Дата публикации=date; Оценка=rating; Плюсы=pros; Минусы=cons; Комментарий=comment; Статус отзыва=;"
    " Ответ продавца=; Имя покупателя=; Номер заказа=; Фото=",
    "id=id; text=text; pros=pros; productValuation=rating; createdDate=date; answer.text=; answer.state=; state=;"
    " productDetails.nmId=; productDetails.productName=product; productDetails.brandName=; userName=; subjectName=group",
    # application stores
    "Package Name=product; App Version Code=; Reviewer Language=; Device=; Review Submit Date and Time=date; Star Rating=rating;"
    " Review Title=title; Review Text=text; Developer Reply Date and Time=; Developer Reply Text=; Review Link=",
    "reviewId=id; userName=; content=text; score=rating; thumbsUpCount=; at=date; replyContent=; repliedAt=",
    # CRM
    "ID=id; Название сделки=; Стадия=; Источник=channel; Дата создания=date; Комментарий=comment; Ответственный=",
    "Номер заявки=id; Тема=title; Описание=text; Дата регистрации=date; Ответственный=",
    # what is nested in other things is not the review's
    "author.name=; author.rating=; product.rating=; product.title=product; review.body=text; review.created_at=date; user.id=",
]


@pytest.mark.parametrize("case", KNOWN)
def test_names_are_recognised(case):
    pairs = [part.strip().split("=") for part in case.split(";")]
    expected = {field: column for column, field in pairs if field}
    columns = [column for column, _ in pairs]
    assert recognise(columns).fields == expected
    assert recognise(random.Random(3).sample(columns, len(columns))).fields == expected


def test_every_listed_name_is_in_plain_form_and_found():
    for field, names in NAMES.items():
        assert len(names) == len(set(names))
        for name in names:
            beside = [] if name in LAST_RESORT else ["pros" if field != "pros" else "cons"]
            assert plain(name) == name
            assert recognise([name, *beside]).fields[field] == name


def test_no_name_is_of_two_fields():
    names = [name for names in NAMES.values() for name in names]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    "name", ["комментарий", "КОММЕНТАРИЙ:", " Комментарий\u00a0", "\ufeffКомментарий", "Комментарий?"]
)
def test_names_are_compared_by_their_words(name):
    for form in ("NFC", "NFD"):
        written = unicodedata.normalize(form, name)
        assert recognise([written]).fields == {"comment": written}


def test_each_match_says_why():
    sample = [{"b": "Заказ везли две недели"}]
    found = recognise(
        ["Оценка (1-5)", "Код", "meta.source", "b"], {"id": "Код"}, sample=[{**row, "Код": 7} for row in sample]
    )
    assert {match.field: match.why for match in found.matches} == {
        "id": "named in the map",
        "text": "by its cells: the longest texts",
        "rating": "by its name without the note",
        "channel": "by its last part",
    }
    assert recognise(["text"]).matches == (Match("text", "text", "by its name"),)


def test_the_surer_name_wins_whatever_the_order_and_the_rival_is_noted():
    for columns in (["Отзыв", "Текст"], ["Текст", "Отзыв"]):
        found = recognise(columns)
        assert found.fields["text"] == "Текст"
        assert found.notes == (
            "Отзыв and Текст may both be the text: took Текст, kept Отзыв beside; choose with --map",
        )
    assert recognise(["Отзыв", "Текст"], {"text": "Отзыв"}).notes == ()


def test_the_whole_name_wins_over_a_part_of_one():
    assert recognise(["page.text", "Отзыв"]).fields["text"] == "Отзыв"
    assert recognise(["page.text", "Оценка"]).fields["text"] == "page.text"


ANSWERS = [
    "Ответ",
    "Ответ продавца",
    "Ответ на отзыв",
    "answer",
    "reply",
    "Комментарий магазина",
    "Комментарий (ответ продавца)",
]
ANSWERS += [
    "answer.text",
    "Текст ответа",
    "Developer Reply Text",
    "seller.comment",
    "Комментарий модератора",
    "replyContent",
]


@pytest.mark.parametrize("name", ANSWERS)
def test_a_sellers_answer_is_never_the_text(name):
    long = "Благодарим за отзыв и просим написать нам в чат, мы обязательно разберёмся с вашим вопросом"
    rows = [{name: f"{long} {i}", "Оценка": 5} for i in range(9)]
    with pytest.raises(ReviewmineError, match="no text column"):
        recognise([name, "Оценка"], sample=rows)
    assert name not in recognise([name, "pros"], sample=[{**row, "pros": "тихий"} for row in rows]).fields.values()


@pytest.mark.parametrize(
    "name", ["Имя покупателя", "Имя", "Покупатель", "userName", "name", "Автор", "author.name", "ФИО"]
)
def test_a_name_of_a_person_is_no_field(name):
    rows = [{name: f"Сергеева Мария Петровна {i}", "text": "Шумит"} for i in "абв"]
    assert recognise([name, "text"], sample=rows).fields == {"text": "text"}
    assert recognise([name, "title"], sample=rows).fields == {"title": "title"}


def test_an_empty_column_loses_to_a_filled_rival_only():
    columns = ["Комментарий", "Комментарий покупателя", "Оценка"]
    rows = [{"Комментарий": empty, "Комментарий покупателя": "Шумит", "Оценка": ""} for empty in ("", None, " ")]
    found = recognise(columns, sample=rows)
    assert found.fields == {"comment": "Комментарий покупателя", "rating": "Оценка"}
    assert found.notes == ()
    assert recognise(columns[::2], sample=rows).fields == {"comment": "Комментарий", "rating": "Оценка"}


def test_a_count_of_comments_is_no_comment():
    rows = [{"Комментарии": i, "Комментарий клиента": "Нет"} for i in range(5)]
    assert recognise(rows[0], sample=rows).fields == {"comment": "Комментарий клиента"}


def test_a_name_of_last_resort_serves_when_there_is_no_other_text():
    assert recognise(["Описание", "Отзыв"]).fields == {"text": "Отзыв"}
    assert recognise(["Описание", "Недостатки"]).fields == {"cons": "Недостатки"}
    assert recognise(["Описание", "Оценка"]).fields == {"text": "Описание", "rating": "Оценка"}


TEXTS = [
    "Курьер приехал на два дня позже",
    "Крышка треснула через неделю",
    "Просила синий, а положили чёрный",
    "Всё пришло целым",
]


def table(**others):
    return [
        {"c1": text} | {name: cells[i % len(cells)] for name, cells in others.items()}
        for i, text in enumerate(TEXTS * 3)
    ]


NOT_PROSE = {
    "numbers": list(range(12)),
    "short words": ["брак", "качество", "доставка", "цена", "размер"],
    "a few answers, often": ["Товар ненадлежащего качества, полный возврат денег"] * 12,
    "codes": [f"{i:09} 4601234567 890 11-22-33 44-55 {i * 7:012} 10 20 30 40 50" for i in range(12)],
    "links": [f"https://shop.example/reviews/{i}/long-name-of-a-page-with-many-letters" for i in range(12)],
    "nothing": [None, "", float("nan")],
}


@pytest.mark.parametrize("other", NOT_PROSE)
def test_the_column_of_the_longest_texts_is_taken_when_no_name_tells(other):
    rows = table(c0=NOT_PROSE[other], c2=["Тула", "Омск"])
    for row in rows:
        row["c1"] += f" {rows.index(row)}"
    found = recognise(["c0", "c1", "c2"], sample=rows)
    assert found.fields == {"text": "c1"}
    assert found.notes == (
        "no column is a text by its name: took 'c1', which holds the longest texts; choose with --map",
    )


def test_the_guess_does_not_hang_on_the_order_of_rows_and_columns():
    rows = [{"a": f"Пришло не то {i}", "b": f"Пришло не то {i}"} for i in range(20)]
    for seed in range(5):
        mixed = random.Random(seed).sample(rows, len(rows))
        assert recognise(random.Random(seed).sample(["a", "b"], 2), sample=mixed).fields == {"text": "b"}


def test_the_cells_are_asked_only_when_no_text_is_known_by_name():
    rows = [{"Минусы": "нет", "c1": f"{text} и ещё долго"} for text in TEXTS]
    assert recognise(rows[0], sample=rows).fields == {"cons": "Минусы"}
    empty = [row | {"Минусы": ""} for row in rows]
    assert recognise(rows[0], sample=empty).fields == {"cons": "Минусы", "text": "c1"}
    titled = [{"Тема": "Брак", "c1": row["c1"]} for row in rows]
    assert recognise(titled[0], sample=titled).fields == {"title": "Тема", "text": "c1"}


@pytest.mark.parametrize("name", ["Модель", "Название", "Описание товара", "Ссылка", "Адрес доставки"])
def test_long_cells_of_another_thing_are_not_guessed_to_be_the_text(name):
    rows = [{name: f"Чайник электрический стеклянный с подсветкой, номер {i}"} for i in "абвгд"]
    with pytest.raises(ReviewmineError, match="no text column"):
        recognise([name], sample=rows)


def test_a_map_wins_and_its_column_serves_no_other_field():
    columns = ["Комментарий", "Отзыв", "Оценка"]
    expected = {"pros": "Комментарий", "text": "Отзыв", "rating": "Оценка"}
    assert recognise(columns, {"pros": "Комментарий"}).fields == expected
    assert recognise(["Текст", "Отзыв"], {"text": "Отзыв"}).fields == {"text": "Отзыв"}
    assert recognise(["Ответ продавца"], {"text": "Ответ продавца"}).fields == {"text": "Ответ продавца"}
    rows = [{"Пусто": "", "c1": text} for text in TEXTS]
    assert recognise(rows[0], {"text": "Пусто"}, sample=rows).fields == {"text": "Пусто"}


def test_joined_takes_what_later_rows_bring():
    first = recognise(["Отзыв", "Оценка"])
    later = recognise(["Отзыв", "Оценка", "Текст", "Дата"])
    joined = first.joined(later)
    assert joined.fields == {"text": "Отзыв", "rating": "Оценка", "date": "Дата"}
    assert joined.notes == later.notes
    assert joined.fields["date"] == "Дата"


def test_without_need_of_a_text_none_is_asked_for():
    assert recognise(["Дата"], need_text=False).fields == {"date": "Дата"}


ERRORS = [
    (["a", "b"], {}, "x.csv: no text column among: a, b, expected one such as Достоинства, .*; name it with --map"),
    (["Оценка", "Дата"], {}, "no text column among: Оценка, Дата"),
    (["a"], {"body": "a"}, "x.csv: the map names the field 'body', expected one of id, title, pros, .*; fix the map"),
    (["a", "b"], {"text": "c"}, "x.csv: no column 'c', expected one of a, b; fix the map"),
    (["Отзыв"], {"Отзыв": "text"}, "the field 'Отзыв', .*; the map looks turned round: write text: Отзыв"),
]


@pytest.mark.parametrize(("columns", "mapping", "message"), ERRORS)
def test_errors_say_what_was_found(columns, mapping, message):
    with pytest.raises(ReviewmineError, match=message):
        recognise(columns, mapping, where="x.csv")


MAPS = [
    ("- text\n", "the map is not a list of field: column; write lines such as text: Отзыв"),
    ("text: [a]\n", "the map is not a list of field: column"),
    ("text: {\n", "the map is not readable"),
]


@pytest.mark.parametrize(("written", "message"), MAPS)
def test_a_map_that_cannot_be_read(tmp_path, written, message):
    (tmp_path / "map.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(ReviewmineError, match=message):
        load_map(tmp_path / "map.yaml")


def test_a_map_in_a_file(tmp_path):
    (tmp_path / "map.yaml").write_text("text: Отзыв\nid: Код\n", encoding="utf-8")
    assert load_map(tmp_path / "map.yaml") == {"text": "Отзыв", "id": "Код"}
    with pytest.raises(ReviewmineError, match=r"none\.yaml: the map is not readable"):
        load_map(tmp_path / "none.yaml")


NAMED = st.one_of(st.text(max_size=30), st.sampled_from([name for names in NAMES.values() for name in names]))
CELLS = st.one_of(st.none(), st.text(max_size=60), st.integers(), st.floats(), st.booleans())


@given(st.lists(NAMED, max_size=8), st.data())
def test_any_table_gives_columns_of_its_own_each_for_one_field(columns, data):
    row = st.dictionaries(st.sampled_from(columns), CELLS) if columns else st.just({})
    sample = data.draw(st.lists(row, max_size=4))
    found = recognise(columns, sample=sample, need_text=False)
    assert isinstance(found, Columns)
    assert set(found.fields) <= set(REVIEW_COLUMNS)
    assert set(found.fields.values()) <= set(columns)
    assert len(set(found.fields.values())) == len(found.fields) == len(found.matches)
    assert recognise(columns[::-1], sample=sample[::-1], need_text=False).fields == found.fields
    if not set(found.fields) & set(TEXT_FIELDS):
        with pytest.raises(ReviewmineError, match="no text column"):
            recognise(columns, sample=sample)


def test_hostile_names_and_cells():
    names = ["(" * 50_000, "[(" * 50_000, "a." * 50_000, "\ud800", "\0", "Отзыв" * 20_000, "", "."]
    sample = [dict.fromkeys(names, "((" * 500000), dict.fromkeys(names, "� слово" * 100000)]
    assert set(recognise([*names, "Отзыв"], sample=sample).fields) == {"text"}
