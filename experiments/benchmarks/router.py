"""The router beside saved pipelines and fastText: start, one message, memory, batches; each in fresh processes of one thread.

    python experiments/benchmarks/router.py [BUNDLE]

Without BUNDLE one is trained on the delivery texts, without side features. All models learn from the same texts and answer
the same others. A second bundle of 300,000 features and 135 types is made of the first with random weights. "first" are
texts that the process meets for the first time, "again" the same once more. fastText is asked where FASTTEXT_PYTHON names a
Python that has it.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from data import data_file

from reviewmine.router import Bundle, read_bundle, write_bundle
from reviewmine.router.bundle import canonical, sha256
from reviewmine.router.features import Vocabulary
from reviewmine.router.hashing import N_BUCKETS

FEATURES, TYPES = 300_000, 135
STARTS = 5
"""Processes that load a model, of which the median counts."""
SEED = 13
OURS, LARGE, JOBLIB, SKOPS, FT = "reviewmine", "reviewmine, large", "joblib", "skops", "fastText"
SCRIPTS = {OURS: "ours", LARGE: "ours", JOBLIB: "joblib", SKOPS: "skops", FT: "fasttext"}
HERE = Path(__file__).parent
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

BARS: Mapping[str, Mapping[str, float]] = {
    OURS: {
        "load s": 0.15,
        "p50 first": 0.15,
        "p99 first": 1,
        "p50 again": 0.15,
        "p99 again": 1,
        "MB loaded": 45,
        "MB after": 45,
    },
    LARGE: {"load s": 0.2, "MB loaded": 110, "MB after": 110},
}
TIMES = 4
"""Labels a second of ours to those of the pipeline, at least."""


def main(given: str = "") -> None:
    print(f"load of the machine at the start {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; one thread each")
    rows = pd.read_csv(data_file("delivery/labelled.csv"), dtype=str, keep_default_na=False)
    others = pd.read_csv(data_file("delivery/unlabelled.csv"), dtype=str, keep_default_na=False)["text"]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        asked = folder / "texts.jsonl"
        fresh = others[~others.isin(rows["text"])].drop_duplicates().sample(frac=1, random_state=SEED)
        asked.write_text("".join(json.dumps(text) + "\n" for text in fresh), encoding="utf-8")
        models = saved(folder, given, rows)
        for name, path in models.items():
            size = sum(file.stat().st_size for file in ([path] if path.is_file() else path.iterdir()))
            print(f"  {name:18} {size / 2**20:7.1f} MB on disk", flush=True)
        print(f"\none message of {fresh.str.len().mean():.0f} characters in ms; memory in MB before them and after\n")
        print(f"  {'':18}{'messages':>9}" + "".join(f"{column:>22}" for column in BARS[OURS]))
        rates = {}
        for name, path in models.items():
            found = measured(name, path, asked)
            cells = "".join(f"{cell(name, each, found[each]):>22}" for each in BARS[OURS])
            print(f"  {name:18}{found['asked']:>9,}{cells}", flush=True)
            rates[name] = found["rate"]
    if FT not in rates:
        print(f"  {FT}: absent; set FASTTEXT_PYTHON to a Python that has it")
    batches(rates)


def saved(folder: Path, given: str, rows: pd.DataFrame) -> dict[str, Path]:
    """Return where each model lies, after making it."""
    ours = Path(given) if given else trained(folder)
    large = folder / "large"
    write_bundle(large, enlarged(read_bundle(ours)))
    paths = {OURS: ours, LARGE: large} | pipelines(folder, rows)
    if os.environ.get("FASTTEXT_PYTHON"):
        paths[FT] = fasttext(folder, rows)
    return paths


def trained(folder: Path) -> Path:
    """Return a bundle trained on the delivery texts alone."""
    os.environ.setdefault("REVIEWMINE_DATA", str(Path(data_file("delivery/labelled.csv")).parents[1].absolute()))
    experiment = Path("experiments/delivery.yaml").absolute()
    text_only = [part for kind in ("categorical", "numeric") for part in ("--set", f"data.extras.{kind}=[]")]
    command = [sys.executable, "-m", "reviewmine.cli", "train", str(experiment), "--no-track", *text_only]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "experiments/runs/delivery/bundle"


def enlarged(bundle: Bundle) -> Bundle:
    """Return a bundle of more features and types: those of ``bundle`` and others, a third of the weights not zero."""
    rng = np.random.default_rng(SEED)
    rest = np.setdiff1d(np.arange(N_BUCKETS), bundle.vocabulary.buckets)
    more = rng.choice(rest, FEATURES - len(bundle.vocabulary.buckets), replace=False)
    buckets = np.sort(np.concatenate([bundle.vocabulary.buckets, more])).astype(np.uint32)
    weights = np.zeros((FEATURES, TYPES), dtype=np.float16)
    for part in np.array_split(np.arange(FEATURES), 100):
        values = rng.normal(0, 0.3, (len(part), TYPES))
        weights[part] = np.where(rng.random(values.shape) < 1 / 3, values, 0)
    kinds = [bundle.types[k % len(bundle.types)] | {"code": f"t{k:03}"} for k in range(TYPES)]
    taxonomy = {**bundle.taxonomy, "types": kinds}
    policy = replace(bundle.policy, thresholds=(0.5,) * TYPES, auto_thresholds=(), shortlist_thresholds=())
    name = bundle.manifest["taxonomy"]
    return replace(
        bundle,
        vocabulary=Vocabulary.of(buckets, rng.uniform(1, 8, FEATURES).astype(np.float32)),
        weights=weights,
        intercept=np.zeros(TYPES, dtype=np.float32),
        taxonomy=taxonomy,
        policy=policy,
        golden=[],
        manifest={**bundle.manifest, "taxonomy": {**name, "sha256": sha256(canonical(taxonomy))}},
    )


def pipelines(folder: Path, rows: pd.DataFrame) -> dict[str, Path]:
    """Return where joblib and skops have saved TF-IDF with a linear SVC a type."""
    import joblib
    import skops.io
    from peers import MODELS, SVC, tfidf
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MultiLabelBinarizer

    features, union = tfidf(rows["text"].tolist())
    targets = MultiLabelBinarizer().fit_transform(rows["types"].str.split("|"))
    pipeline = make_pipeline(union, OneVsRestClassifier(MODELS[SVC]()).fit(features, targets))
    paths = {JOBLIB: folder / "pipeline.joblib", SKOPS: folder / "pipeline.skops"}
    joblib.dump(pipeline, paths[JOBLIB])
    skops.io.dump(pipeline, paths[SKOPS])
    return paths


def fasttext(folder: Path, rows: pd.DataFrame) -> Path:
    """Return where fastText has saved its model."""
    from peers import FASTTEXT

    codes = sorted({code for cell in rows["types"] for code in cell.split("|")})
    types = [[codes.index(code) for code in cell.split("|")] for cell in rows["types"]]
    task = {"train": rows["text"].tolist(), "types": types, "options": FASTTEXT | {"loss": "ova"}}
    path = folder / "fasttext.bin"
    run(FT, str(path), "train", task=json.dumps(task))
    return path


def measured(name: str, path: Path, asked: Path) -> dict[str, Any]:
    """Return the columns of the table, and rows a second."""
    starts = [json.loads(run(name, str(path)))["load"] for _ in range(STARTS)]
    whole = json.loads(run(name, str(path), str(asked)))
    times = {f"{p} {which}": whole[which][p] for which in ("first", "again") for p in ("p50", "p99")}
    memory = {"MB loaded": whole["rss_loaded"], "MB after": whole["rss_after"]}
    return {"load s": statistics.median(starts), **times, **memory, "rate": whole["rate"], "asked": whole["asked"]}


def run(name: str, *arguments: str, task: str = "") -> str:
    """Return what the script of a model prints, run in a process of one thread."""
    python = os.environ["FASTTEXT_PYTHON"] if name == FT else sys.executable
    done = subprocess.run(
        [python, str(HERE / f"router_{SCRIPTS[name]}.py"), *arguments],
        input=task,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=os.environ | ONE_THREAD,
    )
    return done.stdout


def cell(name: str, column: str, value: float) -> str:
    """Return a figure beside its bar."""
    bar = BARS.get(name, {}).get(column)
    shown = f"{value:.3f}" if value < 10 else f"{value:.0f}"
    return shown if bar is None else f"{shown} ({bar:g} {'met' if value <= bar else 'MISSED'})"


def batches(rates: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """Print rows a second of one process, and how ours stands to the pipeline."""
    print("\nbatches: rows a second of one process\n")
    for name, kinds in rates.items():
        for kind, rate in kinds.items():
            print(f"  {name:18} {kind:15} first {rate['first']:>9,.0f}   again {rate['again']:>9,.0f}")
    for which in ("first", "again"):
        ours, theirs = rates[OURS]["labels"][which], rates[JOBLIB]["labels"][which]
        met = "met" if ours >= TIMES * theirs else "MISSED"
        print(f"  ours to joblib, labels, {which}: {ours / theirs:.1f} times (bar {TIMES} {met})")


if __name__ == "__main__":
    main(*sys.argv[1:2])
