"""Routes: reading the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.review.people.person import SUPERVISORS
from echoforensics.review.web.api import Api, Call
from echoforensics.review.web.schema_check import listed, record, text, whole, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 500


def _audit(call: Call) -> Mapping[str, Any]:
    after, limit = call.number("after", 0, 2**53), max(1, call.number("limit", 100, _MOST))
    room = call.room
    events = room.audit.events(before=after, who=call.text("person"), what=call.text("what"), limit=limit)
    return {
        "events": [event.as_json() for event in events],
        "intact": room.audit.is_intact(),
        "next": events[-1].number if len(events) == limit else None,
    }


ROUTES = (
    Api(
        "GET", "/api/audit", _audit, "Read the audit, the newest event first.", roles=SUPERVISORS,
        query={
            "after": whole() | {"description": "Events older than this number: `next` of the answer before."},
            "person": text(100), "what": text(100), "limit": whole(1, _MOST),
        },
        answer=record(
            {
                "events": listed(
                    record(
                        {"number": whole(), "at": whole(), "who": text(), "what": text(), "about": text(),
                         "details": {"type": "object"}}
                    )
                ),
                "intact": yes_or_no() | {"description": "Whether the ledger on the disk is what was written."},
                "next": {"type": ["integer", "null"]},
            }
        ),
    ),
)  # fmt: skip
