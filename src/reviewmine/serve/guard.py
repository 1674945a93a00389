"""The door of the service, plain ASGI: key, size, time, one JSON error, one log line and one count a request."""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
from starlette.requests import ClientDisconnect

from reviewmine.errors import ReviewmineError
from reviewmine.serve.limits import Body, Limits, Message, Receive, RefusedError, stated_length
from reviewmine.serve.log import LOGGER, failure
from reviewmine.serve.metrics import Metrics

Scope = MutableMapping[str, Any]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

FACTS = "reviewmine.facts"
"""Where in the scope an endpoint leaves what the log line shall have besides."""
OPEN = frozenset({"/healthz", "/readyz"})
"""Asked by probes, which have no key."""
PATHS = OPEN | {"/route", "/route/batch", "/metrics", "/model", "/openapi.json"}
OTHER = "other"
"""Stands for an unknown path in logs and counts: it may hold anything."""

LEFT = 499
"""Stands in logs and counts for the status of a request whose client left before it was whole."""


class Guard:
    """Wraps the application; nothing gets past it but an answer, and every answer is logged and counted."""

    def __init__(self, app: App, *, key: str, limits: Limits, metrics: Metrics) -> None:
        """Take the key that clients must show; an empty one lets everybody in."""
        self.app, self._limits, self._metrics = app, limits, metrics
        self._key = key.encode()
        self._at_once = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; other kinds of traffic go through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            """Pass an answer on and remember its status."""
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        body = Body(receive, self._limits)
        facts = scope[FACTS] = {}
        self._at_once += 1
        try:
            async with asyncio.timeout(self._limits.seconds):
                self._check(scope)
                await self.app(scope, body, noted)
        except ClientDisconnect:
            status = LEFT
        except TimeoutError:
            if not status:
                await _answer(
                    noted, 503 if body.whole else 408, f"not done in {self._limits.seconds:g} seconds; send less"
                )
        except Exception as error:  # whatever happens, the client gets one line of JSON
            if not status:
                await _answer(noted, *refusal(error))
            if status == 500:
                facts |= failure(error)
        finally:
            self._at_once -= 1
            self._note(scope, status, time.perf_counter() - began, facts)

    def _check(self, scope: Scope) -> None:
        """Refuse a request that needs no reading to be refused."""
        if self._at_once > self._limits.at_once and scope["path"] not in OPEN:
            raise RefusedError(
                503, f"{self._at_once} requests at once", expected=f"up to {self._limits.at_once}", do="ask again later"
            )
        headers = dict(scope["headers"])
        if self._key and scope["path"] not in OPEN and not hmac.compare_digest(shown_key(headers), self._key):
            raise RefusedError(
                401, "no valid key", expected="the header X-API-Key, or Authorization: Bearer", do="send it"
            )
        stated_length(headers, self._limits)

    def _note(self, scope: Scope, status: int, seconds: float, facts: dict[str, Any]) -> None:
        """Log and count an answer."""
        path = scope["path"] if scope["path"] in PATHS else OTHER
        self._metrics.answered(path, status, seconds)
        if path not in OPEN or status >= 400:
            ms = round(seconds * 1e3, 2)
            LOGGER.info({"event": "request", "path": path, "status": status, "ms": ms, **facts})


def shown_key(headers: dict[bytes, bytes]) -> bytes:
    """Return the key that a request shows, b"" without one.

    >>> shown_key({b"authorization": b"Bearer abc"}), shown_key({b"x-api-key": b"abc"}), shown_key({})
    (b'abc', b'abc', b'')
    """
    scheme, _, bearer = headers.get(b"authorization", b"").partition(b" ")
    return headers.get(b"x-api-key") or (bearer.strip() if scheme.lower() == b"bearer" else b"")


def refusal(error: Exception) -> tuple[int, str]:
    """Return status and line for an error that no endpoint answered."""
    if isinstance(error, RefusedError):
        return error.status, str(error)
    if isinstance(error, ReviewmineError):
        return 422, str(error)
    return 500, "internal error; the log has its place"


async def _answer(send: Send, status: int, line: str) -> None:
    """Send an error."""
    body = orjson.dumps({"error": line.encode("utf-8", "replace").decode()})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status == 408:  # the rest of the request may never come
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
