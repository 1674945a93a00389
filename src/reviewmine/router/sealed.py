"""The files of a bundle, opened once, hashed through that very descriptor, and only then handed on.

Folder and files are opened once and never looked up by name again, so that a bundle renamed into place meanwhile cannot mix
with this one. Hashing goes by small pieces; what is handed on is a map of the file: no byte of it is copied until it is used.
"""

import hashlib
import json
import mmap
import os
import stat
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewmine.errors import BundleError

SCHEMA = 4
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
FILES = ("features.json", "golden.jsonl", "policy.json", "taxonomy.json", "weights.safetensors")
MAX_BYTES: Mapping[str, int] = {
    MANIFEST: 1 << 20,
    SIGNATURE: 64,
    "features.json": 1 << 20,
    "golden.jsonl": 128 << 20,
    "policy.json": 1 << 20,
    "taxonomy.json": 8 << 20,
    "weights.safetensors": 4 << 30,
}
REMEDY = "export the bundle again or fetch it anew"

Buffer = bytes | mmap.mmap
_PIECE = 1 << 18  # bytes hashed at once: they stay in the cache of the processor
_OPEN = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))


class Mapped(mmap.mmap):
    """A read-only map of a file that can be read through its descriptor too, which takes no page of it into memory."""

    descriptor: int

    @classmethod
    def of(cls, descriptor: int, size: int) -> "Mapped":
        """Return the map of an open file; it keeps a descriptor of its own, closed when the map goes."""
        found = cls(descriptor, size, access=mmap.ACCESS_READ)
        found.descriptor = os.dup(descriptor)
        weakref.finalize(found, os.close, found.descriptor)
        return found


@dataclass(frozen=True)
class Sealed:
    """What verified: the manifest and every file that it names."""

    manifest: Mapping[str, Any]
    files: Mapping[str, Buffer]


