"""Signed bundles: who holds the public key knows who made a bundle, and that nothing was put in its place."""

import json
import shutil
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from reviewmine.errors import BundleError, ReviewmineError
from reviewmine.router import Router, bundle_sha256, read_bundle, verify, write_bundle
from reviewmine.router.bundle import MANIFEST, canonical
from reviewmine.router.signature import sign_bundle


def write_keys(folder, name, private, password=None):
    """Write a pair of keys as PEM files and return their paths."""
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    (folder / f"{name}.pem").write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / f"{name}.pub").write_bytes(public)
    return folder / f"{name}.pem", folder / f"{name}.pub"


@pytest.fixture
def keys(tmp_path):
    return write_keys(tmp_path, "ours", ed25519.Ed25519PrivateKey.generate())


@pytest.fixture
def folder(bundle, tmp_path):
    write_bundle(tmp_path / "bundle", bundle)
    return tmp_path / "bundle"


@pytest.fixture
def signed(folder, keys):
    assert sign_bundle(folder, keys[0]) == folder / "manifest.sig"
    return folder


def test_a_signed_bundle_is_the_same_bundle(bundle, folder, keys):
    before = bundle_sha256(folder)
    sign_bundle(folder, keys[0])
    assert sorted(path.name for path in folder.parent.iterdir()) == ["bundle", "ours.pem", "ours.pub"]
    assert bundle_sha256(folder) == read_bundle(folder, keys[1]).sha256 == before
    assert verify(Router(read_bundle(folder, str(keys[1])))) == len(bundle.golden)
    assert verify(Router.load(folder)) == len(bundle.golden)  # without a key it does not matter


