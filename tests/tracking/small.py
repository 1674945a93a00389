"""A small experiment on six types of the shipped sample: enough to train, quick enough to train often."""

import shutil
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
