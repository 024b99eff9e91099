"""Routes: queues, their items, and the plan of work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.report.words.language import language
from echoforensics.review.people.person import SEE_ALL, WORKERS
from echoforensics.review.room_errors import NotFoundError
from echoforensics.review.store.queue_listing import ORDERS, STATES, AskedItems
from echoforensics.review.web.api import Api, Call
from echoforensics.review.web.schema_check import listed, one_of, record, text, whole, yes_or_no
from echoforensics.review.web.work.names import DisplayNames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from echoforensics.review.store.queue_table import Queue

_MOST = 500
_PART = {"type": "number", "minimum": 0, "maximum": 1}
_FILTER = record(
    {},
    {
        "text": text(1000), "from": text(100), "to": text(100), "device": text(1000), "unintended": yes_or_no(),
        "without_device_sounds": yes_or_no(),
    },
)  # fmt: skip
_SECOND = record({}, {"sample": _PART, "codes": listed(text(40), 40)})
_COUNTS = record({"open": whole(), "taken": whole(), "done": whole(), "second": whole()})
_QUEUE = record(
    {
        "id": text(), "name": text(), "case": text(), "case_id": text(), "kind": one_of("recordings", "interactions"),
        "filter": _FILTER, "people": listed(text()), "second": _SECOND, "counts": _COUNTS,
    }
)  # fmt: skip


def _as_json(call: Call, queue: Queue, counts: dict[str, int], people: list[str]) -> dict[str, Any]:
    return {
        "id": queue.id, "name": queue.name, "case": call.room.desk.case_name(queue.case_id), "case_id": queue.case_id,
        "kind": queue.kind, "filter": queue.filter, "people": people if call.person.sees_all else [],
        "second": {"sample": queue.sample, "codes": list(queue.second_codes)} if call.person.sees_all else {},
        "counts": counts,
    }  # fmt: skip


def queues_shown(call: Call) -> list[dict[str, Any]]:
    """The caller's queues, for the pages."""
    return [_as_json(call, *found) for found in call.room.desk.queues(call.person)]


def _queues(call: Call) -> Mapping[str, Any]:
    answer: dict[str, Any] = {"queues": queues_shown(call)}
    if call.person.sees_all:
        answer["cases"] = [{"id": case.id, "name": case.name} for case in call.room.desk.cases.values()]
        answer["workers"] = [
            {"id": person.id, "display": person.display, "role": person.role}
            for person in call.room.accounts.all()
            if person.active
        ]
    return answer


def _make(call: Call) -> Mapping[str, Any]:
    made, items = call.room.desk.make_queue(call.person, call.body)
    return {"id": made.id, "items": items}


def _change(call: Call) -> Mapping[str, Any]:
    try:
        made = call.room.desk.change_queue(call.person, call.path("queue"), call.body)
    except NotFoundError:
        raise call.not_found(call.path("queue")) from None
    return {"id": made.id}


def _items(call: Call) -> Mapping[str, Any]:
    query = call.request.query_params
    asked = AskedItems(
        state=query.get("state", "") if query.get("state") in STATES else "", code=call.text("code", 40),
        text=call.text("text"), mine=query.get("mine", "") in ("1", "true"),
        sort=query.get("sort", "") if query.get("sort") in ORDERS else "queue",
        after=call.number("after", 0, 2**31), limit=max(1, call.number("limit", 100, _MOST)),
    )  # fmt: skip
    try:
        found, counts = call.room.desk.items(call.person, call.path("queue"), asked)
    except NotFoundError:
        raise call.not_found(call.path("queue")) from None
    names, desk = DisplayNames(call), call.room.desk
    cases = {one.decided_in[0]: desk.case_name(one.decided_in[0]) for one in found if one.decided_in}
    shown = [
        {
            "id": one.id, "about": one.exhibit, "title": one.title, "time": one.time, "device": one.device,
            "seconds": one.seconds, "state": one.state, "assigned": names.of(one.assigned), "codes": list(one.codes),
            "distress": one.distress,
            "decided_in": one.decided_in and {"case": cases[one.decided_in[0]], "about": one.decided_in[1]},
        }
        for one in found[: asked.limit]
    ]  # fmt: skip
    return {
        "items": shown, "counts": counts,
        "next": str(asked.after + asked.limit) if len(found) > asked.limit else None,
    }  # fmt: skip


def _next(call: Call) -> Mapping[str, Any]:
    try:
        return {"id": call.room.desk.take_next(call.person, call.path("queue"), call.body.get("after", ""))}
    except NotFoundError:
        raise call.not_found(call.path("queue")) from None


def _plan(call: Call) -> Mapping[str, Any]:
    return call.room.opinions.plan(call.person, language(call.language))


ROUTES = (
    Api("GET", "/api/queues", _queues, "List the queues of who is signed in, with how far each has come."),
    Api(
        "POST", "/api/queues", _make, "Make a queue of recordings or interactions of a case.", roles=SEE_ALL,
        body=record(
            {"name": text(120), "case": text(100), "kind": one_of("recordings", "interactions")},
            {"filter": _FILTER, "people": listed(text(100)), "second": _SECOND},
        ),
        answer=record({"id": text(), "items": whole()}),
    ),
    Api(
        "PATCH", "/api/queues/{queue}", _change, "Change a queue's name, people or second opinions.", roles=SEE_ALL,
        body=record({}, {"name": text(120), "people": listed(text(100)), "second": _SECOND}),
    ),
    Api(
        "GET", "/api/queues/{queue}/items", _items, "List items of a queue, as far as they may be seen.",
        query={
            "state": one_of(*STATES), "code": text(40), "text": text(), "mine": yes_or_no(), "sort": one_of(*ORDERS),
            "after": whole(), "limit": whole(1, _MOST),
        },
    ),
    Api(
        "POST", "/api/queues/{queue}/next", _next, "Take the next item of a queue.", roles=WORKERS,
        body=record({}, {"after": text(100)}), answer=record({"id": {"type": ["string", "null"]}}),
    ),
    Api("GET", "/api/plan", _plan, "See who has how much, and how what distresses is spread.", roles=SEE_ALL),
)  # fmt: skip
