"""Unsupported log lines that name the Alexa service, its accounts or its programs.

None is skipped silently: each program with such lines gets one record, with their number and places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.formats.lazy_pattern import lazy
from parsers.formats.logs.lines import LogPlaces
from parsers.record import Record, Timestamp, Value
from parsers.secret import masked
from parsers.values import shown

DATA_TYPE = "echo:log:named"
#: The most programs of one log that get their own record.
MAX_PROGRAMS = 100
_TEXT = lazy(
    rb"(?<![a-z])alexa|amazonalexa|amzn1\.(?:account|actor|alexa|ask|comms|echo)|amazon\.speech|com\.amazon\.(?!mshop|kindle|mp3|venezia)\w"
    rb"|(?<![a-z])avs[-_.]|pitangui|layla\.amazon|wake[-_ ]?word|::TNIH|utterance_?id|voicerequestid|dialogrequestid"
    rb"|x-amzn-requestid|device-metrics|amazon echo|echo (?:dot|show|spot|input|flex|studio|pop)\b",
    re.IGNORECASE,
)
#: Every text that the expression above finds contains one of these in lower case, which is a faster search.
_HINT = lazy(rb"a(?:lexa|mazon|mzn1|vs)|pitangui|wake|::tnih|utterance|requestid|device-metrics|echo (?:d|s|i|f|p)")
_PROGRAM = lazy(
    r"SPCH-|ECS_|AIS_|AMBS_|AHE_|(?i:alexa|pryon|wakeword|amazon|avs\b|avs[-_]|headless|sonaroobe|audioencoderd|asrd\b|whad\b)"
)
#: Programs of a first-generation Echo and of devices with the AVS Device SDK: their system log is an Echo's.
_ONE = "a line", "names the service or its programs and is"
_DEVICE_PROGRAM = lazy(
    rb"(?i:ASRD|Alexa\w{0,40}|audioencoderd|AlexaDaemon|btmd|dmld|loguploadd|whad|lipc\w{0,20}|avs[-_]?\w{0,40}|wakeword\w{0,20})"
)


def names_service(program: str, text: bytes) -> bool:
    """Whether a line is about the service, by its program or its text."""
    if _HINT.search(text.lower()) and _TEXT.search(text):
        return True
    return _PROGRAM.match(program) is not None


def is_device_program(program: bytes) -> bool:
    """Whether a program exists only on devices of the service."""
    return _DEVICE_PROGRAM.fullmatch(program) is not None


@dataclass(slots=True)
class _NameFound:
    places: LogPlaces = field(default_factory=LogPlaces)
    text: str = ""
    first: Timestamp | None = None
    last: Timestamp | None = None


class NamedLines:
    """Collects such lines of one log. Memory does not grow with the log."""

    def __init__(self) -> None:
        self._programs: dict[str, _NameFound] = {}

    @property
    def count(self) -> int:
        """The number of lines so far."""
        return sum(named.places.count for named in self._programs.values())

    def add(self, program: str, text: bytes, locator: str, timestamp: Timestamp | None) -> None:
        """Add an unsupported line; it is skipped if it is not about the service."""
        if not names_service(program, text):
            return
        if program not in self._programs and len(self._programs) >= MAX_PROGRAMS:
            program = ""
        named = self._programs.setdefault(program, _NameFound())
        named.places.add(locator)
        if not named.text:
            named.text = masked(text[:600].decode("utf-8", "backslashreplace"))
        if timestamp is not None:
            named.first = named.first or timestamp
            named.last = timestamp

    def records(self) -> Iterator[Record]:
        """Yield a record for each program."""
        for program, named in self._programs.items():
            yield _record(program, named)


def _record(program: str, named: _NameFound) -> Record:
    count, places = named.places.count, named.places
    of = f'of "{shown(program, 100)}"' if program else "of a program it leaves out,"
    lines, name = (f"{count} lines", "name the service or its programs and are") if count > 1 else _ONE
    timestamps = []
    if named.first and named.last:
        ends = [("Start Time", named.first)] + ([("End Time", named.last)] if count > 1 else [])
        timestamps = [Timestamp(word, at.recorded, at.clock, at.timestamp, at.note, at.locator) for word, at in ends]
    fields: dict[str, Value] = {
        "program": program, "lines": count, "text": named.text, "places": list(places.first),
    }  # fmt: skip
    return Record(
        DATA_TYPE,
        f"The log holds {lines} {of} that {name} of no kind that is read; the first:"
        f" {shown(named.text, 200) or 'no text'}",
        places.first[0],
        tuple(timestamps),
        fields=fields,
    )
