"""A file of labels is appended, read back as it was, refused by line where it is broken, and counted into one verdict."""

import json

import pandas as pd
import pytest
import yaml

from reviewmine.errors import ReviewmineError
from reviewmine.labels.store import (
    Label,
    append_labels,
    as_rows,
    consensus,
    in_force,
    latest,
    name_of,
    now,
    read_labels,
    write_labels,
)
from reviewmine.taxonomy.apply import apply_operations
from reviewmine.taxonomy.model import checked
from reviewmine.taxonomy.operations import parse_operations

SOURCE = """\
taxonomy: shop
version: 0.1.0
types:
  - {id: T001, code: broken, title: Сломалось}
  - {id: T002, code: late, title: Опоздание}
  - {id: T003, code: lost, title: Пропал}
"""
TAXONOMY = checked(yaml.safe_load(SOURCE), "shop.yaml")
WHEN = "2026-03-01T10:00:00Z"


def label(review="r1", kind="T001", verdict="yes", who="анна", when=WHEN, how="person", span=None, version="0.1.0"):
    return Label(review, kind, verdict, who, when, how, f"shop {version}", span)


def at(second):
    return f"2026-03-01T10:00:{second:02}Z"


class TestFile:
    def test_what_is_written_comes_back(self, tmp_path):
        labels = [
            label(),
            label(review="отзыв \u2028 «7»", who="О'Нил 🙂", verdict="unsure", span=("cons", 0, 12)),
            label(how="rule", who="pattern:опоздать", verdict="no"),
        ]
        write_labels(tmp_path / "a.jsonl", labels)
        assert read_labels(tmp_path / "a.jsonl") == labels

    def test_a_line_is_one_label_with_keys_in_a_fixed_order(self, tmp_path):
        write_labels(tmp_path / "a.jsonl", [label(), label(span=("text", 2, 9))])
        first, second = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
        keys = ["review", "type", "verdict", "who", "when", "how", "taxonomy"]
        assert (list(json.loads(first)), list(json.loads(second))) == (keys, [*keys, "span"])
        assert "анна" in first

    def test_appending_leaves_what_is_there_byte_by_byte(self, tmp_path):
        path = tmp_path / "deep" / "a.jsonl"
        append_labels(path, [label()])
        before = path.read_bytes()
        append_labels(path, [label(verdict="no"), label(verdict="no")])
        assert path.read_bytes().startswith(before)
        assert [one.verdict for one in read_labels(path)] == ["yes", "no", "no"]

    def test_a_last_line_that_an_editor_left_open_is_not_glued(self, tmp_path):
        path = tmp_path / "a.jsonl"
        write_labels(path, [label()])
        path.write_bytes(
            b"\xef\xbb\xbf" + path.read_bytes().rstrip(b"\n") + b"\r\n\r\n" + path.read_bytes().rstrip(b"\n")
        )
        append_labels(path, [label(verdict="no")])
        assert [one.verdict for one in read_labels(path)] == ["yes", "yes", "no"]

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ('{"review": "r1"', "not a line of JSON"),
            ("[" * 100_000, "not a line of JSON"),
            ("7", "'7', expected a JSON object"),
            ("<<<<<<< HEAD", "a conflict that git left; keep the lines of both sides"),
        ],
    )
    def test_a_broken_line_is_refused_with_its_number(self, tmp_path, line, words):
        path = tmp_path / "a.jsonl"
        write_labels(path, [label()])
        path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
        with pytest.raises(ReviewmineError, match=rf"a\.jsonl, line 2: .*{words}"):
            read_labels(path)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"type": "late"}, "type is 'late', expected the id of a type such as T017"),
            ({"verdict": "maybe"}, "verdict is 'maybe', expected yes, no or unsure"),
            ({"verdict": ["yes"]}, "verdict is"),
            ({"when": "2026-03-01 10:00"}, "when is '2026-03-01 10:00', expected UTC to the second"),
            ({"when": "2026-13-01T10:00:00Z"}, "when is"),
            ({"how": "robot"}, "how is 'robot'"),
            ({"how": {}}, "how is"),
            ({"who": " "}, "who is"),
            ({"review": 7}, "review is '7'"),
            ({"taxonomy": "shop"}, "taxonomy is 'shop', expected name and version"),
            ({"span": ["cons", 5, 5]}, "span is"),
            ({"span": ["cons", True, 5]}, "span is"),
            ({"span": [["cons"], 1, 5]}, "span is"),
            ({"span": ["reply", 0, 5]}, "span is"),
            ({"note": "x"}, "'note' is unknown"),
        ],
    )
    def test_a_line_that_is_no_label_is_refused(self, tmp_path, change, words):
        path = tmp_path / "a.jsonl"
        write_labels(path, [label()])
        data = json.loads(path.read_text(encoding="utf-8")) | change
        path.write_text(json.dumps(data) + "\n", encoding="utf-8")
        with pytest.raises(ReviewmineError, match=rf"line 1: {words}"):
            read_labels(path)

    def test_what_could_not_be_read_back_is_not_written(self, tmp_path):
        with pytest.raises(ReviewmineError, match="type is 'late'"):
            append_labels(tmp_path / "a.jsonl", [label(), label(kind="late")])
        assert not (tmp_path / "a.jsonl").exists() or not (tmp_path / "a.jsonl").read_bytes()
        with pytest.raises(ReviewmineError, match="who is"):
            write_labels(tmp_path / "b.jsonl", [label(who="\ud800")])

    def test_a_missing_file_is_named(self, tmp_path):
        with pytest.raises(ReviewmineError, match=r"none\.jsonl: no such file"):
            read_labels(tmp_path / "none.jsonl")

    def test_now_is_a_moment_of_a_label(self, tmp_path):
        write_labels(tmp_path / "a.jsonl", [label(when=now())])
        assert len(read_labels(tmp_path / "a.jsonl")) == 1


