"""Cells that say nothing, and the example of those that could not be read."""

import itertools

import numpy as np
import pandas as pd
import pytest

from reviewmine.corpus.cells import Unread, is_blank

BLANK = [
    "",
    " \t",
    "\u00a0",
    "-",
    "—",
    "--",
    "...",
    "нет",
    "Нет данных",
    "н/д",
    "N/A",
    "null",
    "NaN",
    "\ufeff",
    " " * 500,
]
BLANK += [None, float("nan"), np.nan, pd.NA, pd.NaT]


@pytest.mark.parametrize("cell", BLANK, ids=ascii)
def test_a_blank_cell(cell):
    assert is_blank(cell)


@pytest.mark.parametrize(
    "cell", [0, 0.0, False, "0", "вчера", "так себе", "нетто", "-1", "★", "\ud800", "x" * 500], ids=ascii
)
def test_a_cell_that_says_something(cell):
    assert not is_blank(cell)


def test_the_example_is_the_shortest_in_any_order():
    for cells in itertools.permutations(["так себе", "ну", "да", "x" * 100]):
        unread = Unread()
        for cell in cells:
            unread.add(cell)
        assert (unread.n, unread.example) == (4, "да")
    unread = Unread()
    unread.add("x" * 100)
    assert len(unread.example) == 40
