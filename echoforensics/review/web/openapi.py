"""``openapi.json``: the API, described by the routes themselves (OpenAPI 3.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from echoforensics.review.web.api import CHANGING
from echoforensics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.review.people.site import Site
    from echoforensics.review.web.api import Api

_ABOUT = (
    "Each request names the room in its Host header. A change has the header Origin with the room's address, and, once"
    " somebody is signed in, X-CSRF with the token of GET /api/me. Times are milliseconds since 1970."
)
_ERROR = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
_ERRORS = {
    "400": "The request does not say what it has to; the message says what to do.",
    "401": "Nobody is signed in.",
    "403": "The person may not do this.",
    "404": "It does not exist, or is not this person's to see.",
    "408": "The body did not arrive in time.",
    "409": "Somebody else was first; nothing was overwritten.",
    "413": "The body is too large.",
    "429": "Too many tries failed.",
    "503": "Too much is asked for at once; try again in a few seconds.",
    "507": "The disk is full: it was not saved.",
}


def openapi(routes: Iterable[Api], site: Site) -> dict[str, Any]:
    """The description of an API.

    Args:
        routes: of the room.
        site: where it is served.
    """
    paths: dict[str, dict[str, Any]] = {}
    for api in routes:
        paths.setdefault(api.plain_path, {})[api.method.lower()] = _operation(api)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Echo review room", "version": __version__, "description": _ABOUT},
        "servers": [{"url": site.origin}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": f"__Host-ef-{site.port}"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF"},
            },
            "responses": {status: _error(words) for status, words in _ERRORS.items()},
        },
    }


def _operation(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": _name(api),
        "summary": api.summary,
        "responses": {
            "200": {"description": "Done.", "content": {api.content_type: {"schema": api.answer}}},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in _ERRORS},
        },
        "security": [],
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in api.parameters
    ]
    parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in api.query.items()]
    if parameters:
        found["parameters"] = parameters
    if api.roles is not None:
        found["security"] = [{"session": [], **({"csrf": []} if api.method in CHANGING else {})}]
        found["description"] = f"For the roles: {', '.join(sorted(api.roles))}."
    if api.body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": api.body}}}
    return found


def _name(api: Api) -> str:
    parts = re.findall(r"[A-Za-z0-9]+", api.plain_path.removeprefix("/api/"))
    return "_".join([api.method.lower(), *parts])


def _error(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": _ERROR}}}
