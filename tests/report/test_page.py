"""The page says what the files say, never runs what customers wrote, and asks nobody for anything."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.report.page import render_report, write_report

HOSTILE = '"><img src=x onerror=alert(1)></details></bdi></style><script>alert(2)</script>\u202e{{ 7 * 7 }}'
MONTHS = ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04"]
INLINE = {"a", "b", "bdi", "mark"}
VOID = {"meta", "input", "br", "link", "rect", "line", "circle", "polyline", "polygon"}


class Page(HTMLParser):
    """The tags, attributes and visible text of a page, and whether its tags are balanced."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.open, self.crossed = [], [], [], []
        self._inline_tags, self._said = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)
            self._inline_tags.append(self._inline(tag, attrs))

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self._said += [] if self._inline(tag, attrs) else [" "]

    def handle_endtag(self, tag):
        inline = self._inline_tags.pop() if self._inline_tags else tag in INLINE
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)
        self._said += [] if inline else [" "]

    @staticmethod
    def _inline(tag, attrs):
        """A phrase with its English beside it stands in the line."""
        return tag in INLINE or (tag == "span" and "data-en" in dict(attrs))

    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"style", "script"}:
            self._said.append(data)

    @property
    def text(self):
        return "".join(self._said)

    @property
    def words(self):
        return " ".join(self.text.replace("\u202f", " ").replace("\u00a0", " ").split())


def a_type(code="delivery-late", **other):
    quote = {
        "review_id": "r7",
        "date": "2026-03-05",
        "rating": 1.0,
        "before": "Ждал. ",
        "text": "Привезли на неделю позже",
        "after": " срока.",
    }
    change = {"ratio": 2.1, "low": 1.3, "high": 3.4, "now": 30, "before": 14, "verdict": "rising"}
    segments = {
        "channel": [{"name": "app", "n": 40}],
        "product": [{"name": "Чайник", "n": 3}],
        "group": [{"name": "Кухня", "n": 9}],
    }
    row = {
        "code": code,
        "title": "Опоздание доставки",
        "definition": "Привезли позже обещанного.",
        "kind": "complaint",
        "severity": 3,
        "stage": "ждёт",
    }
    row |= {
        "n": 194,
        "share": 0.1236,
        "share_low": 0.1083,
        "share_high": 0.1408,
        "mean_rating": 1.62,
        "rating_difference": -0.8,
    }
    row |= {"monthly": [4, 5, 5, 10, 10, 10], "change": change, "segments": segments, "quotes": [quote]}
    return (
        row
        | {"parent": "delivery", "parent_title": "Доставка", "owner": "logistics", "owner_title": "Логистика"}
        | other
    )


def insights(*types, **other):
    data = {
        "title": "Отчёт",
        "taxonomy": {"name": "market-ru", "version": "1.0.0", "n_types": 54},
        "n_reviews": 1569,
        "n_dated": 1569,
        "mean_rating": 2.39,
    }
    data |= {
        "months": MONTHS,
        "totals": [100, 100, 100, 100, 100, 100],
        "kinds": [{"name": "complaint", "n": 1334}],
        "types": list(types or [a_type()]),
    }
    data |= {
        "owners": [{"owner": "logistics", "title": "Логистика", "n": 180, "auto": 20, "suggest": 134, "human": 26}]
    }
    return data | {"queue": {"auto": 181, "suggest": 1143, "human": 245}} | other


def figure(value, low, high):
    return {"value": value, "low": low, "high": high}


CARD = {
    "name": "sample",
    "n_types": 54,
    "n_features": 50903,
    "rows": {"train": 1017, "calibration": 231, "test": 321},
    "metrics": {
        "micro_f1": figure(0.5714, 0.5265, 0.6163),
        "auto_precision": figure(None, None, None),
        "ece": figure(0.0641, 0.06, 0.13),
    },
    "baselines": {
        "majority": {"micro_f1": figure(0.037, 0.01, 0.06)},
        "tfidf_svc": {"micro_f1": figure(0.5578, 0.51, 0.6124)},
    },
    "per_type": [
        {
            "code": "delivery-late",
            "title": "Опоздание доставки",
            "n": 13,
            "precision": 0.3846,
            "recall": None,
            "f1": 0.5128,
        }
    ],
    "confusions": [{"type": "delivery-late", "taken_for": "courier-rude", "n": 2}],
    "policy": {"auto_threshold": 2.0, "suggest_threshold": 0.503908, "target_precision": 0.95},
    "gates": {"asked": {"micro_f1": 0.5, "ece": 0.05}, "failed": ["ece is 0.0641, the gate is at most 0.05"]},
}
DRAFT = {
    "card": {
        "n_statements": 2809,
        "n_topics": 2,
        "coverage": 0.9722,
        "seed_ari": 0.4096,
        "against_labels": {"n": 1030, "ami": figure(0.219, 0.19, 0.24)},
    },
    "topics": [
        {
            "code": "topic-01",
            "title": "Долго едет",
            "parent": "group-01",
            "n": 165,
            "patterns": ["долго", "ждать"],
            "include": ["Едет и едет"],
        },
        {"code": "topic-02", "title": "Толку ноль", "parent": "", "n": 131, "patterns": [], "include": []},
    ],
    "groups": {"group-01": "Сроки"},
}


