"""The command line as a person meets it: one line on bad input, exit codes, closing lines."""

import gzip
import json
import subprocess
import sys

import pytest

from reviewmine.cli import main

COMMANDS = [
    "read",
    "statements",
    "explain",
    "discover",
    "taxonomy",
    "train",
    "run",
    "evaluate",
    "verify",
    "sign",
    "serve",
    "route",
    "score",
    "insights",
    "report",
    "digest",
]


@pytest.fixture
def refused(cli):
    """Run a command that must be refused; return its one line."""

    def call(*args: object) -> str:
        code, out, err = cli(*args)
        assert (code, out) == (2, "")
        assert err.startswith("reviewmine: ")
        assert err.count("\n") == 1
        return err

    return call


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(cli, command):
    code, out, _ = cli(command, "--help")
    assert code == 0
    assert "Usage" in out


def test_help_names_every_command(cli):
    _, out, _ = cli("--help")
    assert [command for command in COMMANDS if command not in out] == []


def test_the_installed_command_runs():
    done = subprocess.run(
        [sys.executable, "-m", "reviewmine.cli", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == __import__("reviewmine").__version__


class TestBadInput:
    def test_missing_file(self, refused, tmp_path):
        assert "no such file, expected a file of reviews" in refused(
            "read", tmp_path / "no.csv", "-o", tmp_path / "out.csv"
        )

    def test_empty_file(self, refused, tmp_path):
        (tmp_path / "empty.csv").touch()
        assert "empty.csv: the file is empty" in refused("read", tmp_path / "empty.csv", "-o", tmp_path / "out.csv")

    @pytest.mark.parametrize("name", ["broken.xlsx", "broken.parquet", "broken.db", "broken.csv.gz"])
    def test_unreadable_file(self, refused, tmp_path, name):
        (tmp_path / name).write_bytes(b"\x00\x01 this is none of them \xff" * 40)
        line = refused(
            "read", f"{tmp_path / name}::t" if name.endswith("db") else tmp_path / name, "-o", tmp_path / "o.csv"
        )
        assert "not readable" in line
        assert "export it in another format" in line

    def test_truncated_gzip(self, refused, tmp_path):
        packed = gzip.compress("id,text\n1,Долго везли\n".encode() * 500)
        (tmp_path / "cut.csv.gz").write_bytes(packed[: len(packed) // 2])
        line = refused("read", tmp_path / "cut.csv.gz", "-o", tmp_path / "out.csv")
        assert "cut.csv.gz: no reviews (the file ends early" in line

    def test_what_stands_before_a_break_is_kept(self, cli, tmp_path):
        rows = "".join(f"{i},Долго везли заказ {i * 7919 % 10007}\n" for i in range(20_000))
        packed = gzip.compress(f"id,text\n{rows}".encode())
        (tmp_path / "cut.csv.gz").write_bytes(packed[: len(packed) // 2])
        code, out, _ = cli("read", tmp_path / "cut.csv.gz", "-o", tmp_path / "out.csv")
        assert code == 0
        assert "kept in" in out
        assert "+ 1 rejected" in out
        assert "the file ends early" in (tmp_path / "out.rejects.csv").read_text(encoding="utf-8")

    def test_no_text_column(self, refused, tmp_path):
        (tmp_path / "t.csv").write_text("артикул,цена\n1,2\n", encoding="utf-8")
        line = refused("read", tmp_path / "t.csv", "-o", tmp_path / "out.csv")
        assert "no text column among: артикул, цена" in line
        assert "name it with --map" in line

    def test_unknown_key_in_an_experiment(self, refused, workspace):
        text = (workspace / "experiments/demo.yaml").read_text(encoding="utf-8")
        (workspace / "x.yaml").write_text(text.replace("shortlist: 3", "shortlst: 3"), encoding="utf-8")
        line = refused("train", "x.yaml")
        assert "x.yaml, policy: unknown key 'shortlst', expected one of costs, coverage," in line
        assert "shortlist, target_precision; fix the spelling" in line

    def test_experiment_that_is_no_yaml(self, refused, tmp_path):
        (tmp_path / "x.yaml").write_text("name: [", encoding="utf-8")
        assert "x.yaml: not readable as YAML" in refused("train", tmp_path / "x.yaml")

    def test_variable_that_is_not_set(self, refused, tmp_path):
        (tmp_path / "x.yaml").write_text("name: x\ndata: {labelled: '${NOT_SET_ANYWHERE}/a.csv'}", encoding="utf-8")
        assert "${NOT_SET_ANYWHERE} is not set; export NOT_SET_ANYWHERE=" in refused("train", tmp_path / "x.yaml")

    def test_wrong_set(self, refused, workspace):
        assert "--set 'seed', expected key=value" in refused("train", "experiments/demo.yaml", "--set", "seed")

    def test_no_bundle(self, refused, tmp_path):
        assert "no such folder, expected a bundle; run `reviewmine train` first" in refused("verify", tmp_path / "b")

    def test_map_that_names_no_column(self, refused, tmp_path):
        (tmp_path / "t.csv").write_text("id,x\n1,Долго везли\n", encoding="utf-8")
        (tmp_path / "map.yaml").write_text("text: y", encoding="utf-8")
        line = refused("read", tmp_path / "t.csv", "-o", tmp_path / "o.csv", "--map", tmp_path / "map.yaml")
        assert "no column 'y', expected one of id, x; fix the map" in line

    def test_debug_shows_the_trace(self, monkeypatch, tmp_path):
        from reviewmine.errors import ReviewmineError

        monkeypatch.setattr(sys, "argv", ["reviewmine", "--debug", "verify", str(tmp_path / "b")])
        with pytest.raises(ReviewmineError):
            main()


def test_read_says_what_it_took_for_what(cli, tmp_path):
    lines = ["Ид;Достоинства;Недостатки;Оценка", "7;цена;шнур короткий;4", "8;;;5", "9;цена;ещё;шнур;лишнее"]
    (tmp_path / "export.csv").write_text("\n".join(lines), encoding="cp1251")
    code, out, _ = cli(
        "read", tmp_path / "export.csv", "-o", tmp_path / "reviews.jsonl", "--rejects", tmp_path / "no.csv"
    )
    assert code == 0
    assert "id <- Ид, pros <- Достоинства, cons <- Недостатки, rating <- Оценка" in out
    assert "read: 3 rows = 1 kept in" in out
    assert "2 rejected in" in out
    (kept,) = [json.loads(line) for line in (tmp_path / "reviews.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (kept["id"], kept["cons"], kept["rating"]) == ("7", "шнур короткий", 4.0)
    rejects = (tmp_path / "no.csv").read_text(encoding="utf-8")
    assert "export.csv,3,no text in it" in rejects
    assert "export.csv,4,5 cells under 4 columns" in rejects


def test_formulas_are_neutralised_in_csv(cli, tmp_path):
    (tmp_path / "t.csv").write_text("id,text\n=1+1,=HYPERLINK(1) Долго везли\n", encoding="utf-8")
    cli("read", tmp_path / "t.csv", "-o", tmp_path / "out.csv")
    assert "'=1+1" in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_taxonomy_check(cli, workspace):
    code, out, _ = cli("taxonomy", "check", "data/taxonomies/marketplace-ru.yaml")
    assert (code, "0 errors, 0 warnings" in out) == (0, True)
    text = (workspace / "data/taxonomies/marketplace-ru.yaml").read_text(encoding="utf-8")
    (workspace / "t.yaml").write_text(text.replace("-> delivery-slow", "-> delivery-snail"), encoding="utf-8")
    code, out, _ = cli("taxonomy", "check", "t.yaml")
    assert code == 1
    assert "error: delivery-late: exclude points at 'delivery-snail', which is no type" in out


class TestTaxonomy:
    """The life of a taxonomy file from a terminal: operations, difference, redraft, history."""

    FILE = "data/taxonomies/marketplace-ru.yaml"
    OPERATIONS = """
- {op: rename, type: delivery-late, code: delivery-overdue, reason: единый вид}
- {op: split, type: delivery-slow, into: [{code: slow-near, title: Долго по городу}, {code: slow-far, title: Долго издалека}]}
"""

    @pytest.fixture
    def applied(self, cli, workspace):
        (workspace / "ops.yaml").write_text(self.OPERATIONS, encoding="utf-8")
        code, out, err = cli("taxonomy", "apply", self.FILE, "ops.yaml", "-o", "new.yaml")
        assert code == 0, err
        assert "rename T001 delivery-late" in out
        assert out.rstrip().endswith("types in use in new.yaml")
        return workspace

    def test_apply_and_diff_lead_to_the_same_file(self, cli, applied):
        code, out, _ = cli("taxonomy", "diff", self.FILE, "new.yaml", "-o", "again.yaml")
        assert code == 0
        assert "Переименован «Опоздание доставки» (delivery-late): теперь delivery-overdue" in out
        assert "2 operations in again.yaml" in out
        assert cli("taxonomy", "apply", self.FILE, "again.yaml", "-o", "twice.yaml")[0] == 0
        code, out, _ = cli("taxonomy", "diff", "new.yaml", "twice.yaml")
        assert (code, out.splitlines()[:-1]) == (0, [])
        _, out, _ = cli("taxonomy", "diff", self.FILE, "new.yaml", "--json")
        assert [one["op"] for one in json.loads(out)["operations"]] == ["split", "rename"]
        _, out, _ = cli("taxonomy", "diff", self.FILE, "new.yaml", "--language", "en")
        assert "Split «Долгая доставка» (delivery-slow)" in out

    def test_an_operation_that_does_not_fit_writes_nothing(self, refused, workspace):
        (workspace / "ops.yaml").write_text("- {op: deprecate, type: nothing}", encoding="utf-8")
        line = refused("taxonomy", "apply", self.FILE, "ops.yaml", "-o", "new.yaml")
        assert "operation 1 (deprecate): no type 'nothing'" in line
        assert not (workspace / "new.yaml").exists()

    def test_merge_over_the_file_itself(self, cli, workspace):
        types = (
            "types: [{id: D001, code: topic-01, title: Скрипит дверца, patterns: [скрипеть, дверца], status: draft}]"
        )
        (workspace / "draft.yaml").write_text(f"taxonomy: d\n{types}\n", encoding="utf-8")
        row = {"topic": "topic-01", "review_id": "r1", "text": "дверца скрипит"}
        (workspace / "evidence.jsonl").write_text(json.dumps(row), encoding="utf-8")
        code, out, err = cli("taxonomy", "merge", self.FILE, "draft.yaml", "-o", self.FILE)
        assert code == 0, err
        assert "1 types of draft.yaml: 1 new, 0 known, 0 declined before" in out
        assert "evidence: {n: 1, reviews: [r1], examples: [дверца скрипит]}" in (workspace / self.FILE).read_text(
            "utf-8"
        )
        _, out, _ = cli("taxonomy", "merge", self.FILE, "draft.yaml", "-o", self.FILE)
        assert "known: Скрипит дверца is draft-" in out

    @pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
    def test_crosswalk_there_and_back(self, cli, applied, ending):
        rows = "id,types\n1,delivery-late\n2,delivery-slow|delivery-late\n3,delivery-slow\n"
        (applied / "rows.csv").write_text(rows, encoding="utf-8")
        there, back = f"there.{ending}", f"back.{ending}"
        code, out, err = cli("taxonomy", "crosswalk", self.FILE, "new.yaml", "rows.csv", "-o", there)
        assert code == 0, err
        assert "split delivery-slow: slow-near 1 (" in out
        summary = json.loads((applied / f"{there}.crosswalk.json").read_text(encoding="utf-8"))
        assert summary["after"] == {"delivery-overdue": 2, "slow-far": 1, "slow-near": 1}
        assert cli("taxonomy", "crosswalk", "new.yaml", self.FILE, there, "-o", back)[0] == 0
        summary = json.loads((applied / f"{back}.crosswalk.json").read_text(encoding="utf-8"))
        assert summary["after"] == {"delivery-late": 2, "delivery-slow": 2}

    def test_crosswalk_of_an_earlier_version_by_lineage(self, cli, refused, applied):
        from reviewmine.taxonomy.model import load_taxonomy

        (applied / "rows.csv").write_text("id,type\n1,delivery-late\n", encoding="utf-8")
        was = load_taxonomy(applied / self.FILE).version
        call = ("taxonomy", "crosswalk", "new.yaml", "new.yaml", "rows.csv", "-o", "out.csv", "--from-version")
        code, out, err = cli(*call, was)
        assert code == 0, err
        assert f"1 reviews, {was} -> " in out
        assert "delivery-overdue" in (applied / "out.csv").read_text(encoding="utf-8")
        assert "version '99.0.0'" in refused(*call, "99.0.0")


class TestNothingIsOverwritten:
    def test_an_output_that_is_an_input_is_refused(self, refused, tmp_path):
        path = tmp_path / "reviews.csv"
        path.write_text("id,text\n1,Долго везли\n", encoding="utf-8")
        for command in ("read", "statements"):
            assert "the output is also an input; write to another file with -o" in refused(command, path, "-o", path)
        assert path.read_text(encoding="utf-8") == "id,text\n1,Долго везли\n"

    def test_rejects_do_not_overwrite_the_reviews(self, refused, tmp_path):
        (tmp_path / "a.csv").write_text("id,text\n1,Долго везли\n", encoding="utf-8")
        out = tmp_path / "out.csv"
        assert "two outputs are one file" in refused("read", tmp_path / "a.csv", "-o", out, "--rejects", out)
        assert "two outputs are one file" in refused("read", tmp_path / "a.csv", "-o", out, "--profile", out)

    def test_an_output_in_the_folder_of_sources(self, cli, refused, tmp_path):
        (tmp_path / "in").mkdir()
        (tmp_path / "in/jan.csv").write_text("id,text\n1,Шумит\n", encoding="utf-8")
        assert "the output is also an input" in refused("read", tmp_path / "in", "-o", tmp_path / "in/jan.csv")
        assert cli("read", tmp_path / "in", "-o", tmp_path / "in/out.parquet")[0] == 0
        _, out, _ = cli("read", tmp_path / "in", "-o", tmp_path / "in/out.parquet")
        assert "read: 1 rows = 1 kept" in out
        assert "out.parquet: left out, reviewmine wrote it" in out


def test_a_crash_does_not_look_like_a_failed_gate(refused, tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,Долго везли\n", encoding="utf-8")
    assert "check the path" in refused("read", tmp_path / "a.csv", "-o", tmp_path / "a.csv" / "out.csv")


def test_commands_that_read_on_the_way_say_what_was_rejected(cli, tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,Долго везли\n2,\n", encoding="utf-8")
    _, out, _ = cli("statements", tmp_path / "a.csv", "-o", tmp_path / "s.csv")
    assert "1 of 2 rows rejected, the first" in out
    assert "row 3: no text in it; `reviewmine read` lists them" in out


class TestMasks:
    SAID = (
        "курьер {} опоздал",
        "деньги не вернули, виновата {}",
        "коробка мятая, привёз {}",
        "оператор {} бросил трубку",
    )
    NAMES = ("Алексей", "Марина", "Тимур", "Ольга Петровна", "Руслан", "Жанна", "Степан")

    @pytest.fixture
    def reviews(self, workspace):
        """Complaints that name people and phones, and an experiment that reads them."""
        texts = [
            f"{said.format(name)}, тел. 8 900 000-12-{n:02}" for n, name in enumerate(self.NAMES) for said in self.SAID
        ]
        rows = [f'{n},"{text}",1' for n, text in enumerate(texts)]
        (workspace / "a.csv").write_text("\n".join(["id,cons,rating", *rows]), encoding="utf-8")
        experiment = "name: private\nrecord: false\ndata: {unlabelled: a.csv}\ndiscover: {types: 4}\n"
        (workspace / "x.yaml").write_text(experiment, encoding="utf-8")
        return workspace

    def told(self, path):
        text = path.read_text(encoding="utf-8")
        return "000-12-" in text, any(name in text for name in self.NAMES)

    def test_personal_data_is_masked_unless_asked(self, cli, reviews):
        code, out, err = cli("run", "x.yaml")
        assert (code, "not masked" in out) == (0, False), err
        run = reviews / "experiments/runs/private"
        shown = [run / "topics/evidence.jsonl", run / "insights/insights.json", run / "report.html"]
        assert [self.told(path) for path in shown] == [(False, False)] * 3
        code, out, err = cli("run", "x.yaml", "--no-mask")
        assert code == 0, err
        assert out.count("personal data is not masked in ") == 4
        assert [self.told(path) for path in shown] == [(True, True)] * 3
        always = [run / "topics/draft.yaml", run / "insights/discovery.json"]
        assert [self.told(path) for path in always] == [(False, False)] * 2

    def test_discover_takes_the_switch_and_the_experiment(self, cli, reviews):
        for name, options in (("asked", ["--no-mask"]), ("set", ["--config", "y.yaml"])):
            (reviews / "y.yaml").write_text(
                (reviews / "x.yaml").read_text(encoding="utf-8") + "mask: false\n", encoding="utf-8"
            )
            code, out, err = cli("discover", "a.csv", "-o", name, *options)
            assert code == 0, err
            assert f"personal data is not masked in {name}/evidence.jsonl: keep it where" in out
            assert self.told(reviews / name / "evidence.jsonl") == (True, True)
        code, out, _ = cli("discover", "a.csv", "-o", "plain")
        assert (code, "not masked" in out) == (0, False)
        assert self.told(reviews / "plain/evidence.jsonl") == (False, False)

    def test_insights_takes_the_switch(self, cli, reviews, demo_bundle):
        assert cli("score", demo_bundle, "a.csv", "-o", "scored.csv")[0] == 0
        code, out, err = cli("insights", "scored.csv", "-o", "masked")
        assert (code, "not masked" in out) == (0, False), err
        assert self.told(reviews / "masked/insights.json") == (False, False)
        code, out, _ = cli("digest", "masked", "-o", "letters", "--language", "en")
        assert (code, "owners in letters, begin with letters/index.html" in out) == (0, True)
        code, out, err = cli("insights", "scored.csv", "-o", "part", "--where", "id=почта")
        assert code == 2
        assert "no review has 'почта' in the column 'id', expected 0, 1, " in err
        code, out, _ = cli("insights", "scored.csv", "-o", "raw", "--no-mask")
        assert code == 0
        assert "personal data is not masked in raw/insights.json: keep it where the reviews themselves may lie" in out
        assert self.told(reviews / "raw/insights.json") == (True, True)


def test_explain_shows_how_a_review_is_cut(cli, refused):
    code, out, _ = cli("explain", "Тихий. Минусы: их нет")
    assert code == 0
    assert [line.split() for line in out.splitlines()[:-1]] == [
        ["0–6", "text", "begins", "Тихий."],
        ["15–21", "cons", "marker:colon", "says", "nothing:", "none", "их", "нет"],
    ]
    assert out.endswith("explain: 2 statements, 1 null answers\n")
    assert "--part 'neg', expected one of title, pros" in refused("explain", "Тихий", "--part", "neg")


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_read_profiles_whatever_the_format_of_the_output(cli, tmp_path, ending):
    (tmp_path / "a.csv").write_text("id,text,date\n1,Шнур короткий,вчера\n2,нет,2026-04-02\n", encoding="utf-8")
    page = tmp_path / "profile.html"
    code, out, _ = cli(
        "read", tmp_path / "a.csv", "-o", tmp_path / f"o.{ending}", "--profile", page, "--as-of", "2026-05-01"
    )
    assert code == 0
    assert f"profile: {page}" in out
    text = page.read_text(encoding="utf-8")
    assert "Что сделать сначала" in text
    assert "<script" not in text
    assert "2026-04-30" in (tmp_path / f"o.{ending}").read_text(encoding="utf-8") if ending != "parquet" else True


def test_a_date_that_is_none_is_refused(refused, tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,Шумит\n", encoding="utf-8")
    assert "--as-of" in refused("read", tmp_path / "a.csv", "-o", tmp_path / "o.csv", "--as-of", "вчера")


def test_a_command_that_is_ended_cleans_up(tmp_path):
    import signal
    import time

    lines = "".join(f"{i},Долго везли заказ номер {i}\n" for i in range(400_000))
    (tmp_path / "a.csv").write_text(f"id,text\n{lines}", encoding="utf-8")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "reviewmine.cli", "read", tmp_path / "a.csv", "-o", out / "r.parquet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for _ in range(600):
            if out.is_dir() and any(out.iterdir()):
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143
    assert list(out.iterdir()) == []


def test_discover_keeps_vectors_and_merges_into_an_edited_draft(cli, workspace):
    import shutil

    import pandas as pd

    sample = "few.csv"
    pd.read_csv("data/sample/reviews.csv", dtype=str, nrows=150).to_csv(sample, index=False)
    code, out, err = cli("discover", sample, "-o", "found")
    assert (code, "edited by hand" in out) == (0, False), err
    kept = sorted((workspace / "found/vectors").iterdir())
    assert [path.name.partition("-")[0] for path in kept] == ["domain"]
    topics = (workspace / "found/assignments.csv").read_bytes()
    draft = workspace / "found/draft.yaml"
    text = draft.read_text(encoding="utf-8").replace("title:", "title:  ", 1) + "# моё\n"
    draft.write_text(text, encoding="utf-8")
    code, out, err = cli("discover", sample, "-o", "found")
    assert code == 0, err
    assert "found/draft.yaml was edited by hand and is kept: 0 new types added to it as drafts, " in out
    assert draft.read_text(encoding="utf-8") == text
    assert sorted((workspace / "found/vectors").iterdir()) == kept
    assert (workspace / "found/assignments.csv").read_bytes() == topics
    shutil.rmtree(workspace / "found/vectors")
    draft.write_text("types: [\n", encoding="utf-8")
    code, out, err = cli("discover", sample, "-o", "found", "--no-cache")
    assert (code, "found/draft.yaml: not readable as YAML" in err, "kept in found/draft.new.yaml" in err) == (
        2,
        True,
        True,
    )
    assert not (workspace / "found/vectors").exists()
