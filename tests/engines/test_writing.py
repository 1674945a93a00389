"""Fragments joined are the table that would have been written at once."""

import hashlib

import pandas as pd
import pytest

from reviewmine.corpus.formats.stored import is_ours
from reviewmine.engines.columns import SCORED_COLUMNS, column_names
from reviewmine.engines.writing import check_ending, fragment_name, join_fragments, write_fragment
from reviewmine.errors import ReviewmineError
from reviewmine.files import read_table, write_table

ROWS = [
    ("1", "complaint", "late", "late|broken", 0.9312, "auto", "logistics", "late:0.9312|broken:0.6000"),
    ("=1+1", "complaint", "+late", "+late", 0.5, "suggest", "-", "+late:0.5000"),
    ('с "кавычкой", запятой', "gratitude", "thanks", "thanks", 0.0, "human", "", ""),
    ("строка\nвторая", "question", "@", "@|\tx", 1.0, "human", "a\rb", "|"),
    ("", "noise", "017", "017", 0.0001, "human", "quality", "017:0.0001"),
]


def columns(rows):
    return {name: [row[place] for row in rows] for place, name in enumerate(SCORED_COLUMNS)}


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("cut", [[5], [2, 5], [1, 2, 3, 4, 5], [0, 5]])
def test_joined_fragments_are_the_table_written_at_once(tmp_path, ending, cut):
    fragments, start = [], 0
    for index, end in enumerate(cut):
        path = tmp_path / fragment_name(index, ending)
        sha256 = write_fragment(path, columns(ROWS[start:end]), ending)
        assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        fragments.append(path)
        start = end
    out, whole = tmp_path / f"out{ending}", tmp_path / f"whole{ending}"
    told = join_fragments(out, fragments, column_names(False), ending)
    assert told == hashlib.sha256(out.read_bytes()).hexdigest()
    frame = pd.DataFrame(columns(ROWS))
    write_table(whole, frame)
    if ending == ".parquet":
        assert is_ours(out)
        pd.testing.assert_frame_equal(read_table(out), frame)
    else:
        assert out.read_bytes() == whole.read_bytes()
    left = {path.name for path in tmp_path.iterdir()} - {out.name, whole.name}
    assert left == {path.name for path in fragments}


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv.gz", "a.txt"])
def test_another_ending_is_refused(tmp_path, name):
    with pytest.raises(ReviewmineError, match=r"expected \.csv, \.jsonl, \.parquet, or none for a folder"):
        check_ending(tmp_path / name)
