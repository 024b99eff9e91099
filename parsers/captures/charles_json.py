"""Sessions that Charles exported as JSON (``.chlsj``).

References:
    Files of this form in Rockxy (CharlesJSONSessionImporterTests) and feihong/charles-proxy-quickstart; Charles'
    documentation (File, Export Session).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from parsers.alexa_api.answers.text_marks import text_marks
from parsers.alexa_api.items.body import Places
from parsers.alexa_api.items.loaded_json import load_all
from parsers.captures.json_member import BodyText, body_text, object_of, text_of, written_timestamp
from parsers.encoding import as_utf8
from parsers.exchanges import capture
from parsers.exchanges.cached_answer import BytesSent
from parsers.exchanges.capture import Capture, Exchange
from parsers.exchanges.http_answer import answer_of
from parsers.formats.http.capture_forms import is_charles_session
from parsers.formats.http.message import Message, may_have_body
from parsers.formats.json.text import MAX_BYTES
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record, Timestamp
from parsers.registry import register

_SENT = "When the request was sent, by the clock of the machine that Charles ran on."
_CAME = "When the answer began to come, by the clock of the machine that Charles ran on."
_DEFAULT_PORTS = frozenset((80, 443))
_ADVICE = "Export the session again from a recording in which Charles kept the bodies (File, Export Session, JSON)."


@register
class CharlesSession(Parser):
    """Reads one session."""

    name: ClassVar[str] = "charles_session"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (rb'"scheme"',)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Charles sessions as JSON, of traffic with the Alexa service",
        data_types=capture.DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=("JSON: objects with scheme, host, path and two of protocolVersion, actualPort, tunnel, keptAlive",),
        shows="That whoever made the capture got these answers of the service, and when by that machine's clock.",
        does_not_show="That the capture is whole, or that it was not changed after it was made: it is a text file.",
        validated_on=("Made files only.",),
        limits=(
            f"Of a session that is longer than {MAX_BYTES} bytes and breaks off, exchanges that name nothing of the"
            " service are not counted.",
            "Exchanges with other services are counted, not listed.",
            "Headers of requests, which hold cookies, are not kept.",
        ),
        references=("https://www.charlesproxy.com/documentation/",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first members match."""
        return is_charles_session(as_utf8(source.head))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every exchange with the Alexa service, and one for the session."""
        found = Capture("Charles session", source.path)
        for loaded in load_all(source, text_marks()):
            yield from loaded.issues
            entries = loaded.value if isinstance(loaded.value, list) else [loaded.value]
            for number, entry in enumerate(entries):
                if isinstance(entry, dict):
                    places = loaded.places.under((number,)) if isinstance(loaded.value, list) else loaded.places
                    exchange, issues = _exchange(entry, places)
                    yield from issues
                    yield from found.exchange(exchange)
        yield from found.not_held(_ADVICE)
        yield found.end({"made_by": "Charles"})


def _exchange(entry: Mapping[str, object], places: Places) -> tuple[Exchange, list[Issue]]:
    request, response = object_of(entry, "request"), object_of(entry, "response")
    method = text_of(entry, "method")
    body = _body(response, places.under(("response",)))
    status = response.get("status")
    known = isinstance(status, int) and not isinstance(status, bool)
    header = object_of(response, "header")
    line = text_of(header, "firstLine") or (f"HTTP {status}" if known else "")
    message = Message(line, tuple(_headers(response)), 0, body.content)
    exchange, issues = answer_of(
        message,
        body.locator,
        url=_url(entry),
        method=method,
        asked=_body(request, places.under(("request",))).content.decode("utf-8", "backslashreplace"),
        timestamps=tuple(_timestamps(entry, places)),
    )
    issues = [*body.issues, *issues]
    size = object_of(response, "sizes").get("body")
    sent = BytesSent(size) if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None
    if not body.content and not body.issues and isinstance(status, int) and may_have_body(method, status):
        exchange = replace(exchange, sent=exchange.sent or sent)
    return exchange, issues


def _body(message: Mapping[str, object], places: Places) -> BodyText:
    """The body of a request or an answer, given as text or base64."""
    body = object_of(message, "body")
    if text := text_of(body, "text"):
        return body_text(text, places.record(("body", "text")), base64=False)
    if coded := text_of(body, "encoded"):
        return body_text(coded, places.record(("body", "encoded")), base64=True)
    return BodyText(b"", places.record(()))


def _url(entry: Mapping[str, object]) -> str:
    host, path, query = text_of(entry, "host"), text_of(entry, "path"), text_of(entry, "query")
    port = entry.get("actualPort")
    if isinstance(port, int) and port not in _DEFAULT_PORTS and ":" not in host:
        host = f"{host}:{port}"
    return f"{text_of(entry, 'scheme') or 'https'}://{host}{path}" + (f"?{query}" if query and "?" not in path else "")


def _headers(message: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    headers = object_of(message, "header").get("headers")
    named = [header for header in headers if isinstance(header, dict)] if isinstance(headers, list) else []
    yield from ((text_of(header, "name"), text_of(header, "value")) for header in named)
    names = {text_of(header, "name").lower() for header in named}
    for name, key in (("Content-Type", "mimeType"), ("Content-Encoding", "contentEncoding")):
        if name.lower() not in names and (value := text_of(message, key)):
            yield name, value


def _timestamps(entry: Mapping[str, object], places: Places) -> Iterator[Timestamp]:
    times = object_of(entry, "times")
    for key, description, note in (("start", "Sent Time", _SENT), ("responseBegin", "Recorded Time", _CAME)):
        recorded = text_of(times, key)
        found = written_timestamp(recorded, description, note, places.record(("times", key))) if recorded else None
        if found:
            yield found
