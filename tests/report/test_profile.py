"""The page of a profile says what the profile says, never runs what customers wrote, and asks nobody for anything."""

import json
import re
from datetime import datetime
from itertools import pairwise

import pytest

from corpus.test_copies import BOT, reviews
from corpus.test_profile import profile_of
from report.test_advice import MANY
from report.test_page import HOSTILE, Page, hostile
from reviewmine.corpus.profile import profile_reviews
from reviewmine.report.advice import ALARM, warnings_of
from reviewmine.report.pictures import WIDE_STEP, by_step
from reviewmine.report.profile import render_profile, write_profile

ROWS = [
    {
        "id": "w7",
        "pros": "Лёгкий и тихий чайник для дачи",
        "cons": "нет",
        "rating": 5,
        "date": datetime(2024, 1, 15),
        "product": "Чайник",
        "Оценка": "10 из 10",
        "тег": "кухня",
    },
    *(
        {"pros": BOT, "cons": "Шнур короткий", "rating": 5, "product": name, "тег": "кухня"}
        for name in ("Утюг", "Фен", "Весы")
    ),
    {
        "comment": "Дуже гарна річ, їздить тихо",
        "rating": 2,
        "date": datetime(2024, 3, 2),
        "channel": "app",
        "тег": "сад",
    },
    {"text": "Позвоните мне 8 (900) 000-12-34 по возврату", "rating": 1, "date": datetime(2024, 3, 9), "тег": "сад"},
]


@pytest.fixture(scope="module")
def profile():
    import pandas as pd

    rejects = pd.DataFrame({"file": ["отзывы.csv"] * 2, "row": [17, 0], "reason": ["no text in it", "broken file"]})
    columns = {"отзывы.csv": {"pros": "Плюсы", "rating": "Оценка", "id": "Номер"}}
    return profile_reviews(
        [reviews(*ROWS)], rejects, columns, ["отзывы.csv: read as cp1251"], today=datetime(2024, 6, 1)
    )


def words(profile):
    return Page(render_profile(profile)).words


def test_числа_профиля_стоят_на_странице(profile):
    said = words(profile)
    for shown in (
        "Профиль отзывов · январь — март 2024",
        "Отзывов 6 прочитано строк: 8",
        "Отвергнуто строк 2 чаще всего: broken file",
        "Период 3 мес. 15.01.2024 — 09.03.2024",
        "Лишних копий 33,3 % 2 строки",
        "Плюсы",
        "отзывы.csv: read as cp1251",
        "нет текста 1 отзывы.csv, строка 17",
        "broken file 1 отзывы.csv",
        "Достоинства 66,7 % 66,7 % 10 (6–10, до 10)",
        "Не заполнены: Заголовок.",
        "Недостатки 4 Недостатки: 4 отзыва 0,0 % 25,0 % «нет», «не обнаружено» 1",
        "Другая кириллица 16,7 % 1 16,7 %",
        "Буквы, которых нет в русском: і 1, ї 1.",
        "5 ★ 66,7 % 4 66,7 %",
        "10 из 10 (1)",
        "Пусто: февраль 2024.",
        "Слово в слово 3",
        "1 текст, 3 строки",
        f"× 3 {BOT}",
        "под разными товарами · отзывы r1, r2, r3",
        "телефоны 1 1",
        "кухня 4 , сад 2",
    ):
        assert shown in said, shown


def test_предупреждения_стоят_первыми_и_по_порядку(profile):
    said = words(profile)
    places = [said.index(" ".join(row["text"].replace("\u202f", " ").split())) for row in warnings_of(profile)]
    assert places == sorted(places)
    assert places[-1] < said.index("Строки и столбцы", 200)
    grave = sum(row["weight"] >= ALARM for row in warnings_of(profile))
    assert render_profile(profile).count("<li class=grave>") == grave > 0


def test_без_замечаний_так_и_сказано(profile):
    assert "Замечаний нет." in words(profile_of(*MANY))
    assert "Замечаний нет." not in words(profile)


def test_без_сегодняшнего_дня_о_будущем_ни_слова(profile):
    assert "В будущем 0" in words(profile)
    assert "В будущем" not in words(profile | {"dates": profile["dates"] | {"future": None}})


def test_страница_размечена_для_чтения_вслух(profile):
    page = Page(render_profile(profile))
    assert page.crossed == []
    assert page.open == []
    assert ("html", "lang", "ru") in page.attributes
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for _, name, value in page.attributes if name == "href"} <= set(ids)