def test_the_signature_is_plain_ed25519_over_the_manifest(signed, keys, tmp_path):
    """Any tool can check it: here OpenSSL where it is installed, and the library itself."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    signature = (signed / "manifest.sig").read_bytes()
    assert len(signature) == 64
    load_pem_public_key(keys[1].read_bytes()).verify(signature, (signed / MANIFEST).read_bytes())
    if shutil.which("openssl"):
        line = f"openssl pkeyutl -verify -pubin -inkey {keys[1]} -rawin -in {signed}/manifest.json -sigfile {signed}/manifest.sig"
        done = subprocess.run(line.split(), capture_output=True, text=True, check=False)
        assert "Verified Successfully" in done.stdout, done.stderr


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes keys by openssl")
def test_keys_made_as_the_page_says(folder, tmp_path):
    for line in (
        f"openssl genpkey -algorithm ed25519 -out {tmp_path}/private.pem",
        f"openssl pkey -in {tmp_path}/private.pem -pubout -out {tmp_path}/public.pem",
    ):
        subprocess.run(line.split(), capture_output=True, check=True)
    sign_bundle(folder, tmp_path / "private.pem")
    assert read_bundle(folder, tmp_path / "public.pem").manifest["seed"] == 13


def test_a_bundle_that_is_not_signed(folder, keys):
    with pytest.raises(BundleError, match=r"bundle: not signed, expected manifest\.sig; sign it with"):
        read_bundle(folder, keys[1])


def test_signed_by_somebody_else(signed, tmp_path):
    _, other = write_keys(tmp_path, "other", ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(
        BundleError, match=r"manifest\.sig: the signature is not that of the key .*; do not use the bundle"
    ):
        read_bundle(signed, other)


def test_every_byte_of_a_signature_counts(signed, keys):
    whole = (signed / "manifest.sig").read_bytes()
    for i in range(64):
        for bit in (0, 5, 7):
            (signed / "manifest.sig").write_bytes(whole[:i] + bytes([whole[i] ^ 1 << bit]) + whole[i + 1 :])
            with pytest.raises(BundleError, match="the signature is not that of the key"):
                read_bundle(signed, keys[1])


@pytest.mark.parametrize("size", [0, 1, 63])
def test_a_signature_cut_short(signed, keys, size):
    (signed / "manifest.sig").write_bytes((signed / "manifest.sig").read_bytes()[:size])
    with pytest.raises(BundleError, match="the signature is not that of the key"):
        read_bundle(signed, keys[1])


def test_a_signature_too_long_or_a_link(signed, tmp_path):
    data = (signed / "manifest.sig").read_bytes()
    (signed / "manifest.sig").write_bytes(data + b"\n")
    with pytest.raises(BundleError, match=r"manifest\.sig: a link, a device or too large"):
        read_bundle(signed)
    (signed / "manifest.sig").unlink()
    (tmp_path / "kept.sig").write_bytes(data)
    (signed / "manifest.sig").symlink_to(tmp_path / "kept.sig")
    with pytest.raises(BundleError, match=r"manifest\.sig: a link, a device or too large"):
        read_bundle(signed)


def test_a_manifest_changed_after_signing(signed, keys):
    manifest = json.loads((signed / MANIFEST).read_bytes())
    (signed / MANIFEST).write_bytes(canonical(manifest | {"seed": 14}))
    assert read_bundle(signed).manifest["seed"] == 14  # whole, but no longer what was signed
    with pytest.raises(BundleError, match="the signature is not that of the key over this manifest"):
        read_bundle(signed, keys[1])


def test_a_file_changed_after_signing(signed, keys):
    (signed / "policy.json").write_bytes((signed / "policy.json").read_bytes() + b" ")
    with pytest.raises(BundleError, match=r"policy\.json: altered"):
        read_bundle(signed, keys[1])


def test_a_bundle_written_anew_has_no_signature(bundle, signed, keys):
    write_bundle(signed, bundle)
    with pytest.raises(BundleError, match="not signed"):
        read_bundle(signed, keys[1])


def test_signing_again_replaces_the_signature(signed, tmp_path):
    private, public = write_keys(tmp_path, "other", ed25519.Ed25519PrivateKey.generate())
    sign_bundle(signed, private)
    assert read_bundle(signed, public).manifest["seed"] == 13


def test_only_a_whole_bundle_is_signed(folder, keys):
    (folder / "policy.json").write_bytes(b"{}")
    with pytest.raises(BundleError, match="altered"):
        sign_bundle(folder, keys[0])
    assert not (folder / "manifest.sig").exists()


def test_keys_that_cannot_be_used(signed, tmp_path):
    (tmp_path / "text.pem").write_text("не ключ")
    locked, _ = write_keys(tmp_path, "locked", ed25519.Ed25519PrivateKey.generate(), b"secret")
    curve, curve_public = write_keys(tmp_path, "curve", ec.generate_private_key(ec.SECP256R1()))
    ours, public = tmp_path / "ours.pem", tmp_path / "ours.pub"
    for key, found in (
        (tmp_path / "absent.pem", "absent.pem: not readable"),
        (tmp_path / "text.pem", "text.pem: no such key"),
        (locked, "no such key, expected an Ed25519 private key as PEM, without a password"),
        (curve, "a key of another kind, expected an Ed25519 private key"),
        (public, "no such key, expected an Ed25519 private key"),
    ):
        with pytest.raises(ReviewmineError, match=found):
            sign_bundle(signed, key)
    for key, found in (
        (tmp_path / "absent.pub", "absent.pub: not readable"),
        (curve_public, "a key of another kind, expected an Ed25519 public key"),
        (ours, "no such key, expected an Ed25519 public key as PEM; see docs"),
    ):
        with pytest.raises(ReviewmineError, match=found):
            read_bundle(signed, key)
    assert read_bundle(signed, public).manifest["seed"] == 13


def test_without_the_library_the_extra_is_named(signed, keys, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(ReviewmineError, match=r'needs cryptography, .* pip install "reviewmine\[sign\]"'):
        read_bundle(signed, keys[1])
    assert read_bundle(signed).manifest["seed"] == 13


def test_sign_and_verify_on_the_command_line(folder, keys, tmp_path, cli):
    private, public = keys
    code, out, err = cli("verify", folder, "--key", public)
    assert (code, out) == (2, "")
    assert "not signed" in err
    code, out, _ = cli("sign", folder, "--key", private)
    assert (code, out) == (
        0,
        f"sign: {folder}/manifest.sig written; check it with reviewmine verify --key PUBLIC.pem\n",
    )
    code, out, _ = cli("verify", folder, "--key", public)
    told = f"verify: {folder} is whole, 8 golden answers repeated, signed by {public}; sha256 {bundle_sha256(folder)}\n"
    assert (code, out) == (0, told)
    _, other = write_keys(tmp_path, "other", ed25519.Ed25519PrivateKey.generate())
    code, _, err = cli("verify", folder, "--key", other)
    assert (code, err.count("\n")) == (2, 1)
    assert "do not use the bundle" in err
    assert "signed by" not in cli("verify", folder)[1]
