"""Flows saved by mitmproxy: consecutive typed netstrings, one per exchange.

References:
    mitmproxy/io/io.py, mitmproxy/http.py (get_state of HTTPFlow, Request, Response): the names of the members.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO, ClassVar

from parsers.alexa_api.items.service_names import names_in
from parsers.captures.json_member import counted_timestamp
from parsers.exchanges import capture
from parsers.exchanges.cached_answer import BytesSent
from parsers.exchanges.capture import Capture, Exchange
from parsers.exchanges.http_answer import answer_of
from parsers.exchanges.socket_message import message_records
from parsers.formats.http.message import Message, may_have_body
from parsers.formats.http.tnetstring import TnetstringError, TnetstringReader, Value
from parsers.locator import at_bytes
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.record import Value as RecordValue
from parsers.registry import register

_HEAD = re.compile(rb"\d{2,12}:\d{1,4}:\w{1,40}[;,]")
_TELLTALE = (b"7:version;", b"7:version,", b"4:type;", b"7:request;", b"8:response;", b"7:request,", b"8:response,")
#: Longer flows are not read.
MAX_FLOW = 256 * 1024 * 1024
_SENT = "When mitmproxy saw the request begin, by the clock of the machine it ran on, in seconds since 1970 (UTC)."
_MESSAGE_NOTE = "When mitmproxy saw the message, by the clock of the machine it ran on, in seconds since 1970 (UTC)."
#: The members of a WebSocket message that are read.
_MEMBERS = 4
_ADVICE = "Make the capture again without the option stream_large_bodies, with which mitmproxy keeps no long body."
_CAME = "When mitmproxy saw the answer begin, by the clock of the machine it ran on, in seconds since 1970 (UTC)."


@register
class MitmproxyFlow(Parser):
    """Reads one file of flows."""

    name: ClassVar[str] = "mitmproxy_flow"
    version: ClassVar[str] = "2"
    needs_beginning: ClassVar[tuple[bytes, ...]] = tuple(byte.encode() for byte in "0123456789")
    about: ClassVar[About] = About(
        title="mitmproxy flows of traffic with the Alexa service",
        data_types=capture.DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=("typed netstrings, each an object with the members version, type, request and response",),
        shows="That whoever made the capture got these answers of the service, and when by that machine's clock.",
        does_not_show="That the capture is whole, or that it was not changed after it was made.",
        validated_on=("A file that mitmproxy 11.0.2 wrote",),
        limits=(
            f"A flow longer than {MAX_FLOW} bytes is not read.",
            "Of messages of web sockets what is JSON and of the service is read; flows that are not HTTP are counted.",
            "A body that mitmproxy did not keep is an issue.",
            "Exchanges with other services are counted, not listed.",
        ),
        references=("https://github.com/mitmproxy/mitmproxy",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first netstring has the expected names."""
        return bool(_HEAD.match(source.head)) and sum(name in source.head for name in _TELLTALE) >= 2

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every exchange with the Alexa service, and one for the capture."""
        found = Capture("mitmproxy flows", source.path)
        others = 0
        with source.open() as stream:
            at = 0
            while at < source.size:
                try:
                    content = _next(stream, at, source.size)
                    reader = TnetstringReader(content, at)
                    flow, _ = reader.read()
                except TnetstringError as error:
                    what = f"The flows cannot be read further: {error}."
                    yield Issue(what, at_bytes(at, min(64, source.size - at)))
                    break
                if isinstance(flow, dict) and isinstance(flow.get("request"), dict):
                    exchange, issues = _exchange(flow, reader)
                    yield from issues
                    yield from found.exchange(exchange)
                    yield from _messages(flow, exchange, reader, source)
                else:
                    others += 1
                at += len(content)
        if others:
            yield Issue(f"{others} flows are not exchanges of HTTP; not read.")
        yield from found.not_held(_ADVICE)
        yield found.end({"made_by": "mitmproxy"})


def _next(stream: BinaryIO, at: int, size: int) -> bytes:
    """Read the netstring at an offset. Raises TnetstringError."""
    stream.seek(at)
    head = stream.read(16)
    digits, colon, _ = head.partition(b":")
    if not colon or not digits.isdigit():
        raise TnetstringError("a length was expected")
    whole = len(digits) + 1 + int(digits) + 1
    if whole > min(size - at, MAX_FLOW):
        raise TnetstringError("it is cut off" if whole > size - at else f"a flow of {whole} bytes")
    stream.seek(at)
    return stream.read(whole)


def _exchange(flow: Mapping[str, Value], reader: TnetstringReader) -> tuple[Exchange, list[Issue]]:
    request, response = _object(flow, "request"), _object(flow, "response")
    content = response.get("content")
    place = reader.places.get(("response", "content")) or reader.places[("request",)]
    timestamps = [
        counted_timestamp(request.get("timestamp_start"), "Sent Time", _SENT),
        counted_timestamp(response.get("timestamp_start"), "Recorded Time", _CAME),
    ]
    status = response.get("status_code")
    line = ""
    if isinstance(status, int) and status > 0:
        line = f"{_text(response, 'http_version')} {status} {_text(response, 'reason')}".strip()
    asked = request.get("content")
    method = _text(request, "method")
    message = Message(line, tuple(_headers(response)), 0, content if isinstance(content, bytes) else b"")
    exchange, issues = answer_of(
        message,
        at_bytes(*place),
        url=_url(request),
        method=method,
        asked=asked.decode("utf-8", "backslashreplace") if isinstance(asked, bytes) else "",
        timestamps=tuple(timestamp for timestamp in timestamps if timestamp),
    )
    if content is None and isinstance(status, int) and may_have_body(method, status) and exchange.sent is None:
        # mitmproxy does not store streamed bodies; an empty body is stored as empty.
        exchange = replace(exchange, sent=BytesSent())
    return exchange, issues


def _messages(
    flow: Mapping[str, Value], exchange: Exchange, reader: TnetstringReader, source: Source
) -> Iterator[Record | Issue]:
    """Yield the service's data in the messages of a WebSocket."""
    messages = _object(flow, "websocket").get("messages")
    for number, message in enumerate(messages if isinstance(messages, list) else ()):
        # Type, whether the client sent it, content, time.
        if not isinstance(message, list) or len(message) < _MEMBERS or not isinstance(message[2], (bytes, str)):
            continue
        content = message[2].encode("utf-8", "surrogatepass") if isinstance(message[2], str) else message[2]
        place = reader.places.get(("websocket", "messages", number, 2))
        if place is None or not names_in(content):
            continue
        when = counted_timestamp(message[3], "Sent Time", _MESSAGE_NOTE)
        fields: dict[str, RecordValue] = {
            "request_url": exchange.url[:2000],
            "web_socket": "send" if message[1] else "receive",
        }
        yield from message_records(content, at_bytes(*place), source.path, (when,) if when else (), fields)


def _url(request: Mapping[str, Value]) -> str:
    """The address, with the host as the client named it, if it did."""
    host = _text(request, "authority").partition(":")[0] or next(
        (value for name, value in _headers(request) if name.lower() == "host"), ""
    )
    return f"{_text(request, 'scheme') or 'https'}://{host or _text(request, 'host')}{_text(request, 'path')}"


def _headers(message: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    headers = message.get("headers")
    for pair in headers if isinstance(headers, list) else []:
        if isinstance(pair, list) and len(pair) == 2:
            yield _as_text(pair[0]), _as_text(pair[1])


def _object(holder: Mapping[str, Value], key: str) -> Mapping[str, Value]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _text(holder: Mapping[str, Value], key: str) -> str:
    return _as_text(holder.get(key))


def _as_text(value: Value) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value if isinstance(value, str) else ""
