"""Bars are drawn where a person looks, say how fast the work goes, and are silent elsewhere."""

import os
import re
import subprocess
import sys

import pytest

from reviewmine.terminal import bars, short_name, spinner

PAUSE = 0.2
READ = f"""
import time
from reviewmine.terminal import bars, spinner
with bars() as progress:
    for what, share, rows in (
        ("выгрузки/отзывы.csv", 0.25, 1000), ("b/[red]", 0.5, 2000), ("c/third.csv", 1.0, 3000), ("writing", 0.5, 1500),
        ("writing", 1.0, 3000),
    ):
        time.sleep({PAUSE})
        progress(what, share, rows)
        time.sleep({PAUSE})
"""
SPIN = f"""
import time
from reviewmine.terminal import spinner
with spinner("training"):
    time.sleep({PAUSE})
"""


def seen(code):
    """Return what a person sees on a terminal of 160 columns while ``code`` runs, in frames."""
    fcntl, pty, termios = (pytest.importorskip(name) for name in ("fcntl", "pty", "termios"))
    import struct

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("COLUMNS", "LINES"))}
    settings |= {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen([sys.executable, "-c", code], stderr=theirs, stdout=subprocess.PIPE, env=settings) as child:
        os.close(theirs)
        pieces = []
        while piece := _read(ours):
            pieces.append(piece)
        assert child.stdout is not None
        assert child.stdout.read() == b""
    os.close(ours)
    assert child.returncode == 0, b"".join(pieces).decode()
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", b"".join(pieces).decode())


def _read(terminal):
    """Return the next bytes of a terminal; none when the other side has closed it."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


@pytest.fixture(scope="module")
def shown():
    return seen(READ)


def test_reading_has_one_bar_with_the_name_of_the_file_at_hand(shown):
    lines = [line for line in re.split(r"[\r\n]+", shown) if "rows/s" in line]
    names = [re.split(r"\s+[━╸╺]", line.strip())[0] for line in lines]
    assert list(dict.fromkeys(names)) == ["отзывы.csv", "[red]", "third.csv", "writing"]
    assert names.index("writing") > 0
    assert re.search(r"\[red\] +\S+.* 50 %  2,000 rows", shown)
    assert re.search(r"third\.csv +\S+.* 100 %  3,000 rows", shown)
    assert re.search(r"writing +\S+.* 50 %  1,500 rows", shown)


def test_the_speed_counts_from_the_beginning_of_the_work(shown):
    speeds = [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) rows/s", shown)]
    assert max(speeds) <= 3000 / PAUSE
    assert max(speeds) > 0


def test_a_spinner_says_what_goes_on():
    assert "training …" in seen(SPIN)


def test_where_nobody_looks_nothing_is_written():
    code = f"{SPIN}\nfrom reviewmine.terminal import bars\nwith bars() as progress:\n    assert progress is None\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_in_the_same_process_too(capsys):
    with bars() as progress, spinner("training"):
        assert progress is None
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("отзывы.csv", "отзывы.csv"),
        ("C:\\data\\a.xlsx::Лист1", "a.xlsx::Лист1"),
        pytest.param("a/\x1b[31m\udcff\n.csv", "?[31m??.csv", id="odd characters"),
        ("", ""),
        ("x" * 33, "…" + "x" * 31),
    ],
)
def test_the_name_of_a_table_is_short_and_harmless(where, name):
    assert short_name(where) == name
