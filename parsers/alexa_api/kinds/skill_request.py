"""Requests that the Alexa service sent to a skill, as the skill's program logged them.

References:
    Amazon's documentation of custom skills (request format: ``version``, ``session``, ``context``, ``request`` with
    ``type``, ``requestId``, ``timestamp``, ``locale`` and ``intent`` with ``slots``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.alexa_api.items.body import Body, ResponseParser
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.parser import About
from parsers.record import Issue, Record
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:skill_request"
_SKILLS = ("amzn1.ask.skill.", "amzn1.echo-sdk-ams.app.")
_NOTE = "When the service sent the request, as it states."
_MOST = 12
#: Keys to the person's account with the skill and with the service: they are not kept.
_TOKENS = ("accessToken", "apiAccessToken", "consentToken")


class SkillRequests(ResponseParser):
    """Reads one request."""

    name = "alexa_skill_requests"
    version = "1"
    urls = ()
    telltales = ()
    lists = ()
    first_keys = ("session", "context")
    about = About(
        title="Requests of the Alexa service to a skill",
        data_types=(DATA_TYPE,),
        known_by=("JSON keys request with type, and session or context with the id of a skill (amzn1.ask.skill)",),
        shows="That the service sent a skill this request: an intent, with what it took for its slots from the speech.",
        does_not_show="The words that were spoken, or by whom. That the skill did what was asked.",
        validated_on=("Made files only.",),
        limits=("Access tokens in a request are left out.",),
        references=("https://developer.amazon.com/docs/custom-skills/request-and-response-json-reference.html",),
    )

    def fits(self, value: object) -> bool:
        """Whether there is a request with a type, and the id of a skill."""
        if not isinstance(value, dict):
            return False
        request = value.get("request")
        return isinstance(request, dict) and isinstance(request.get("type"), str) and bool(_skill(value))

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield the record."""
        if not isinstance(body.value, dict) or not self.fits(body.value):
            yield Issue("A request to a skill was expected here.", body.places.record(()))
            return
        whole = ItemReader(body.value, (), body)
        request = whole.child(whole.inner("request"), "request")
        intent = request.inner("intent")
        system = _at(body.value, "context", "System")
        person = _at(system, "person").get("personId")
        timestamps = request.time("timestamp", "Recorded Time", _NOTE)
        yield from whole.issues
        yield Record(
            data_type=DATA_TYPE,
            message=f"The Alexa service sent a skill the request {shown(request.item['type'], 60)}"
            f"{_described(intent)}.",
            locator=whole.locator,
            timestamps=timestamps,
            person=person if isinstance(person, str) else None,
            fields=Keeper().fields(_without_tokens(body.value)),
        )


def _at(value: Mapping[str, object], *names: str) -> Mapping[str, object]:
    """An inner object; empty if there is none."""
    for name in names:
        inner = value.get(name)
        value = inner if isinstance(inner, dict) else {}
    return value


def _skill(value: Mapping[str, object]) -> str:
    """The id of the skill; empty if there is none."""
    for holder in (_at(value, "session", "application"), _at(value, "context", "System", "application")):
        found = holder.get("applicationId")
        if isinstance(found, str) and found.startswith(_SKILLS):
            return found
    return ""


def _described(intent: Mapping[str, object]) -> str:
    """The intent and the values of its slots in words."""
    name = shown(intent.get("name"), 80)
    if not name:
        return ""
    slots = intent.get("slots")
    values = (
        f'{shown(key, 60)} "{shown(slot["value"], 120)}"'
        for key, slot in (slots.items() if isinstance(slots, dict) else ())
        if isinstance(slot, dict) and slot.get("value") not in (None, "")
    )
    given = ", ".join(list(values)[:_MOST])
    return f" with the intent {name}{f'; its slots: {given}' if given else ''}"


def _without_tokens(value: Mapping[str, object]) -> dict[str, object]:
    return {
        key: _without_tokens(inner) if isinstance(inner, dict) else inner
        for key, inner in value.items()
        if key not in _TOKENS
    }
