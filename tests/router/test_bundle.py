"""The bundle on disk: the same bytes each time, and nothing that does not verify is loaded."""

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from reviewmine.errors import BundleError
from reviewmine.router import Router, bundle_sha256, read_bundle, write_bundle
from reviewmine.router.bundle import FILES, MANIFEST, canonical, sha256


@pytest.fixture
def folder(bundle, tmp_path):
    write_bundle(tmp_path / "bundle", bundle)
    return tmp_path / "bundle"


def change_manifest(folder, **changes):
    path = folder / MANIFEST
    path.write_bytes(canonical(json.loads(path.read_bytes()) | changes))


def reseal(folder, name, data):
    """Put other content under ``name`` with a manifest that agrees: what a careless or hostile exporter writes."""
    (folder / name).write_bytes(data)
    files = json.loads((folder / MANIFEST).read_bytes())["files"]
    changes = {"files": files | {name: {"bytes": len(data), "sha256": sha256(data)}}}
    if name == "taxonomy.json":
        changes["taxonomy"] = {"sha256": sha256(data)}
    change_manifest(folder, **changes)


def test_what_is_written_is_read(bundle, folder):
    read = read_bundle(folder)
    assert read.spec == bundle.spec
    assert read.policy == bundle.policy
    assert read.taxonomy == bundle.taxonomy
    assert list(read.golden) == list(bundle.golden)
    assert read.manifest["seed"] == 13
    for name in ("weights", "intercept"):
        assert np.array_equal(getattr(read, name), getattr(bundle, name))
    for name in ("buckets", "idf", "column"):
        assert np.array_equal(getattr(read.vocabulary, name), getattr(bundle.vocabulary, name))


def test_the_folder_holds_the_documented_files(folder):
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, MANIFEST])


def test_writing_twice_gives_the_same_sha256(bundle, folder, tmp_path):
    again = write_bundle(tmp_path / "elsewhere" / "other name", bundle)
    assert again == bundle_sha256(folder) == bundle_sha256(tmp_path / "elsewhere" / "other name")
    assert write_bundle(tmp_path / "b", replace(bundle, intercept=bundle.intercept + 1)) != again


def test_writing_replaces_the_whole_bundle_and_leaves_nothing_behind(bundle, folder):
    (folder / "stale.txt").write_text("вчерашнее")
    write_bundle(folder, bundle)
    assert read_bundle(folder).manifest["seed"] == 13
    assert [path.name for path in folder.parent.iterdir()] == ["bundle"]


def test_no_path_of_this_machine_is_in_it(folder):
    assert all(str(folder.parent).encode() not in path.read_bytes() for path in folder.iterdir())


def test_a_path_that_does_not_exist(tmp_path):
    with pytest.raises(BundleError, match="absent: no such folder, expected a bundle; run `reviewmine train` first"):
        Router.load(tmp_path / "absent")


def test_a_file_instead_of_a_folder(folder):
    with pytest.raises(BundleError, match="no such folder, expected a bundle"):
        read_bundle(folder / MANIFEST)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_missing_file(folder, name):
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"missing or extra: {name}, expected exactly a bundle's files"):
        read_bundle(folder)


@pytest.mark.parametrize("name", ["model.pkl", "route.py", ".hidden"])
def test_an_extra_file(folder, name):
    (folder / name).write_bytes(b"")
    with pytest.raises(BundleError, match=f"missing or extra: {name}"):
        read_bundle(folder)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_symlink(folder, tmp_path, name):
    shutil.move(folder / name, tmp_path / name)
    (folder / name).symlink_to(tmp_path / name)
    with pytest.raises(BundleError, match=f"{name}: a link, a device or too large, expected a regular file"):
        read_bundle(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(folder):
    (folder / "policy.json").unlink()
    os.mkfifo(folder / "policy.json")
    with pytest.raises(BundleError, match="a link, a device or too large"):
        read_bundle(folder)


@pytest.mark.parametrize("where", [0, 0.5, -1])
@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte(folder, name, where):
    data = bytearray((folder / name).read_bytes())
    data[int(where * len(data)) if where >= 0 else where] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(BundleError, match=rf"{name}: altered since it was written \(sha256 differs\)"):
        read_bundle(folder)


def test_a_flipped_byte_of_the_manifest_is_refused_or_changes_its_identity(folder):
    whole, identity, n_refused = (folder / MANIFEST).read_bytes(), bundle_sha256(folder), 0
    for i in range(len(whole)):
        (folder / MANIFEST).write_bytes(whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :])
        assert bundle_sha256(folder) != identity
        try:
            read_bundle(folder)
        except BundleError:
            n_refused += 1
    assert n_refused > len(whole) / 2  # the hashes, the names, the schema and the syntax


@pytest.mark.parametrize("schema", [2, 4, "3", None, 0])
def test_another_schema(folder, schema):
    change_manifest(folder, schema=schema)
    with pytest.raises(BundleError, match=f"schema is {schema!r}, expected 3; use the reviewmine that wrote it"):
        read_bundle(folder)


@pytest.mark.parametrize("taxonomy", [{"sha256": "0" * 64}, {}, None, "marketplace-ru", [1]])
def test_another_taxonomy(folder, taxonomy):
    change_manifest(folder, taxonomy=taxonomy)
    with pytest.raises(BundleError, match="the taxonomy is not the one in the manifest"):
        read_bundle(folder)


@pytest.mark.parametrize("files", [{}, [], None, {"weights.safetensors": {}}])
def test_a_manifest_with_another_list_of_files(folder, files):
    change_manifest(folder, files=files)
    with pytest.raises(BundleError, match="the list of files is not a bundle's"):
        read_bundle(folder)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000], ids=["empty", "list", "open", "binary", "deep"]
)
def test_a_manifest_that_is_no_manifest(folder, data):
    (folder / MANIFEST).write_bytes(data)
    with pytest.raises(BundleError, match=r"manifest\.json: (not JSON|schema is None)"):
        read_bundle(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_form(folder, name):
    reseal(folder, name, b'{"types": 7')
    with pytest.raises(BundleError, match="a file does not have the documented form"):
        read_bundle(folder)


def test_a_type_without_weights(bundle, folder):
    reseal(folder, "taxonomy.json", canonical(bundle.taxonomy | {"types": bundle.types[:2]}))
    with pytest.raises(BundleError, match="2 types: shapes disagree"):
        read_bundle(folder)


def test_a_threshold_too_few(bundle, folder):
    reseal(folder, "policy.json", canonical(bundle.policy.to_json() | {"thresholds": [0.5]}))
    with pytest.raises(BundleError, match="3 types: shapes disagree"):
        read_bundle(folder)


def test_a_vocabulary_out_of_order(bundle, tmp_path):
    vocabulary = replace(bundle.vocabulary, buckets=bundle.vocabulary.buckets[::-1].copy())
    write_bundle(tmp_path / "bundle", replace(bundle, vocabulary=vocabulary))
    with pytest.raises(BundleError, match="the vocabulary is not in rising order or out of range"):
        read_bundle(tmp_path / "bundle")


def test_what_a_killed_writer_left_is_undone(bundle, folder):
    before = bundle_sha256(folder)
    os.replace(folder, folder.with_name(".bundle.old"))  # killed after the old bundle was set aside
    (folder.with_name(".bundle.x1y2")).mkdir()
    assert write_bundle(folder, bundle) == before
    assert sorted(path.name for path in folder.parent.iterdir()) == ["bundle"]
