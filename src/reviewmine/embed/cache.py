"""Vectors kept between runs: each text is found again by its hash, so that what was encoded once is not encoded anew.

A file belongs to one encoder: to its name, the code and the libraries behind it, the files of its model, and, where it
learns from the texts, to the texts. It holds vectors and sha256 of texts, no text.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reviewmine.embed.encoders import Encoder, Vectors, make_encoder, spread
from reviewmine.files import write_whole

N_FILES: Final = 8
"""Files that a folder keeps, those used last."""
MAX_BYTES: Final = 2_000_000_000
"""Bytes that the files of a folder hold together; vectors beyond it are not kept."""
_FORMAT: Final = 1
_PRETRAINED: Final = "sentence:"
_LIBRARIES: Final = ("reviewmine", "numpy", "scipy", "scikit-learn", "pymorphy3", "pymorphy3-dicts-ru", "natasha")
_SENTENCE_LIBRARIES: Final = ("sentence-transformers", "transformers", "torch")
_HASH: Final = 32  # bytes of a sha256
_DAMAGE: Final = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    MemoryError,
    NotImplementedError,
    zipfile.BadZipFile,
)

Hashes = NDArray[np.uint8]


def cached_encoder(name: str, folder: Path | None) -> Encoder:
    """Return the encoder ``name``, with its vectors kept in ``folder`` when one is given."""
    return CachedEncoder(name, folder) if folder else make_encoder(name)


def encode_cached(name: str, texts: Sequence[str], folder: Path) -> Vectors:
    """Return the vectors of ``texts`` by the encoder ``name``, which learned from them; see ``CachedEncoder``."""
    return CachedEncoder(name, folder).fit(texts).encode(texts)


class CachedEncoder:
    """An encoder that looks its vectors up in ``folder`` first, and fits and encodes only for what is not there.

    A file that is damaged is taken for none and written anew. Of a pretrained model only new texts are encoded; the last
    digits of its figures may then differ from those of one pass over all texts, as they do with any other batch.
    """

    def __init__(self, name: str, folder: Path) -> None:
        """Remember the encoder as ``make_encoder`` names it; nothing is read or loaded before ``fit``."""
        self.name = name
        self.folder = folder

    def fit(self, texts: Sequence[str]) -> "CachedEncoder":
        """Find the file of this encoder and these texts; the encoder itself is fitted when a text is missing."""
        self._texts = sorted(set(texts))
        kind = self.name.partition(":")[0]
        self._path = self.folder / f"{kind}-{_key(self.name, self._texts)}.npz"
        self._encoder: Encoder | None = None
        hashes, self._vectors = _read(self._path) or (np.zeros((0, _HASH), np.uint8), np.zeros((0, 0), np.float32))
        self._place = {row.tobytes(): i for i, row in enumerate(hashes)}
        return self

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, as the encoder itself would."""
        return spread(texts, self._found)

    def _found(self, distinct: list[str]) -> Vectors:
        """Return the vectors of distinct texts, in order of the texts."""
        hashes = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in distinct]
        missing = [i for i, one in enumerate(hashes) if one not in self._place]
        if missing or not len(self._vectors):
            fresh = self._fitted().encode([distinct[i] for i in missing])
            if (
                len(self._vectors) and self._vectors.shape[1] != fresh.shape[1]
            ):  # of another model under the same hub id
                self._place, missing = {}, list(range(len(distinct)))
                self._vectors = fresh[:0]
                fresh = self._fitted().encode(distinct)
            self._keep([hashes[i] for i in missing], fresh, hashes)
        return self._vectors[[self._place[one] for one in hashes]]

    def _fitted(self) -> Encoder:
        """Return the encoder itself, fitted once."""
        if self._encoder is None:
            self._encoder = make_encoder(self.name).fit(self._texts)
        return self._encoder

    def _keep(self, hashes: Sequence[bytes], fresh: Vectors, asked: Sequence[bytes]) -> None:
        """Add vectors to those that are known and write them; what was not ``asked`` goes when there is too much."""
        known = [*self._place, *hashes]
        vectors = np.vstack([self._vectors, fresh]) if len(self._vectors) else fresh
        if vectors.nbytes > MAX_BYTES:
            place = {one: i for i, one in enumerate(known)}
            kept = [one for one in dict.fromkeys(asked) if one in place]
            known, vectors = kept, vectors[[place[one] for one in kept]]
        self._place, self._vectors = {one: i for i, one in enumerate(known)}, vectors
        if known and vectors.nbytes <= MAX_BYTES:
            _write(self._path, np.frombuffer(b"".join(known), np.uint8).reshape(-1, _HASH), vectors)


