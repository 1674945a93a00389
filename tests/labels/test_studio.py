"""Through Label Studio's formats and back: no label lost, none changed, whatever the texts and titles hold."""

import json
from xml.etree import ElementTree as Xml

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.errors import ReviewmineError
from reviewmine.labels.shown import raw_span, shown, shown_span
from reviewmine.labels.store import Label, in_force
from reviewmine.labels.studio import page, tasks
from reviewmine.labels.studio_in import labels_of, read_export
from reviewmine.router import TEXT_FIELDS
from reviewmine.taxonomy.model import Group, Taxonomy, Type

WHEN = "2026-03-01T10:00:00Z"
TAXONOMY = Taxonomy(
    taxonomy="shop",
    groups={"delivery": Group(title="Доставка"), "courier": Group(title="Курьер", parent="delivery")},
    types=(
        Type(id="T001", code="late", title="Опоздание", parent="delivery"),
        Type(id="T002", code="rude", title='Хамство <b>& "грубость"</b>', parent="courier"),
        Type(id="T003", code="other", title="Другое"),
        Type(id="T004", code="else", title="Другое", parent="delivery"),
        Type(id="T005", code="gone", title="Старое", status="deprecated"),
    ),
)
REVIEWS = pd.DataFrame(
    {
        "id": ["r1", "r2"],
        "rating": [2.0, float("nan")],
        "cons": ["🙂🙂 коробка\r\nмятая", "Курьер Алексей хамил, звоните 8 (900) 000-12-34 после обеда"],
    }
)


def label(kind="T001", verdict="yes", span=None, review="r1", who="анна", how="person", when=WHEN):
    return Label(review, kind, verdict, who, when, how, "shop 0.1.0", span)


def exported(reviews, labels, taxonomy=TAXONOMY, **more):
    """Return the tasks as Label Studio's JSON export gives them: numbered, with the user who imported them, as JSON."""
    made = json.loads(json.dumps(tasks(reviews, taxonomy, labels, **more), ensure_ascii=False))
    for number, task in enumerate(made, start=1):
        task |= {"id": number, "drafts": [], "file_upload": "a.json"}
        for one in task["annotations"]:
            one |= {"id": number, "completed_by": 1, "was_cancelled": False, "created_at": "2026-04-05T06:07:08.796Z"}
            one |= {"updated_at": "2026-04-05T09:07:08.796870+03:00", "lead_time": None, "ground_truth": True}
    return made


def piece(text, words, kind="T001", field="cons", offset=0, **more):
    """Return the result of a person who marked ``words``, counted as JavaScript counts code points."""
    start = text.index(words) + offset
    value = {"start": start, "end": start + len(words), "text": words, "labels": [kind]}
    return {"id": "x", "from_name": f"span_{field}", "to_name": field, "type": "labels", "value": value} | more


def answered(*results, review="r1", **more):
    """Return a task in which a person made ``results``."""
    (task,) = exported(REVIEWS[REVIEWS["id"] == review], [])
    note = {"id": 5, "completed_by": 3, "was_cancelled": False, "updated_at": "2026-04-05T06:07:08.796870Z"}
    task["annotations"] = [note | {"result": list(results)} | more]
    return task


def whole(control, *paths):
    return {"id": "w", "from_name": control, "to_name": "about", "type": "taxonomy", "value": {"taxonomy": list(paths)}}


