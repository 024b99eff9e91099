"""Archives of Proxyman (``.proxymanlogv2``): a zip of JSON files, one per exchange.

References:
    trace_shrink, a library that reads them (readers/proxyman_log_reader.py, entries/proxyman_entry.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from parsers.alexa_api.items.body import Places
from parsers.alexa_api.items.loaded_json import load
from parsers.captures.json_member import BodyText, body_text, counted_timestamp, object_of, text_of
from parsers.encoding import as_utf8
from parsers.exchanges import capture
from parsers.exchanges.cached_answer import BytesSent
from parsers.exchanges.capture import Capture, Exchange
from parsers.exchanges.http_answer import answer_of
from parsers.formats.http.capture_forms import is_proxyman_entry
from parsers.formats.http.message import Message, may_have_body
from parsers.formats.json.text import MAX_BYTES
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record, Timestamp
from parsers.registry import register

_TIMES = (
    ("requestStartedAt", "Sent Time", "When the request was sent, by the clock of the machine that Proxyman ran on."),
    ("responseStartedAt", "Recorded Time", "When the answer began to come, by the clock of the same machine."),
)
_NOTE = " In seconds since 1970 (UTC)."
_ADVICE = "Save the archive again from a session in which Proxyman kept the bodies."


@register
class ProxymanEntry(Parser):
    """Reads one exchange of an archive."""

    name: ClassVar[str] = "proxyman_entry"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (
        rb'"fullPath"',
        rb'"compressedBodyDataCount"',
        rb'"bodyEncodedSize"',
        rb'"isIntercepted"',
    )
    needs_path: ClassVar[tuple[str, ...]] = ("request_",)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Proxyman archives of traffic with the Alexa service",
        data_types=capture.DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=(
            "a name request_{number}_{id}, and JSON that begins with {",
            "JSON with two of fullPath, compressedBodyDataCount, bodyEncodedSize, isIntercepted",
        ),
        shows="That whoever made the capture got these answers of the service, and when by that machine's clock.",
        does_not_show="That the capture is whole, or that it was not changed after it was made.",
        validated_on=("Made files only.",),
        limits=(
            f"A file that is longer than {MAX_BYTES} bytes and breaks off is not read.",
            "Exchanges with other services give no record.",
        ),
        references=("https://proxyman.io",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the name or the members match."""
        return is_proxyman_entry(as_utf8(source.head), source.path)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of the exchange, if it is with the Alexa service."""
        loaded = load(source)
        yield from loaded.issues
        if not isinstance(loaded.value, dict):
            return
        found = Capture("Proxyman archive", source.path)
        exchange, issues = _exchange(loaded.value, loaded.places)
        yield from issues
        yield from found.exchange(exchange)
        yield from found.not_held(_ADVICE)


def _exchange(entry: Mapping[str, object], places: Places) -> tuple[Exchange, list[Issue]]:
    request, response = object_of(entry, "request"), object_of(entry, "response")
    method = text_of(object_of(request, "method"), "name") or text_of(request, "method")
    status = object_of(response, "status").get("code")
    known = isinstance(status, int) and not isinstance(status, bool)
    line = f"HTTP {status} {text_of(object_of(response, 'status'), 'phrase')}".strip() if known else ""
    body = _body(response, places.under(("response",)))
    asked = _body(request, places.under(("request",)))
    exchange, issues = answer_of(
        Message(line, tuple(_headers(response)), 0, body.content),
        body.locator,
        url=_url(request),
        method=method,
        asked=asked.content.decode("utf-8", "backslashreplace"),
        timestamps=tuple(_timestamps(entry, places)),
    )
    sizes = (response.get("bodyEncodedSize"), response.get("bodySize"))
    size = next((size for size in sizes if isinstance(size, int) and not isinstance(size, bool) and size > 0), None)
    if size and not body.content and not body.issues and isinstance(status, int) and may_have_body(method, status):
        exchange = replace(exchange, sent=exchange.sent or BytesSent(size))
    return exchange, [*body.issues, *issues]


def _body(message: Mapping[str, object], places: Places) -> BodyText:
    text = text_of(message, "bodyData")
    return body_text(text, places.record(("bodyData",)), base64=True) if text else BodyText(b"", places.record(()))


def _url(request: Mapping[str, object]) -> str:
    """The full address, given whole or in parts."""
    path = text_of(request, "fullPath")
    if "://" in path:
        return path
    scheme = text_of(request, "scheme") or ("http" if request.get("isSSL") is False else "https")
    return f"{scheme}://{text_of(request, 'host')}{path or text_of(request, 'uri')}"


def _headers(message: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    entries = object_of(message, "header").get("entries")
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            yield text_of(object_of(entry, "key"), "name") or text_of(entry, "name"), text_of(entry, "value")


def _timestamps(entry: Mapping[str, object], places: Places) -> Iterator[Timestamp]:
    timing = object_of(entry, "timing")
    for key, description, note in _TIMES:
        found = counted_timestamp(timing.get(key), description, note + _NOTE, places.record(("timing", key)))
        if found:
            yield found
