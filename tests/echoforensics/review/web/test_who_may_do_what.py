"""Every route, for every role: what one may do is the table here, and all else is refused, in German, too."""

from __future__ import annotations

import re
from typing import Any

import pytest

from echoforensics.review.web.api import Api
from echoforensics.review.web.route_list import ROUTES
from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue, decide, make_queue, person_id

__all__ = ["make_queue"]

ALL, WORK, LEAD, ACCOUNTS = "all", "work", "lead", "accounts"
#: Who may call what: everybody who is signed in, who works, who supervises, or supervisors alone.
MAY = {
    "POST /api/sign-out": ALL, "GET /api/me": ALL, "POST /api/me/language": ALL, "POST /api/me/webauthn/options": ALL,
    "POST /api/me/webauthn": ALL, "GET /api/people": ACCOUNTS, "POST /api/people": ACCOUNTS,
    "PATCH /api/people/{person}": ACCOUNTS, "POST /api/people/{person}/link": ACCOUNTS, "GET /api/audit": ACCOUNTS,
    "GET /api/queues": ALL, "POST /api/queues": LEAD, "PATCH /api/queues/{queue}": LEAD,
    "GET /api/queues/{queue}/items": ALL, "POST /api/queues/{queue}/next": WORK, "GET /api/plan": LEAD,
    "GET /api/items/{item}": ALL, "POST /api/items/{item}/codes": WORK, "POST /api/items/{item}/notes": WORK,
    "PUT /api/items/{item}/transcript": WORK, "POST /api/items/{item}/undo": WORK,
    "POST /api/items/{item}/finish": WORK, "POST /api/items/{item}/plays": ALL, "POST /api/items/{item}/here": ALL,
    "POST /api/items/{item}/open": ALL, "POST /api/items/{item}/leave": WORK, "POST /api/items/{item}/assign": LEAD,
    "GET /api/items/{item}/sound/{sound}": ALL, "GET /api/agreement": LEAD, "GET /api/disagreements": LEAD,
    "POST /api/disagreements/{item}/settle": LEAD, "POST /api/items/{item}/redactions": WORK,
    "GET /api/redactions": ALL, "GET /api/redactions/{redaction}/sound": ALL,
    "POST /api/redactions/{redaction}/decision": LEAD, "POST /api/close": LEAD,
}  # fmt: skip
#: What the roles are among those.
ROLES = {
    "supervisor": {ALL, WORK, LEAD, ACCOUNTS}, "examiner": {ALL, WORK, LEAD}, "reviewer": {ALL, WORK}, "reader": {ALL},
}  # fmt: skip
#: Words that no answer in German has.
ENGLISH = re.compile(r"\b(the|is|are|of|and|or|not|for|with|somebody|nobody|ask|yours|queues?|item)\b", re.IGNORECASE)
#: Names of members and values in JSON, which are those of the API.
NAMES = re.compile(r"\w+(\[\d+\])?: |\b(item|queue|reviewer)_?\w*\b")


def sample(schema: dict[str, Any]) -> Any:
    """A value that a schema allows, as small as possible; numbers and truth values are 0 and false."""
    kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][-1]
    if "enum" in schema:
        return schema["enum"][-1]
    if kind == "object":
        return {name: sample(schema["properties"][name]) for name in schema.get("required", ())}
    return {"string": "x", "array": [], "boolean": False, "integer": 0, "number": 1, "null": None}[kind]


def call(client: RoomClient, api: Api, names: dict[str, str]) -> Any:
    """The answer to a call whose parameters have these values."""
    path = re.sub(r"{(\w+)}", lambda found: names[found[1]], api.plain_path)
    body = None if api.method == "GET" else sample(api.body) if api.body else {}
    return client.http.request(api.method, path, json=body, headers={"accept-language": "de"})


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_may_do_what_the_table_says_and_nothing_else(
    make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient, role: str
) -> None:
    assert {f"{api.method} {api.plain_path}" for api in ROUTES if api.roles is not None} == set(MAY)
    rita, other = new_person("rita", role), new_person("other")
    own = {
        "queue": make_queue("rita", filter={"text": "lights"}),
        "sound": "0",
        "person": person_id(supervisor, "rita"),
    }
    own["item"] = rita.get(f"/api/queues/{own['queue']}/items")["items"][0]["id"]
    theirs = own | {"queue": make_queue("other", filter={"text": "what time"})}
    theirs["item"] = other.post(f"/api/queues/{theirs['queue']}/next")["id"]
    decide(other, theirs["item"], "child")
    asked = other.post(f"/api/items/{theirs['item']}/redactions", ranges=[[0.1, 0.2]], reason="private")["id"]
    own |= {"redaction": asked}
    theirs |= {"redaction": asked}
    sees_all = LEAD in ROLES[role]
    # What ends the session comes last.
    routes = [api for api in ROUTES if api.roles is not None]
    routes.sort(key=lambda api: ("/sign-out" in api.path, "/people/" in api.path))

    for api in routes:
        name = f"{api.method} {api.plain_path}"
        if MAY[name] not in ROLES[role]:
            answers = [call(rita, api, own)]
            assert (answers[0].status_code, "Das darf die Rolle" in answers[0].text) == (403, True), name
        elif api.parameters:
            answers = [call(rita, api, theirs), call(rita, api, own)]
            assert (answers[0].status_code == 404) or sees_all, name
            assert not [one for one in answers[not sees_all :] if "Das darf die Rolle" in one.text], name
        else:
            answers = [call(rita, api, own)]
            assert answers[0].status_code in (200, 400), name
        errors = [one.json()["error"] for one in answers if one.status_code >= 400]
        assert not [one for one in errors if ENGLISH.search(NAMES.sub("", one))], name
    assert supervisor.get(f"/api/items/{theirs['item']}")["decision"]["codes"] == ["child"]
