from __future__ import annotations

import socket

from echoforensics.review.web.serving import listen


def test_answers_are_sent_at_once() -> None:
    """asyncio switches Nagle's algorithm off where a socket names its protocol; else each answer waits for 40 ms."""
    sockets = listen("localhost", 0)
    for each in sockets:
        with each, socket.create_connection(each.getsockname()[:2]):
            accepted, _ = each.accept()
            with accepted:
                assert accepted.proto == socket.IPPROTO_TCP
