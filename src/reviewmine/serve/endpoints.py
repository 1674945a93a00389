"""What each path answers."""

import asyncio
import time
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from reviewmine.errors import ReviewmineError
from reviewmine.router import Decision, Router
from reviewmine.serve.guard import FACTS
from reviewmine.serve.limits import INLINE_BYTES, Limits
from reviewmine.serve.log import ID_CHARS
from reviewmine.serve.metrics import CONTENT_TYPE, Metrics
from reviewmine.serve.posted import JSON, posted
from reviewmine.serve.reload import Live
from reviewmine.serve.together import Together

SLICE = 50
"""Reviews of a batch between two looks at the clock."""


class Endpoints:
    """The answers of one application."""

    def __init__(self, live: Live, metrics: Metrics, limits: Limits) -> None:
        """Take the bundle at work, the counters and the bounds."""
        self._live, self._metrics, self._limits = live, metrics, limits
        self._together = Together()

    async def route(self, request: Request) -> Response:
        """Return the decision on one review: a text, or an object with pros, cons, comment, title, text and extras."""
        review: Any
        review, size = await posted(request)
        loaded = self._live.ready()
        if size <= INLINE_BYTES:
            decision = await self._together.route(loaded.router, review)
        else:
            decision = await asyncio.to_thread(loaded.router.route, review)
        self._metrics.decided((decision,))
        code = decision.types[0].code
        request.scope[FACTS].update(id=decision.id[:ID_CHARS], action=decision.action, type=code)
        return answer(decision.to_json(), loaded.sha256)

    async def route_batch(self, request: Request) -> Response:
        """Return the decisions on the reviews of a list, in their order."""
        reviews, _ = await posted(request)
        loaded = self._live.ready()
        if not isinstance(reviews, list):
            raise ReviewmineError(f"the body is {type(reviews).__name__}", expected="a list of reviews", do="send one")
        most = self._limits.batch
        if len(reviews) > most:
            raise ReviewmineError(f"{len(reviews)} reviews", expected=f"up to {most} a batch", do="send them in parts")
        request.scope[FACTS]["reviews"] = len(reviews)
        stop = time.monotonic() + self._limits.seconds
        decisions = await asyncio.to_thread(decide_all, loaded.router, reviews, stop)
        self._metrics.decided(decisions)
        return answer([decision.to_json() for decision in decisions], loaded.sha256)

    async def healthz(self, request: Request) -> Response:
        """Say that the process lives."""
        return answer({"status": "ok"})

    async def readyz(self, request: Request) -> Response:
        """Say whether a bundle is loaded: from then on always."""
        return answer({"status": "ready"}, self._live.ready().sha256)

    async def model(self, request: Request) -> Response:
        """Say which bundle answers."""
        loaded = self._live.ready()
        return answer(loaded.model(), loaded.sha256)

    async def metrics(self, request: Request) -> Response:
        """Return the counters as Prometheus reads them."""
        return Response(await asyncio.to_thread(self._metrics.page, self._live.current), media_type=CONTENT_TYPE)


def answer(data: Any, sha256: str = "") -> Response:
    """Return ``data`` as JSON, with the bundle that gave it in a header."""
    return Response(orjson.dumps(data), 200, {"x-bundle-sha256": sha256} if sha256 else None, JSON)


def decide_all(router: Router, reviews: list[Any], stop: float) -> list[Decision]:
    """Return the decisions on ``reviews``; ends at the time ``stop`` of ``time.monotonic``, when nobody waits any more.

    An error names the place of its review in the list.
    """
    decisions: list[Decision] = []
    for start in range(0, len(reviews), SLICE):
        if time.monotonic() > stop:
            raise TimeoutError
        part = reviews[start : start + SLICE]
        try:
            decisions += router.route_many(part)
        except ReviewmineError as error:
            raise _placed(router, part, start) or error from error
    return decisions


def _placed(router: Router, part: list[Any], start: int) -> ReviewmineError | None:
    """Return the error of the first review of ``part`` that is none, with its place in the list."""
    for place, review in enumerate(part, start):
        try:
            router.route(review)
        except ReviewmineError as error:
            return ReviewmineError(error.found, expected=error.expected, where=f"reviews[{place}]", do=error.do)
    return None
