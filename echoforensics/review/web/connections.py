"""The server's connections: one that sends no request within a time is closed, and none keeps others out.

A caller who opens connections and leaves them idle, or sends a byte now and then ("Slowloris"), would otherwise use up
the server's connections. When there are too many, the one that has waited longest is closed for the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

#: Maximum number of connections at once.
CONNECTIONS = 400
#: Seconds within which the head of a request has to arrive.
_HEAD_WITHIN = 10


class RoomConnection(H11Protocol):
    """One connection of a client to the room.

    Attributes:
        since: when it began to wait for the client, by the loop's clock.
    """

    _deadline: asyncio.TimerHandle | None = None
    since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Accept a connection; if there are too many, close the one that has waited longest."""
        super().connection_made(transport)
        self._expect_head()
        if len(self.connections) > CONNECTIONS:
            all_of_them = [each for each in self.connections if isinstance(each, RoomConnection)]
            waiting = [each for each in all_of_them if each.waits_for_client]
            min(waiting, key=lambda each: each.since).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._head_is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read a part of a request."""
        super().data_received(data)
        if self._has_request:
            self._head_is_here()
        elif self._deadline is None:
            self._expect_head()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self.since = self.loop.time()
        super().on_response_complete()

    @property
    def waits_for_client(self) -> bool:
        """Whether the client is to send or read something before the server can go on."""
        waits = not self._has_request or self.conn.their_state is h11.SEND_BODY or self.flow.write_paused
        return waits and not self.transport.is_closing()

    @property
    def _has_request(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_head(self) -> None:
        self.since = self.loop.time()
        self._deadline = self.loop.call_later(_HEAD_WITHIN, self.transport.abort)

    def _head_is_here(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
