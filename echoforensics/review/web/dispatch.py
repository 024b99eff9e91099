"""Dispatches a request to its route's handler: authenticates, authorizes, validates, and responds."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from echoforensics.errors import CaseDiskError, CaseError
from echoforensics.report.words.language import language, later
from echoforensics.review.people.signing_in import Caller
from echoforensics.review.room_errors import (
    InvalidRequestError,
    NotSignedInError,
    RefusedError,
    RoomError,
    TooManyTriesError,
)
from echoforensics.review.web.api import CHANGING, Api, Call
from echoforensics.review.web.cookies import BROWSER, SESSION, read_cookie, write_cookie
from echoforensics.review.web.languages import language_of
from echoforensics.review.web.schema_check import check

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.requests import Request

    from echoforensics.review.people.sessions import Session
    from echoforensics.review.room import ReviewRoom

_LOG = logging.getLogger(__name__)
_NOT_SAVED = later(
    "Not saved: the disk of the room is full or cannot be written. Tell who runs the server. What was saved before is"
    " kept."
)
_CHANGED_OUTSIDE = later(
    "The audit of the room, or a case, was changed outside of the room. This is not on record, and nothing more is"
    " taken. Tell who runs the server."
)
#: Maximum seconds for the whole body of a request to arrive.
_BODY_WITHIN = 30
#: Maximum number per minute of recorded denials without a session; further ones are only counted.
_DENIED_A_MINUTE = 20


class BodyTooLargeError(RoomError):
    """A request's body is larger than its route takes."""

    status = 413


class SlowBodyError(RoomError):
    """A request's body does not arrive in time."""

    status = 408


class NotSavedError(RoomError):
    """The room's disk is full or failing."""

    status = 507


class Json(JSONResponse):
    """A JSON response, in UTF-8."""

    def render(self, content: Any) -> bytes:
        """The response's bytes."""
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")


class Dispatcher:
    """Makes the Starlette endpoint of a route."""

    def __init__(self, room: ReviewRoom) -> None:
        self._room = room
        self._denials = _Denials(room)

    def endpoint(self, api: Api) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The function that Starlette calls for a route."""

        async def call(request: Request) -> Response:
            try:
                content = await _body(request, api) if request.method in CHANGING else b""
                return await run_in_threadpool(self._answer, api, request, content)
            except RoomError as error:
                return error_answer(error, request)
            except CaseDiskError as error:
                # Who reviews can do nothing about a path on the server; who runs it finds that in its log.
                _LOG.error("%s", error)
                return error_answer(NotSavedError(_NOT_SAVED), request)
            except CaseError as error:
                _LOG.error("%s", error)
                return error_answer(NotSavedError(_CHANGED_OUTSIDE), request)

        return call

    def _answer(self, api: Api, request: Request, content: bytes) -> Response:
        room = self._room
        caller = Caller(request.client.host if request.client else "", read_cookie(request, room.site, BROWSER))
        token = read_cookie(request, room.site, SESSION)
        session = room.sessions.find(token, used=api.in_session) if token else None
        call = Call(room, request, session, caller)
        try:
            if request.method in CHANGING:
                _refuse_foreign(request, room.site.origin)
            if api.roles is not None:
                _refuse_others(api, call, request)
        except RoomError as error:
            self._denials.record(session, request, error)
            raise
        if api.body is not None:
            call.body = _parsed(request, content)
            check(call.body, api.body)
        elif content.strip() not in (b"", b"{}"):
            raise InvalidRequestError("This takes no body.")
        answer = api.handler(call)
        response = answer if isinstance(answer, Response) else Json(answer)
        for name, value in call.cookies.items():
            write_cookie(response, request, room.site, name, value)
        return response


def error_answer(error: RoomError, request: Request) -> Response:
    """The response for an error, in the language of the request."""
    headers = {"retry-after": str(error.seconds)} if isinstance(error, TooManyTriesError) else None
    return Json(
        {"error": error.text(language(language_of(request))), **error.more}, status_code=error.status, headers=headers
    )


async def _body(request: Request, api: Api) -> bytes:
    """Read the body of a request, at most as much as its route accepts."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise InvalidRequestError("A body that is compressed is not taken.")
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length[:18]) > api.largest:
        raise _too_large(api)
    content = bytearray()
    try:
        async with asyncio.timeout(_BODY_WITHIN):
            async for piece in request.stream():
                content += piece
                if len(content) > api.largest:
                    raise _too_large(api)
    except TimeoutError as error:
        raise SlowBodyError("The request did not arrive whole. Try again.") from error
    return bytes(content)


def _too_large(api: Api) -> BodyTooLargeError:
    return BodyTooLargeError("This is too large: at most {most} bytes are taken.", {"most": api.largest})


def _refuse_foreign(request: Request, origin: str) -> None:
    """Refuse requests from a page of another site, or from a form."""
    if request.headers.get("origin") != origin:
        raise RefusedError("A change needs the header Origin: {origin}.", {"origin": origin})


def _refuse_others(api: Api, call: Call, request: Request) -> None:
    session = call.signed_in
    if request.method in CHANGING:
        given = request.headers.get("x-csrf", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), session.row.csrf.encode()):
            raise RefusedError("The page is of an earlier session. Load it again.", csrf=True)
    if api.roles is not None and session.person.role not in api.roles:
        raise RefusedError("This is not for the role {role}. Ask a supervisor.", {"role": later(session.person.role)})


def _parsed(request: Request, content: bytes) -> Any:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise InvalidRequestError("The body has to be JSON, with the header Content-Type: application/json.")
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError("The body is not JSON in UTF-8.") from error


class _Denials:
    """Records refused requests: all of people who are signed in, and a few a minute of others."""

    def __init__(self, room: ReviewRoom) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._minute = 0.0
        self._recorded = self._left_out = 0

    def record(self, session: Session | None, request: Request, error: RoomError) -> None:
        """Record one refused request."""
        person = session.person if session is not None and session.row.complete else None
        left_out = 0
        if person is None:
            # Without a cookie there was no session, so nobody is trying a stolen one.
            if isinstance(error, NotSignedInError) and not read_cookie(request, self._room.site, SESSION):
                return
            with self._lock:
                if time.monotonic() - self._minute > 60:
                    self._minute, self._recorded = time.monotonic(), 0
                if self._recorded >= _DENIED_A_MINUTE:
                    self._left_out += 1
                    return
                self._recorded += 1
                left_out, self._left_out = self._left_out, 0
        details: dict[str, object] = {"route": f"{request.method} {request.url.path[:200]}", "why": error.status}
        if request.client:
            details["address"] = request.client.host
        if left_out:
            details["not_recorded"] = left_out
        self._room.record(person, "denied", "", **details)
