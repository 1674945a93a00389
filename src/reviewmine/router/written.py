"""Folders and files written whole or not at all: on disk under another name first, then put in place in one step."""

import os
from collections.abc import Mapping
from pathlib import Path


def write_folder(path: Path, contents: Mapping[str, bytes]) -> None:
    """Write files, name to bytes, as the folder ``path``, in place of what stood there.

    Whenever the process or the machine dies, ``path`` holds the old folder or the new one, whole. Where the system cannot
    exchange two folders in one step (it can on Linux), the old one is set aside first: then there is a moment in which it
    lies beside ``path`` as ``.NAME.old``, and should the process die in it, the next writing puts it back.
    """
    import tempfile  # noqa: PLC0415 who loads a bundle needs none of this

    path = path.resolve()  # of a link, what it leads to
    path.parent.mkdir(parents=True, exist_ok=True)
    _recover(path)
    fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    for name, data in contents.items():
        _write(fresh / name, data)
    fresh.chmod(0o755)
    _flush(fresh)
    _swap(fresh, path)


def write_beside(path: Path, data: bytes) -> None:
    """Write a file into a folder in one step: nothing else is ever seen in the folder."""
    fresh = path.parent.with_name(f".{path.parent.name}.{path.name}")
    try:
        _write(fresh, data)
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    _flush(path.parent)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """Bring the names in a folder to the disk, where a folder can be opened."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _recover(path: Path) -> None:
    """Undo what a process that died while writing left behind: put the old folder back, remove the unfinished one."""
    old = path.with_name(f".{path.name}.old")
    if old.is_dir() and not path.exists():
        os.replace(old, path)
    for left in path.parent.iterdir():
        if left.name.startswith(f".{path.name}."):
            _remove(left)


def _swap(fresh: Path, path: Path) -> None:
    """Put the folder ``fresh`` where ``path`` is; what stood there before is removed last."""
    old = path.with_name(f".{path.name}.old")
    if not path.exists():
        os.replace(fresh, path)
    elif _exchange(fresh, path):
        old = fresh
    else:
        os.replace(path, old)
        os.replace(fresh, path)
    _flush(path.parent)
    _remove(old)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step (Linux, renameat2); return whether that was done."""
    import ctypes  # noqa: PLC0415

    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)


def _remove(path: Path) -> None:
    import shutil  # noqa: PLC0415

    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
