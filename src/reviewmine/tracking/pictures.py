"""The pictures of a model: figures beside the baselines, types, confusions, reliability and risk over coverage."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reviewmine.errors import missing_extra

Card = Mapping[str, Any]
_SHOWN = ("micro_f1", "macro_f1", "accuracy", "lrap", "p_at_1", "hit_at_3")
_MOST = 30  # types or pairs in one picture


def pictures(card: Card) -> dict[str, Any]:
    """Return a matplotlib figure for each picture that the card has figures for, by name."""
    drawn = {name: draw(card) for name, draw in _PICTURES.items()}
    return {name: figure for name, figure in drawn.items() if figure is not None}


def curve_picture(sizes: Sequence[int], figures: Sequence[Mapping[str, float]], fitted: Sequence[float]) -> Any:
    """Return the learning curve: a figure with its interval at each number of labelled rows, and the power law."""
    figure, axes = _canvas("Learning curve", "labelled rows to learn from", "micro F1")
    _interval_points(axes, list(sizes), figures, "measured", 0.0)
    axes.plot(sizes, fitted, "--", label="power law")
    axes.set_xscale("log")
    axes.legend()
    return figure


def _canvas(title: str, x: str, y: str, height: float = 4.5) -> tuple[Any, Any]:
    """Return an empty figure, drawn without a display, and its axes."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("matplotlib", "lab", "drawing a model") from error
    figure = Figure(figsize=(7, height), layout="constrained")
    axes = figure.subplots()
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.grid(alpha=0.3)
    return figure, axes


def _interval_points(axes: Any, x: Sequence[float], figures: Sequence[Card], label: str, shift: float) -> None:
    """Draw figures with their 95 % intervals."""
    values = [one["value"] for one in figures]
    below = [max(0.0, one["value"] - one["low"]) for one in figures]
    above = [max(0.0, one["high"] - one["value"]) for one in figures]
    axes.errorbar([at + shift for at in x], values, yerr=[below, above], fmt="o", capsize=3, label=label)


def _figures(card: Card) -> Any:
    """Draw the main figures of the model and of each baseline with their intervals."""
    models = {"model": card["metrics"]} | dict(card["baselines"])
    figure, axes = _canvas("The model beside its baselines, 95 % intervals", "", "")
    for place, (name, metrics) in enumerate(models.items()):
        at = [k for k, metric in enumerate(_SHOWN) if metric in metrics]
        _interval_points(axes, at, [metrics[_SHOWN[k]] for k in at], name, (place - 1) * 0.15)
    axes.set_xticks(range(len(_SHOWN)), _SHOWN, rotation=20)
    axes.set_ylim(0, 1)
    axes.legend()
    return figure


def _types(card: Card) -> Any:
    """Draw the F1 of the most frequent types."""
    rows = [row for row in card.get("per_type", []) if row.get("f1") is not None][:_MOST]
    names = [f"{row['code']} ({row['n']})" for row in rows]
    return _bars("F1 by type, the most frequent first", "F1", names, [row["f1"] for row in rows])


def _confusions(card: Card) -> Any:
    """Draw the pairs of types most often taken for each other."""
    rows = card.get("confusions", [])[:_MOST]
    names = [f"{row['type']} → {row['taken_for']}" for row in rows]
    return _bars("Taken for another type", "reviews", names, [row["n"] for row in rows])


def _bars(title: str, x: str, names: Sequence[str], values: Sequence[float]) -> Any:
    """Draw a horizontal bar a name, the first on top; None without names."""
    if not names:
        return None
    figure, axes = _canvas(title, x, "", height=1.5 + 0.25 * len(names))
    axes.barh(range(len(names)), values)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    return figure


def _reliability(card: Card) -> Any:
    """Draw how often the best type is right against the probability it was given, with the diagonal."""
    points = _points(card.get("reliability"), "predicted", "observed")
    if not points:
        return None
    figure, axes = _canvas("Reliability of the best type", "probability given", "share right")
    axes.plot([0, 1], [0, 1], "k:", label="calibrated")
    axes.plot(*zip(*points, strict=True), "o-", label="model")
    axes.legend()
    return figure


def _risk(card: Card) -> Any:
    """Draw the share of wrong answers against the share of reviews that are answered."""
    points = _points(card.get("risk_coverage"), "coverage", "risk")
    if not points:
        return None
    figure, axes = _canvas("Risk over coverage", "share of reviews answered automatically", "share of them wrong")
    axes.plot(*zip(*points, strict=True))
    axes.set_ylim(bottom=0)
    return figure


def _points(curve: Any, x: str, y: str) -> list[tuple[float, float]]:
    """Return the points of a curve in a card: rows with the figures ``x`` and ``y``."""
    rows = curve if isinstance(curve, list | tuple) else ()
    return [(float(row[x]), float(row[y])) for row in rows if row.get(x) is not None and row.get(y) is not None]


_PICTURES: dict[str, Callable[[Card], Any]] = {
    "figures": _figures,
    "types": _types,
    "confusions": _confusions,
    "reliability": _reliability,
    "risk_coverage": _risk,
}
