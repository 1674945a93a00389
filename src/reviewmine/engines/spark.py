"""The Spark engine: the same scorer inside ``mapInArrow``, the bundle shipped as a file, the same rows in the same order."""

import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from reviewmine.corpus.part import Part
from reviewmine.engines.batch import score_frame
from reviewmine.engines.chunks import Done, Job, load_router, write_chunk
from reviewmine.engines.columns import column_names
from reviewmine.errors import ReviewmineError, missing_extra
from reviewmine.router import Router
from reviewmine.router.features import TEXT_FIELDS, FeatureSpec, is_missing

WAVE = 64
"""Chunks that one Spark job scores; what a wave has written is kept when the driver is ended."""

_KEYS = ("chunk", "row")
_FAILED = "failed"


def score_on_spark(job: Job, parts: Sequence[tuple[int, Part]], workers: int) -> Iterator[Done]:
    """Yield the chunks as their wave is done. Runs on the session or master that is set, else on ``local[workers]``.

    Reviews and answers pass through Parquet files in the folder of the job: executors on other machines must see it, and
    have reviewmine and pyarrow installed. Raises ``ReviewmineError`` without pyspark.
    """
    with _session(workers) as spark:
        spec = job.router().bundle.spec
        folder = Path(job.folder).resolve()
        shipped = folder / f"bundle-{job.bundle_sha256[:16]}.zip"
        _pack(Path(job.bundle), shipped)
        spark.sparkContext.addFile(str(shipped))
        score = _scorer(shipped.name, job.bundle_sha256, job.with_probabilities)
        waiting = iter(parts)
        while wave := list(islice(waiting, WAVE)):
            yield from _wave(spark, job, spec, folder, wave, score)


def _wave(
    spark: Any, job: Job, spec: FeatureSpec, folder: Path, wave: Sequence[tuple[int, Part]], score: Callable[..., Any]
) -> Iterator[Done]:
    """Score some chunks in one Spark job and yield them in order."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    staged, scored = folder / "staged", folder / "scored"
    for path in (staged, scored):
        shutil.rmtree(path, ignore_errors=True)
    staged.mkdir()
    for index, part in wave:
        _stage(staged / f"chunk-{index:06}.parquet", index, part, spec)
    frame = spark.read.parquet(staged.as_uri())
    answers = frame.mapInArrow(score, _schema(job.with_probabilities))
    answers.write.partitionBy("chunk").parquet(scored.as_uri())
    for index, part in wave:
        files = sorted((scored / f"chunk={index}").glob("*.parquet"))
        rows = pd.concat([pq.ParquetFile(file).read().to_pandas() for file in files]).sort_values("row")
        if rows["row"].tolist() != list(range(part.n_rows)):
            raise RuntimeError(f"Spark gave {len(rows)} answers to the {part.n_rows} reviews of chunk {index}")
        good = rows[rows[_FAILED].isna()]
        columns = {name: good[name].tolist() for name in column_names(job.with_probabilities)}
        bad = rows[rows[_FAILED].notna()]
        numbers = part.row_numbers() if len(bad) else ()
        failed = [
            (int(numbers[row]), str(name), str(why))
            for row, name, why in zip(bad["row"], bad["id"], bad[_FAILED], strict=True)
        ]
        yield write_chunk(job, index, part.start, columns, failed)


def _stage(path: Path, index: int, part: Part, spec: FeatureSpec) -> None:
    """Write the reviews of a chunk for executors: where each stands, its id and, as text, what the router looks at."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    reviews = part.frame()
    rows: dict[str, Any] = {"chunk": pa.array([index] * len(reviews), pa.int32())}
    rows |= {"row": pa.array(range(len(reviews)), pa.int32()), "id": pa.array(reviews["id"].tolist(), pa.string())}
    for number, name in enumerate(_looked_at(spec)):
        cells = reviews[name].tolist() if name in reviews else [""] * len(reviews)
        # columns go by number: names that differ in case alone are one to Spark
        rows[f"c{number}"] = pa.array(["" if is_missing(cell) else str(cell) for cell in cells], pa.string())
    pq.write_table(pa.table(rows), path)


