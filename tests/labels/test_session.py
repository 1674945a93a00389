"""A sitting: what is asked, what is written, what is taken back."""

import dataclasses

import pandas as pd
import pytest

from labels.sitting import REVIEWS, TAXONOMY, begin
from reviewmine.errors import ReviewmineError
from reviewmine.labels.merge import merged
from reviewmine.labels.session import Session, suggest
from reviewmine.labels.store import Label, append_labels, in_force, read_labels


def verdicts(store):
    return [(one.review, one.type, one.verdict) for one in read_labels(store)]


def test_what_is_shown_and_not_taken_is_a_no_and_the_rest_is_unknown(tmp_path):
    store = tmp_path / "labels.jsonl"
    session = begin(store)
    session.answer(["T001"])
    assert verdicts(store) == [("r1", "T001", "yes"), ("r1", "T002", "no")]
    first = read_labels(store)[0]
    assert first == Label("r1", "T001", "yes", "anna", "2026-03-01T10:00:00Z", "person", "demo 1.0.0")
    assert session.review == "r2"


def test_a_type_that_was_not_shown_can_be_taken(tmp_path):
    session = begin(tmp_path / "labels.jsonl")
    session.answer(["T003"], unsure=["T002"])
    assert verdicts(session.store) == [("r1", "T001", "no"), ("r1", "T002", "unsure"), ("r1", "T003", "yes")]


def test_none_of_the_types_shown_is_an_answer(tmp_path):
    session = begin(tmp_path / "labels.jsonl")
    session.answer([])
    assert verdicts(session.store) == [("r1", "T001", "no"), ("r1", "T002", "no")]


def test_suggested_types_stand_first_then_those_taken_most_often(tmp_path):
    session = begin(tmp_path / "labels.jsonl", suggestions={"r3": ("courier-rude",)})
    assert session.shown() == ()
    session.answer(["T003", "T001"])
    session.answer(["T003"])
    assert session.shown() == ("T002", "T003", "T001")


def test_at_most_nine_types_are_shown(tmp_path):
    from reviewmine.taxonomy.model import Taxonomy

    many = Taxonomy.from_codes("many", [f"type-{number:02}" for number in range(20)])
    session = Session(REVIEWS, many, tmp_path / "labels.jsonl", "anna", {"r1": many.codes})
    assert len(session.shown()) == 9


def test_a_skipped_review_stays_unasked_and_comes_back_in_the_next_session(tmp_path):
    store = tmp_path / "labels.jsonl"
    session = begin(store)
    session.skip()
    session.answer(["T005"])
    assert {one.review for one in read_labels(store)} == {"r2"}
    again = begin(store)
    assert again.review == "r1"
    assert again.view()["done"] == 1
    assert again.view()["n"] == 4


def test_another_person_starts_at_the_beginning(tmp_path):
    begin(tmp_path / "labels.jsonl").answer(["T001"])
    other = begin(tmp_path / "labels.jsonl", who="boris")
    assert other.review == "r1"
    other.answer(["T002"])
    assert {one.who for one in read_labels(other.store)} == {"anna", "boris"}


def test_undo_makes_the_last_answer_unknown_again_and_keeps_the_history(tmp_path):
    session = begin(tmp_path / "labels.jsonl")
    session.answer(["T001"])
    before, known = session.store.read_bytes(), in_force(read_labels(session.store))
    said = session.answer(["T005"])
    told = session.store.read_bytes()
    assert session.undo()
    assert session.store.read_bytes().startswith(told)
    assert told.startswith(before)
    assert read_labels(session.store)[-1] == dataclasses.replace(said[-1], verdict="withdrawn")
    assert in_force(read_labels(session.store)) == known
    assert session.review == "r2"
    assert begin(session.store).review == "r2"  # unknown: the next session asks again
    session.skip()
    assert session.undo()
    assert session.review == "r2"
    assert session.undo()
    assert session.review == "r1"
    assert in_force(read_labels(session.store)) == []
    assert not session.undo()


def test_what_is_answered_again_after_undo_counts(tmp_path):
    session = begin(tmp_path / "labels.jsonl")
    session.answer(["T001"])
    session.undo()
    session.answer(["T002"])
    told = read_labels(session.store)
    for labels in (told, merged(told, told).labels):  # all within one second
        assert {one.type: one.verdict for one in in_force(labels)} == {"T001": "no", "T002": "yes"}


def test_a_clock_set_back_does_not_bring_an_answer_back(tmp_path):
    moments = iter(["2026-03-01T10:00:00Z", "2026-03-01T09:00:00Z"])
    session = Session(REVIEWS, TAXONOMY, tmp_path / "a.jsonl", "anna", {"r1": ["defect"]}, clock=lambda: next(moments))
    session.answer(["T003"])
    session.undo()
    assert in_force(read_labels(session.store)) == []


