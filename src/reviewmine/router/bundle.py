"""The bundle: a folder of data that a routing service loads. Written whole or not at all, read only when it verifies.

Every byte that is parsed is the byte that was hashed: a file is read once, checked, and only then understood.
"""

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from reviewmine.errors import BundleError
from reviewmine.router.features import FeatureSpec, Vocabulary
from reviewmine.router.hashing import N_BUCKETS
from reviewmine.router.linear import Linear
from reviewmine.router.policy import Policy

SCHEMA = 3
MANIFEST = "manifest.json"
FILES = ("features.json", "golden.jsonl", "policy.json", "taxonomy.json", "weights.safetensors")
MAX_BYTES = 4 << 30
REMEDY = "export the bundle again or fetch it anew"


@dataclass(frozen=True)
class Bundle(Linear):
    """What a router works with: a linear model, its types, its policy, and where it is from."""

    taxonomy: Mapping[str, Any]
    policy: Policy
    golden: Sequence[Mapping[str, Any]]
    manifest: Mapping[str, Any]

    @property
    def types(self) -> list[dict[str, Any]]:
        """Return the types in the order of the columns of ``weights``."""
        return list(self.taxonomy["types"])


def canonical(data: Any) -> bytes:
    """Return ``data`` as JSON bytes that depend on its content alone."""
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


