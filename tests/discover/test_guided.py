"""Guided discovery: types catch what is theirs, what fits none is new, and the taxonomy comes back as it was."""

import json

import numpy as np
import pandas as pd
import pytest

from discover.test_run import THEMES, as_reviews, by_id
from reviewmine.corpus.statements import cut_reviews
from reviewmine.discover.draft import guided_codes
from reviewmine.discover.guided import cluster_guided, guide_figures, make_seeds, pattern_lift
from reviewmine.discover.run import discover_topics
from reviewmine.embed.domain import DomainEncoder
from reviewmine.errors import ReviewmineError
from reviewmine.report.topics import render_topics
from reviewmine.settings import Discover, load_experiment
from reviewmine.taxonomy.check import check_taxonomy
from reviewmine.taxonomy.model import Group, Taxonomy, Titled, Type, load_taxonomy, write_taxonomy

ENDINGS = ("", " опять", ", второй раз подряд", ", так нельзя", " и никто не помог")
TYPES = {
    "late": Type(
        id="T003",
        code="late",
        title="Опоздание доставки",
        parent="delivery",
        owner="logistics",
        definition="Курьер приехал позже обещанного срока, доставку перенесли.",
        include=(
            "заказ везут слишком долго",
            "курьера ждали до вечера",
            "посылка задержалась в пути",
            "срок доставки перенесли",
        ),
        patterns=("опоздать",),
    ),
    "phone": Type(
        id="T004",
        code="phone",
        title="Не дозвониться до оператора",
        definition="На линии поддержки занято или никто не берет трубку.",
        include=("звонок сбросили", "музыка в трубке"),
        patterns=("автоответчик", "бросить трубка"),
    ),
    "refund": Type(id="T007", code="refund", title="Не вернули деньги", definition="Возврат денег на карту."),
    "box": Type(id="T010", code="box", title="Упаковка порвана", include=("коробка мятая",), status="draft"),
    "app": Type(id="T011", code="app", title="Приложение не открывается"),
    "jewels": Type(id="T012", code="jewels", title="Фальшивый бриллиант", definition="Поддельные украшения."),
    "old": Type(id="T014", code="old", title="Курьер опоздал", status="deprecated"),
}


def a_guide(*codes):
    return Taxonomy(
        taxonomy="мой",
        version="1.4.0",
        owners={"logistics": Titled(title="Логистика")},
        groups={"delivery": Group(title="Доставка")},
        types=tuple(TYPES[code] for code in codes),
    )


ALL = a_guide(*TYPES)


def said():
    """Return (theme, text) pairs."""
    return [(theme, text + ending) for theme, texts in THEMES.items() for text in texts for ending in ENDINGS]


def seeds_of(guide, texts):
    encoder = DomainEncoder().fit(texts)
    return make_seeds(guide, encoder), encoder.encode(texts)


def discover(tmp_path, guide, texts=None, **settings):
    write_taxonomy(tmp_path / "guide.yaml", guide)
    reviews = as_reviews(texts if texts is not None else [text for _, text in said()])
    settings = Discover(guide=str(tmp_path / "guide.yaml"), types=8, **settings)
    return discover_topics(cut_reviews(reviews), reviews, settings)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return discover(tmp_path_factory.mktemp("guide"), ALL)


def recall(found, theme):
    rows = by_id(found).groupby("review_id")["topic"].first().tolist()
    return np.mean([topic == theme for (truth, _), topic in zip(said(), rows, strict=True) if truth == theme])


@pytest.mark.parametrize("theme", ["late", "phone", "refund", "box", "app"])
def test_statements_go_to_the_type_that_means_them(found, theme):
    assert recall(found, theme) >= 0.5


def test_a_type_without_statements_is_named_and_stays(found):
    card = found.card["guide"]
    assert "jewels" in card["empty"]
    assert card["types"]["jewels"] == 0
    assert "jewels" in [one.code for one in found.draft.types]
    assert "jewels" not in [one.code for one in found.types]


def test_the_draft_is_the_guide_and_what_is_new_behind_it(found):
    assert found.draft.types[: len(ALL.types)] == ALL.types
    assert (found.draft.groups, found.draft.owners, found.draft.version) == (ALL.groups, ALL.owners, "1.4.0")
    assert [one for one in check_taxonomy(found.draft) if one.level == "error"] == []


