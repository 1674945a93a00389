"""A fastText model in a process of its own, run by any Python that has it: see ``router_clock``.

With ``train`` for a third argument the model is made first: texts, types and options come as JSON on stdin.
"""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SHOWN = 5  # types that are asked for, as many as a review ever has


def train(path: str) -> None:
    import fasttext
    from fasttext_fold import line_of

    task = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "train.txt"
        lines.write_text("".join(map(line_of, task["train"], task["types"])), encoding="utf-8")
        fasttext.train_supervised(str(lines), verbose=0, **task["options"]).save_model(path)


def main() -> None:
    start = time.perf_counter()
    import fasttext

    model = fasttext.load_model(sys.argv[1])
    seconds = time.perf_counter() - start
    from fasttext_fold import plain
    from router_clock import report

    def one(text: str) -> Any:
        return model.f.predict(plain(text) + "\n", SHOWN, 0.0, "strict")

    def many(texts: Sequence[str]) -> Any:
        return model.f.multilinePredict([plain(text) + "\n" for text in texts], SHOWN, 0.0, "strict")

    report(seconds, one, {"labels": many})


if __name__ == "__main__":
    train(sys.argv[1]) if sys.argv[2:] == ["train"] else main()
