"""A request and its answer as one JSON object, as loggers, proxies and scripts write them.

References:
    cleminator/AlexaPaperDatasets: ``{"request": address, "response": answer}``; HAR 1.2 (an entry's ``request`` and
    ``response``); Charles' JSON sessions (separate ``host``, ``path`` and ``query``); others by name only.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.body import Tokens

#: Names are compared in lower case, without hyphens and underscores.
_REQUESTS = ("request", "req", "call")
_ADDRESSES = ("url", "uri", "request", "requesturl", "requesturi", "fullurl", "href", "address", "endpoint", "path")
_ANSWERS = (
    "response",
    "responsebody",
    "responsejson",
    "responsedata",
    "responsetext",
    "responsecontent",
    "resp",
    "res",
)
#: Ambiguous names for an answer: they count only beside an address of the service.
_WEAK_ANSWERS = ("answer", "reply", "body", "result", "data", "json", "content", "payload", "text")
_METHODS = ("method", "verb", "httpmethod", "requestmethod")
_STATUSES = ("status", "statuscode", "responsestatus", "code")
_ASKED = ("postdata", "requestbody", "requestdata", "body", "data", "content", "payload", "text", "json")
_OF_REQUEST = frozenset((*_REQUESTS, *_ADDRESSES, *_METHODS, *_ASKED, "headers", "requestheaders", "cookies"))
#: Members that only the whole answer has, outside its body.
_AROUND = frozenset(("status", "statuscode", "headers", "header", "mimetype", "statustext", "reason", "httpversion"))
_BODIES = ("body", "content", "text", "data", "json", "payload", "bodytext", "bodyjson", "stream")
_SIZES = ("size", "bodysize")
_MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Pair:
    """A request with its answer.

    Attributes:
        asked: the requested address as recorded.
        url: the parsed address if it belongs to the service, else None.
        method: ``GET``, ``POST``, ...; empty if it is not given.
        sent: the request body; None if none is recorded.
        status: the answer's status, as recorded.
        answer: the answer, or None.
        tokens: the path from the pair to the answer.
        decoded: the bytes of an answer stored as base64, else None.
        unheld: how many bytes were answered, if the pair says so and does not hold them; else 0.
    """

    asked: str
    url: ApiUrl | None
    method: str
    sent: object
    status: object
    answer: object
    tokens: Tokens
    decoded: bytes | None = None
    unheld: int = 0


def pair_of(value: Mapping[str, object]) -> Pair | None:
    """Read an object as a request and answer; None if it is not such a pair.

    An address of the service needs a method or an answer beside it; any other needs an answer under its own name.
    """
    names = _names(value)
    asked = next(_addresses(value, names), None)
    if asked is None:
        return None
    url = ApiUrl.parse(asked)
    request = _inner(value, names, _REQUESTS)
    method = _text(request, _METHODS) or _text(value, _METHODS)
    key = next((names[name] for name in _ANSWERS if name in names), None)
    if key is None and url is not None:
        taken = {names[name] for name in _ADDRESSES if name in names}
        key = next((names[name] for name in _WEAK_ANSWERS if name in names and names[name] not in taken), None)
    if key is None and (url is None or not method):
        return None
    answer, tokens, decoded, status = _answer(value[key], (key,)) if key is not None else (None, (), None, None)
    unheld = _unheld(value[key]) if key is not None and answer is None else 0
    sent = _member(request, _ASKED) if request else _member(value, _ASKED[:3])
    if isinstance(sent, dict) and isinstance(sent.get("text"), str):
        sent = sent["text"]
    if status is None:
        status = _member(value, _STATUSES)
    return Pair(asked, url, method, sent, status, answer, tokens, decoded, unheld)


def is_of_request(name: str) -> bool:
    """Whether a member of a pair is a part of the request, by its name."""
    return name.lower().replace("_", "").replace("-", "") in _OF_REQUEST


def _names(value: Mapping[str, object]) -> dict[str, str]:
    """Map the normalised member names to the original ones."""
    return {key.lower().replace("_", "").replace("-", ""): key for key in reversed(list(value))}


def _addresses(value: Mapping[str, object], names: Mapping[str, str]) -> Iterator[str]:
    """Candidates for the address, from the object itself and from the request in it."""
    for holder, known in ((value, names), *((inner, _names(inner)) for inner in _requests(value, names))):
        host, path = holder.get(known.get("host", "")), holder.get(known.get("path", ""))
        if isinstance(host, str) and isinstance(path, str) and host and path.startswith("/"):
            query = holder.get(known.get("query", ""))
            more = f"?{query}" if isinstance(query, str) and query and "?" not in path else ""
            yield f"https://{host.partition(':')[0]}{path}{more}"
        for name in _ADDRESSES:
            text = holder.get(known.get(name, ""))
            if isinstance(text, dict):
                text = _postman_address(text)
            if isinstance(text, str) and ("://" in text or text.startswith("/")):
                yield text.strip().rsplit(" ", 1)[-1]


def _postman_address(url: Mapping[str, object]) -> str:
    """The address that Postman and Newman write in parts; empty if it is not of this form."""
    if isinstance(raw := url.get("raw"), str):
        return raw
    host, path, query = url.get("host"), url.get("path"), url.get("query")
    if not (isinstance(host, list) and isinstance(path, list)):
        return ""
    asked = [
        f"{one.get('key')}={one.get('value')}"
        for one in (query if isinstance(query, list) else ())
        if isinstance(one, dict) and not one.get("disabled")
    ]
    more = f"?{'&'.join(asked)}" if asked else ""
    return f"{url.get('protocol') or 'https'}://{'.'.join(map(str, host))}/{'/'.join(map(str, path))}{more}"


def _requests(value: Mapping[str, object], names: Mapping[str, str]) -> Iterator[Mapping[str, object]]:
    for name in _REQUESTS:
        inner = value.get(names.get(name, ""))
        if isinstance(inner, dict):
            yield inner


def _inner(value: Mapping[str, object], names: Mapping[str, str], wanted: tuple[str, ...]) -> Mapping[str, object]:
    found = (value.get(names[name]) for name in wanted if name in names)
    return next((inner for inner in found if isinstance(inner, dict)), {})


def _member(value: Mapping[str, object], wanted: tuple[str, ...]) -> object:
    names = _names(value)
    return next((value[names[name]] for name in wanted if name in names), None)


def _text(value: Mapping[str, object], wanted: tuple[str, ...]) -> str:
    found = _member(value, wanted)
    return found if isinstance(found, str) else ""


def _answer(value: object, tokens: Tokens) -> tuple[object, Tokens, bytes | None, object]:
    """The body of an answer, the path to it, its bytes if it was base64, and its status."""
    status: object = None
    for _ in range(_MAX_DEPTH):
        if not isinstance(value, dict):
            break
        names = _names(value)
        inner = next((names[name] for name in _BODIES if name in names), None)
        if inner is None or (not _AROUND & names.keys() and set(names) - {"encoding", "size", "text", "compression"}):
            if not _AROUND & names.keys() or not _is_head(names):
                break
            return None, tokens, None, _member(value, _STATUSES)
        status = _member(value, _STATUSES) if status is None else status
        coded = str(value.get(names.get("encoding", ""), "")).lower() == "base64"
        value, tokens = value[inner], (*tokens, inner)
        if coded and isinstance(value, str):
            try:
                return value, tokens, b64decode(value, validate=False), status
            except (binascii.Error, ValueError):
                break
    return value, tokens, None, status


def _unheld(value: object) -> int:
    """The number of bytes that an answer without a body, as in a HAR, says that it had; 0 if it does not."""
    holders = [value, *(value.values() if isinstance(value, dict) else ())]
    for holder in holders:
        size = _member(holder, _SIZES) if isinstance(holder, dict) else None
        if isinstance(size, int) and size > 0:
            return size
    return 0


def _is_head(names: Mapping[str, str]) -> bool:
    """Whether an object has only the members of an answer's envelope."""
    return "headers" in names or "header" in names or "mimetype" in names
