"""The bundle: a folder of data that a routing service loads. Written whole or not at all, read only when it verifies.

Every byte that is understood is the byte that was hashed: see ``sealed``.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewmine.errors import BundleError
from reviewmine.router.features import Vocabulary
from reviewmine.router.form import Golden, policy_of, spec_of, taxonomy_of
from reviewmine.router.hashing import N_BUCKETS
from reviewmine.router.linear import Linear
from reviewmine.router.policy import Policy
from reviewmine.router.sealed import (
    FILES,
    MANIFEST,
    MAX_BYTES,
    REMEDY,
    SCHEMA,
    Buffer,
    canonical,
    manifest_bytes,
    read_manifest,
    read_sealed,
)
from reviewmine.router.tensors import from_buffer, to_bytes
from reviewmine.router.written import write_folder

__all__ = [
    "FILES",
    "MANIFEST",
    "SCHEMA",
    "Bundle",
    "bundle_sha256",
    "canonical",
    "read_bundle",
    "read_manifest",
    "sha256",
]


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

    @property
    def sha256(self) -> str:
        """Return the identity of a bundle that was read, whatever lies in its folder by now."""
        return sha256(canonical(self.manifest))


def sha256(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hex."""
    return hashlib.sha256(data).hexdigest()


def bundle_sha256(path: str | Path) -> str:
    """Return the identity of the bundle at ``path``: the sha256 of its manifest."""
    return sha256(manifest_bytes(Path(path)))


def read_bundle(path: str | Path, key: str | Path | None = None) -> Bundle:
    """Return the bundle at ``path``; its weights stay in the file and are read as they are asked for.

    With ``key``, the file of an Ed25519 public key (PEM), the bundle must be signed by it. Raises ``BundleError`` when a file
    is missing, extra, a link or altered, when the schema is another one, when the signature is not that of the key, or when
    the parts do not fit each other. No weight is read before every hash has been checked.
    """
    folder = Path(path)
    sealed = read_sealed(folder, key)
    try:
        return _understand(sealed.files, sealed.manifest)
    except BundleError as error:
        raise BundleError(error.found, expected=error.expected, where=str(folder), do=error.do) from error
    except Exception as error:
        raise BundleError(
            f"a file does not have the documented form ({str(error)[:200]})", where=str(folder), do=REMEDY
        ) from error


def _understand(files: Mapping[str, Buffer], manifest: Mapping[str, Any]) -> Bundle:
    """Return the bundle whose contents are ``files``, after checking that the parts agree."""
    spec, policy = spec_of(files["features.json"][:]), policy_of(files["policy.json"][:])
    taxonomy, golden = taxonomy_of(files["taxonomy.json"][:]), Golden(files["golden.jsonl"][:])
    tensors = from_buffer(files["weights.safetensors"])
    buckets, weights = tensors["buckets"], tensors["weights"]
    n_types = len(taxonomy["types"])
    shapes = buckets.shape == tensors["idf"].shape == weights.shape[:1] and weights.shape[1:] == tensors[
        "intercept"
    ].shape == (n_types,)
    by_type = [len(policy.thresholds), *filter(None, map(len, (policy.auto_thresholds, policy.shortlist_thresholds)))]
    if not shapes or n_types == 0 or any(n != n_types for n in by_type):
        raise BundleError(f"weights {weights.shape}, {n_types} types: shapes disagree", do=REMEDY)
    if len(buckets) and (int(buckets.max()) >= N_BUCKETS or bool((buckets[1:] <= buckets[:-1]).any())):
        raise BundleError("the vocabulary is not in rising order or out of range", do=REMEDY)
    if len(buckets) and float(tensors["idf"].min()) < 0:
        raise BundleError("an idf below 0", do=REMEDY)
    return Bundle(
        spec=spec,
        vocabulary=Vocabulary.of(buckets, tensors["idf"]),
        weights=weights,
        intercept=tensors["intercept"],
        taxonomy=taxonomy,
        policy=policy,
        golden=golden,
        manifest=manifest,
    )


def write_bundle(path: Path, bundle: Bundle) -> str:
    """Write ``bundle`` to the folder ``path`` and return its sha256.

    The sha256 is that of ``manifest.json``, which holds the sha256 of every other file. ``bundle.manifest`` gives the
    facts to keep there (versions, seed, data, metrics). Weights are kept as they come, in half or single precision.
    At every moment ``path`` holds the old bundle or the new one, whole and on disk, whenever the process dies.
    Raises ``BundleError`` on numbers that are not finite and on files larger than a reader takes.
    """
    contents = {
        "features.json": canonical(bundle.spec.to_json()),
        "golden.jsonl": b"".join(
            json.dumps(row, ensure_ascii=True, sort_keys=True, allow_nan=False).encode() + b"\n"
            for row in bundle.golden
        ),
        "policy.json": canonical(bundle.policy.to_json()),
        "taxonomy.json": canonical(bundle.taxonomy),
        "weights.safetensors": to_bytes(
            {
                "buckets": bundle.vocabulary.buckets,
                "idf": bundle.vocabulary.idf,
                "intercept": bundle.intercept,
                "weights": bundle.weights,
            }
        ),
    }
    files = {name: {"bytes": len(data), "sha256": sha256(data)} for name, data in contents.items()}
    contents[MANIFEST] = canonical({**bundle.manifest, "schema": SCHEMA, "files": files})
    for name, data in contents.items():
        if len(data) > MAX_BYTES[name]:
            found, most = f"{len(data):,} bytes", f"at most {MAX_BYTES[name]:,}"
            raise BundleError(found, expected=most, where=f"{path}/{name}", do="shorten what goes into it")
    write_folder(path, contents)
    return sha256(contents[MANIFEST])
