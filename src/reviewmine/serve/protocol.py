"""The server's HTTP protocol with bounds on what comes before a body: uvicorn waits for headers without end."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from reviewmine.serve.limits import HEADER_BYTES, HEADER_SECONDS


class Bounded(HttpToolsProtocol):
    """Closes a connection whose headers are too slow or too large, and answers broken HTTP with JSON as all else."""

    _heading = True
    _bytes = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start the clock: a connection that sends nothing is closed too."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEADER_SECONDS, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; the clock runs while headers are incomplete, most often never."""
        super().data_received(data)
        if not self._heading:
            self._stop_clock()
            return
        self._bytes += len(data)
        if self._bytes > HEADER_BYTES:
            self._refuse(431, f"more than {HEADER_BYTES} bytes of headers; send fewer")
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEADER_SECONDS, self._too_slow)

    def on_message_begin(self) -> None:
        """Note that headers are being read."""
        self._heading, self._bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that they are complete."""
        self._heading = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP."""
        self._refuse(400, f"{msg.rstrip('.').lower()}; send HTTP/1.1")

    def _too_slow(self) -> None:
        self._refuse(408, f"no complete headers in {HEADER_SECONDS:g} seconds; send them faster")

    def _refuse(self, status: int, line: str) -> None:
        """Answer with an error and close; a second answer on the same connection is not sent."""
        self._stop_clock()
        if self.transport.is_closing():
            return
        body = json.dumps({"error": line}).encode()
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: application/json\r\n"
        end = f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode() + end.encode() + body)
        self.transport.close()

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
