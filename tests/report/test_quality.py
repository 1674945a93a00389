"""What the page says of a model: the work of a month, the shortlist, slices and drift."""

import html
import json
import re

import pytest

from reviewmine.report.page import render_report


def figure(value, low=None, high=None):
    return {"value": value, "low": low, "high": high}


CARD = {
    "metrics": {"auto_share": figure(0.62, 0.6, 0.64), "oos_auroc": figure(0.97, 0.96, 0.98)},
    "workload": {
        "monthly": 25_000,
        "auto": 15_500,
        "people_a_day": 316.7,
        "automatic": figure(0.62, 0.6, 0.64),
        "precision": figure(0.953, 0.94, 0.965),
        "owners": [{"owner": "<b>склад</b>", "messages": 9_000, "auto": 5_000, "people_a_day": 133.3}],
    },
    "shortlist": {
        "asked": 0.95,
        "kept": "all",
        "all": {"coverage": 0.948, "mean_length": 1.7, "types": 40, "type_coverage": {"p10": 0.81, "median": 0.96}},
    },
    "slices": [
        {"column": "channel", "value": "чат", "n": 12, "small": True, "p_at_1": figure(0.5, 0.2, 0.8)},
        {"column": "month", "value": "", "n": 400, "small": False, "auto_precision": figure(0.9, 0.87, 0.93)},
    ],
    "drift": {"fixed_auto_precision": figure(0.541, 0.51, 0.57), "followed_auto_precision": figure(0.813, 0.77, 0.85)},
}
INSIGHTS = {"n_reviews": 3, "months": [], "totals": [], "kinds": [], "types": [], "owners": []}


@pytest.fixture
def words(tmp_path):
    def words(card):
        (tmp_path / "insights.json").write_text(json.dumps(INSIGHTS), encoding="utf-8")
        (tmp_path / "model_card.json").write_text(json.dumps(card), encoding="utf-8")
        text = re.sub(r"<style>.*?</style>", "", render_report(tmp_path), flags=re.DOTALL)
        bare = re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:b|bdi|span|small)\b[^>]*>", "", text))
        return re.sub(r"\s+", " ", html.unescape(bare))

    return words


SAID = [
    ("При 25 000 сообщениях в месяц автоматически уйдёт 62", "верно из них 95", "людям останется 317 в день"),
    ("<b>склад</b> 9 000 5 000 133",),
    ("для охвата 95", "верный тип в ней был в 94,8", "при средней длине 1,7", "с худшим охватом — в 81"),
    ("Канал: чат мало 12 50", "Месяц: не указано 400"),
    ("верны 54", "если пороги оставить как есть, и 81"),
    ("Узнаёт чужое (AUROC)",),
]


@pytest.mark.parametrize("said", SAID)
def test_the_page_says(words, said):
    text = words(CARD)
    for part in said:
        assert part in text, text[text.find("Модель") :][:4000]


@pytest.mark.parametrize(
    "card", [{"metrics": {}, "name": "x"}, {**CARD, "workload": "x", "slices": 5, "shortlist": [], "drift": 1}]
)
def test_a_card_without_these_sections_still_makes_a_page(words, card):
    text = words(card)
    assert "Если так пойдёт месяц" not in text
    assert "По частям потока" not in text