class TestLatest:
    def test_later_wins_whatever_the_order_of_lines(self):
        labels = [label(verdict="no", when=at(9)), label(verdict="yes", when=at(1))]
        assert latest(labels) == {("r1", "T001", "анна"): labels[0]}

    def test_within_a_second_the_later_line_wins(self):
        labels = [label(verdict=verdict) for verdict in ("yes", "no", "unsure")]
        assert latest(labels)["r1", "T001", "анна"].verdict == "unsure"

    def test_what_was_withdrawn_is_unknown_until_it_is_said_again(self):
        first, back, again = label(), label(verdict="withdrawn", when=at(1)), label(verdict="no", when=at(2))
        other = label(who="борис")
        assert list(latest([first, back, other]).values()) == [other]
        assert latest([first, again, back])["r1", "T001", "анна"] == again

    def test_each_labeller_keeps_their_word(self):
        labels = [label(), label(who="борис", verdict="no"), label(kind="T002")]
        assert set(latest(labels)) == {("r1", "T001", "анна"), ("r1", "T001", "борис"), ("r1", "T002", "анна")}

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ([("yes", ("cons", 0, 5))], "yes"),
            ([("no", ("cons", 0, 5))], None),
            ([("yes", None), ("no", ("cons", 0, 5))], "yes"),
            ([("no", None), ("yes", ("cons", 0, 5))], "yes"),
            ([("yes", ("cons", 0, 5)), ("no", None)], "no"),
            ([("yes", ("cons", 0, 5)), ("no", ("cons", 0, 5))], None),
            ([("yes", ("cons", 0, 5)), ("yes", ("cons", 7, 9)), ("no", ("cons", 0, 5))], "yes"),
        ],
    )
    def test_a_piece_with_yes_speaks_of_its_review(self, words, expected):
        labels = [label(verdict=verdict, span=span, when=at(n)) for n, (verdict, span) in enumerate(words)]
        found = latest(labels).get(("r1", "T001", "анна"))
        assert (found and found.verdict) == expected

    def test_pieces_are_kept_apart(self):
        labels = [label(span=("cons", 0, 5)), label(span=("cons", 7, 9)), label(verdict="no", span=("cons", 0, 5))]
        assert in_force(labels) == [labels[1], labels[2]]


