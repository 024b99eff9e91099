"""The cookies of the room: ``HttpOnly``, ``SameSite=Strict``, and ``Secure`` wherever the browser takes that.

Chromium and Firefox take ``Secure`` cookies of ``http://localhost``; Safari does not, and neither do clients that are
no browsers. Those get plain ones there, and there only. The port is part of the name: cookies do not tell ports apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from echoforensics.review.people.site import Site

SESSION, BROWSER = "ef", "ef-browser"
#: Seconds for which a browser is known again.
_BROWSER_LASTS = 180 * 24 * 60 * 60


def read_cookie(request: Request, site: Site, name: str) -> str:
    """What a browser holds under one of the room's names; empty where it holds nothing."""
    return request.cookies.get(_full_name(request, site, name), "")[:200]


def write_cookie(response: Response, request: Request, site: Site, name: str, value: str) -> None:
    """Have a browser hold something, or, where it is empty, nothing any more."""
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
