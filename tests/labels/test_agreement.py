"""Agreement of people: published figures, what is unknown, and the definitions that need mending."""

import json
import math

import pytest

from reviewmine.errors import ReviewmineError
from reviewmine.labels.agreement import agreement
from reviewmine.labels.chance import cohen, krippendorff, masi
from reviewmine.labels.mend import read_proposals, to_mend
from reviewmine.labels.store import Label, write_labels

LATE, LOST, RUDE = "T001", "T002", "T003"


def said(who, review, verdicts, how="person"):
    """Return the labels of one person on one review: type to y, n or u."""
    names = {"y": "yes", "n": "no", "u": "unsure"}
    return [
        Label(review, kind, names[verdict], who, "2026-03-01T10:00:00Z", how, "demo 1.0.0")
        for kind, verdict in verdicts.items()
    ]


def two_people(*rows):
    """Return the labels of Anna and Boris: each row is what they said of a review, types to letters."""
    return [
        one
        for number, pair in enumerate(rows)
        for who, verdicts in zip(("anna", "boris"), pair, strict=True)
        for one in said(who, f"r{number:02}", verdicts)
    ]


def by_type(found):
    return {one.type: one for one in found.types}


# the example of Krippendorff (2011), section C: four observers, twelve units, values missing
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


def test_alpha_is_the_published_figure():
    units = [[value for value in unit if value is not None] for unit in zip(*OBSERVERS, strict=True)]
    assert round(krippendorff(units), 3) == 0.743


def test_alpha_with_a_distance_is_the_published_figure():
    units = [[value for value in unit if value is not None] for unit in zip(*OBSERVERS, strict=True)]
    assert round(krippendorff(units, lambda one, other: (one - other) ** 2), 3) == 0.849  # interval data, same source


def test_kappa_is_the_published_figure():
    assert round(cohen([[88, 14, 18], [10, 40, 10], [2, 6, 12]]), 3) == 0.492  # Cohen (1960), two clinicians, 200 cases


def test_kappa_is_that_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    labels = two_people(*[({LATE: a}, {LATE: b}) for a, b in zip("yyynnyynyn", "yynnnyynny", strict=True)])
    found = by_type(agreement(labels))[LATE]
    expected = metrics.cohen_kappa_score(list("yyynnyynyn"), list("yynnnyynny"))
    assert found.kappa["value"] == pytest.approx(expected, abs=1e-4)


def test_alpha_per_type_is_that_of_the_whole_formula():
    letters = [("y", "y"), ("y", "n"), ("n", "n"), ("n", "n"), ("y", "y"), ("n", "y")]
    found = by_type(agreement(two_people(*[({LATE: a}, {LATE: b}) for a, b in letters])))[LATE]
    assert found.alpha["value"] == pytest.approx(krippendorff(letters), abs=1e-4)
    assert found.alpha["low"] <= found.alpha["value"] <= found.alpha["high"]
    assert (found.n, found.n_yes) == (6, 6)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [({1}, {1}, 0), (set(), set(), 0), ({1}, {2}, 1), ({1}, {1, 2}, 2 / 3), ({1, 2}, {2, 3}, 8 / 9), ({1}, set(), 1)],
)
def test_masi(one, other, distance):
    assert masi(one, other) == masi(other, one) == pytest.approx(distance)


def test_where_all_say_the_same_there_is_no_figure():
    found = agreement(two_people(({LATE: "n"}, {LATE: "n"}), ({LATE: "n"}, {LATE: "n"})))
    one = by_type(found)[LATE]
    assert one.alpha is None
    assert one.kappa is None
    assert found.decisions is None
    assert one.agreed["value"] == 1
    assert math.isnan(cohen([[0, 0], [0, 7]]))


def test_what_was_not_asked_is_unknown_unless_told():
    labels = two_people(({LATE: "y"}, {LOST: "y"}), ({LATE: "y"}, {LATE: "y"}))
    assert agreement(labels).n_decisions == 1
    told = agreement(labels, unasked_is_no=True)
    assert told.n_decisions == 4  # two reviews, two types
    assert by_type(told)[LATE].disputed == ("r00",)


def test_unsure_takes_no_side_and_is_counted():
    labels = two_people(({LATE: "u"}, {LATE: "y"}), ({LATE: "y"}, {LATE: "y"}), ({LATE: "n"}, {LATE: "n"}))
    one = by_type(agreement(labels))[LATE]
    assert one.n == 2
    assert one.unsure == ("r00",)
    assert one.disputed == ()


def test_rules_are_left_out_and_counted():
    labels = two_people(({LATE: "y"}, {LATE: "y"}), ({LATE: "n"}, {LATE: "n"}))
    labels += said("pattern", "r00", {LATE: "n"}, how="rule")
    found = agreement(labels)
    assert found.people == ("anna", "boris")
    assert found.n_rules == 1
    assert found.decisions["value"] == 1


def test_the_last_word_of_a_person_counts():
    labels = two_people(({LATE: "y"}, {LATE: "n"}), ({LATE: "n"}, {LATE: "n"}))
    later = Label("r00", LATE, "yes", "boris", "2026-03-02T10:00:00Z", "person", "demo 1.0.0")
    assert agreement([later, *labels]).decisions["value"] == 1


