"""Files to scored files: nothing lost, the order of the input, the same bytes however it was done."""

import json
from pathlib import Path

import pandas as pd
import pytest

from engines.conftest import write_reviews
from reviewmine import workflow
from reviewmine.corpus import stream
from reviewmine.corpus.read import read_reviews
from reviewmine.engines import chunks, job, journal, noted
from reviewmine.engines.local import score_reviews
from reviewmine.engines.pool import score_here_or_apart
from reviewmine.errors import BundleError, ReviewmineError
from reviewmine.files import read_table, write_table
from reviewmine.router import Router, bundle_sha256

N = 300


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(stream, "BATCH", 40)


def run(bundle_path, sources, out, **options):
    said = []
    done = workflow.score_files(bundle_path, list(map(str, sources)), out, say=said.append, **{"workers": 1} | options)
    return done, said


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("probabilities", [False, True])
def test_the_file_is_what_scoring_in_memory_gives(bundle_path, router, tmp_path, ending, probabilities):
    source = write_reviews(tmp_path / "a.csv", N)
    out, whole = tmp_path / f"out{ending}", tmp_path / f"whole{ending}"
    done, said = run(bundle_path, [source], out, probabilities=probabilities)
    reading = read_reviews(source)
    write_table(whole, score_reviews(router, reading.reviews, probabilities))
    if ending == ".parquet":
        pd.testing.assert_frame_equal(read_table(out), read_table(whole))
    else:
        assert out.read_bytes() == whole.read_bytes()
    assert (done.n_read, done.n_scored, done.n_failed) == (N, len(reading.reviews), 0)
    assert (done.n_rejected, done.n_read) == (len(reading.rejects), reading.n_read)
    assert said[-1].startswith(f"score: {N} rows = {done.n_scored} scored in {out} (")
    assert said[-1].endswith(f") + 0 failed + {done.n_rejected} rejected in {out}.failed.csv")
    assert sorted(path.name for path in tmp_path.glob("*out*")) == [
        f"out{ending}",
        f"out{ending}.failed.csv",
        f"out{ending}.manifest.json",
    ]
    assert not list(tmp_path.glob(".*")), "what was worked on is gone"


def test_processes_change_nothing(bundle_path, tmp_path):
    source = write_reviews(tmp_path / "a.csv", N)
    run(bundle_path, [source], tmp_path / "one.csv")
    run(bundle_path, [source], tmp_path / "two.csv", workers=2)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_what_has_no_answer_is_listed_with_file_row_and_reason(bundle_path, tmp_path, monkeypatch):
    source = write_reviews(tmp_path / "a.csv", N)
    score = Router.score

    def stumble(router, rows):
        if any("«ёж»" in str(row.get("text")) for row in rows):
            raise MemoryError("ёж")
        return score(router, rows)

    monkeypatch.setattr(Router, "score", stumble)
    out = tmp_path / "out.csv"
    done, said = run(bundle_path, [source], out)
    reading = read_reviews(source)
    bad = reading.reviews[reading.reviews["text"].str.contains("«ёж»")]
    listed = read_table(tmp_path / "out.csv.failed.csv")
    assert list(listed.columns) == ["file", "row", "reason", "id"]
    failed = listed[listed["id"] != ""]
    assert 0 < len(bad) == done.n_failed == len(failed)
    assert failed["id"].tolist() == bad["id"].tolist()
    assert set(failed["reason"]) == {"MemoryError: ёж"}
    lines = source.read_text(encoding="utf-8").split("\n")
    assert [lines[int(row) - 1].split(",")[0] for row in failed["row"]] == bad["id"].tolist()
    assert listed[listed["id"] == ""][["file", "row"]].astype(str).to_numpy().tolist() == (
        reading.rejects[["file", "row"]].astype(str).to_numpy().tolist()
    )
    assert read_table(out)["id"].tolist() == reading.reviews["id"].drop(bad.index).tolist()
    assert f" + {len(bad)} failed + " in said[-1]
    monkeypatch.setattr(Router, "score", score)
    (tmp_path / "b.csv").write_text("id,text\n1,Курьер опоздал\n", encoding="utf-8")
    run(bundle_path, [tmp_path / "b.csv"], out)
    assert not (tmp_path / "out.csv.failed.csv").exists(), "a list of an earlier run is not left beside this one"


