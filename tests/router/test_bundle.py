"""The bundle on disk: the same bytes each time, and nothing that does not verify is loaded."""

import json
import math
import os
import shutil
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import reviewmine
from reviewmine.errors import BundleError
from reviewmine.router import Router, bundle_sha256, read_bundle, write_bundle
from reviewmine.router.bundle import FILES, MANIFEST, SCHEMA, canonical, sha256
from reviewmine.router.hashing import N_BUCKETS
from reviewmine.router.sealed import MAX_BYTES


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
    for name in ("buckets", "idf"):
        assert np.array_equal(getattr(read.vocabulary, name), getattr(bundle.vocabulary, name))
    every = np.arange(N_BUCKETS)
    assert np.array_equal(read.vocabulary.columns(every), bundle.vocabulary.columns(every))


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


@pytest.mark.parametrize("schema", [3, 5, "4", None, 0])
def test_another_schema(folder, schema):
    change_manifest(folder, schema=schema)
    with pytest.raises(BundleError, match=f"schema is {schema!r}, expected 4; use the reviewmine that wrote it"):
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


def test_a_disk_that_fills_up_after_a_killed_writer_costs_no_bundle(bundle, folder, monkeypatch):
    before = bundle_sha256(folder)
    os.replace(folder, folder.with_name(".bundle.old"))  # killed between two renames

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_bundle(folder, replace(bundle, intercept=bundle.intercept + 1))
    assert bundle_sha256(folder) == before


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_weights_keep_their_precision(bundle, tmp_path, dtype):
    weights = (bundle.weights.astype(np.float32) + 1 / 3).astype(dtype)
    write_bundle(tmp_path / "bundle", replace(bundle, weights=weights))
    read = read_bundle(tmp_path / "bundle")
    assert read.weights.dtype == dtype
    assert np.array_equal(read.weights, weights)


def test_the_weights_are_a_safetensors_file_like_any_other(bundle, folder):
    from safetensors.numpy import load

    tensors = load((folder / "weights.safetensors").read_bytes())
    assert sorted(tensors) == ["buckets", "idf", "intercept", "weights"]
    assert np.array_equal(tensors["weights"], bundle.weights)
    assert np.array_equal(tensors["buckets"], bundle.vocabulary.buckets)


