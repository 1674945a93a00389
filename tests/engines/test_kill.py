"""A scoring that is killed at any moment goes on with --resume: the same bytes as an undisturbed run's, no orphans."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engines.conftest import write_reviews

N, SIZE = 6000, 60
KILLS = 10
SCORE = f"""
import sys
from pathlib import Path
from reviewmine.corpus import stream
stream.BATCH = {SIZE}
from reviewmine import workflow
if __name__ == "__main__":
    bundle, source, out, workers = sys.argv[1:]
    workflow.score_files(Path(bundle), [source], Path(out), workers=int(workers), resume=True, say=print)
"""


def children(process):
    """Return the processes that a process of Linux has started."""
    try:
        return Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []


def is_gone(process):
    """Return whether a process has ended; a zombie has."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
    except OSError:
        return True


@pytest.mark.long
def test_killed_ten_times_then_resumed(bundle_path, tmp_path):
    script = tmp_path / "score.py"
    script.write_text(SCORE, encoding="utf-8")
    source = write_reviews(tmp_path / "a.csv", N)
    out, whole = tmp_path / "out.csv", tmp_path / "whole.csv"

    def command(path, workers):
        return [sys.executable, script, bundle_path, source, path, str(workers)]

    subprocess.run(command(whole, 1), check=True, stdout=subprocess.DEVNULL)
    rng = random.Random(13)
    folder = tmp_path / ".out.csv.scoring"
    # some right after the start, the others when so many chunks are noted in all
    moments = sorted(rng.randrange(N // SIZE * 4 // 5) for _ in range(KILLS))
    left_over, n_killed = [], 0
    for number, moment in enumerate(moments):
        workers = 2 if number % 4 == 3 else 1
        with subprocess.Popen(command(out, workers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            journal = folder / "journal.jsonl"
            while process.poll() is None and not (
                folder.exists() if moment < 3 else journal.exists() and journal.read_bytes().count(b"\n") >= moment
            ):
                time.sleep(0.002)
            time.sleep(rng.random() * 0.02)
            left_over += children(process.pid)
            process.kill()
        n_killed += process.returncode == -signal.SIGKILL
        assert not out.exists() or out.read_bytes() == whole.read_bytes(), "what is there is whole"
    for _ in range(1000):
        if all(map(is_gone, left_over)):
            break
        time.sleep(0.02)
    assert all(map(is_gone, left_over)), "a worker outlives the process that started it"
    assert n_killed >= KILLS - 1
    said = subprocess.run(command(out, 1), check=True, capture_output=True, text=True).stdout
    assert "chunks of an earlier run are kept" in said
    assert out.read_bytes() == whole.read_bytes()
    listed = [path.with_name(f"{path.name}.failed.csv").read_bytes() for path in (out, whole)]
    assert listed[0] == listed[1]
    assert not folder.exists()
