"""Time and memory of `reviewmine score` on many messages: the delivery texts, repeated with typos, through all cores.

    python experiments/benchmarks/scoring.py [ROWS] [--bundle FOLDER] [--workers N] [--ending .csv]

Needs REVIEWMINE_DATA. Without --bundle, experiments/delivery.yaml is trained when its bundle is not there yet. Memory is
the sum of the resident sizes of all processes at the same moment, looked up ten times a second (Linux).
"""

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS, BAR_SECONDS, BAR_MB = 2_000_000, 90, 1536
LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
TYPOS = 2
BUNDLE = Path("experiments/runs/delivery/bundle")


def write_messages(path, n_rows, seed=13):
    """Write messages: each text of the delivery set in turn, two of its letters replaced."""
    folder = Path(os.environ["REVIEWMINE_DATA"]) / "delivery"
    texts = []
    for name in ("labelled.csv", "unlabelled.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            texts += [row["text"] for row in csv.DictReader(file) if row["text"].strip()]
    rng = random.Random(seed)
    n_chars = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["id", "text"])
        for number in range(n_rows):
            text = list(texts[number % len(texts)])
            for _ in range(TYPOS):
                text[rng.randrange(len(text))] = rng.choice(LETTERS)
            n_chars += len(text)
            out.writerow([number, "".join(text)])
    return n_chars / n_rows


def family(process):
    """Return a process and all that it has started."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return [process]
    return [process, *(one for child in children for one in family(int(child)))]


def resident_mb(process):
    """Return the memory of a process."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, IndexError):
        return 0.0


def measure(command):
    """Return seconds, the largest memory of all processes at once in MB, and seconds of all cores."""
    before, peak = os.times(), 0.0
    start = time.perf_counter()
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(resident_mb, family(process.pid))))
            time.sleep(0.1)
    if process.returncode:
        sys.exit(process.returncode)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, peak, cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows", nargs="?", type=int, default=ROWS)
    parser.add_argument("--bundle", type=Path, default=BUNDLE)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--ending", default=".csv")
    asked = parser.parse_args()
    command = [sys.executable, "-m", "reviewmine.cli"]
    if not asked.bundle.is_dir():
        # the gates are not what is measured here
        subprocess.run([*command, "train", "experiments/delivery.yaml", "--no-track"], check=False)
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "messages.csv", Path(folder) / f"scored{asked.ending}"
        n_chars = write_messages(source, asked.rows)
        print(f"{asked.rows:,} messages of {n_chars:.0f} characters, {asked.workers} workers, bundle {asked.bundle}")
        score = [*command, "score", asked.bundle, source, "-o", out, "--workers", str(asked.workers)]
        seconds, peak, cpu = measure(list(map(str, score)))
    bar = BAR_SECONDS * asked.rows / ROWS
    print(f"seconds      {seconds:8.1f}   bar {bar:8.1f} (for {asked.rows:,} rows on two cores that nobody else uses)")
    print(f"rows/s       {asked.rows / seconds:8,.0f}   bar {ROWS / BAR_SECONDS:8,.0f}")
    print(f"core us/row  {cpu / asked.rows * 1e6:8.1f}   bar {2e6 * BAR_SECONDS / ROWS:8.1f}")
    print(f"peak RSS, MB {peak:8,.0f}   bar {BAR_MB:8,}")


if __name__ == "__main__":
    main()
