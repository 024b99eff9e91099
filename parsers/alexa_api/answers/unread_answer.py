"""Answers of the service that no parser can read: one record reports each."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from parsers.alexa_api.answers import whole_answer
from parsers.alexa_api.answers.asked import action_in_words, sent_in_words
from parsers.alexa_api.items.activity_key import ActivityKey
from parsers.parser import About
from parsers.record import Record
from parsers.values import Keeper, shown

if TYPE_CHECKING:
    from parsers.alexa_api.items.body import Body, ResponseParser

NAME = "alexa_answer"
VERSION = "6"
DATA_TYPE = "alexa:cloud:response"
ABOUT = About(
    title="Other answers of the Alexa service",
    data_types=(DATA_TYPE,),
    known_by=("an address of the Alexa service",),
    shows="A client that was signed in to the account held this answer of the service.",
    does_not_show="What is in the answer is not interpreted here. An empty list may mean none, or none shown.",
    limits=("The content is kept within bounds; what was left out is named in the record.",),
)
#: How many keys are named of an answer without an address.
_MAX_KEYS = 4
_NOTHING: tuple[object, ...] = (None, "", [], {})


def record(body: Body, kind: ResponseParser | None) -> Record:
    """The record of an answer that gave no other record.

    Args:
        body: the answer.
        kind: its kind if known, else None.
    """
    value = body.value
    subject = (
        f"an answer of the Alexa service to {body.url.plain_path}" if body.url else "an answer of the Alexa service"
    )
    request = action_in_words(body.fields, body.url.plain_path) if body.url else ""
    if not request and value is None and body.url and (method := body.fields.get("request_method")):
        request = f"{method} {body.url.plain_path}"
    if request:
        subject = f"the request {request} to the Alexa service" + ("" if value is None else " and an answer to it")
    parts = [f"The evidence holds {subject}."]
    if kind and not body.url:
        parts.append(f"Its form is that of: {kind.about.title}.")
    elif not body.url and isinstance(value, dict) and value:
        parts.append(f"Its address is not in the file; its first keys are {shown(list(value)[:_MAX_KEYS], 200)}.")
    statements = shown(value.get("message")) if isinstance(value, dict) else None
    if statements:
        parts.append(f'It gives no data; its message reads "{statements}".')
    else:
        parts.append(_what_is_there(body, kind, asked=bool(request)))
    if sent := sent_in_words(body.fields):
        parts.append(f"{sent[0].upper()}{sent[1:]}.")
    parts += whole_answer.statements(value)
    key = ActivityKey.find(statements or "")
    if key is None and body.url:
        key = ActivityKey.find(unquote(body.url.path))
    timestamp = key.to_timestamp() if key else None
    return Record(
        data_type=DATA_TYPE,
        message=" ".join(parts),
        locator=body.places.record(()),
        timestamps=(timestamp,) if timestamp else (),
        device_serial=key.serial if key else None,
        device_type=key.device_type if key else None,
        account=key.customer if key else None,
        fields=Keeper().fields(value if isinstance(value, dict) else {"value": value}),
        keys=(key.key,) if key else (),
    )


def _what_is_there(body: Body, kind: ResponseParser | None, *, asked: bool) -> str:
    """One sentence on an answer without a message: what is in it, or that nothing is."""
    value = body.value
    if kind and kind.is_empty(value):
        return "The list is empty."
    if body.fields.get("body_held") is False:
        return f"Its body of {body.fields.get('body_bytes_sent')} bytes is not in the file."
    if value is None or (asked and value in _NOTHING):
        return "No content of an answer is there."
    if value in _NOTHING or (isinstance(value, dict) and all(inner in _NOTHING for inner in value.values())):
        return "It holds nothing but empty values."
    return "It is kept and was not interpreted."
