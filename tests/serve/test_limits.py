"""No request takes more than its share: bytes, time, headers, requests at once."""

import json
import threading

import pytest

from reviewmine.serve import Limits
from serve.conftest import Service, running, until

SMALL = Limits(body=1_000, batch=2, seconds=0.4)


@pytest.fixture(scope="module")
def small(written):
    with running(written, limits=SMALL) as service:
        yield service


def spoken(service: Service, *parts: bytes) -> tuple[int, str]:
    """Send raw bytes and return the status and the error that come back before the other side closes."""
    with service.socket() as talk:
        for part in parts:
            talk.sendall(part)
        answer = b""
        while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
            got = talk.recv(65536)
            if not got:
                break
            answer += got
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head[9:12]), json.loads(body)["error"]


HEAD = b"POST /route HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"


def test_a_stated_length_over_the_limit_is_refused_before_a_byte_is_read(service, small):
    for one, stated in ((small, 1_001), (service, 9_000_000), (service, 10**17)):
        status, line = spoken(one, HEAD + b"content-length: %d\r\n\r\n" % stated)
        assert status == 413
        assert line.startswith(f"content-length is {stated} bytes, expected up to ")


def test_a_body_without_a_stated_length_is_counted(small):
    chunk = b"190\r\n" + b'"' + b"a" * 399 + b"\r\n"
    status, line = spoken(small, HEAD + b"transfer-encoding: chunked\r\n\r\n", chunk, chunk, chunk)
    assert (status, line) == (413, "the body has 1200 bytes or more, expected up to 1000; send fewer reviews")


def test_chunks_within_the_limit_are_answered(small):
    text = '"Курьер опоздал"'.encode()
    with small.socket() as talk:
        talk.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(text), text))
        talk.sendall(b"0\r\n\r\n")
        assert talk.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_ten_megabytes_are_refused_and_the_next_request_is_answered(service):
    answer = service.ask("/route", raw=b'"' + b"a" * 10_000_000 + b'"')
    assert answer.status == 413
    assert service.ask("/route", "Опоздал").status == 200


def test_a_body_that_does_not_come_is_not_waited_for(small):
    status, line = spoken(small, HEAD + b"content-length: 100\r\n\r\n", b'"a')
    assert (status, line) == (408, "not done in 0.4 seconds; send less")


def test_work_that_takes_too_long_is_given_up(small, monkeypatch):
    over = threading.Event()
    monkeypatch.setattr("reviewmine.router.Router.route_many", lambda self, reviews: over.wait(30) and [])
    answer = small.ask("/route/batch", ["а"])
    over.set()
    assert (answer.status, answer.error) == (503, "not done in 0.4 seconds; send less")


def test_a_batch_ends_when_nobody_waits_for_it(service):
    from reviewmine.serve.endpoints import decide_all

    assert len(decide_all(service.router(), ["а"] * 120, float("inf"))) == 120
    with pytest.raises(TimeoutError):
        decide_all(service.router(), ["а"], float("-inf"))


def test_more_requests_at_once_than_allowed_are_sent_away(written):
    with running(written, limits=Limits(at_once=2)) as service:
        waiting = [service.socket() for _ in range(2)]
        for talk in waiting:
            talk.sendall(HEAD + b"content-length: 20\r\n\r\n")
        answer = until(lambda: (found := service.ask("/route", "а")).status == 503 and found)
        assert answer.error == "3 requests at once, expected up to 2; ask again later"
        assert service.ask("/healthz").status == 200
        for talk in waiting:
            talk.close()
        until(lambda: service.ask("/route", "а").status == 200)


def test_a_client_that_leaves_early_is_no_error(service, log):
    with service.socket() as talk:
        talk.sendall(HEAD + b"content-length: 100\r\n\r\n")
    line = until(lambda: [record.msg for record in log if record.msg["event"] == "request"])[0]
    assert line["status"] == 499


def test_slow_and_giant_headers_are_refused(service, monkeypatch):
    monkeypatch.setattr("reviewmine.serve.protocol.HEADER_SECONDS", 0.3)
    slow = (408, "no complete headers in 0.3 seconds; send them faster")
    assert spoken(service) == slow
    assert spoken(service, b"POST /route HTTP/1.1\r\nhost: ") == slow
    line = (431, "more than 65536 bytes of headers; send fewer")
    assert spoken(service, b"GET /healthz HTTP/1.1\r\nx: " + b"a" * 300_000) == line
    assert service.ask("/healthz").status == 200


def test_the_clock_of_the_headers_starts_anew_with_each_request(service, monkeypatch):
    monkeypatch.setattr("reviewmine.serve.protocol.HEADER_SECONDS", 0.3)
    whole = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
    with service.socket() as talk:
        talk.sendall(whole)
        assert talk.recv(65536).startswith(b"HTTP/1.1 200 OK")
        talk.sendall(b"GET /hea")
        assert talk.recv(65536).startswith(b"HTTP/1.1 408")


def test_what_is_not_http_is_refused_in_json(service):
    assert spoken(service, b"\x16\x03\x01 hello\r\n\r\n") == (400, "invalid http request received; send HTTP/1.1")
