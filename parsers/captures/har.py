"""HTTP archives (HAR): traffic recorded by a browser or a proxy.

References:
    HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from parsers.alexa_api.answers.text_marks import text_marks
from parsers.alexa_api.items.body import Places
from parsers.alexa_api.items.loaded_json import load
from parsers.alexa_api.items.service_names import names_in
from parsers.alexa_api.items.text_values import values_in_pieces
from parsers.captures.json_member import BodyText, body_text, counted_timestamp, object_of, text_of, written_timestamp
from parsers.coding import CodingError, decode
from parsers.encoding import as_utf8
from parsers.exchanges import capture
from parsers.exchanges.cached_answer import BytesSent
from parsers.exchanges.capture import Capture, Exchange
from parsers.exchanges.http_answer import is_coded
from parsers.exchanges.socket_message import MAX_MESSAGE, message_records
from parsers.formats.http.capture_forms import is_har
from parsers.formats.http.headers import value_of
from parsers.formats.http.message import OK, REDIRECT, may_have_body
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import at_coding, join
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register

_SENT = "When the request was sent, by the clock of the machine that made the capture."
_CAME = "When the answer had come: the time of the request and the milliseconds that the capture counted."
_MESSAGE_NOTE = "When the message was sent, by the clock of the machine that made the capture, in seconds since 1970."
_ADVICE = (
    'Save the capture again with its contents: in the developer tools of a browser "Save all as HAR with content",'
    " with the page loaded anew while the tools are open."
)
#: The number of bytes in a WebSocket message, as its frames state it.
_BINARY = 2
#: Lengths with more digits are ignored.
_DIGITS = 15


@register
class Har(Parser):
    """Reads one archive."""

    name: ClassVar[str] = "har"
    version: ClassVar[str] = "3"
    needs: ClassVar[tuple[bytes, ...]] = (rb'"log"',)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="HTTP archives (HAR) of traffic with the Alexa service",
        data_types=capture.DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=('JSON: {"log": {"version", "creator", "entries"}}',),
        shows="That whoever made the capture got these answers of the service, and when by that machine's clock.",
        does_not_show="That the capture is whole, or that it was not changed after it was made: it is a text file.",
        validated_on=(),
        limits=(
            f"Of an archive that is longer than {MAX_BYTES} bytes and breaks off, entries that name nothing of the"
            " service are not counted.",
            "Exchanges with other services are counted, not listed.",
            "A body that the archive does not hold is an issue, with how many bytes were sent.",
            "Headers of requests, which hold cookies, are not kept.",
        ),
        references=("http://www.softwareishard.com/blog/har-12-spec/",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first keys match."""
        return is_har(as_utf8(source.head))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every exchange with the Alexa service, and one for the capture."""
        found = Capture("HTTP archive", source.path)
        facts: dict[str, Value] = {}
        loaded = load(source)
        if loaded.value is None and source.size > MAX_BYTES:
            yield from loaded.issues
            yield from _in_pieces(source, found)
        else:
            yield from loaded.issues
            log = loaded.value.get("log") if isinstance(loaded.value, dict) else None
            entries = log.get("entries") if isinstance(log, dict) else None
            if not isinstance(log, dict) or not isinstance(entries, list):
                if not loaded.issues:
                    yield Issue("The archive holds no list of entries.")
                return
            facts = _facts(log)
            for number, entry in enumerate(entries):
                yield from _entry(entry, loaded.places.under(("log", "entries", number)), source, found)
        yield from found.not_held(_ADVICE)
        yield found.end(facts)


def _in_pieces(source: Source, found: Capture) -> Iterator[Record | Issue]:
    """Read the entries of a long, incomplete archive; entries that do not name the service are skipped."""
    for value in values_in_pieces(source, text_marks()):
        if isinstance(value, Issue):
            yield value
        elif isinstance(value.found.value, dict) and {"request", "response"} <= value.found.value.keys():
            yield from _entry(value.found.value, value.places, source, found)


def _entry(entry: object, places: Places, source: Source, found: Capture) -> Iterator[Record | Issue]:
    if not isinstance(entry, dict):
        yield Issue("An entry was expected here.", places.record(()))
        return
    exchange, issues = _exchange(entry, places)
    yield from issues
    yield from found.exchange(exchange)
    messages = entry.get("_webSocketMessages")
    for number, message in enumerate(messages if isinstance(messages, list) else ()):
        if isinstance(message, dict):
            where = places.record(("_webSocketMessages", number, "data"))
            yield from _message(message, where, exchange, source)


def _message(message: Mapping[str, object], where: str, exchange: Exchange, source: Source) -> Iterator[Record | Issue]:
    """Yield the service's data in a WebSocket message."""
    content = text_of(message, "data").encode("utf-8", "surrogatepass")
    where = join(where, at_coding("identity"))
    if message.get("opcode") == _BINARY:
        try:
            content = decode(content, "base64", MAX_MESSAGE)
            where = join(where, at_coding("base64"))
        except CodingError:
            yield Issue("A message is marked as bytes, but is not base64.", where, content[:64])
            return
    if not names_in(content):
        return
    sent = counted_timestamp(message.get("time"), "Sent Time", _MESSAGE_NOTE)
    fields: dict[str, Value] = {"request_url": exchange.url[:2000], "web_socket": text_of(message, "type")[:20]}
    yield from message_records(content, where, source.path, (sent,) if sent else (), fields)


