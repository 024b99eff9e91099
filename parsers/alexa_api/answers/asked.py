"""What a client requested and sent, as record fields. None of it is used as the time of a record."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.member_words import member_words
from parsers.formats.json.text import JsonError, decode
from parsers.record import Value
from parsers.values import shown

#: How many characters of a request body are kept; a field says how many were left out.
MAX_SENT = 65_536
#: Query parameters that give the start and end of the requested period.
_WINDOW = {
    "starttime": "from",
    "startdate": "from",
    "from": "from",
    "since": "from",
    "endtime": "until",
    "enddate": "until",
    "to": "until",
    "until": "until",
    "beforecreationtime": "until",
}
#: Addresses that are queried with POST and change nothing.
_READING = re.compile(
    r"/graphql$|history-records(?:-v2)?/?$|/fetch$|/getlistitems$|customer-conversation-detail$|/phoenix/state$"
)
_SERIAL = re.compile(r'"deviceSerialNumber\\{0,15}"\s{0,8}:\s{0,8}\\{0,15}"([\w-]{4,64})\\{0,15}"', re.ASCII)
#: A GraphQL request that changes something.
_MUTATION = re.compile(r'"query\\{0,15}"\s{0,8}:\s{0,8}\\{0,15}"(?:\\{1,15}[nrt]|\s){0,200}mutation\b')
#: The placeholder for whichever device a routine is started on.
_CURRENT = "ALEXA_CURRENT_DSN"
#: The most request members that a message names.
_MOST = 12
_SENT = {
    "text": 'text "{}"',
    "textToSpeak": 'text to be spoken "{}"',
    "searchPhrase": 'search "{}"',
    "notificationMessage": 'message "{}"',
    "itemName": 'item "{}"',
    "value": 'value "{}"',
    "type": "{}",
}
_UNSAID = frozenset(("@type", "customerId", "locale", "behaviorId", "skillId", "marketplaceId", "startNode@type"))


def asked_fields(method: str, sent: object, status: object = None) -> dict[str, Value]:
    """Return the request's method and body, and the answer's status, as fields.

    Args:
        method: ``GET``, ``POST``, ...; empty if it is not known.
        sent: the body as text or as decoded JSON; None or empty if nothing was sent.
        status: the answer's status; anything but a number is left out.
    """
    fields: dict[str, Value] = {}
    if method:
        fields["request_method"] = method[:20].upper()
    if sent not in (None, "", {}, []):
        text = sent if isinstance(sent, str) else json.dumps(sent, ensure_ascii=False, default=str)
        fields["request_body"] = text[:MAX_SENT]
        if len(text) > MAX_SENT:
            fields["request_body_left_out"] = f"{len(text) - MAX_SENT} of {len(text)} characters"
    if isinstance(status, int) and not isinstance(status, bool):
        fields["http_status"] = status
    elif isinstance(status, str) and status.isascii() and status.isdigit() and len(status) <= 3:
        fields["http_status"] = int(status)
    return fields


def asked_window(url: ApiUrl | None) -> dict[str, Value]:
    """Return the period that the client requested, as given in its address.

    The values are texts: they are the client's parameters, not times of a record.
    """
    found: dict[str, str] = {}
    for name, value in (url.query if url else {}).items():
        word = _WINDOW.get(name.lower().replace("_", ""))
        if word and value:
            found.setdefault(word, value[:100])
    if not found:
        return {}
    return {"the_client_asked_for": ", ".join(f"{word} {found[word]}" for word in ("from", "until") if word in found)}


def action_in_words(fields: Mapping[str, Value], path: str) -> str:
    """Return the start of a sentence that says what the client did, such as ``DELETE /api/…``; empty for a plain read.

    Args:
        fields: the result of :func:`asked_fields`.
        path: the address as people read it.
    """
    method = fields.get("request_method")
    if not isinstance(method, str) or method in ("", "GET", "HEAD", "OPTIONS"):
        return ""
    sent = fields.get("request_body")
    changes = isinstance(sent, str) and _MUTATION.search(sent)
    return "" if method == "POST" and _READING.search(path) and not changes else f"{method} {path}"


def sent_in_words(fields: Mapping[str, Value]) -> str:
    """Describe what the client sent: the plain members of JSON or of a form, or the text. Empty if it sent nothing."""
    sent = fields.get("request_body")
    if not isinstance(sent, str) or not sent.strip():
        return ""
    try:
        described = member_words(decode(sent), _MOST, _SENT, _UNSAID)
    except JsonError:
        described = [f'"{shown(sent, 300) or ""}"']
    if not described:
        return ""
    return f"the client sent: {', '.join(described)}"


def sent_device(fields: Mapping[str, Value]) -> str | None:
    """The serial number of the only device that a request body names; None if it names none or several."""
    sent = fields.get("request_body")
    named = set(_SERIAL.findall(sent)) - {_CURRENT} if isinstance(sent, str) else set()
    return str(named.pop()) if len(named) == 1 else None
