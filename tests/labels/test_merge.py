"""Two people's files become one: nothing lost, nothing twice, disagreement listed with both."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.labels.merge import conflict_table, merged
from reviewmine.labels.store import Label, latest, read_labels, write_labels
from reviewmine.taxonomy.model import Taxonomy

TAXONOMY = Taxonomy.from_codes("shop", ["broken", "late"])


def label(verdict="yes", who="анна", second=0, review="r1", kind="T001", how="person", span=None):
    return Label(review, kind, verdict, who, f"2026-03-01T10:00:{second:02}Z", how, "shop 0.1.0", span)


LABELS = st.lists(
    st.builds(
        label,
        verdict=st.sampled_from(["yes", "no", "unsure"]),
        who=st.sampled_from(["анна", "борис"]),
        second=st.integers(0, 2),
        review=st.sampled_from(["r1", "r2"]),
        kind=st.sampled_from(["T001", "T002"]),
    ),
    max_size=8,
)


def test_what_both_have_stands_once_and_what_one_has_is_kept():
    common = [label(second=1), label("no", second=2)]
    left, right = [*common, label(second=5)], [*common, label("no", "борис", second=3)]
    assert merged(left, right).labels == (*common, right[2], left[2])


def test_history_within_a_second_is_no_duplicate():
    wavering = [label("yes"), label("no"), label("yes")]
    for stores in ([wavering], [wavering, wavering[:2]], [wavering[:1], wavering], [wavering, wavering]):
        assert merged(*stores).labels == tuple(wavering)


@settings(deadline=None, max_examples=200)
@given(st.lists(LABELS, max_size=3))
def test_nothing_is_lost_whatever_the_order_of_files(stores):
    found = merged(*stores).labels
    assert all(found.count(one) == max(store.count(one) for store in stores) for store in stores for one in store)
    assert len(found) <= sum(map(len, stores))
    assert sorted(map(repr, merged(*reversed(stores)).labels)) == sorted(map(repr, found))
    assert merged(found).labels == found
    assert merged(found, *stores).labels == found


def test_two_branches_of_one_file_end_in_one_state(tmp_path):
    base = [label(second=1), label("no", "борис", second=1)]
    ours, theirs = [*base, label("no", second=7)], [*base, label("yes", "борис", second=4)]
    write_labels(tmp_path / "a.jsonl", merged(ours, theirs).labels)
    write_labels(tmp_path / "b.jsonl", merged(theirs, ours).labels)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    last = latest(read_labels(tmp_path / "a.jsonl"))
    assert [last["r1", "T001", who].verdict for who in ("анна", "борис")] == ["no", "yes"]


def test_persons_who_disagree_are_listed_with_both():
    ours = [label(), label(kind="T002"), label("unsure", "вера")]
    theirs = [label("no", "борис"), label("yes", "борис", kind="T002"), label("no", "rule", how="rule", kind="T002")]
    (one,) = merged(ours, theirs).conflicts
    assert (one.review, one.type) == ("r1", "T001")
    assert ([x.who for x in one.yes], [x.who for x in one.no], [x.who for x in one.unsure]) == (
        ["анна"],
        ["борис"],
        ["вера"],
    )
    assert conflict_table([one], TAXONOMY).to_dict("records") == [
        {"review": "r1", "type": "T001", "code": "broken", "yes": "анна", "no": "борис", "unsure": "вера"}
    ]


@pytest.mark.parametrize("later", [[label("no", second=9)], [label("unsure", second=9)]])
def test_a_person_who_came_round_is_no_conflict(later):
    assert merged([label(), *later], [label("no", "борис")]).conflicts == ()


def test_no_conflict_still_has_its_columns():
    assert list(conflict_table([]).columns) == ["review", "type", "code", "yes", "no", "unsure"]