def read_sealed(folder: Path, key: str | Path | None = None) -> Sealed:
    """Return the files of the bundle at ``folder`` after all their hashes, and with ``key`` the signature, were checked.

    ``key`` is the file of an Ed25519 public key (PEM). Raises ``BundleError`` on whatever is missing, extra, altered, a link,
    too large, of another schema or not signed by the key.
    """
    with _opened(folder) as descriptors:
        stated = _read_all(folder, MANIFEST, descriptors)
        if key is not None:
            _check_signature(folder, stated, descriptors, key)
        manifest = _understood(folder, stated)
        for name in FILES:
            if _identity(descriptors[name]) != manifest["files"][name]:
                raise BundleError("altered since it was written (sha256 differs)", where=f"{folder}/{name}", do=REMEDY)
        taxonomy = manifest.get("taxonomy")
        if not isinstance(taxonomy, dict) or taxonomy.get("sha256") != manifest["files"]["taxonomy.json"]["sha256"]:
            raise BundleError("the taxonomy is not the one in the manifest", where=str(folder), do=REMEDY)
        return Sealed(manifest, {name: _mapped(descriptors[name]) for name in FILES})


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return ``manifest.json`` after checking that the folder holds the files it names and nothing else."""
    with _opened(folder) as descriptors:
        return _understood(folder, _read_all(folder, MANIFEST, descriptors))


def manifest_bytes(folder: Path) -> bytes:
    """Return the bytes of ``manifest.json``, whose sha256 is the identity of the bundle."""
    with _opened(folder) as descriptors:
        return _read_all(folder, MANIFEST, descriptors)


def canonical(data: Any) -> bytes:
    """Return ``data`` as JSON bytes that depend on its content alone."""
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


def strict_json(data: bytes) -> Any:
    """Return what JSON ``data`` says. Raises ``ValueError`` on a key said twice, on NaN, infinity and what overflows.

    Nesting deeper than Python allows raises ``RecursionError``.
    """
    return json.loads(
        data.decode(), object_pairs_hook=_without_twins, parse_constant=_no_number, parse_float=_finite_float
    )


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite_float(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise ValueError(f"{digits[:40]} overflows")
    return number


@contextmanager
def _opened(folder: Path) -> Iterator[dict[str, int]]:
    """Yield the descriptor of each file of a bundle; they are closed at the end."""
    relative = os.open in os.supports_dir_fd and os.listdir in os.supports_fd
    descriptors: dict[str, int] = {}
    top: int | None = None
    try:
        if not folder.is_dir():
            raise BundleError(
                "no such folder", expected="a bundle", where=str(folder), do="run `reviewmine train` first"
            )
        top = os.open(folder, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)) if relative else None
        names = sorted(os.listdir(folder if top is None else top))  # noqa: PTH208 a descriptor, where there is one
        expected = {*FILES, MANIFEST}
        odd = sorted(expected.symmetric_difference(names) - {SIGNATURE})
        if odd:
            raise BundleError(
                f"missing or extra: {', '.join(odd)[:200]}",
                expected="exactly a bundle's files",
                where=str(folder),
                do=REMEDY,
            )
        for name in names:
            descriptors[name] = _open(folder, name, top)
        yield descriptors
    except OSError as error:
        raise BundleError(
            f"not readable ({error.strerror})", where=str(folder), do="check the disk and rights"
        ) from error
    finally:
        for descriptor in (*descriptors.values(), *([] if top is None else [top])):
            os.close(descriptor)


def _open(folder: Path, name: str, top: int | None) -> int:
    """Return the descriptor of a regular file that is no larger than it may be; links are not followed."""
    refused = BundleError(
        "a link, a device or too large", expected="a regular file", where=f"{folder}/{name}", do=REMEDY
    )
    before = os.lstat(folder / name) if top is None else os.stat(name, dir_fd=top, follow_symlinks=False)
    if not stat.S_ISREG(before.st_mode):
        raise refused
    descriptor = os.open(folder / name if top is None else name, _OPEN, dir_fd=top)
    now = os.fstat(descriptor)
    if not stat.S_ISREG(now.st_mode) or now.st_size > MAX_BYTES[name]:
        os.close(descriptor)
        raise refused
    return descriptor


def _read_all(folder: Path, name: str, descriptors: Mapping[str, int]) -> bytes:
    """Return the bytes of a small file; one that grew beyond its limit is refused."""
    with open(descriptors[name], "rb", closefd=False) as file:
        file.seek(0)
        data = file.read(MAX_BYTES[name] + 1)
    if len(data) > MAX_BYTES[name]:
        raise BundleError("too large", where=f"{folder}/{name}", do=REMEDY)
    return data


def _identity(descriptor: int) -> dict[str, Any]:
    """Return size and sha256 of an open file, read by pieces, as the manifest states them."""
    found, size = hashlib.sha256(), os.fstat(descriptor).st_size
    piece = bytearray(_PIECE)
    view, read = memoryview(piece), 0
    with open(descriptor, "rb", buffering=0, closefd=False) as file:
        while read <= size and (n := file.readinto(piece)):
            found.update(view[:n])
            read += n
    return {"bytes": read, "sha256": found.hexdigest()}


def _mapped(descriptor: int) -> Buffer:
    """Return a read-only map of an open file; an empty one cannot be mapped."""
    size = os.fstat(descriptor).st_size
    return Mapped.of(descriptor, size) if size else b""


def _understood(folder: Path, data: bytes) -> dict[str, Any]:
    """Return the manifest in ``data`` after checking its schema, its list of files and its form."""
    where = f"{folder}/{MANIFEST}"
    try:
        manifest = strict_json(data)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"not JSON ({str(error)[:200]})", where=where, do=REMEDY) from error
    schema = manifest.get("schema") if isinstance(manifest, dict) else None
    if schema != SCHEMA:
        found = f"schema is {schema!r:.80}"
        raise BundleError(found, expected=str(SCHEMA), where=where, do="use the reviewmine that wrote it")
    files = manifest.get("files")
    if not isinstance(files, dict) or sorted(files) != sorted(FILES):
        raise BundleError("the list of files is not a bundle's", where=where, do=REMEDY)
    if _written(manifest) != data:
        raise BundleError("not in the form it is written in", expected="sorted keys", where=where, do=REMEDY)
    return dict(manifest)


def _written(manifest: Any) -> bytes:
    """Return the manifest as it is written; empty where it could not have been."""
    try:
        return canonical(manifest)
    except (ValueError, RecursionError):
        return b""


def _check_signature(folder: Path, stated: bytes, descriptors: Mapping[str, int], key: str | Path) -> None:
    """Raise ``BundleError`` unless ``key`` signed the manifest ``stated``."""
    if SIGNATURE not in descriptors:
        raise BundleError(
            "not signed",
            expected=SIGNATURE,
            where=str(folder),
            do="sign it with `reviewmine sign`, or ask without a key",
        )
    from reviewmine.router.signature import check_signature  # noqa: PLC0415 needs an extra

    check_signature(stated, _read_all(folder, SIGNATURE, descriptors), key, where=f"{folder}/{SIGNATURE}")
