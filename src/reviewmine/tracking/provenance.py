"""What a model was made with, beside its data and settings: code, lock file, libraries, threads."""

import hashlib
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

import reviewmine

LIBRARIES = ("numpy", "scipy", "scikit-learn", "pandas", "safetensors")
NO_GIT = "absent (not a git checkout)"
NO_LOCK = "absent (no uv.lock)"


def provenance() -> dict[str, Any]:
    """Return commit and state of the code, hash of ``uv.lock``, versions and thread count, of the working folder.

    ``git_commit`` and ``lock_sha256`` say that they are absent where there is no repository or no lock file.
    """
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    lock = Path("uv.lock")
    return {
        "git_commit": commit or NO_GIT,
        "git_state": "" if not commit else "changed" if changed else "clean",
        "lock_sha256": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else NO_LOCK,
        "python": platform.python_version(),
        "cpus": os.cpu_count() or 1,
        "blas_threads": max((int(pool["num_threads"]) for pool in threadpool_info()), default=1),
        "versions": {"reviewmine": reviewmine.__version__} | {name: version(name) for name in LIBRARIES},
    }


def _git(*arguments: str) -> str:
    """Return what git says of the working folder; '' outside a repository or without git."""
    try:
        found = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603, S607 whichever git the user has, fixed arguments
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""
