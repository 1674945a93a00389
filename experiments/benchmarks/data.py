"""Where the benchmarks find the public sets: ${REVIEWMINE_DATA}, by default ../shared/data."""

import os
import sys
from pathlib import Path


def data_file(name: str) -> str:
    """Return the path of a public set; say that it is absent and stop where it is not there."""
    path = Path(os.environ.get("REVIEWMINE_DATA", "../shared/data")) / name
    if not path.is_file():
        print(f"benchmark data absent: {path} (set REVIEWMINE_DATA); nothing measured")
        sys.exit(0)
    return str(path)
