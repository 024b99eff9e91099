"""Route: closing the room into its cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.errors import CaseError, UsageError
from echoforensics.review.closing.closing import close_room
from echoforensics.review.people.person import SEE_ALL
from echoforensics.review.room_errors import InvalidRequestError
from echoforensics.review.web.api import Api, Call
from echoforensics.review.web.schema_check import listed, record, text, whole, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Mapping


def _close(call: Call) -> Mapping[str, Any]:
    if not call.body["confirm"]:
        raise InvalidRequestError("Closing signs what is finished into the case; confirm it.")
    try:
        closed = close_room(call.room, call.person)
    except (CaseError, UsageError) as error:
        raise InvalidRequestError(
            "Not closed: {error}. What was saved in the room is as it was.", {"error": error}
        ) from error
    return {
        "cases": [
            {"case": one.case, "exhibits": len(one.exhibits), "known": one.known, "redactions": one.redactions}
            for one in closed
        ]
    }


ROUTES = (
    Api(
        "POST", "/api/close", _close, "Sign what is finished into the cases, as `review --close` does.", roles=SEE_ALL,
        body=record({"confirm": yes_or_no()}),
        answer=record(
            {"cases": listed(record({"case": text(), "exhibits": whole(), "known": whole(), "redactions": whole()}))}
        ),
    ),
)  # fmt: skip
