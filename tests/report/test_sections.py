"""Every section of the page says what its part of the insights says, in two languages, and falls over nothing."""

import ast
import json
import random
import re
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest

from report.given import full_insights
from report.test_page import CARD, DRAFT, Page
from reviewmine.report.page import render_report
from reviewmine.report.words import table

SECTIONS = ("alerts", "emerging", "journey", "scores", "traffic", "comparison")
OURS = files("reviewmine.report")


def render(folder, data, card=None, draft=None):
    for name, content in (("insights", data), ("model_card", card), ("discovery", draft)):
        path = folder / f"{name}.json"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_text(json.dumps(content), encoding="utf-8")
    return render_report(folder)


@pytest.fixture(scope="module")
def words(whole):
    return Page(whole).words


def test_страница_135_типов_цела_и_мала(whole):
    page = Page(whole)
    assert len(whole.encode()) < 6_000_000
    assert (page.crossed, page.open) == ([], [])
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    links = {value for _, name, value in page.attributes if name == "href"}
    assert {link[0] for link in links} == {"#"}
    assert {link[1:] for link in links} <= set(ids)
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch(r"h\d", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.tags.count("svg") <= page.tags.count("title") - 1
    assert whole.count('<details class="type') == 135


def test_сначала_тревоги_потом_срочное_и_растущее(words):
    first = words[words.index("Что смотреть сначала") :]
    crisis = first.index("Курьер опаздывает Логистика кризис · тревога растёт · в 3,2 раза чаще обычного")
    serious = first.index("серьёзно · тревога открыта · channel: app · в 2,8 раза чаще обычного")
    urgent = first.index("приоритет 56 · 8,9 % отзывов · без неё средняя оценка +0,163")
    assert crisis < serious < urgent < first.index("Всплеск, который не объяснить")


def test_тревога_с_историей_доказательствами_и_кого_поднять(whole, words):
    for shown in (
        "▲ растёт !!! кризис ×3,2 2,4–4,0 к обычному : 40 вместо 12,4",
        "с 23.03.2026 по 01.04.2026 · Логистика · q 0,0042",
        "сразу — Начальник смены чат через 24 ч — Директор по логистике почта",
        "Номера отзывов: 40 из 120 type-000-0, type-000-1,",
        "Команда: reviewmine insights scored.csv -o out --where channel=app",
        "Проверено рядов: 405, ложных среди тревог не больше 5 %. Счёт по дням.",
        "Закрытые: 1",
    ):
        assert shown.replace(" :", ":") in words.replace(" :", ":")
    alert = whole[whole.index('id="alert-1"') : whole.index('id="alert-2"')]
    assert alert.count('class="over"') == 10  # the last ten days, and no day before
    assert alert.count('class="usual"') == 50
    assert "01.04.2026: " in alert


def test_новые_темы_с_цитатами_и_номерами(words):
    assert "Ячейка и постамат новая · 40 отзывов · 2,0 % · с 02.04.2026" in words
    assert "Номера отзывов: 12 из 40 e0-0, e0-1," in words


def test_карта_показывает_части_приоритета_и_охват(whole, words):
    map_ = words[words.index("Приоритет от 0 до 100") :]
    row = (
        "78 78 охват 1,00, влияние 0,86, рост ×1,73, серьёзность ×0,80 3 000 12,0 % 1 000 1 −1,90 −2,10 … −1,70 +0,228"
    )
    assert row in map_
    first = whole[whole.index('<table id="pain-map"') :]
    assert 'data-owner="Логистика" data-group="Доставка"' in first
    assert 'data-v="3000"' in first
    assert "доля 12,0 %, упоминание меняет оценку на −1,90" in words  # in the picture
    assert whole.count("<circle class=") >= 108


def test_страница_типа_ведёт_к_отзывам_и_команде(whole):
    kind = Page(whole[whole.index('id="type-1"') : whole.index('id="type-2"')]).words
    assert (
        "Влияние на оценку Упоминание: −1,90 −2,10 … −1,70 Без таких упоминаний среднее изменилось бы на +0,228" in kind
    )
    assert "Номера отзывов: 50 из 3 000 type-000-0, type-000-1," in kind
    assert "Все до одного — в mentions.csv, строки с code = type-000 " in kind
    assert "Команда: reviewmine insights scored.csv -o insights --plan plan.yaml" in kind


def test_без_списка_номеров_показаны_процитированные(tmp_path):
    data = full_insights(3)
    for kind in data["types"]:
        del kind["review_ids"]
    assert "Номера отзывов: 6 из 3 000 type-000-0, type-000-1, type-000-2" in Page(render(tmp_path, data)).words


def test_дерево_путь_баллы_светофор_сравнение(words):
    for shown in (
        "Доставка 27 типов · 8 481 упоминание",
        "Моменты истины: ★ ждал, ★ возвращает.",
        "узнал 0 0,0 % 0,0 % −0,3 … 0,3 % — — — — —",
        "Упоминаний без этапа: 340.",
        "сторонников 10 000, нейтральных 7 500, критиков 7 500",
        "Шкала оценок: от 0 до 10.",
        "Доля жалоб в норме до 10,0 %, внимание до 20,0 %",
        "NPS в норме от 30, внимание от 0",
        "Канал: app (12 000 отзывов) против site (9 000 отзывов). Различаются доли 27 из 40 типов",
        "▲ чаще",
        "= не различить",
    ):
        assert shown in words


def test_светофор_говорит_знаком_и_словом(whole):
    cells = re.findall(r'<td class="light (\w+)">(.*?)</td>', whole)
    said = {
        light: {re.search(r"[■▲●○]", cell)[0], *re.findall(r"плохо|внимание|в норме|мало данных", cell)}
        for light, cell in cells
    }
    assert said == {
        "green": {"●", "в норме"},
        "yellow": {"▲", "внимание"},
        "red": {"■", "плохо"},
        "none": {"○", "мало данных"},
    }
    unsure = [light for light, cell in cells if "</span>?</span>" in cell]
    assert unsure == ["yellow", "red"]  # the row that is not sure; without a light there is nothing to doubt


def test_как_сделано_и_что_пришло(words):
    for shown in (
        "Прочитано строк 25 100 отвергнуто: 100",
        "С датой 24 980 01.05.2024 — 30.04.2026",
        "Модель, sha256 " + "ab" * 32,
        "отзывы-2025.csv 25 000 " + "ef" * 32,
        "Классификатор marketplace-ru 1.2.0",
    ):
        assert shown in words


@pytest.mark.parametrize("key", SECTIONS)
def test_чего_нет_того_не_показано(tmp_path, key):
    data = full_insights(12, 1)
    del data[key]
    text = render(tmp_path, data)
    shown = {name for name in SECTIONS if f'<section id="{name}"' in text}
    assert shown == set(SECTIONS) - {key}
    assert f'href="#{key}"' not in text


def test_без_новых_частей_страница_прежняя(tmp_path):
    data = full_insights(12, 1)
    for name in (*SECTIONS, "made", "profile"):
        del data[name]
    for kind in data["types"]:
        for name in ("reach", "impact", "priority", "review_ids"):
            del kind[name]
    text = render(tmp_path, data)
    assert not [name for name in (*SECTIONS, "made") if f'<section id="{name}"' in text]
    shown = Page(text).words
    for hidden in ("Приоритет", "Влияние", "Товаров", "Упоминание меняет", "None"):
        assert hidden not in shown


class Spoken(HTMLParser):
    """Russian on the page that has no English beside it."""

    def __init__(self, text):
        super().__init__()
        self.path, self.untold = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.path.append((tag, "data-en" in found, found.get("lang")))
        for name, value in attrs:
            english = {"aria-label": "data-en-label", "placeholder": "data-en-placeholder"}.get(name, "")
            if name != "lang" and re.search("[а-яё]", value or "", re.IGNORECASE) and english not in found:
                self.untold.append((tag, name, value))
        if tag in {"meta", "input", "br"}:
            self.path.pop()

    def handle_endtag(self, tag):
        self.path.pop()

    def handle_data(self, data):
        tag, told, language = self.path[-1] if self.path else ("", False, "")
        ours = tag not in {"script", "style"} and not told and language != "ru"
        if ours and re.search("[а-яё]", data, re.IGNORECASE):
            self.untold.append((tag, "", data))


def in_greek(data):
    """Return ``data`` with Russian letters made Greek: all that is Russian on the page is then its own."""
    if isinstance(data, str):
        return re.sub("[а-яё]", lambda found: chr(0x3B1 + ord(found[0].lower()) % 24), data, flags=re.IGNORECASE)
    if isinstance(data, dict):
        return {key: in_greek(value) for key, value in data.items()}
    return [in_greek(value) for value in data] if isinstance(data, list) else data


def test_у_каждого_слова_страницы_есть_английское(tmp_path):
    data, card, draft = in_greek(full_insights(20, 1)), in_greek(CARD), in_greek(DRAFT)
    card["metrics"]["human_share"] = {"value": 0.44, "low": 0.38, "high": 0.5}
    text = render(tmp_path, data, card, draft)
    assert Spoken(text).untold == []
    poor = {"n_reviews": 3, "months": ["2026-01"], "types": [{"n": 2, "share": 0.6}], "owners": [{"n": 1}]}
    assert Spoken(render(tmp_path, poor, {"metrics": {}}, {"topics": [{}]})).untold == []


def strings():
    """Return every text that stands in quotes in the templates and modules of the report."""
    found = set()
    for path in [*OURS.iterdir(), *OURS.joinpath("sections").iterdir()]:
        if path.name.endswith(".py"):
            found |= {
                node.value
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Constant)
            }
        elif path.name.endswith(".j2"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'"([^"\n]*)"', text))
            found |= {" ".join(forms) for forms in re.findall(r'counted\("([^"]*)", "([^"]*)", "([^"]*)"\)', text)}
    return found