@pytest.fixture
def page_of(tmp_path):
    def page_of(data, card=None, draft=None):
        for name, content in (("insights", data), ("model_card", card), ("discovery", draft)):
            if content is not None:
                (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
        return render_report(tmp_path)

    return page_of


def test_числа_из_файла_стоят_на_странице_по_русски(page_of):
    words = Page(page_of(insights())).words
    for shown in ("1 569", "ноябрь 2025 — апрель 2026", "6 месяцев", "85,0 %", "1 334 отзыва", "2,39"):
        assert shown in words
    for shown in (
        "Опоздание доставки",
        "12,4 %",
        "10,8–14,1 %",
        "194 отзыва",
        "растёт ×2,1 (1,3–3,4)",
        "★ 1,6",
        "−0,8 к остальным",
        "Доставка",
        "Логистика",
    ):
        assert shown in words
    for shown in (
        "Ждал. Привезли на неделю позже срока.",
        "отзыв r7 · 05.03.2026 · оценка 1",
        "app",
        "Чайник",
        "Кухня",
        "Выше всего: февраль 2026 (10,0 %)",
    ):
        assert shown in words


def test_слова_за_которые_назначен_тип_выделены(page_of):
    assert "Ждал. <mark>Привезли на неделю позже</mark> срока." in page_of(insights())


def test_очереди_в_день_считаются_по_дням_месяцев(page_of):
    words = Page(page_of(insights())).words
    assert "Автоматически 181 11,5 % · 1,0 в день" in words
    assert "181 день" in words  # November to April
    assert "в день" not in Page(page_of(insights(n_dated=100))).words


def test_страница_размечена_для_чтения_вслух(page_of):
    page = Page(page_of(insights(), CARD, DRAFT))
    assert page.crossed == []
    assert page.open == []
    assert ("html", "lang", "ru") in page.attributes
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.tags.count("svg") <= page.tags.count("title") - 1
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for _, name, value in page.attributes if name == "href"} <= set(ids)


def hostile(data):
    """Return ``data`` with every text made hostile but those that decide what is drawn."""
    if isinstance(data, str):
        return data if data in {*MONTHS, "rising", "complaint", "group-01"} else f"{data}{HOSTILE}"
    if isinstance(data, dict):
        return {key: hostile(value) for key, value in data.items()}
    return [hostile(value) for value in data] if isinstance(data, list) else data


def test_слова_покупателя_никогда_не_становятся_разметкой(page_of):
    calm, attacked = (
        Page(page_of(*files))
        for files in ((insights(), CARD, DRAFT), (hostile(insights()), hostile(CARD), hostile(DRAFT)))
    )
    assert attacked.tags == calm.tags
    assert attacked.crossed == []
    assert [pair[:2] for pair in attacked.attributes] == [pair[:2] for pair in calm.attributes]
    assert "img" not in attacked.tags
    assert (
        attacked.tags.count("script") == calm.tags.count("script") == 1
    )  # ours, which no word can change: see its hash
    assert 'Чайник"><img src=x onerror=alert(1)></details>' in attacked.text
    assert "{{ 7 * 7 }}" in attacked.text


@pytest.mark.parametrize("place", ["title", "definition", "code", "owner_title", "parent_title", "stage", "kind"])
def test_чужое_в_любом_поле_типа_не_меняет_тегов(page_of, place):
    calm = Page(page_of(insights(a_type(**{place: "слово"}))))
    assert Page(page_of(insights(a_type(**{place: HOSTILE})))).tags == calm.tags


def test_знаки_поворота_и_половинки_букв_не_попадают_на_страницу(page_of, tmp_path):
    row = a_type(title="Верх\u202eниз\u2066\u2069\x00\x1b\ud83d")
    page_of(insights(row))
    write_report(tmp_path, tmp_path / "out" / "report.html")
    written = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Верхниз" in written
    assert not set("\u202e\u2066\u2069\x00\x1b\ud83d") & set(written)


