"""The cookies of the room: ``HttpOnly``, ``SameSite=Strict``, and ``Secure`` wherever the browser accepts that.

Chromium and Firefox accept ``Secure`` cookies from ``http://localhost``; Safari and clients that are
not browsers do not. They get plain ones there only. The port is part of the name: cookies ignore ports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from echoforensics.review.people.site import Site

SESSION, BROWSER = "ef", "ef-browser"
#: Lifetime in seconds of the cookie that identifies a known browser.
_BROWSER_LASTS = 180 * 24 * 60 * 60


def read_cookie(request: Request, site: Site, name: str) -> str:
    """Read one of the room's cookies; empty if it is missing."""
    return request.cookies.get(_full_name(request, site, name), "")[:200]


def write_cookie(response: Response, request: Request, site: Site, name: str, value: str) -> None:
    """Set one of the room's cookies, or remove it if the value is empty."""
    response.set_cookie(
        _full_name(request, site, name),
        value,
        max_age=0 if not value else _BROWSER_LASTS if name == BROWSER else None,
        path="/",
        secure=_takes_secure(request, site),
        httponly=True,
        samesite="strict",
    )


def _full_name(request: Request, site: Site, name: str) -> str:
    return f"{'__Host-' if _takes_secure(request, site) else ''}{name}-{site.port}"


def _takes_secure(request: Request, site: Site) -> bool:
    agent = request.headers.get("user-agent", "")
    return site.tls or any(each in agent for each in ("Chrome/", "Chromium/", "Firefox/"))
