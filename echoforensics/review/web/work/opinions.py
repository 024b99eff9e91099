"""Routes: agreement, disagreements and redactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from echoforensics.review.people.person import SEE_ALL, WORKERS
from echoforensics.review.room_errors import NotFoundError
from echoforensics.review.web.api import Api, Call
from echoforensics.review.web.schema_check import listed, one_of, record, seconds, text, whole, yes_or_no
from echoforensics.review.web.work.items import theirs
from echoforensics.review.web.work.names import DisplayNames

if TYPE_CHECKING:
    from collections.abc import Mapping


def _agreement(call: Call) -> Mapping[str, Any]:
    found, names = call.room.opinions.agreement(call.person, call.text("queue", 100)), DisplayNames(call)
    # One line per pair and code: agreement differs from code to code.
    pairs = [
        {**one, "people": [names.of(person) for person in pair["people"]]}
        for pair in found["pairs"]
        for one in pair["codes"]
    ]
    return {**found, "pairs": pairs}


def _disagreements(call: Call) -> Mapping[str, Any]:
    names, found = DisplayNames(call), call.room.opinions.disagreements(call.person)
    for one in found:
        for opinion in one["opinions"]:
            opinion["who"] = names.of(opinion["who"])
        if one["settled"]:
            one["settled"]["by"] = names.of(one["settled"]["by"])
    return {"disagreements": found}


def _settle(call: Call) -> Mapping[str, Any]:
    try:
        call.room.opinions.settle(call.person, call.path("item"), call.body)
    except NotFoundError:
        raise call.not_found(call.path("item")) from None
    return {}


def _ask(call: Call) -> Mapping[str, Any]:
    made = call.room.opinions.ask_redaction(call.person, call.path("item"), call.body)
    return {"id": made.id, "ranges": [list(one) for one in made.ranges]}


def _redactions(call: Call) -> Mapping[str, Any]:
    names, found = DisplayNames(call), call.room.opinions.redactions(call.person)
    for one in found:
        one |= {"asked_by": names.of(one["asked_by"]), "decided_by": names.of(one["decided_by"])}
    return {"redactions": found}


def _redacted(call: Call) -> Response:
    try:
        sound = call.room.opinions.redacted_sound(call.person, call.path("redaction"))
    except NotFoundError:
        raise call.not_found(call.path("redaction")) from None
    return Response(sound, headers={"cache-control": "no-store"}, media_type="audio/wav")


def _decide(call: Call) -> Mapping[str, Any]:
    try:
        made = call.room.opinions.decide_redaction(call.person, call.path("redaction"), call.body)
    except NotFoundError:
        raise call.not_found(call.path("redaction")) from None
    return {"id": made.id, "state": "approved" if made.approved else "refused"}


ROUTES = (
    Api(
        "GET", "/api/agreement", _agreement, "See how far two listeners agree, by code and by pair.", roles=SEE_ALL,
        query={"queue": text(100)},
    ),
    Api(
        "GET", "/api/disagreements", _disagreements, "See what two people decided otherwise, the open ones first.",
        roles=SEE_ALL,
    ),
    Api(
        "POST", "/api/disagreements/{item}/settle", _settle, "Settle what two others decided otherwise.", roles=SEE_ALL,
        body=record({"codes": listed(text(40), 40)}, {"note": text(5000)}),
    ),
    Api(
        "POST", "/api/items/{item}/redactions", theirs(_ask), "Ask that ranges of a recording be redacted.",
        roles=WORKERS,
        body=record(
            {"ranges": listed(listed(seconds(), 2), 200), "reason": text(200)},
            {"with": one_of("silence", "tone", "noise"), "sound": whole(0, 100_000)},
        ),
        answer=record({"id": text(), "ranges": listed(listed(seconds(), 2))}),
    ),
    Api("GET", "/api/redactions", _redactions, "See one's own requests for redaction; who supervises sees all."),
    Api(
        "GET", "/api/redactions/{redaction}/sound", _redacted, "Hear a recording as a request would redact it.",
        answer={"type": "string", "format": "binary"}, content_type="audio/wav",
    ),
    Api(
        "POST", "/api/redactions/{redaction}/decision", _decide, "Approve or refuse what somebody else asked for.",
        roles=SEE_ALL, body=record({"approve": yes_or_no()}, {"note": text(5000)}),
        answer=record({"id": text(), "state": one_of("approved", "refused")}),
    ),
)  # fmt: skip