def _key(name: str, distinct: Sequence[str]) -> str:
    """Return the hash of everything that vectors of the encoder ``name`` depend on."""
    parts: list[Any] = [_FORMAT, name, _versions(name), _code()]
    if name.startswith(_PRETRAINED):
        parts.append(_model(Path(name.removeprefix(_PRETRAINED))))
    else:
        learned = hashlib.sha256()
        for text in distinct:
            learned.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
        parts.append(learned.hexdigest())
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _versions(name: str) -> list[str]:
    """Return the versions of the libraries that compute the vectors."""
    found = []
    for library in (*_LIBRARIES, *(_SENTENCE_LIBRARIES if name.startswith(_PRETRAINED) else ())):
        try:
            found.append(version(library))
        except PackageNotFoundError:
            found.append("")
    return found


def _code() -> str:
    """Return the hash of the modules that compute the vectors."""
    digest = hashlib.sha256()
    for package in ("reviewmine.embed", "reviewmine.language"):
        for one in sorted(files(package).iterdir(), key=lambda one: one.name):
            if one.name.endswith(".py"):
                digest.update(hashlib.sha256(one.read_bytes()).digest())
    return digest.hexdigest()


def _model(folder: Path) -> str:
    """Return the hash of the files of a model in a folder; "" for a hub id, which is known by its name."""
    if not folder.is_dir():
        return ""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        digest.update(hashlib.sha256(path.relative_to(folder).as_posix().encode()).digest() + content)
    return digest.hexdigest()


def _read(path: Path) -> tuple[Hashes, Vectors] | None:
    """Return the hashes and vectors in a file; None where there is none or it is not whole."""
    try:  # an array of objects is refused, as numpy does by default
        with np.load(path) as stored:
            hashes, vectors = stored["hashes"], stored["vectors"]
        os.utime(path)
    except _DAMAGE:
        return None
    shaped = hashes.shape == (len(vectors), _HASH) and vectors.ndim == 2 and len(vectors) > 0
    if not shaped or hashes.dtype != np.uint8 or vectors.dtype != np.float32:
        return None
    if not np.isfinite(vectors).all() or len(np.unique(hashes, axis=0)) < len(hashes):
        return None
    return hashes, vectors


def _write(path: Path, hashes: Hashes, vectors: Vectors) -> None:
    """Write a file whole and take away those used longest ago; a folder that cannot be written keeps nothing."""
    with suppress(OSError):
        write_whole(path, lambda fresh: np.savez(fresh, hashes=hashes, vectors=vectors))
        for old in _too_many(path):
            old.unlink(missing_ok=True)


def _too_many(kept: Path) -> Iterator[Path]:
    """Yield the files beside ``kept`` that go beyond ``N_FILES`` or ``MAX_BYTES``, with it the newest."""
    others = [path for path in kept.parent.glob("[!.]*-*.npz") if path != kept]
    others.sort(key=lambda path: (-path.stat().st_mtime_ns, path.name))
    size = kept.stat().st_size
    for number, path in enumerate(others, start=1):
        size += path.stat().st_size
        if number >= N_FILES or size > MAX_BYTES:
            yield path