def test_в_таблице_слов_нет_лишнего_и_места_совпадают():
    assert set(table()) - strings() - {"отзыва отзывов отзывов"} == set()
    for russian, english in table().items():
        assert re.findall(r"{\w+}", russian).sort() == re.findall(r"{\w+}", english).sort()
        assert sorted(re.findall(r"{\w+}", russian)) == sorted(re.findall(r"{\w+}", english))
        assert not re.search("[а-яё]", english, re.IGNORECASE)


HOSTILE = [
    '=HYPERLINK("http://evil","x")',
    "</style></script><script>alert(1)</script>",
    "javascript:alert(1)",
    "\u202eволкар",
]


def test_враждебные_тексты_остаются_текстом_и_не_растят_страницу(tmp_path):
    data = full_insights(8, 2)
    calm = Page(render(tmp_path, data))
    huge = "я" * 100_000
    for kind, hostile in zip(data["types"], 2 * HOSTILE, strict=True):
        kind |= {"title": hostile, "owner_title": hostile, "parent_title": hostile, "definition": hostile}
        for quote in kind["quotes"]:
            quote |= {"before": hostile, "text": hostile, "after": hostile, "review_id": hostile}
    data["types"][0] |= {"definition": huge, "stage": huge}
    data["types"][0]["quotes"][0] |= {"before": huge, "text": huge, "after": huge, "review_id": huge}
    for alert in data["alerts"]["alerts"]:
        alert |= {"title": HOSTILE[1], "command": HOSTILE[2], "evidence": [HOSTILE[1], "id"] * 40}
    data["journey"]["stages"][0]["title"] = HOSTILE[1]
    data["emerging"][0] |= {"title": HOSTILE[1], "words": [huge, HOSTILE[1]]}
    text = render(tmp_path, data)
    page = Page(text)
    assert page.tags.count("script") == 1
    assert page.crossed == []
    assert set(page.tags) == set(calm.tags)
    assert {value[0] for _, name, value in page.attributes if name == "href"} == {"#"}
    assert HOSTILE[0] in page.text
    assert "\u202e" not in text
    assert len(text) < 400_000


