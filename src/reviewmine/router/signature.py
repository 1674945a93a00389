"""Who made a bundle: an Ed25519 signature (RFC 8032) over the bytes of its manifest, which names every other file by hash.

The one module that needs ``cryptography`` (extra ``sign``); a bundle is loaded without it unless a key is asked for.
"""

from pathlib import Path
from typing import Any

from reviewmine.errors import BundleError, ReviewmineError, missing_extra
from reviewmine.router.bundle import read_bundle, sha256
from reviewmine.router.sealed import SIGNATURE, manifest_bytes
from reviewmine.router.written import write_beside

_MAX_KEY = 10_000  # bytes of a PEM file


def sign_bundle(path: str | Path, key: str | Path) -> Path:
    """Sign the bundle at ``path`` with the private key in the PEM file ``key``; return the file of the signature.

    Only a bundle that verifies is signed. An older signature is replaced. Raises ``ReviewmineError`` on a key that is not an
    Ed25519 private key.
    """
    folder = Path(path).resolve()
    private = _key(key, private=True)
    loaded, data = read_bundle(folder), manifest_bytes(folder)
    if sha256(data) != loaded.sha256:
        raise BundleError("changed while it was read", where=str(folder), do="sign it again")
    write_beside(folder / SIGNATURE, private.sign(data))
    return folder / SIGNATURE


def check_signature(data: bytes, signature: bytes, key: str | Path, where: str = SIGNATURE) -> None:
    """Raise ``BundleError`` unless ``signature`` (64 bytes) over ``data`` is that of the public key in the PEM file ``key``."""
    public = _key(key, private=False)
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415

    try:
        public.verify(signature, data)
    except InvalidSignature:
        raise BundleError(
            "the signature is not that of the key over this manifest",
            where=where,
            do="do not use the bundle; ask who made it, or check the key",
        ) from None


def _key(path: str | Path, *, private: bool) -> Any:
    """Return the Ed25519 key in a PEM file."""
    try:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
            load_pem_private_key,
            load_pem_public_key,
        )
    except ModuleNotFoundError as error:
        raise missing_extra("cryptography", "sign", "a signature") from error
    kind = "private" if private else "public"
    expected = f"an Ed25519 {kind} key as PEM" + (", without a password" if private else "")
    try:
        with Path(path).open("rb") as file:
            pem = file.read(_MAX_KEY)
        key = load_pem_private_key(pem, None) if private else load_pem_public_key(pem)
    except OSError as error:
        raise ReviewmineError(
            f"not readable ({error.strerror})", expected=expected, where=str(path), do="check the path"
        ) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ReviewmineError("no such key", expected=expected, where=str(path), do="see docs/bundle.md") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey if private else ed25519.Ed25519PublicKey):
        raise ReviewmineError("a key of another kind", expected=expected, where=str(path), do="see docs/bundle.md")
    return key
