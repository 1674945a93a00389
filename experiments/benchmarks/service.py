"""Messages a second of the service over loopback, one a request, with a bundle swapped in the middle.

    python experiments/benchmarks/service.py [REQUESTS] [WORKERS] [CONNECTIONS] [BUNDLE]

The bar on two quiet cores: at least 1,500 a second, 99 of 100 answered in 20 ms, none lost, each answered as the router
itself does. The service runs in processes of its own; this one only asks. Each connection asks again as soon as it has its
answer. Without BUNDLE one is trained on the delivery texts.
"""

import asyncio
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
from data import data_file

from reviewmine.router import Router, bundle_sha256, read_bundle, write_bundle

BARS = {"rate": 1_500, "p99": 20.0}
WARM_UP = 1_000
SEED = 13
HEAD = b"POST /route HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"


@dataclass
class Tally:
    """What was asked and what came of it."""

    requests: Sequence[bytes]
    expected: Sequence[bytes]
    total: int
    sent: int = 0
    seconds: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    bundles: Counter[str] = field(default_factory=Counter)


class Asker(asyncio.Protocol):
    """One connection that asks, reads the answer, and asks again."""

    def __init__(self, tally: Tally, done: asyncio.Future[None]) -> None:
        self._tally, self._done = tally, done
        self._buffer = b""
        self._place = self._began = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._tally.wrong["connection lost"] += 1
            self._done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < int(value(head, b"content-length")):
            return
        tally = self._tally
        tally.seconds.append(time.perf_counter() - self._began)
        self._buffer = b""
        if not head.startswith(b"HTTP/1.1 200"):
            tally.wrong[head[9:12].decode()] += 1
        elif body != tally.expected[self._place % len(tally.expected)]:
            tally.wrong["another answer"] += 1
        tally.bundles[value(head, b"x-bundle-sha256").decode()[:8]] += 1
        self._ask()

    def _ask(self) -> None:
        tally = self._tally
        if tally.sent == tally.total:
            self._done.set_result(None)
            self._transport.close()
            return
        self._place = tally.sent
        tally.sent += 1
        self._began = time.perf_counter()
        self._transport.write(tally.requests[self._place % len(tally.requests)])


def value(head: bytes, name: bytes) -> bytes:
    """Return the value of a header, b"0" without it."""
    _, found, rest = head.partition(b"\r\n" + name + b": ")
    return rest.partition(b"\r\n")[0] if found else b"0"


async def ask(tally: Tally, port: int, connections: int) -> float:
    """Ask everything over ``connections`` at once; return the seconds it took."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    waiting = []
    for _ in range(connections):
        done = loop.create_future()
        await loop.create_connection(lambda done=done: Asker(tally, done), "127.0.0.1", port)
        waiting.append(done)
    await asyncio.gather(*waiting)
    return time.perf_counter() - began


async def swap(tally: Tally, bundle: Path) -> None:
    """Put another bundle in place when half is asked: the same answers, another sha256."""
    while tally.sent < tally.total // 2:
        await asyncio.sleep(0.01)
    now = read_bundle(bundle)
    await asyncio.to_thread(write_bundle, bundle, replace(now, manifest={**now.manifest, "name": "swapped"}))


async def measure(tally: Tally, port: int, connections: int, bundle: Path) -> float:
    """Return the seconds that asking took, with the swap in the middle."""
    swapped = asyncio.create_task(swap(tally, bundle))
    seconds = await ask(tally, port, connections)
    await swapped
    return seconds


def trained(folder: Path) -> Path:
    """Return a bundle trained on the delivery texts."""
    os.environ.setdefault("REVIEWMINE_DATA", str(Path(data_file("delivery/labelled.csv")).parents[1].absolute()))
    experiment = Path("experiments/delivery.yaml").absolute()
    command = [sys.executable, "-m", "reviewmine.cli", "train", str(experiment), "--no-track"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "experiments/runs/delivery/bundle"


def started(bundle: Path, workers: int, log: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Return the running service and its port, once it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "reviewmine.cli", "serve", str(bundle), "--port", str(port)]
    with log.open("wb") as lines:
        service = subprocess.Popen([*command, "--workers", str(workers)], stdout=lines, stderr=lines)
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return service, port
        except OSError:
            time.sleep(0.1)
    service.terminate()
    raise SystemExit(f"the service did not start: {log.read_text(encoding='utf-8')[-2000:]}")


def texts_of_delivery() -> list[str]:
    """Return the delivery texts in a shuffled order."""
    texts = pd.read_csv(data_file("delivery/labelled.csv"), dtype=str, keep_default_na=False)["text"]
    return texts.sample(frac=1, random_state=SEED).tolist()


def main(n: int = 100_000, workers: int = 2, connections: int = 12, given: str = "") -> None:
    print(f"load of the machine at the start {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    texts = texts_of_delivery()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        bundle = Path(shutil.copytree(given or trained(folder), folder / "served"))
        reviews = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
        router = Router.load(bundle)
        expected = [orjson.dumps(router.route(review).to_json()) for review in reviews]
        bodies = [json.dumps(review, ensure_ascii=False).encode() for review in reviews]
        requests = [HEAD % (len(body), body) for body in bodies]
        began = time.perf_counter()
        for review in reviews[:WARM_UP]:
            router.route(review)
        alone = (time.perf_counter() - began) / WARM_UP
        before = bundle_sha256(bundle)
        service, port = started(bundle, workers, folder / "log")
        own = time.process_time()
        try:
            asyncio.run(ask(Tally(requests, expected, WARM_UP), port, connections))
            tally = Tally(requests, expected, n)
            seconds = asyncio.run(measure(tally, port, connections, bundle))
        finally:
            service.terminate()
            service.wait(30)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)  # holds the training too, without BUNDLE
        took = used.ru_utime + used.ru_stime
        print(f"processor time: asking {time.process_time() - own:.1f} s; the service, with its start, {took:.1f} s")
        report(tally, seconds, alone, f"{workers} workers, {connections} connections", before)


def report(tally: Tally, seconds: float, alone: float, how: str, before: str) -> None:
    """Print the figures beside their bars."""
    p50, p99 = np.percentile(np.array(tally.seconds) * 1e3, [50, 99])
    print(f"{how}; the router alone takes {alone * 1e3:.3f} ms a message in this process")
    print(
        f"  {len(tally.seconds):,} answers in {seconds:.1f} s: {len(tally.seconds) / seconds:,.0f} a second, bar {BARS['rate']:,}"
    )
    print(f"  p50 {p50:.1f} ms, p99 {p99:.1f} ms, bar {BARS['p99']:.0f} ms; longest {max(tally.seconds) * 1e3:.0f} ms")
    print(f"  errors {sum(tally.wrong.values())} {dict(tally.wrong) or ''}, bar 0")
    new = sum(count for sha, count in tally.bundles.items() if not before.startswith(sha))
    print(f"  the bundle of the start gave {len(tally.seconds) - new:,} answers, the swapped one {new:,}")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*map(int, given[:3]), *given[3:4])
