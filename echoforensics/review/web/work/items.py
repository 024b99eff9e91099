"""Routes: an item, its decisions, and actions on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.review.people.person import SEE_ALL, WORKERS
from echoforensics.review.room_errors import NotFoundError
from echoforensics.review.web.api import Api, Call
from echoforensics.review.web.schema_check import listed, record, seconds, text, whole, yes_or_no
from echoforensics.review.web.work.names import DisplayNames
from echoforensics.review.work.deciding import MOST_NOTES
from echoforensics.review.work.refusals import SavedFirstError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from echoforensics.review.store.decision_table import Decision
    from echoforensics.review.web.api import Handler

_DECISION = record(
    {
        "codes": listed(text(40)), "notes": text(MOST_NOTES), "transcript": listed({"type": "object"}, 5000),
        "finished": yes_or_no(), "changed_at": {"type": ["integer", "null"]},
        "finished_at": {"type": ["integer", "null"]},
    }
)  # fmt: skip
_SAVED = record({"version": whole(), "decision": _DECISION}, {"undone": text()})
_VERSION = {"version": whole()}
_SEGMENT = record(
    {"from": seconds(), "to": seconds(), "text": text(10_000)},
    {"unsure": listed(listed(whole(), 2), 1000)},
)  # fmt: skip


def theirs(handler: Handler) -> Handler:
    """Wrap a handler so that refused access to another person's item is recorded."""

    def handle(call: Call) -> Any:
        try:
            return handler(call)
        except NotFoundError:
            raise call.not_found(call.path("item")) from None

    return handle


def _item(call: Call) -> Mapping[str, Any]:
    desk, name, person = call.room.desk, call.path("item"), call.person
    view, knowingly = desk.view(person, name, ahead=call.text("ahead") == "1")
    item, names, case = view.item, DisplayNames(call), desk.case_of(view.item)
    shown = case.shown(item, call.language)
    recordings = [
        _recording(desk.sounds.shown(case, sound), entry)
        for sound, entry in zip(shown.sounds, shown.recordings, strict=True)
    ]
    interaction = shown.interaction
    if view.blind or view.withheld:
        # What a room was closed with is in the case, and names who decided what.
        recordings = [{**one, "human": []} for one in recordings]
        interaction = interaction and {**interaction, "annotations": [], "human": []}
    state = "second" if view.blind else "done" if view.decision.finished else "taken" if view.taken else "open"
    places = sum(len(sound.found.references) for sound in shown.sounds) if item.kind == "recording" else 1
    return {
        "item": {
            "id": item.id, "about": item.exhibit, "title": item.title, "time": item.time, "device": item.device,
            "seconds": item.seconds, "state": state, "assigned": names.of(view.decision.person), "kind": item.kind,
            "case": case.name, "exhibits": list(item.exhibits[:500]), "codes": list(view.decision.codes),
            "distress": view.distress, "distress_opened": knowingly,
        },
        "version": view.decision.version, "decision": view.decision.as_json(), "read_only": not view.may_change,
        "blind": view.blind, "recordings": recordings, "interaction": interaction,
        "statements": list(shown.statements), "machine": list(shown.machine),
        "others": [{"who": names.of(one.person), **one.as_json()} for one in view.others],
        "copies": max(0, places - 1), "next": desk.next_after(person, name),
        "equal": [
            {
                "case": desk.case_name(one.case_id), "about": one.exhibit,
                "decided": view.decision.finished and one.id == view.decision.changed_in,
            }
            for one in view.equal
        ],
    }  # fmt: skip


