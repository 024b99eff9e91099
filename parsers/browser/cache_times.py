"""Times in a cache, and whose clock made them."""

from __future__ import annotations

import re

from parsers.formats.chromium_cache.http_info import HttpInfo, from_1601
from parsers.record import Clock, Timestamp

_PHONE = re.compile(
    r"(?:^|/)(?:data/(?:data|user(?:_de)?/\d+)/|com\.amazon\.|app_webview/|org\.chromium\.|com\.android\.|apps/com\."
    r"|private/var/mobile/|var/mobile/Containers/)",
    re.IGNORECASE,
)
#: The format of every time in a Chromium cache.
UNIT = "Microseconds since 1601-01-01 UTC, by the clock of the machine that held the cache."
_ASKED = "When the request was sent."
_CAME = (
    "When the answer's headers came. What the answer shows may be older. No standard word names this time;"
    " it is the time at which the cache noted the answer."
)
_FIRST = "When the body first came; a later answer, at the response time, said only that it had not changed."
_MADE = "When the cache made this entry."
_USED = "When the entry was last read or written, as the cache noted it."
_WHOLE_SECONDS = " Kept to the second."
_CHANGED = "When the entry was last written."


def clock_of(path: str) -> Clock:
    """The phone's clock if the path looks like Android or iOS; otherwise unknown: any machine may hold the cache."""
    return Clock.PHONE if _PHONE.search(path) else Clock.UNKNOWN


def to_timestamp(description: str, recorded: int, clock: Clock, note: str, locator: str = "") -> Timestamp | None:
    """A time in microseconds since 1601; None if the value is absent or implausible."""
    timestamp = from_1601(recorded)
    return None if timestamp is None else Timestamp(description, str(recorded), clock, timestamp, note, locator)


def asked(info: HttpInfo, clock: Clock, locator: str) -> tuple[Timestamp, ...]:
    """The times of the request and the response."""
    found = [
        to_timestamp("Sent Time", info.request_time, clock, f"{_ASKED} {UNIT}", locator),
        to_timestamp("Recorded Time", info.response_time, clock, f"{_CAME} {UNIT}", locator),
    ]
    if info.first_response_time is not None:
        found.append(to_timestamp("Recorded Time", info.first_response_time, clock, f"{_FIRST} {UNIT}", locator))
    return tuple(one for one in found if one)


def entry_times(
    clock: Clock,
    created: int = 0,
    used: int = 0,
    modified: int = 0,
    locator: str = "",
    *,
    whole_seconds: bool = False,
) -> tuple[Timestamp, ...]:
    """The times of the entry itself; 0 means no time."""
    found = (
        to_timestamp("Creation Time", created, clock, f"{_MADE} {UNIT}", locator),
        to_timestamp(
            "Last Used Time", used, clock, f"{_USED} {UNIT}{_WHOLE_SECONDS if whole_seconds else ''}", locator
        ),
        to_timestamp("Content Modification Time", modified, clock, f"{_CHANGED} {UNIT}", locator),
    )
    return tuple(one for one in found if one)
