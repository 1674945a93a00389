"""One chunk of a large scoring: what every worker knows, what it hands back, and the work itself."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from reviewmine.corpus.part import Part
from reviewmine.engines.batch import score_frame
from reviewmine.engines.columns import Columns
from reviewmine.engines.writing import fragment_name, write_fragment
from reviewmine.errors import BundleError
from reviewmine.router import Router

Failure = tuple[int, str, str]
"""The number of a row in its file, its id, and why it has no answer."""


_LEXICON = 64 << 20  # bytes: a process that scores millions may remember more words than a service


@dataclass(frozen=True)
class Job:
    """What is the same for all chunks; small and plain, so that it can be sent to other processes."""

    bundle: str
    bundle_sha256: str
    folder: str
    """Where fragments are written."""
    ending: str
    with_probabilities: bool = False

    def router(self) -> Router:
        """Return the router, loaded once a process. Raises ``BundleError`` when the bundle is not the one meant."""
        return load_router(self.bundle, self.bundle_sha256)


@dataclass(frozen=True)
class Done:
    """A chunk whose fragment is written: ``n_scored + len(failed)`` is the number of its reviews."""

    index: int
    start: int
    """The place of its first review among all."""
    n_scored: int
    failed: Sequence[Failure]
    actions: Mapping[str, int]
    sha256: str
    """Of its fragment."""

    @property
    def n_rows(self) -> int:
        """Return the number of reviews in the chunk."""
        return self.n_scored + len(self.failed)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for a line of the journal."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Done":
        """Return the chunk of a line of the journal. Raises ``KeyError``, ``TypeError`` or ``ValueError`` when it is none."""
        failed = [(int(row), str(name), str(why)) for row, name, why in data["failed"]]
        actions = {str(name): int(n) for name, n in data["actions"].items()}
        index, start, n_scored = (int(data[name]) for name in ("index", "start", "n_scored"))
        return cls(index, start, n_scored, failed, actions, str(data["sha256"]))


@lru_cache(maxsize=1)
def load_router(bundle: str, sha256: str) -> Router:
    """Return the router of the bundle at ``bundle``; the last one is kept. Raises ``BundleError`` on any other bundle."""
    router = Router.load(bundle)
    found = router.bundle.sha256
    if found != sha256:
        raise BundleError(
            f"the bundle has the sha256 {found[:12]}…",
            expected=f"{sha256[:12]}…, which the scoring began with",
            where=bundle,
            do="do not change a bundle while it scores; score again",
        )
    router.bundle.words.allow(_LEXICON)
    return router


def score_part(job: Job, index: int, part: Part) -> Done:
    """Score the reviews of ``part`` and write them as the fragment ``index``."""
    scored = score_frame(job.router(), frame := part.frame(), job.with_probabilities)
    failed: list[Failure] = []
    if scored.failed:
        numbers, names = part.row_numbers(), frame["id"].tolist()
        failed = [(int(numbers[row]), str(names[row]), why) for row, why in scored.failed.items()]
    return write_chunk(job, index, part.start, scored.columns, failed)


def write_chunk(job: Job, index: int, start: int, columns: Columns, failed: Sequence[Failure]) -> Done:
    """Write the answers of a chunk and return what to note of it."""
    sha256 = write_fragment(Path(job.folder) / fragment_name(index, job.ending), columns, job.ending)
    return Done(index, start, len(columns["id"]), failed, dict(sorted(Counter(columns["action"]).items())), sha256)