def _looked_at(spec: FeatureSpec) -> list[str]:
    """Return the columns of a review that the router looks at."""
    return list(dict.fromkeys([*TEXT_FIELDS, *spec.categorical, *spec.numeric]))


def _schema(with_probabilities: bool) -> str:
    """Return the columns that executors give back, as Spark writes a schema."""
    kinds = [f"{name} {'double' if name == 'probability' else 'string'}" for name in column_names(with_probabilities)]
    return ", ".join(["chunk int", "row int", f"{_FAILED} string", *kinds])


def _scorer(shipped: str, sha256: str, with_probabilities: bool) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return what executors run on their batches of staged reviews."""

    def score(batches: Iterator[Any]) -> Iterator[Any]:
        router = _shipped_router(shipped, sha256)
        for batch in batches:
            yield _answers(router, batch, with_probabilities)

    return score


def _answers(router: Router, batch: Any, with_probabilities: bool) -> Any:
    """Return the answers to an Arrow batch of staged reviews; those that fail have nothing but their id and the reason."""
    import pyarrow as pa  # noqa: PLC0415

    names = ["chunk", "row", "id", *_looked_at(router.bundle.spec)]
    staged = {name: batch.column(place).to_pylist() for place, name in enumerate(names)}
    scored = score_frame(router, pd.DataFrame(staged), with_probabilities)
    bad = list(scored.failed)
    order = [row for row in range(batch.num_rows) if row not in scored.failed] + bad
    gaps = [None] * len(bad)
    columns: dict[str, Any] = {
        "chunk": pa.array([staged["chunk"][row] for row in order], pa.int32()),
        "row": pa.array([staged["row"][row] for row in order], pa.int32()),
        _FAILED: pa.array([None] * (len(order) - len(bad)) + [scored.failed[row] for row in bad], pa.string()),
    }
    for name, cells in scored.columns.items():
        rest = [staged["id"][row] for row in bad] if name == "id" else gaps
        columns[name] = pa.array([*cells, *rest], pa.float64() if name == "probability" else pa.string())
    return pa.RecordBatch.from_pydict(columns)


@lru_cache(maxsize=1)
def _shipped_router(shipped: str, sha256: str) -> Router:
    """Return the router of the bundle that the driver shipped, loaded once a Python worker."""
    from pyspark import SparkFiles  # noqa: PLC0415

    with (
        tempfile.TemporaryDirectory(prefix="reviewmine-") as folder,
        zipfile.ZipFile(SparkFiles.get(shipped)) as packed,
    ):
        packed.extractall(folder)
        return load_router(folder, sha256)


def _pack(bundle: Path, path: Path) -> None:
    """Write the files of a bundle into one archive."""
    with zipfile.ZipFile(path, "w") as packed:
        for file in sorted(bundle.iterdir()):
            packed.write(file, file.name)


@contextmanager
def _session(workers: int) -> Iterator[Any]:
    """Give the session that is active, else a new one that is stopped afterwards: local and on loopback unless a master is set."""
    try:
        from pyspark import SparkConf  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("pyspark", "spark", "the Spark engine") from error
    active = SparkSession.getActiveSession()
    if active:
        yield active
        return
    if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        raise ReviewmineError(
            "no Java", expected="Java 17 or later", do="install a Java runtime, or use --engine local"
        )
    for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"):
        os.environ.setdefault(name, sys.executable)
    wanted = {"spark.ui.enabled": "false"}
    if not SparkConf().get("spark.master") and "MASTER" not in os.environ:
        loopback = dict.fromkeys(("spark.driver.host", "spark.driver.bindAddress"), "127.0.0.1")
        wanted |= loopback | {"spark.master": f"local[{workers}]", "spark.ui.showConsoleProgress": "false"}
    builder = SparkSession.builder.appName("reviewmine score")
    for name, value in wanted.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    try:
        spark.sparkContext.setLogLevel("ERROR")
        yield spark
    finally:
        spark.stop()
