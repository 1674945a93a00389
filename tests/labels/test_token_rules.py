"""Rules of tokens: one after another, not where they are denied, under the fields that they name."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from labels.test_rules import TYPES, frame
from reviewmine import cut_reviews
from reviewmine.cli import app as cli_app
from reviewmine.errors import ReviewmineError
from reviewmine.labels.rules import catches, rules_of
from reviewmine.labels.token_rules import load_token_rules
from reviewmine.labels.weak import SOURCES, weak_labels
from reviewmine.taxonomy.model import Taxonomy, write_taxonomy

RULES = """\
- type: late
  name: ждали N часов
  matcher: [{LEMMA: ждали}, {OP: "{0,2}"}, {LIKE_NUM: true}, {LEMMA: {IN: [час, день]}}]
- {type: late, name: опоздание, matcher: [{LEMMA: опоздание}]}
- {type: late, name: не работает, matcher: [{LOWER: не}, {LEMMA: работать}]}
- {type: late, name: поздно, matcher: [{LOWER: поздно}], fields: [pros, comment], not_after: []}
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    path = tmp_path_factory.mktemp("rules") / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return rules_of(TYPES, load_token_rules(path))


def caught(rules, **row):
    found = catches(cut_reviews(frame(row)), TYPES, rules)
    return [rules[one.rule].pattern.text for one in found]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ждал курьера целых 3 часа", ["ждали N часов"]),
        ("ждём уже пять дней", ["ждали N часов"]),
        ("3 часа ждал", []),  # the order counts
        ("ждал курьера у двери подъезда почти 3 часа", []),  # two words may stand between, no more
        ("Не ждали и 3 часа", []),
        ("Опозданий много", ["опоздание"]),
        ("Работают без опозданий", []),
        ("Не было опозданий", []),
        ("Никаких опозданий", []),
        ("Нет, опоздания каждый день", ["опоздание"]),  # a sign ends what is denied
        ("Не только опоздание, но и грубость", ["опоздание"]),
        ("Без звонка и предупреждения опоздание на час", ["опоздание"]),  # too far to be denied
        ("кнопка не работает", ["не работает"]),
        ("кнопка работает", []),
    ],
)
def test_tokens_stand_in_order_and_are_not_denied(rules, text, names):
    assert caught(rules, text=text) == names


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ({"pros": "опоздание всего одно"}, []),  # a complaint is not looked for there
        ({"cons": "опоздание"}, ["опоздание"]),
        ({"pros": "работают допоздна, привозят и поздно"}, ["поздно"]),  # named by the rule itself
        ({"comment": "не поздно ли"}, ["поздно"]),  # nothing denies this rule
        ({"cons": "поздно"}, []),
    ],
)
def test_fields_are_those_that_a_rule_names_else_where_its_kind_may_stand(rules, row, names):
    assert caught(rules, **row) == names


def test_patterns_of_the_taxonomy_go_on_beside_rules_of_tokens(rules):
    assert caught(rules, text="Опоздали, опоздание на час") == ["опоздать", "опоздание"]


def test_a_text_without_end_is_read_through(rules):
    assert caught(rules, text="опоздание " * 20_000) == ["опоздание"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{type: late}", "the file: Input should be a valid tuple, expected a list such as"),
        ("- {type: late, matcher: [{LEMMA: ждать}]}", "rule 1, name: Field required"),
        ("- {type: late, name: а, matcher: []}", "rule 1, matcher: Tuple should have at least 1 item"),
        (
            "- {type: late, name: а, matcher: [{POS: VERB, LEMMA: ждать}]}",
            "rule 1, matcher.0.POS: Extra inputs are not",
        ),
        (
            "- {type: late, name: а, matcher: [{LEMMA: {REGEX: (а+)+б}}]}",
            "rule 1, matcher.0.LEMMA.*REGEX: Extra inputs",
        ),
        ("- {type: late, name: а, matcher: [{LEMMA: ждать, OP: '*'}]}", "rule 1, matcher.0.OP: String should match"),
        ("- {type: late, name: а, matcher: [{LIKE_NUM: true}]}", "rule 1: .*the rule would meet everything"),
        ("- {type: late, name: а, matcher: [{LEMMA: ждать, OP: '?'}]}", "rule 1: .*the rule would meet everything"),
        ("- {type: late, name: а, matcher: [{LEMMA: а}, {OP: '{0,4}'}, {OP: '{0,3}'}]}", "OP leaves 7 tokens open"),
        ("- {type: late, name: а, matcher: [{LEMMA: а}, {OP: '{3,1}'}]}", r"\{n,m\} has n up to m"),
        (
            "- {type: late, name: а, matcher: [{LEMMA: а}], fields: [минусы]}",
            "rule 1, fields.0: Input should be 'pros'",
        ),
        ("- {type: late, name: ' ', matcher: [{LEMMA: а}]}", "rule 1, name: .*it is empty"),
        ("- [", "not readable as YAML"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(tmp_path, text, found):
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ReviewmineError, match=rf"rules\.yaml: .*{found}"):
        load_token_rules(tmp_path / "rules.yaml")


def test_a_rule_of_no_type_in_use_is_refused(tmp_path):
    (tmp_path / "rules.yaml").write_text("- {type: early, name: рано, matcher: [{LEMMA: рано}]}", encoding="utf-8")
    with pytest.raises(ReviewmineError, match="rule 'рано' is of the type 'early', expected the code of a type in use"):
        rules_of(TYPES, load_token_rules(tmp_path / "rules.yaml"))


def test_rules_vote_as_phrases_or_words_and_are_in_the_table(tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    taxonomy = Taxonomy(taxonomy="еда", types=TYPES)
    rows = frame({"text": "Ждал 2 часа"}, {"text": "Сплошные опоздания"}, {"text": "Без опозданий"})
    votes = weak_labels(rows.assign(rating=1.0), taxonomy, load_token_rules(tmp_path / "rules.yaml")).votes[:, 0]
    assert votes[:, SOURCES.index("phrases")].tolist() == [1, 0, 0]
    assert votes[:, SOURCES.index("words")].tolist() == [0, 1, 0]
    rows.to_csv(tmp_path / "reviews.csv", index=False)
    write_taxonomy(tmp_path / "types.yaml", taxonomy)
    paths = {"--taxonomy": "types.yaml", "-o": "weak.jsonl", "--table": "rules.csv", "--rules": "rules.yaml"}
    words = [str(word) for name, value in paths.items() for word in (name, tmp_path / value)]
    done = CliRunner().invoke(
        cli_app, ["labels", "weak", str(tmp_path / "reviews.csv"), *words], catch_exceptions=False
    )
    assert done.exit_code == 0
    table = pd.read_csv(tmp_path / "rules.csv").set_index("name")
    assert table.loc[["ждали N часов", "опоздание"], "reviews"].tolist() == [1, 1]
    assert table.loc["не работает", "what"] == "silent rule"