def as_the_page_says(folder):
    """Load the tensors as docs/bundle.md describes them, with nothing but the standard library."""
    data = (folder / "weights.safetensors").read_bytes()
    n = int.from_bytes(data[:8], "little")
    header, base = json.loads(data[8 : 8 + n]), 8 + n
    end, found = 0, {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        code, size = {"U32": ("I", 4), "F32": ("f", 4), "F16": ("H", 2)}[entry["dtype"]]
        assert entry["data_offsets"] == [end, end + math.prod(entry["shape"]) * size]
        first, end = entry["data_offsets"]
        numbers = struct.unpack(f"<{(end - first) // size}{code}", data[base + first : base + end])
        found[name] = [half(bits) for bits in numbers] if code == "H" else list(numbers)
    assert base + end == len(data)
    return found


def half(bits):
    """Return the number that 16 bits stand for: sign 1, exponent 5, fraction 10."""
    sign, exponent, fraction = -1.0 if bits >> 15 else 1.0, bits >> 10 & 31, bits & 1023
    return sign * (fraction / 1024 * 2**-14 if exponent == 0 else (1 + fraction / 1024) * 2.0 ** (exponent - 15))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_loader_written_from_the_page(bundle, tmp_path, dtype):
    rng = np.random.default_rng(3)
    weights = (rng.normal(size=bundle.weights.shape) * 10.0 ** rng.integers(-7, 4, bundle.weights.shape)).astype(dtype)
    write_bundle(tmp_path / "bundle", replace(bundle, weights=weights))
    found = as_the_page_says(tmp_path / "bundle")
    assert found["weights"] == weights.astype(np.float64).ravel().tolist()
    assert found["buckets"] == bundle.vocabulary.buckets.tolist()
    assert found["idf"] == bundle.vocabulary.idf.tolist()
    assert found["intercept"] == bundle.intercept.tolist()


def test_the_page_names_every_key_limit_and_the_schema(bundle, folder):
    page = (Path(__file__).parents[2] / "docs/bundle.md").read_text(encoding="utf-8")
    head = page.partition("## From text to decision")[0]
    for name in ("features.json", "policy.json", MANIFEST):
        keys = json.loads((folder / name).read_bytes())
        assert [key for key in keys if f"`{key}`" not in head] == []
    for name, most in MAX_BYTES.items():
        size = {64: "64 bytes"}.get(most) or (f"{most >> 30} GiB" if most >> 30 else f"{most >> 20} MiB")
        assert [line for line in head.splitlines() if line.startswith(f"| `{name}`") and line.endswith(f"| {size} |")]
    assert f"require manifest.schema = {SCHEMA}\n" in head


def test_a_bundle_goes_to_another_process(folder):
    """Workers of a pool get it by pickling what they are handed."""
    import pickle

    read = read_bundle(folder)
    list(read.golden)
    again = pickle.loads(pickle.dumps(read))
    assert again.sha256 == read.sha256 == bundle_sha256(folder)
    assert Router(again).route("Курьер опоздал").types == Router(read).route("Курьер опоздал").types


def test_a_router_goes_on_with_its_bundle_when_another_is_put_in_its_place(bundle, folder):
    router = Router.load(folder)
    before = router.route("Курьер опоздал")
    write_bundle(folder, replace(bundle, weights=-bundle.weights))
    assert router.route("Курьер опоздал") == before
    assert router.route("чайник сломался").types[0].code == "017"
    assert router.bundle.sha256 != bundle_sha256(folder)


def test_writing_through_a_link_replaces_what_it_leads_to(bundle, folder):
    link = folder.parent / "current"
    link.symlink_to(folder)
    other = write_bundle(link, replace(bundle, intercept=bundle.intercept + 1))
    assert bundle_sha256(folder) == bundle_sha256(link) == other
    assert link.is_symlink()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["bundle", "current"]


KILLED = """
import os, signal, sys
from pathlib import Path
from reviewmine.errors import BundleError
from reviewmine.router import bundle_sha256, read_bundle, write_bundle
from reviewmine.router import written

first, second, target = map(Path, sys.argv[1:4])
in_one_step = sys.argv[4] == "exchange"
os.fsync = lambda _: None  # the machine stays up, and the disk is slow
if not in_one_step:
    written._exchange = lambda *_: False
old, new = read_bundle(first), read_bundle(second)
write_bundle(target, old), write_bundle(target, old)  # everything is imported now
seen, gaps, moment, finished = set(), 0, 0, False
while not finished:
    child = os.fork()
    if child == 0:
        left = [moment]
        def kill(event, _):
            if event != "os.kill" and event.startswith(("os.", "open", "shutil.", "tempfile.", "ctypes.")):
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1
        sys.addaudithook(kill)
        write_bundle(target, new)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    finished = os.WIFEXITED(status)
    assert status in (0, signal.SIGKILL), status
    here = target
    if not target.exists():  # between the two renames
        here, gaps = target.with_name(f".{target.name}.old"), gaps + 1
    read_bundle(here)
    seen.add(bundle_sha256(here))
    assert seen <= {bundle_sha256(first), bundle_sha256(second)}
    write_bundle(target, old)
    assert [path.name for path in target.parent.iterdir()] == [target.name], "something was left behind"
    assert bundle_sha256(target) == bundle_sha256(first)
    moment += 1
print(moment, len(seen), gaps)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes made by fork")
@pytest.mark.parametrize("way", ["exchange", "two renames"])
def test_killed_at_any_moment_of_writing(bundle, tmp_path, way):
    """SIGKILL before each call that touches the disk: the old bundle or the new one is there, whole."""
    write_bundle(tmp_path / "first", bundle)
    write_bundle(tmp_path / "second", replace(bundle, intercept=bundle.intercept + 1))
    (tmp_path / "place").mkdir()
    places = [str(tmp_path / name) for name in ("first", "second", "place/bundle")]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *places, way],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(reviewmine.__file__).parents[1]), "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    moments, seen, gaps = map(int, done.stdout.split())
    assert moments > 20
    assert seen == 2
    assert gaps <= 1
    if way == "exchange" and sys.platform == "linux":
        assert gaps == 0
