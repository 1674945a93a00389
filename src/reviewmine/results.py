"""The recorded results: one small JSON file an experiment, and the table made from all of them. Figures only, no texts."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reviewmine.errors import ReviewmineError
from reviewmine.files import write_json, write_text
from reviewmine.settings import Experiment

BEGIN, END = "<!-- results: generated -->", "<!-- results: end -->"
_MODEL_FIGURES = (
    "micro_f1",
    "macro_f1",
    "accuracy",
    "lrap",
    "p_at_1",
    "hit_at_3",
    "ece",
    "auto_share",
    "auto_precision",
)


def record_result(
    folder: Path, experiment: Experiment, discovery: Mapping[str, Any], model: Mapping[str, Any] | None
) -> Path:
    """Write ``<name>.json`` into ``folder`` and the table into the README beside it; return the file."""
    found = {name: discovery[name] for name in ("n_statements", "n_topics", "coverage", "seed_ari")}
    if "against_labels" in discovery:
        found |= {name: discovery["against_labels"][name] for name in ("n", "n_types", "ami", "v")}
    result: dict[str, Any] = {"name": experiment.name, "seed": experiment.seed, "discovery": found, "model": None}
    if model is not None:
        result["model"] = {
            "rows": model["rows"],
            "n_types": model["n_types"],
            "metrics": {name: model["metrics"][name] for name in _MODEL_FIGURES},
            "baselines": {
                base: {name: figures[name] for name in ("micro_f1", "lrap")}
                for base, figures in model["baselines"].items()
            },
        }
    path = folder / f"{experiment.name}.json"
    write_json(path, result)
    readme = folder.parent / "README.md"
    if readme.is_file():
        write_text(readme, with_table(readme.read_text(encoding="utf-8"), results_table(folder), str(readme)))
    return path


def results_table(folder: Path) -> str:
    """Return the Markdown table of every recorded result, by name."""
    rows = [
        "| experiment | topics | coverage | AMI | types | test rows | micro F1 [95 %] | TF-IDF + SVC | LRAP | ECE | automatic |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for path in sorted(folder.glob("*.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        rows.append("| " + " | ".join(_cells(result)) + " |")
    return "\n".join(rows)


def _cells(result: Mapping[str, Any]) -> list[str]:
    """Return the cells of one result."""
    found, model = result["discovery"], result["model"]
    ami = f"{found['ami']['value']:.3f}" if "ami" in found else "–"
    cells = [result["name"], str(found["n_topics"]), f"{found['coverage']:.1%}", ami]
    if model is None:
        return [*cells, *["–"] * 7]
    metrics = model["metrics"]
    f1, auto, precision = metrics["micro_f1"], metrics["auto_share"]["value"], metrics["auto_precision"]["value"]
    return [
        *cells,
        str(model["n_types"]),
        str(model["rows"]["test"]),
        f"{f1['value']:.3f} [{f1['low']:.3f}, {f1['high']:.3f}]",
        f"{model['baselines']['tfidf_svc']['micro_f1']['value']:.3f}",
        f"{metrics['lrap']['value']:.3f}",
        f"{metrics['ece']['value']:.3f}",
        f"{auto:.0%} at {precision:.0%}" if precision is not None else f"{auto:.0%}",
    ]


def with_table(text: str, table: str, where: str) -> str:
    """Return ``text`` with ``table`` between the two markers."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ReviewmineError(
            "the markers of the results table are missing",
            expected=f"{BEGIN} and {END}",
            where=where,
            do="put them back",
        )
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: f"{BEGIN}\n{table}\n{END}", text, flags=re.DOTALL)