def test_undo_leaves_what_others_wrote_meanwhile(tmp_path):
    session = begin(tmp_path / "labels.jsonl")
    session.answer(["T001"])
    other = Label("r1", "T001", "no", "boris", "2026-03-01T10:00:00Z", "person", "demo 1.0.0")
    append_labels(session.store, [other])
    session.undo()
    assert in_force(read_labels(session.store)) == [other]


def test_undo_forgets_what_was_taken_often(tmp_path):
    session = begin(tmp_path / "labels.jsonl", suggestions={})
    session.answer(["T003"])
    assert session.shown() == ("T003",)
    session.undo()
    assert session.shown() == ()


def test_the_end_of_the_queue(tmp_path):
    session = begin(tmp_path / "labels.jsonl")
    for _ in range(4):
        session.answer(["T003"])
    view = session.view()
    assert (view["review"], view["fields"], view["shown"], view["done"], view["n"]) == ("", [], [], 4, 4)
    with pytest.raises(ReviewmineError, match="every review is answered"):
        session.answer(["T003"])
    session.skip()
    session.undo()
    assert session.review == "r4"


def test_the_view_has_what_the_review_says_and_no_personal_data(tmp_path):
    view = begin(tmp_path / "labels.jsonl").view()
    assert view["fields"] == [["cons", "Привезли на три дня позже,\nкурьер [имя] нахамил"]]
    assert view["beside"] == [["rating", "2"], ["date", "2026-03-01"], ["channel", "app"]]
    plain = begin(tmp_path / "labels.jsonl", masked=False).view()
    assert "Сергей" in plain["fields"][0][1]


def test_a_field_that_never_ends_is_cut(tmp_path):
    long = pd.DataFrame([{"id": "r1", "text": "а" * 1_000_000}])
    session = Session(long, TAXONOMY, tmp_path / "labels.jsonl", "anna", masked=False)
    assert len(session.view()["fields"][0][1]) == 20_000


def test_a_review_that_stands_twice_is_asked_once(tmp_path):
    session = Session(pd.concat([REVIEWS, REVIEWS]), TAXONOMY, tmp_path / "labels.jsonl", "anna")
    assert session.view()["n"] == 4


def test_deprecated_types_are_not_offered(tmp_path):
    session = begin(tmp_path / "labels.jsonl")
    assert [one["id"] for one in session.types()] == ["T001", "T002", "T003", "T005"]
    assert session.types()[0]["group"] == "Доставка"
    with pytest.raises(ReviewmineError, match="type 'T004', expected the id of a type in use in demo"):
        session.answer(["T004"])


@pytest.mark.parametrize(
    ("yes", "unsure", "found"),
    [(["T999"], [], "type 'T999'"), (["T001"], ["T001"], "named twice"), (["T001", "T001"], [], "named twice")],
)
def test_an_answer_that_makes_no_sense_is_not_written(tmp_path, yes, unsure, found):
    session = begin(tmp_path / "labels.jsonl")
    with pytest.raises(ReviewmineError, match=found):
        session.answer(yes, unsure)
    assert not session.store.exists()
    assert session.review == "r1"


def test_an_answer_without_a_type_is_refused(tmp_path):
    session = begin(tmp_path / "labels.jsonl", suggestions={})
    with pytest.raises(ReviewmineError, match="an answer without a type"):
        session.answer([])


def test_what_cannot_begin(tmp_path):
    with pytest.raises(ReviewmineError, match="no name"):
        begin(tmp_path / "labels.jsonl", who=" ")
    with pytest.raises(ReviewmineError, match="suggested type 'nothing', expected codes in use in demo"):
        begin(tmp_path / "labels.jsonl", suggestions={"r1": ("nothing",)})
    old = Label("r1", "T004", "yes", "anna", "2026-03-01T10:00:00Z", "person", "demo 0.9.0")
    append_labels(tmp_path / "old.jsonl", [old])
    with pytest.raises(ReviewmineError, match="reviewmine labels migrate"):
        begin(tmp_path / "old.jsonl")


def test_a_router_suggests(tmp_path):
    import numpy as np

    class Two:
        """A router that knows two types."""

        class bundle:
            types = ({"code": "delivery-late"}, {"code": "defect"})

        @staticmethod
        def score(reviews):
            from types import SimpleNamespace

            late = np.asarray(["позже" in review["cons"] for review in reviews], dtype=np.float32)
            return SimpleNamespace(probability=np.stack([late, 1 - late], axis=1))

    suggestions = suggest(Two(), REVIEWS)
    assert suggestions["r1"] == ("delivery-late", "defect")
    assert suggestions["r4"] == ("defect", "delivery-late")
    assert suggest(Two(), REVIEWS[:0]) == {}
    assert begin(tmp_path / "labels.jsonl", suggestions=suggestions).shown() == ("T001", "T003")