def test_длинные_списки_кончаются_числом_остальных(tmp_path, monkeypatch):
    monkeypatch.setattr("reviewmine.report.pains.MOST_TYPES", 20)
    data = full_insights(3, 1)
    data["alerts"]["alerts"] = [data["alerts"]["alerts"][0] | {"id": str(i)} for i in range(45)]
    data["types"] = [data["types"][0] | {"code": f"c{i}", "quotes": []} for i in range(25)]
    words = Page(render(tmp_path, data)).words
    assert "И ещё 5 в insights.json." in words
    assert "И ещё 5 типов в insights.json." in words


def spoil(data, chance, values):
    """Return ``data`` with some of its parts replaced by what does not belong there."""
    if chance.random() < 0.06:
        return chance.choice(values)
    if isinstance(data, dict):
        return {key: spoil(value, chance, values) for key, value in data.items()}
    return [spoil(value, chance, values) for value in data] if isinstance(data, list) else data


@pytest.mark.parametrize("seed", range(15))
def test_чужой_файл_не_роняет_страницу(tmp_path, seed):
    chance = random.Random(seed)
    values = [None, "слово", -1, 10**400, 0.5, True, [], {}, [[]], [None, 1], {"value": "x"}, "2026-13-99"]
    data = full_insights(3, 1) | {"n_reviews": 10, "types": []}
    spoilt = spoil(data, chance, values)
    spoilt = spoilt if isinstance(spoilt, dict) else {}
    types = [
        row if isinstance(row, dict) else {}
        for row in (spoil(kind, chance, values) for kind in full_insights(3, 1)["types"])
    ]
    text = render(tmp_path, spoilt | {"n_reviews": 10, "types": types})
    assert Page(text).crossed == []
