"""fastText on one fold, run by any Python that has it: a task as JSON on stdin, answers as JSON on stdout.

Imports nothing of the package, for that Python may have nothing else installed.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_MARK = "__label__"


def main() -> None:
    sys.stdout.write(json.dumps(answered(json.load(sys.stdin))))


def answered(task: dict[str, Any]) -> dict[str, Any]:
    """Return the seconds of the fit, and for each text of ``test`` the probabilities of ``n_types`` types.

    ``train`` are texts, ``types`` the places of the types of each, ``options`` what ``train_supervised`` takes.
    """
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        path.write_text("".join(map(line_of, task["train"], task["types"])), encoding="utf-8")
        start = time.perf_counter()
        model = fasttext.train_supervised(str(path), verbose=0, **task["options"])
        seconds = time.perf_counter() - start
    scores = [[0.0] * task["n_types"] for _ in task["test"]]
    for row, text in zip(scores, task["test"], strict=True):
        # the binding itself: of the Python face around it, one call fails beside NumPy 2 and the other repeats a value
        for share, name in model.f.predict(plain(text) + "\n", -1, 0.0, "strict"):
            row[int(name.removeprefix(_MARK))] = round(float(share), 6)
    return {"seconds": seconds, "scores": scores}


def line_of(text: str, types: list[int]) -> str:
    return " ".join([*(f"{_MARK}{k}" for k in types), plain(text)]) + "\n"


def plain(text: str) -> str:
    """Return the text on one line, lower case, without what fastText would take for a label."""
    return " ".join(text.lower().replace(_MARK, " ").split())


if __name__ == "__main__":
    main()
