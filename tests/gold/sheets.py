"""The gold sheets as records, and how a cutter or a rule is scored against them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PARTS = ("all", "development", "held out")


@dataclass(frozen=True)
class Score:
    """Counts of what was found and what should be; ratios are 1 where there is nothing to find."""

    right: int
    found: int
    wanted: int

    @property
    def precision(self) -> float:
        """Return the share of what was found that is right."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Return the share of what should be found that was."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def half(rows: Sequence, part: str) -> Sequence:
    """Return the rows of a part: even places are for development, odd ones are held out."""
    return rows if part == "all" else rows[0::2] if part == "development" else rows[1::2]


def statement_cases() -> list[tuple[str, list[int]]]:
    """Return each text of the sheet with the places where it must be cut."""
    cases = []
    for line in (HERE / "statements.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        places, text = [], ""
        for piece in line.replace("⏎", "\n").split("|"):
            text += piece
            places.append(len(text))
        cases.append((text, places[:-1]))
    return cases


def null_cases() -> list[tuple[str, bool, str]]:
    """Return each row of the sheet: what it stands under, whether it says nothing, and the text."""
    lines = (HERE / "nulls.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines[1:] if line)
    return [(part, null == "yes", text) for part, null, text in rows]


def score_cuts(cases: Iterable[tuple[str, list[int]]], cut: Callable[[str], Iterable[int]]) -> Score:
    """Return how many places a cutter finds; places that differ by spaces and list marks alone are the same."""
    right = found = wanted = 0
    for text, places in cases:
        gold = {solid(text, place) for place in places}
        got = {solid(text, place) for place in cut(text)} - {solid(text, 0), solid(text, len(text))}
        right, found, wanted = right + len(gold & got), found + len(got), wanted + len(gold)
    return Score(right, found, wanted)


def solid(text: str, place: int) -> int:
    """Return how many letters and digits of words stand before a place, the numbers of list items left out."""
    before = text[:place].rstrip()
    tail = before[-4:].rsplit(None, 1)[-1] if before.strip() else ""
    if tail.rstrip(".)").isdigit() and tail[-1] in ".)":  # a cut after the mark of an item is a cut before it
        before = before[: len(before) - len(tail)]
    return sum(char.isalnum() for char in before)


def score_nulls(cases: Iterable[tuple[str, bool, str]], rule: Callable[[str, str], str]) -> Score:
    """Return how many null answers a rule finds."""
    rows = [(null, bool(rule(text, part))) for part, null, text in cases]
    return Score(sum(null and got for null, got in rows), sum(got for _, got in rows), sum(null for null, _ in rows))