def test_the_card_counts_every_statement(found):
    card = found.card["guide"]
    sizes = found.assignments["topic"].value_counts()
    known = {code: int(sizes.get(code, 0)) for code in TYPES if code != "old"}
    assert card["types"] == known
    assert card["fitted"] == sum(known.values())
    assert card["fitted"] + card["new"] + found.card["n_rest"] == len(found.assignments)
    assert card["n_new"] == len(found.draft.types) - len(ALL.types)
    assert (card["taxonomy"], card["version"]) == ("мой", "1.4.0")


@pytest.mark.parametrize("hidden", ["refund", "app", "phone"])
def test_what_no_type_means_is_a_new_topic(tmp_path, hidden):
    guide = a_guide(*(code for code in TYPES if code != hidden))
    got = discover(tmp_path, guide)
    new = got.draft.types[len(guide.types) :]
    assert new
    assert {one.status for one in new} == {"draft"}
    assert [one.id for one in new] == [f"T{number:03}" for number in range(15, 15 + len(new))]
    assert got.draft.last_id == new[-1].id
    rows = by_id(got).groupby("review_id")["topic"].first().tolist()
    codes = {one.code for one in new}
    mine = [topic in codes for (theme, _), topic in zip(said(), rows, strict=True) if theme == hidden]
    others = [topic in codes for (theme, _), topic in zip(said(), rows, strict=True) if theme != hidden]
    assert np.mean(mine) > 0.6
    assert np.mean(others) < 0.2


def test_topics_stand_by_size_under_their_codes(found):
    codes = [profile["code"] for profile in found.profiles]
    sizes = found.assignments["topic"].value_counts().reindex(codes)
    assert sizes.is_monotonic_decreasing
    assert [one.code for one in found.types] == codes
    assert {row["topic"] for row in found.evidence} == set(codes)
    assert [row["code"] for row in found.summary()["topics"]] == codes
    assert json.dumps(found.summary(), ensure_ascii=False).count("Фальшивый") == 0


def test_the_page_shows_types_under_their_own_titles(found):
    page = render_topics(found)
    assert "Опоздание доставки" in page
    assert "Фальшивый бриллиант" not in page


def test_the_order_of_rows_changes_nothing(tmp_path, found):
    texts = [text for _, text in said()]
    order = np.random.default_rng(3).permutation(len(texts))
    reviews = as_reviews(texts).iloc[order]
    write_taxonomy(tmp_path / "guide.yaml", ALL)
    again = discover_topics(cut_reviews(reviews), reviews, Discover(guide=str(tmp_path / "guide.yaml"), types=8))
    pd.testing.assert_frame_equal(by_id(again), by_id(found))
    assert again.draft == found.draft
    assert again.card == found.card


def test_the_types_do_not_depend_on_the_seed():
    texts = [text for _, text in said()]
    seeds, vectors = seeds_of(ALL, texts)
    first, second = (cluster_guided(texts, vectors, seeds, 8, seed, 0.0) for seed in (1, 2))
    for code in ("late", "box"):
        one, other = (got.clusters.centres[got.codes.index(code)] for got in (first, second))
        np.testing.assert_array_equal(one, other)


def test_a_pattern_draws_a_statement_to_its_type():
    texts = [text for _, text in said()]
    mine = [i for i, text in enumerate(texts) if "автоответчик" in text]
    caught, phone = [], TYPES["phone"].model_copy(update={"patterns": ()})
    for patterns in ((), ("автоответчик",)):
        refund = TYPES["refund"].model_copy(update={"patterns": patterns})
        guide = a_guide("late", "phone").model_copy(update={"types": (phone, refund)})
        seeds, vectors = seeds_of(guide, texts)
        got = cluster_guided(texts, vectors, seeds, 2, 13, 0.0)
        caught.append(sum(got.codes[number] == "refund" for number in got.clusters.topic[mine]))
    assert caught[0] < caught[1]


