"""The Spark engine, on a real Spark in local mode: the same rows in the same order as the local engine."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest

from engines.conftest import write_reviews
from reviewmine.errors import ReviewmineError

SIZE = 100
SCORE = f"""
import sys
from pathlib import Path
from reviewmine.corpus import stream
stream.BATCH = {SIZE}
from reviewmine import workflow
from reviewmine.engines import spark
spark.WAVE = 5
if __name__ == "__main__":
    bundle, source, out, engine = sys.argv[1:]
    workflow.score_files(Path(bundle), [source], Path(out), engine=engine, workers=2, probabilities=True, say=print)
"""


@pytest.mark.long
@pytest.mark.skipif(
    not (shutil.which("java") and find_spec("pyspark")), reason="Spark needs Java and pyspark: make test-long has them"
)
def test_the_same_rows_as_the_local_engine(bundle_path, tmp_path):
    script = tmp_path / "score.py"
    script.write_text(SCORE, encoding="utf-8")
    source = write_reviews(tmp_path / "a.csv", 1200)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK", "PYSPARK"))}
    for engine in ("local", "spark"):
        out = tmp_path / f"{engine}.csv"
        done = subprocess.run(
            [sys.executable, script, bundle_path, source, out, engine], env=clean, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "spark.csv").read_bytes() == (tmp_path / "local.csv").read_bytes()
    assert (tmp_path / "spark.csv.failed.csv").read_bytes() == (tmp_path / "local.csv.failed.csv").read_bytes()
    notes = [
        json.loads((tmp_path / f"{engine}.csv.manifest.json").read_text(encoding="utf-8"))
        for engine in ("local", "spark")
    ]
    assert notes[0]["counts"] == notes[1]["counts"]
    assert "pyspark" in notes[1]["versions"]


def test_a_batch_on_an_executor_keeps_place_and_failures(router):
    pa = pytest.importorskip("pyarrow")
    from engines.test_columns import Stumbling
    from reviewmine.engines.columns import column_names
    from reviewmine.engines.spark import _answers, _looked_at

    names = _looked_at(router.bundle.spec)
    texts = ["курьер опоздал", "спасибо", "сломался"]
    cells = {f"c{place}": texts if name == "text" else [""] * 3 for place, name in enumerate(names)}
    batch = pa.RecordBatch.from_pydict({"chunk": [7] * 3, "row": [4, 5, 6], "id": ["a", "b", "c"]} | cells)
    rows = _answers(Stumbling(router), batch, with_probabilities=True).to_pylist()
    assert [(row["chunk"], row["row"], row["id"], row["type"]) for row in rows] == [
        (7, 4, "a", "delivery-late"),
        (7, 6, "c", "017"),
        (7, 5, "b", None),
    ]
    assert rows[2]["failed"] == "ValueError: слишком вежливо"
    assert list(rows[0])[3:] == list(column_names(True))


def test_without_pyspark_the_extra_is_named(bundle_path, tmp_path, monkeypatch):
    from reviewmine import workflow

    monkeypatch.setitem(sys.modules, "pyspark", None)
    source = write_reviews(tmp_path / "a.csv", 20)
    with pytest.raises(ReviewmineError, match=r'pip install "reviewmine\[spark\]"'):
        workflow.score_files(bundle_path, [str(source)], tmp_path / "o.csv", engine="spark")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]
