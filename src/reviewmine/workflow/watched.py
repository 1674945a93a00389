"""What a watch for drift found, in words: figures, verdict, and where to look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewmine.classify.watch import Check, Moved
from reviewmine.errors import GateError
from reviewmine.intervals import Figure

_TITLES = {
    "human": "left to people alone",
    "auto": "answered automatically",
    "probability": "probability of the best type, mean",
    "novelty": "out-of-taxonomy score, mean",
    "known": "known words, mean share",
    "types": "answers of other types",
    "length": "reviews of other lengths",
}
_CAME = {
    ("human", True): "more goes to people alone",
    ("human", False): "less goes to people alone",
    ("auto", True): "more is answered automatically",
    ("auto", False): "less is answered automatically",
    ("probability", True): "the model is surer",
    ("probability", False): "the model is less sure",
    ("novelty", True): "more that no type explains",
    ("novelty", False): "less that no type explains",
    ("known", True): "more words are known",
    ("known", False): "fewer words are known",
    ("types", True): "other types",
    ("length", True): "other lengths",
}
_PERCENT = ("human", "auto", "known", "types", "length")
_NAMED = 3
"""Types or lengths that a line names on each side."""


@dataclass(frozen=True)
class Watched:
    """Answers beside a reference: ``checks`` of each figure, and of each mix that drifted what grew or fell."""

    source: str
    rows: int
    n_labelled: int
    """Rows whose types are people's, left out."""
    reference: str
    reference_rows: int
    checks: tuple[Check, ...]
    moved: Mapping[str, tuple[Moved, ...]]
    titles: Mapping[str, str]
    bundle: Path
    bundle_sha256: str

    @property
    def drifted(self) -> tuple[Check, ...]:
        """Return the figures that drifted, the surest first."""
        return tuple(sorted((one for one in self.checks if one.drifted), key=lambda one: one.chance))

    @property
    def told(self) -> list[str]:
        """Return a line for each figure."""
        return [line for one in self.checks for line in (_figure_line(one), *self._moved(one.name))]

    @property
    def line(self) -> str:
        """Return the verdict."""
        beside = f"{self.rows} answers of {self.source} beside {self.reference_rows} of {self.reference}"
        if self.n_labelled:
            beside += f" ({self.n_labelled} rows that people labelled left out)"
        if not self.drifted:
            share = next(one for one in self.checks if one.name == "human").difference
            seen = (share["high"] - share["low"]) / 2
            return (
                f"evaluate: no drift: {beside} differ no more than chance allows; "
                f"the share left to people is compared to within {100 * seen:.1f} points"
            )
        came = ", ".join(_came(one) for one in self.drifted)
        return f"evaluate: drift: {came}; {beside}; {_advice({one.name: one for one in self.drifted}, self.bundle)}"

    def check(self) -> None:
        """Raise ``GateError`` when there is drift."""
        if self.drifted:
            found = ", ".join(_came(one) for one in self.drifted)
            raise GateError(f"drift: {found}", where=self.source, do="see the figures above")

    def to_json(self) -> dict[str, Any]:
        """Return all figures as plain data."""
        return {
            "drift": bool(self.drifted),
            "verdict": self.line,
            "source": self.source,
            "rows": self.rows,
            "labelled_rows": self.n_labelled,
            "reference": {"of": self.reference, "rows": self.reference_rows},
            "bundle_sha256": self.bundle_sha256,
            "checks": [one.to_json() for one in self.checks],
            "moved": {name: [vars(one) for one in rows] for name, rows in self.moved.items()},
        }

    def _moved(self, name: str) -> list[str]:
        """Return what grew and what fell in a mix, a line each."""
        lines = []
        for word, sign in (("grew", 1), ("fell", -1)):
            rows = [one for one in self.moved.get(name, ()) if one.difference["value"] * sign > 0]
            if rows:
                more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
                lines.append(f"  {word}: {', '.join(self._one(name, row) for row in rows[:_NAMED])}{more}")
        return lines

    def _one(self, name: str, row: Moved) -> str:
        """Return the shares of one type or length."""
        title = self.titles.get(row.name, "") if name == "types" else "characters"
        named = f"{row.name} {title}" if title and title != row.name else row.name
        return f"{named} {_percent(row.expected)} -> {_percent(row.value)} {_range(row.value, True)}"


def _figure_line(check: Check) -> str:
    """Return one figure with its intervals and verdict."""
    as_percent, difference = check.name in _PERCENT, check.difference
    verdict = "drift" if check.drifted else "within chance" if check.chance > _ALONE else "too little to tell"
    if check.value is None:
        return (
            f"{_TITLES[check.name]}: {_percent(difference)}, by chance {_range(check.expected, as_percent)}: {verdict}"
        )
    shown = _percent if as_percent else _plain
    unit = " points" if as_percent else ""
    return (
        f"{_TITLES[check.name]}: {shown(check.value)} {_range(check.value, as_percent)}, "
        f"{shown(check.expected)} {_range(check.expected, as_percent)} expected, difference "
        f"{_signed(difference['value'], as_percent)} {_range(difference, as_percent, signed=True)}{unit}: {verdict}"
    )


_ALONE = 0.05
"""A figure that chance brings about less often is remarkable alone, but not among all that are looked at."""


def _came(check: Check) -> str:
    """Return what drift there is in words, with the figures."""
    as_percent, said = check.name in _PERCENT, _CAME[check.name, check.difference["value"] > 0]
    if check.value is None:
        return f"{said} ({_percent(check.difference)} of the answers moved, by chance {_range(check.expected, True)})"
    shown = _percent if as_percent else _plain
    return f"{said} ({shown(check.value)} {_range(check.value, as_percent)}, {shown(check.expected)} expected)"


def _advice(drifted: Mapping[str, Check], bundle: Path) -> str:
    """Return where to look and what to do."""

    def rose(name: str, sign: int) -> bool:
        return name in drifted and drifted[name].difference["value"] * sign > 0

    unknown = rose("novelty", 1) or rose("known", -1)
    doubt = {*drifted} & {"human", "auto", "probability", "novelty", "known"}
    if unknown or rose("human", 1) or rose("probability", -1):
        return (
            "look at the reviews left to people: new topics are found by `reviewmine taxonomy gaps`; if the topics are old, "
            f"label some and run `reviewmine recalibrate {bundle} LABELLED -o NEW`"
        )
    if doubt:
        return (
            "look at the automatic answers: whether they still are right only labels tell; label some and run "
            f"`reviewmine recalibrate {bundle} LABELLED -o NEW`"
        )
    if "types" in drifted:
        return "look at the types that moved: what customers write about has changed, or where the reviews come from"
    return "look at the export: a field may be missing, cut or doubled"


def _percent(figure: Figure) -> str:
    return f"{100 * figure['value']:.1f} %"


def _plain(figure: Figure) -> str:
    return f"{figure['value']:.3f}"


def _signed(value: float, as_percent: bool) -> str:
    return f"{100 * value:+.1f}" if as_percent else f"{value:+.3f}"


def _range(figure: Figure, as_percent: bool, *, signed: bool = False) -> str:
    """Return an interval."""
    ends: Sequence[float] = (figure["low"], figure["high"])
    if signed:
        return "[" + ", ".join(_signed(end, as_percent) for end in ends) + "]"
    return "[" + ", ".join(f"{100 * end:.1f}" if as_percent else f"{end:.3f}" for end in ends) + "]"