def test_страница_ни_к_кому_не_обращается(page_of):
    text = page_of(insights(), CARD, DRAFT)
    assert not re.search(r"(?i)https?://|url\(|@import|//[a-z]", text)
    page = Page(text)
    assert not {"link", "img", "iframe", "object", "form", "base"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name in {"src", "style"} or name.startswith("on")]
    (policy,) = [value for _, _, value in page.attributes if value and value.startswith("default-src 'none'")]
    (script,), (style,) = (re.findall(f"(?s)<{tag}>(.*?)</{tag}>", text) for tag in ("script", "style"))
    assert script == files("reviewmine.report").joinpath("page.js").read_text(encoding="utf-8")
    hashes = [f"'sha256-{b64encode(sha256(part.encode()).digest()).decode()}'" for part in (style, script)]
    assert policy == (
        f"default-src 'none'; style-src {hashes[0]}; script-src {hashes[1]}; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(
        r"(inner|outer)HTML|insertAdjacent|document\.write|\b(eval|Function|fetch|import)\(|XMLHttp", script
    )


def test_без_необязательных_частей_страница_остаётся(page_of):
    words = Page(page_of({"n_reviews": 3, "types": [{"code": "topic-01", "n": 2, "share": 0.6667}]})).words
    assert "topic-01" in words
    assert "66,7 %" in words
    for section in ("Что растёт", "Чьё это", "Черновик тем", "Период", "по отзывам с оценкой", "None"):
        assert section not in words


def test_без_дат_нет_ни_месяцев_ни_роста(page_of):
    text = page_of(insights(a_type(monthly=[], change=None), months=[], totals=[], n_dated=0))
    assert "даты неизвестны" in text
    assert not [drawn for drawn in ("Что растёт", 'class="chart"', "polyline points") if drawn in text]


def test_мало_месяцев_чтобы_сказать_о_росте(page_of):
    words = Page(page_of(insights(a_type(monthly=[4, 5], change=None), months=MONTHS[:2], totals=[100, 100]))).words
    assert "Пока не сказать: нужны 6 месяцев" in words


def test_без_маршрута_очередей_нет(page_of):
    nobody = {"auto": 0, "suggest": 0, "human": 0}
    words = Page(page_of(insights(queue=nobody, owners=[{"owner": "it", "title": "Сайт", "n": 5} | nobody]))).words
    assert "Очередей нет" in words
    assert "Сайт 5" in words
    assert "Подсказка Человек" not in words


def test_размеченное_людьми_в_долях_есть_а_в_очередях_нет(page_of):
    words = Page(page_of(insights(queue={"auto": 0, "suggest": 300, "human": 100}, n_labelled=1169))).words
    assert "типы 1 169 отзывов назвали люди" in words
    assert "С подсказкой 300 75,0 % · 6,5 в день" in words  # 1 569 reviews in 181 days, three of four so
    assert "Ещё 1 169 отзывов" in words


def test_благодарность_и_шум_стоят_отдельно_от_боли(page_of):
    kinds = {"thanks": "gratitude", "wish": "suggestion", "empty": "noise"}
    words = Page(
        page_of(insights(*(a_type(code, title=f"Тип {code}", kind=kind) for code, kind in kinds.items())))
    ).words
    assert "Жалобы по убыванию" not in words
    wishes, thanks, rest = (
        words.index(title, 300)
        for title in ("Просят и спрашивают 1", "За что благодарят 1", "Без содержания и прочее 1")
    )
    assert (
        wishes
        < words.index("Тип wish", wishes)
        < thanks
        < words.index("Тип thanks", thanks)
        < rest
        < words.index("Тип empty", rest)
    )


def test_жалобы_идут_по_убыванию_доли_и_растущие_посчитаны(page_of):
    steady = {"ratio": 1.1, "low": 0.6, "high": 2.0, "now": 9, "before": 8, "verdict": "steady"}
    rare = a_type("rare", title="Редкое", share=0.01, share_low=None, share_high=None)
    often = a_type("often", title="Частое", share=0.3, share_high=0.35, change=steady)
    words = Page(page_of(insights(rare, often))).words
    assert "Растущих болей 1 из 2" in words
    assert "Чаще всего жалуются на: Частое — 30,0 %, Редкое — 1,0 %." in words