def sha256(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hex."""
    return hashlib.sha256(data).hexdigest()


def write_bundle(path: Path, bundle: Bundle) -> str:
    """Write ``bundle`` to the folder ``path`` and return its sha256.

    The sha256 is that of ``manifest.json``, which holds the sha256 of every other file. ``bundle.manifest`` gives the
    facts to keep there (versions, seed, data, metrics). An existing bundle at ``path`` is set aside whole and
    removed last; should the process die between, the next writing puts it back or clears what was left.
    """
    contents = {
        "features.json": canonical(bundle.spec.to_json()),
        "golden.jsonl": b"".join(
            json.dumps(row, ensure_ascii=True, sort_keys=True, allow_nan=False).encode() + b"\n"
            for row in bundle.golden
        ),
        "policy.json": canonical(bundle.policy.to_json()),
        "taxonomy.json": canonical(bundle.taxonomy),
        "weights.safetensors": save_tensors(
            {
                "buckets": bundle.vocabulary.buckets,
                "idf": bundle.vocabulary.idf,
                "intercept": bundle.intercept,
                "weights": np.ascontiguousarray(bundle.weights),
            }
        ),
    }
    files = {name: {"bytes": len(data), "sha256": sha256(data)} for name, data in contents.items()}
    manifest = canonical({**bundle.manifest, "schema": SCHEMA, "files": files})
    path.parent.mkdir(parents=True, exist_ok=True)
    _recover(path)
    fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    for name, data in {**contents, MANIFEST: manifest}.items():
        (fresh / name).write_bytes(data)
    fresh.chmod(0o755)
    _swap(fresh, path)
    return sha256(manifest)


def _recover(path: Path) -> None:
    """Undo what a process that died while writing left behind: put the old bundle back, remove the unfinished one."""
    old = path.with_name(f".{path.name}.old")
    if old.is_dir() and not path.exists():
        os.replace(old, path)
    for left in path.parent.glob(f".{path.name}.*"):
        shutil.rmtree(left, ignore_errors=True)


def _swap(fresh: Path, path: Path) -> None:
    """Put the folder ``fresh`` where ``path`` is; what stood there before is removed last."""
    old = path.with_name(f".{path.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        os.replace(path, old)
    os.replace(fresh, path)
    shutil.rmtree(old, ignore_errors=True)


def read_bundle(path: str | Path) -> Bundle:
    """Return the bundle at ``path``.

    Raises ``BundleError`` when a file is missing, extra, a link or altered, when the schema is another one, or when
    the parts do not fit each other. No weight is read before every hash has been checked.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    contents = {name: _read_checked(folder, name, manifest) for name in FILES}
    stated = manifest.get("taxonomy")
    if not isinstance(stated, dict) or stated.get("sha256") != sha256(contents["taxonomy.json"]):
        raise BundleError("the taxonomy is not the one in the manifest", where=str(folder), do=REMEDY)
    try:
        bundle = _understand(contents, manifest)
    except BundleError:
        raise
    except Exception as error:
        raise BundleError(
            f"a file does not have the documented form ({error})", where=str(folder), do=REMEDY
        ) from error
    return bundle


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return ``manifest.json`` after checking that the folder holds the files it names and nothing else."""
    if not folder.is_dir():
        raise BundleError("no such folder", expected="a bundle", where=str(folder), do="run `reviewmine train` first")
    found = sorted(entry.name for entry in folder.iterdir())
    expected = sorted([*FILES, MANIFEST])
    if found != expected:
        odd = sorted(set(found) ^ set(expected))
        raise BundleError(
            f"missing or extra: {', '.join(odd)[:200]}",
            expected="exactly a bundle's files",
            where=str(folder),
            do=REMEDY,
        )
    try:
        manifest = json.loads(_read_file(folder / MANIFEST))
    except (ValueError, RecursionError) as error:
        raise BundleError(f"not JSON ({error})", where=f"{folder}/{MANIFEST}", do=REMEDY) from error
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        schema = manifest.get("schema") if isinstance(manifest, dict) else None
        raise BundleError(
            f"schema is {schema!r}",
            expected=str(SCHEMA),
            where=f"{folder}/{MANIFEST}",
            do="use the reviewmine that wrote it",
        )
    if not isinstance(manifest.get("files"), dict) or sorted(manifest["files"]) != sorted(FILES):
        raise BundleError("the list of files is not a bundle's", where=f"{folder}/{MANIFEST}", do=REMEDY)
    return manifest


def bundle_sha256(path: str | Path) -> str:
    """Return the identity of the bundle at ``path``: the sha256 of its manifest."""
    return sha256(_read_file(Path(path) / MANIFEST))


def _read_file(path: Path) -> bytes:
    """Return the bytes of a regular file; links and giants are refused."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
        raise BundleError("a link, a device or too large", expected="a regular file", where=str(path), do=REMEDY)
    return path.read_bytes()


def _read_checked(folder: Path, name: str, manifest: Mapping[str, Any]) -> bytes:
    """Return the bytes of a bundle file whose hash is the one in the manifest."""
    data = _read_file(folder / name)
    stated = manifest["files"][name]
    if not isinstance(stated, dict) or stated.get("sha256") != sha256(data):
        raise BundleError("altered since it was written (sha256 differs)", where=f"{folder}/{name}", do=REMEDY)
    return data


def _understand(contents: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Bundle:
    """Return the bundle whose files are ``contents``, after checking that the shapes agree."""
    tensors = load_tensors(contents["weights.safetensors"])
    taxonomy = json.loads(contents["taxonomy.json"])
    policy = Policy.from_json(json.loads(contents["policy.json"]))
    buckets, weights = tensors["buckets"], tensors["weights"]
    n_types = len(taxonomy["types"])
    shapes = (
        weights.shape == (len(buckets), n_types)
        and tensors["intercept"].shape == (n_types,)
        and tensors["idf"].shape == buckets.shape
    )
    by_type = [len(policy.thresholds), *filter(None, map(len, (policy.auto_thresholds, policy.shortlist_thresholds)))]
    if not shapes or n_types == 0 or any(n != n_types for n in by_type):
        raise BundleError(f"weights {weights.shape}, {n_types} types: shapes disagree", do=REMEDY)
    if len(buckets) and (int(buckets.max()) >= N_BUCKETS or bool((np.diff(buckets.astype(np.int64)) <= 0).any())):
        raise BundleError("the vocabulary is not in rising order or out of range", do=REMEDY)
    return Bundle(
        spec=FeatureSpec.from_json(json.loads(contents["features.json"])),
        vocabulary=Vocabulary.of(buckets, tensors["idf"]),
        weights=weights,
        intercept=tensors["intercept"],
        taxonomy=taxonomy,
        policy=policy,
        golden=[json.loads(line) for line in contents["golden.jsonl"].splitlines()],
        manifest=manifest,
    )
