"""Time and memory of `reviewmine insights` and `reviewmine report` on many scored reviews, and the size of the page.

    python experiments/benchmarks/insights_scale.py [ROWS] [--bundle FOLDER]

Reviews are those of the sample, drawn again and again over three years with other dates and channels; their types are
drawn too, so nothing is scored here. Without --bundle that of the demo is taken: `make demo`. Memory is the sum of the
resident sizes of all processes at the same moment (Linux).
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from scoring import measure

from reviewmine.corpus.read import read_reviews
from reviewmine.files import write_table
from reviewmine.router import read_bundle

ROWS, BAR_SECONDS, BAR_MB, BAR_PAGE = 1_000_000, 180, 4096, 6.0
BUNDLE = Path("experiments/runs/demo/bundle")
SEED = 13
CHANNELS = [f"канал {n}" for n in range(1, 21)]
DAYS = 3 * 365


def made(n_rows, types):
    """Return reviews and a scored frame: frequencies of types fall as 1 / rank, one review in eight has two."""
    rng = np.random.default_rng(SEED)
    sample = read_reviews(["data/sample/reviews.csv"]).reviews
    reviews = sample.iloc[rng.integers(0, len(sample), n_rows)].reset_index(drop=True)
    reviews["id"] = [f"r{n:07}" for n in range(n_rows)]
    reviews["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, DAYS * 24, n_rows), unit="h")
    reviews["channel"] = rng.choice(CHANNELS, n_rows)
    share = 1 / np.arange(2, len(types) + 2)
    first, second = (rng.choice(len(types), n_rows, p=share / share.sum()) for _ in range(2))
    several = (rng.random(n_rows) < 1 / 8) & (first != second)
    codes = np.array([kind["code"] for kind in types], dtype=object)
    told = np.where(several, codes[first] + "|" + codes[second], codes[first])
    scored = pd.DataFrame(
        {
            "id": reviews["id"],
            "kind": np.array([kind["kind"] for kind in types], dtype=object)[first],
            "type": codes[first],
            "types": told,
            "probability": rng.beta(5, 2, n_rows).round(4),
            "action": rng.choice(["auto", "suggest", "human"], n_rows, p=[0.6, 0.3, 0.1]),
            "owner": np.array([kind["owner"] for kind in types], dtype=object)[first],
            "alternatives": "",
        }
    )
    return reviews, scored


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows", nargs="?", type=int, default=ROWS)
    parser.add_argument("--bundle", type=Path, default=BUNDLE)
    given = parser.parse_args()
    if not given.bundle.is_dir():
        sys.exit(f"no bundle at {given.bundle}: run `make demo` first")
    reviews, scored = made(given.rows, read_bundle(given.bundle).taxonomy["types"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_table(folder / "reviews.parquet", reviews)
        write_table(folder / "scored.parquet", scored)
        command = [sys.executable, "-m", "reviewmine.cli"]
        sources = ["--reviews", str(folder / "reviews.parquet"), "--bundle", str(given.bundle)]
        found = [*command, "insights", str(folder / "scored.parquet"), "-o", str(folder / "insights"), *sources]
        page = [*command, "report", str(folder / "insights"), "-o", str(folder / "report.html")]
        seconds, peaks = [], []
        for words in (found, page):
            took, peak, cpu = measure(words)
            print(f"  {words[3]:10} {took:6.1f} s, {cpu:6.1f} s of all cores, {peak:6.0f} MB", flush=True)
            seconds.append(took)
            peaks.append(peak)
        size = (folder / "report.html").stat().st_size / 1e6
    print(
        f"  {given.rows:,} scored rows: {sum(seconds):.1f} s (bar {BAR_SECONDS}), {max(peaks):.0f} MB (bar {BAR_MB}),",
        end="",
    )
    print(f" a page of {size:.1f} MB (bar {BAR_PAGE})")


if __name__ == "__main__":
    main()