def test_a_type_known_by_its_patterns_alone_begins_with_them():
    texts = [text for _, text in said()]
    odd = Type(id="T1", code="odd", title="Zzq", patterns=("автоответчик",))
    silent = Type(id="T2", code="silent", title="Qqz")
    seeds, vectors = seeds_of(Taxonomy(taxonomy="t", types=(TYPES["refund"], odd, silent)), texts)
    assert not seeds.centres[1:].any()
    got = cluster_guided(texts, vectors, seeds, 8, 13, 0.0)
    mine = [i for i, text in enumerate(texts) if "автоответчик" in text]
    assert {got.codes[number] for number in got.clusters.topic[mine]} == {"odd"}
    assert "silent" not in got.codes


def test_the_longest_pattern_counts_and_a_tie_counts_for_none():
    types = (
        Type(id="T1", code="a", title="Курьер", patterns=("курьер", "курьер не приехать")),
        Type(id="T2", code="b", title="Грубость", patterns=("курьер нагрубить", "посылка")),
        Type(id="T3", code="c", title="Почта", patterns=("посылка", "на почте")),
    )
    texts = ["курьеры", "нагрубил курьер", "не приехал курьер", "посылку вскрыли", "ждал на почте", "всё хорошо"]
    seeds, _ = seeds_of(Taxonomy(taxonomy="t", types=types), texts)
    lift = pattern_lift(texts, seeds).toarray()
    assert [list(np.flatnonzero(row)) for row in lift] == [[0], [1], [0], [], [2], []]


def test_a_draft_can_guide_the_next_run(tmp_path):
    first = discover(tmp_path, a_guide("late", "phone"))
    second = discover(tmp_path, first.draft)
    assert second.draft.types[: len(first.draft.types)] == first.draft.types
    assert len({one.code for one in second.draft.types}) == len(second.draft.types)
    assert second.card["guide"]["fitted"] > first.card["guide"]["fitted"]


def test_new_codes_are_free():
    assert guided_codes(["", "late", ""], {"late", "topic-01", "topic-03"}) == ["topic-02", "late", "topic-04"]


def test_figures_of_a_guide():
    figures = guide_figures(ALL, {"late": 5, "topic-01": 3, "box": 2})
    assert (figures["fitted"], figures["new"], figures["n_new"]) == (7, 3, 1)
    assert figures["empty"] == ["phone", "refund", "app", "jewels"]


def test_a_guide_of_another_language_is_refused(tmp_path):
    guide = Taxonomy(taxonomy="en", types=(Type(id="T1", code="late", title="Qwzx zzyq"),))
    with pytest.raises(ReviewmineError, match="no type in use has a word that the statements have"):
        discover(tmp_path, guide)


def test_a_type_may_not_be_called_rest(tmp_path):
    guide = Taxonomy(taxonomy="t", types=(Type(id="T1", code="rest", title="Опоздание доставки"),))
    with pytest.raises(ReviewmineError, match="a type with the code 'rest'"):
        discover(tmp_path, guide)


def test_a_guide_that_is_not_there(tmp_path):
    reviews = as_reviews([text for _, text in said()])
    with pytest.raises(ReviewmineError, match="no such file"):
        discover_topics(cut_reviews(reviews), reviews, Discover(guide=str(tmp_path / "none.yaml")))


def test_the_guide_reads_back(tmp_path, found):
    write_taxonomy(tmp_path / "draft.yaml", found.draft)
    assert load_taxonomy(tmp_path / "draft.yaml") == found.draft


def test_the_guide_may_be_the_taxonomy_of_the_experiment(tmp_path):
    text = "name: a\ndata: {labelled: a.csv}\ndiscover: {guide: taxonomy}\n"
    (tmp_path / "a.yaml").write_text(text + "taxonomy: mine.yaml\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    assert load_experiment(tmp_path / "a.yaml").discovery.guide == "mine.yaml"
    assert load_experiment(tmp_path / "a.yaml", ["discover.guide=other.yaml"]).discovery.guide == "other.yaml"
    assert load_experiment(tmp_path / "a.yaml", ["discover.guide=null"]).discovery.guide is None
    with pytest.raises(ReviewmineError, match=r"discover\.guide: taxonomy needs a file under taxonomy"):
        load_experiment(tmp_path / "b.yaml")
