"""Directives that the service sent to a device or an app, and events sent to the service, by namespace and name.

Directives with pushed messages or conversation fragments are read by other modules.

References:
    The Alexa Voice Service's documentation of its interfaces: ``{"directive": {"header": {"namespace", "name",
    "messageId", "dialogRequestId"}, "payload"}}``, and ``{"event": ...}`` likewise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.alexa_api.items.body import Body, ResponseParser
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.alexa_api.items.member_words import member_words
from parsers.parser import About
from parsers.record import Issue, Record
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:directive"
_KINDS = {"directive": "a directive of the service", "event": "an event that was sent to the service"}
#: Directives whose payload another module reads.
_CARRIES = ("renderingUpdates", "fragments")
_TIMES = {
    "scheduledTime": ("Scheduled to start", "When the alarm, timer or reminder is to go off."),
    "eventTime": ("Recorded Time", "The time that the event gives."),
}
_MOST = 12


class Directives(ResponseParser):
    """Reads one directive or event."""

    name = "alexa_directives"
    version = "1"
    urls = ()
    telltales = (frozenset({"directive", "header", "namespace"}), frozenset({"event", "header", "namespace"}))
    lists = ()
    first_keys = tuple(_KINDS)
    about = About(
        title="Directives and events of the Alexa Voice Service",
        data_types=(DATA_TYPE,),
        known_by=("JSON keys directive or event, header, namespace, name",),
        shows="That this directive or event was passed, with the members that it has.",
        does_not_show="That a device carried a directive out, or when: a directive seldom holds a time.",
        validated_on=("Made files only.",),
        limits=("Payloads are described by the names of their members, and not interpreted further.",),
        references=("https://developer.amazon.com/docs/alexa-voice-service/api-overview.html",),
    )

    def fits(self, value: object) -> bool:
        """Whether there is a header with namespace and name."""
        return isinstance(value, dict) and _found(value) is not None

    def leaves(self, value: object) -> tuple[str, ...]:
        """The members other than the directive."""
        found = _found(value) if isinstance(value, dict) else None
        return tuple(key for key in value if key != found) if isinstance(value, dict) else ()

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield the record."""
        key = _found(body.value) if isinstance(body.value, dict) else None
        if key is None or not isinstance(body.value, dict):
            yield Issue("A directive was expected here.", body.places.record(()))
            return
        whole = ItemReader(body.value, (), body)
        reader = whole.child(whole.inner(key), key)
        header, payload = (
            reader.child(reader.inner("header"), "header"),
            reader.child(reader.inner("payload"), "payload"),
        )
        name = ".".join(filter(None, (header.text("namespace"), header.text("name"))))
        described = ", ".join(member_words(payload.item, _MOST))
        timestamps = tuple(
            timestamp for member, (word, note) in _TIMES.items() for timestamp in payload.time(member, word, note)
        )
        yield from whole.issues
        yield Record(
            data_type=DATA_TYPE,
            message=f"The evidence holds {_KINDS[key]}, {shown(name, 120)}"
            + (f": {described}." if described else ", that says no more."),
            locator=reader.locator,
            timestamps=timestamps,
            device_serial=payload.text("deviceSerialNumber"),
            device_type=payload.text("deviceType"),
            fields=Keeper().fields({"kind": key, **reader.item}),
            keys=tuple(f"dialog:{text}" for text in (header.text("dialogRequestId"),) if text),
        )


def _found(value: Mapping[str, object]) -> str | None:
    """The name of a directive or event whose payload no other module reads."""
    for key in _KINDS:
        inner = value.get(key)
        header = inner.get("header") if isinstance(inner, dict) else None
        if isinstance(inner, dict) and isinstance(header, dict) and "namespace" in header and "name" in header:
            payload = inner.get("payload")
            if not (isinstance(payload, dict) and any(name in payload for name in _CARRIES)):
                return key
    return None
