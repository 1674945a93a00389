"""The local engine: chunks of reviews through processes that are started anew (spawn), or in this one."""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait

from reviewmine.corpus.part import Part
from reviewmine.engines.chunks import Done, Job, score_part
from reviewmine.errors import ReviewmineError

_AHEAD = 3  # chunks that wait for each worker
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def n_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def score_here_or_apart(job: Job, parts: Sequence[tuple[int, Part]], workers: int) -> Iterator[Done]:
    """Yield the chunks as they are done, in order. With one worker, or one chunk, no process is started.

    Raises ``ReviewmineError`` when a worker is ended from outside, as for want of memory.
    """
    n = min(workers, len(parts))
    if n <= 1:
        yield from (score_part(job, index, part) for index, part in parts)
        return
    with (
        _one_thread_each(),
        ProcessPoolExecutor(n, multiprocessing.get_context("spawn"), initializer=_end_with_parent) as pool,
    ):
        waiting: deque[Future[Done]] = deque()
        try:
            for index, part in parts:
                waiting.append(pool.submit(score_part, job, index, part))
                if len(waiting) >= n * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise ReviewmineError(
                "a worker was ended from outside, perhaps for want of memory",
                do="go on with --resume and fewer --workers",
            ) from error
        finally:
            for one in waiting:
                one.cancel()


def _end_with_parent() -> None:
    """End this worker as soon as the process that started it is gone: an orphan would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes started meanwhile compute on one thread each: the cores are shared out already."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
