"""The pages of the room and their files: all names are known when the server starts; no other file is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from echoforensics.report.words.language import LANGUAGES
from echoforensics.review.pages.shells import page_html, static_files, words_script
from echoforensics.review.web.cookies import SESSION, read_cookie
from echoforensics.review.web.languages import language_of

if TYPE_CHECKING:
    from echoforensics.review.room import ReviewRoom

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
#: The function that Starlette calls for a route.
_Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]
#: Pages by URL, and whether they require signing in.
_PAGES = {
    "/sign-in": ("sign-in", False), "/set-up/{token}": ("set-up", False), "/work": ("work", True),
    "/supervise": ("supervise", True), "/audit": ("audit", True), "/help": ("help", True),
}  # fmt: skip


def page_routes(room: ReviewRoom) -> list[Route]:
    """The routes of pages and their files."""
    routes = [Route("/", _first)]
    routes += [Route(path, _page(room, name, members=members)) for path, (name, members) in _PAGES.items()]
    for path, (content, kind) in _files().items():
        routes.append(Route(path, _file(content, kind)))
    return routes


async def _first(_: Request) -> Response:
    return RedirectResponse("/work", 303)


def _page(room: ReviewRoom, name: str, *, members: bool) -> _Endpoint:
    async def page(request: Request) -> Response:
        token = read_cookie(request, room.site, SESSION)
        session = await run_in_threadpool(room.sessions.find, token) if token else None
        signed_in = session is not None and session.row.complete
        if members and not signed_in:
            return RedirectResponse(f"/sign-in?next={quote(request.url.path, safe='')}", 303)
        code = session.person.language if session is not None and signed_in else ""
        return Response(page_html(name, code or language_of(request)), media_type="text/html")

    return page


def _files() -> dict[str, tuple[bytes, str]]:
    """The pages' files: by URL, with their types."""
    found = {}
    for prefix, folder in static_files().items():
        for file in folder.iterdir():
            kind = _TYPES.get(file.name[file.name.rfind(".") :])
            if kind:
                found[f"{prefix}/{file.name}"] = (file.read_bytes(), kind)
    for code in LANGUAGES:
        found[f"/words/{code}.js"] = (words_script(code).encode("utf-8"), _TYPES[".js"])
    return found


def _file(content: bytes, kind: str) -> _Endpoint:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}

    async def file(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=kind, headers=headers)

    return file