def test_a_folder_gets_a_part_for_each_table(bundle_path, tmp_path):
    folder = tmp_path / "in"
    (folder / "б").mkdir(parents=True)
    sources = [write_reviews(folder / "a b.csv", 90, 1), write_reviews(folder / "б/март.csv", 50, 2)]
    out = tmp_path / "parts"
    done, _ = run(bundle_path, [folder], out)
    names = ["part-00000-a-b.parquet", "part-00001-март.parquet"]
    assert sorted(path.name for path in out.iterdir()) == names == [part["name"] for part in done.parts]
    run(bundle_path, sources, tmp_path / "whole.parquet")
    parts = [read_table(out / name) for name in names]
    assert [len(part) for part in parts] == [part["rows"] for part in done.parts]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), read_table(tmp_path / "whole.parquet"))
    run(bundle_path, sources[:1], out)
    assert [path.name for path in out.iterdir()] == names[:1], "no part of an earlier run is left"


def test_an_output_that_would_take_something_away_is_refused(bundle_path, tmp_path):
    source = write_reviews(tmp_path / "a.csv", 20)
    for out, words in (
        (tmp_path / "a.csv", "the output is also an input"),
        (tmp_path / "a.xlsx", "the ending .xlsx"),
        (tmp_path, "the folder holds a.csv"),
    ):
        with pytest.raises(ReviewmineError, match=words):
            run(bundle_path, [source], out)
    parts = tmp_path / "parts"
    run(bundle_path, [source], parts)
    part = parts / "part-00000-a.parquet"
    with pytest.raises(ReviewmineError, match="the output is also an input"):
        run(bundle_path, [part], parts)
    assert part.is_file()


