"""Events that the Alexa app stores until it sends them to Amazon: ``eventsFile`` of the Mobile Analytics SDK.

One JSON object per line. ``session.id`` ends in the session's start, ``YYYYMMDD-HHMMSSmmm`` in UTC.

References:
    The app's eventsFile of the DFRWS 2018 challenge (jungheum/pycift, example 1): 38 lines. In it the time within the
    session's id equals ``session.startTimestamp`` throughout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, ClassVar

from parsers.bounded_issues import bounded
from parsers.formats.json.text import JsonError, decode
from parsers.locator import at_json, at_line, join
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import register
from parsers.secret import without_secrets
from parsers.times import from_milliseconds
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:app:event"
#: Longer lines are not read.
MAX_LINE = 256 * 1024
#: The start of this many sessions is reported once; for later sessions, with each event.
MAX_SESSIONS = 10_000
_SDK = "AmazonMobileAnalyticsSDK"
_MARKS = (b'"event_type"', b'"timestamp"', b'"session"')
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,16}\{")
_START_TIME = "Start Time"
_TIMES = (
    (("timestamp",), "Recorded Time", "When the app recorded the event, by the phone's clock."),
    (("session", "startTimestamp"), _START_TIME, "The start of the app's session, by the phone's clock."),
    (("session", "stopTimestamp"), "End Time", "The end of the app's session, by the phone's clock."),
)


@register
class EventsFile(Parser):
    """Reads each event."""

    name: ClassVar[str] = "app_events"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (rb'"event_type"',)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Events of the Alexa app, kept until they are sent (eventsFile)",
        data_types=(DATA_TYPE,),
        known_by=(
            "a first line that is a JSON object with event_type, timestamp and session, and either the name of Amazon's"
            f" SDK ({_SDK}) or a file named eventsFile",
        ),
        shows="That the app recorded these events at these times of the phone's clock: it was started, shown, closed.",
        does_not_show=(
            "Who used the app, or whether an event came of a touch or of the app itself. Events that were sent are no"
            " longer in the file: no event at a time does not show that the app was not used."
        ),
        validated_on=("Alexa app 2.1.23.5 on Android 4.4.2 (SHV-E250L), 2017: 38 events",),
        limits=(
            f"Lines longer than {MAX_LINE} bytes are not read.",
            "A session's start is a row with its first event in the file; every event's fields repeat it.",
            "Other apps with the same SDK keep the same file; the record names the app.",
        ),
        references=("https://github.com/jungheum/pycift", "https://github.com/aws-amplify/aws-sdk-android"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first line is an event."""
        line = source.head.split(b"\n", 1)[0]
        if not _START.match(line) or any(mark not in line for mark in _MARKS):
            return False
        return _SDK.encode() in line or source.name == "eventsFile"

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each line."""
        yield from bounded(_events(source))


def _events(source: Source) -> Iterator[Record | Issue]:
    sessions: set[str] = set()
    with source.open() as stream:
        for number, line in _lines(stream):
            made = _read(number, line, sessions)
            if made is not None:
                yield made


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """The lines with their numbers from 1; None for a line that is too long."""
    number = 0
    while piece := stream.readline(MAX_LINE + 1):
        number += 1
        if len(piece) > MAX_LINE:
            while piece and not piece.endswith(b"\n"):
                piece = stream.readline(MAX_LINE + 1)
            yield number, None
        else:
            yield number, piece


def _read(number: int, line: bytes | None, sessions: set[str]) -> Record | Issue | None:
    place = at_line(number)
    if line is None:
        return Issue(f"Line {number} is longer than {MAX_LINE} bytes; not read.", place)
    content = line.strip(b" \t\r\n\0")
    if not content:
        # Blank lines, and zero bytes left at the end by a crash, hold no event.
        return Issue(f"Line {number} holds zero bytes only.", place) if b"\0" in line else None
    try:
        event = decode(content.decode("utf-8-sig", "surrogateescape"))
    except JsonError as error:
        return Issue(f"Line {number} is not JSON ({error}).", place, content[:64])
    if not isinstance(event, dict) or not isinstance(event.get("event_type"), str):
        return Issue(f"Line {number} is not an event: it has no event_type.", place, content[:64])
    return _record(event, place, sessions)


def _record(event: Mapping[str, object], place: str, sessions: set[str]) -> Record:
    session = event.get("session")
    session_id = shown(session.get("id"), 80) if isinstance(session, Mapping) else None
    version = shown(event.get("app_version_name"), 40)
    phone = " ".join(filter(None, (shown(event.get("make"), 40), shown(event.get("model"), 40))))
    system = " ".join(filter(None, (shown(event.get("platform"), 40), shown(event.get("platform_version"), 40))))
    message = (
        f"The app {shown(event.get('app_title'), 60) or 'not named'}{f' {version}' if version else ''} recorded the"
        f' event "{shown(event.get("event_type"), 120) or ""}"'
    )
    if session_id:
        message += f", in its session {session_id}"
    if phone or system:
        message += f", on the phone {phone or 'not named'}{f' ({system})' if system else ''}"
    kept = without_secrets({key: value for key, value in event.items() if key != "session"}, by_value=False)
    fields = {**kept, "session": session} if isinstance(kept, dict) else {}
    # Each event repeats its session's start: only the session's first event reports it.
    first = session_id is None or session_id not in sessions
    if session_id and len(sessions) < MAX_SESSIONS:
        sessions.add(session_id)
    return Record(
        DATA_TYPE,
        f"{message}.",
        place,
        tuple(timestamp for timestamp in _timestamps(event, place) if first or timestamp.description != _START_TIME),
        fields=Keeper().fields(fields),
        keys=(f"app-session:{session_id}",) if session_id else (),
    )


def _timestamps(event: Mapping[str, object], place: str) -> Iterator[Timestamp]:
    for path, description, note in _TIMES:
        value: object = event
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        timestamp = from_milliseconds(value)
        if timestamp is not None:
            yield Timestamp(description, str(value), Clock.PHONE, timestamp, note, join(place, at_json(*path)))
