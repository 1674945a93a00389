"""The page of topics: every topic with its evidence one click away, nothing from a customer becomes markup."""

import re

import numpy as np
import pandas as pd
import pytest

from discover.planted import clusters_of, planted, units_of
from reviewmine.discover.draft import draft_taxonomy
from reviewmine.discover.evidence import gather
from reviewmine.discover.pictures import draw_map, draw_months, draw_tree, month_shares, pick_sample, project
from reviewmine.discover.profile import profile_topics
from reviewmine.discover.run import Discovery
from reviewmine.discover.topics import Topics
from reviewmine.report.topics import evidence_html, render_topics

CODES = ["topic-01", "topic-02", "topic-03", "topic-04"]
NAMES = ["Курьер опоздал", "Не дозвониться", "Мятая коробка", "Деньги не вернули"]
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)> \u202e{{ 7 * 7 }}'


def found(extra="", dates=True, names=NAMES):
    texts, vectors, truth = planted()
    units = units_of([f"{text} {extra}" for text in texts])
    clusters = clusters_of(vectors, truth)
    topics = Topics(tuple(((name.lower(), 1.0),) for name in names), (0, 0, -1, -1))
    reviews = pd.DataFrame({"id": units["review_id"], "rating": 2.0, "product": f"Чайник {extra}"})
    if dates:
        reviews["date"] = pd.to_datetime([f"2026-{i % 6 + 1:02}-10" for i in range(len(units))])
    shown = units["text"].tolist()
    evidence = gather(units, shown, vectors, clusters, CODES, 4)
    card = {
        "n_statements": len(units),
        "n_rest": 0,
        "coverage": 1.0,
        "coherence": dict.fromkeys(CODES, 0.31),
        "bootstrap_ari": {"value": 0.7, "low": 0.6, "high": 0.8},
        "redundant_pairs": [{"topics": CODES[:2], "distance": 0.1}],
        "learnable": None,
        "npmi": 0.2,
    }
    return Discovery(
        pd.DataFrame(),
        draft_taxonomy("пробный", CODES, names, ["Связь и сроки"], topics, [30] * 4, evidence),
        evidence,
        card,
        {},
        profile_topics(units, reviews, clusters, CODES),
        pick_sample(units["text"].tolist(), shown, vectors, clusters, topics),
    )


@pytest.fixture(scope="module")
def page():
    return render_topics(found(), "Пробный запуск")


def test_every_topic_is_on_the_map_in_the_tree_and_has_its_evidence(page):
    for code, name in zip(CODES, NAMES, strict=True):
        assert page.count(f'id="{code}"') == 1
        assert page.count(f'href="#{code}"') >= 3
        assert page.count(name) >= 4
    assert page.count("<circle") == 120
    for row in found().evidence:
        assert row["review_id"] in page
        assert row["text"].strip() in page
    assert "Связь и сроки" in page
    assert "«Курьер опоздал» и «Не дозвониться»" in page
    assert "0,70" in page


def test_the_page_works_offline(page):
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_links_lead_somewhere(page):
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


def test_a_customers_words_never_become_markup():
    page = render_topics(found(HOSTILE), HOSTILE)
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page
    assert "49" not in re.findall(r"onerror=alert\(2\)&gt; (\S+)", page)


def test_evidence_opens_in_a_notebook_and_is_escaped():
    html = evidence_html(found(HOSTILE), CODES[:1])
    assert html.count("<details>") == 1
    assert "<script" not in html
    assert "\u202e" not in html
    assert evidence_html(found()).count("<details>") == 4


def test_without_dates_there_are_no_months():
    page = render_topics(found(dates=False))
    assert 'id="months"' not in page
    assert 'class="heat"' not in page


def test_the_same_run_gives_the_same_page(page):
    assert render_topics(found(), "Пробный запуск") == page


def test_like_statements_stand_near():
    sample = found().sample
    places = project(sample.vectors)
    assert places.shape == (120, 2)
    assert places.min() >= 0
    assert places.max() <= 1
    middles = np.vstack([places[sample.topic == number].mean(axis=0) for number in range(4)])
    nearest = np.linalg.norm(places[:, None] - middles[None], axis=2).argmin(axis=1)
    assert (nearest == sample.topic).mean() > 0.95


@pytest.mark.parametrize("n", [0, 1, 2, 5, 11])
def test_a_few_statements_have_places_too(n):
    places = project(found().sample.vectors[:n])
    assert places.shape == (n, 2)
    assert np.isfinite(places).all()


def test_shares_of_a_month_add_up():
    months, shares = month_shares(found().profiles)
    assert months == [f"2026-0{m}" for m in range(1, 7)]
    assert shares.sum(axis=0) == pytest.approx(np.ones(6))
    assert month_shares([])[1].shape == (0, 0)


def test_pictures_for_a_notebook():
    import matplotlib as mpl

    mpl.use("Agg")
    run = found()
    named = {text.get_text() for text in draw_map(run.sample, NAMES, (0, 0, -1, -1)).texts}
    assert named == set(NAMES)
    assert {label.get_text() for label in draw_tree(run.sample, NAMES).get_yticklabels()} == set(NAMES)
    assert [label.get_text() for label in draw_months(run.profiles, NAMES).get_yticklabels()] == NAMES