def _recording(details: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """A recording in the format of the report's script, with its audio URL in the room."""
    made = {**entry, **details}
    if "derivative" in made:
        made["derivative"] = {**made["derivative"], "file": entry["file"]}
    if made["seconds"] is None and made["decoded_ms"]:
        made["seconds"] = made["decoded_ms"] / 1000
    return made


def _saved(call: Call, change: Callable[[], Decision]) -> Mapping[str, Any]:
    """The response to a change; if somebody else saved first, it names that person."""
    try:
        made = change()
    except SavedFirstError as error:
        error.more["by"] = DisplayNames(call).of(error.decision.changed_by)
        raise
    return {"version": made.version, "decision": made.as_json()}


def _codes(call: Call) -> Mapping[str, Any]:
    return _saved(call, lambda: call.room.desk.code(call.person, call.path("item"), call.body))


def _notes(call: Call) -> Mapping[str, Any]:
    return _saved(call, lambda: call.room.desk.note(call.person, call.path("item"), call.body))


def _transcript(call: Call) -> Mapping[str, Any]:
    return _saved(call, lambda: call.room.desk.transcribe(call.person, call.path("item"), call.body))


def _finish(call: Call) -> Mapping[str, Any]:
    return _saved(call, lambda: call.room.desk.finish(call.person, call.path("item"), call.body))


def _undo(call: Call) -> Mapping[str, Any]:
    undone = ""

    def change() -> Decision:
        nonlocal undone
        made, undone = call.room.desk.undo(call.person, call.path("item"), call.body)
        return made

    return {**_saved(call, change), "undone": undone}


def _plays(call: Call) -> Mapping[str, Any]:
    call.room.desk.played(call.person, call.path("item"), call.body)
    return {}


def _here(call: Call) -> Mapping[str, Any]:
    names = DisplayNames(call)
    return {"others": [names.of(one) for one in call.room.desk.here(call.person, call.path("item"))]}


def _open(call: Call) -> Mapping[str, Any]:
    call.room.desk.open_knowingly(call.person, call.path("item"))
    return {}


def _leave(call: Call) -> Mapping[str, Any]:
    call.room.desk.leave(call.person, call.path("item"))
    return {}


def _assign(call: Call) -> Mapping[str, Any]:
    call.room.desk.assign(call.person, call.path("item"), call.body["person"], call.body.get("turn", 1))
    return {}


def _changing(method: str, part: str, handler: Handler, summary: str, **body: Any) -> Api:
    return Api(
        method, f"/api/items/{{item}}/{part}", theirs(handler), summary, roles=WORKERS,
        body=record({**_VERSION, **body.pop("required", {})}, body), answer=_SAVED, largest=2 << 20,
    )  # fmt: skip


ROUTES = (
    Api(
        "GET", "/api/items/{item}", theirs(_item), "Get an item with its recordings, statements and decision.",
        query={"ahead": text(1) | {"description": "1 where it is loaded ahead and not looked at yet."}},
    ),
    _changing(
        "POST", "codes", _codes, "Give codes and take codes away.", add=listed(text(40), 40),
        remove=listed(text(40), 40),
    ),
    _changing("POST", "notes", _notes, "Write the note.", required={"text": text(MOST_NOTES)}),
    _changing(
        "PUT", "transcript", _transcript, "Write the human transcript.", required={"segments": listed(_SEGMENT, 5000)}
    ),
    _changing("POST", "undo", _undo, "Take back one's last change."),
    _changing("POST", "finish", _finish, "Be done with the item."),
    Api(
        "POST", "/api/items/{item}/plays", theirs(_plays), "Record what was played: from where to where, how long.",
        body=record(
            {
                "sound": whole(0, 100_000), "from": seconds(), "to": seconds(), "seconds": seconds(),
                "speed": {"type": "number", "minimum": 0.1, "maximum": 16},
            }
        ),
    ),
    Api(
        "POST", "/api/items/{item}/here", theirs(_here), "Say that one is at the item; get who else is.",
        body=record({}), answer=record({"others": listed(text())}), in_session=False,
    ),
    Api(
        "POST", "/api/items/{item}/open", theirs(_open), "Open what distresses, knowingly.", body=record({}),
    ),
    Api(
        "POST", "/api/items/{item}/leave", theirs(_leave), "Leave an item to somebody else of its queue.",
        roles=WORKERS, body=record({}),
    ),
    Api(
        "POST", "/api/items/{item}/assign", theirs(_assign), "Give an item to somebody, or to nobody.", roles=SEE_ALL,
        body=record({"person": {"type": ["string", "null"], "maxLength": 100}}, {"turn": whole(1, 2)}),
    ),
)  # fmt: skip
