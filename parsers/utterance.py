"""The utterance id, which links a recording, a cloud record and a line in a device's log.

``{source}:{version}/{YYYY}/{MM}/{DD}/{HH}/{serial}/{mm}:{ss}::{tag}.{uuid}{region}[/{segment}]``

The time is the start of the audio stream in UTC, to the second; minutes and seconds follow the serial.
``source`` is a device type, or a word such as ``TextClient`` for typed requests. ``serial`` is
``DEVICE_UNSPECIFIED`` in ids since about October 2021. ``segment`` counts from 0 within one stream.

References:
    Measured on 17 activity records of the DFRWS 2017 challenge (dfrws/dfrws2017-challenge), the 2019
    records of cleminator/AlexaPaperDatasets and the 2021-22 logs of Mich21050/EchoSystemFiles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from parsers.times import utc

_PATTERN = (
    r"(?P<source>[A-Za-z0-9]{1,40}):(?P<version>\d{1,4}(?:\.\d{1,4})*)"
    r"/(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d)/(?P<hour>\d\d)/(?P<serial>\w{1,40})"
    r"/(?P<minute>\d\d):(?P<second>\d\d)::(?P<tag>\w{1,20})"
    r"\.(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?P<region>[A-Za-z0-9]{0,16})"
    r"(?:/(?P<segment>\d{1,6}))?"
)
_whole = re.compile(_PATTERN, re.ASCII)
#: Ids are short; parses of longer texts are not cached.
_MOST_KEPT = 400
#: Finds utterance ids inside other text.
FINDER = re.compile(_PATTERN, re.ASCII)


@dataclass(slots=True, unsafe_hash=True)
class UtteranceId:
    """A parsed utterance id. Treat it as immutable; a frozen class takes several times as long to create.

    Attributes:
        text: the id as recorded.
        source: device type, or a word such as ``TextClient``.
        serial: serial number, or None if the id says ``DEVICE_UNSPECIFIED``.
        timestamp: microseconds since 1970 UTC, whole seconds: the start of the stream.
        uuid: identifies the stream; segments of one stream share it.
        region: the text after the uuid (``ZXV``, ``LPM``, ...), or empty.
        segment: number of the segment within the stream, or None for the whole stream.
    """

    text: str
    source: str
    serial: str | None
    timestamp: int
    uuid: str
    region: str
    segment: int | None

    @property
    def recorded_time(self) -> str:
        """The time part as found in the id, ``YYYY/MM/DD/HH`` and ``mm:ss``, joined by a space."""
        _, year, month, day, hour, _, second, *_ = self.text.split("/")
        return f"{year}/{month}/{day}/{hour} {second[:5]}"

    @property
    def key(self) -> str:
        """The key that all records of this stream share."""
        return f"utterance:{self.uuid}"

    @classmethod
    def parse(cls, text: str) -> UtteranceId | None:
        """Parse an id; None if the text is not one (or has an invalid date)."""
        return _parsed(text) if len(text) <= _MOST_KEPT else _parsed.__wrapped__(text)

    @classmethod
    def find(cls, text: str) -> UtteranceId | None:
        """Find the first utterance id in a text, or None."""
        for match in FINDER.finditer(text):
            if found := cls.parse(match[0]):
                return found
        return None


@lru_cache(maxsize=256)
def _parsed(text: str) -> UtteranceId | None:
    """Parse an id, cached because each reader of a record asks for the same id."""
    match = _whole.fullmatch(text)
    if match is None:
        return None
    source, _, year, month, day, hour, serial, minute, second, _, uuid, region, segment = match.groups()
    timestamp = utc(int(year), int(month), int(day), int(hour), int(minute), int(second))
    if timestamp is None:
        return None
    return UtteranceId(
        text,
        source,
        None if serial == "DEVICE_UNSPECIFIED" else serial,
        timestamp,
        uuid,
        region,
        None if segment is None else int(segment),
    )
