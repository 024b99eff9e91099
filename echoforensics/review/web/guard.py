"""Checks every request before it reaches a route, and adds headers to every response.

A request must name the room in its ``Host`` header: a page of another site whose name points to this machine (DNS
rebinding) is refused. Response headers keep a browser from loading anything from elsewhere.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from echoforensics.review.people.site import Site

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "media-src 'self' blob:", "img-src 'self' data:",
        "connect-src 'self'", "font-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self),"
    " publickey-credentials-create=(self)",
    "x-robots-tag": "noindex",
}
#: Values of the header ``Sec-Fetch-Site`` for requests from the room itself; pages of other sites are refused.
_OWN = frozenset({b"same-origin", b"none"})


class Guard:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site
        self._added = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
        self._names = {name for name, _ in self._added}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name.lower() not in self._names]
                caching = [] if any(name.lower() == b"cache-control" for name, _ in kept) else [_NO_STORE]
                message = {**message, "headers": [*kept, *self._added, *caching]}
            await send(message)

        headers = scope["headers"]
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0].lower() != self._site.netloc.lower().encode("ascii"):
            await _refuse(send_guarded, 421, f"This room is at {self._site.origin} only. Open it there.")
            return
        fetched = [value for name, value in headers if name == b"sec-fetch-site"]
        navigated = any(name == b"sec-fetch-mode" and value == b"navigate" for name, value in headers)
        if fetched and fetched[0] not in _OWN and not (navigated and scope["method"] == "GET"):
            await _refuse(send_guarded, 403, "A page of another site asked for this. Open the room itself.")
            return
        await self._app(scope, receive, send_guarded)


_NO_STORE = (b"cache-control", b"no-store")


async def _refuse(send: Send, status: int, message: str) -> None:
    body = json.dumps({"error": message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
