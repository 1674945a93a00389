"""What the page says of the way of a customer: stages, satisfaction against expectation, moments of truth."""

from collections.abc import Mapping, Sequence
from typing import Any

from reviewmine.report.figures import figure, mapping_of, number_of, rows_of, some, text_of
from reviewmine.report.russian import number, percent
from reviewmine.report.words import joined, say

STEP, LEFT, TALL, LOAD = 104, 40, 190, 44
"""Width of a stage, of the scale beside it, height of the lines, height of the load under them."""
MOST_STAGES = 40
_NAME = 15


def lay_out_journey(found: Any) -> dict[str, Any] | None:
    """Return the stages with their figures and the picture of the two lines; None where there are none."""
    data = mapping_of(found)
    stages = [_stage(row) for row in rows_of(data.get("stages"))[:MOST_STAGES]]
    if not stages:
        return None
    return {
        "stages": stages,
        "given": data.get("expectation") == "given",
        "picture": picture(stages),
        "truth": [stage["title"] for stage in stages if stage["truth"]],
        "unplaced": _unplaced(data.get("unplaced")),
        "has_sentiment": some([stage["sentiment"] for stage in stages]),
    }


def _unplaced(found: Any) -> Any:
    """Return how many mentions stand at no stage, where it is told."""
    return number_of(found) if number_of(found) is not None else number_of(mapping_of(found).get("n"))


def _stage(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one stage."""
    return {
        "title": text_of(row.get("title"), row.get("stage")),
        "n": number_of(row.get("n")),
        "share": figure(row.get("share"), "percent"),
        "problems": figure(row.get("problems"), "percent"),
        "sentiment": figure(row.get("sentiment"), digits=2, sign=True),
        "satisfaction": figure(row.get("satisfaction"), digits=2),
        "expectation": figure(row.get("expectation"), digits=2),
        "gap": figure(row.get("gap"), digits=2, sign=True),
        "loss": figure(row.get("loss"), digits=2, sign=True),
        "truth": row.get("moment_of_truth") is True,
    }


def picture(stages: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the line of satisfaction against the line of expectation over the load; None with fewer than two known stages."""
    known = [stage for stage in stages if stage["satisfaction"]["raw"] is not None]
    if len(known) < 2:
        return None
    ends = [
        end
        for stage in known
        for end in (*(stage["satisfaction"][name] for name in ("raw", "low", "high")), stage["expectation"]["raw"])
        if end is not None
    ]
    low, high = min(ends), max(ends)
    spread = max(high - low, 0.1)
    low, high = low - 0.08 * spread, high + 0.08 * spread
    load = max((stage["share"]["raw"] or 0 for stage in stages), default=0) or 1

    def y(value: float) -> float:
        return round(TALL * (high - value) / (high - low), 1)

    points = []
    for i, stage in enumerate(stages):
        x = LEFT + i * STEP + STEP / 2
        found = {name: stage[name]["raw"] for name in ("satisfaction", "expectation")}
        height = round(LOAD * max(0.0, stage["share"]["raw"] or 0) / load, 1)
        title = stage["title"]
        points.append(
            {
                "x": x,
                "title": title,
                "name": title if len(title) <= _NAME else title[: _NAME - 1] + "…",
                "truth": stage["truth"],
                "told": _told(stage),
                "load": (round(TALL + 22 + LOAD - height, 1), height, stage["share"]["value"]),
                **{name: None if value is None else y(value) for name, value in found.items()},
                "between": [
                    None if (end := stage["satisfaction"][name]) is None else y(end) for name in ("low", "high")
                ],
                "gap": stage["gap"]["value"] if stage["gap"]["raw"] is not None else "",
            }
        )
    return {
        "width": LEFT + len(stages) * STEP,
        "height": TALL + 22 + LOAD + 54,
        "points": points,
        "floor": TALL + 22 + LOAD,
        "lines": {
            name: " ".join(f"{one['x']},{one[name]}" for one in points if one[name] is not None)
            for name in ("satisfaction", "expectation")
        },
        "scale": [(y(level), number(level, 1)) for level in (low + (high - low) * k / 4 for k in range(5))],
    }


def _told(stage: Mapping[str, Any]) -> Any:
    """Return the tooltip of a stage."""
    parts = [
        say("удовлетворённость {n}", n=stage["satisfaction"]["value"]),
        say("ожидание {n}", n=stage["expectation"]["value"]),
        say("{share} отзывов", share=percent(stage["share"]["raw"])) if stage["share"]["raw"] is not None else "",
    ]
    return joined([stage["title"], joined(parts, ", ")], ": ")
