"""The same answers on every path: the process that trained, numpy alone, pyfunc, the local engine, Spark, the service.

    PYTHONPATH=tests python experiments/benchmarks/paths.py [ROWS] [BUNDLE]

Real delivery texts. The bar: no row with other types, action or owner, and no probability further off than 0.001. Without
BUNDLE a model is trained here, with its side features, which these texts leave out; with one, this process has read it.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from data import data_file

from every_path import PATHS, available, differences, in_process
from reviewmine.router import Bundle, read_bundle
from reviewmine.router.router import Router
from reviewmine.workflow import train

BAR = 1e-3
SEED = 13


def main(n: int = 6_000, given: str = "") -> None:
    texts = texts_of_delivery(n)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        path, bundle = (Path(given).absolute(), read_bundle(given)) if given else trained(folder)
        wanted = in_process(Router(bundle), texts)
        actions = pd.Series([answer["action"] for answer in wanted]).value_counts().to_dict()
        print(
            f"{len(texts):,} delivery texts through {len(bundle.types)} types, by the scorer in this process: {actions}"
        )
        print(f"\n  {'path':14}{'differ (bar 0)':>16}{f'probabilities (bar {BAR:g})':>28}{'seconds':>10}")
        for name, run in PATHS.items():
            if not available(name):
                print(f"  {name:14} not asked: Java and pyspark are not both here")
                continue
            work = folder / name.replace(" ", "-")
            work.mkdir()
            start = time.perf_counter()
            other, furthest = differences(wanted, run(path, texts, work))
            seconds = time.perf_counter() - start
            met = "met" if not other and furthest <= BAR else "MISSED"
            print(f"  {name:14}{len(other):>16}{furthest:>28.6f}{seconds:>10.1f}  {met}", flush=True)


def texts_of_delivery(n: int) -> list[str]:
    """Return distinct real texts in a shuffled order."""
    names = ("delivery/labelled.csv", "delivery/unlabelled.csv")
    frames = [pd.read_csv(data_file(name), dtype=str, keep_default_na=False) for name in names]
    texts = pd.concat(frames)["text"].drop_duplicates()
    return texts.sample(frac=1, random_state=SEED).tolist()[:n]


def trained(folder: Path) -> tuple[Path, Bundle]:
    """Return a bundle that is trained in this process, where it was written and as it is in memory."""
    os.environ.setdefault("REVIEWMINE_DATA", str(Path(data_file("delivery/labelled.csv")).parents[1].absolute()))
    experiment, here = Path("experiments/delivery.yaml").absolute(), Path.cwd()
    os.chdir(folder)
    try:
        result = train(experiment, track=False)
    finally:
        os.chdir(here)
    return folder / result.bundle, result.trained.bundle


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:3])