def test_three_people_have_alpha_and_kappa_of_each_pair():
    labels = two_people(*[({LATE: a}, {LATE: b}) for a, b in zip("yynn", "yynn", strict=True)])
    for number, letter in enumerate("nnyy"):  # Clara says the opposite
        labels += said("clara", f"r{number:02}", {LATE: letter})
    found = agreement(labels)
    kappa = {(first, second): figure["value"] for first, second, _, figure in found.pairs}
    assert kappa == {("anna", "boris"): 1.0, ("anna", "clara"): -1.0, ("boris", "clara"): -1.0}
    assert by_type(found)[LATE].kappa is None
    assert by_type(found)[LATE].alpha["value"] < 0


def test_types_that_are_taken_for_each_other():
    one, other = {LATE: "y", LOST: "n", RUDE: "n"}, {LATE: "n", LOST: "y", RUDE: "n"}
    both = {LATE: "y", LOST: "y", RUDE: "n"}
    found = agreement(two_people((one, other), (other, one), (one, other), (one, one), (both, one)))
    assert [(pair.types, pair.reviews) for pair in found.confused] == [((LATE, LOST), ("r00", "r01", "r02"))]
    assert found.confused[0].share["value"] == 0.6


def test_a_definition_to_mend_says_why():
    one, other = {LATE: "y", LOST: "n"}, {LATE: "n", LOST: "y"}
    rude = {RUDE: "y", LATE: "n", LOST: "n"}
    plain = {RUDE: "n", LATE: "n", LOST: "n"}
    found = agreement(two_people(*[(one, other)] * 4, *[(rude, rude)] * 6, *[(plain, plain)] * 6))
    listed = to_mend(found, {LATE: "delivery-late", LOST: "lost"}, [{"types": ["lost"], "kind": "split"}])
    assert [mend.type for mend in listed] == [LATE, LOST]
    assert listed[0].why[0].startswith("alpha -")
    assert "taken for lost in 4 reviews" in listed[0].why
    assert listed[0].reviews == ("r00", "r01", "r02", "r03")
    assert [mend.proposals for mend in listed] == [(), ({"types": ["lost"], "kind": "split"},)]


def test_a_type_that_people_are_unsure_of_is_mended_too():
    rows = [({RUDE: "u"}, {RUDE: "u"})] * 3 + [({RUDE: "y"}, {RUDE: "y"})] * 4 + [({RUDE: "n"}, {RUDE: "n"})] * 4
    listed = to_mend(agreement(two_people(*rows)), {})
    assert [(mend.type, mend.why) for mend in listed] == [(RUDE, ("unsure in 3 of 8 reviews",))]


def test_people_without_a_common_review_are_refused():
    labels = said("anna", "r1", {LATE: "y"}) + said("boris", "r2", {LATE: "y"})
    with pytest.raises(ReviewmineError, match="labels of 2 people, no review in common"):
        agreement(labels)


def test_the_order_of_labels_does_not_matter():
    labels = two_people(*[({LATE: a, LOST: b}, {LATE: b, LOST: a}) for a, b in zip("yynnyu", "ynnyyy", strict=True)])
    assert agreement(labels) == agreement(labels[::-1])


TAXONOMY = """\
taxonomy: demo
version: 1.0.0
types:
  - {id: T001, code: delivery-late, title: "Опоздание | <b>", definition: Привезли позже срока.}
  - {id: T002, code: lost, title: Потеряли заказ}
"""


def test_the_command_writes_figures_and_a_page(tmp_path):
    from typer.testing import CliRunner

    from reviewmine.cli import app

    labels = two_people(*[({LATE: "y", LOST: "n"}, {LATE: "n", LOST: "y"})] * 3, ({LATE: "y"}, {LATE: "y"}))
    for who in ("anna", "boris"):
        write_labels(tmp_path / f"{who}.jsonl", [one for one in labels if one.who == who])
    (tmp_path / "taxonomy.yaml").write_text(TAXONOMY, encoding="utf-8")
    proposal = {"kind": "conflict", "title": "a / b", "types": ["delivery-late", "lost"], "n": 9}
    (tmp_path / "gaps.json").write_text(json.dumps({"proposals": [proposal]}), encoding="utf-8")
    arguments = [str(tmp_path / name) for name in ("anna.jsonl", "boris.jsonl")]
    arguments += ["--taxonomy", str(tmp_path / "taxonomy.yaml"), "--gaps", str(tmp_path / "gaps.json")]
    done = CliRunner().invoke(app, ["labels", "agreement", *arguments, "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "2 people, 4 reviews in common: alpha of decisions -" in done.stdout
    assert "2 definitions to mend" in done.stdout
    data = json.loads((tmp_path / "out/agreement.json").read_text(encoding="utf-8"))
    assert data["mend"][0]["code"] == "delivery-late"
    assert data["confused"][0]["codes"] == ["delivery-late", "lost"]
    assert data["confused"][0]["proposals"][0]["rank"] == 1
    page = (tmp_path / "out/agreement.md").read_text(encoding="utf-8")
    assert "### `delivery-late` Опоздание \\| &lt;b&gt;" in page
    assert "> Привезли позже срока." in page
    assert "- taxonomy gaps no. 1: conflict" in page
    assert "| no. 1 | `r00`, `r01`, `r02` |" in page
    assert "<b>" not in page


def test_a_file_without_proposals_is_refused(tmp_path):
    (tmp_path / "gaps.json").write_text('{"proposals": [{"kind": "new"}]}', encoding="utf-8")
    with pytest.raises(ReviewmineError, match=r"no proposals in it, expected the \.json of `reviewmine taxonomy gaps`"):
        read_proposals(tmp_path / "gaps.json")
    with pytest.raises(ReviewmineError, match="no such file; run `reviewmine taxonomy gaps` first"):
        read_proposals(tmp_path / "nothing.json")
