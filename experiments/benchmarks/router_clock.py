"""Time and memory of a model that has been loaded, in a process of its own. Standard library alone."""

import json
import os
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

WARM_UP, FIRST, AGAIN = 300, 4_700, 2_000
"""Messages before the clock runs, messages met for the first time, and how many of these are asked once more."""
MOST_SECONDS = 30
"""A model that is slower is asked fewer messages."""
ROUNDS = 3

One = Callable[[str], Any]
Many = Callable[[Sequence[str]], Any]


def report(seconds: float, one: One, many: dict[str, Many]) -> None:
    """Print what was measured as JSON: ``seconds`` to import and load, then answers to one message, then to batches.

    The texts are the lines, in JSON, of the file ``sys.argv[2]``; without it nothing but loading is looked at.
    """
    found: dict[str, Any] = {"load": seconds, "rss_loaded": resident_mb()}
    if len(sys.argv) == 3:
        with Path(sys.argv[2]).open(encoding="utf-8") as lines:  # one by one: texts are no memory of the model
            texts = map(json.loads, lines)
            warm, first = timed(one, islice(texts, WARM_UP)), timed(one, islice(texts, FIRST))
            found |= {"first": percentiles(first), "asked": len(warm) + len(first)}
            found["rss_after"] = resident_mb()
        with Path(sys.argv[2]).open(encoding="utf-8") as lines:
            every = [json.loads(line) for line in lines]
        met, rest = every[: found["asked"]], every[WARM_UP + FIRST :]
        found["again"] = percentiles(timed(one, met[-AGAIN:]))
        found["rate"] = {name: rate(work, rest) for name, work in many.items()}
    print(json.dumps(found))


def timed(one: One, texts: Iterable[str]) -> Sequence[float]:
    """Return the milliseconds that each text took."""
    taken, began = array("d"), time.perf_counter()
    for text in texts:
        start = time.perf_counter()
        one(text)
        taken.append((time.perf_counter() - start) * 1e3)
        if time.perf_counter() - began > MOST_SECONDS:
            break
    return taken


def percentiles(taken: Sequence[float]) -> dict[str, float]:
    """Return the median and what 99 of 100 stay below."""
    ordered = sorted(taken)
    return {"p50": ordered[len(ordered) // 2], "p99": ordered[len(ordered) * 99 // 100]}


def rate(many: Many, texts: Sequence[str]) -> dict[str, float]:
    """Return rows a second on texts that this process has not met, and the best of three times afterwards."""
    seconds = []
    for _ in range(1 + ROUNDS):
        start = time.perf_counter()
        many(texts)
        seconds.append(time.perf_counter() - start)
    return {"first": len(texts) / seconds[0], "again": len(texts) / min(seconds[1:])}


def resident_mb() -> float:
    """Return the resident memory of this process, mapped pages of files that it has read among it (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