class TestConsensus:
    @pytest.mark.parametrize(
        ("verdicts", "expected"),
        [("yes", "yes"), ("yes no", "unsure"), ("yes no yes", "yes"), ("no unsure", "no"), ("unsure", "unsure")],
    )
    def test_most_decide_and_a_tie_is_unsure(self, verdicts, expected):
        labels = [label(verdict=verdict, who=str(n)) for n, verdict in enumerate(verdicts.split())]
        assert consensus(labels)["r1", "T001"].verdict == expected

    def test_a_person_outweighs_any_number_of_rules(self):
        rules = [label(verdict="no", who=f"rule {n}", how="rule") for n in range(5)]
        found = consensus([*rules, label(), label(who="старые метки", how="import", verdict="no")])["r1", "T001"]
        assert (found.verdict, found.how, found.yes, found.no) == ("yes", "person", 1, 0)
        assert consensus(rules)["r1", "T001"].how == "rule"

    def test_what_nobody_was_asked_is_not_there(self):
        assert ("r1", "T002") not in consensus([label()])


class TestRows:
    reviews = pd.DataFrame({"id": ["r2", "r1", "r3"], "text": ["б", "а", "в"]})

    def test_the_table_that_train_reads(self):
        labels = [
            label(kind="T003"),
            label(kind="T001"),
            label(kind="T002", verdict="no"),
            label(review="r2", verdict="unsure"),
        ]
        rows = as_rows(labels, self.reviews, TAXONOMY)
        assert rows.to_dict("list") == {
            "id": ["r2", "r1"],
            "text": ["б", "а"],
            "types": ["", "broken|lost"],
            "unsure": ["broken", ""],
            "no": ["", "late"],
        }

    @pytest.mark.parametrize(
        "operation",
        [
            {"op": "add", "type": {"code": "new", "title": "Новое"}},
            {"op": "rename", "type": "broken", "code": "cracked", "title": "Треснуло"},
            {"op": "merge", "types": ["late", "lost"], "into": "late"},
            {"op": "deprecate", "type": "late"},
        ],
    )
    def test_a_label_stands_while_its_type_does(self, operation):
        new = apply_operations(SOURCE, parse_operations([operation])).taxonomy
        assert new.version != "0.1.0"
        assert len(as_rows([label()], self.reviews, new)) == 1

    @pytest.mark.parametrize(
        "operation",
        [
            {"op": "split", "type": "broken", "into": ["broken", {"code": "dead", "title": "Не включается"}]},
            {"op": "merge", "types": ["broken", "lost"], "into": "broken"},
            {"op": "deprecate", "type": "broken"},
        ],
    )
    def test_a_label_whose_type_became_another_is_refused(self, operation):
        new = apply_operations(SOURCE, parse_operations([operation])).taxonomy
        with pytest.raises(ReviewmineError, match=r"re-express the labels with `reviewmine labels migrate`"):
            as_rows([label()], self.reviews, new)

    def test_wording_may_change_but_no_later_version_or_unknown_type_is_taken(self):
        assert len(as_rows([label(version="0.1.7")], self.reviews, TAXONOMY)) == 1
        for strange in (label(version="0.2.0"), label(kind="T009"), label(kind="T009", version="0.0.9")):
            with pytest.raises(ReviewmineError, match="labels migrate"):
                as_rows([strange], self.reviews, TAXONOMY)

    def test_a_label_of_another_file_is_not_dropped_in_silence(self):
        with pytest.raises(ReviewmineError, match=r"labels of 1 reviews that are not there, first 'r9'"):
            as_rows([label(review="r9")], self.reviews, TAXONOMY)

    def test_the_name_of_a_taxonomy(self):
        assert name_of(TAXONOMY) == "shop 0.1.0"
