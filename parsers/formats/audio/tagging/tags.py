"""The tags of a recording, within limits, and the times in some of them."""

from __future__ import annotations

import re

from parsers.record import Clock, Timestamp
from parsers.times import utc

#: Limit on the tags kept of one recording.
MAX_TAGS = 256
#: Limit on the characters kept of one tag.
MAX_TEXT = 4096
_MAX_NAME = 128

_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,6})\d*)?)?[ ]?(Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)


class Tags:
    """Tags by name. A repeated name is stored as ``NAME (2)``, ``NAME (3)``, ..."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._seen: dict[str, int] = {}
        self._cut = 0
        self._left_out = 0

    def add(self, name: str, value: str) -> None:
        """Add a tag; empty ones are dropped."""
        name, value = name.strip("\0 \t\r\n")[:_MAX_NAME], value.strip("\0 \t\r\n")
        if not value:
            return
        if len(self.values) >= MAX_TAGS:
            self._left_out += 1
            return
        if len(value) > MAX_TEXT:
            self._cut += 1
            value = value[:MAX_TEXT]
        count = self._seen[name] = self._seen.get(name, 0) + 1
        self.values[name if count == 1 else f"{name} ({count})"] = value

    def leave_out(self, count: int = 1) -> None:
        """Count tags that were not read."""
        self._left_out += count

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what the limits removed."""
        notes = []
        if self._cut:
            notes.append(f"{self._cut} of its tags were cut at {MAX_TEXT} characters.")
        if self._left_out:
            notes.append(f"{self._left_out} of its tags were left out: unreadable, or beyond what is kept.")
        return tuple(notes)


def text(raw: bytes) -> str:
    """Decode tag text of unknown encoding as UTF-8 if valid, else Latin-1, up to the first NUL."""
    raw = raw.partition(b"\0")[0]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def to_timestamp(description: str, recorded: str, source: str) -> tuple[Timestamp, ...]:
    """The timestamp in a date tag; none if the text is not at least a day.

    Args:
        description: plaso's term for the time.
        recorded: the tag's text.
        source: name of the tag, for the note.
    """
    match = _DATE.fullmatch(recorded)
    if match is None or utc(*(int(part) for part in match.groups("0")[:6])) is None:
        return ()
    stamp = _stamp(match)
    if match[4] is None:
        how = "a day without a time"
    elif stamp is None:
        how = "no time zone is given, so it is left unknown"
    else:
        how = "the zone is given in the tag"
    note = f"Written into the {source} tag by the software that made or edited the file; {how}."
    return (Timestamp(description, recorded, Clock.UNKNOWN, stamp, note),)


def _stamp(match: re.Match[str]) -> int | None:
    """Microseconds since 1970 UTC if the text has a time of day with a UTC offset."""
    zone = match[8]
    if zone is None:
        return None
    offset = 0
    if zone != "Z":
        digits = zone[1:].replace(":", "")
        offset = (int(digits[:2]) * 60 + int(digits[2:])) * (-60 if zone[0] == "-" else 60)
    year, month, day, hour, minute, second = (int(part) for part in match.groups("0")[:6])
    when = utc(year, month, day, hour, minute, second, int((match[7] or "0").ljust(6, "0")))
    return None if when is None else when - offset * 1_000_000