def _facts(log: Mapping[str, object]) -> dict[str, Value]:
    maker = object_of(log, "creator")
    made_by = " ".join(text_of(maker, key) for key in ("name", "version")).strip()
    return {"made_by": made_by[:200], "version": text_of(log, "version")[:40]}


def _exchange(entry: Mapping[str, object], places: Places) -> tuple[Exchange, list[Issue]]:
    request, response = object_of(entry, "request"), object_of(entry, "response")
    content = object_of(response, "content")
    here = places.record(("response", "content", "text"))
    text, base64 = content.get("text"), text_of(content, "encoding").lower() == "base64"
    headers = tuple(_headers(response))
    body = body_text(text, here, base64=base64) if isinstance(text, str) else BodyText(b"", places.record(()))
    coded = base64 and is_coded(body.content, value_of(headers, "Content-Encoding"))
    status = response.get("status")
    line = f"HTTP {status} {text_of(response, 'statusText')}".strip() if isinstance(status, int) and status else ""
    if not coded:
        # Archives usually hold decoded bodies, although the headers still name the coding.
        headers = tuple(pair for pair in headers if pair[0].lower() != "content-encoding")
    return (
        Exchange(
            url=text_of(request, "url"),
            method=text_of(request, "method"),
            status_line=line,
            headers=headers,
            content=body.content,
            locator=body.locator,
            asked=text_of(object_of(request, "postData"), "text"),
            timestamps=_timestamps(entry, places.record(("startedDateTime",))),
            sent=None if body.content or body.issues else _sent(request, response, headers),
        ),
        list(body.issues),
    )


def _sent(
    request: Mapping[str, object], response: Mapping[str, object], headers: tuple[tuple[str, str], ...]
) -> BytesSent | None:
    """The size of a body that was sent but is not in the archive; None if no body was sent."""
    status = response.get("status")
    if not isinstance(status, int) or not may_have_body(text_of(request, "method"), status):
        return None
    content = object_of(response, "content")
    sizes = (content.get("size"), response.get("bodySize"))
    length = value_of(headers, "Content-Length")
    for size in (*sizes, int(length) if length.isascii() and length.isdecimal() and len(length) < _DIGITS else None):
        if isinstance(size, (int, float)) and size > 0:
            return BytesSent(int(size))
    if 0 in sizes or length or "text" in content or not OK <= status < REDIRECT:
        return None
    return BytesSent()


def _headers(response: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    headers = response.get("headers")
    for header in headers if isinstance(headers, list) else []:
        if isinstance(header, dict):
            yield text_of(header, "name"), text_of(header, "value")


def _timestamps(entry: Mapping[str, object], locator: str) -> tuple[Timestamp, ...]:
    recorded = text_of(entry, "startedDateTime")
    sent = written_timestamp(recorded, "Sent Time", _SENT, locator) if recorded else None
    if sent is None or sent.timestamp is None:
        return (sent,) if sent else ()
    took = entry.get("time")
    if not isinstance(took, (int, float)) or isinstance(took, bool) or not 0 <= took < 1e9:
        return (sent,)
    recorded_end = f"{recorded} and {took} milliseconds"
    came = Timestamp("Recorded Time", recorded_end, Clock.EXAMINER, sent.timestamp + round(took * 1000), _CAME, locator)
    return sent, came
