"""Rows of weights are those of the file, whatever is remembered of them, and the file stays out of memory."""

import gc
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from reviewmine.errors import BundleError
from reviewmine.router import rows as module
from reviewmine.router.rows import Rows, weighted
from reviewmine.router.sealed import Mapped

FEATURES, TYPES = 20_000, 100
RNG = np.random.default_rng(13)
WEIGHTS = RNG.normal(size=(FEATURES, TYPES)).astype(np.float16)
IDF = RNG.uniform(0, 8, FEATURES).astype(np.float32)
HEADER = 264


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "weights.safetensors"
    file.write_bytes(b"h" * HEADER + WEIGHTS.tobytes())
    return file


def mapped(path, dtype=np.float16):
    with path.open("rb") as file:
        found = Mapped.of(file.fileno(), path.stat().st_size)
    return np.frombuffer(found, dtype, offset=HEADER).reshape(-1, TYPES)


def asked(n=40):
    return RNG.integers(0, FEATURES, n)


def test_rows_are_those_of_the_matrix(path, monkeypatch):
    monkeypatch.setattr(module, "MANY", 50)
    monkeypatch.setattr(module, "MAX_BYTES", 1)  # so that the memory of 50 rows begins anew time and again
    read, held = Rows(mapped(path), IDF), Rows(WEIGHTS, IDF)
    again = asked()
    for column in (asked(), again, again, np.repeat(again, 1), again[[0, 0, 3, 0]], asked(50), asked(500), again[:0]):
        wanted = weighted(WEIGHTS[column], IDF[column])
        for rows in (read, held):
            assert rows.at(column)(slice(None)).tobytes() == wanted.tobytes()
            assert rows.at(column)(np.arange(len(column))[::2]).tobytes() == wanted[::2].tobytes()


def test_what_is_given_may_be_changed(path):
    rows, column = Rows(mapped(path), IDF), asked()
    rows.at(column)(slice(None))[:] = 0
    assert rows.at(column)(slice(None)).tobytes() == weighted(WEIGHTS[column], IDF[column]).tobytes()


def test_single_precision_and_parts_of_a_matrix(path, tmp_path):
    single = tmp_path / "single.safetensors"
    single.write_bytes(b"h" * HEADER + WEIGHTS.astype(np.float32).tobytes())
    column = asked() // 2
    for weights, offset in ((mapped(single, np.float32), 0), (mapped(path)[7:], 7), (mapped(path)[::2], None)):
        wanted = WEIGHTS[2 * column] if offset is None else WEIGHTS[offset + column]
        told = Rows(weights, IDF).at(column)(slice(None))
        assert told.tobytes() == weighted(wanted, IDF[column]).tobytes()


@pytest.mark.skipif(not hasattr(os, "pread"), reason="the map alone is read there")
def test_a_file_that_goes_is_still_read_and_one_that_is_cut_is_told(path):
    kept, cut = Rows(mapped(path), IDF), path.with_name("cut.safetensors")
    shutil.copy(path, cut)
    lost = Rows(mapped(cut), IDF)
    path.unlink()
    os.truncate(cut, HEADER + 2 * TYPES)
    column = np.asarray([1, 2, FEATURES - 1])
    assert kept.at(column)(slice(None)).tobytes() == weighted(WEIGHTS[column], IDF[column]).tobytes()
    with pytest.raises(BundleError, match=r"weights\.safetensors: cut since it was loaded"):
        lost.at(column)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_file_stays_out_of_memory(path):
    weights = mapped(path)
    rows = Rows(weights, IDF)
    for _ in range(200):
        rows.at(asked())
    assert resident_kb(path) < 200
    weights[asked(2_000)].sum()
    assert resident_kb(path) > 2_000  # what the test looks at does grow


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_descriptor_is_closed_with_the_map(path):
    def is_open():
        return sum(link.is_symlink() and link.readlink() == path for link in Path("/proc/self/fd").iterdir())

    rows = Rows(mapped(path), IDF)
    assert is_open()
    rows.at(asked())
    del rows
    gc.collect()
    assert not is_open()


def resident_kb(path):
    """Return how much of a mapped file lies in the memory of this process."""
    lines = iter(Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines())
    return sum(
        int(next(line for line in lines if line.startswith("Rss:")).split()[1])
        for line in lines
        if line.endswith(str(path))
    )
