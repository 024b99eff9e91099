"""The application: routes, pages, and the guard around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from echoforensics.report.words.language import language, later
from echoforensics.review.web.dispatch import Dispatcher, Json
from echoforensics.review.web.guard import Guard
from echoforensics.review.web.languages import language_of
from echoforensics.review.web.openapi import openapi
from echoforensics.review.web.page_routes import page_routes
from echoforensics.review.web.route_list import ROUTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from echoforensics.review.room import ReviewRoom
    from echoforensics.review.web.api import Api

_WORDS = {404: later("There is no such page."), 405: later("This cannot be done with that method.")}


def make_app(
    room: ReviewRoom, routes: Sequence[Api] = ROUTES, pages: Callable[[ReviewRoom], list[Route]] = page_routes
) -> ASGIApp:
    """The application of a room.

    Args:
        room: the room. The caller closes it.
        routes: routes of the API.
        pages: returns the routes of pages and their files.
    """
    dispatcher = Dispatcher(room)
    described = openapi(routes, room.site)

    async def description(_: Request) -> Response:
        return Json(described)

    served = [Route(api.path, dispatcher.endpoint(api), methods=[api.method]) for api in routes]
    app = Starlette(
        routes=[*served, Route("/openapi.json", description), *pages(room)],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    return Guard(app, room.site)


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = language(language_of(request))
    return Json({"error": words.text(_WORDS.get(status, later("This cannot be done.")))}, status_code=status)


async def _failed(request: Request, _error: Exception) -> Response:
    """The response to an internal error; the server's log has the details."""
    words = language(language_of(request))
    message = words.text("Something failed in the room: this was not saved. Tell who runs the server.")
    return Json({"error": message}, status_code=500)
