"""The bundle at work: loaded, verified, and replaced while requests go on when another one lies at its path."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from reviewmine.errors import BundleError, ReviewmineError
from reviewmine.router import Router, bundle_sha256, verify
from reviewmine.serve.limits import RefusedError
from reviewmine.serve.log import LOGGER, failure

POLL_SECONDS = 1.0
"""How often the folder is looked at."""

Footprint = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class Loaded:
    """A verified bundle: its router, the sha256 of its manifest, and how many golden answers it repeated."""

    router: Router
    sha256: str
    golden: int

    def model(self) -> dict[str, Any]:
        """Return which bundle answers."""
        manifest = self.router.bundle.manifest
        facts = {name: manifest.get(name) for name in ("name", "taxonomy", "versions", "metrics")}
        return {"bundle_sha256": self.sha256, "golden": self.golden, "types": len(self.router.bundle.types), **facts}


def load(bundle: Path) -> Loaded:
    """Return the bundle at ``bundle``; raises ``BundleError`` unless it is whole and repeats its golden answers."""
    router = Router.load(bundle)
    golden = verify(router)
    if bundle_sha256(bundle) != router.bundle.sha256:
        raise BundleError("replaced while it was loaded", where=str(bundle), do="load it again")
    return Loaded(router, router.bundle.sha256, golden)


def footprint(bundle: Path) -> Footprint:
    """Return name, inode, size and time of each file of the folder: what changes when another bundle is put there."""
    try:
        stats = [(path.name, path.lstat()) for path in islice(bundle.iterdir(), 100)]
    except OSError:  # in the middle of a replacement nothing is there
        return ()
    return tuple(sorted((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in stats))


class Live:
    """Holds the bundle that answers. A request takes ``ready()`` once and keeps it, whatever comes meanwhile."""

    def __init__(self, bundle: Path, told: Callable[[str], None] = lambda result: None) -> None:
        """Watch the folder ``bundle``; ``told`` hears of each try: "ok" or "refused"."""
        self.bundle, self._told = bundle, told
        self.current: Loaded | None = None
        self._seen: Footprint = ()
        self._why: dict[str, str] = {}

    def ready(self) -> Loaded:
        """Return the bundle that answers now."""
        if self.current is None:
            raise RefusedError(
                503, "no bundle is loaded yet", do="ask again; the log says what is wrong with the bundle"
            )
        return self.current

    def look(self) -> None:
        """Load what lies at the path when it is not what lay there before; a bad bundle is refused and the old one stays."""
        found = footprint(self.bundle)
        if found == self._seen or not found:
            return
        self._seen = found
        try:
            loaded = load(self.bundle)
        except Exception as error:  # whatever is wrong with the new one, the old one goes on
            if footprint(self.bundle) != found:  # it is being put there: the next look sees more
                return
            why = {"error": str(error)} if isinstance(error, ReviewmineError | OSError) else failure(error)
            if self.current is None:  # nothing answers: try again, for the reason may be elsewhere and pass
                self._seen = ()
            if why != self._why:
                LOGGER.error({"event": "bundle refused", "bundle": str(self.bundle), **why})
                self._told("refused")
            self._why = why
            return
        if self.current is None or loaded.sha256 != self.current.sha256:
            LOGGER.info({"event": "bundle loaded", "bundle_sha256": loaded.sha256, "golden": loaded.golden})
            self._told("ok")
        self.current, self._why = loaded, {}

    async def watch(self) -> None:
        """Look again and again, in a thread, until cancelled."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await asyncio.to_thread(self.look)
