"""What one request may cost, and the refusals that keep it so."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reviewmine.errors import ReviewmineError

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
INLINE_BYTES = 8 << 10
"""A single review up to this size is answered in the event loop; a larger one in a thread, so that others need not wait."""
HEADER_BYTES = 64 << 10
"""The request line and the headers together."""
HEADER_SECONDS = 10.0
"""From the connection, or the first byte of a later request, to the end of the headers."""


@dataclass(frozen=True)
class Limits:
    """The most that one request may bring and take; anything above is refused with a line that says the limit."""

    body: int = 4 << 20
    """Bytes of a request, counted as they arrive."""
    batch: int = 1_000
    """Reviews of a batch."""
    seconds: float = 30.0
    """From the first byte of a request to its answer."""
    at_once: int = 256
    """Requests in work in one process."""


class RefusedError(ReviewmineError):
    """A request that gets an answer other than 200; ``status`` is that of HTTP."""

    def __init__(self, status: int, found: str, *, expected: str = "", do: str = "") -> None:
        """Keep the status beside the line."""
        super().__init__(found, expected=expected, do=do)
        self.status = status


def too_large(found: str, limits: Limits) -> RefusedError:
    """Return the refusal of a body of which ``found`` is known."""
    return RefusedError(413, found, expected=f"up to {limits.body}", do="send fewer reviews")


def stated_length(headers: Mapping[bytes, bytes], limits: Limits) -> None:
    """Refuse a body whose stated length is over the limit before a byte of it is read; chunked bodies state none."""
    stated = headers.get(b"content-length", b"0").decode("latin-1")
    if not (stated.isascii() and stated.isdigit()) or len(stated) > 18 or int(stated) > limits.body:
        raise too_large(f"content-length is {stated[:20]} bytes", limits)


class Body:
    """Stands for ``receive``: counts the bytes of a body and refuses the one over the limit, whatever was stated."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        """Take where messages come from; ``whole`` tells later whether the body came to its end."""
        self._receive, self._limits = receive, limits
        self._bytes, self.whole = 0, False

    async def __call__(self) -> Message:
        """Pass a message on."""
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._limits.body:
            raise too_large(f"the body has {self._bytes} bytes or more", self._limits)
        self.whole = not message.get("more_body", False)
        return message