WILD = st.text(
    st.one_of(
        st.sampled_from("аё ,.\"'&<>]\n\t\r|{}$" + "🙂👍🏽👩‍👩‍👧🇷🇺שלםمرحبا\u202e\u200f\u0301\u2028\xa0"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=24,
)


@st.composite
def cases(draw):
    """Draw a taxonomy, reviews and labels of them, with spans anywhere in their fields."""
    groups = draw(st.lists(WILD, max_size=3))
    chain = {
        f"g{n}": Group(title=title, parent=f"g{n - 1}" if n and draw(st.booleans()) else "")
        for n, title in enumerate(groups)
    }
    titles = draw(st.lists(WILD, min_size=1, max_size=4))
    parents = st.sampled_from(["", *chain])
    types = tuple(
        Type(id=f"T{n:03}", code=f"c{n}", title=title, definition=draw(WILD), parent=draw(parents))
        for n, title in enumerate(titles)
    )
    taxonomy = Taxonomy(taxonomy=draw(WILD.map(lambda name: f"т{name}")), groups=chain, types=types)
    reviews = [
        {"id": f"{draw(WILD)}{n}", "rating": 1.0, "pros": draw(WILD), "cons": draw(WILD), "text": draw(WILD)}
        for n in range(draw(st.integers(1, 2)))
    ]

    @st.composite
    def labels(draw):
        review = draw(st.sampled_from(reviews))
        field = draw(st.sampled_from(["pros", "cons", "text", ""]))
        n_signs = len(review[field]) if field else 0
        start = draw(st.integers(0, n_signs - 1)) if n_signs else 0
        span = (field, start, draw(st.integers(start + 1, n_signs))) if n_signs else None
        return Label(
            review["id"],
            draw(st.sampled_from(types)).id,
            draw(st.sampled_from(["yes", "no", "unsure"])),
            draw(st.sampled_from(["анна", "O'Neil 🙂", "rule: <a>"])),
            draw(st.sampled_from([WHEN, "2025-12-31T23:59:59Z"])),
            draw(st.sampled_from(["person", "rule", "import"])),
            f"{taxonomy.taxonomy} {taxonomy.version}",
            span,
        )

    return taxonomy, pd.DataFrame(reviews), draw(st.lists(labels(), max_size=6))


def check_the_way_there_and_back(case):
    """Hold that labels come back as they were; and that what a person did without our notes comes back as what they did."""
    taxonomy, reviews, labels = case
    made = exported(reviews, labels, taxonomy, mask=False)
    found = labels_of(made, taxonomy)
    assert found.rejected == ()
    assert sorted(map(repr, found.labels)) == sorted(map(repr, in_force(labels)))
    for task in made:
        for result in (one for annotation in task["annotations"] for one in annotation["result"]):
            result.pop("meta", None)
    edits = {
        (task["data"]["review"], field): shown(task_text, mask=False).edits
        for task, row in zip(made, reviews.to_dict("records"), strict=True)
        for field, task_text in row.items()
        if field in TEXT_FIELDS
    }
    told = set()
    for one in in_force(labels):
        field, *ends = one.span or ("",)
        whole_signs = edits.get((one.review, field), ())  # a line end of two signs is marked whole
        told.add(
            (
                one.review,
                one.type,
                one.verdict,
                (field, *raw_span(*shown_span(*ends, whole_signs), whole_signs)) if ends else None,
            )
        )
    found = labels_of(made, taxonomy)
    assert found.rejected == ()
    assert {(one.review, one.type, one.verdict, one.span) for one in found.labels} == told
    Xml.fromstring(page(taxonomy))


@settings(deadline=None, max_examples=60)
@given(cases())
def test_nothing_is_lost_or_changed_on_the_way_there_and_back(case):
    check_the_way_there_and_back(case)


@pytest.mark.long
@settings(deadline=None, max_examples=1000)
@given(cases())
def test_nothing_is_lost_in_a_thousand_cases(case):
    check_the_way_there_and_back(case)


class TestPage:
    root = Xml.fromstring(page(TAXONOMY, ["pros", "cons"]))

    def test_types_stand_under_their_groups_and_are_known_by_id(self):
        (tree,) = self.root.findall(".//Taxonomy[@name='yes']")
        (delivery, other) = tree.findall("Choice")
        assert (delivery.get("value"), delivery.get("alias")) == ("Доставка", "delivery")
        assert [one.get("alias") for one in delivery] == ["T001", "courier", "T004"]
        assert delivery.find("Choice/Choice").get("value") == 'Хамство <b>& "грубость"</b>'
        assert other.get("alias") == "T003"
        assert {one.get("name") for one in self.root.findall(".//Taxonomy")} == {"yes", "no", "unsure"}

    def test_each_field_has_its_pieces(self):
        assert [one.get("toName") for one in self.root.findall(".//Labels")] == ["pros", "cons"]
        assert [one.get("alias") for one in self.root.find(".//Labels")] == ["T001", "T002", "T003", "T004"]

    def test_titles_that_stand_twice_are_told_apart(self):
        values = [one.get("value") for one in self.root.find(".//Labels")]
        assert values[2:] == ["Другое (other, T003)", "Другое (else, T004)"]

    def test_every_control_points_at_a_text_of_the_page(self):
        texts = {one.get("name") for one in self.root.findall(".//Text")}
        controls = [
            *self.root.findall(".//Labels"),
            *self.root.findall(".//Choices"),
            *self.root.findall(".//Taxonomy"),
        ]
        assert {one.get("toName") for one in controls} <= texts

    def test_signs_that_xml_cannot_hold_are_left_out(self):
        types = (Type(id="T001", code="a", title="да\x00\x0b\ufffe", definition="a\x1bb"),)
        label = Xml.fromstring(page(Taxonomy(taxonomy="a", types=types), ["text"])).find(".//Labels/Label")
        assert (label.get("value"), label.get("hint")) == ("да", "ab")


class TestTasks:
    def test_text_is_masked_and_spans_move_with_it(self):
        text = REVIEWS["cons"][1]
        labels = [
            label("T002", span=("cons", text.index("хамил"), text.index("хамил") + 5), review="r2"),
            label("T003", span=("cons", text.index("900"), len(text)), review="r2"),
        ]
        task = tasks(REVIEWS, TAXONOMY, labels)[1]
        assert task["data"]["cons"] == "Курьер [имя] хамил, звоните [телефон] после обеда"
        assert [one["value"]["text"] for one in task["annotations"][0]["result"]] == ["хамил", "[телефон] после обеда"]
        assert "000-12-34" not in json.dumps(task)
        assert "000-12-34" in tasks(REVIEWS, TAXONOMY, mask=False)[1]["data"]["cons"]
        assert labels_of(exported(REVIEWS, labels), TAXONOMY).labels == tuple(labels)

    def test_suggestions_are_predictions_with_the_lowest_score(self):
        rules = [
            label(who="model", how="rule"),
            label("T002", who="model", how="rule"),
            label("T003", who="words", how="rule"),
        ]
        task = tasks(REVIEWS, TAXONOMY, (), rules, {("r1", "T001"): 0.9, ("r1", "T002"): 0.4})[0]
        assert [(one["model_version"], one.get("score")) for one in task["predictions"]] == [
            ("model", 0.4),
            ("words", None),
        ]
        assert task["predictions"][0]["result"][0]["value"]["taxonomy"] == [
            ["delivery", "T001"],
            ["delivery", "courier", "T002"],
        ]
        assert task["annotations"] == []

    def test_a_prediction_that_a_person_accepts_is_their_word(self):
        (prediction,) = exported(REVIEWS[:1], [], suggested=[label(who="model", how="rule")])[0]["predictions"]
        task = answered(*prediction["result"])
        assert [(one.who, one.how) for one in labels_of([task], TAXONOMY).labels] == [("studio-3", "person")]

    def test_every_task_has_a_line_of_facts(self):
        assert [task["data"]["about"] for task in tasks(REVIEWS, TAXONOMY)] == ["2", "—"]
        assert set(TEXT_FIELDS) <= set(tasks(REVIEWS, TAXONOMY)[0]["data"])

    def test_a_span_outside_its_field_is_refused(self):
        with pytest.raises(ReviewmineError, match=r"review r1: a span to 99 in cons, which has 17 signs"):
            tasks(REVIEWS, TAXONOMY, [label(span=("cons", 0, 99))])

    def test_a_label_of_another_version_is_refused(self):
        with pytest.raises(ReviewmineError, match="labels migrate"):
            tasks(REVIEWS, TAXONOMY, [label("T005")])


class TestExport:
    def test_what_a_person_said_becomes_labels(self):
        text = "🙂🙂 коробка\nмятая"
        task = answered(
            whole("yes", ["delivery", "T001"], ["T003"]),
            whole("no", ["delivery", "courier", "T002"]),
            piece(text, "коробка"),
            piece(text, "мятая", "T004", id="y"),
            {
                "id": "y",
                "from_name": "verdict_cons",
                "to_name": "cons",
                "type": "choices",
                "value": {"choices": ["unsure"]},
            },
        )
        found = labels_of([task], TAXONOMY, {"3": "вера"})
        assert {(one.type, one.verdict, one.span) for one in found.labels} == {
            ("T001", "yes", None),
            ("T003", "yes", None),
            ("T002", "no", None),
            ("T001", "yes", ("cons", 3, 10)),
            ("T004", "unsure", ("cons", 12, 17)),  # in the raw text a line ends with two signs
        }
        assert {(one.who, one.when, one.how, one.taxonomy) for one in found.labels} == {
            ("вера", "2026-04-05T06:07:08Z", "person", "shop 0.1.0")
        }

    def test_offsets_of_either_unit_are_read_by_the_words_they_quote(self):
        text = "🙂🙂 коробка\nмятая"
        for offset in (0, 2):  # each of the two signs before counts as two in UTF-16
            (one,) = labels_of([answered(piece(text, "коробка", offset=offset))], TAXONOMY).labels
            assert one.span == ("cons", 3, 10)

    def test_a_browser_quotes_line_ends_and_spaces_otherwise(self):
        result = piece("🙂🙂 коробка\nмятая", "коробка\nмятая")
        result["value"]["text"] = "коробка\\nмятая"
        assert labels_of([answered(result)], TAXONOMY).labels[0].span == ("cons", 3, 17)

    def test_a_piece_of_a_mask_is_the_whole_of_what_was_masked(self):
        raw, text = REVIEWS["cons"][1], "Курьер [имя] хамил, звоните [телефон] после обеда"
        (one,) = labels_of([answered(piece(text, "телефон"), review="r2")], TAXONOMY).labels
        assert raw[one.span[1] : one.span[2]] == "8 (900) 000-12-34"

    def test_who_is_an_email_where_it_is_told(self):
        user = {"id": 3, "email": "vera@example.com"}
        task = answered(whole("yes", ["T003"]), completed_by=user)
        assert labels_of([task], TAXONOMY).labels[0].who == "vera@example.com"
        assert labels_of([task], TAXONOMY, {"vera@example.com": "вера"}).labels[0].who == "вера"

    def test_skipped_tasks_and_drafts_say_nothing(self):
        skipped = answered(whole("yes", ["T003"]), was_cancelled=True)
        draft = answered() | {"annotations": [], "drafts": [{"result": [whole("yes", ["T003"])]}]}
        untouched = answered() | {"annotations": []}
        found = labels_of([skipped, draft, untouched], TAXONOMY)
        assert (found.labels, found.rejected, found.n_tasks, found.n_skipped) == ((), (), 3, 2)

    def test_what_another_changes_is_theirs_and_the_rest_is_not(self):
        (task, _) = exported(REVIEWS, [label(), label("T003")])
        task["annotations"][0]["result"][0]["value"]["taxonomy"] = [["delivery", "T001"], ["delivery", "T004"]]
        found = labels_of([task], TAXONOMY).labels
        assert [(one.type, one.who) for one in found] == [("T001", "анна"), ("T004", "studio-1")]

    @pytest.mark.parametrize(
        ("result", "reason"),
        [
            (whole("yes", ["delivery", "T099"]), "type 'T099' is not in shop 0.1.0"),
            (whole("yes", []), "list index out of range"),
            (whole("stars", ["T001"]), "a result of 'stars', expected a control of the page"),
            (piece("коробка", "коробка", offset=7), "no 'коробка' at 7–14, expected the words that the result quotes"),
            (piece("коробка", "коробка", field="reply"), "field 'reply'"),
            ({"from_name": "yes", "value": None}, "NoneType"),
        ],
    )
    def test_what_cannot_be_read_is_listed_and_the_rest_is_kept(self, result, reason):
        found = labels_of([answered(result, whole("no", ["T003"]))], TAXONOMY)
        assert [one.type for one in found.labels] == ["T003"]
        (line,) = found.rejected
        assert line.startswith("task 1, annotation 5: ")
        assert reason in line

    def test_an_unknown_verdict_on_a_piece_costs_only_its_own_label(self):
        strange = {
            "id": "x",
            "from_name": "verdict_cons",
            "to_name": "cons",
            "type": "choices",
            "value": {"choices": ["?"]},
        }
        found = labels_of([answered(piece("🙂🙂 коробка", "коробка"), strange, whole("yes", ["T003"]))], TAXONOMY)
        assert [one.type for one in found.labels] == ["T003"]
        assert found.rejected == (
            "task 1, annotation 5: verdict is '?', expected yes, no or unsure; fix or remove the line",
        )

    def test_a_type_that_is_both_is_listed(self):
        found = labels_of([answered(whole("yes", ["T003"]), whole("no", ["T003"]))], TAXONOMY)
        assert found.labels == ()
        assert found.rejected == ("task 1, annotation 5: type T003 is both no and yes",)

    @pytest.mark.parametrize("change", [{"data": {}}, {"data": None}])
    def test_a_task_of_another_project_is_listed(self, change):
        assert "no review in data" in labels_of([answered(whole("yes", ["T003"])) | change], TAXONOMY).rejected[0]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("[{", "not readable as JSON"),
            ("{}", "not a list of tasks"),
            ('[{"review": "r1", "annotation_id": 1, "yes": []}]', "the JSON-MIN export, which loses"),
        ],
    )
    def test_another_file_is_refused(self, tmp_path, text, words):
        (tmp_path / "a.json").write_text(text, encoding="utf-8")
        with pytest.raises(ReviewmineError, match=rf"a\.json: {words}"):
            read_export(tmp_path / "a.json")


class TestShown:
    @pytest.mark.parametrize(
        "text",
        [
            "Анна Петровна 8 (900) 000-12-34, заказ № 48213377\r\nне пришёл",
            "[имя] пришла, [телефон]8 (900) 000-12-34",
            "a.b@example.com",
            "\r\n\r\r\n",
            "",
            "Ждали, ждали, 8 (900) 000-12-34, ждали",
        ],
    )
    def test_the_edits_lead_from_what_is_shown_to_what_was_written(self, text):
        made = shown(text)
        rebuilt, at = "", 0
        for low, high, raw_low, raw_high in made.edits:
            assert text[len(rebuilt) : raw_low] == made.text[at:low]
            rebuilt, at = text[:raw_high], high
        assert rebuilt + made.text[at:] == text
        assert raw_span(0, len(made.text), made.edits) == (0, len(text))
        assert shown_span(0, len(text), made.edits) == (0, len(made.text))
        assert "\r" not in made.text