def test_a_failure_of_reading_leaves_nothing(bundle_path, tmp_path):
    (tmp_path / "a.csv").write_text("id,rating\n1,5\n", encoding="utf-8")
    with pytest.raises(ReviewmineError, match="no text column"):
        run(bundle_path, [tmp_path / "a.csv"], tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_bundle_that_is_changed_meanwhile_is_refused(bundle_path, tmp_path):
    (tmp_path / "a").mkdir()
    task = chunks.Job(str(bundle_path), "0" * 64, str(tmp_path / "a"), ".csv")
    source = write_reviews(tmp_path / "a.csv", 100)
    with stream.open_reviews(source, spill=tmp_path) as found:
        parts = list(enumerate(found.parts()))
        for workers in (1, 2):
            with pytest.raises(BundleError, match=r"expected 000000000000…, which the scoring began with"):
                list(score_here_or_apart(task, parts, workers))


class Interrupted(Exception):
    """The end of a run, in the middle."""


def interrupt(monkeypatch, after):
    """Make scoring end after some chunks are noted."""
    note = journal.note

    def noting(folder, done):
        note(folder, done)
        if done.index >= after:
            raise Interrupted

    monkeypatch.setattr(journal, "note", noting)
    return lambda: monkeypatch.setattr(journal, "note", note)


class TestResume:
    @pytest.fixture
    def begun(self, bundle_path, tmp_path, monkeypatch):
        """A source, an output, and an ended run between them of which four chunks are finished."""
        source, out = write_reviews(tmp_path / "a.csv", N), tmp_path / "out.csv"
        run(bundle_path, [source], tmp_path / "whole.csv")
        again = interrupt(monkeypatch, 3)
        with pytest.raises(Interrupted):
            run(bundle_path, [source], out)
        again()
        assert not out.exists()
        return source, out, tmp_path / ".out.csv.scoring"

    def counted(self, monkeypatch):
        made = []
        score_part = job.score_here_or_apart
        monkeypatch.setattr(
            job, "score_here_or_apart", lambda task, parts, n: (made.extend(parts), score_part(task, parts, n))[1]
        )
        return made

    def test_it_keeps_what_is_finished(self, bundle_path, begun, monkeypatch):
        source, out, folder = begun
        made = self.counted(monkeypatch)
        done, said = run(bundle_path, [source], out, resume=True)
        assert out.read_bytes() == out.with_name("whole.csv").read_bytes()
        assert [index for index, _ in made] == [4, 5, 6, 7]
        assert "4 chunks of an earlier run are kept" in said
        assert done.n_scored + done.n_rejected == N
        assert not folder.exists()

    def test_without_the_option_it_begins_anew(self, bundle_path, begun, monkeypatch):
        source, out, _ = begun
        made = self.counted(monkeypatch)
        run(bundle_path, [source], out)
        assert len(made) == 8
        assert out.read_bytes() == out.with_name("whole.csv").read_bytes()

    def test_damaged_fragments_and_lines_are_scored_again(self, bundle_path, begun, monkeypatch):
        source, out, folder = begun
        (folder / "chunk-000001.csv").write_bytes((folder / "chunk-000001.csv").read_bytes()[:-1])
        lines = (folder / journal.LINES).read_text(encoding="utf-8")
        (folder / journal.LINES).write_text(lines[: lines.rindex('"sha256"')] + "\n[]\n{}\n", encoding="utf-8")
        made = self.counted(monkeypatch)
        run(bundle_path, [source], out, resume=True)
        assert [index for index, _ in made] == [1, 3, 4, 5, 6, 7]
        assert out.read_bytes() == out.with_name("whole.csv").read_bytes()

    def test_other_things_are_refused_and_named(self, bundle_path, begun, tmp_path):
        source, out, folder = begun
        with pytest.raises(ReviewmineError, match=r"probabilities was false, now true; restore it, or score without"):
            run(bundle_path, [source], out, resume=True, probabilities=True)
        with pytest.raises(ReviewmineError, match='as_of was null, now "2026-05-01'):
            run(bundle_path, [source], out, resume=True, as_of="2026-05-01")
        text = source.read_text(encoding="utf-8")
        source.write_text(text.replace("курьер", "Курьер", 1), encoding="utf-8")
        with pytest.raises(ReviewmineError, match=rf"{source} is not the same file"):
            run(bundle_path, [source], out, resume=True)
        source.write_text(text, encoding="utf-8")
        plan = json.loads((folder / journal.PLAN).read_text(encoding="utf-8"))
        (folder / journal.PLAN).write_text(json.dumps(plan | {"bundle_sha256": "f" * 64}), encoding="utf-8")
        with pytest.raises(ReviewmineError, match='bundle_sha256 was "ffff'):
            run(bundle_path, [source], out, resume=True)
        (folder / journal.PLAN).write_text(json.dumps(plan), encoding="utf-8")
        run(bundle_path, [source], out, resume=True)
        assert out.read_bytes() == out.with_name("whole.csv").read_bytes()

    def test_with_nothing_to_resume_it_begins(self, bundle_path, tmp_path):
        done, _ = run(bundle_path, [write_reviews(tmp_path / "a.csv", 60)], tmp_path / "o.csv", resume=True)
        assert (done.n_read, done.n_kept_chunks) == (60, 0)

    def test_two_at_once_are_refused(self, bundle_path, begun):
        source, out, folder = begun
        pytest.importorskip("fcntl")
        with journal.held(folder), pytest.raises(ReviewmineError, match="another process is scoring into this output"):
            run(bundle_path, [source], out, resume=True)


def test_the_note_holds_counts_parts_and_paths_that_may_be_moved(bundle_path, tmp_path, monkeypatch):
    (tmp_path / "work/out").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    write_reviews(Path("a.csv"), N)
    Path("bundle").symlink_to(bundle_path)
    done, _ = run(Path("bundle"), ["a.csv"], Path("out/scored.csv"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work").rename(tmp_path / "moved")
    scored = Path("moved/out/scored.csv")
    note = json.loads((tmp_path / "moved/out/scored.csv.manifest.json").read_text(encoding="utf-8"))
    assert note["bundle_sha256"] == bundle_sha256(bundle_path)
    assert {name: note["counts"][name] for name in ("read", "scored", "failed", "rejected")} == {
        "read": N,
        "scored": done.n_scored,
        "failed": 0,
        "rejected": done.n_rejected,
    }
    assert sum(note["counts"]["actions"].values()) == done.n_scored == note["parts"][0]["rows"]
    assert note["parts"][0]["sha256"] == job.sha256_of(scored)
    assert note["engine"] == "local"
    found = noted.noted_sources(scored)
    assert (found.sources, found.bundle) == (("moved/a.csv",), Path("moved/bundle"))
    assert noted.noted_sources(Path("moved/a.csv")) == noted.Noted()


def test_progress_is_told_of_scoring(bundle_path, tmp_path):
    told = []
    run(
        bundle_path,
        [write_reviews(tmp_path / "a.csv", N)],
        tmp_path / "o.csv",
        progress=lambda *step: told.append(step),
    )
    scoring = [step for step in told if step[0] == "scoring"]
    assert len(scoring) == 8
    assert [share for _, share, _ in scoring] == sorted(share for _, share, _ in scoring)
    assert scoring[-1][1] == 1.0
    assert told[0][0].endswith("a.csv")