def test_за_первыми_пятнадцатью_жалобами_стоит_выбор(page_of):
    text = page_of(insights(*(a_type(f"c{i}", owner=f"o{i % 2}", owner_title=f"Отдел {i % 2}") for i in range(17))))
    assert text.count('<details class="type tail of-') == 2
    assert "главные 15" in text
    assert ".filtered:has(#owner-1:checked) .type:not(.of-1, :target)" in text


def test_модель_стоит_рядом_с_простыми_и_порогами(page_of):
    words = Page(page_of(insights(), CARD)).words
    for shown in (
        "57,1 % 52,6–61,6 %",
        "Всегда самый частый тип",
        "3,7 %",
        "TF-IDF + LinearSVC",
        "55,8 %",
        "неразличимы: интервалы пересекаются",
    ):
        assert shown in words
    for shown in ("50 903 признака", "50,0 % 57,1 % пройден", "5,0 % 6,4 % не пройден", "автоматически — никогда"):
        assert shown in words
    for shown in ("Опоздание доставки 13 38 % — 51 %", "Опоздание доставки courier-rude 2"):
        assert shown in words


def test_модель_увереннее_чем_на_отложенных_об_этом_сказано(page_of):
    card = CARD | {"metrics": {"human_share": {"value": 0.44, "low": 0.38, "high": 0.5}}}
    assert "вероятно, она училась на части этих же отзывов" in Page(page_of(insights(), card)).words


def test_черновик_тем_показан_по_группам(page_of):
    words = Page(page_of(insights(), draft=DRAFT)).words
    for shown in (
        "Сроки 1 тема · 165 высказываний",
        "Без группы 1 тема · 131 высказывание",
        "долго · ждать",
        "Едет и едет",
    ):
        assert shown in words
    for shown in ("97,2 %", "0,41", "0,22 0,19–0,24"):
        assert shown in words


def test_качество_тем_без_разметки_сказано_словами(page_of):
    quality = {
        "bootstrap_ari": figure(0.61, 0.58, 0.64),
        "learnable": {"n": 900, "accuracy": figure(0.743, 0.71, 0.77), "majority": 0.1},
        "npmi": -0.05,
        "stability": {"topic-01": 0.873, "topic-02": None},
    }
    draft = DRAFT | {"card": DRAFT["card"] | quality}
    words = Page(page_of(insights(), draft=draft)).words
    for shown in (
        "Устойчивость к выборке (ARI) 0,61 0,58–0,64",
        "Можно ли научить модель 74,3 % 71,0–77,0 %",
        "Связность слов (NPMI) −0,05",
        "Долго едет 165 · устойчивость 0,87",
        "Неустойчивые темы проверяйте первыми",
    ):
        assert shown in words
    assert words.count("· устойчивость") == 1
    plain = Page(page_of(insights(), draft=DRAFT)).words
    for hidden in ("Можно ли научить", "· устойчивость", "Неустойчивые темы"):
        assert hidden not in plain


@pytest.mark.parametrize("key", sorted(a_type()))
def test_пустое_поле_типа_ничего_не_роняет(page_of, key):
    assert "None" not in Page(page_of(insights(a_type(**{key: None})))).words


@pytest.mark.parametrize("key", sorted(set(insights()) - {"n_reviews", "types"}))
def test_пустое_поле_отчёта_ничего_не_роняет(page_of, key):
    assert "None" not in Page(page_of(insights(**{key: None}))).words


def test_нет_папки_одна_строка_что_делать(tmp_path):
    with pytest.raises(
        ReviewmineError,
        match=r"none: no insights\.json, expected a folder with insights; make it with `reviewmine insights`$",
    ):
        render_report(tmp_path / "none")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", r"insights\.json: not JSON \(.*\), expected a JSON object in UTF-8; make the file again"),
        ("[]", r"insights\.json: a JSON list, expected a JSON object"),
        ('{"types": []}', r"insights\.json: no key 'n_reviews', expected n_reviews, types"),
        ('{"types": 5, "n_reviews": 1}', r"insights\.json: types is no list of objects, expected one object a type"),
        ('{"types": [], "n_reviews": "много"}', r"insights\.json: n_reviews is 'много', expected a count"),
    ],
)
def test_негодный_файл_назван(tmp_path, content, told):
    (tmp_path / "insights.json").write_text(content, encoding="utf-8")
    with pytest.raises(ReviewmineError, match=told):
        render_report(tmp_path)


def test_негодная_карточка_тоже_ошибка_а_не_молчание(page_of, tmp_path):
    (tmp_path / "model_card.json").write_text("{", encoding="utf-8")
    with pytest.raises(ReviewmineError, match=r"model_card\.json: not JSON"):
        page_of(insights())