def test_чужие_слова_никогда_не_становятся_разметкой(profile):
    calm, attacked = Page(render_profile(profile)), Page(render_profile(hostile_values(profile)))
    assert attacked.tags == calm.tags
    assert attacked.crossed == []
    assert [pair[:2] for pair in attacked.attributes] == [pair[:2] for pair in calm.attributes]
    assert "{{ 7 * 7 }}" in attacked.text
    assert not set("\u202e") & set(attacked.text)


def hostile_values(data):
    """Return a profile with every text hostile but the dates, by which charts are drawn."""
    return hostile({name: value for name, value in data.items() if name != "dates"}) | {"dates": data["dates"]}


def test_имени_и_телефона_нет_нигде_на_странице():
    import pandas as pd

    person = "Менеджер Ольга, 8 (900) 000-12-34"
    rows = [row | {"product": person, "channel": person, "Оценка": person, "тег": person, person: "да"} for row in ROWS]
    rejects = pd.DataFrame({"file": ["a.csv"], "row": [1], "reason": [person]})
    columns = {"a.csv": {"rating": "Оценка", "text": person}}
    said = words(profile_reviews([reviews(*rows)], rejects, columns, [person]))
    assert "000-12-34" not in said
    assert "Ольга" not in said
    assert said.count("[имя], [телефон]") >= 6


@pytest.mark.parametrize("place", ["pros", "product", "тег", "id", "Оценка"])
def test_враждебный_отзыв_проходит_весь_путь(place):
    import pandas as pd

    rows = [row | {place: f"{HOSTILE} {BOT}"} for row in ROWS]
    columns = {HOSTILE: {"rating": "Оценка", "text": HOSTILE}}
    rejects = pd.DataFrame({"file": [HOSTILE], "row": [1], "reason": [HOSTILE]})
    text = render_profile(profile_reviews([reviews(*rows)], rejects, columns, [HOSTILE], today=datetime(2024, 6, 1)))
    page = Page(text)
    assert page.crossed == []
    assert not {"img", "script"} & set(page.tags)
    assert "\u202e" not in text


def test_страница_ни_к_кому_не_обращается(profile):
    text = render_profile(profile)
    assert not re.search(r"(?i)https?://|url\(|@import|//[a-z]", text)
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name == "src" or name.startswith("on")]
    assert any(value and value.startswith("default-src 'none'") for _, _, value in page.attributes)


def test_личных_данных_на_странице_нет(profile):
    assert "000-12-34" not in render_profile(profile)


@pytest.mark.parametrize(
    "key",
    "rows tables notes fields words parts letters ratings dates product copies masks extras ids measured".split(),
)
@pytest.mark.parametrize("empty", [None, {}, []])
def test_чего_нет_в_профиле_того_нет_на_странице(profile, key, empty):
    assert "None" not in words(profile | {key: empty})


def test_пустой_профиль_всё_же_страница():
    assert "Отзывов — прочитано строк: —" in words({})


def test_по_выборке_посчитанное_так_и_названо(profile):
    said = words(profile | {"measured": {"rows": 500_000, "compared": 50_000, "read_closely": 2_000}})
    assert "Посчитано на 2 000 отзывах, взятых случайно." in said
    assert "искали среди 50 000 отзывов, взятых случайно" in said
    assert "взятых случайно" not in words(profile)


def test_много_месяцев_показаны_по_годам(profile):
    months = {f"{year}-{month:02}": 3 for year in range(2012, 2025) for month in range(1, 13)}
    text = render_profile(profile | {"dates": profile["dates"] | {"months": months}})
    said = Page(text).words
    assert "Период 13 лет" in said
    assert "Отзывов в год" in said
    assert "<title>2019: 36</title>" in text


def test_запись_целиком(profile, tmp_path):
    write_profile(json.loads(json.dumps(profile)), tmp_path / "out" / "profile.html")
    assert (tmp_path / "out" / "profile.html").read_text(encoding="utf-8") == render_profile(profile)


def test_столбцы_картинки():
    picture = by_step([2, 0, 4], ["1", "2–3", "4+"], ["слов 1", "слов 2–3", "слов 4+"])
    assert [(one.x, one.height, one.label, one.month) for one in picture.columns] == [
        (0, 32.0, "2", "1"), (WIDE_STEP, 0.0, "", "2–3"), (2 * WIDE_STEP, 64.0, "4", "4+"),
    ]  # fmt: skip
    assert picture.columns[2].tooltip == "слов 4+: 4"
    assert picture.width == 3 * WIDE_STEP
    assert by_step([], [], []) is None
    assert by_step([None], ["1"], ["1"]) is None
    assert by_step([0], ["1"], ["1"]).columns[0].height == 0
