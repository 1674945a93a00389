"""A bundle from elsewhere: whatever is in it, it is refused with a remedy, or it answers as its maker said."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import reviewmine
from reviewmine.errors import BundleError
from reviewmine.router import Router, bundle_sha256, read_bundle, verify, write_bundle
from reviewmine.router import sealed as sealed_module
from reviewmine.router.bundle import FILES, MANIFEST, canonical, sha256
from reviewmine.router.features import Vocabulary
from reviewmine.router.router import golden_answer
from reviewmine.router.tensors import from_buffer, to_bytes

TEXTS = ("Курьер опоздал на два дня", "чайник сломался", "спасибо, рада")
SOURCE = str(Path(reviewmine.__file__).parents[1])


@pytest.fixture(scope="module")
def tiny(bundle):
    """The bundle with the few features that have a weight, so that all its bytes can be tried."""
    used = np.flatnonzero((bundle.weights != 0).any(axis=1))[:12]
    vocabulary = Vocabulary.of(bundle.vocabulary.buckets[used], bundle.vocabulary.idf[used])
    small = replace(bundle, vocabulary=vocabulary, weights=bundle.weights[used], golden=[])
    rows = [{"id": str(i), "text": text} for i, text in enumerate(TEXTS)]
    answers = map(golden_answer, Router(small).route_many(rows))
    return replace(small, golden=[{"review": row, "answer": answer} for row, answer in zip(rows, answers, strict=True)])


@pytest.fixture
def folder(tiny, tmp_path):
    write_bundle(tmp_path / "bundle", tiny)
    return tmp_path / "bundle"


def reseal(folder, name, data, **changes):
    """Put ``data`` under ``name`` with a manifest that agrees: what a hostile maker writes."""
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["files"][name] = {"bytes": len(data), "sha256": sha256(data)}
    if name == "taxonomy.json":
        manifest["taxonomy"]["sha256"] = sha256(data)
    (folder / MANIFEST).write_bytes(canonical(manifest | changes))


def refused(folder, match):
    with pytest.raises(BundleError, match=match) as caught:
        read_bundle(folder)
    assert caught.value.do
    assert len(str(caught.value)) < 900 + len(str(folder))


@pytest.mark.parametrize("pattern", [0x01, 0x20, 0x80, 0xFF])
@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_every_byte_flipped_in_turn_is_refused_or_changes_no_answer(folder, name, pattern):
    with (folder / name).open("r+b", buffering=0) as file:
        whole, taken = file.read(), 0
        for i, byte in enumerate(whole):
            os.pwrite(file.fileno(), bytes([byte ^ pattern]), i)
            try:
                loaded = read_bundle(folder)
            except BundleError as error:
                assert error.do  # noqa: PT017 the refusal is not the only right outcome
            else:
                taken += 1
                assert verify(Router(loaded)) == len(TEXTS)
            os.pwrite(file.fileno(), bytes([byte]), i)
    assert taken == 0 or name == MANIFEST  # facts such as the seed may say anything; the identity is another
    assert verify(Router.load(folder)) == len(TEXTS)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_file_cut_short_or_with_something_behind_it(folder, name):
    whole = (folder / name).read_bytes()
    for data in (b"", whole[:-1], whole[: len(whole) // 2], whole + b"\n", whole + b"\0"):
        (folder / name).write_bytes(data)
        refused(folder, r"altered since|not JSON|not in the form")


def header_of(data):
    size = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def tensor_file(header, body):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def changed(name, **entry):
    return lambda header: header | {name: header[name] | entry}


@pytest.mark.parametrize(
    "change",
    {
        "huge shape": changed("weights", shape=[1 << 40, 3]),
        "huge product": changed("weights", shape=[1 << 31, 1 << 31]),
        "product that wraps round": changed("weights", shape=[1 << 31, 1 << 32]),
        "negative": changed("weights", shape=[-12, -3]),
        "bool": changed("intercept", shape=[True, 3]),
        "float": changed("intercept", shape=[3.0]),
        "three dimensions": changed("weights", shape=[12, 3, 1]),
        "no shape": changed("weights", shape=None),
        "doubles": changed("weights", dtype="F64"),
        "objects": changed("weights", dtype="O"),
        "a list as type": changed("weights", dtype=["F16"]),
        "wider than said": changed("buckets", dtype="U64"),
        "offsets beyond the end": changed("weights", data_offsets=[0, 1 << 50]),
        "overlap": lambda header: changed("idf", data_offsets=header["buckets"]["data_offsets"])(header),
        "offsets before the file": changed("weights", data_offsets=[-72, 0]),
        "text as offsets": changed("weights", data_offsets=["0", "72"]),
        "empty offsets": changed("weights", data_offsets=[]),
        "an extra key": changed("weights", more=1),
        "an extra tensor": lambda header: header | {"more": header["idf"]},
        "metadata": lambda header: {"__metadata__": {"format": "np"}} | header,
        "a tensor missing": lambda header: {name: header[name] for name in header if name != "idf"},
        "a list": lambda _: [],
        "a tensor that is a number": lambda header: header | {"weights": 7},
        "a key twice": lambda header: json.dumps(header).encode()[:-1] + b', "idf": {}}',
        "nan": lambda header: json.dumps(header).encode().replace(b"[3]", b"[NaN]"),
        "deep": lambda _: b"[" * 4000,
        "long": lambda header: json.dumps(header).encode() + b" " * 5000,
        "not UTF-8": lambda _: b'{"\xff": 1}',
    }.items(),
    ids=lambda item: item[0],
)
def test_a_header_of_weights_that_lies(folder, change):
    header, body = header_of((folder / "weights.safetensors").read_bytes())
    reseal(folder, "weights.safetensors", tensor_file(change[1](header), body))
    refused(folder, "a file does not have the documented form|shapes disagree")


@pytest.mark.parametrize("size", [0, 1, 7, 1 << 20, (1 << 64) - 1])
def test_a_header_of_an_impossible_size(folder, size):
    data = (folder / "weights.safetensors").read_bytes()
    reseal(folder, "weights.safetensors", size.to_bytes(8, "little") + data[8:])
    refused(folder, "a header of|does not have the documented form")


def test_bytes_that_belong_to_no_tensor(folder):
    data = (folder / "weights.safetensors").read_bytes()
    reseal(folder, "weights.safetensors", data + b"\x80\x04.")
    refused(folder, "weights.safetensors: tensors of")


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e9, -65536.0])
@pytest.mark.parametrize("name", ["weights", "half weights", "idf", "intercept"])
def test_a_number_that_no_answer_can_be_made_of(tiny, folder, name, number):
    arrays = {
        "buckets": tiny.vocabulary.buckets,
        "idf": tiny.vocabulary.idf.copy(),
        "intercept": tiny.intercept.copy(),
        "weights": tiny.weights.astype(np.float16 if name == "half weights" else np.float32),
    }
    with np.errstate(over="ignore"):
        arrays[name.split()[-1]].reshape(-1)[-1] = number
    with pytest.raises(BundleError, match="not finite or beyond half precision"):
        to_bytes(arrays)
    from safetensors.numpy import save

    reseal(folder, "weights.safetensors", save(arrays))
    refused(folder, f"{name.split()[-1]} has a number that is not finite or beyond half precision")


def test_an_idf_below_zero(tiny, folder):
    arrays = {"buckets": tiny.vocabulary.buckets, "idf": -tiny.vocabulary.idf, "intercept": tiny.intercept}
    reseal(folder, "weights.safetensors", to_bytes(arrays | {"weights": tiny.weights}))
    refused(folder, "an idf below 0")


def test_weights_that_overflow_are_not_written(tiny, tmp_path):
    with pytest.raises(BundleError, match="weights has a number that is not finite"):
        write_bundle(tmp_path / "bundle", replace(tiny, weights=np.full_like(tiny.weights, np.inf)))
    with pytest.raises(BundleError, match="weights of type 'F64'"):
        write_bundle(tmp_path / "bundle", replace(tiny, weights=tiny.weights.astype(np.float64)))
    assert list(tmp_path.iterdir()) == []


JSON = [name for name in FILES if name.endswith(".json")]


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize(
    "spoil",
    {
        "a key twice": lambda data: data.replace(b"{", b'{"version": 1, "version": 2, ', 1),
        "NaN": lambda data: data.replace(b"{", b'{"more": NaN, ', 1),
        "infinity": lambda data: data.replace(b"{", b'{"more": -Infinity, ', 1),
        "overflow": lambda data: data.replace(b"{", b'{"more": 1e999, ', 1),
        "many digits": lambda data: data.replace(b"{", b'{"more": ' + b"9" * 100_000 + b", ", 1),
        "deep": lambda data: data.replace(b"{", b'{"more": ' + b"[" * 50_000, 1),
        "half a surrogate pair": lambda data: data.replace(b"{", b'{"more": "\\ud800", ', 1),
        "not UTF-8": lambda data: data.replace(b"{", b'{"\xff": 1, ', 1),
        "a mark of byte order": lambda data: b"\xef\xbb\xbf" + data,
        "two of them": lambda data: data + data,
        "a list": lambda _: b"[]",
        "null": lambda _: b"null",
        "nothing": lambda _: b"",
    }.items(),
    ids=lambda item: item[0],
)
def test_json_that_readers_understand_differently(folder, name, spoil):
    reseal(folder, name, spoil[1]((folder / name).read_bytes()))
    refused(folder, "a file does not have the documented form")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("features.json", {"char_ngrams": [2, 1_000_000_000]}),
        ("features.json", {"char_ngrams": [0, 4]}),
        ("features.json", {"char_ngrams": [5, 2]}),
        ("features.json", {"char_ngrams": ["2", "5"]}),
        ("features.json", {"word_ngrams": 9}),
        ("features.json", {"word_ngrams": 1.5}),
        ("features.json", {"sentences": -1}),
        ("features.json", {"meaning": "no"}),
        ("features.json", {"block_weights": [1, 1, 1, -1]}),
        ("features.json", {"numeric": {"rating": [1e300, 1]}}),
        ("features.json", {"categorical": "channel"}),
        ("features.json", {"code": "import os"}),
        ("policy.json", {"head": "os.system"}),
        ("policy.json", {"shortlist": 0}),
        ("policy.json", {"shortlist": 10**12}),
        ("policy.json", {"shortlist": 2.5}),
        ("policy.json", {"scale": 1e300}),
        ("policy.json", {"scale": True}),
        ("policy.json", {"scale": [1.5]}),
        ("policy.json", {"scale": None}),
        ("policy.json", {"thresholds": [0.5, 0.5, 1e9]}),
        ("policy.json", {"thresholds": 0.5}),
        ("policy.json", {"thresholds": [0.5, 0.5, "0.5"]}),
        ("policy.json", {"more": 1}),
        ("taxonomy.json", {"types": []}),
        ("taxonomy.json", {"types": {"a": 1, "b": 2, "c": 3}}),
        ("taxonomy.json", {"types": ["a", "b", "c"]}),
        ("taxonomy.json", {"types": [{"code": 7, "title": "", "kind": "", "owner": ""}] * 3}),
        ("taxonomy.json", {"types": [{"code": "a", "title": "", "kind": "", "owner": ""}] * 3}),
        ("taxonomy.json", {"types": [{"code": "a"}, {"code": "b"}, {"code": "c"}]}),
    ],
)
def test_settings_that_no_writer_writes(folder, name, change):
    reseal(folder, name, canonical(json.loads((folder / name).read_bytes()) | change))
    refused(folder, "a file does not have the documented form|shapes disagree")


@pytest.mark.parametrize("name", ["features.json", "policy.json"])
def test_a_setting_left_out(folder, name):
    data = json.loads((folder / name).read_bytes())
    for key in data:
        reseal(folder, name, canonical({other: data[other] for other in data if other != key}))
        refused(folder, "a file does not have the documented form")


@pytest.mark.parametrize(
    "row",
    [
        b"{}\n",
        b'{"review": {"id": "1"}, "answer": {}}\n',
        b'{"review": 7, "answer": 7}\n',
        b'{"review": {"id": "1", "id": "2"}, "answer": {}}\n',
        b'{"a": NaN}\n',
        b'{"a": ' + b"[" * 50_000 + b"}\n",
    ],
    ids=["empty", "no answer", "numbers", "twice", "nan", "deep"],
)
def test_a_golden_row_of_another_form_is_met_when_it_is_asked_for(folder, row):
    reseal(folder, "golden.jsonl", row)
    router = Router.load(folder)  # who only routes needs no golden set
    assert router.route("Курьер опоздал").types
    with pytest.raises(BundleError, match=r"golden\.jsonl, line 1: does not have the documented form .*; export"):
        verify(router)


@pytest.mark.parametrize(
    "data", [b"[]\n", b'{"a": 1}', b'{"a": 1}\n\n', b'\n{"a": 1}\n', b'{"a": 1}\n7\n', b"\0"], ids=ascii
)
def test_golden_lines_that_are_no_objects(folder, data):
    reseal(folder, "golden.jsonl", data)
    refused(folder, "not one object a line")


@pytest.mark.parametrize(
    "name", ["../secret.json", "/etc/passwd", "policy.json/../../x", "", "con\0.json", "ПОЛИТИКА.json"], ids=ascii
)
def test_names_in_the_manifest_lead_nowhere(folder, name):
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (folder.parent / "secret.json").write_bytes((folder / "policy.json").read_bytes())
    manifest["files"][name] = manifest["files"].pop("policy.json")
    (folder / MANIFEST).write_bytes(canonical(manifest))
    refused(folder, "the list of files is not a bundle's")


@pytest.mark.parametrize(
    "entry",
    [None, "sha", {}, {"sha256": ""}, {"bytes": 1}, {"bytes": 10**30, "sha256": "0" * 64}, {"path": "/etc/passwd"}],
)
def test_a_manifest_that_says_nothing_of_a_file(folder, entry):
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["files"]["policy.json"] = entry
    (folder / MANIFEST).write_bytes(canonical(manifest))
    refused(folder, r"policy\.json: altered since it was written")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b'"seed": 13', b'"seed": 13, "seed": 13'),
        lambda data: data.replace(b'"seed": 13', b'"seed": NaN'),
        lambda data: data.replace(b'"seed": 13', b'"seed": "\\ud800"'),
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n ", b"\n  "),
    ],
    ids=["twice", "NaN", "surrogate", "other line ends", "other indent"],
)
def test_a_manifest_in_another_form(folder, spoil):
    (folder / MANIFEST).write_bytes(spoil((folder / MANIFEST).read_bytes()))
    refused(folder, r"manifest\.json: (not JSON|not in the form it is written in)")


@pytest.mark.parametrize("name", [*FILES, MANIFEST, "manifest.sig"])
def test_giants_are_refused_before_they_are_read(folder, name):
    (folder / name).touch()
    os.truncate(folder / name, 5 << 30)  # sparse: takes no room
    refused(folder, rf"{name}: a link, a device or too large")


def test_a_folder_instead_of_a_file(folder):
    (folder / "policy.json").unlink()
    (folder / "policy.json").mkdir()
    refused(folder, "a link, a device or too large")


def test_a_hard_name_does_not_break_the_refusal(folder):
    (folder / ("б" * 100)).touch()
    (folder / "a\nb").touch()
    refused(folder, "missing or extra: a b, ббб")


def test_a_link_to_the_folder_is_followed(folder):
    (folder.parent / "current").symlink_to(folder)
    assert verify(Router.load(folder.parent / "current")) == len(TEXTS)


def test_a_bundle_renamed_into_place_while_another_is_read(tiny, folder, monkeypatch):
    """Files are opened once: what was hashed is what is used, whichever bundle has the name by then."""
    before, identity = bundle_sha256(folder), sealed_module._identity

    def swapped_meanwhile(descriptor):
        if bundle_sha256(folder) == before:
            write_bundle(folder, replace(tiny, intercept=tiny.intercept + 1))
        return identity(descriptor)

    monkeypatch.setattr(sealed_module, "_identity", swapped_meanwhile)
    loaded = read_bundle(folder)
    assert loaded.sha256 == before != bundle_sha256(folder)
    assert np.array_equal(loaded.intercept, tiny.intercept)
    assert verify(Router(loaded)) == len(TEXTS)  # the old files are gone by name, not for who holds them


def test_a_link_that_is_turned_to_another_bundle_while_one_is_opened(tiny, folder, monkeypatch):
    """How many deploy: `current` leads to the newest of several folders. All files are of the folder opened first."""
    link, other, opening = folder.parent / "current", folder.parent / "other", sealed_module._open
    write_bundle(other, replace(tiny, intercept=tiny.intercept + 1))
    link.symlink_to(folder)

    def turned_meanwhile(place, name, top):
        link.unlink()
        link.symlink_to(other if name != FILES[0] else folder)
        return opening(place, name, top)

    monkeypatch.setattr(sealed_module, "_open", turned_meanwhile)
    assert read_bundle(link).sha256 == bundle_sha256(folder) != bundle_sha256(other)


def test_arrays_are_views_of_the_file_that_cannot_be_written(folder):
    loaded = read_bundle(folder)
    for array in (loaded.weights, loaded.intercept, loaded.vocabulary.buckets, loaded.vocabulary.idf):
        assert not array.flags.owndata
        assert not array.flags.writeable
    owned = from_buffer((folder / "weights.safetensors").read_bytes())
    assert np.array_equal(owned["weights"], loaded.weights)


MEMORY = """
import sys
from reviewmine.router import Router
def kilobytes(key):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(key))
before = kilobytes("VmRSS")
router = Router.load(sys.argv[1])
print(max(0, kilobytes("VmHWM") - before), len(router.route("Курьер опоздал").types))
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="tells memory by /proc")
def test_weights_stay_on_disk_until_they_are_asked_for(tiny, tmp_path):
    n = 300_000
    vocabulary = Vocabulary.of(np.arange(n, dtype=np.uint32), np.ones(n, dtype=np.float32))
    types = [{**tiny.types[0], "code": f"t{i}"} for i in range(100)]
    taxonomy = {**tiny.taxonomy, "types": types}
    large = replace(
        tiny,
        vocabulary=vocabulary,
        weights=np.full((n, 100), 0.25, dtype=np.float16),
        intercept=np.zeros(100, dtype=np.float32),
        taxonomy=taxonomy,
        policy=replace(tiny.policy, thresholds=(0.5,) * 100),
        manifest={"taxonomy": {"sha256": sha256(canonical(taxonomy))}},
        golden=[],
    )
    write_bundle(tmp_path / "bundle", large)
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path / "bundle")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": SOURCE},
        check=True,
    )
    kilobytes, n_types = map(int, done.stdout.split())
    assert n_types >= 1
    assert kilobytes < 25_000  # of 60 MB of weights
