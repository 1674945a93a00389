"""The Markdown summary of a training run: what a CI job posts beside a change. Figures and codes only, no texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reviewmine.report.figures import mapping_of, rows_of

_MAIN = ("micro_f1", "macro_f1", "accuracy", "lrap", "p_at_1", "hit_at_3", "ece", "auto_share", "auto_precision")
_N_WORST = 10
_ENOUGH = 5
"""Reviews of a type in the test part below which its F1 says little."""


@dataclass(frozen=True)
class Places:
    """Where things lie, as paths and ids; an empty one is left out."""

    bundle: str = ""
    bundle_sha256: str = ""
    run: str = ""
    model: str = ""


def training_summary(card: Mapping[str, Any], places: Places, curve: Sequence[str] = ()) -> str:
    """Return a card as Markdown: gates, figures beside baselines, routing, worst types, where things lie.

    ``curve`` are lines on the learning curve, when one was drawn.
    """
    failed = mapping_of(card.get("gates")).get("failed") or []
    rows = mapping_of(card.get("rows"))
    counts = ", ".join(f"{rows.get(part, 0)} {part}" for part in ("train", "calibration", "test"))
    sections = [
        [
            f"## {'❌' if failed else '✅'} {safe(card.get('name', 'model'))}: {'gate failed' if failed else 'gates passed'}"
        ],
        [f"{card.get('n_types', '?')} types; rows: {counts}."],
        _gates(card),
        _metrics(card),
        _routing(card),
        _worst(card),
        ["### Learning curve", "", *curve] if curve else [],
        _places(places),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def model_description(card: Mapping[str, Any], places: Places) -> str:
    """Return the card as the description of a registered version: the summary without the worst types."""
    return training_summary({key: value for key, value in card.items() if key != "per_type"}, places)


def _gates(card: Mapping[str, Any]) -> list[str]:
    """Return a row a gate: what was asked, what was reached, whether it passed."""
    gates, metrics = mapping_of(card.get("gates")), mapping_of(card.get("metrics"))
    failed = [str(line) for line in gates.get("failed") or []]
    rows = []
    for name, bar in mapping_of(gates.get("asked")).items():
        line = next((line for line in failed if line.startswith(f"{name} ")), "")
        rows.append(f"| {name} | {bar} | {_shown(metrics.get(name))} | {f'❌ {safe(line)}' if line else '✅ passed'} |")
    if not rows:
        return ["### Gates", "", "The experiment file sets none."]
    return ["### Gates", "", "| gate | asked | reached [95 %] | |", "|---|---|---|---|", *rows]


def _metrics(card: Mapping[str, Any]) -> list[str]:
    """Return the main figures with their intervals, the baselines beside them."""
    metrics, baselines = mapping_of(card.get("metrics")), mapping_of(card.get("baselines"))
    head = f"| figure | model [95 %] |{''.join(f' {safe(name)} [95 %] |' for name in baselines)}"
    lines = ["### Figures on the test part", "", head, "|---|---|" + "---|" * len(baselines)]
    for name in _MAIN:
        if name in metrics:
            beside = "".join(f" {_shown(mapping_of(figures).get(name))} |" for figures in baselines.values())
            lines.append(f"| {name} | {_shown(metrics[name])} |{beside}")
    return lines


def _routing(card: Mapping[str, Any]) -> list[str]:
    """Return what the policy would do: a line of shares, and the card's own words on a month's work."""
    metrics, policy = mapping_of(card.get("metrics")), mapping_of(card.get("policy"))
    share = {action: _percent(metrics.get(f"{action}_share")) for action in ("auto", "suggest", "human")}
    right = _percent(metrics.get("auto_precision"))
    target = policy.get("target_precision")
    aim = f", target {target:.0%}" if isinstance(target, float | int) else ""
    return [
        f"**Routing**: {share['auto']} automatic ({right} of it right{aim}), {share['suggest']} with a shortlist, "
        f"{share['human']} to people.",
        *(["", safe(line)] if (line := mapping_of(card.get("workload")).get("line")) else []),
    ]


def _worst(card: Mapping[str, Any]) -> list[str]:
    """Return the types with the lowest F1 among those with enough reviews in the test part."""
    rows = [
        row for row in rows_of(card.get("per_type")) if (row.get("n") or 0) >= _ENOUGH and row.get("f1") is not None
    ]
    rows = sorted(rows, key=lambda row: (row["f1"], str(row.get("code"))))[:_N_WORST]
    if not rows:
        return []
    lines = [f"### Worst types (with at least {_ENOUGH} test reviews)", "", "| type | n | precision | recall | F1 |"]
    return [
        *lines,
        "|---|---|---|---|---|",
        *(
            f"| `{safe(row.get('code'))}` {safe(row.get('title') or '')} | {row['n']} | "
            + " | ".join(_number(row.get(name)) for name in ("precision", "recall", "f1"))
            + " |"
            for row in rows
        ),
    ]


def _places(places: Places) -> list[str]:
    """Return where bundle, run and model lie."""
    named = {"bundle": places.bundle, "sha256": places.bundle_sha256, "MLflow run": places.run, "model": places.model}
    return [f"- {name}: `{place}`" for name, place in named.items() if place]


def _shown(figure: Any) -> str:
    """Return a figure with its interval."""
    data = mapping_of(figure)
    if not isinstance(data.get("value"), float | int) or data["value"] != data["value"]:
        return "–"
    return f"{data['value']:.3f} [{_number(data.get('low'))}, {_number(data.get('high'))}]"


def _number(value: Any) -> str:
    """Return a number with three digits, or a dash."""
    return f"{value:.3f}" if isinstance(value, float | int) and value == value else "–"


def _percent(figure: Any) -> str:
    """Return a share as a percentage, or a dash."""
    value = mapping_of(figure).get("value")
    return f"{value:.0%}" if isinstance(value, float | int) and value == value else "–"


def safe(text: Any) -> str:
    """Return a text that breaks neither a table nor the page it is shown on."""
    table = str.maketrans(
        {"\\": "\\\\", "|": "\\|", "<": "&lt;", ">": "&gt;", "`": "'", "\n": " ", "\r": " ", "[": "\\[", "@": "＠"}
    )
    return str(text).translate(table)
