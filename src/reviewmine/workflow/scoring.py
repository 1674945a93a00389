"""Scoring: reviews in memory to a scored file, and files of any size to scored files with a note beside them."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from reviewmine import __version__
from reviewmine.corpus.columns import load_map
from reviewmine.corpus.dates import parse_as_of
from reviewmine.engines.job import Engine, Outcome
from reviewmine.engines.job import score_files as run_job
from reviewmine.engines.local import score_reviews
from reviewmine.engines.noted import note_sources
from reviewmine.files import write_table
from reviewmine.router import Router
from reviewmine.terminal import Progress
from reviewmine.workflow.reading import not_over
from reviewmine.workflow.say import Say, quiet


def score(
    bundle: Path, reviews: pd.DataFrame, out: Path, *, probabilities: bool = False, say: Say = quiet
) -> pd.DataFrame:
    """Score reviews with a bundle into ``out``."""
    frame = score_reviews(Router.load(bundle), reviews, probabilities)
    write_table(out, frame)
    actions = frame["action"].value_counts().sort_index().items()
    say(
        f"score: {len(reviews)} reviews -> {len(frame)} decisions in {out} ({_shares({str(a): n for a, n in actions})})"
    )
    return frame


def score_files(
    bundle: Path,
    sources: Sequence[str],
    out: Path,
    *,
    engine: Engine = "local",
    workers: int | None = None,
    resume: bool = False,
    probabilities: bool = False,
    map_path: Path | None = None,
    as_of: str | None = None,
    progress: Progress | None = None,
    say: Say = quiet,
) -> Outcome:
    """Score files with a bundle into ``out`` with bounded memory, and note beside it what was done.

    ``workers`` is by default one a core; ``resume`` goes on where an ended run with the same inputs stopped.
    """
    not_over(sources, out)
    done = run_job(
        bundle,
        sources,
        out,
        engine=engine,
        workers=workers,
        resume=resume,
        with_probabilities=probabilities,
        mapping=load_map(map_path) if map_path else None,
        as_of=parse_as_of(as_of) if as_of else None,
        progress=progress,
    )
    facts = {
        "engine": engine,
        "probabilities": probabilities,
        "counts": {
            "read": done.n_read,
            "scored": done.n_scored,
            "failed": done.n_failed,
            "rejected": done.n_rejected,
            "actions": dict(done.actions),
        },
        "parts": list(done.parts),
        "versions": {
            "reviewmine": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            **({"pyspark": version("pyspark")} if engine == "spark" else {}),
        },
    }
    note_sources(out, bundle, sources, map_path, as_of, facts)
    for line in done.notes:
        say(line)
    if done.n_kept_chunks:
        say(f"{done.n_kept_chunks} chunks of an earlier run are kept")
    lost = f" in {done.failed}" if done.failed else ""
    say(
        f"score: {done.n_read} rows = {done.n_scored} scored in {out} ({_shares(done.actions)})"
        f" + {done.n_failed} failed + {done.n_rejected} rejected{lost}"
    )
    return done


def _shares(actions: Mapping[str, int]) -> str:
    """Return how many reviews each action has, in words."""
    return ", ".join(f"{int(n)} {action}" for action, n in actions.items())
