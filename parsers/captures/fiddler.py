"""Session archives of Fiddler (``.saz``): a zip with raw HTTP files for each exchange.

References:
    docs.telerik.com/fiddler (archives: ``raw/NNN_c.txt`` what the client sent, ``raw/NNN_s.txt`` what the server
    answered, ``raw/NNN_m.xml`` times and flags); joelverhagen/SAZ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.captures.json_member import written_timestamp
from parsers.exchanges import capture
from parsers.exchanges.capture import Capture, Exchange
from parsers.exchanges.http_answer import answer_of
from parsers.formats.http import message as http
from parsers.formats.http.headers import value_of
from parsers.locator import at_bytes
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record, Timestamp
from parsers.registry import register

#: Longer messages are not read.
MAX_MESSAGE = 64 * 1024 * 1024
_MAX_TIMES = 64 * 1024
_PATH = re.compile(r"(?:^|[/\\])raw[/\\](0{0,10}\d{1,10})_([csm])\.(?:txt|xml)$", re.IGNORECASE)
_BEGINS = {
    "c": re.compile(rb"[A-Z]{3,10} \S{1,16384} HTTP/\d"),
    "s": re.compile(rb"HTTP/\d"),
    "m": re.compile(rb"(?:\xef\xbb\xbf)?\s{0,20}(?:<\?xml[^>]{0,200}>\s{0,20})?<Session\b"),
}
_TIMES = (
    ("ClientBeginRequest", "Sent Time", "When the client began to send the request"),
    ("ServerBeginResponse", "Recorded Time", "When the server began to answer"),
)
_NOTE = "{}, by the clock of the machine that Fiddler ran on. It stands in the file of times beside the message."
_ADVICE = "Save the archive again from a session in which Fiddler kept the bodies."


@register
class FiddlerSession(Parser):
    """Reads one exchange: the server's file, with the client's file and the times from the same folder."""

    name: ClassVar[str] = "fiddler_session"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("raw",)
    reads_neighbours: ClassVar[bool] = True
    keeps_for_others: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Fiddler session archives of traffic with the Alexa service",
        data_types=capture.DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=(
            "path raw/{number}_c.txt, raw/{number}_s.txt or raw/{number}_m.xml, and the first line of an HTTP message"
            " or <Session>",
        ),
        shows="That whoever made the capture got these answers of the service, and when by that machine's clock.",
        does_not_show="That the capture is whole, or that it was not changed after it was made.",
        validated_on=("Made files only.",),
        limits=(
            f"Messages longer than {MAX_MESSAGE} bytes are not read.",
            "Messages of web sockets are read as text.",
            "Exchanges with other services give no record.",
        ),
        references=(
            "https://docs.telerik.com/fiddler-everywhere/knowledge-base/fiddler-archives",
            "https://github.com/joelverhagen/SAZ",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the path and the first bytes match."""
        return is_session_file(source)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of the exchange from the server's file, or from the client's if there is no other."""
        found = _PATH.search(source.path)
        kind = found[2].lower() if found else ""
        name = source.name
        if kind == "s":
            asked = source.beside(name.replace("_s.", "_c.").replace("_S.", "_C."))
        elif kind == "c" and source.beside(name.replace("_c.", "_s.").replace("_C.", "_S.")) is None:
            asked = source
        else:
            return
        reading = Capture("Fiddler session archive", source.path)
        exchange, issues = _exchange(source if kind == "s" else None, asked, source)
        yield from issues
        yield from reading.exchange(exchange)
        yield from reading.not_held(_ADVICE)


def is_session_file(source: Source) -> bool:
    """Whether a file belongs to a Fiddler exchange."""
    found = _PATH.search(source.path)
    return bool(found and _BEGINS[found[2].lower()].match(source.head))


def _exchange(answer: Source | None, asked: Source | None, source: Source) -> tuple[Exchange, list[Issue]]:
    request = http.parse(_content(asked)) if asked else None
    url = method = body = ""
    if request:
        method, _, rest = request.first_line.partition(" ")
        target, host = rest.rpartition(" ")[0] or rest, value_of(request.headers, "Host")
        url = target if "://" in target else f"https://{host}{target}" if host else target
        body = request.body.decode("utf-8", "backslashreplace")
    timestamps = tuple(_timestamps(source))
    if answer is None:
        return Exchange(url, method, "", (), b"", "", body, timestamps), []
    if answer.size > MAX_MESSAGE:
        what = f"The message is longer than {MAX_MESSAGE} bytes ({answer.size}): it was not read."
        return Exchange(url, method, "", (), b"", "", body, timestamps), [Issue(what)]
    content = _content(answer)
    message = http.parse(content)
    if message is None:
        what = "The answer is not an HTTP message."
        return Exchange(url, method, "", (), b"", "", body, timestamps), [Issue(what, "", content[:64])]
    where = at_bytes(message.body_at, len(content) - message.body_at)
    return answer_of(message, where, url=url, method=method, asked=body, timestamps=timestamps)


def _content(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read(MAX_MESSAGE)


def _timestamps(source: Source) -> Iterator[Timestamp]:
    """The times in the metadata file of an exchange, if it exists."""
    beside = source.beside(re.sub(r"_[csCS]\.\w{3}$", "_m.xml", source.name))
    if beside is None:
        return
    text = beside.head[:_MAX_TIMES].decode("utf-8", "replace")
    for name, description, note in _TIMES:
        if found := re.search(rf'\b{name}="([^"]{{1,60}})"', text):
            # Fiddler writes the year 1 for events that did not happen.
            when = (
                None if found[1].startswith("0001-") else written_timestamp(found[1], description, _NOTE.format(note))
            )
            if when:
                yield when
