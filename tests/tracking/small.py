"""A small experiment on six types of the shipped sample: enough to train, quick enough to train often."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import yaml

from conftest import ROOT

CODES = 6
SETTINGS = {
    "name": "small",
    "data": {"labelled": "labels.csv", "extras": {"numeric": ["rating"]}},
    "taxonomy": "taxonomy.yaml",
    "split": {"strategy": "group", "test": 0.25, "calibration": 0.25},
    "model": {"taxonomy_rows": "no"},
    "gates": {"micro_f1": 0.3},
}


def make_small(folder: Path) -> Path:
    """Write labels, taxonomy and experiment into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = pd.read_csv(ROOT / "data/sample/reviews.csv", dtype=str, keep_default_na=False)
    rows = rows[~rows["types"].str.contains("|", regex=False)]
    rows = rows[rows["types"].isin(rows["types"].value_counts().index[:CODES])]
    rows.to_csv(folder / "labels.csv", index=False)
    shutil.copy(ROOT / "data/taxonomies/marketplace-ru.yaml", folder / "taxonomy.yaml")
    (folder / "x.yaml").write_text(yaml.safe_dump(SETTINGS), encoding="utf-8")
    return folder


def command(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of reviewmine in ``folder``, in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW", "REVIEWMINE"))}
    return subprocess.run(
        [sys.executable, "-m", "reviewmine.cli", *arguments],
        cwd=folder,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )
