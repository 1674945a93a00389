"""Small reviews that arrive in the same turn of the event loop are decided together: several times cheaper than one by one."""

import asyncio
from typing import Any

from reviewmine.router import Decision, Router

MOST = 32
"""Reviews of one turn; the rest waits for the next, so that the loop never stands still for long."""

Waiting = tuple[Router, Any, "asyncio.Future[Decision]"]


class Together:
    """Collects reviews for one turn. A lone review waits for nobody."""

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._waiting: list[Waiting] = []

    async def route(self, router: Router, review: Any) -> Decision:
        """Return what ``router.route(review)`` returns, or raise what it raises."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._decide)
        decided: asyncio.Future[Decision] = loop.create_future()
        self._waiting.append((router, review, decided))
        return await decided

    def _decide(self) -> None:
        """Answer those that wait; after a swap of the bundle, each by the router it came with."""
        now, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._decide)
        router = now[0][0]
        same = [each for each in now if each[0] is router]
        try:
            decisions = router.route_many([review for _, review, _ in same])
        except Exception:  # one of them is bad: each gets its own answer
            same, decisions = [], []
        for (_, _, decided), decision in zip(same, decisions, strict=True):
            if not decided.done():  # its client may have been given up
                decided.set_result(decision)
        for each in now:
            if not each[2].done():
                _alone(*each)


def _alone(router: Router, review: Any, decided: "asyncio.Future[Decision]") -> None:
    """Answer one."""
    try:
        decided.set_result(router.route(review))
    except Exception as error:  # whose line the guard tells the client
        decided.set_exception(error)
