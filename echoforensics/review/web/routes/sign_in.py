"""Routes: signing in and out, and setting up an account by its link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.review.room_errors import NotSignedInError
from echoforensics.review.web.api import Api, Call
from echoforensics.review.web.cookies import BROWSER, SESSION
from echoforensics.review.web.schema_check import record, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from echoforensics.review.people.sessions import Session
    from echoforensics.review.people.signing_in import SignedIn

_CREDENTIAL = {"type": "object", "description": "As the browser's PublicKeyCredential.toJSON() gives it."}
_SECOND = record({"second": {"type": "array", "items": {"type": "string", "enum": ["totp", "webauthn"]}}})
_OPTIONS = {"type": "object", "description": "For PublicKeyCredential.parse...OptionsFromJSON() of the browser."}


def _sign_in(call: Call) -> Mapping[str, Any]:
    found = call.room.signing_in.with_password(call.body["name"], call.body["password"], call.caller)
    call.cookies[SESSION] = found.token
    return {"second": list(found.second)}


def _totp(call: Call) -> Mapping[str, Any]:
    return _signed_in(call, call.room.signing_in.with_code(_first_step(call), call.body["code"], call.caller))


def _webauthn_options(call: Call) -> Mapping[str, Any]:
    return call.room.signing_in.key_options(_first_step(call))


def _webauthn(call: Call) -> Mapping[str, Any]:
    return _signed_in(call, call.room.signing_in.with_key(_first_step(call), call.body["credential"], call.caller))


def _signed_in(call: Call, found: SignedIn) -> Mapping[str, Any]:
    call.cookies[SESSION] = found.token
    if found.browser:
        call.cookies[BROWSER] = found.browser
    return {"second": []}


def _first_step(call: Call) -> Session:
    """The session between password and second factor."""
    if call.session is None or call.session.row.complete:
        raise NotSignedInError("Give name and password first.", sign_in=True)
    return call.session


def _sign_out(call: Call) -> Mapping[str, Any]:
    call.room.signing_in.sign_out(call.signed_in)
    call.cookies[SESSION] = ""
    return {}


def _link(call: Call) -> Mapping[str, Any]:
    return call.room.accounts.what_link_offers(call.path("token"))


def _set_up(call: Call) -> Mapping[str, Any]:
    body = call.body
    person = call.room.accounts.set_up(
        call.path("token"), body["password"], body.get("totp_code"), body.get("credential")
    )
    call.cookies[SESSION] = ""
    return {"name": person.name}


ROUTES = (
    Api(
        "POST", "/api/sign-in", _sign_in, "Give name and password: the first step of signing in.", roles=None,
        body=record({"name": text(100), "password": text(2048)}), answer=_SECOND, largest=8192,
    ),
    Api(
        "POST", "/api/sign-in/totp", _totp, "Give the code of an authenticator app: the second step.", roles=None,
        body=record({"code": text(20)}), answer=_SECOND, largest=8192,
    ),
    Api(
        "POST", "/api/sign-in/webauthn/options", _webauthn_options, "Get what a security key is to sign.", roles=None,
        answer=_OPTIONS,
    ),
    Api(
        "POST", "/api/sign-in/webauthn", _webauthn, "Give what a security key signed: the second step.", roles=None,
        body=record({"credential": _CREDENTIAL}), answer=_SECOND, largest=65536,
    ),
    Api("POST", "/api/sign-out", _sign_out, "End this session."),
    Api(
        "GET", "/api/set-up/{token}", _link, "See whose account a one-time link sets up, and with what.", roles=None,
        answer=record(
            {
                "display": text(), "name": text(), "role": text(),
                "totp": record({"secret": text(), "uri": text(), "svg": text()}),
                "webauthn": {"type": ["object", "null"]},
            }
        ),
    ),
    Api(
        "POST", "/api/set-up/{token}", _set_up, "Set up an account: a password, and a code or a security key.",
        roles=None, largest=65536, answer=record({"name": text()}),
        body=record(
            {"password": text(2048)},
            {"totp_code": {"type": ["string", "null"], "maxLength": 20},
             "credential": {**_CREDENTIAL, "type": ["object", "null"]}},
        ),
    ),
)  # fmt: skip
