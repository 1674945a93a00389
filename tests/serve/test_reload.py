"""A new bundle is taken while requests go on; a bad one is refused and the old one answers."""

import json
import shutil
import threading
from dataclasses import replace

import pytest

from reviewmine.router import bundle_sha256, read_bundle, write_bundle
from reviewmine.serve.reload import Live
from serve.conftest import running, until


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("reviewmine.serve.reload.POLL_SECONDS", 0.02)


@pytest.fixture
def own(written, tmp_path):
    return shutil.copytree(written, tmp_path / "bundle")


def another(path, name):
    """Put a bundle of another name in place and return its sha256."""
    now = read_bundle(path)
    return write_bundle(path, replace(now, manifest={**now.manifest, "name": name}))


def put(path, data):
    """Replace a file at once."""
    fresh = path.parent.parent / "fresh"
    fresh.write_bytes(data)
    fresh.replace(path)


def test_a_bundle_swapped_under_load_loses_no_request(own):
    with running(own) as service:
        expected = service.ask("/route", "Курьер опоздал").json
        seen, stop = [], threading.Event()

        def ask():
            while not stop.is_set():
                answer = service.ask("/route", "Курьер опоздал")
                seen.append((answer.status, answer.json == expected, answer.headers.get("x-bundle-sha256")))

        askers = [threading.Thread(target=ask) for _ in range(3)]
        for asker in askers:
            asker.start()
        names = [bundle_sha256(own), another(own, "second"), None]
        until(lambda: (200, True, names[1]) in seen)
        names[2] = another(own, "third")
        until(lambda: (200, True, names[2]) in seen)
        stop.set()
        for asker in askers:
            asker.join(30)
        assert {each[:2] for each in seen} == {(200, True)}
        assert {each[2] for each in seen} == set(names)
        assert service.ask("/model").json["name"] == "third"


def test_a_bad_bundle_is_refused_and_the_old_one_goes_on(own, log):
    with running(own) as service:
        good = bundle_sha256(own)
        policy = (own / "policy.json").read_bytes()
        put(own / "policy.json", policy.replace(b"multilabel", b"multiclass"))
        (line,) = until(lambda: [record.msg for record in log if record.msg["event"] == "bundle refused"])
        assert "policy.json: altered since it was written" in line["error"]
        assert service.ask("/readyz").status == 200
        assert service.ask("/route", "Опоздал").headers["x-bundle-sha256"] == good
        assert 'bundle_loads_total{result="refused"} 1.0' in service.ask("/metrics").body.decode()
        put(own / "policy.json", policy)
        new = another(own, "mended")
        until(lambda: service.ask("/readyz").headers["x-bundle-sha256"] == new)
        assert len([record for record in log if record.msg["event"] == "bundle refused"]) == 1


def test_a_bundle_that_answers_otherwise_than_it_says_is_refused(own, log):
    now = read_bundle(own)
    rows = [json.loads(json.dumps(row)) for row in now.golden]
    rows[0]["answer"]["action"] = "auto" if rows[0]["answer"]["action"] != "auto" else "human"
    with running(own) as service:
        good = bundle_sha256(own)
        write_bundle(own, replace(now, golden=rows))
        (line,) = until(lambda: [record.msg for record in log if record.msg["event"] == "bundle refused"])
        assert line["error"].startswith("golden text g0 is answered")
        assert service.ask("/route", "Опоздал").headers["x-bundle-sha256"] == good


def test_it_waits_for_the_first_bundle_and_then_answers(written, tmp_path):
    with running(tmp_path / "bundle") as service:
        assert service.ask("/healthz").status == 200
        for answer in (service.ask("/readyz"), service.ask("/route", "Опоздал"), service.ask("/model")):
            assert answer.status == 503
            assert answer.error.startswith("no bundle is loaded yet; ")
        assert 'reviewmine_bundle_info{bundle_sha256="",name=""} 0.0' in service.ask("/metrics").body.decode()
        shutil.copytree(written, tmp_path / "bundle")
        until(lambda: service.ask("/readyz").status == 200)
        assert service.ask("/route", "Опоздал").status == 200


def test_a_folder_that_is_gone_changes_nothing(own):
    told = []
    live = Live(own, told.append)
    live.look()
    first = live.ready()
    shutil.rmtree(own)
    live.look()
    assert live.ready() is first
    assert told == ["ok"]


def test_a_bundle_replaced_while_it_is_read_is_read_again(own, monkeypatch):
    from reviewmine.router import Router

    real, told = Router.load, []

    def replaced(path):
        router = real(path)
        another(own, "newer")
        monkeypatch.setattr(Router, "load", real)
        return router

    monkeypatch.setattr(Router, "load", replaced)
    live = Live(own, told.append)
    live.look()
    live.look()
    assert told == ["ok"]  # not called bad: it was on its way
    assert live.ready().sha256 == bundle_sha256(own)
    assert live.ready().model()["name"] == "newer"


def test_the_first_bundle_is_tried_again_and_its_fault_is_told_once(own, monkeypatch):
    real, told = "reviewmine.serve.reload.load", []
    live = Live(own, told.append)
    with monkeypatch.context() as broken:
        broken.setattr(real, lambda path: 1 / 0)
        live.look()
        live.look()
    assert told == ["refused"]
    live.look()
    assert told == ["refused", "ok"]
