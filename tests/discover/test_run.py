"""Discovery on the sample and on planted themes: every row answered, the same in any order, nothing private shown."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from reviewmine.corpus.privacy import mask
from reviewmine.corpus.read import read_reviews
from reviewmine.corpus.statements import cut_reviews
from reviewmine.discover.run import discover_topics, select_units
from reviewmine.errors import ReviewmineError
from reviewmine.language.lexicon import STOP_WORDS
from reviewmine.language.normalize import words
from reviewmine.settings import Discover
from reviewmine.taxonomy.check import check_taxonomy
from reviewmine.taxonomy.model import load_taxonomy, write_taxonomy

ROOT = Path(__file__).parents[2]
THEMES = {
    "late": (
        "курьер опоздал",
        "доставка задержалась",
        "курьера ждали до ночи",
        "посылка в пути третью неделю",
        "заказ везут слишком долго",
        "срок доставки перенесли",
        "доставку сдвинули на понедельник",
    ),
    "phone": (
        "оператор не берет трубку",
        "не дозвониться на горячую линию",
        "полчаса музыка в трубке",
        "звонок сбрасывают",
        "телефон поддержки занят",
        "оператор бросил трубку",
        "на линии только автоответчик",
    ),
    "refund": (
        "деньги не вернули",
        "возврат на карту не пришел",
        "жду возврата денег",
        "сумму возврата урезали",
        "деньги за возврат зависли в банке",
        "вернули не все деньги",
        "карта пустая, возврат обещали вчера",
    ),
    "box": (
        "коробка мятая",
        "упаковка порвана",
        "коробка промокла",
        "пленка на упаковке вскрыта",
        "упаковали без пузырчатой пленки",
        "коробку раздавили",
        "картон порван, упаковка грязная",
    ),
    "app": (
        "приложение вылетает",
        "приложение зависает на экране входа",
        "после обновления приложение не открывается",
        "экран приложения белый",
        "приложение тормозит на телефоне",
        "кнопка входа в приложении не нажимается",
        "обновление сломало приложение",
    ),
}
ENDINGS = (
    ", сколько можно",
    ", очень жаль",
    " опять",
    ", второй раз подряд",
    ", ужас",
    " и никто не помог",
    ", так нельзя",
)


def planted():
    """Return (theme, sentence) pairs: seven wordings of each theme with three endings each."""
    return [
        (theme, said + ENDINGS[(i + 2 * j) % len(ENDINGS)])
        for theme, wordings in THEMES.items()
        for i, said in enumerate(wordings)
        for j in range(3)
    ]


def as_reviews(texts, rating=1.0):
    """Return a frame of reviews whose only field is ``cons``."""
    rows = {"id": [f"p{i:03}" for i in range(len(texts))], "cons": list(texts)}
    return pd.DataFrame(rows).assign(title="", pros="", comment="", text="", rating=rating)


def discover_in(texts, about="pains", mask=True, **settings):
    reviews = as_reviews(texts)
    return discover_topics(cut_reviews(reviews), reviews, Discover(about=about, **settings), mask=mask)


@pytest.fixture(scope="module")
def sample():
    """The first two thirds of the sample: enough for topics of every kind."""
    return read_reviews(ROOT / "data/sample/reviews.csv").reviews.iloc[:1569]


@pytest.fixture(scope="module")
def statements(sample):
    return cut_reviews(sample)


@pytest.fixture(scope="module")
def gold(sample):
    return {row.id: row.types for row in sample.itertuples() if "|" not in row.types}


@pytest.fixture(scope="module")
def found(sample, statements, gold):
    return discover_topics(statements, sample, Discover(), gold=gold)


def by_id(found):
    return found.assignments.sort_values("statement_id").reset_index(drop=True)


def test_every_statement_has_a_topic_or_rest(found):
    card, rows = found.card, found.assignments
    assert len(rows) == card["n_statements"]
    assert rows["statement_id"].is_unique
    codes = [one.code for one in found.draft.types]
    assert set(rows["topic"]) == {*codes, "rest"}
    assert rows["probability"].between(0, 1).all()
    sizes = rows["topic"].value_counts().reindex(codes)
    assert sizes.is_monotonic_decreasing


def test_the_card_counts_what_the_rows_say(found, statements, gold):
    card, rows = found.card, found.assignments
    rest = int((rows["topic"] == "rest").sum())
    covered = rows.loc[rows["topic"] != "rest", "topic"]
    assert card["n_rest"] == rest
    assert card["coverage"] == pytest.approx(1 - rest / len(rows), abs=1e-4)
    assert card["largest_share"] == pytest.approx(covered.value_counts().iloc[0] / len(covered), abs=1e-4)
    assert card["n_topics"] == len(found.draft.types)
    assert card["n_reviews"] == rows["review_id"].nunique()
    assert len(statements) == card["n_statements"] + sum(card["left_out"].values())
    assert card["against_labels"]["n"] == rows.loc[rows["review_id"].isin(gold), "review_id"].nunique()
    assert card["coverage"] > 0.9
    assert card["largest_share"] < 0.15


def test_agreement_is_between_its_bounds_and_above_chance(found):
    for name in ("ami", "v", "homogeneity", "completeness"):
        figure = found.card["against_labels"][name]
        assert figure["low"] <= figure["value"] <= figure["high"], name
    assert found.card["against_labels"]["ami"]["low"] > 0.15


def test_every_span_lies_in_the_raw_field(found, sample, statements):
    text = statements.set_index("statement_id")["text"]
    raw = sample.set_index("id")
    for row in found.assignments.itertuples():
        assert raw.loc[row.review_id, row.field][row.start : row.end] == text[row.statement_id]
    for row in found.evidence:
        assert row["text"] == mask(raw.loc[row["review_id"], row["field"]][row["start"] : row["end"]])[:600]


def test_evidence_is_of_its_topic_and_never_twice(found):
    topic = found.assignments.set_index("statement_id")["topic"]
    assert all((topic[row["statement_id"]] == row["topic"]) == (row["role"] != "counter") for row in found.evidence)
    assert {row["role"] for row in found.evidence} == {"central", "diverse", "boundary", "counter"}
    for code in {row["topic"] for row in found.evidence}:
        shown = [row["text"] for row in found.evidence if row["topic"] == code]
        assert len(shown) == len(set(shown))
        assert sum(row["role"] == "central" for row in found.evidence if row["topic"] == code) <= 8


def test_names_can_be_told_apart(found):
    names = [one.title for one in found.draft.types]
    assert len(set(names)) == len(names)
    for name in names:
        first, *_, last = words(name)
        assert first not in STOP_WORDS - {"не", "нет", "без", "ни"}, name
        assert last not in STOP_WORDS, name
        assert name[:1] == name[:1].upper() or ", " in name


def test_the_draft_is_a_taxonomy_to_curate(found, tmp_path):
    write_taxonomy(tmp_path / "draft.yaml", found.draft)
    draft = load_taxonomy(tmp_path / "draft.yaml")
    assert draft.to_json() == found.draft.to_json()
    assert [finding for finding in check_taxonomy(draft) if finding.level == "error"] == []
    for one in draft.types:
        assert (one.status, len(one.include) > 0, len(one.patterns) > 0) == ("draft", True, True)
        assert not set(one.patterns) & STOP_WORDS


def test_the_order_of_rows_changes_nothing(found, sample, statements, gold):
    order = np.random.default_rng(0).permutation(len(statements))
    again = discover_topics(statements.iloc[order], sample.iloc[::-1], Discover(), gold=gold)
    pd.testing.assert_frame_equal(by_id(again), by_id(found))
    assert again.draft == found.draft
    assert again.evidence == found.evidence
    assert again.card == found.card


def test_saying_everything_twice_changes_no_topic(found, sample, statements):
    again = discover_topics(
        pd.concat(
            [
                statements,
                statements.assign(
                    review_id="z" + statements["review_id"], statement_id="z" + statements["statement_id"]
                ),
            ]
        ),
        pd.concat([sample, sample.assign(id="z" + sample["id"])]),
        Discover(),
    )
    first = again.assignments[~again.assignments["statement_id"].str.startswith("z")]
    assert first.sort_values("statement_id")["topic"].tolist() == by_id(found)["topic"].tolist()
    assert [one.title for one in again.draft.types] == [one.title for one in found.draft.types]


ONE_THREAD = """
import json, sys
from reviewmine.corpus.read import read_reviews
from reviewmine.corpus.statements import cut_reviews
from reviewmine.discover.run import discover_topics
from reviewmine.settings import Discover
sample = read_reviews(sys.argv[1]).reviews.iloc[:1569]
found = discover_topics(cut_reviews(sample), sample, Discover())
rows = found.assignments.sort_values("statement_id")
print(json.dumps([rows["topic"].tolist(), [one.title for one in found.draft.types]]))
"""


@pytest.mark.slow
def test_one_thread_finds_the_same(found, tmp_path):
    env = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    env |= {"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", ONE_THREAD, str(ROOT / "data/sample/reviews.csv")]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    topics, titles = json.loads(done.stdout)
    assert topics == by_id(found)["topic"].tolist()
    assert titles == [one.title for one in found.draft.types]


@pytest.mark.parametrize(("encoder", "least"), [("domain", 0.6), ("navec", 0.2)])
def test_planted_themes_are_found(encoder, least):
    pairs = planted()
    got = discover_in([text for _, text in pairs], types=5, encoder=encoder)
    theme = [theme for theme, _ in pairs]
    topic = by_id(got).groupby("review_id")["topic"].first().tolist()
    assert len(topic) == len(theme)
    assert adjusted_mutual_info_score(theme, topic) > least


def test_words_and_names_tell_the_themes():
    got = discover_in([text for _, text in planted()], types=5)
    said = " ".join(f"{one.title} {' '.join(one.patterns)}".lower() for one in got.draft.types)
    for stems in ("курьер достав", "оператор", "возврат", "короб", "приложени"):
        assert any(stem in said for stem in stems.split()), stems


def test_shuffled_words_are_no_theme():
    """The same rows with their texts dealt anew agree with the themes no more than chance does."""
    pairs = planted()
    got = discover_in([text for _, text in pairs], types=5)
    topic = by_id(got).groupby("review_id")["topic"].first().tolist()
    theme = np.random.default_rng(0).permutation([theme for theme, _ in pairs])
    assert adjusted_mutual_info_score(theme, topic) < 0.15


PRIVATE = "курьер Иван Петров перезвоните на 8 900 000-12-34 или ivan.petrov@example.com, "
SECRETS = ("900", "12-34", "ivan", "petrov", "example", "иван", "петров")


def test_nothing_private_is_shown():
    got = discover_in([PRIVATE + text for _, text in planted()], types=5)
    texts = [row["text"] for row in got.evidence]  # figures beside them may hold any digits
    shown = json.dumps([texts, got.draft.to_json()], ensure_ascii=False).lower()
    for mark in ("[телефон]", "[почта]", "[имя]"):
        assert mark in shown
    for secret in SECRETS:
        assert secret not in shown, secret


def test_no_mask_is_said_in_key_words_and_names():
    got = discover_in([PRIVATE + text for _, text in planted()], types=5)
    said = " ".join(f"{one.title} {' '.join(one.patterns)} {one.definition}".lower() for one in got.draft.types)
    assert not {"имя", "почта", "[", "]"} & set(words(said))


def test_evidence_as_written_when_asked():
    texts = [PRIVATE + text for _, text in planted()]
    masked, got = discover_in(texts, types=5), discover_in(texts, types=5, mask=False)
    assert all(row["text"].startswith(PRIVATE) for row in got.evidence)
    assert [row | {"text": mask(row["text"])} for row in got.evidence] == masked.evidence
    assert got.draft == masked.draft
    shown = json.dumps(got.draft.to_json(), ensure_ascii=False).lower()
    for secret in SECRETS:
        assert secret not in shown, secret


def test_a_unit_may_be_a_whole_review(sample, statements):
    units, _ = select_units(statements, sample, Discover(unit="review"))
    assert units["review_id"].is_unique
    assert (units["statement_id"] == units["review_id"] + ":all").all()
    pieces, _ = select_units(statements, sample, Discover())
    assert set(units["review_id"]) == set(pieces["review_id"])
    several = pieces.groupby("review_id")["text"].agg(list)
    for row in units.itertuples():
        assert row.text == ". ".join(several[row.review_id])


def a_statement(number, part, text, **other):
    row = {"statement_id": f"s{number}", "review_id": f"r{number}", "field": part, "part": part, "start": 0}
    return row | {"end": len(text), "text": text, "null": "", "misplaced": False} | other


PAINS = [
    ("cons", 5.0, {}, True),
    ("cons", 1.0, {"misplaced": True}, False),
    ("cons", 1.0, {"null": "none"}, False),
    ("pros", 1.0, {}, False),
    ("pros", 5.0, {"misplaced": True}, True),
    ("comment", 5.0, {}, False),
    ("comment", 3.5, {}, True),
    ("text", 1.0, {}, True),
    ("text", float("nan"), {}, True),
]


def test_pains_are_what_is_looked_at():
    frame = pd.DataFrame([a_statement(i, part, "да", **other) for i, (part, _, other, _) in enumerate(PAINS)])
    reviews = pd.DataFrame({"id": frame["review_id"], "rating": [rating for _, rating, *_ in PAINS]})
    units, left_out = select_units(frame, reviews, Discover())
    assert units["statement_id"].tolist() == [f"s{i}" for i, (*_, pain) in enumerate(PAINS) if pain]
    assert left_out == {"null answers": 1, "praise and words of happy customers": 3}
    everything, left_out = select_units(frame, reviews, Discover(about="all"))
    assert len(everything) == 8
    assert left_out == {"null answers": 1}


def test_too_few_statements():
    with pytest.raises(ReviewmineError, match="2 statements to discover in, expected at least 20; bring more reviews"):
        discover_in(["курьер опоздал", "деньги не вернули"])


def test_words_that_nobody_knows():
    with pytest.raises(ReviewmineError, match="navec: no statement has a word that the encoder knows; choose another"):
        discover_in([f"zxq{i} qwz{i}" for i in range(30)], encoder="navec")


def test_a_topic_that_keeps_no_row_is_dropped():
    texts = [text for _, text in planted()]
    loose = discover_in(texts, types=40)
    strict = discover_in(texts, types=40, min_probability=0.9)
    assert 0 < strict.card["n_topics"] < loose.card["n_topics"]
    assert set(strict.assignments["topic"]) == {*(one.code for one in strict.draft.types), "rest"}
    assert strict.assignments.loc[strict.assignments["topic"] != "rest", "probability"].min() >= 0.9


def test_when_every_statement_goes_to_rest():
    with pytest.raises(ReviewmineError, match=r"discover\.min_probability: every statement went to rest.*; lower it"):
        discover_in([text for _, text in planted()], types=40, min_probability=0.999999)


def test_the_same_text_again_and_again_is_one_topic():
    got = discover_in(["курьер опоздал"] * 30)
    assert got.card["n_topics"] == 1
    assert got.card["coverage"] == 1.0
