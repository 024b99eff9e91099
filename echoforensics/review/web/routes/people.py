"""Routes: the caller's own account, and the accounts of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.review.people.person import ROLES, SUPERVISORS, RoomMember
from echoforensics.review.web.api import Api, Call
from echoforensics.review.web.schema_check import listed, one_of, record, text, yes_or_no
from echoforensics.review.web.work.queues import queues_shown
from echoforensics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

_PERSON = record(
    {
        "id": text(), "name": text(), "display": text(), "role": one_of(*ROLES), "active": yes_or_no(),
        "second": listed(one_of("totp", "webauthn")), "last": {"type": ["integer", "null"]}, "queues": listed(text()),
    }
)  # fmt: skip
_LINK = record({"link": text()})


def _me(call: Call) -> Mapping[str, Any]:
    session = call.signed_in
    person = session.person
    return {
        "name": person.name, "display": person.display, "role": person.role, "csrf": session.row.csrf,
        "language": person.language, "second": list(person.second),
        "queues": [{name: one[name] for name in ("id", "name", "case")} for one in queues_shown(call)],
        "codes": [code.as_json() for code in call.room.desk.codes],
        "server": {"version": __version__, "started": call.room.started},
    }  # fmt: skip


def _language(call: Call) -> Mapping[str, Any]:
    call.room.accounts.set_language(call.person, call.body["language"])
    return {}


def _key_options(call: Call) -> Mapping[str, Any]:
    return call.room.signing_in.new_key_options(call.signed_in)


def _add_key(call: Call) -> Mapping[str, Any]:
    call.room.signing_in.add_key(call.signed_in, call.body["credential"])
    return {}


def _people(call: Call) -> Mapping[str, Any]:
    return {"people": [_as_json(call, person) for person in call.room.accounts.all()]}


def _add(call: Call) -> Mapping[str, Any]:
    body = call.body
    person, token = call.room.accounts.add(body["name"], body["display"], body["role"], call.person)
    return {"id": person.id, **_link_of(call, token)}


def _change(call: Call) -> Mapping[str, Any]:
    body = call.body
    person = call.room.accounts.change(call.path("person"), body.get("role"), body.get("active"), call.person)
    if "queues" in body:
        call.room.desk.set_queues_of(call.person, person, body["queues"])
    return _as_json(call, person)


def _new_link(call: Call) -> Mapping[str, Any]:
    return _link_of(call, call.room.accounts.new_link(call.path("person"), call.person))


def _link_of(call: Call, token: str) -> dict[str, str]:
    return {"link": f"{call.room.site.origin}/set-up/{token}"}


def _as_json(call: Call, person: RoomMember) -> dict[str, Any]:
    return {
        "id": person.id, "name": person.name, "display": person.display, "role": person.role, "active": person.active,
        "second": list(person.second), "last": person.last_sign_in,
        "queues": call.room.desk.queue_ids_of(person),
    }  # fmt: skip


ROUTES = (
    Api("GET", "/api/me", _me, "See who is signed in, and get the token that each change has to bring along."),
    Api(
        "POST", "/api/me/language", _language, "Choose the language of the pages.",
        body=record({"language": one_of("", "en", "de")}),
    ),
    Api("POST", "/api/me/webauthn/options", _key_options, "Get what a new security key is to sign."),
    Api(
        "POST", "/api/me/webauthn", _add_key, "Add a security key to one's own account.", largest=65536,
        body=record({"credential": {"type": "object"}}),
    ),
    Api(
        "GET", "/api/people", _people, "See every account.", roles=SUPERVISORS,
        answer=record({"people": listed(_PERSON)}),
    ),
    Api(
        "POST", "/api/people", _add, "Add an account; the answer has the one-time link that sets it up.",
        roles=SUPERVISORS, answer=record({"id": text(), "link": text()}),
        body=record({"name": text(100), "display": text(100), "role": one_of(*ROLES)}),
    ),
    Api(
        "PATCH", "/api/people/{person}", _change, "Give an account another role or queues, or let it sign in or not.",
        roles=SUPERVISORS, answer=_PERSON,
        body=record({}, {"role": one_of(*ROLES), "active": yes_or_no(), "queues": listed(text(100))}),
    ),
    Api(
        "POST", "/api/people/{person}/link", _new_link, "Make a new one-time link for an account.", roles=SUPERVISORS,
        answer=_LINK,
    ),
)  # fmt: skip
