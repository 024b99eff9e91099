"""A route of the room's API: its input and output, its permissions, and its handler."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from echoforensics.report.words.language import later
from echoforensics.review.people.person import EVERYBODY, RoomMember
from echoforensics.review.people.sessions import Session
from echoforensics.review.people.signing_in import Caller
from echoforensics.review.room_errors import InvalidRequestError, NotFoundError, NotSignedInError
from echoforensics.review.web.languages import language_of
from echoforensics.review.web.schema_check import Schema

if TYPE_CHECKING:
    from starlette.requests import Request

    from echoforensics.review.room import ReviewRoom

#: Methods that change something.
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_NOT_YOURS = later("This does not exist, or is not yours to see.")
_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(slots=True)
class Call:
    """One call of a route. Its values have been validated.

    Attributes:
        room: the room.
        request: as Starlette has it.
        session: the caller's session; None if nobody is signed in, which only public routes allow.
        caller: the origin of the request.
        body: the request's body, validated by the route's schema; empty if it takes none.
        cookies: cookies to set with the response, by name; an empty text removes one.
    """

    room: ReviewRoom
    request: Request
    session: Session | None
    caller: Caller
    body: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def person(self) -> RoomMember:
        """The caller. Raises NotSignedInError if nobody is signed in."""
        return self.signed_in.person

    @property
    def signed_in(self) -> Session:
        """The caller's session. Raises NotSignedInError if nobody is signed in."""
        if self.session is None or not self.session.row.complete:
            raise NotSignedInError("Sign in first.", sign_in=True)
        return self.session

    @property
    def language(self) -> str:
        """The code of the language of the answer."""
        return language_of(self.request)

    def path(self, name: str) -> str:
        """A path parameter, by name."""
        return str(self.request.path_params[name])

    def number(self, name: str, usual: int, most: int) -> int:
        """An integer query parameter. Raises InvalidRequestError."""
        given = self.request.query_params.get(name, "")
        if not given:
            return usual
        if not (given.isascii() and given.isdigit() and len(given) < 16):
            raise InvalidRequestError("{name}: expected a whole number.", {"name": name})
        return min(int(given), most)

    def text(self, name: str, longest: int = 500) -> str:
        """A text query parameter; empty if it is missing. Raises InvalidRequestError."""
        given = self.request.query_params.get(name, "")
        if len(given) > longest or "\0" in given:
            raise InvalidRequestError(
                "{name}: expected a text of up to {most} characters.", {"name": name, "most": longest}
            )
        return given

    def not_found(self, about: str, what: str = _NOT_YOURS) -> NotFoundError:
        """Record a request for something that this person may not see; returns the error to raise."""
        self.room.record(self.person, "denied", about[:200], route=self.request.url.path[:200])
        return NotFoundError(what)


#: The function of a route: returns JSON values, or a response of its own.
Handler = Callable[[Call], "Mapping[str, Any] | Response"]


@dataclass(frozen=True, slots=True)
class Api:
    """A route.

    Attributes:
        method: HTTP method.
        path: path with its parameters in braces, as in Starlette.
        handler: called in a thread of its own, so it may block.
        summary: one sentence on what it does, for ``openapi.json``.
        roles: roles that may call it; None for everybody, signed in or not.
        body: schema of the request's body; None for nothing.
        answer: schema of the response.
        query: schemas of query parameters, by name.
        content_type: type of the response.
        in_session: whether a call extends the session: a person did something.
        largest: maximum size of the body in bytes.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    roles: frozenset[str] | None = EVERYBODY
    body: Schema | None = None
    answer: Schema = field(default_factory=lambda: {"type": "object"})
    query: Mapping[str, Schema] = field(default_factory=dict)
    content_type: str = "application/json"
    in_session: bool = True
    largest: int = 1 << 20

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters in its path."""
        return _PARAMETER.findall(self.path)

    @property
    def plain_path(self) -> str:
        """Its path, as OpenAPI writes it."""
        return _PARAMETER.sub(r"{\1}", self.path)
