"""Paths as another machine can follow them: nothing that is logged names a folder of this one."""

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

DATA = "REVIEWMINE_DATA"
OUTSIDE = "${OUTSIDE}"
"""Stands for a folder that is neither in the working folder nor under ``REVIEWMINE_DATA``."""


def portable(value: Any) -> Any:
    """Return settings in which no text is an absolute path.

    A path in the working folder becomes relative, one under ``REVIEWMINE_DATA`` starts with that variable, of any other
    only the last part stays, after ``${OUTSIDE}``.

    >>> portable({"seed": 13, "data": {"labelled": "/somewhere/else/labels.csv::sheet"}})
    {'seed': 13, 'data': {'labelled': '${OUTSIDE}/labels.csv::sheet'}}
    """
    if isinstance(value, Mapping):
        return {key: portable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [portable(part) for part in value]
    return _portable_text(value) if isinstance(value, str) else value


def _portable_text(text: str) -> str:
    """Return one text; ``sentence:<folder>`` keeps its prefix."""
    prefix, colon, rest = text.partition(":")
    if prefix == "sentence":
        return prefix + colon + _portable_text(rest)
    rooted = PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute()
    if not rooted or not text.strip("/\\"):  # a separator of types may be a slash
        return text
    data = os.environ.get(DATA)
    for folder, name in ((str(Path.cwd()), ""), (str(Path(data).absolute()) if data else "", f"${{{DATA}}}/")):
        if folder and text.startswith(f"{folder}{os.sep}"):
            return name + text[len(folder) + 1 :]
    return f"{OUTSIDE}/{PureWindowsPath(text).name if chr(92) in text else PurePosixPath(text).name}"
